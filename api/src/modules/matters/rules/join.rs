//! When a case is done (并联汇合): all its mandatory items are, or any, or so many, rule H-03.

use std::collections::BTreeSet;

/// How many mandatory items have to be done (汇合方式).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quorum {
    /// All of them.
    All,
    /// Any one.
    Any,
    /// At least so many.
    AtLeast(usize),
}

/// Whether a case waits for items (并联汇合, H-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// So many mandatory items have still to be done.
    Waiting {
        /// How many.
        missing: usize,
    },
    /// Enough mandatory items are done: the case is done.
    Complete,
}

/// Joins the items, each given as (mandatory, done, dead) (必办、已办结、已失效). A dead item (withdrawn
/// from the case, or on a branch not taken) can no longer be done, so the case does not wait for it.
pub fn join(quorum: Quorum, items: impl IntoIterator<Item = (bool, bool, bool)>) -> Join {
    let (mut done, mut open) = (0, 0);
    for (mandatory, is_done, is_dead) in items {
        done += usize::from(mandatory && is_done);
        open += usize::from(mandatory && !is_done && !is_dead);
    }
    let missing = match quorum {
        Quorum::All => open,
        Quorum::Any => 1_usize.saturating_sub(done).min(open),
        Quorum::AtLeast(needed) => needed.saturating_sub(done).min(open),
    };
    if missing == 0 { Join::Complete } else { Join::Waiting { missing } }
}

/// Whether a quorum can be reached by so many mandatory items (汇合方式是否可行).
pub fn check(quorum: Quorum, mandatory: &BTreeSet<&str>) -> bool {
    match quorum {
        Quorum::All => true,
        Quorum::Any => !mandatory.is_empty(),
        Quorum::AtLeast(needed) => (1..=mandatory.len()).contains(&needed),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: (bool, bool, bool) = (true, true, false);
    const OPEN: (bool, bool, bool) = (true, false, false);
    const DEAD: (bool, bool, bool) = (true, false, true);
    const OPTIONAL: (bool, bool, bool) = (false, false, false);

    #[test]
    fn h_03_all_mandatory_items_that_live() {
        assert_eq!(join(Quorum::All, [DONE, OPEN, OPEN, OPTIONAL]), Join::Waiting { missing: 2 });
        assert_eq!(join(Quorum::All, [DONE, DEAD, OPTIONAL]), Join::Complete);
        assert_eq!(join(Quorum::All, []), Join::Complete);
    }

    #[test]
    fn h_03_any_or_so_many() {
        assert_eq!(join(Quorum::Any, [OPEN, OPEN]), Join::Waiting { missing: 1 });
        assert_eq!(join(Quorum::Any, [OPEN, DONE]), Join::Complete);
        assert_eq!(join(Quorum::AtLeast(2), [OPEN, DONE, OPEN]), Join::Waiting { missing: 1 });
        assert_eq!(join(Quorum::AtLeast(2), [DONE, DONE, OPEN]), Join::Complete);
        assert_eq!(join(Quorum::AtLeast(3), [DONE, DEAD, DONE]), Join::Complete, "more can no longer be done");
    }

    #[test]
    fn h_03_a_quorum_that_cannot_be_reached() {
        let two = BTreeSet::from(["a", "b"]);
        assert!(
            check(Quorum::AtLeast(2), &two) && !check(Quorum::AtLeast(3), &two) && !check(Quorum::AtLeast(0), &two)
        );
        assert!(check(Quorum::Any, &two) && !check(Quorum::Any, &BTreeSet::new()));
    }
}
