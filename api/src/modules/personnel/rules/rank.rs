//! Ranks and leadership levels of civil servants (职级、领导职务层次), rule B-01.

use super::refusal::{Refusal, ensure};

macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($variant:ident $code:literal $title:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $title] $variant),+ }

        impl $name {
            /// All of them, highest first.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that is stored and published.
            pub const fn code(self) -> &'static str { match self { $(Self::$variant => $code),+ } }

            /// The Chinese term.
            pub const fn title(self) -> &'static str { match self { $(Self::$variant => $title),+ } }

            /// The one of a code.
            pub fn parse(code: &str) -> Option<Self> { Self::ALL.iter().copied().find(|one| one.code() == code) }
        }
    };
}

coded! {
    /// A rank (职级) of the comprehensive management sequence; the order is from high to low (公务员法第19条).
    Rank {
        Counsel1 "COUNSEL_1" "一级巡视员";
        Counsel2 "COUNSEL_2" "二级巡视员";
        Consultant1 "CONSULTANT_1" "一级调研员";
        Consultant2 "CONSULTANT_2" "二级调研员";
        Consultant3 "CONSULTANT_3" "三级调研员";
        Consultant4 "CONSULTANT_4" "四级调研员";
        PrincipalClerk1 "PRINCIPAL_CLERK_1" "一级主任科员";
        PrincipalClerk2 "PRINCIPAL_CLERK_2" "二级主任科员";
        PrincipalClerk3 "PRINCIPAL_CLERK_3" "三级主任科员";
        PrincipalClerk4 "PRINCIPAL_CLERK_4" "四级主任科员";
        Clerk1 "CLERK_1" "一级科员";
        Clerk2 "CLERK_2" "二级科员";
    }
}

coded! {
    /// A leadership level (领导职务层次); the order is from high to low (公务员法第18条).
    PostLevel {
        NationalChief "NATIONAL_CHIEF" "国家级正职";
        NationalDeputy "NATIONAL_DEPUTY" "国家级副职";
        ProvincialChief "PROVINCIAL_CHIEF" "省部级正职";
        ProvincialDeputy "PROVINCIAL_DEPUTY" "省部级副职";
        BureauChief "BUREAU_CHIEF" "厅局级正职";
        BureauDeputy "BUREAU_DEPUTY" "厅局级副职";
        DivisionChief "DIVISION_CHIEF" "县处级正职";
        DivisionDeputy "DIVISION_DEPUTY" "县处级副职";
        SectionChief "SECTION_CHIEF" "乡科级正职";
        SectionDeputy "SECTION_DEPUTY" "乡科级副职";
    }
}

coded! {
    /// By which rules a person is managed (人员性质), trap 6: referenced people follow the civil-service rules.
    Kind {
        CivilServant "CIVIL_SERVANT" "公务员";
        Referenced "REFERENCED" "参照公务员法管理人员";
        PublicInstitution "PUBLIC_INSTITUTION" "事业单位人员";
        Worker "WORKER" "工勤人员";
    }
}

coded! {
    /// A category of posts (职位类别); only the first has the twelve ranks, the others have lists of their own.
    PostCategory {
        ComprehensiveManagement "COMPREHENSIVE_MANAGEMENT" "综合管理类";
        ProfessionalTechnical "PROFESSIONAL_TECHNICAL" "专业技术类";
        AdministrativeEnforcement "ADMINISTRATIVE_ENFORCEMENT" "行政执法类";
    }
}

impl Rank {
    /// The next lower rank, from which one is promoted to this one; none below the lowest.
    pub fn below(self) -> Option<Self> {
        Self::ALL.iter().copied().find(|rank| *rank > self)
    }

    /// The leadership level whose lowest rank this is; such a post and this rank are equal in level (B-02).
    pub fn equal_post(self) -> Option<PostLevel> {
        PostLevel::ALL.iter().copied().find(|post| post.lowest_rank() == Some(self))
    }

    /// Whether it is the other rank or higher (及以上).
    pub fn at_least(self, other: Self) -> bool {
        self <= other
    }
}

impl PostLevel {
    /// The lowest rank that the post is worth (对应最低职级); none above the bureau level, where there are no ranks.
    pub const fn lowest_rank(self) -> Option<Rank> {
        match self {
            Self::BureauChief => Some(Rank::Counsel1),
            Self::BureauDeputy => Some(Rank::Counsel2),
            Self::DivisionChief => Some(Rank::Consultant2),
            Self::DivisionDeputy => Some(Rank::Consultant4),
            Self::SectionChief => Some(Rank::PrincipalClerk2),
            Self::SectionDeputy => Some(Rank::PrincipalClerk4),
            Self::NationalChief | Self::NationalDeputy | Self::ProvincialChief | Self::ProvincialDeputy => None,
        }
    }

    /// The code of the national cadre system (职务层次代码, ZB09); none is known for the national level.
    pub const fn zb09(self) -> Option<&'static str> {
        match self {
            Self::NationalChief | Self::NationalDeputy => None,
            Self::ProvincialChief => Some("1A11"),
            Self::ProvincialDeputy => Some("1A12"),
            Self::BureauChief => Some("1A21"),
            Self::BureauDeputy => Some("1A22"),
            Self::DivisionChief => Some("1A31"),
            Self::DivisionDeputy => Some("1A32"),
            Self::SectionChief => Some("1A41"),
            Self::SectionDeputy => Some("1A42"),
        }
    }
}

/// Whether a person of the kind, on a post of the category and level, can hold one of the twelve ranks (B-01).
pub fn check_ranked(kind: Kind, category: PostCategory, post: Option<PostLevel>) -> Result<(), Refusal> {
    let accepted = format!("{}、{}", Kind::CivilServant.title(), Kind::Referenced.title());
    let no_rank = |limit: &str, actual: &str| {
        let zh = "不适用综合管理类公务员职级";
        Refusal::beyond("RANK_NOT_APPLICABLE", limit, actual, zh, "The twelve ranks do not apply")
    };
    ensure(matches!(kind, Kind::CivilServant | Kind::Referenced), || no_rank(&accepted, kind.title()))?;
    let general = PostCategory::ComprehensiveManagement;
    ensure(category == general, || no_rank(general.title(), category.title()))?;
    match post {
        Some(post) if post.lowest_rank().is_none() => Err(no_rank("厅局级及以下", post.title())),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    #[test]
    fn b_01_twelve_ranks_sort_from_high_to_low() {
        let mut ranks: Vec<Rank> = Rank::ALL.iter().rev().copied().collect();
        ranks.sort();
        let titles: Vec<&str> = ranks.iter().map(|rank| rank.title()).collect();
        let expected = [
            "一级巡视员",
            "二级巡视员",
            "一级调研员",
            "二级调研员",
            "三级调研员",
            "四级调研员",
            "一级主任科员",
            "二级主任科员",
            "三级主任科员",
            "四级主任科员",
            "一级科员",
            "二级科员",
        ];
        assert_eq!(titles, expected);
        assert_eq!(Rank::Clerk1.below(), Some(Rank::Clerk2));
        assert_eq!(Rank::Clerk2.below(), None);
        assert!(Rank::Consultant4.at_least(Rank::Consultant4) && !Rank::PrincipalClerk1.at_least(Rank::Consultant4));
    }

    #[test]
    fn b_01_codes_lead_back() {
        for rank in Rank::ALL {
            assert_eq!(Rank::parse(rank.code()), Some(*rank));
        }
        assert_eq!(Rank::parse("COUNSEL_3"), None);
        assert_eq!(PostLevel::parse("DIVISION_DEPUTY").and_then(PostLevel::zb09), Some("1A32"));
        let codes: Vec<_> = PostLevel::ALL.iter().filter_map(|post| post.zb09()).collect();
        assert_eq!(codes, ["1A11", "1A12", "1A21", "1A22", "1A31", "1A32", "1A41", "1A42"]);
    }

    #[test]
    fn b_01_a_post_is_worth_its_lowest_rank() {
        let rows = [
            (PostLevel::BureauDeputy, "二级巡视员"),
            (PostLevel::DivisionChief, "二级调研员"),
            (PostLevel::DivisionDeputy, "四级调研员"),
            (PostLevel::SectionChief, "二级主任科员"),
            (PostLevel::SectionDeputy, "四级主任科员"),
        ];
        for (post, rank) in rows {
            assert_eq!(post.lowest_rank().unwrap().title(), rank);
            assert_eq!(post.lowest_rank().unwrap().equal_post(), Some(post));
        }
        assert_eq!(PostLevel::ProvincialDeputy.lowest_rank(), None);
        assert_eq!(Rank::Consultant1.equal_post(), None);
    }

    #[test]
    fn b_01_who_can_hold_a_rank() {
        use PostCategory::{AdministrativeEnforcement, ComprehensiveManagement};
        assert_eq!(code(check_ranked(Kind::CivilServant, ComprehensiveManagement, None)), "OK");
        assert_eq!(code(check_ranked(Kind::Referenced, ComprehensiveManagement, Some(PostLevel::BureauChief))), "OK");
        for kind in [Kind::PublicInstitution, Kind::Worker] {
            assert_eq!(code(check_ranked(kind, ComprehensiveManagement, None)), "RANK_NOT_APPLICABLE");
        }
        assert_eq!(code(check_ranked(Kind::CivilServant, AdministrativeEnforcement, None)), "RANK_NOT_APPLICABLE");
        let provincial = check_ranked(Kind::CivilServant, ComprehensiveManagement, Some(PostLevel::ProvincialDeputy));
        assert_eq!(provincial.unwrap_err().actual.as_deref(), Some("省部级副职"));
    }
}
