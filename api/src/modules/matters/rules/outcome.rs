//! What a base matter does to the personnel register when it is done (人员变动), rules H-05, D-06 and E-07.

/// What becomes of the person's standing (人员状态变化).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Begins on probation (进入试用期).
    Probation,
    /// Serves, at the new unit where there is one (在职).
    Serving,
    /// Stays as it was (不变).
    Unchanged,
    /// Retires (退休).
    Retired,
    /// Resigns (辞职).
    Resigned,
    /// Is dismissed or expelled (辞退、开除).
    Dismissed,
    /// Has died (死亡).
    Deceased,
}

/// What becomes of the place in the establishment (编制变化).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// One is taken (入编).
    Taken,
    /// One is freed and another taken (出编并入编).
    Moved,
    /// It is freed (出编).
    Freed,
    /// Nothing (不变).
    Kept,
}

/// The whole of a matter's effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The person's standing.
    pub standing: Standing,
    /// The place in the establishment.
    pub place: Place,
    /// Whether posts held until then end (免去现任职务).
    pub ends_posts: bool,
    /// Whether the matter sets a post or rank (任职、套改职级).
    pub sets_position: bool,
}

/// The effect of a base matter of the standard catalogue; none for other matters, which change no register.
pub fn of(matter: &str) -> Option<Outcome> {
    let leaves = |standing| Outcome { standing, place: Place::Freed, ends_posts: true, sets_position: false };
    let moves = Outcome { standing: Standing::Serving, place: Place::Moved, ends_posts: true, sets_position: true };
    match matter {
        "recruitment" => Some(Outcome {
            standing: Standing::Probation,
            place: Place::Taken,
            ends_posts: false,
            sets_position: false,
        }),
        "transfer" | "open-selection" => Some(moves),
        "lateral-entry" | "veteran-placement" => Some(Outcome { place: Place::Taken, ends_posts: false, ..moves }),
        // The relation to the home unit stays, and with it the place and the posts (公务员法第72条).
        "secondment" => {
            Some(Outcome { standing: Standing::Unchanged, place: Place::Kept, ends_posts: false, sets_position: false })
        }
        "rank-change" => {
            Some(Outcome { standing: Standing::Unchanged, place: Place::Kept, ends_posts: false, sets_position: true })
        }
        "resignation" => Some(leaves(Standing::Resigned)),
        "dismissal" => Some(leaves(Standing::Dismissed)),
        "retirement" => Some(leaves(Standing::Retired)),
        "death" => Some(leaves(Standing::Deceased)),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn h_05_a_secondment_leaves_the_register_as_it_is() {
        let outcome = of("secondment").unwrap();
        assert_eq!((outcome.standing, outcome.place), (Standing::Unchanged, Place::Kept));
        assert!(!outcome.ends_posts && !outcome.sets_position);
    }

    #[test]
    fn d_06_whoever_leaves_frees_the_place() {
        let rows = [
            ("retirement", Standing::Retired),
            ("resignation", Standing::Resigned),
            ("dismissal", Standing::Dismissed),
            ("death", Standing::Deceased),
        ];
        for (matter, standing) in rows {
            let outcome = of(matter).unwrap();
            assert_eq!((outcome.standing, outcome.place, outcome.ends_posts), (standing, Place::Freed, true));
        }
    }

    #[test]
    fn h_05_whoever_comes_takes_a_place() {
        assert_eq!(of("recruitment").map(|o| (o.standing, o.place)), Some((Standing::Probation, Place::Taken)));
        assert_eq!(of("lateral-entry").map(|o| (o.standing, o.place)), Some((Standing::Serving, Place::Taken)));
        assert_eq!(of("transfer").map(|o| o.place), Some(Place::Moved));
        assert_eq!((of("rank-change").map(|o| o.place), of("parking-permit")), (Some(Place::Kept), None));
    }
}
