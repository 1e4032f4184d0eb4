//! Publicity before a decision (公示) and the steps of a promotion in rank (晋升程序), rules B-05 and H-05.

use chrono::NaiveDate;

use super::refusal::{Refusal, ensure};
use crate::kernel::calendar::WorkCalendar;

/// The shortest publicity in working days (公示工作日), 公务员法第32、49条.
pub const WORKDAYS: u32 = 5;

/// An objection raised while something is public (公示异议).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Objection {
    /// The day it was registered.
    pub raised_on: NaiveDate,
    /// The day it was resolved (查清处理日期), none while it is open.
    pub resolved_on: Option<NaiveDate>,
}

/// The last day of the shortest publicity: the fifth working day after the day of publication.
pub fn last_day(calendar: &WorkCalendar, published_on: NaiveDate) -> Result<NaiveDate, Refusal> {
    Ok(calendar.add_workdays(published_on, WORKDAYS)?)
}

/// Whether a planned publicity is long enough; its last day counts, the day of publication does not.
pub fn check_length(calendar: &WorkCalendar, published_on: NaiveDate, until: NaiveDate) -> Result<(), Refusal> {
    let actual = calendar.workdays_between(published_on, until)?;
    ensure(actual >= WORKDAYS, || {
        Refusal::beyond("PUBLICITY_TOO_SHORT", WORKDAYS, actual, "公示工作日不足", "Too few working days of publicity")
    })
}

/// Whether one may decide on a day: the publicity is over and no objection is open.
pub fn check_decision(
    calendar: &WorkCalendar,
    published_on: NaiveDate,
    objections: &[Objection],
    decided_on: NaiveDate,
) -> Result<(), Refusal> {
    let last = last_day(calendar, published_on)?;
    let first = last.succ_opt().unwrap_or(last);
    ensure(decided_on > last, || {
        Refusal::beyond("PUBLICITY_NOT_OVER", first, decided_on, "公示期未满", "The publicity is not over")
    })?;
    let is_open = |o: &&Objection| o.raised_on <= decided_on && o.resolved_on.is_none_or(|day| day > decided_on);
    match objections.iter().find(is_open) {
        None => Ok(()),
        Some(objection) => Err(Refusal {
            code: "OBJECTION_OPEN",
            limit: None,
            actual: Some(objection.raised_on.to_string()),
            zh: format!("{} 登记的公示异议尚未处理完毕", objection.raised_on),
            en: format!("The objection registered on {} is not resolved.", objection.raised_on),
        }),
    }
}

/// A step of a promotion in rank (职级晋升程序), in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// 提出方案
    Plan,
    /// 民主推荐或民主测评
    Recommendation,
    /// 考察了解，确定人选
    Inspection,
    /// 公示
    Publicity,
    /// 按管理权限审批
    Approval,
}

impl Step {
    /// All steps in their order.
    pub const ALL: [Self; 5] = [Self::Plan, Self::Recommendation, Self::Inspection, Self::Publicity, Self::Approval];

    /// The Chinese term.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Plan => "提出方案",
            Self::Recommendation => "民主推荐或测评",
            Self::Inspection => "考察",
            Self::Publicity => "公示",
            Self::Approval => "审批",
        }
    }
}

/// Whether a step may be taken on a day: all before it were, none of them later.
pub fn check_step(taken: &[(Step, NaiveDate)], next: Step, on: NaiveDate) -> Result<(), Refusal> {
    let mut earliest = NaiveDate::MIN;
    for step in Step::ALL.into_iter().take_while(|step| *step < next) {
        let day = taken.iter().filter(|(one, _)| *one == step).map(|(_, day)| *day).max();
        let Some(day) = day else {
            let (zh, en) = ("前置程序未完成", "An earlier step has not been taken");
            return Err(Refusal::beyond("STEP_MISSING", step.title(), next.title(), zh, en));
        };
        earliest = earliest.max(day);
    }
    ensure(on >= earliest, || {
        Refusal::beyond("STEP_OUT_OF_ORDER", earliest, on, "早于前置程序", "It lies before an earlier step")
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn decided(on: &str, objections: &[Objection]) -> Result<(), Refusal> {
        check_decision(WorkCalendar::national(), day("2025-04-28"), objections, day(on))
    }

    #[test]
    fn b_05_five_working_days_around_a_holiday() {
        assert_eq!(last_day(WorkCalendar::national(), day("2025-04-28")), Ok(day("2025-05-08")));
        let refusal = decided("2025-05-07", &[]).unwrap_err();
        assert_eq!((refusal.code, refusal.limit.as_deref()), ("PUBLICITY_NOT_OVER", Some("2025-05-09")));
        assert_eq!(code(decided("2025-05-08", &[])), "PUBLICITY_NOT_OVER");
        assert_eq!(code(decided("2025-05-09", &[])), "OK");
    }

    #[test]
    fn b_05_an_open_objection_blocks() {
        let mut objection = Objection { raised_on: day("2025-05-08"), resolved_on: None };
        assert_eq!(code(decided("2025-05-09", &[objection])), "OBJECTION_OPEN");
        objection.resolved_on = Some(day("2025-05-20"));
        assert_eq!(code(decided("2025-05-19", &[objection])), "OBJECTION_OPEN");
        assert_eq!(code(decided("2025-05-20", &[objection])), "OK");
    }

    #[test]
    fn h_05_four_working_days_are_too_few() {
        let length = |until: &str| check_length(WorkCalendar::national(), day("2025-03-03"), day(until));
        let refusal = length("2025-03-07").unwrap_err();
        assert_eq!(refusal.code, "PUBLICITY_TOO_SHORT");
        assert_eq!((refusal.limit.as_deref(), refusal.actual.as_deref()), (Some("5"), Some("4")));
        assert_eq!(code(length("2025-03-10")), "OK");
        assert_eq!(code(length("2025-03-02")), "PUBLICITY_TOO_SHORT");
    }

    #[test]
    fn b_05_beyond_the_calendar_nothing_is_decided() {
        let late = check_decision(WorkCalendar::national(), day("2026-12-30"), &[], day("2027-01-20"));
        assert_eq!(code(late), "CALENDAR_OUT_OF_RANGE");
    }

    #[test]
    fn b_05_steps_come_in_order() {
        let mut taken = vec![(Step::Plan, day("2025-03-01")), (Step::Recommendation, day("2025-03-10"))];
        let refusal = check_step(&taken, Step::Publicity, day("2025-04-28")).unwrap_err();
        assert_eq!((refusal.code, refusal.limit.as_deref()), ("STEP_MISSING", Some("考察")));
        taken.push((Step::Inspection, day("2025-04-01")));
        assert_eq!(code(check_step(&taken, Step::Publicity, day("2025-03-31"))), "STEP_OUT_OF_ORDER");
        assert_eq!(code(check_step(&taken, Step::Publicity, day("2025-04-28"))), "OK");
        assert_eq!(code(check_step(&[], Step::Plan, day("2025-04-28"))), "OK");
    }
}
