//! The catalogue of matters (事项目录), rule H-02: groups, who may add to them, and the version a case keeps.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// Group of a matter (事项分组).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Group {
    /// 省定基础事项
    ProvincialBase,
    /// 省定联办事项
    ProvincialLinked,
    /// 市级自选事项
    City,
    /// 县级自选事项
    County,
}

impl Group {
    /// Whether the list is unsure (H-02): the official split of the province's nine and ten was not found, so the
    /// provincial groups are a default that a tenant edits as new versions.
    pub const fn is_unsure(self) -> bool {
        matches!(self, Self::ProvincialBase | Self::ProvincialLinked)
    }
}

/// Level of the tenant whose catalogue it is (层级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Level {
    /// 省
    Province,
    /// 市
    City,
    /// 县（市、区）
    County,
}

impl Level {
    /// The group that matters of its own go to (自选事项); the rest of the catalogue stays as it was given.
    pub const fn own_group(self) -> Group {
        match self {
            Self::Province => Group::ProvincialBase,
            Self::City => Group::City,
            Self::County => Group::County,
        }
    }
}

/// One version of a matter (事项版本).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version<'a> {
    /// The matter's key.
    pub key: &'a str,
    /// The version's number, from 1.
    pub number: i32,
    /// The group.
    pub group: Group,
    /// The first day on which it is in force.
    pub effective_from: NaiveDate,
}

/// How many matters each group has, versions counted once (H-02).
pub fn counts(versions: &[Version<'_>]) -> BTreeMap<Group, usize> {
    let mut newest: BTreeMap<&str, &Version<'_>> = BTreeMap::new();
    for version in versions {
        let known = newest.entry(version.key).or_insert(version);
        if known.number < version.number {
            *known = version;
        }
    }
    newest.values().fold(BTreeMap::new(), |mut counts, version| {
        *counts.entry(version.group).or_default() += 1;
        counts
    })
}

/// Whether a tenant of the level may add a matter of a key to a group.
pub fn check_addition(level: Level, versions: &[Version<'_>], key: &str, group: Group) -> Result<(), Refusal> {
    let own = level.own_group();
    let is_own = group == own || (level == Level::Province && group == Group::ProvincialLinked);
    ensure(is_own, || {
        let (zh, en) = ("自选事项只能加入本级分组", "Matters of one's own go to the group of one's level");
        Refusal::beyond("GROUP_NOT_OWN", format!("{own:?}"), format!("{group:?}"), zh, en)
    })?;
    match versions.iter().find(|version| version.key == key) {
        None => Ok(()),
        Some(_) => {
            let zh = format!("事项编码 {key} 已存在；修改应发布新版本");
            Err(Refusal::new("ALREADY_EXISTS", zh, format!("The key {key} is taken; a change is a new version.")))
        }
    }
}

/// Whether a new version of a matter may go to another group (调整分组): the provincial split is unsure, so a tenant
/// corrects it between the two provincial groups; every other matter stays where it is.
pub fn check_regroup(from: Group, to: Group) -> Result<(), Refusal> {
    ensure(from == to || (from.is_unsure() && to.is_unsure()), || {
        let (zh, en) = ("新版本不能调整到该分组", "A new version cannot go to that group");
        Refusal::beyond("GROUP_NOT_OWN", format!("{from:?}"), format!("{to:?}"), zh, en)
    })
}

/// The version in force on a day (现行版本): a case begun on that day keeps it to its end.
pub fn in_force<'a, 'v>(versions: &'v [Version<'a>], key: &str, on: NaiveDate) -> Option<&'v Version<'a>> {
    versions.iter().filter(|v| v.key == key && v.effective_from <= on).max_by_key(|v| v.number)
}

/// Whether a new version may follow (版本发布): one more than the last, in force no earlier than it.
pub fn check_next(versions: &[Version<'_>], next: &Version<'_>) -> Result<(), Refusal> {
    let last = versions.iter().filter(|v| v.key == next.key).max_by_key(|v| v.number);
    let expected = last.map_or(1, |v| v.number.saturating_add(1));
    ensure(next.number == expected, || {
        Refusal::beyond("VERSION_OUT_OF_ORDER", expected, next.number, "版本号应连续", "Versions are numbered in a row")
    })?;
    let Some(last) = last else { return Ok(()) };
    ensure(next.effective_from >= last.effective_from, || {
        let (zh, en) = ("生效日不得早于上一版本", "A version begins no earlier than the one before");
        Refusal::beyond("VERSION_OUT_OF_ORDER", last.effective_from, next.effective_from, zh, en)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn version<'a>(key: &'a str, number: i32, group: Group, from: &str) -> Version<'a> {
        Version { key, number, group, effective_from: from.parse().unwrap() }
    }

    fn catalogue() -> Vec<Version<'static>> {
        vec![
            version("retirement", 1, Group::ProvincialBase, "2025-01-01"),
            version("retirement", 2, Group::ProvincialBase, "2025-07-01"),
            version("transfer", 1, Group::ProvincialBase, "2025-01-01"),
            version("medical-insurance", 1, Group::ProvincialLinked, "2025-01-01"),
        ]
    }

    #[test]
    fn h_02_counts_by_group() {
        let mut versions = catalogue();
        let before = counts(&versions);
        assert_eq!(before, BTreeMap::from([(Group::ProvincialBase, 2), (Group::ProvincialLinked, 1)]));
        assert_eq!(code(check_addition(Level::County, &versions, "contract-recruitment", Group::County)), "OK");
        versions.push(version("contract-recruitment", 1, Group::County, "2025-08-01"));
        let after = counts(&versions);
        assert_eq!(after[&Group::County], 1);
        assert_eq!(after[&Group::ProvincialBase], before[&Group::ProvincialBase]);
        assert_eq!(after[&Group::ProvincialLinked], before[&Group::ProvincialLinked]);
    }

    #[test]
    fn h_02_a_local_matter_stays_out_of_the_provincial_groups() {
        let added = |level, group| code(check_addition(level, &catalogue(), "parking-permit", group));
        assert_eq!(added(Level::County, Group::ProvincialBase), "GROUP_NOT_OWN");
        assert_eq!(added(Level::City, Group::ProvincialLinked), "GROUP_NOT_OWN");
        assert_eq!(added(Level::County, Group::City), "GROUP_NOT_OWN");
        assert_eq!((added(Level::City, Group::City), added(Level::Province, Group::ProvincialLinked)), ("OK", "OK"));
        assert_eq!(code(check_addition(Level::City, &catalogue(), "transfer", Group::City)), "ALREADY_EXISTS");
    }

    #[test]
    fn h_02_the_provincial_split_can_be_corrected() {
        use Group::{City, County, ProvincialBase, ProvincialLinked};
        assert_eq!(code(check_regroup(ProvincialBase, ProvincialLinked)), "OK");
        assert_eq!(code(check_regroup(County, County)), "OK");
        assert_eq!(code(check_regroup(City, ProvincialBase)), "GROUP_NOT_OWN");
        assert_eq!(code(check_regroup(ProvincialLinked, County)), "GROUP_NOT_OWN");
    }

    #[test]
    fn h_02_what_is_unsure() {
        let unsure = [Group::ProvincialBase, Group::ProvincialLinked, Group::City, Group::County].map(Group::is_unsure);
        assert_eq!(unsure, [true, true, false, false]);
    }

    #[test]
    fn h_02_a_case_keeps_the_version_it_began_with() {
        let versions = catalogue();
        let number = |on: &str| in_force(&versions, "retirement", on.parse().unwrap()).map(|v| v.number);
        assert_eq!((number("2024-12-31"), number("2025-06-30"), number("2025-07-01")), (None, Some(1), Some(2)));
    }

    #[test]
    fn h_02_versions_follow_each_other() {
        let next =
            |number, from| code(check_next(&catalogue(), &version("retirement", number, Group::ProvincialBase, from)));
        assert_eq!((next(3, "2025-09-01"), next(4, "2025-09-01")), ("OK", "VERSION_OUT_OF_ORDER"));
        assert_eq!(next(3, "2025-06-30"), "VERSION_OUT_OF_ORDER");
        assert_eq!(code(check_next(&[], &version("death", 1, Group::City, "2025-09-01"))), "OK");
    }
}
