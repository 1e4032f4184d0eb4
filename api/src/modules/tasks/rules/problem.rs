//! Problems (问题), rule I-05: grades, who supervises them, and how they rise by days. Nothing falls by itself.

use chrono::{Days, NaiveDate};

use crate::modules::personnel::rules::refusal::Refusal;

/// Grade (等级).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// 轻微
    Minor,
    /// 一般
    Ordinary,
    /// 严重
    Serious,
}

/// A supervisor (督查主体).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// 区委督查室
    PartyOffice,
    /// 政府督查科
    GovernmentOffice,
    /// 纪委监委
    Discipline,
    /// 组织部
    Organisation,
}

/// Who supervises a grade: nobody but the system, the two offices, then discipline and organisation.
pub fn route(grade: Grade) -> &'static [Body] {
    match grade {
        Grade::Minor => &[],
        Grade::Ordinary => &[Body::PartyOffice, Body::GovernmentOffice],
        Grade::Serious => &[Body::Discipline, Body::Organisation],
    }
}

/// Days after which an unresolved problem rises; a tenant's rule set `tasks` may change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Escalation {
    /// From minor to ordinary.
    pub minor_days: u32,
    /// From ordinary to serious.
    pub ordinary_days: u32,
}

impl Default for Escalation {
    fn default() -> Self {
        Self { minor_days: 7, ordinary_days: 15 }
    }
}

/// The next grade with the day on which an unresolved problem came to it, if that day has come.
pub fn escalated(
    grade: Grade,
    since: NaiveDate,
    today: NaiveDate,
    escalation: Escalation,
) -> Option<(Grade, NaiveDate)> {
    let (next, days) = match grade {
        Grade::Minor => (Grade::Ordinary, escalation.minor_days),
        Grade::Ordinary => (Grade::Serious, escalation.ordinary_days),
        Grade::Serious => return None,
    };
    let due = since.checked_add_days(Days::new(days.into()))?;
    (due <= today).then_some((next, due))
}

/// A person raises a grade, with a reason; nobody lowers it.
pub fn raise(from: Grade, to: Grade, reason: &str) -> Result<Grade, Refusal> {
    if to <= from {
        return Err(Refusal::new("NO_DOWNGRADE", "问题等级只升不降", "The grade of a problem only rises."));
    }
    if reason.trim().is_empty() {
        return Err(Refusal::new("REASON_MISSING", "升级须说明理由", "Raising the grade wants a reason."));
    }
    Ok(to)
}

/// Days left until an alert that a task is due: the thresholds at which its owner is reminded once.
pub fn reminder(end: NaiveDate, today: NaiveDate) -> Option<&'static str> {
    match (end - today).num_days() {
        d if d < 0 => Some("OVERDUE"),
        d if d <= 3 => Some("DUE_SOON"),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn march(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 3, day).unwrap()
    }

    #[test]
    fn i_05_a_delay_rises_by_days() {
        let rules = Escalation::default();
        assert_eq!(escalated(Grade::Minor, march(1), march(7), rules), None);
        assert_eq!(escalated(Grade::Minor, march(1), march(8), rules), Some((Grade::Ordinary, march(8))));
        assert_eq!(escalated(Grade::Ordinary, march(8), march(22), rules), None);
        assert_eq!(escalated(Grade::Ordinary, march(8), march(23), rules), Some((Grade::Serious, march(23))));
        assert_eq!(escalated(Grade::Serious, march(1), march(31), rules), None);
    }

    /// However often and how late one looks, the grade is that of a machine that looks every day.
    #[test]
    fn i_05_the_grade_does_not_depend_on_when_one_looks() {
        let rules = Escalation::default();
        for late in 0..60_u64 {
            let today = march(1).checked_add_days(Days::new(late)).unwrap();
            let (mut grade, mut since) = (Grade::Minor, march(1));
            while let Some((next, due)) = escalated(grade, since, today, rules) {
                (grade, since) = (next, due);
            }
            let expected = match late {
                0..=6 => Grade::Minor,
                7..=21 => Grade::Ordinary,
                _ => Grade::Serious,
            };
            assert_eq!(grade, expected, "after {late} days");
        }
    }

    #[test]
    fn i_05_grades_only_rise_and_with_a_reason() {
        assert_eq!(code(raise(Grade::Minor, Grade::Serious, "造成损失")), "OK");
        assert_eq!(code(raise(Grade::Minor, Grade::Serious, " ")), "REASON_MISSING");
        assert_eq!(code(raise(Grade::Serious, Grade::Minor, "误判")), "NO_DOWNGRADE");
        assert_eq!(code(raise(Grade::Minor, Grade::Minor, "再提")), "NO_DOWNGRADE");
    }

    #[test]
    fn i_05_routes() {
        assert!(route(Grade::Minor).is_empty());
        assert_eq!(route(Grade::Ordinary), [Body::PartyOffice, Body::GovernmentOffice]);
        assert_eq!(route(Grade::Serious), [Body::Discipline, Body::Organisation]);
    }

    #[test]
    fn i_04_reminders_come_three_days_before_and_after() {
        assert_eq!(reminder(march(10), march(6)), None);
        assert_eq!(reminder(march(10), march(7)), Some("DUE_SOON"));
        assert_eq!(reminder(march(10), march(10)), Some("DUE_SOON"));
        assert_eq!(reminder(march(10), march(11)), Some("OVERDUE"));
    }
}
