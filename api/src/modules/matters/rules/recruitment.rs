//! Recruitment (录用), rule H-05: who is barred, and the year of probation (公务员法第26、34条).

use chrono::NaiveDate;

use crate::kernel::civil::add_months;
use crate::modules::personnel::rules::refusal::{Refusal, ensure};

/// Months of probation (试用期), 公务员法第34条.
pub const PROBATION_MONTHS: i32 = 12;

/// Why somebody must not be recruited (不得录用情形, 公务员法第26条); the same bars lateral entry (第70条).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Barred {
    /// 因犯罪受过刑事处罚
    CriminalPunishment,
    /// 被开除中国共产党党籍
    ExpelledFromParty,
    /// 被开除公职
    ExpelledFromOffice,
    /// 被依法列为失信联合惩戒对象
    JointPunishment,
    /// 法律规定不得录用为公务员的其他情形
    OtherLaw,
}

impl Barred {
    /// The words of the law.
    pub const fn title(self) -> &'static str {
        match self {
            Self::CriminalPunishment => "因犯罪受过刑事处罚",
            Self::ExpelledFromParty => "被开除中国共产党党籍",
            Self::ExpelledFromOffice => "被开除公职",
            Self::JointPunishment => "被依法列为失信联合惩戒对象",
            Self::OtherLaw => "法律规定不得录用为公务员的其他情形",
        }
    }

    const fn en(self) -> &'static str {
        match self {
            Self::CriminalPunishment => "The person has been punished for a crime.",
            Self::ExpelledFromParty => "The person has been expelled from the party.",
            Self::ExpelledFromOffice => "The person has been expelled from public office.",
            Self::JointPunishment => "The person is listed for joint punishment of dishonesty.",
            Self::OtherLaw => "Another law bars the person from the civil service.",
        }
    }
}

/// One refusal for each cause that bars the person; none if nothing does.
pub fn refusals(barred: &[Barred]) -> Vec<Refusal> {
    barred.iter().map(|cause| Refusal::new("BARRED_PERSON", cause.title(), cause.en())).collect()
}

/// How a probation ends (试用期满处理).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Completion {
    /// 合格，予以任职
    Confirmed,
    /// 不合格，取消录用
    Cancelled,
}

/// The first day after the probation (转正起始日).
pub fn confirmed_from(recruited_on: NaiveDate) -> NaiveDate {
    add_months(recruited_on, PROBATION_MONTHS)
}

/// Whether the probation may end on a day: nobody is confirmed before the year is over; a cancellation may come
/// earlier.
pub fn check_completion(recruited_on: NaiveDate, on: NaiveDate, completion: Completion) -> Result<(), Refusal> {
    let limit = match completion {
        Completion::Confirmed => confirmed_from(recruited_on),
        Completion::Cancelled => recruited_on,
    };
    ensure(on >= limit, || Refusal::beyond("PROBATION_NOT_OVER", limit, on, "试用期未满", "The probation is not over"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::refusal::code;

    fn completed(on: &str, completion: Completion) -> &'static str {
        code(check_completion("2024-08-01".parse().unwrap(), on.parse().unwrap(), completion))
    }

    #[test]
    fn h_05_probation_is_one_year() {
        assert_eq!(confirmed_from("2024-08-01".parse().unwrap()).to_string(), "2025-08-01");
        assert_eq!(completed("2025-07-31", Completion::Confirmed), "PROBATION_NOT_OVER");
        assert_eq!(completed("2025-08-01", Completion::Confirmed), "OK");
        assert_eq!(confirmed_from("2024-02-29".parse().unwrap()).to_string(), "2025-02-28");
    }

    #[test]
    fn h_05_a_recruitment_is_cancelled_within_the_probation() {
        assert_eq!(completed("2024-12-01", Completion::Cancelled), "OK");
        assert_eq!(completed("2024-07-31", Completion::Cancelled), "PROBATION_NOT_OVER");
    }

    #[test]
    fn h_05_barred_persons_are_told_every_cause() {
        assert!(refusals(&[]).is_empty());
        let causes = [
            Barred::CriminalPunishment,
            Barred::ExpelledFromParty,
            Barred::ExpelledFromOffice,
            Barred::JointPunishment,
            Barred::OtherLaw,
        ];
        let found = refusals(&causes);
        assert!(found.iter().all(|refusal| refusal.code == "BARRED_PERSON"));
        let words: Vec<&str> = found.iter().map(|refusal| refusal.zh.as_str()).collect();
        assert_eq!(words, causes.map(Barred::title));
    }
}
