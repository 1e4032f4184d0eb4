//! Lateral entry (调任), rule H-05, 公务员法第70条: from where and to what.

use crate::modules::personnel::rules::rank::{PostLevel, Rank};
use crate::modules::personnel::rules::refusal::Refusal;

/// The lowest rank that lateral entry leads to (四级调研员以上).
pub const LOWEST: Rank = Rank::Consultant4;

/// Where the person comes from (调出单位性质): who does public business there may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Origin {
    /// 国有企业
    StateEnterprise,
    /// 高等院校
    University,
    /// 科研院所
    ResearchInstitute,
    /// 其他不参照公务员法管理的事业单位
    PublicInstitution,
    /// 公务员或者参照公务员法管理的单位
    CivilService,
    /// 其他
    Other,
}

/// What the person is to become (拟任职务职级); at least one of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Target {
    /// A leading post.
    pub post: Option<PostLevel>,
    /// A rank.
    pub rank: Option<Rank>,
}

/// Everything that speaks against the entry; none if nothing does. Who is barred from recruitment is barred here too
/// (`recruitment::refusals`).
pub fn refusals(origin: Origin, target: Target) -> Vec<Refusal> {
    let mut out = vec![];
    match origin {
        Origin::CivilService => {
            let zh = "公务员之间的流动适用转任，不适用调任";
            out.push(Refusal::new("ORIGIN_NOT_ELIGIBLE", zh, "Within the civil service one is transferred."));
        }
        Origin::Other => {
            let zh = "调任人选应来自国有企业、高等院校和科研院所以及其他不参照公务员法管理的事业单位";
            let en = "One is called from a state enterprise, a university, a research or another public institution.";
            out.push(Refusal::new("ORIGIN_NOT_ELIGIBLE", zh, en));
        }
        _ => {}
    }
    let is_high_enough = target.post.is_some() || target.rank.is_some_and(|rank| rank.at_least(LOWEST));
    if !is_high_enough {
        let actual = target.rank.map_or("无", Rank::title);
        let (zh, en) = ("调任须担任领导职务或者四级调研员以上职级", "The target is too low for lateral entry");
        out.push(Refusal::beyond("TARGET_TOO_LOW", LOWEST.title(), actual, zh, en));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(origin: Origin, post: Option<PostLevel>, rank: Option<Rank>) -> Vec<&'static str> {
        refusals(origin, Target { post, rank }).into_iter().map(|refusal| refusal.code).collect()
    }

    #[test]
    fn h_05_leadership_or_a_consultant_of_the_fourth_grade() {
        let origin = Origin::StateEnterprise;
        assert_eq!(codes(origin, None, Some(Rank::PrincipalClerk1)), ["TARGET_TOO_LOW"]);
        assert_eq!(codes(origin, None, Some(Rank::Consultant4)), [""; 0]);
        assert_eq!(codes(origin, Some(PostLevel::SectionDeputy), None), [""; 0]);
        assert_eq!(codes(origin, Some(PostLevel::SectionDeputy), Some(Rank::PrincipalClerk4)), [""; 0]);
        assert_eq!(codes(origin, None, None), ["TARGET_TOO_LOW"]);
    }

    #[test]
    fn h_05_from_where_one_is_called() {
        let rank = Some(Rank::Consultant3);
        for origin in
            [Origin::StateEnterprise, Origin::University, Origin::ResearchInstitute, Origin::PublicInstitution]
        {
            assert_eq!(codes(origin, None, rank), [""; 0]);
        }
        assert_eq!(codes(Origin::CivilService, None, rank), ["ORIGIN_NOT_ELIGIBLE"]);
        assert_eq!(codes(Origin::Other, None, Some(Rank::Clerk1)), ["ORIGIN_NOT_ELIGIBLE", "TARGET_TOO_LOW"]);
    }
}
