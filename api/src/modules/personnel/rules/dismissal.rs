//! Dismissal (辞退): its grounds and who must not be dismissed, rule F-11, 公务员法第88、89条. A person with
//! authority decides; nothing here happens by itself.

use super::refusal::{Refusal, ensure};
use super::tenure::{Grade, YearResult};

/// Days of absence in a row that are still no ground (连续旷工或逾期不归), and within a year (一年内累计).
const CONSECUTIVE_DAYS: u32 = 15;
const DAYS_A_YEAR: u32 = 30;

/// The ground of a dismissal (辞退情形, 第88条).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground<'a> {
    /// Incompetent in two years running (连续两年不称职); the results say so.
    TwoIncompetentYears(&'a [YearResult]),
    /// Not fit for the post and unwilling to take another (不胜任现职又不接受其他安排).
    UnfitAndUnwilling,
    /// Refuses a reasonable placement when the organ changes (机构调整拒绝合理安排).
    RefusesPlacement,
    /// Neglects duties, does not change after education, and expulsion would not be right (经教育仍无转变).
    Unreformed,
    /// Absent without a proper reason (旷工或逾期不归).
    Absence {
        /// Days in a row.
        consecutive: u32,
        /// Days within a year.
        within_a_year: u32,
    },
}

/// Why somebody must not be dismissed (不得辞退情形, 第89条).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protection {
    /// 因公致残，被确认丧失或者部分丧失工作能力
    DisabledOnDuty,
    /// 患病或者负伤，在规定的医疗期内
    MedicalPeriod,
    /// 女性在孕期、产假、哺乳期内
    Maternity,
    /// 法律、行政法规规定的其他不得辞退的情形
    Other,
}

impl Protection {
    /// The Chinese term.
    pub const fn title(self) -> &'static str {
        match self {
            Self::DisabledOnDuty => "因公致残",
            Self::MedicalPeriod => "在规定的医疗期内",
            Self::Maternity => "在孕期、产假、哺乳期内",
            Self::Other => "法律、行政法规规定的其他情形",
        }
    }
}

/// Whether a dismissal on the ground is allowed: the ground holds, nothing protects the person, and whoever
/// decides says why.
pub fn check(ground: Ground<'_>, protections: &[Protection], reason: &str) -> Result<(), Refusal> {
    if let Some(protection) = protections.first() {
        let zh = format!("不得辞退：{}", protection.title());
        return Err(Refusal::new("DISMISSAL_BARRED", zh, "The law protects this person from dismissal."));
    }
    ensure(!reason.trim().is_empty(), || {
        Refusal::new("REASON_MISSING", "辞退须由有权机关作出决定并说明理由", "A dismissal is decided with a reason.")
    })?;
    match ground {
        Ground::UnfitAndUnwilling | Ground::RefusesPlacement | Ground::Unreformed => Ok(()),
        Ground::TwoIncompetentYears(results) => ensure(two_in_a_row(results), || {
            let (zh, en) = ("未连续两年被确定为不称职", "There are no two incompetent years in a row.");
            Refusal::new("DISMISSAL_GROUND", zh, en)
        }),
        Ground::Absence { consecutive, within_a_year } => {
            ensure(consecutive > CONSECUTIVE_DAYS || within_a_year > DAYS_A_YEAR, || {
                let limit = format!(">{CONSECUTIVE_DAYS}/>{DAYS_A_YEAR}");
                let (zh, en) = ("旷工或逾期不归天数未达辞退规定", "The absence is no ground for dismissal");
                Refusal::beyond("DISMISSAL_GROUND", limit, format!("{consecutive}/{within_a_year}"), zh, en)
            })
        }
    }
}

fn two_in_a_row(results: &[YearResult]) -> bool {
    let failed = |year: i32| results.iter().any(|r| r.year == year && r.grade == Grade::Incompetent);
    results.iter().any(|result| failed(result.year) && result.year.checked_add(1).is_some_and(failed))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn absent(consecutive: u32, within_a_year: u32) -> &'static str {
        code(check(Ground::Absence { consecutive, within_a_year }, &[], "决定"))
    }

    #[test]
    fn f_11_absence_beyond_15_or_30_days() {
        assert_eq!((absent(15, 30), absent(16, 16), absent(1, 31)), ("DISMISSAL_GROUND", "OK", "OK"));
        let refusal = check(Ground::Absence { consecutive: 15, within_a_year: 30 }, &[], "决定").unwrap_err();
        assert_eq!((refusal.limit.as_deref(), refusal.actual.as_deref()), (Some(">15/>30"), Some("15/30")));
    }

    #[test]
    fn a_07_two_incompetent_years_in_a_row() {
        let results = |grades: [(i32, Grade); 3]| {
            let approved_on = "2025-01-20".parse().unwrap();
            let results = grades.map(|(year, grade)| YearResult { year, grade, approved_on });
            code(check(Ground::TwoIncompetentYears(&results), &[], "决定"))
        };
        use Grade::{Competent, Incompetent};
        assert_eq!(results([(2022, Competent), (2023, Incompetent), (2024, Incompetent)]), "OK");
        assert_eq!(results([(2022, Incompetent), (2023, Competent), (2024, Incompetent)]), "DISMISSAL_GROUND");
        assert_eq!(results([(2021, Incompetent), (2023, Incompetent), (2024, Competent)]), "DISMISSAL_GROUND");
    }

    #[test]
    fn f_11_the_protected_are_not_dismissed() {
        for protection in
            [Protection::DisabledOnDuty, Protection::MedicalPeriod, Protection::Maternity, Protection::Other]
        {
            assert_eq!(code(check(Ground::UnfitAndUnwilling, &[protection], "决定")), "DISMISSAL_BARRED");
        }
    }

    #[test]
    fn f_11_a_dismissal_is_decided_by_people() {
        assert_eq!(code(check(Ground::Unreformed, &[], "  ")), "REASON_MISSING");
        assert_eq!(code(check(Ground::RefusesPlacement, &[], "拒绝合理安排")), "OK");
    }
}
