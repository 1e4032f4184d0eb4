//! The statutory retirement month (法定退休年月) under the gradual delay, rules D-01 and D-04.

use serde::{Deserialize, Serialize};

use crate::kernel::partial_date::PartialDate;
use crate::kernel::year_month::YearMonth;

/// How far the elastic choice (弹性退休) reaches to either side of the statutory month (D-02).
pub const ELASTIC_MONTHS: i32 = 36;

/// The year in which the delay began, 2025-01-01 (D-01).
const REFORM_YEAR: i32 = 2025;

/// The retirement category (退休类别, D-01, D-04).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RetirementCategory {
    /// Men (男职工), 60 towards 63.
    M60,
    /// Women originally 55 (原法定退休年龄55周岁的女职工), towards 58.
    F55,
    /// Women originally 50 (原法定退休年龄50周岁的女职工), towards 55.
    F50,
    /// Women of county-division rank or senior professional title (处级、高级职称女性, D-04): the
    /// M60 schedule, with the F55 month open by a written choice. Unsure after 2025, so a tenant
    /// may give such a person another category.
    F60,
}

impl RetirementCategory {
    /// The age before the reform (原法定退休年龄), in years.
    pub fn base_age(self) -> u32 {
        match self {
            Self::M60 | Self::F60 => 60,
            Self::F55 => 55,
            Self::F50 => 50,
        }
    }

    /// Birth months per month of delay, and the delay's cap in months.
    fn schedule(self) -> (i32, i32) {
        match self {
            Self::M60 | Self::F55 | Self::F60 => (4, 36),
            Self::F50 => (2, 60),
        }
    }
}

/// The statutory retirement (法定退休) of a category and birth month (D-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Statutory {
    /// Months of delay (延迟月数).
    pub delay_months: u32,
    /// Full years of the statutory age (法定退休年龄).
    pub age_years: u32,
    /// Months beyond the full years.
    pub age_months: u32,
    /// The statutory month (法定退休年月).
    pub month: YearMonth,
    /// The earliest month by elastic choice (弹性提前最早年月): not below the original age.
    pub earliest: YearMonth,
    /// The latest month by agreement (弹性延迟最晚年月); none when the reform does not reach the
    /// person, who reached the original age before 2025.
    pub latest: Option<YearMonth>,
}

/// The statutory retirement (D-01). Only year and month of the birth matter, and the birth is the
/// one recognised in the cadre archive (最先最早记载), which may differ from the identity number.
pub fn statutory(category: RetirementCategory, birth: PartialDate) -> Statutory {
    let base = category.base_age();
    let original = original_month(category, birth);
    let (step, cap) = category.schedule();
    let reached = YearMonth::new(REFORM_YEAR, 1).map_or(0, |start| start.months_until(original));
    // Birth months since the reform began, counted from 1; the cap comes after the rounding up.
    let n = reached.saturating_add(1);
    let delay = if n <= 0 { 0 } else { ((n - 1) / step + 1).min(cap) };
    let month = original.add_months(delay);
    let delay_months = delay.unsigned_abs();
    Statutory {
        delay_months,
        age_years: base + delay_months / 12,
        age_months: delay_months % 12,
        month,
        earliest: month.add_months(-ELASTIC_MONTHS).max(original),
        latest: (n > 0).then(|| month.add_months(ELASTIC_MONTHS)),
    }
}

/// The month in which the original age is reached (达到原法定退休年龄的年月).
pub fn original_month(category: RetirementCategory, birth: PartialDate) -> YearMonth {
    birth.year_month().add_months(category.base_age() as i32 * 12)
}

/// The first month that a written choice opens (自愿选择年月, D-04): for F60 the statutory month of
/// F55, none for the other categories.
pub fn voluntary_from(category: RetirementCategory, birth: PartialDate) -> Option<YearMonth> {
    (category == RetirementCategory::F60).then(|| statutory(RetirementCategory::F55, birth).month)
}

/// The month that establishment planning (编制测算) counts with (D-04): the written choice when it
/// lies between the voluntary and the statutory month, else the statutory month.
pub fn planning_month(
    category: RetirementCategory,
    birth: PartialDate,
    written_choice: Option<YearMonth>,
) -> YearMonth {
    let month = statutory(category, birth).month;
    match (voluntary_from(category, birth), written_choice) {
        (Some(from), Some(chosen)) if from <= chosen && chosen <= month => chosen,
        _ => month,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::RetirementCategory::{self, F50, F55, F60, M60};
    use super::*;
    use crate::modules::personnel::rules::contribution::minimum_years;

    fn of(category: RetirementCategory, birth: &str) -> Statutory {
        statutory(category, birth.parse().unwrap())
    }

    #[test]
    fn d_01_table() {
        // category, birth -> delay, age, retire, earliest, latest, minimum contribution
        let rows = [
            (M60, "1964-12", 0, "60y0m", "2024-12", "2024-12", "not affected", "15"),
            (M60, "1965-01", 1, "60y1m", "2025-02", "2025-01", "2028-02", "15"),
            (M60, "1965-04", 1, "60y1m", "2025-05", "2025-04", "2028-05", "15"),
            (M60, "1965-05", 2, "60y2m", "2025-07", "2025-05", "2028-07", "15"),
            (M60, "1970-10", 18, "61y6m", "2032-04", "2030-10", "2035-04", "16.5"),
            (M60, "1972-12", 24, "62y0m", "2034-12", "2032-12", "2037-12", "17.5"),
            (M60, "1976-08", 35, "62y11m", "2039-07", "2036-08", "2042-07", "20"),
            (M60, "1976-09", 36, "63y0m", "2039-09", "2036-09", "2042-09", "20"),
            (F55, "1970-01", 1, "55y1m", "2025-02", "2025-01", "2028-02", "15"),
            (F55, "1973-08", 11, "55y11m", "2029-07", "2028-08", "2032-07", "15"),
            (F55, "1975-07", 17, "56y5m", "2031-12", "2030-07", "2034-12", "16"),
            (F55, "1981-09", 36, "58y0m", "2039-09", "2036-09", "2042-09", "20"),
            (F50, "1975-02", 1, "50y1m", "2025-03", "2025-02", "2028-03", "15"),
            (F50, "1975-03", 2, "50y2m", "2025-05", "2025-03", "2028-05", "15"),
            (F50, "1980-06", 33, "52y9m", "2033-03", "2030-06", "2036-03", "17"),
            (F50, "1984-11", 60, "55y0m", "2039-11", "2036-11", "2042-11", "20"),
        ];
        for (category, birth, delay, age, retire, earliest, latest, contribution) in rows {
            let got = of(category, birth);
            let case = format!("{category:?} {birth}");
            assert_eq!(got.delay_months, delay, "{case}");
            assert_eq!(format!("{}y{}m", got.age_years, got.age_months), age, "{case}");
            assert_eq!(got.month.to_string(), retire, "{case}");
            assert_eq!(got.earliest.to_string(), earliest, "{case}");
            let shown = got.latest.map_or("not affected".to_owned(), |m| m.to_string());
            assert_eq!(shown, latest, "{case}");
            assert_eq!(minimum_years(got.month.year()).to_string(), contribution, "{case}");
        }
    }

    #[test]
    fn d_01_caps_and_day_precision() {
        assert_eq!(of(M60, "2000-01").delay_months, 36);
        assert_eq!(of(F50, "2000-01").delay_months, 60);
        assert_eq!(of(M60, "1965-05-31"), of(M60, "1965-05"));
        assert_eq!(of(M60, "1930-01").month.to_string(), "1990-01");
    }

    #[test]
    fn d_04_county_rank_women() {
        let birth: PartialDate = "1970-05".parse().unwrap();
        let month = |text: &str| text.parse::<YearMonth>().unwrap();
        let got = statutory(F60, birth);
        assert_eq!((got.delay_months, got.age_years, got.age_months), (17, 61, 5));
        assert_eq!(got.month, month("2031-10"));
        assert_eq!(voluntary_from(F60, birth), Some(month("2025-07")));
        assert_eq!(voluntary_from(M60, birth), None);
        assert_eq!(planning_month(F60, birth, None), month("2031-10"));
        assert_eq!(planning_month(F60, birth, Some(month("2026-01"))), month("2026-01"));
        assert_eq!(planning_month(F60, birth, Some(month("2025-06"))), month("2031-10"));
        assert_eq!(planning_month(F55, birth, Some(month("2025-07"))), month("2025-07"));
    }
}
