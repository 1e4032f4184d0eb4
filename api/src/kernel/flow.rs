//! The pure flow kernel (流程内核): what may start, what may follow, and what the clock does (H-03, H-04).

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One branch (分支) of a flow: an item that one agency handles.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Branch {
    /// The branch's key, unique in its flow.
    pub key: String,
    /// Keys of the branches that must be done before this one starts.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// Whether the case waits for it (必办).
    pub mandatory: bool,
    /// The promised working days (承诺工作日).
    pub limit_days: u32,
}

/// A checked flow definition (流程定义): keys unique, dependencies known, no cycle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flow {
    branches: Vec<Branch>,
}

/// One fault of a flow definition.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FlowFault {
    /// Two branches have the same key.
    #[error("the branch {0} is defined more than once")]
    DuplicateKey(String),
    /// A branch depends on one that is not there.
    #[error("the branch {key} depends on {dependency}, which is not defined")]
    UnknownDependency {
        /// The branch that names it.
        key: String,
        /// The missing branch.
        dependency: String,
    },
    /// The branches wait for each other, so none could ever start.
    #[error("the branches {} wait for each other", .0.join(", "))]
    Cycle(Vec<String>),
}

impl Flow {
    /// Checks a definition and lists all its faults at once.
    pub fn new(branches: Vec<Branch>) -> Result<Self, Vec<FlowFault>> {
        let mut keys = BTreeSet::new();
        let mut faults = Vec::new();
        let mut reported = BTreeSet::new();
        for branch in &branches {
            if !keys.insert(branch.key.as_str()) && reported.insert(branch.key.as_str()) {
                faults.push(FlowFault::DuplicateKey(branch.key.clone()));
            }
        }
        for branch in &branches {
            for dependency in branch.depends_on.iter().filter(|d| !keys.contains(d.as_str())) {
                faults.push(FlowFault::UnknownDependency { key: branch.key.clone(), dependency: dependency.clone() });
            }
        }
        faults.extend(cycles(&branches));
        if faults.is_empty() { Ok(Self { branches }) } else { Err(faults) }
    }

    /// The branches in the order of the definition.
    pub fn branches(&self) -> &[Branch] {
        &self.branches
    }

    /// The branch of a key.
    pub fn branch(&self, key: &str) -> Option<&Branch> {
        self.branches.iter().find(|branch| branch.key == key)
    }

    /// The branches that are not done and wait for nothing more; the caller leaves out those it has
    /// started already.
    pub fn ready(&self, done: &BTreeSet<String>) -> Vec<&str> {
        let is_free =
            |branch: &&Branch| !done.contains(&branch.key) && branch.depends_on.iter().all(|d| done.contains(d));
        self.branches.iter().filter(is_free).map(|branch| branch.key.as_str()).collect()
    }
}

/// Groups of branches that reach each other; a flow has few branches, so plain reachability will do.
fn cycles(branches: &[Branch]) -> Vec<FlowFault> {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for branch in branches {
        let dependencies = branch.depends_on.iter().map(String::as_str);
        edges.entry(&branch.key).or_default().extend(dependencies);
    }
    let reach = |start: &str| {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = edges.get(start).into_iter().flatten().copied().collect();
        while let Some(key) = open.pop() {
            if seen.insert(key) {
                open.extend(edges.get(key).into_iter().flatten().copied());
            }
        }
        seen
    };
    let reached: BTreeMap<&str, BTreeSet<&str>> = edges.keys().map(|k| (*k, reach(k))).collect();
    let reaches = |from: &str, to: &str| reached.get(from).is_some_and(|set| set.contains(to));
    let mut grouped = BTreeSet::new();
    let mut faults = Vec::new();
    for &key in edges.keys() {
        if !reaches(key, key) || grouped.contains(key) {
            continue;
        }
        let group = edges.keys().copied().filter(|k| reaches(key, k) && reaches(k, key));
        let group: Vec<&str> = group.collect();
        grouped.extend(group.iter().copied());
        faults.push(FlowFault::Cycle(group.into_iter().map(str::to_owned).collect()));
    }
    faults
}

/// The state of an item (事项状态, H-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ItemState {
    /// Its dependencies are not done (未启动).
    Waiting,
    /// With the agency, not yet accepted (待受理).
    Pending,
    /// The agency works on it (已受理).
    Accepted,
    /// Waits for the applicant's additional material (待补正).
    Supplement,
    /// Sent back to the applicant with a reason (已退回).
    Returned,
    /// Finished (已办结); nothing leaves this state.
    Done,
}

/// What can be done to an item (事项动作, H-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ItemAction {
    /// Its dependencies are done (启动).
    Start,
    /// The agency takes it (受理).
    Accept,
    /// The agency asks for material (要求补正).
    RequestSupplement,
    /// The applicant gives it (补正).
    Supply,
    /// The agency sends it back with a reason (退回).
    Return,
    /// The applicant sends it again (重新提交).
    Resubmit,
    /// The agency finishes it (办结).
    Finish,
}

/// What an action does to the item's working-day clock (计时, H-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ClockEffect {
    /// The clock starts.
    Start,
    /// The clock waits for the applicant.
    Pause,
    /// The clock goes on.
    Resume,
    /// The clock has stopped for good.
    Stop,
    /// The clock is not touched.
    None,
}

/// An action that the item's state does not allow.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{action:?} is not allowed from {from:?}; allowed: {allowed:?}")]
pub struct FlowRefusal {
    /// The stable code, `ILLEGAL_TRANSITION`.
    pub code: &'static str,
    /// The state the item is in.
    pub from: ItemState,
    /// The action that was tried.
    pub action: ItemAction,
    /// What the state does allow.
    pub allowed: Vec<ItemAction>,
}

impl ItemAction {
    /// Every action, in the order of an item's life.
    pub const ALL: [Self; 7] =
        [Self::Start, Self::Accept, Self::RequestSupplement, Self::Supply, Self::Return, Self::Resubmit, Self::Finish];

    /// What it does to the clock: while the applicant must act (补正, 退回) the agency's time stands.
    pub fn clock_effect(self) -> ClockEffect {
        match self {
            Self::Start => ClockEffect::Start,
            Self::RequestSupplement | Self::Return => ClockEffect::Pause,
            Self::Supply | Self::Resubmit => ClockEffect::Resume,
            Self::Finish => ClockEffect::Stop,
            Self::Accept => ClockEffect::None,
        }
    }
}

impl ItemState {
    /// The actions this state allows.
    pub fn allowed(self) -> Vec<ItemAction> {
        let mut allowed = ItemAction::ALL.to_vec();
        allowed.retain(|action| step(self, *action).is_some());
        allowed
    }
}

/// The state after an action (H-03), or why it is refused.
pub fn next(state: ItemState, action: ItemAction) -> Result<ItemState, FlowRefusal> {
    step(state, action).ok_or_else(|| FlowRefusal {
        code: "ILLEGAL_TRANSITION",
        from: state,
        action,
        allowed: state.allowed(),
    })
}

fn step(state: ItemState, action: ItemAction) -> Option<ItemState> {
    use ItemAction as A;
    use ItemState as S;
    match (state, action) {
        (S::Waiting, A::Start) => Some(S::Pending),
        (S::Pending, A::Accept) => Some(S::Accepted),
        (S::Pending | S::Accepted, A::RequestSupplement) => Some(S::Supplement),
        (S::Supplement, A::Supply) => Some(S::Pending),
        (S::Pending | S::Accepted, A::Return) => Some(S::Returned),
        (S::Returned, A::Resubmit) => Some(S::Pending),
        (S::Accepted, A::Finish) => Some(S::Done),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn branch(key: &str, depends_on: &[&str]) -> Branch {
        let depends_on = depends_on.iter().map(|d| (*d).to_owned()).collect();
        Branch { key: key.to_owned(), depends_on, mandatory: true, limit_days: 2 }
    }

    fn done(keys: &[&str]) -> BTreeSet<String> {
        keys.iter().map(|key| (*key).to_owned()).collect()
    }

    #[test]
    fn h_03_independent_items_start_together() {
        let agencies = ["组织部", "编办", "人社", "医保", "公积金", "财政", "机关事务"];
        let flow = Flow::new(agencies.iter().map(|key| branch(key, &[])).collect()).unwrap();
        assert_eq!(flow.ready(&done(&[])), agencies);
        assert_eq!(flow.ready(&done(&["医保"])).len(), 6);
    }

    #[test]
    fn h_03_dependent_items_wait() {
        let flow = Flow::new(vec![branch("出编", &[]), branch("工资", &["出编"])]).unwrap();
        assert_eq!(flow.ready(&done(&[])), ["出编"]);
        assert_eq!(flow.ready(&done(&["出编"])), ["工资"]);
        assert!(flow.ready(&done(&["出编", "工资"])).is_empty());
        assert_eq!(flow.branch("工资").unwrap().depends_on, ["出编"]);
    }

    #[test]
    fn all_faults_are_listed_at_once() {
        let faults = Flow::new(vec![
            branch("a", &["b"]),
            branch("b", &["a"]),
            branch("c", &["c", "nowhere"]),
            branch("d", &["a"]),
            branch("d", &[]),
            branch("d", &[]),
        ]);
        let unknown = FlowFault::UnknownDependency { key: "c".into(), dependency: "nowhere".into() };
        assert_eq!(
            faults.unwrap_err(),
            [
                FlowFault::DuplicateKey("d".into()),
                unknown,
                FlowFault::Cycle(vec!["a".into(), "b".into()]),
                FlowFault::Cycle(vec!["c".into()]),
            ]
        );
    }

    #[test]
    fn h_03_whole_transition_table() {
        use ItemAction::*;
        let table = [
            (ItemState::Waiting, vec![Start]),
            (ItemState::Pending, vec![Accept, RequestSupplement, Return]),
            (ItemState::Accepted, vec![RequestSupplement, Return, Finish]),
            (ItemState::Supplement, vec![Supply]),
            (ItemState::Returned, vec![Resubmit]),
            (ItemState::Done, vec![]),
        ];
        for (state, allowed) in table {
            assert_eq!(state.allowed(), allowed, "{state:?}");
        }
        assert_eq!(next(ItemState::Supplement, Supply), Ok(ItemState::Pending));
        assert_eq!(next(ItemState::Accepted, Finish), Ok(ItemState::Done));
        let refusal = next(ItemState::Pending, Finish).unwrap_err();
        assert_eq!((refusal.code, refusal.from), ("ILLEGAL_TRANSITION", ItemState::Pending));
        assert_eq!(refusal.allowed, [Accept, RequestSupplement, Return]);
    }

    #[test]
    fn h_04_clock_effects() {
        use ItemAction::*;
        let effects = ItemAction::ALL.map(ItemAction::clock_effect);
        use ClockEffect as E;
        let expected = [E::Start, E::None, E::Pause, E::Resume, E::Pause, E::Resume, E::Stop];
        assert_eq!(effects, expected);
        assert_eq!(serde_json::to_string(&RequestSupplement).unwrap(), r#""REQUEST_SUPPLEMENT""#);
    }
}
