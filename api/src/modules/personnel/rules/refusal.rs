//! What a rule answers when it refuses (规则拒绝): a stable code, the limit, the actual figure, both languages.

use thiserror::Error;

use crate::kernel::calendar::CalendarError;

/// A rule's refusal (规则拒绝).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{en}")]
pub struct Refusal {
    /// The stable code.
    pub code: &'static str,
    /// What would have been accepted, none when there is no figure to name.
    pub limit: Option<String>,
    /// What was given, none when it is what is missing.
    pub actual: Option<String>,
    /// The sentence in Chinese.
    pub zh: String,
    /// The sentence in English.
    pub en: String,
}

impl Refusal {
    /// A refusal that names no figure.
    pub fn new(code: &'static str, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, limit: None, actual: None, zh: zh.into(), en: en.into() }
    }

    /// A refusal with its limit and the actual figure, which both sentences end with.
    pub fn beyond(code: &'static str, limit: impl ToString, actual: impl ToString, zh: &str, en: &str) -> Self {
        let (limit, actual) = (limit.to_string(), actual.to_string());
        let zh = format!("{zh}：界限 {limit}，实际 {actual}");
        let en = format!("{en}: the limit is {limit}, the actual figure is {actual}.");
        Self { code, limit: Some(limit), actual: Some(actual), zh, en }
    }
}

impl From<CalendarError> for Refusal {
    fn from(error: CalendarError) -> Self {
        Self::new(error.code(), "工作日历未覆盖所需日期", format!("{error}."))
    }
}

/// Refuses unless the condition holds.
pub fn ensure(holds: bool, refusal: impl FnOnce() -> Refusal) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(refusal()) }
}

/// The code of an answer, `OK` where nothing is refused: what tests of rules compare.
#[cfg(test)]
pub(crate) fn code<T>(answer: Result<T, Refusal>) -> &'static str {
    answer.map_or_else(|refusal| refusal.code, |_| "OK")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::calendar::WorkCalendar;

    #[test]
    fn a_refusal_says_limit_and_actual_in_both_languages() {
        let refusal = Refusal::beyond("QUOTA_EXCEEDED", 8, 9, "超出职数", "The quota is exceeded");
        assert_eq!(refusal.zh, "超出职数：界限 8，实际 9");
        assert_eq!(refusal.to_string(), "The quota is exceeded: the limit is 8, the actual figure is 9.");
        assert_eq!((refusal.limit.as_deref(), refusal.actual.as_deref()), (Some("8"), Some("9")));
    }

    #[test]
    fn the_end_of_the_calendar_is_a_refusal() {
        let error = WorkCalendar::national().add_workdays("2026-12-31".parse().unwrap(), 5).unwrap_err();
        assert_eq!(Refusal::from(error).code, "CALENDAR_OUT_OF_RANGE");
    }
}
