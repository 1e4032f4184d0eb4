//! Avoidance between relatives (任职回避), rule F-11, 公务员法第74条.

use super::refusal::{Refusal, ensure};

/// A relation that calls for avoidance (亲属关系).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kinship {
    /// 夫妻
    Spouse,
    /// 直系血亲
    DirectBlood,
    /// 三代以内旁系血亲
    CollateralBlood,
    /// 近姻亲
    CloseAffinity,
}

/// What a post does that a leader's relative must not do in the leader's organ (回避岗位).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Duty {
    /// 组织、人事
    Personnel,
    /// 纪检、监察
    Discipline,
    /// 审计
    Audit,
    /// 财务
    Finance,
    /// 其他
    Other,
}

/// How two relatives would stand to each other (拟任关系).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How they are related; none if the law knows no such relation.
    pub kinship: Option<Kinship>,
    /// Whether they serve in the same organ.
    pub same_organ: bool,
    /// Whether both are directly below one leader (直接隶属于同一领导人员).
    pub same_leader: bool,
    /// Whether one is directly above the other (直接上下级领导关系).
    pub direct_superior: bool,
    /// Whether the relative leads the organ (担任领导职务).
    pub relative_leads: bool,
    /// What the post does.
    pub duty: Duty,
}

/// Whether the person may serve there. Where region or work is special, an exemption of the provincial authority
/// (省级以上公务员主管部门变通规定) is named by its document.
pub fn check(standing: &Standing, exemption: Option<&str>) -> Result<(), Refusal> {
    let related = standing.kinship.is_some() && standing.same_organ;
    let guarded = standing.relative_leads && standing.duty != Duty::Other;
    let is_exempt = exemption.is_some_and(|document| !document.trim().is_empty());
    ensure(!related || is_exempt || !(standing.same_leader || standing.direct_superior || guarded), || {
        let (zh, en) = if standing.direct_superior {
            ("与亲属有直接上下级领导关系，应当回避", "A relative would be the direct superior or subordinate.")
        } else if standing.same_leader {
            ("与亲属直接隶属于同一领导人员，应当回避", "A relative is directly below the same leader.")
        } else {
            (
                "亲属在本机关担任领导职务，不得从事组织、人事、纪检、监察、审计和财务工作",
                "A relative leads the organ, whose personnel, discipline, audit and finance are then closed.",
            )
        };
        Refusal::new("KIN_AVOIDANCE", zh, en)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    const APART: Standing = Standing {
        kinship: Some(Kinship::Spouse),
        same_organ: true,
        same_leader: false,
        direct_superior: false,
        relative_leads: false,
        duty: Duty::Finance,
    };

    #[test]
    fn f_11_relatives_in_one_organ() {
        assert_eq!(code(check(&APART, None)), "OK");
        assert_eq!(code(check(&Standing { same_leader: true, ..APART }, None)), "KIN_AVOIDANCE");
        assert_eq!(code(check(&Standing { direct_superior: true, ..APART }, None)), "KIN_AVOIDANCE");
        let elsewhere = Standing { direct_superior: true, same_organ: false, ..APART };
        assert_eq!(code(check(&elsewhere, None)), "OK");
        let stranger = Standing { kinship: None, same_leader: true, ..APART };
        assert_eq!(code(check(&stranger, None)), "OK");
    }

    #[test]
    fn f_11_guarded_duties_below_a_leading_relative() {
        for duty in [Duty::Personnel, Duty::Discipline, Duty::Audit, Duty::Finance] {
            assert_eq!(code(check(&Standing { relative_leads: true, duty, ..APART }, None)), "KIN_AVOIDANCE");
        }
        assert_eq!(code(check(&Standing { relative_leads: true, duty: Duty::Other, ..APART }, None)), "OK");
    }

    #[test]
    fn f_11_an_exemption_names_its_document() {
        let standing = Standing { same_leader: true, ..APART };
        assert_eq!(code(check(&standing, Some("  "))), "KIN_AVOIDANCE");
        assert_eq!(code(check(&standing, Some("省级规定文号"))), "OK");
    }
}
