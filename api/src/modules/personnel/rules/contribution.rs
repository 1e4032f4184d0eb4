//! Minimum contribution to the pension insurance (养老保险最低缴费年限), rule D-03.

use rust_decimal::Decimal;

/// The last year in which 15 years are enough, and the first that asks for 20.
const LAST_LOW_YEAR: i32 = 2029;
const FIRST_FULL_YEAR: i32 = 2039;

/// The minimum contribution in half years (最低缴费年限，以半年计) for a retirement in the year (D-03):
/// 15 years up to 2029, half a year more each year, 20 years from 2039.
pub fn minimum_half_years(year: i32) -> u32 {
    let steps = year.clamp(LAST_LOW_YEAR, FIRST_FULL_YEAR + 1) - LAST_LOW_YEAR;
    30 + steps.unsigned_abs().min(10)
}

/// The minimum contribution in months (最低缴费月数) for a retirement in the year (D-03).
pub fn minimum_months(year: i32) -> u32 {
    minimum_half_years(year) * 6
}

/// The minimum contribution in years (最低缴费年限) as a decimal such as 15.5 (D-03).
pub fn minimum_years(year: i32) -> Decimal {
    Decimal::new(i64::from(minimum_half_years(year)) * 5, 1).normalize()
}

/// Months shown as years (年), exact: 186 months are 15.5 years.
pub fn years_of_months(months: u32) -> Decimal {
    (Decimal::from(months) / Decimal::from(12)).round_dp(2).normalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d_03_table() {
        let years = [
            (1999, "15"),
            (2024, "15"),
            (2029, "15"),
            (2030, "15.5"),
            (2031, "16"),
            (2034, "17.5"),
            (2035, "18"),
            (2038, "19.5"),
            (2039, "20"),
            (2040, "20"),
            (2045, "20"),
        ];
        for (year, expected) in years {
            assert_eq!(minimum_years(year).to_string(), expected, "{year}");
        }
        assert_eq!((minimum_half_years(2030), minimum_months(2030)), (31, 186));
        assert_eq!((minimum_months(i32::MIN), minimum_months(i32::MAX)), (180, 240));
        assert_eq!(years_of_months(186).to_string(), "15.5");
    }
}
