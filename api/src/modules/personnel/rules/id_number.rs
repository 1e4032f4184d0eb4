//! The citizen identity number (公民身份号码, GB 11643-1999), rule J-02.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::modules::tenancy::rules::division::Divisions;

const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECK_CHARS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];

/// GB/T 2260 numbers of the provinces (省级行政区代码), Zhejiang being 33.
const PROVINCES: [&str; 34] = [
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41", "42", "43", "44",
    "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71", "81", "82",
];

/// The earliest birth that an 18-digit number can carry; the first cards were issued in 1984.
const EARLIEST_BIRTH_YEAR: i32 = 1850;

/// A checked citizen identity number (公民身份号码, J-02). Its `Debug` form is masked, because the
/// number is personal information that must not reach a log.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdNumber {
    text: String,
    birth: NaiveDate,
}

/// The sex that digit 17 tells (性别): odd is male.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Sex {
    /// Male (男), GB/T 2261.1 code 1.
    Male,
    /// Female (女), GB/T 2261.1 code 2.
    Female,
}

/// Why a text is not a citizen identity number (J-02). No variant repeats the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum IdNumberError {
    /// Not 18 characters long.
    #[error("an identity number has 18 characters, this one has {0}")]
    WrongLength(usize),
    /// Something else than 17 digits and a digit or X.
    #[error("an identity number is 17 digits followed by a digit or X")]
    WrongCharacter,
    /// The first six digits are no division of the country, now or ever.
    #[error("the first six digits are not a division code")]
    UnknownDivision,
    /// Digits 7 to 14 are no date.
    #[error("digits 7 to 14 are not a date that exists")]
    NoSuchDate,
    /// The check character does not fit.
    #[error("the check character does not fit the first 17 digits")]
    WrongCheck,
}

impl IdNumberError {
    /// The stable code of this refusal.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongLength(_) => "ID_NUMBER_LENGTH",
            Self::WrongCharacter => "ID_NUMBER_CHARACTER",
            Self::UnknownDivision => "ID_NUMBER_DIVISION",
            Self::NoSuchDate => "ID_NUMBER_DATE",
            Self::WrongCheck => "ID_NUMBER_CHECK",
        }
    }
}

impl IdNumber {
    /// Checks and normalises: outer blanks fall away, full-width characters become half-width, x
    /// becomes X.
    pub fn parse(text: &str) -> Result<Self, IdNumberError> {
        let text: String = text.trim().chars().map(half_width).collect();
        let length = text.chars().count();
        if length != 18 {
            return Err(IdNumberError::WrongLength(length));
        }
        let is_well_formed =
            text.is_ascii() && text.bytes().enumerate().all(|(i, b)| b.is_ascii_digit() || (i == 17 && b == b'X'));
        if !is_well_formed {
            return Err(IdNumberError::WrongCharacter);
        }
        if !is_known_prefix(&text[..6]) {
            return Err(IdNumberError::UnknownDivision);
        }
        let birth = birth_of(&text[6..14]).ok_or(IdNumberError::NoSuchDate)?;
        if check_char(&text[..17]) != text.chars().last() {
            return Err(IdNumberError::WrongCheck);
        }
        Ok(Self { text, birth })
    }

    /// The 18 characters; for storage and comparison, never for a log.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number with the birth hidden (脱敏), such as `330602********0024`.
    pub fn masked(&self) -> String {
        format!("{}********{}", &self.text[..6], &self.text[14..])
    }

    /// The date of birth in the number. Retirement uses the archive's, which may differ (D-01).
    pub fn birth(&self) -> NaiveDate {
        self.birth
    }

    /// The sex that digit 17 tells: odd is male.
    pub fn sex(&self) -> Sex {
        if self.text.as_bytes()[16] % 2 == 1 { Sex::Male } else { Sex::Female }
    }

    /// The six-digit division (行政区划) where the number was first given.
    pub fn prefix(&self) -> &str {
        &self.text[..6]
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "IdNumber({})", self.masked())
    }
}

/// The check character (校验码) of the first 17 digits; none when they are not 17 digits.
pub fn check_char(first_17: &str) -> Option<char> {
    if first_17.len() != 17 {
        return None;
    }
    let digits = first_17.chars().map(|c| c.to_digit(10));
    let products = digits.zip(WEIGHTS).map(|(digit, weight)| Some(digit? * weight));
    let sum: u32 = products.sum::<Option<u32>>()?;
    CHECK_CHARS.get((sum % 11) as usize).copied()
}

/// Zhejiang's prefixes must be divisions that exist or once did. When they did is not compared with
/// the birth: numbers were first given in the 1980s and to many people much later than their birth.
fn is_known_prefix(prefix: &str) -> bool {
    let province = &prefix[..2];
    if province != "33" {
        return PROVINCES.contains(&province);
    }
    let divisions = Divisions::national();
    // xx01 (市辖区) stands for a city's districts as a whole, as in Huzhou's 330501.
    let is_urban_area = prefix.ends_with("01") && divisions.known_ever(&format!("{}00", &prefix[..4]));
    divisions.known_ever(prefix) || is_urban_area
}

fn birth_of(digits: &str) -> Option<NaiveDate> {
    let year: i32 = digits[..4].parse().ok()?;
    let (month, day) = (digits[4..6].parse().ok()?, digits[6..].parse().ok()?);
    NaiveDate::from_ymd_opt(year, month, day).filter(|_| year >= EARLIEST_BIRTH_YEAR)
}

fn half_width(c: char) -> char {
    match c {
        'x' | 'ｘ' | 'Ｘ' => 'X',
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32).unwrap_or(c),
        _ => c,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn with_check(first_17: &str) -> String {
        format!("{first_17}{}", check_char(first_17).unwrap())
    }

    #[test]
    fn j_02_valid() {
        for text in ["11010519491231002X", "331123198506150019", "330602199003070024", "330203198802290031"] {
            assert_eq!(IdNumber::parse(text).unwrap().as_str(), text);
        }
        let lower = IdNumber::parse(" 11010519491231002x ").unwrap();
        assert_eq!(lower, IdNumber::parse("１１０１０５１９４９１２３１００２Ｘ").unwrap());
        assert_eq!(lower.as_str(), "11010519491231002X");
    }

    #[test]
    fn j_02_invalid() {
        let refused = |text: &str| IdNumber::parse(text).unwrap_err();
        assert_eq!(refused("331123198506150018"), IdNumberError::WrongCheck);
        assert_eq!(refused("330203198702290031"), IdNumberError::NoSuchDate);
        assert_eq!(refused("33020319880229003"), IdNumberError::WrongLength(17));
        assert_eq!(refused("X30203198802290031"), IdNumberError::WrongCharacter);
        assert_eq!(refused("33020319880229003汉"), IdNumberError::WrongCharacter);
        assert_eq!(refused(&with_check("33020300011231003")), IdNumberError::NoSuchDate);
        assert_eq!(refused("").code(), "ID_NUMBER_LENGTH");
    }

    #[test]
    fn j_02_birth_sex_and_prefix() {
        let man = IdNumber::parse("331123198506150019").unwrap();
        let woman = IdNumber::parse("330602199003070024").unwrap();
        assert_eq!(man.birth().to_string(), "1985-06-15");
        assert_eq!((man.sex(), woman.sex()), (Sex::Male, Sex::Female));
        assert_eq!((man.prefix(), woman.prefix()), ("331123", "330602"));
        assert_eq!(check_char("1101051949123100"), None);
    }

    #[test]
    fn j_01_prefix_was_ever_a_division() {
        let parse = |prefix: &str| IdNumber::parse(&with_check(&format!("{prefix}19750203001")));
        // 330183 富阳市 is retired, 332527 is Suichang before 2000, 330501 Huzhou's urban area.
        for prefix in ["330183", "332527", "330501", "110105", "820000"] {
            assert!(parse(prefix).is_ok(), "{prefix}");
        }
        for prefix in ["330199", "339901", "160105", "990101", "000000"] {
            assert_eq!(parse(prefix), Err(IdNumberError::UnknownDivision), "{prefix}");
        }
    }

    #[test]
    fn j_10_debug_is_masked() {
        let number = IdNumber::parse("330602199003070024").unwrap();
        assert_eq!(format!("{number:?}"), "IdNumber(330602********0024)");
    }
}
