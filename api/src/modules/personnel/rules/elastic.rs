//! Elastic retirement (弹性退休): choosing a month before or after the statutory one, rule D-02.

use chrono::NaiveDate;
use thiserror::Error;

use super::contribution::{minimum_months, years_of_months};
use super::retirement::{RetirementCategory, original_month, statutory, voluntary_from};
use crate::kernel::partial_date::PartialDate;
use crate::kernel::year_month::YearMonth;

/// Months of written notice (书面告知) before an early month (D-02).
pub const NOTICE_MONTHS: i32 = 3;

/// What a person asks for (弹性退休申请, D-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ElasticRequest {
    /// The retirement category.
    pub category: RetirementCategory,
    /// The birth recognised in the cadre archive.
    pub birth: PartialDate,
    /// The chosen retirement month (选择的退休年月).
    pub month: YearMonth,
    /// The date of the written notice (告知日期), none when there is none.
    pub notice_on: Option<NaiveDate>,
    /// Months of contribution at the chosen month (缴费月数).
    pub contribution_months: u32,
    /// Civil servants, leaders and managers of state organs (公务员、领导人员): no late month.
    pub is_civil_servant: bool,
    /// The date of the written choice of an F60 woman (自愿选择, D-04), none when there is none.
    pub written_choice_on: Option<NaiveDate>,
}

/// Why an elastic retirement is refused (D-02).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum RetirementRefusal {
    /// The chosen month is below the original age.
    #[error("the original retirement age is reached in {limit}, the chosen month is {actual}")]
    BelowOriginalAge {
        /// The month of the original age.
        limit: YearMonth,
        /// The chosen month.
        actual: YearMonth,
    },
    /// The chosen month is more than 36 months before the statutory one.
    #[error("the earliest possible month is {limit}, the chosen month is {actual}")]
    TooEarly {
        /// The earliest month.
        limit: YearMonth,
        /// The chosen month.
        actual: YearMonth,
    },
    /// The chosen month is more than 36 months after the statutory one.
    #[error("the latest possible month is {limit}, the chosen month is {actual}")]
    TooLate {
        /// The latest month.
        limit: YearMonth,
        /// The chosen month.
        actual: YearMonth,
    },
    /// Civil servants retire in the statutory month.
    #[error("civil servants retire by {limit}, the chosen month is {actual}")]
    LateNotAllowed {
        /// The statutory month.
        limit: YearMonth,
        /// The chosen month.
        actual: YearMonth,
    },
    /// The age was reached before the reform, which opens no later month.
    #[error("the retirement month {limit} is not affected by the reform, the chosen one is {actual}")]
    NotAffected {
        /// The statutory month.
        limit: YearMonth,
        /// The chosen month.
        actual: YearMonth,
    },
    /// The contribution does not reach the minimum of the chosen year (D-03).
    #[error(
        "{} years of contribution are needed, there are {}",
        years_of_months(*.limit), years_of_months(*.actual)
    )]
    ContributionTooShort {
        /// The minimum in months.
        limit: u32,
        /// The months there are.
        actual: u32,
    },
    /// There is no written notice.
    #[error("written notice is needed by {limit}, there is none")]
    NoNotice {
        /// The last day for the notice.
        limit: NaiveDate,
    },
    /// The notice is less than three months before the chosen month.
    #[error("written notice is needed by {limit}, it was given on {actual}")]
    NoticeTooLate {
        /// The last day for the notice.
        limit: NaiveDate,
        /// The date of the notice.
        actual: NaiveDate,
    },
    /// An F60 woman's month below 60 without a written choice (D-04).
    #[error("a month before {limit} needs a written choice, the chosen month is {actual}")]
    NoWrittenChoice {
        /// The earliest month without the choice.
        limit: YearMonth,
        /// The chosen month.
        actual: YearMonth,
    },
}

impl RetirementRefusal {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BelowOriginalAge { .. } => "BELOW_ORIGINAL_AGE",
            Self::TooEarly { .. } => "EARLY_LIMIT_EXCEEDED",
            Self::TooLate { .. } => "LATE_LIMIT_EXCEEDED",
            Self::LateNotAllowed { .. } => "LATE_NOT_ALLOWED",
            Self::NotAffected { .. } => "NOT_AFFECTED_BY_REFORM",
            Self::ContributionTooShort { .. } => "CONTRIBUTION_TOO_SHORT",
            Self::NoNotice { .. } => "NOTICE_MISSING",
            Self::NoticeTooLate { .. } => "NOTICE_TOO_LATE",
            Self::NoWrittenChoice { .. } => "WRITTEN_CHOICE_MISSING",
        }
    }

    /// The limit as text: a month, a date, or years of contribution.
    pub fn limit(&self) -> String {
        match self {
            Self::BelowOriginalAge { limit, .. }
            | Self::TooEarly { limit, .. }
            | Self::TooLate { limit, .. }
            | Self::LateNotAllowed { limit, .. }
            | Self::NotAffected { limit, .. }
            | Self::NoWrittenChoice { limit, .. } => limit.to_string(),
            Self::ContributionTooShort { limit, .. } => years_of_months(*limit).to_string(),
            Self::NoNotice { limit } | Self::NoticeTooLate { limit, .. } => limit.to_string(),
        }
    }

    /// The actual value as text, none when it is what is missing.
    pub fn actual(&self) -> Option<String> {
        match self {
            Self::BelowOriginalAge { actual, .. }
            | Self::TooEarly { actual, .. }
            | Self::TooLate { actual, .. }
            | Self::LateNotAllowed { actual, .. }
            | Self::NotAffected { actual, .. }
            | Self::NoWrittenChoice { actual, .. } => Some(actual.to_string()),
            Self::ContributionTooShort { actual, .. } => Some(years_of_months(*actual).to_string()),
            Self::NoticeTooLate { actual, .. } => Some(actual.to_string()),
            Self::NoNotice { .. } => None,
        }
    }
}

/// Whether the chosen month is open to the person (D-02). The statutory month itself always is.
pub fn check(request: &ElasticRequest) -> Result<(), RetirementRefusal> {
    let statutory = statutory(request.category, request.birth);
    let (actual, month) = (request.month, statutory.month);
    if actual == month {
        return Ok(());
    }
    if actual < month {
        within_early_limits(request, statutory.earliest)?;
        enough_contribution(request)?;
        return notice_in_time(request);
    }
    match statutory.latest {
        None => Err(RetirementRefusal::NotAffected { limit: month, actual }),
        Some(_) if request.is_civil_servant => Err(RetirementRefusal::LateNotAllowed { limit: month, actual }),
        Some(limit) if actual > limit => Err(RetirementRefusal::TooLate { limit, actual }),
        Some(_) => Ok(()),
    }
}

/// The last day for the notice of an early month (最晚告知日): the retirement takes effect at the end
/// of its month (D-06), so the notice may be given until the end of the third month before.
pub fn last_notice_day(month: YearMonth) -> NaiveDate {
    month.add_months(-NOTICE_MONTHS).last_day()
}

fn within_early_limits(request: &ElasticRequest, earliest: YearMonth) -> Result<(), RetirementRefusal> {
    let actual = request.month;
    if actual >= earliest {
        return Ok(());
    }
    match voluntary_from(request.category, request.birth) {
        Some(from) if actual >= from => match request.written_choice_on {
            Some(_) => Ok(()),
            None => Err(RetirementRefusal::NoWrittenChoice { limit: earliest, actual }),
        },
        Some(limit) => Err(RetirementRefusal::TooEarly { limit, actual }),
        None => {
            let limit = original_month(request.category, request.birth);
            if actual < limit {
                Err(RetirementRefusal::BelowOriginalAge { limit, actual })
            } else {
                Err(RetirementRefusal::TooEarly { limit: earliest, actual })
            }
        }
    }
}

fn enough_contribution(request: &ElasticRequest) -> Result<(), RetirementRefusal> {
    let (limit, actual) = (minimum_months(request.month.year()), request.contribution_months);
    let refusal = RetirementRefusal::ContributionTooShort { limit, actual };
    if actual >= limit { Ok(()) } else { Err(refusal) }
}

fn notice_in_time(request: &ElasticRequest) -> Result<(), RetirementRefusal> {
    let limit = last_notice_day(request.month);
    match request.notice_on {
        None => Err(RetirementRefusal::NoNotice { limit }),
        Some(actual) if actual > limit => Err(RetirementRefusal::NoticeTooLate { limit, actual }),
        Some(_) => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn month(text: &str) -> YearMonth {
        text.parse().unwrap()
    }

    /// M60 1970-10: statutory 2032-04, earliest 2030-10, latest 2035-04.
    fn request(chosen: &str, notice: &str, months: u32) -> ElasticRequest {
        ElasticRequest {
            category: RetirementCategory::M60,
            birth: "1970-10".parse().unwrap(),
            month: month(chosen),
            notice_on: notice.parse().ok(),
            contribution_months: months,
            is_civil_servant: false,
            written_choice_on: None,
        }
    }

    fn code(request: &ElasticRequest) -> &'static str {
        check(request).map_or_else(|refusal| refusal.code(), |()| "OK")
    }

    #[test]
    fn d_02_early() {
        assert_eq!(code(&request("2030-10", "2030-07-01", 186)), "OK");
        assert_eq!(code(&request("2030-10", "2030-07-01", 185)), "CONTRIBUTION_TOO_SHORT");
        assert_eq!(code(&request("2030-09", "2030-05-01", 240)), "BELOW_ORIGINAL_AGE");
        assert_eq!(code(&request("2030-10", "2030-07-31", 186)), "OK");
        assert_eq!(code(&request("2030-10", "2030-08-01", 186)), "NOTICE_TOO_LATE");
        assert_eq!(code(&request("2030-10", "", 186)), "NOTICE_MISSING");
        assert_eq!(code(&request("2032-04", "", 0)), "OK");
    }

    #[test]
    fn d_02_early_at_most_36_months() {
        let mut asked = request("2036-10", "2036-01-01", 240);
        asked.birth = "1976-12".parse().unwrap();
        asked.month = month("2036-11");
        assert_eq!(code(&asked), "BELOW_ORIGINAL_AGE");
        let mut woman = request("2036-10", "2036-01-01", 240);
        woman.category = RetirementCategory::F50;
        woman.birth = "1984-11".parse().unwrap();
        assert_eq!(code(&woman), "EARLY_LIMIT_EXCEEDED");
        woman.month = month("2036-11");
        assert_eq!(code(&woman), "OK");
    }

    #[test]
    fn d_02_late() {
        assert_eq!(code(&request("2035-04", "", 180)), "OK");
        assert_eq!(code(&request("2035-05", "", 180)), "LATE_LIMIT_EXCEEDED");
        let mut servant = request("2032-05", "", 240);
        servant.is_civil_servant = true;
        assert_eq!(code(&servant), "LATE_NOT_ALLOWED");
        servant.birth = "1964-12".parse().unwrap();
        assert_eq!(code(&servant), "NOT_AFFECTED_BY_REFORM");
    }

    #[test]
    fn d_02_refusals_name_limit_and_actual() {
        let refusal = check(&request("2030-10", "2030-08-01", 186)).unwrap_err();
        assert_eq!(refusal.limit(), "2030-07-31");
        assert_eq!(refusal.actual().as_deref(), Some("2030-08-01"));
        let refusal = check(&request("2030-10", "2030-07-01", 183)).unwrap_err();
        assert_eq!((refusal.limit().as_str(), refusal.actual().as_deref()), ("15.5", Some("15.25")));
        assert_eq!(refusal.to_string(), "15.5 years of contribution are needed, there are 15.25");
    }

    #[test]
    fn d_04_written_choice_opens_the_f55_month() {
        let mut woman = request("2025-07", "2025-04-30", 240);
        woman.category = RetirementCategory::F60;
        woman.birth = "1970-05".parse().unwrap();
        assert_eq!(code(&woman), "WRITTEN_CHOICE_MISSING");
        woman.written_choice_on = "2025-04-01".parse().ok();
        assert_eq!(code(&woman), "OK");
        woman.month = month("2025-06");
        assert_eq!(code(&woman), "EARLY_LIMIT_EXCEEDED");
    }
}
