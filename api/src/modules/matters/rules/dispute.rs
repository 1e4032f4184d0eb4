//! Shared data and disputes about them (数据共享与异议), rule H-06: a value fetched from an authority is shown with
//! its source and time, is never edited by the applicant, and is disputed instead.

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// A value that came from an authority (共享数据).
#[derive(Debug, Clone, PartialEq)]
pub struct Fetched {
    /// The agency that owns it (数据责任单位).
    pub owner: String,
    /// The system it came from (来源系统).
    pub source: String,
    /// When it was fetched (获取时间).
    pub fetched_at: DateTime<Utc>,
    /// The value.
    pub value: Json,
}

/// Where a dispute stands (异议状态).
#[derive(Debug, Clone, PartialEq)]
pub enum State {
    /// The owner has not answered (待核实).
    Open,
    /// The owner's value stands (维持原值), with the reason.
    Kept(String),
    /// The owner corrected the value (已更正).
    Corrected(Json),
}

/// A dispute about a fetched value (数据异议).
#[derive(Debug, Clone, PartialEq)]
pub struct Dispute {
    /// What the applicant says is right.
    pub claimed: Json,
    /// Why.
    pub reason: String,
    /// The agency that has the task of answering it.
    pub task_of: String,
    /// Where it stands.
    pub state: State,
}

/// What a case shows of a field (显示值).
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The value in force.
    pub value: Json,
    /// The applicant's value beside it while the dispute is open.
    pub claimed: Option<Json>,
}

/// What the owner answers (核实结论).
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// The value stands, for a reason.
    Keep(String),
    /// The right value.
    Correct(Json),
}

/// Whether the applicant's form may carry this value: a fetched field takes its own value only.
pub fn check_edit(fetched: &Fetched, given: &Json) -> Result<(), Refusal> {
    ensure(&fetched.value == given, || {
        let zh = format!("该项来自{}，不可修改，如有异议请另行提出", fetched.source);
        Refusal::new("READ_ONLY_SOURCE", zh, "The field comes from an authority: it is disputed, not edited.")
    })
}

/// Opens a dispute, which is a task for the agency that owns the value.
pub fn open(fetched: &Fetched, current: Option<&Dispute>, claimed: Json, reason: &str) -> Result<Dispute, Refusal> {
    ensure(current.is_none_or(|dispute| dispute.state != State::Open), || {
        Refusal::new("DISPUTE_OPEN", "已有待核实的异议", "A dispute about this field is open already.")
    })?;
    ensure(!reason.trim().is_empty(), || Refusal::new("REASON_MISSING", "须说明理由", "A dispute names its reason."))?;
    ensure(claimed != fetched.value, || {
        Refusal::new("NOTHING_DISPUTED", "与来源数据一致，无需提出异议", "The value claimed is the one that is there.")
    })?;
    let reason = reason.trim().to_owned();
    Ok(Dispute { claimed, reason, task_of: fetched.owner.clone(), state: State::Open })
}

/// Settles a dispute; only the owning agency answers, once, and a value that stands is given a reason.
pub fn answer(dispute: &Dispute, agency: &str, answer: Answer) -> Result<Dispute, Refusal> {
    ensure(agency == dispute.task_of, || {
        let (zh, en) = ("异议由数据责任单位核实", "The agency that owns the value answers");
        Refusal::beyond("NOT_OWNER", &dispute.task_of, agency, zh, en)
    })?;
    ensure(dispute.state == State::Open, || {
        Refusal::new("NOT_IN_STATE", "异议已处理", "The dispute has been answered.")
    })?;
    let state = match answer {
        Answer::Keep(reason) if reason.trim().is_empty() => {
            return Err(Refusal::new("REASON_MISSING", "维持原值须说明理由", "A value that stands needs a reason."));
        }
        Answer::Keep(reason) => State::Kept(reason.trim().to_owned()),
        Answer::Correct(value) => State::Corrected(value),
    };
    Ok(Dispute { state, ..dispute.clone() })
}

/// What the case shows: both values until the dispute is settled, then the one that holds.
pub fn shown(fetched: &Fetched, dispute: Option<&Dispute>) -> Shown {
    let alone = |value: &Json| Shown { value: value.clone(), claimed: None };
    match dispute {
        None => alone(&fetched.value),
        Some(dispute) => match &dispute.state {
            State::Open => Shown { value: fetched.value.clone(), claimed: Some(dispute.claimed.clone()) },
            State::Kept(_) => alone(&fetched.value),
            State::Corrected(value) => alone(value),
        },
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn fetched() -> Fetched {
        Fetched {
            owner: "医保局".into(),
            source: "医疗保障信息平台".into(),
            fetched_at: "2025-09-22T01:00:00Z".parse().unwrap(),
            value: json!("330203002"),
        }
    }

    fn opened() -> Dispute {
        open(&fetched(), None, json!("330203003"), " 账号已变更 ").unwrap()
    }

    #[test]
    fn h_06_a_shared_field_is_not_edited() {
        assert_eq!(code(check_edit(&fetched(), &json!("330203002"))), "OK");
        assert_eq!(code(check_edit(&fetched(), &json!("330203003"))), "READ_ONLY_SOURCE");
    }

    #[test]
    fn h_06_a_dispute_is_a_task_of_the_owner_and_both_values_show() {
        let dispute = opened();
        assert_eq!((dispute.task_of.as_str(), dispute.reason.as_str()), ("医保局", "账号已变更"));
        let both = Shown { value: json!("330203002"), claimed: Some(json!("330203003")) };
        assert_eq!(shown(&fetched(), Some(&dispute)), both);
        assert_eq!(shown(&fetched(), None), Shown { value: json!("330203002"), claimed: None });
    }

    #[test]
    fn h_06_the_owner_settles_it_once() {
        let corrected = answer(&opened(), "医保局", Answer::Correct(json!("330203009"))).unwrap();
        assert_eq!(shown(&fetched(), Some(&corrected)), Shown { value: json!("330203009"), claimed: None });
        let kept = answer(&opened(), "医保局", Answer::Keep("经核实无误".into())).unwrap();
        assert_eq!(shown(&fetched(), Some(&kept)), Shown { value: json!("330203002"), claimed: None });
        assert_eq!(code(answer(&kept, "医保局", Answer::Correct(json!("1")))), "NOT_IN_STATE");
        assert_eq!(code(answer(&opened(), "财政局", Answer::Correct(json!("1")))), "NOT_OWNER");
        assert_eq!(code(answer(&opened(), "医保局", Answer::Keep(" ".into()))), "REASON_MISSING");
    }

    #[test]
    fn h_06_one_open_dispute_with_a_reason_about_another_value() {
        let again =
            |current: Option<&Dispute>, claimed: Json, reason: &str| code(open(&fetched(), current, claimed, reason));
        assert_eq!(again(Some(&opened()), json!("1"), "有误"), "DISPUTE_OPEN");
        assert_eq!(again(None, json!("1"), "  "), "REASON_MISSING");
        assert_eq!(again(None, json!("330203002"), "有误"), "NOTHING_DISPUTED");
        let kept = answer(&opened(), "医保局", Answer::Keep("经核实无误".into())).unwrap();
        assert_eq!(again(Some(&kept), json!("1"), "有误"), "OK");
    }
}
