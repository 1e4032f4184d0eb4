//! Early retirement of civil servants (公务员提前退休, 公务员法第93条) and the duty to retire (第92条),
//! rule D-05.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::partial_date::PartialDate;
use crate::kernel::year_month::YearMonth;

const THIRTY_YEARS: u32 = 30 * 12;
const TWENTY_YEARS: u32 = 20 * 12;
const FIVE_YEARS: i32 = 5 * 12;

/// A ground for early retirement (提前退休情形, 公务员法第93条).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EarlyGround {
    /// Ground 1: 30 working years (工作年限满三十年).
    ThirtyYears,
    /// Ground 2: less than five years from the age, with 20 working years
    /// (距国家规定的退休年龄不足五年，且工作年限满二十年).
    NearAge,
    /// Ground 3: another case under national rules (符合国家规定的其他情形).
    Other,
}

/// An application for early retirement (提前退休申请); it still needs approval by the appointing organ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlyRequest<'a> {
    /// The ground that is claimed.
    pub ground: EarlyGround,
    /// Full months of working time (工作年限，以月计).
    pub working_months: u32,
    /// The month asked for.
    pub month: YearMonth,
    /// The statutory month (D-01).
    pub statutory: YearMonth,
    /// The document that ground 3 rests on.
    pub basis: Option<&'a str>,
}

/// Why an early retirement is refused on the claimed ground (D-05).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum EarlyRefusal {
    /// The working time is too short for the ground.
    #[error("{limit} months of working time are needed, there are {actual}")]
    WorkingTimeTooShort {
        /// Months needed.
        limit: u32,
        /// Months there are.
        actual: u32,
    },
    /// The statutory month is five years away or more.
    #[error("the statutory month must be less than {limit} months away, it is {actual}")]
    TooFarFromAge {
        /// Months below which the ground opens.
        limit: i32,
        /// Months to the statutory month.
        actual: i32,
    },
    /// Ground 3 without naming the rule it rests on.
    #[error("the other ground needs the document it rests on")]
    NoBasis,
    /// The statutory month has come: this is no early retirement.
    #[error("the statutory month is {limit}, the month asked for is {actual}")]
    NotEarly {
        /// The statutory month.
        limit: YearMonth,
        /// The month asked for.
        actual: YearMonth,
    },
}

impl EarlyRefusal {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WorkingTimeTooShort { .. } => "WORKING_TIME_TOO_SHORT",
            Self::TooFarFromAge { .. } => "TOO_FAR_FROM_AGE",
            Self::NoBasis => "BASIS_MISSING",
            Self::NotEarly { .. } => "NOT_EARLY",
        }
    }
}

/// Whether the claimed ground carries the application (D-05).
pub fn check(request: &EarlyRequest<'_>) -> Result<(), EarlyRefusal> {
    let gap = request.month.months_until(request.statutory);
    if gap <= 0 {
        return Err(EarlyRefusal::NotEarly { limit: request.statutory, actual: request.month });
    }
    match request.ground {
        EarlyGround::ThirtyYears => worked_at_least(THIRTY_YEARS, request),
        // The law says 不足五年: at exactly five years the ground is not open yet.
        EarlyGround::NearAge if gap >= FIVE_YEARS => {
            Err(EarlyRefusal::TooFarFromAge { limit: FIVE_YEARS, actual: gap })
        }
        EarlyGround::NearAge => worked_at_least(TWENTY_YEARS, request),
        EarlyGround::Other => match request.basis.map(str::trim) {
            Some(basis) if !basis.is_empty() => Ok(()),
            _ => Err(EarlyRefusal::NoBasis),
        },
    }
}

/// Full months of working time (工作年限，以月计) in a month, from the first of work (参加工作时间); a month that is
/// not over does not count, nor does one that began after its first day.
pub fn working_months(started: PartialDate, month: YearMonth) -> u32 {
    let first = started.year_month().add_months(i32::from(started.day().is_some_and(|day| day > 1)));
    u32::try_from(first.months_until(month)).unwrap_or(0)
}

/// Whether one must retire (应当退休, 公务员法第92条): the age is reached or the capacity to work is
/// fully lost.
pub fn must_retire(statutory: YearMonth, current: YearMonth, has_lost_capacity: bool) -> bool {
    has_lost_capacity || current >= statutory
}

fn worked_at_least(limit: u32, request: &EarlyRequest<'_>) -> Result<(), EarlyRefusal> {
    let actual = request.working_months;
    let refusal = EarlyRefusal::WorkingTimeTooShort { limit, actual };
    if actual >= limit { Ok(()) } else { Err(refusal) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn code(ground: EarlyGround, working_months: u32, gap: i32) -> &'static str {
        let statutory: YearMonth = "2032-04".parse().unwrap();
        let month = statutory.add_months(-gap);
        let request = EarlyRequest { ground, working_months, month, statutory, basis: None };
        check(&request).map_or_else(|refusal| refusal.code(), |()| "OK")
    }

    #[test]
    fn d_05_thirty_working_years() {
        let years = |months| code(EarlyGround::ThirtyYears, months, 120);
        assert_eq!(years(29 * 12 + 11), "WORKING_TIME_TOO_SHORT");
        assert_eq!(years(30 * 12), "OK");
    }

    #[test]
    fn d_05_near_the_age() {
        let near = |months, gap| code(EarlyGround::NearAge, months, gap);
        assert_eq!(near(20 * 12, 4 * 12 + 11), "OK");
        assert_eq!(near(20 * 12, 5 * 12), "TOO_FAR_FROM_AGE");
        assert_eq!(near(20 * 12 - 1, 12), "WORKING_TIME_TOO_SHORT");
        assert_eq!(near(40 * 12, 0), "NOT_EARLY");
    }

    #[test]
    fn d_05_working_time_from_the_first_of_work() {
        let months = |started: &str, month: &str| working_months(started.parse().unwrap(), month.parse().unwrap());
        assert_eq!((months("1995-07", "2025-06"), months("1995-07", "2025-07")), (359, 360));
        assert_eq!((months("1995-07-01", "2025-07"), months("1995-07-15", "2025-07")), (360, 359));
        assert_eq!(months("2025-08", "2025-07"), 0);
    }

    #[test]
    fn d_05_other_ground_names_its_basis() {
        assert_eq!(code(EarlyGround::Other, 0, 12), "BASIS_MISSING");
        let statutory: YearMonth = "2032-04".parse().unwrap();
        let mut request = EarlyRequest {
            ground: EarlyGround::Other,
            working_months: 0,
            month: statutory.add_months(-1),
            statutory,
            basis: Some("国家规定文号"),
        };
        assert_eq!(check(&request), Ok(()));
        request.basis = Some("  ");
        assert_eq!(check(&request), Err(EarlyRefusal::NoBasis));
    }

    #[test]
    fn d_05_must_retire() {
        let month = |text: &str| text.parse::<YearMonth>().unwrap();
        assert!(must_retire(month("2025-07"), month("2025-07"), false));
        assert!(!must_retire(month("2025-07"), month("2025-06"), false));
        assert!(must_retire(month("2025-07"), month("2020-01"), true));
    }
}
