//! Within establishment and posts (在编制限额和职数内), rules H-05, E-02 and E-07: recruitment (公务员法第27条),
//! transfer and open selection (第71条), lateral entry.

use crate::modules::personnel::rules::rank::PostLevel;
use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// Kind of establishment (编制类型), E-02; kinds are never mixed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// 行政编制
    Administrative,
    /// 政法专项编制
    PoliticalLegal,
    /// 事业编制
    Institution,
    /// 工勤编制
    Worker,
}

impl Kind {
    /// The Chinese term.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Administrative => "行政编制",
            Self::PoliticalLegal => "政法专项编制",
            Self::Institution => "事业编制",
            Self::Worker => "工勤编制",
        }
    }
}

/// What a unit has of one kind of establishment (核定、实有、在途).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Places {
    /// The kind.
    pub kind: Kind,
    /// Approved places (核定编制).
    pub approved: u32,
    /// Places taken (实有).
    pub taken: u32,
    /// Places promised to others (在途核准).
    pub in_flight: u32,
}

/// What a unit has of leading posts of one level (领导职数).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posts {
    /// The level.
    pub level: PostLevel,
    /// Approved posts (核定职数).
    pub approved: u32,
    /// Posts taken (实配).
    pub taken: u32,
}

/// Whether so many people may come against places of a kind: the kind is that of the places, and taken, promised
/// and asked for together stay within what is approved.
pub fn check_places(places: &Places, kind: Kind, people: u32) -> Result<(), Refusal> {
    ensure(places.kind == kind, || {
        let (zh, en) = ("编制类型不得混用", "Kinds of establishment are not mixed");
        Refusal::beyond("KIND_MISMATCH", places.kind.title(), kind.title(), zh, en)
    })?;
    let after = u64::from(places.taken) + u64::from(places.in_flight) + u64::from(people);
    ensure(after <= u64::from(places.approved), || {
        let (zh, en) = ("超出核定编制", "The approved establishment is exceeded");
        Refusal::beyond("NO_VACANCY", places.approved, after, zh, en)
    })
}

/// Whether one more may take a leading post (不得超职数配备).
pub fn check_posts(posts: &Posts) -> Result<(), Refusal> {
    let after = u64::from(posts.taken) + 1;
    ensure(after <= u64::from(posts.approved), || {
        let zh = format!("{}超出核定职数", posts.level.title());
        Refusal::beyond("POSTS_EXCEEDED", posts.approved, after, &zh, "The approved leading posts are exceeded")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    const PLACES: Places = Places { kind: Kind::Administrative, approved: 20, taken: 18, in_flight: 1 };

    #[test]
    fn h_05_within_the_establishment() {
        assert_eq!(code(check_places(&PLACES, Kind::Administrative, 1)), "OK");
        let Err(refusal) = check_places(&PLACES, Kind::Administrative, 2) else { unreachable!("21 of 20 places") };
        assert_eq!(refusal.code, "NO_VACANCY");
        assert_eq!((refusal.limit.as_deref(), refusal.actual.as_deref()), (Some("20"), Some("21")));
        let full = Places { in_flight: u32::MAX, ..PLACES };
        assert_eq!(code(check_places(&full, Kind::Administrative, u32::MAX)), "NO_VACANCY");
    }

    #[test]
    fn e_02_kinds_are_not_mixed() {
        assert_eq!(code(check_places(&PLACES, Kind::Institution, 1)), "KIND_MISMATCH");
    }

    #[test]
    fn h_05_within_the_posts() {
        let posts = |taken| check_posts(&Posts { level: PostLevel::SectionDeputy, approved: 3, taken });
        assert_eq!((code(posts(2)), code(posts(3))), ("OK", "POSTS_EXCEEDED"));
    }
}
