//! Impact periods (影响期): until when discipline and organisational measures bar, rules B-04, F-09 and F-10.

use chrono::NaiveDate;

use super::refusal::{Refusal, ensure};
use crate::kernel::civil::add_months;

/// Months of a suspension for inspection that need no reason (停职检查一般期限), F-10.
const SUSPENSION_MONTHS: i32 = 6;

/// Party discipline (党纪处分), F-09.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PartySanction {
    /// 警告
    Warning,
    /// 严重警告
    SeriousWarning,
    /// 撤销党内职务
    RemovalFromPost,
    /// 留党察看一年
    ProbationOneYear,
    /// 留党察看二年
    ProbationTwoYears,
    /// 开除党籍
    Expulsion,
}

/// An organisational measure (组织处理) or a talk, F-10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Measure {
    /// 提醒谈话
    Reminder,
    /// 函询
    Inquiry,
    /// 诫勉
    Admonition,
    /// 调整职务
    Reassignment,
    /// 责令辞职
    OrderedResignation,
    /// 免职
    Removal,
    /// 降职
    Demotion,
}

/// What a period bars (影响内容).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bar {
    /// A higher post or rank (晋升职务、职级).
    Promotion,
    /// Any leadership post (担任领导职务).
    LeadershipPost,
    /// Being admitted to the party again (重新入党).
    Readmission,
}

/// An impact period (影响期): it holds on a day d with `start <= d < end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Period {
    /// What it bars.
    pub bar: Bar,
    /// The day of effect.
    pub start: NaiveDate,
    /// The first day without it.
    pub end: NaiveDate,
}

impl Period {
    /// A period of so many months.
    pub fn months(bar: Bar, start: NaiveDate, months: i32) -> Self {
        Self { bar, start, end: add_months(start, months) }
    }

    /// Whether it holds on a day.
    pub fn holds_on(&self, on: NaiveDate) -> bool {
        self.start <= on && on < self.end
    }
}

/// The impact of party discipline (F-09). Under observation (留党察看) the two years after the restoration of
/// rights (恢复党员权利) are added; until it is known, the end of the observation stands for it.
pub fn of_party_sanction(sanction: PartySanction, start: NaiveDate, restored_on: Option<NaiveDate>) -> Period {
    let observed = |months| {
        let restored = restored_on.unwrap_or_else(|| add_months(start, months));
        Period { bar: Bar::Promotion, start, end: add_months(restored, 24) }
    };
    match sanction {
        PartySanction::Warning => Period::months(Bar::Promotion, start, 12),
        PartySanction::SeriousWarning => Period::months(Bar::Promotion, start, 18),
        PartySanction::RemovalFromPost => Period::months(Bar::Promotion, start, 24),
        PartySanction::ProbationOneYear => observed(12),
        PartySanction::ProbationTwoYears => observed(24),
        PartySanction::Expulsion => Period::months(Bar::Readmission, start, 60),
    }
}

/// The impact of an organisational measure (F-10); talks and inquiries have none.
pub fn of_measure(measure: Measure, start: NaiveDate) -> Vec<Period> {
    let promotion = |months| Period::months(Bar::Promotion, start, months);
    match measure {
        Measure::Reminder | Measure::Inquiry => vec![],
        Measure::Admonition => vec![promotion(6)],
        Measure::Reassignment => vec![promotion(12)],
        Measure::OrderedResignation | Measure::Removal => {
            vec![Period::months(Bar::LeadershipPost, start, 12), promotion(24)]
        }
        Measure::Demotion => vec![promotion(24)],
    }
}

/// Whether a suspension for inspection (停职检查) may last that long: more than six months needs a reason.
pub fn check_suspension(start: NaiveDate, end: NaiveDate, reason: Option<&str>) -> Result<(), Refusal> {
    let limit = add_months(start, SUSPENSION_MONTHS);
    let has_reason = reason.is_some_and(|text| !text.trim().is_empty());
    ensure(end <= limit || has_reason, || {
        let (zh, en) = ("停职检查一般不超过六个月，超过须说明理由", "A suspension beyond six months needs a reason");
        Refusal::beyond("SUSPENSION_TOO_LONG", limit, end, zh, en)
    })
}

/// Until when something is barred (影响期满日): the latest end of the periods that hold on the day, so that of
/// several the longest applies.
pub fn blocked_until(periods: &[Period], bar: Bar, on: NaiveDate) -> Option<NaiveDate> {
    periods.iter().filter(|period| period.bar == bar && period.holds_on(on)).map(|period| period.end).max()
}

/// Whether a person may be promoted, or stay in an open batch, on a day (晋升限制, B-04).
pub fn check_promotion(periods: &[Period], under_investigation: bool, on: NaiveDate) -> Result<(), Refusal> {
    ensure(!under_investigation, || {
        let zh = "正在接受审查调查，不得晋升职务职级";
        Refusal::new("UNDER_INVESTIGATION", zh, "A person under investigation is not promoted.")
    })?;
    match blocked_until(periods, Bar::Promotion, on) {
        None => Ok(()),
        Some(limit) => {
            let (zh, en) = ("影响期未满，不得晋升职务职级", "The impact period is not over");
            Err(Refusal::beyond("IMPACT_PERIOD", limit, on, zh, en))
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn party(sanction: PartySanction, start: &str) -> Period {
        of_party_sanction(sanction, day(start), None)
    }

    fn blocked(periods: &[Period], on: &str) -> Option<String> {
        blocked_until(periods, Bar::Promotion, day(on)).map(|end| end.to_string())
    }

    #[test]
    fn f_09_party_discipline() {
        let warning = party(PartySanction::Warning, "2024-05-06");
        assert_eq!(blocked(&[warning], "2024-05-06").as_deref(), Some("2025-05-06"));
        let demerit = Period::months(Bar::Promotion, day("2024-05-06"), 12);
        assert_eq!(blocked(&[warning, demerit], "2024-06-01").as_deref(), Some("2025-05-06"));
        let serious = party(PartySanction::SeriousWarning, "2024-05-06");
        assert_eq!(blocked(&[serious, demerit], "2024-06-01").as_deref(), Some("2025-11-06"));
        assert_eq!(party(PartySanction::RemovalFromPost, "2024-05-06").end, day("2026-05-06"));
        assert_eq!(blocked(&[warning], "2025-05-06"), None);
    }

    #[test]
    fn f_09_observation_and_expulsion() {
        assert_eq!(party(PartySanction::ProbationOneYear, "2024-05-06").end, day("2027-05-06"));
        assert_eq!(party(PartySanction::ProbationTwoYears, "2024-05-06").end, day("2028-05-06"));
        let late = of_party_sanction(PartySanction::ProbationOneYear, day("2024-05-06"), Some(day("2025-08-01")));
        assert_eq!(late.end, day("2027-08-01"));
        let expelled = party(PartySanction::Expulsion, "2024-05-06");
        assert_eq!((expelled.bar, expelled.end), (Bar::Readmission, day("2029-05-06")));
        assert_eq!(blocked(&[expelled], "2024-06-01"), None);
    }

    #[test]
    fn f_10_the_longer_period_applies() {
        let mut periods = of_measure(Measure::Admonition, day("2025-01-15"));
        assert_eq!(blocked(&periods, "2025-02-01").as_deref(), Some("2025-07-15"));
        periods.push(party(PartySanction::SeriousWarning, "2025-02-01"));
        assert_eq!(blocked(&periods, "2025-02-01").as_deref(), Some("2026-08-01"));
        assert_eq!(blocked(&periods, "2025-01-14"), None);
    }

    #[test]
    fn f_10_measures() {
        let start = day("2025-01-15");
        assert!(of_measure(Measure::Reminder, start).is_empty() && of_measure(Measure::Inquiry, start).is_empty());
        let until = |measure, bar| blocked_until(&of_measure(measure, start), bar, start).map(|end| end.to_string());
        assert_eq!(until(Measure::Reassignment, Bar::Promotion).as_deref(), Some("2026-01-15"));
        for measure in [Measure::OrderedResignation, Measure::Removal] {
            assert_eq!(until(measure, Bar::LeadershipPost).as_deref(), Some("2026-01-15"));
            assert_eq!(until(measure, Bar::Promotion).as_deref(), Some("2027-01-15"));
        }
        assert_eq!(until(Measure::Demotion, Bar::Promotion).as_deref(), Some("2027-01-15"));
        assert_eq!(until(Measure::Demotion, Bar::LeadershipPost), None);
    }

    #[test]
    fn f_10_a_long_suspension_needs_a_reason() {
        let asked = |end: &str, reason| code(check_suspension(day("2025-01-15"), day(end), reason));
        assert_eq!(asked("2025-07-15", None), "OK");
        assert_eq!(asked("2025-07-16", None), "SUSPENSION_TOO_LONG");
        assert_eq!(asked("2025-07-16", Some(" ")), "SUSPENSION_TOO_LONG");
        assert_eq!(asked("2025-09-15", Some("案情复杂")), "OK");
    }

    #[test]
    fn b_04_bars() {
        let periods = [Period { bar: Bar::Promotion, start: day("2025-01-15"), end: day("2025-07-15") }];
        let refusal = check_promotion(&periods, false, day("2025-07-14")).unwrap_err();
        assert_eq!((refusal.code, refusal.limit.as_deref()), ("IMPACT_PERIOD", Some("2025-07-15")));
        assert_eq!(code(check_promotion(&periods, false, day("2025-07-15"))), "OK");
        assert_eq!(code(check_promotion(&[], true, day("2025-07-15"))), "UNDER_INVESTIGATION");
    }
}
