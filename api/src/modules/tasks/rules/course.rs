//! The closed loop (闭环), rule I-07: 发布 → 接收 → 落实 → 反馈 → 评价, and what may be done on the way.

use crate::modules::personnel::rules::refusal::Refusal;

/// Where a task stands in the loop (闭环状态).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum State {
    /// 拟定
    Draft,
    /// 已发布
    Published,
    /// 已接收
    Accepted,
    /// 落实中
    UnderWay,
    /// 已反馈
    Reported,
    /// 已评价
    Evaluated,
    /// 已撤回
    Withdrawn,
}

/// What is done to it (动作).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Act {
    /// 发布
    Publish,
    /// 接收
    Accept,
    /// 落实
    Progress,
    /// 反馈
    Feedback,
    /// 评价通过
    Evaluate,
    /// 评价退回
    Return,
    /// 撤回
    Withdraw,
}

impl State {
    /// The stable word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Published => "PUBLISHED",
            Self::Accepted => "ACCEPTED",
            Self::UnderWay => "UNDER_WAY",
            Self::Reported => "REPORTED",
            Self::Evaluated => "EVALUATED",
            Self::Withdrawn => "WITHDRAWN",
        }
    }

    /// Whether it waits for somebody's work.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Published | Self::Accepted | Self::UnderWay)
    }

    /// Whether nothing more is to be done to it by those who carry it out.
    pub fn is_done(self) -> bool {
        matches!(self, Self::Reported | Self::Evaluated)
    }
}

/// The state after an act, or why it is not its turn.
pub fn step(state: State, act: Act) -> Result<State, Refusal> {
    use State::{Accepted, Draft, Evaluated, Published, Reported, UnderWay, Withdrawn};
    match (act, state) {
        (Act::Publish, Draft) => Ok(Published),
        (Act::Accept, Published) => Ok(Accepted),
        (Act::Progress, Accepted | UnderWay) => Ok(UnderWay),
        (Act::Feedback, UnderWay) => Ok(Reported),
        (Act::Evaluate, Reported) => Ok(Evaluated),
        (Act::Return, Reported) => Ok(UnderWay),
        (Act::Withdraw, Draft | Published | Accepted | UnderWay) => Ok(Withdrawn),
        (Act::Progress | Act::Feedback, Draft | Published) => {
            Err(wrong("TASK_NOT_ACCEPTED", state, "尚未接收", "It has not been accepted"))
        }
        (Act::Feedback, Accepted) => Err(wrong("TASK_NOT_UNDER_WAY", state, "尚未落实", "Nothing has been done yet")),
        (Act::Evaluate | Act::Return, Draft | Published | Accepted | UnderWay) => {
            Err(wrong("TASK_NOT_REPORTED", state, "尚未反馈完成", "It has not been reported as done"))
        }
        _ => Err(wrong("NOT_IN_STATE", state, "当前状态不允许此操作", "The state does not allow this")),
    }
}

fn wrong(code: &'static str, state: State, zh: &str, en: &str) -> Refusal {
    Refusal::new(code, format!("{zh}（{}）", state.word()), format!("{en}: it is {}.", state.word()))
}

/// Progress after a report: it does not fall without a reason, and 100 is reached by the feedback alone.
pub fn progress(from: i32, to: i32, reason: Option<&str>) -> Result<i32, Refusal> {
    if !(0..100).contains(&to) {
        return Err(Refusal::beyond("INVALID_VALUE", "0-99", to, "进度超出范围", "The progress is out of range"));
    }
    if to < from && reason.is_none_or(|r| r.trim().is_empty()) {
        let (zh, en) = ("进度下降须说明理由", "Progress falls only with a reason");
        return Err(Refusal::beyond("PROGRESS_FALLS", from, to, zh, en));
    }
    Ok(to)
}

/// One person is not main handler and co-handler of a task at once.
pub fn co_handler<U: PartialEq>(handler: Option<&U>, co_handler: &U) -> Result<(), Refusal> {
    if handler != Some(co_handler) {
        return Ok(());
    }
    Err(Refusal::new("CO_HANDLER_IS_HANDLER", "主办人不能同时是配合人", "The main handler is no co-handler as well."))
}

/// A withdrawal after the acceptance wants a reason.
pub fn withdrawal(state: State, reason: Option<&str>) -> Result<(), Refusal> {
    let accepted = matches!(state, State::Accepted | State::UnderWay);
    if !accepted || reason.is_some_and(|r| !r.trim().is_empty()) {
        return Ok(());
    }
    Err(Refusal::new("REASON_MISSING", "接收后撤回须说明理由", "After the acceptance a withdrawal wants a reason."))
}

/// The progress of a task with tasks below it: their mean by hours, rounded down; a share of nothing is 0.
pub fn rolled_up(children: &[(i32, i32)]) -> i32 {
    let weight = |hours: i32| i64::from(hours.max(1));
    let whole: i64 = children.iter().map(|(_, hours)| weight(*hours)).sum();
    let done: i64 = children.iter().map(|(percent, hours)| i64::from(*percent) * weight(*hours)).sum();
    i32::try_from(done.checked_div(whole).unwrap_or(0)).unwrap_or(0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    const ACTS: [Act; 7] =
        [Act::Publish, Act::Accept, Act::Progress, Act::Feedback, Act::Evaluate, Act::Return, Act::Withdraw];

    #[test]
    fn i_07_the_loop_in_order() {
        let mut state = State::Draft;
        for act in [Act::Publish, Act::Accept, Act::Progress, Act::Feedback, Act::Evaluate] {
            state = step(state, act).unwrap();
        }
        assert_eq!(state, State::Evaluated);
    }

    #[test]
    fn i_07_what_is_refused() {
        assert_eq!(code(step(State::Published, Act::Feedback)), "TASK_NOT_ACCEPTED");
        assert_eq!(code(step(State::Accepted, Act::Feedback)), "TASK_NOT_UNDER_WAY");
        assert_eq!(code(step(State::UnderWay, Act::Evaluate)), "TASK_NOT_REPORTED");
        assert_eq!(code(step(State::Evaluated, Act::Withdraw)), "NOT_IN_STATE");
        assert_eq!(code(co_handler(Some(&1), &1)), "CO_HANDLER_IS_HANDLER");
        assert_eq!(code(co_handler(Some(&1), &2)), "OK");
        assert_eq!(code(withdrawal(State::Accepted, None)), "REASON_MISSING");
        assert_eq!(code(withdrawal(State::Accepted, Some("计划调整"))), "OK");
        assert_eq!(code(withdrawal(State::Published, None)), "OK");
    }

    #[test]
    fn i_07_progress_falls_with_a_reason_only() {
        assert_eq!(code(progress(40, 30, None)), "PROGRESS_FALLS");
        assert_eq!(code(progress(40, 30, Some(" "))), "PROGRESS_FALLS");
        assert_eq!(progress(40, 30, Some("核减工程量")).unwrap(), 30);
        assert_eq!(code(progress(40, 100, None)), "INVALID_VALUE");
    }

    /// Every walk of seven steps against a machine written as a table.
    #[test]
    fn i_07_every_walk_follows_the_reference_machine() {
        fn table(state: &str, act: Act) -> Option<&'static str> {
            Some(match (state, act) {
                ("DRAFT", Act::Publish) => "PUBLISHED",
                ("PUBLISHED", Act::Accept) => "ACCEPTED",
                ("ACCEPTED" | "UNDER_WAY", Act::Progress) => "UNDER_WAY",
                ("UNDER_WAY", Act::Feedback) => "REPORTED",
                ("REPORTED", Act::Evaluate) => "EVALUATED",
                ("REPORTED", Act::Return) => "UNDER_WAY",
                ("DRAFT" | "PUBLISHED" | "ACCEPTED" | "UNDER_WAY", Act::Withdraw) => "WITHDRAWN",
                _ => return None,
            })
        }
        let mut walks = vec![(State::Draft, "DRAFT")];
        for _ in 0..7 {
            let mut next = vec![];
            for (state, word) in walks {
                assert_eq!(state.word(), word);
                for act in ACTS {
                    match (step(state, act), table(word, act)) {
                        (Ok(to), Some(expected)) => next.push((to, expected)),
                        (Err(_), None) => {}
                        (got, expected) => panic!("{word} {act:?}: {got:?} instead of {expected:?}"),
                    }
                }
            }
            walks = next;
        }
        assert!(!walks.is_empty());
    }

    #[test]
    fn i_04_a_parent_is_the_mean_of_what_is_below() {
        assert_eq!(rolled_up(&[(100, 10), (0, 30)]), 25);
        assert_eq!(rolled_up(&[(50, 0), (100, 0)]), 75);
        assert_eq!(rolled_up(&[]), 0);
    }
}
