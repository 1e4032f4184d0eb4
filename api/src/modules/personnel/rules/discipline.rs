//! Periods of administrative discipline (政务处分期), rule F-08.

use chrono::NaiveDate;

use super::impact::{Bar, Period};
use super::refusal::{Refusal, ensure};
use crate::kernel::civil::add_months;

/// The longest period of several sanctions in months (政务处分法第15条).
pub const LONGEST_MONTHS: i32 = 48;

/// A sanction (政务处分), from light to heavy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sanction {
    /// 警告
    Warning,
    /// 记过
    Demerit,
    /// 记大过
    SeriousDemerit,
    /// 降级
    Downgrading,
    /// 撤职
    RemovalFromPost,
    /// 开除
    Expulsion,
}

impl Sanction {
    /// Months of the period (处分期间); expulsion has none.
    pub const fn months(self) -> Option<i32> {
        match self {
            Self::Warning => Some(6),
            Self::Demerit => Some(12),
            Self::SeriousDemerit => Some(18),
            Self::Downgrading | Self::RemovalFromPost => Some(24),
            Self::Expulsion => None,
        }
    }

    /// Whether the wage step must not rise in the period (不得晋升工资档次): from a demerit on.
    pub fn bars_wage_step(self) -> bool {
        self >= Self::Demerit
    }
}

/// What one decision over several sanctions comes to (合并处分).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// The sanction that is carried out.
    pub sanction: Sanction,
    /// The shortest period in months; none for an expulsion.
    pub shortest: Option<i32>,
    /// The longest period in months; the organ decides between the two.
    pub longest: Option<i32>,
}

/// Several sanctions of one decision: of different kinds the heaviest alone; of one kind below removal, one
/// period, from a single one to their sum, at most 48 months (政务处分法第15条). None without a sanction.
pub fn merge(sanctions: &[Sanction]) -> Option<Merged> {
    let heaviest = sanctions.iter().copied().max()?;
    let of_one_kind = sanctions.iter().all(|one| *one == heaviest) && heaviest < Sanction::RemovalFromPost;
    let times = if of_one_kind { i32::try_from(sanctions.len()).unwrap_or(i32::MAX) } else { 1 };
    let longest = heaviest.months().map(|months| months.saturating_mul(times).min(LONGEST_MONTHS));
    Some(Merged { sanction: heaviest, shortest: heaviest.months(), longest })
}

impl Merged {
    /// Whether the period that the organ decided lies within.
    pub fn check(&self, months: i32) -> Result<(), Refusal> {
        let (Some(shortest), Some(longest)) = (self.shortest, self.longest) else {
            let zh = "开除没有处分期";
            return Err(Refusal::new("SANCTION_PERIOD", zh, "An expulsion has no period."));
        };
        ensure((shortest..=longest).contains(&months), || {
            let limit = if shortest == longest { shortest.to_string() } else { format!("{shortest}-{longest}") };
            let (zh, en) = ("处分期不在规定月数内", "The period is not of the months that the law gives");
            Refusal::beyond("SANCTION_PERIOD", limit, months, zh, en)
        })
    }
}

/// The end of a sanction's period (处分期满日). Inside a running period the rest and the new one are added, at most
/// 48 months from the new day of effect (行政机关公务员处分条例第10条). None for an expulsion.
pub fn end(sanction: Sanction, effective_on: NaiveDate, running_until: Option<NaiveDate>) -> Option<NaiveDate> {
    let months = sanction.months()?;
    let start = running_until.map_or(effective_on, |end| end.max(effective_on));
    Some(add_months(start, months).min(add_months(effective_on, LONGEST_MONTHS)))
}

/// The sanction's impact on promotion of post, rank and grade (公务员法第64条): its period, which ends by itself. A
/// lower grade or a lost post does not come back with it (不视为恢复原级别、原职务).
pub fn impact(sanction: Sanction, effective_on: NaiveDate, running_until: Option<NaiveDate>) -> Option<Period> {
    let end = end(sanction, effective_on, running_until)?;
    Some(Period { bar: Bar::Promotion, start: effective_on, end })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::Sanction::*;
    use super::*;
    use crate::modules::personnel::rules::impact::check_promotion;
    use crate::modules::personnel::rules::refusal::code;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn until(sanction: Sanction, on: &str, running: &str) -> Option<String> {
        end(sanction, day(on), running.parse().ok()).map(|end| end.to_string())
    }

    #[test]
    fn f_08_periods() {
        let months: Vec<Option<i32>> =
            [Warning, Demerit, SeriousDemerit, Downgrading, RemovalFromPost, Expulsion].map(Sanction::months).to_vec();
        assert_eq!(months, [Some(6), Some(12), Some(18), Some(24), Some(24), None]);
        assert_eq!(until(Demerit, "2024-03-10", "").as_deref(), Some("2025-03-10"));
        assert_eq!(until(Warning, "2024-08-31", "").as_deref(), Some("2025-02-28"));
        assert!(!Warning.bars_wage_step() && Demerit.bars_wage_step() && RemovalFromPost.bars_wage_step());
    }

    #[test]
    fn f_08_a_new_sanction_inside_a_period() {
        assert_eq!(until(SeriousDemerit, "2024-09-10", "2025-03-10").as_deref(), Some("2026-09-10"));
        // A period that is over adds nothing; rest and new are never more than 48 months together.
        assert_eq!(until(SeriousDemerit, "2025-09-10", "2025-03-10").as_deref(), Some("2027-03-10"));
        assert_eq!(until(RemovalFromPost, "2024-09-10", "2027-09-10").as_deref(), Some("2028-09-10"));
        assert_eq!(until(Expulsion, "2024-09-10", ""), None);
    }

    #[test]
    fn f_08_several_in_one_decision() {
        let merged = |sanctions: &[Sanction]| merge(sanctions).map(|m| (m.sanction, m.shortest, m.longest));
        assert_eq!(merged(&[RemovalFromPost, Downgrading]), Some((RemovalFromPost, Some(24), Some(24))));
        assert_eq!(merged(&[Demerit, Demerit]), Some((Demerit, Some(12), Some(24))));
        assert_eq!(merged(&[Downgrading, Downgrading, Downgrading]), Some((Downgrading, Some(24), Some(48))));
        assert_eq!(merged(&[RemovalFromPost, RemovalFromPost]), Some((RemovalFromPost, Some(24), Some(24))));
        assert_eq!(merged(&[Warning, Expulsion]), Some((Expulsion, None, None)));
        assert_eq!(merged(&[]), None);
    }

    #[test]
    fn f_08_the_decided_period_lies_within() {
        let two = merge(&[Demerit, Demerit]).unwrap();
        assert_eq!([11, 12, 24, 25].map(|m| code(two.check(m))), ["SANCTION_PERIOD", "OK", "OK", "SANCTION_PERIOD"]);
        assert_eq!(two.check(25).unwrap_err().limit.as_deref(), Some("12-24"));
        assert_eq!(code(merge(&[Expulsion]).unwrap().check(24)), "SANCTION_PERIOD");
    }

    #[test]
    fn f_08_no_promotion_in_the_period() {
        let period = impact(Demerit, day("2024-03-10"), None).unwrap();
        assert_eq!(code(check_promotion(&[period], false, day("2025-03-09"))), "IMPACT_PERIOD");
        assert_eq!(code(check_promotion(&[period], false, day("2025-03-10"))), "OK");
    }
}
