//! Checks that several commands on people share. Each names the field and what would be accepted.

use chrono::NaiveDate;
use entities::values::{PersonnelKind, RetirementCategory};

use crate::{
    kernel::{
        error::{Code, UserError},
        partial_date::PartialDate,
    },
    modules::personnel::rules::{
        code_set::{CodeError, CodeSets},
        id_number::{IdNumber, Sex},
    },
};

/// Sets up to this size are listed whole in a refusal.
const LISTED: usize = 14;
/// Nobody has paid contributions for longer.
const MAX_CONTRIBUTION_MONTHS: i32 = 720;

/// A checked identity number (J-02).
pub fn id_number(text: &str, field: &str) -> Result<IdNumber, UserError> {
    IdNumber::parse(text).map_err(|error| {
        UserError::new(
            Code::InvalidIdNumber,
            field,
            "居民身份证号码有误：应为 17 位数字加校验码，且区划、出生日期与校验码有效（GB 11643）",
            format!("Not an identity number: {error}."),
        )
    })
}

/// The code that a code or name stands for on a day (J-04); the refusal names the set.
pub fn code(set: &str, text: &str, field: &str, on: NaiveDate) -> Result<String, UserError> {
    let sets = CodeSets::national();
    sets.resolve(set, text, on).map(|code| code.code.clone()).map_err(|error| {
        let (title, accepted) = match (&error, sets.version_on(set, on)) {
            (CodeError::UnknownCode { .. }, Ok(version)) if version.codes.len() <= LISTED => {
                let list =
                    version.codes.iter().map(|c| format!("{} {}", c.code, c.name)).collect::<Vec<_>>().join(", ");
                (version.title.clone(), list)
            }
            (_, Ok(version)) => (version.title.clone(), format!("codeSet(key: \"{set}\")")),
            (_, Err(_)) => (String::new(), String::new()),
        };
        UserError::new(
            Code::UnknownCode,
            field,
            format!("代码不在代码集 {set} {title} 中，可用：{accepted}"),
            format!("Not a code of {set} ({title}); accepted: {accepted}."),
        )
    })
}

/// The sex that an identity number tells, as a code of GB/T 2261.1.
pub fn sex_code(number: &IdNumber) -> &'static str {
    match number.sex() {
        Sex::Male => "1",
        Sex::Female => "2",
    }
}

/// The sex must be the one in the identity number (J-02); the birth may differ, because the archive's decides.
pub fn sex_agrees(sex: &str, number: &IdNumber, field: &str) -> Result<(), UserError> {
    let told = sex_code(number);
    if sex == told {
        return Ok(());
    }
    Err(UserError::new(
        Code::InvalidValue,
        field,
        format!("性别代码 {sex} 与身份证号码第 17 位不符，应为 {told}"),
        format!("Sex {sex} does not agree with digit 17 of the identity number, which says {told}."),
    ))
}

/// A mobile number (手机号码): 11 digits.
pub fn phone(text: &str, field: &str) -> Result<String, UserError> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
    let digits = digits.strip_prefix("+86").unwrap_or(&digits);
    let is_mobile = digits.len() == 11
        && digits.bytes().all(|b| b.is_ascii_digit())
        && digits.starts_with('1')
        && matches!(digits.as_bytes()[1], b'3'..=b'9');
    if is_mobile {
        return Ok(digits.to_string());
    }
    Err(UserError::new(Code::InvalidFormat, field, "应为 11 位手机号码", "Takes a mobile number of 11 digits."))
}

/// A text of bounded length without outer blanks.
pub fn text(text: &str, field: &str, most: usize) -> Result<String, UserError> {
    let text = text.trim();
    if (1..=most).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
        return Ok(text.to_string());
    }
    let (zh, en) = (format!("应为 1 至 {most} 个字符"), format!("Takes 1 to {most} characters."));
    Err(UserError::new(Code::InvalidValue, field, zh, en))
}

/// A date that has been reached.
pub fn not_future(date: PartialDate, field: &str, today: NaiveDate) -> Result<PartialDate, UserError> {
    if date <= PartialDate::of_day(today) {
        return Ok(date);
    }
    Err(UserError::new(
        Code::InvalidValue,
        field,
        format!("不得晚于今天 {today}"),
        format!("Not after today, {today}."),
    ))
}

/// Work starts after birth.
pub fn after_birth(date: PartialDate, birth: PartialDate, field: &str) -> Result<(), UserError> {
    if date > birth {
        return Ok(());
    }
    let (zh, en) = (format!("应晚于出生年月 {birth}"), format!("After the birth, {birth}."));
    Err(UserError::new(Code::InvalidValue, field, zh, en))
}

/// The retirement category must fit the sex (D-01).
pub fn category_fits(category: RetirementCategory, sex: &str, field: &str) -> Result<(), UserError> {
    let (fits, zh, en) = match sex {
        "1" => (category == RetirementCategory::M60, "男性应为 M60", "Men have M60."),
        "2" => (category != RetirementCategory::M60, "女性应为 F55、F50 或 F60", "Women have F55, F50 or F60."),
        _ => (true, "", ""),
    };
    if fits { Ok(()) } else { Err(UserError::new(Code::InvalidValue, field, zh, en)) }
}

/// Only civil servants and those managed alike hold a rank (职级, B-01).
pub fn rank_allowed(kind: PersonnelKind) -> bool {
    matches!(kind, PersonnelKind::CivilServant | PersonnelKind::Referenced)
}

/// The refusal of a rank for others.
pub fn no_rank(field: &str) -> UserError {
    UserError::new(
        Code::InvalidValue,
        field,
        "仅公务员和参照公务员法管理人员有职级",
        "Only civil servants and those managed alike have a rank.",
    )
}

/// Months of contributions (D-03).
pub fn contribution_months(months: i32, field: &str) -> Result<i32, UserError> {
    if (0..=MAX_CONTRIBUTION_MONTHS).contains(&months) {
        return Ok(months);
    }
    Err(UserError::new(
        Code::InvalidValue,
        field,
        format!("应为 0 至 {MAX_CONTRIBUTION_MONTHS}，实为 {months}"),
        format!("Takes 0 to {MAX_CONTRIBUTION_MONTHS}, this is {months}."),
    ))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::personnel::rules::code_set;

    fn day() -> NaiveDate {
        "2025-06-01".parse().unwrap()
    }

    #[test]
    fn j_04_a_refusal_names_the_set_and_what_it_accepts() {
        let refusal = code(code_set::POLITICAL_STATUS, "14", "input.politicalStatus", day()).unwrap_err();
        assert_eq!(refusal.code, Code::UnknownCode);
        assert!(refusal.zh.contains("GB/T 4762") && refusal.zh.contains("13 群众"), "{}", refusal.zh);
        let refusal = code(code_set::ETHNIC_GROUP, "99", "input.ethnicity", day()).unwrap_err();
        assert!(refusal.en.contains("codeSet(key: \"GB/T 3304\")"), "{}", refusal.en);
        assert_eq!(code(code_set::SEX, "男", "input.sex", day()), Ok("1".into()));
    }

    #[test]
    fn j_02_the_sex_agrees_with_the_number() {
        let woman = id_number("330602199003070024", "f").unwrap();
        assert_eq!(sex_agrees("2", &woman, "f"), Ok(()));
        assert!(sex_agrees("1", &woman, "f").unwrap_err().zh.contains("应为 2"));
        assert!(sex_agrees("9", &woman, "f").is_err());
        assert_eq!(id_number("331123198506150018", "f").unwrap_err().code, Code::InvalidIdNumber);
    }

    #[test]
    fn d_01_the_category_fits_the_sex() {
        assert_eq!(category_fits(RetirementCategory::M60, "1", "f"), Ok(()));
        assert!(category_fits(RetirementCategory::F55, "1", "f").is_err());
        assert!(category_fits(RetirementCategory::M60, "2", "f").is_err());
        assert_eq!(category_fits(RetirementCategory::F60, "2", "f"), Ok(()));
    }

    #[test]
    fn j_07_dates_lie_in_the_past_and_in_order() {
        let date = |text: &str| text.parse::<PartialDate>().unwrap();
        assert!(not_future(date("2025-06"), "f", day()).is_ok());
        assert!(not_future(date("2025-06-02"), "f", day()).is_err());
        assert!(after_birth(date("1990-08"), date("1970-05"), "f").is_ok());
        assert!(after_birth(date("1970-05"), date("1970-05"), "f").is_err());
    }

    #[test]
    fn phones_and_months_are_bounded() {
        assert_eq!(phone("+86 138-0000-0000", "f"), Ok("13800000000".into()));
        assert!(phone("12800000000", "f").is_err() && phone("0574-12345678", "f").is_err() && phone("", "f").is_err());
        assert!(contribution_months(-1, "f").is_err() && contribution_months(720, "f").is_ok());
    }
}
