//! Quotas of ranks (职级职数比例), rule B-06: shares of posts, never of people, rounded down.

use std::collections::BTreeMap;

use super::rank::Rank::{self, *};
use super::refusal::{Refusal, ensure};

/// Whose posts are counted (职级设置层级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pool {
    /// 中央机关
    Central,
    /// 省级机关
    Province,
    /// 副省级城市机关
    SubProvincialCity,
    /// 市（地）级机关
    City,
    /// 县（市、区）、乡镇机关
    County,
    /// 县（市、区）领导班子；以班子职数为基数
    CountyTeam,
}

/// A share: the ranks it is about, the percentage, and the earlier share it is a part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The highest rank of it.
    pub highest: Rank,
    /// The lowest rank of it.
    pub lowest: Rank,
    /// Percent of the posts, or of the share it belongs to.
    pub percent: u32,
    /// Place of the share that it is a part of; none: of the posts themselves.
    pub part_of: Option<usize>,
}

/// A share as a number of posts (职数).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The highest rank of it.
    pub highest: Rank,
    /// The lowest rank of it.
    pub lowest: Rank,
    /// How many posts at most.
    pub posts: u32,
}

const fn of_posts(highest: Rank, lowest: Rank, percent: u32) -> Share {
    Share { highest, lowest, percent, part_of: None }
}

const fn of_share(highest: Rank, lowest: Rank, percent: u32, place: usize) -> Share {
    Share { highest, lowest, percent, part_of: Some(place) }
}

const CENTRAL: &[Share] = &[of_posts(Counsel1, Counsel2, 12), of_posts(Consultant1, Consultant4, 65)];
const PROVINCE: &[Share] =
    &[of_posts(Counsel1, Counsel2, 5), of_share(Counsel1, Counsel1, 30, 0), of_posts(Consultant1, Consultant4, 45)];
const SUB_PROVINCIAL_CITY: &[Share] = &[
    of_posts(Counsel1, Counsel2, 2),
    of_share(Counsel1, Counsel1, 30, 0),
    of_posts(Consultant1, Consultant4, 43),
    of_share(Consultant1, Consultant1, 20, 2),
];
const CITY: &[Share] = &[
    of_posts(Consultant1, Consultant4, 20),
    of_share(Consultant1, Consultant2, 40, 0),
    of_share(Consultant1, Consultant1, 50, 1),
    of_posts(PrincipalClerk1, PrincipalClerk4, 60),
    of_share(PrincipalClerk1, PrincipalClerk2, 50, 3),
];
const COUNTY: &[Share] = &[
    of_posts(Consultant2, Consultant2, 2),
    of_posts(Consultant3, Consultant4, 10),
    of_share(Consultant3, Consultant3, 40, 1),
    of_posts(PrincipalClerk1, PrincipalClerk4, 60),
    of_share(PrincipalClerk1, PrincipalClerk2, 50, 3),
];
const COUNTY_TEAM: &[Share] = &[of_posts(Counsel2, Counsel2, 10), of_posts(Consultant1, Consultant2, 20)];

impl Pool {
    /// The shares as built in; the sources' numbers are not certain, so a tenant may bring its own.
    pub const fn shares(self) -> &'static [Share] {
        match self {
            Self::Central => CENTRAL,
            Self::Province => PROVINCE,
            Self::SubProvincialCity => SUB_PROVINCIAL_CITY,
            Self::City => CITY,
            Self::County => COUNTY,
            Self::CountyTeam => COUNTY_TEAM,
        }
    }
}

/// The shares of so many posts (核定职数), each rounded down.
pub fn limits(shares: &[Share], posts: u32) -> Vec<Limit> {
    let mut out: Vec<Limit> = vec![];
    for share in shares {
        let whole = share.part_of.map_or(posts, |place| out.get(place).map_or(0, |limit| limit.posts));
        let part = u64::from(whole) * u64::from(share.percent) / 100;
        let posts = u32::try_from(part).unwrap_or(u32::MAX);
        out.push(Limit { highest: share.highest, lowest: share.lowest, posts });
    }
    out
}

/// Whether so many holders of each rank, the new one among them, fit the posts. A post of a higher rank that is
/// not used may be used for a lower one. Leaders with a concurrent rank and former officers at their first
/// setting of rank (军转干部首次套转) take no post: the caller leaves them out.
pub fn check(shares: &[Share], posts: u32, holders: &BTreeMap<Rank, u32>) -> Result<(), Refusal> {
    let limits = limits(shares, posts);
    let whole: Vec<&Limit> =
        limits.iter().zip(shares).filter(|(_, share)| share.part_of.is_none()).map(|(limit, _)| limit).collect();
    let lowest = whole.iter().map(|limit| limit.lowest).max();
    let is_open = |rank: Rank| {
        lowest.is_none_or(|lowest| rank > lowest) || whole.iter().any(|l| l.highest <= rank && rank <= l.lowest)
    };
    if let Some((rank, count)) = holders.iter().find(|(rank, count)| **count > 0 && !is_open(**rank)) {
        return Err(exceeded(rank.title(), 0, u64::from(*count)));
    }
    for limit in &limits {
        let above = whole.iter().filter(|one| one.lowest < limit.highest).map(|one| u64::from(one.posts)).sum::<u64>();
        let used: u64 = holders.range(..=limit.lowest).map(|(_, count)| u64::from(*count)).sum();
        let most = above + u64::from(limit.posts);
        let name = if limit.highest == limit.lowest {
            limit.lowest.title().to_string()
        } else {
            format!("{}至{}", limit.highest.title(), limit.lowest.title())
        };
        ensure(used <= most, || exceeded(&name, most, used))?;
    }
    Ok(())
}

fn exceeded(ranks: &str, limit: u64, actual: u64) -> Refusal {
    let zh = format!("{ranks}及以上职级超出职数");
    Refusal::beyond("QUOTA_EXCEEDED", limit, actual, &zh, &format!("Too many hold {ranks} or above"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn posts(pool: Pool, posts: u32) -> Vec<u32> {
        limits(pool.shares(), posts).iter().map(|limit| limit.posts).collect()
    }

    fn checked(pool: Pool, count: u32, holders: &[(Rank, u32)]) -> &'static str {
        code(check(pool.shares(), count, &holders.iter().copied().collect()))
    }

    #[test]
    fn b_06_a_district_bureau_of_80_posts() {
        assert_eq!(posts(Pool::County, 80), [1, 8, 3, 48, 24]);
    }

    #[test]
    fn b_06_shares_round_down() {
        assert_eq!(posts(Pool::County, 9), [0, 0, 0, 5, 2]);
        assert_eq!(posts(Pool::City, 100), [20, 8, 4, 60, 30]);
        assert_eq!(posts(Pool::SubProvincialCity, 150), [3, 0, 64, 12]);
        assert_eq!(posts(Pool::Province, 100), [5, 1, 45]);
        assert_eq!(posts(Pool::Central, 100), [12, 65]);
        assert_eq!(posts(Pool::CountyTeam, 30), [3, 6]);
        assert_eq!(posts(Pool::County, u32::MAX)[3], 2_576_980_377);
    }

    #[test]
    fn b_06_full_and_over() {
        let full = [(Consultant2, 1), (Consultant3, 3), (Consultant4, 5), (PrincipalClerk1, 24), (PrincipalClerk4, 24)];
        assert_eq!(checked(Pool::County, 80, &full), "OK");
        for rank in [Consultant2, Consultant3, Consultant4, PrincipalClerk1, PrincipalClerk4] {
            let more = full.map(|(one, count)| (one, count + u32::from(one == rank)));
            assert_eq!(checked(Pool::County, 80, &more), "QUOTA_EXCEEDED", "{rank:?}");
        }
        let many = [(Clerk1, 500)];
        assert_eq!(checked(Pool::County, 80, &many), "OK");
    }

    #[test]
    fn b_06_an_unused_higher_post_serves_a_lower_rank() {
        assert_eq!(checked(Pool::County, 80, &[(Consultant4, 9)]), "OK");
        assert_eq!(checked(Pool::County, 80, &[(Consultant3, 4)]), "OK");
        assert_eq!(checked(Pool::County, 80, &[(Consultant3, 5)]), "QUOTA_EXCEEDED");
        assert_eq!(checked(Pool::County, 80, &[(Consultant4, 10)]), "QUOTA_EXCEEDED");
        assert_eq!(checked(Pool::County, 80, &[(PrincipalClerk4, 57)]), "OK");
    }

    #[test]
    fn b_06_a_rank_that_the_level_does_not_have() {
        let holders = BTreeMap::from([(Consultant1, 1)]);
        let refusal = check(Pool::County.shares(), 80, &holders).unwrap_err();
        assert_eq!((refusal.limit.as_deref(), refusal.actual.as_deref()), (Some("0"), Some("1")));
        assert!(refusal.zh.starts_with("一级调研员"));
        assert_eq!(checked(Pool::CountyTeam, 30, &[(Consultant1, 1)]), "OK");
    }
}
