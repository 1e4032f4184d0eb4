//! The four levels (四级分解), rules I-04 and I-05: 任务 → 项目 → 计划 → 进程, what a node must have, and what it may come
//! after.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::modules::personnel::rules::refusal::Refusal;

/// Level of a node (层级), with the level of cadres that owns it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// 任务（区级）
    Task,
    /// 项目（正处）
    Project,
    /// 计划（副处）
    Plan,
    /// 进程（科级）
    Process,
}

impl Level {
    /// The level below.
    pub fn below(self) -> Option<Self> {
        match self {
            Self::Task => Some(Self::Project),
            Self::Project => Some(Self::Plan),
            Self::Plan => Some(Self::Process),
            Self::Process => None,
        }
    }
}

/// A node's level follows from its parent's.
pub fn level_under(parent: Option<Level>) -> Result<Level, Refusal> {
    match parent {
        None => Ok(Level::Task),
        Some(level) => level.below().ok_or_else(|| {
            Refusal::new("TASK_TOO_DEEP", "进程是最末一级，不能再分解", "A process is the last level and is not split.")
        }),
    }
}

/// The lowest post that owns each level, by its place among the levels of posts from the highest (0) on. Each level is
/// owned by the posts from there up to those of the level above (对应领导层级).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owners(pub [usize; 4]);

impl Default for Owners {
    /// 区级, 正处, 副处, 科级: districts whose leaders are of bureau rank.
    fn default() -> Self {
        Self([1, 2, 3, 5])
    }
}

impl Owners {
    /// Whether each level has posts of its own.
    pub fn fit(self) -> bool {
        self.0.is_sorted_by(|above, below| above < below)
    }

    /// Whether a post, by its place, owns a level.
    pub fn own(self, level: Level, post: usize) -> bool {
        let place = level as usize;
        let lowest = |place: usize| self.0.get(place).copied();
        let above = place.checked_sub(1).and_then(lowest);
        lowest(place).is_some_and(|lowest| post <= lowest) && above.is_none_or(|above| post > above)
    }
}

/// A node lies within the days of what is above it.
pub fn within(days: (NaiveDate, NaiveDate), outer: (NaiveDate, NaiveDate)) -> Result<(), Refusal> {
    if days.1 < days.0 {
        return Err(Refusal::beyond("PERIOD_REVERSED", days.0, days.1, "结束早于开始", "It ends before it begins"));
    }
    if days.0 < outer.0 || days.1 > outer.1 {
        let (outer, days) = (format!("{} – {}", outer.0, outer.1), format!("{} – {}", days.0, days.1));
        let (zh, en) = ("超出上级的计划起止", "It reaches beyond the days of what is above it");
        return Err(Refusal::beyond("DATES_OUTSIDE_PARENT", outer, days, zh, en));
    }
    Ok(())
}

/// What a node has of the five that it needs (定位、定性、定人、定量、定时).
#[derive(Clone, Copy, Debug, Default)]
pub struct Parts {
    /// 定位: where.
    pub place: bool,
    /// 定性: of what nature.
    pub nature: bool,
    /// 定人: somebody who carries it out.
    pub person: bool,
    /// 定量: how much, with its unit.
    pub quantity: bool,
    /// 定时: from when until when.
    pub time: bool,
}

/// What is missing (缺项), in the order of the rule; a node is valid if nothing is.
pub fn missing(parts: Parts) -> Vec<&'static str> {
    [
        (parts.place, "PLACE"),
        (parts.nature, "NATURE"),
        (parts.person, "PERSON"),
        (parts.quantity, "QUANTITY"),
        (parts.time, "TIME"),
    ]
    .into_iter()
    .filter(|(has, _)| !has)
    .map(|(_, word)| word)
    .collect()
}

/// Whether a node may go below another: never below itself or what is below it.
pub fn movable(path: &str, target: &str) -> Result<(), Refusal> {
    if !target.starts_with(path) {
        return Ok(());
    }
    Err(Refusal::new("CYCLE_IN_TREE", "不能移动到自己的下级", "A node does not go below itself."))
}

/// Whether one node may come after another, given who comes after whom already.
pub fn may_follow<N: Copy + Ord>(later: N, earlier: N, links: &[(N, N)]) -> Result<(), Refusal> {
    let mut after: BTreeMap<N, Vec<N>> = BTreeMap::new();
    for (later, earlier) in links {
        after.entry(*later).or_default().push(*earlier);
    }
    let (mut open, mut seen) = (vec![earlier], BTreeSet::new());
    while let Some(node) = open.pop() {
        if node == later {
            let (zh, en) = ("前后置关系成环", "Tasks would wait for each other.");
            return Err(Refusal::new("DEPENDENCY_CYCLE", zh, en));
        }
        if seen.insert(node) {
            open.extend(after.get(&node).into_iter().flatten());
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn june(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 6, day).unwrap()
    }

    #[test]
    fn shc_03_each_level_is_owned_by_its_level_of_cadres() {
        const LEVELS: [Level; 4] = [Level::Task, Level::Project, Level::Plan, Level::Process];
        let owned = |owners: Owners, post| LEVELS.into_iter().find(|level| owners.own(*level, post));
        // From bureau chief to deputy section chief; without a leading post one owns nothing.
        let district = [0, 1, 2, 3, 4, 5, 6].map(|post| owned(Owners::default(), post));
        let [task, project, plan, process] = LEVELS.map(Some);
        assert_eq!(district, [task, task, project, plan, process, process, None]);
        let county = [2, 3, 4, 5, 6].map(|post| owned(Owners([3, 4, 5, 6]), post));
        assert_eq!(county, [task, task, project, plan, process]);
        assert!(Owners::default().fit() && !Owners([1, 1, 3, 5]).fit());
    }

    #[test]
    fn i_05_four_levels() {
        let mut level = level_under(None).unwrap();
        let mut seen = vec![level];
        while let Ok(below) = level_under(Some(level)) {
            seen.push(below);
            level = below;
        }
        assert_eq!(seen, [Level::Task, Level::Project, Level::Plan, Level::Process]);
        assert_eq!(code(level_under(Some(Level::Process))), "TASK_TOO_DEEP");
    }

    #[test]
    fn i_04_days_lie_within_the_parents() {
        let outer = (june(5), june(20));
        assert_eq!(code(within((june(5), june(20)), outer)), "OK");
        assert_eq!(code(within((june(4), june(20)), outer)), "DATES_OUTSIDE_PARENT");
        assert_eq!(code(within((june(5), june(21)), outer)), "DATES_OUTSIDE_PARENT");
        assert_eq!(code(within((june(9), june(8)), outer)), "PERIOD_REVERSED");
    }

    #[test]
    fn i_04_a_node_without_one_of_the_five_is_invalid() {
        let all = Parts { place: true, nature: true, person: true, quantity: true, time: true };
        assert!(missing(all).is_empty());
        assert_eq!(missing(Parts { person: false, ..all }), ["PERSON"]);
        assert_eq!(missing(Parts::default()), ["PLACE", "NATURE", "PERSON", "QUANTITY", "TIME"]);
    }

    #[test]
    fn i_04_no_node_goes_below_itself() {
        assert_eq!(code(movable("/a/b/", "/a/b/")), "CYCLE_IN_TREE");
        assert_eq!(code(movable("/a/b/", "/a/b/c/")), "CYCLE_IN_TREE");
        assert_eq!(code(movable("/a/b/", "/a/c/")), "OK");
    }

    #[test]
    fn i_04_nodes_do_not_wait_for_each_other() {
        let links = [(2, 1), (3, 2)];
        assert_eq!(code(may_follow(4, 3, &links)), "OK");
        assert_eq!(code(may_follow(1, 3, &links)), "DEPENDENCY_CYCLE");
        assert_eq!(code(may_follow(1, 1, &links)), "DEPENDENCY_CYCLE");
    }
}
