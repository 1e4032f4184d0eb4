//! The unified social credit code (统一社会信用代码, GB 32100-2015), rule J-03.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// GB 32100's characters in the order of their values: no I, O, S, V, Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";
const WEIGHTS: [usize; 17] = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28];
/// GB 11714's weights for the eight characters of the organisation code (组织机构代码).
const INNER_WEIGHTS: [usize; 8] = [3, 7, 9, 10, 5, 8, 4, 2];

/// A checked unified social credit code (统一社会信用代码, J-03).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CreditCode(String);

/// What position 2 says of an organisation registered by the establishment office (机构类别).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OrganKind {
    /// Organ (机关), 1.
    Organ,
    /// Public institution (事业单位), 2.
    Institution,
    /// Mass organisation (群众团体), 3.
    MassOrganisation,
    /// Other (其他), 9.
    Other,
}

/// Why a text is not a unified social credit code (J-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CreditCodeError {
    /// Not 18 characters long.
    #[error("a credit code has 18 characters, this one has {0}")]
    WrongLength(usize),
    /// A character outside 0-9 and A-Z without I, O, S, V, Z.
    #[error("a credit code has no character {0:?}")]
    WrongCharacter(char),
    /// Positions 3 to 8 are no division code.
    #[error("positions 3 to 8 of a credit code are the digits of a division")]
    WrongDivision,
    /// The check character of the organisation code in positions 9 to 17 (GB 11714) does not fit.
    #[error("position 17, the check of the organisation code, does not fit")]
    WrongInnerCheck,
    /// The check character in position 18 does not fit.
    #[error("position 18, the check of the whole code, does not fit")]
    WrongCheck,
}

impl CreditCodeError {
    /// The stable code of this refusal.
    pub fn code(self) -> &'static str {
        match self {
            Self::WrongLength(_) => "CREDIT_CODE_LENGTH",
            Self::WrongCharacter(_) => "CREDIT_CODE_CHARACTER",
            Self::WrongDivision => "CREDIT_CODE_DIVISION",
            Self::WrongInnerCheck => "CREDIT_CODE_INNER_CHECK",
            Self::WrongCheck => "CREDIT_CODE_CHECK",
        }
    }
}

impl CreditCode {
    /// Checks and normalises: outer blanks fall away, letters become capital.
    pub fn parse(text: &str) -> Result<Self, CreditCodeError> {
        let text = well_formed(text, 18)?;
        if inner_check(&text[8..16]) != text.chars().nth(16) {
            return Err(CreditCodeError::WrongInnerCheck);
        }
        if outer_check(&text[..17]) != text.chars().nth(17) {
            return Err(CreditCodeError::WrongCheck);
        }
        Ok(Self(text))
    }

    /// Makes a valid code of the first eight characters (authority, kind, division) and the eight
    /// characters of the organisation code; for demo data.
    pub fn make(prefix: &str, body: &str) -> Result<Self, CreditCodeError> {
        for part in [prefix, body] {
            let length = part.chars().count();
            if length != 8 {
                return Err(CreditCodeError::WrongLength(length));
            }
        }
        let mut text = well_formed(&format!("{prefix}{body}"), 16)?;
        text.extend(inner_check(&text[8..16]));
        text.extend(outer_check(&text));
        Self::parse(&text)
    }

    /// The 18 characters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Position 1, the registering authority (登记管理部门); 1 is the establishment office (机构编制).
    pub fn authority(&self) -> char {
        self.0.as_bytes()[0] as char
    }

    /// The kind of organisation (机构类别); none unless the establishment office registered it.
    pub fn kind(&self) -> Option<OrganKind> {
        match &self.0[..2] {
            "11" => Some(OrganKind::Organ),
            "12" => Some(OrganKind::Institution),
            "13" => Some(OrganKind::MassOrganisation),
            "19" => Some(OrganKind::Other),
            _ => None,
        }
    }

    /// Positions 3 to 8, the division of the registering authority (行政区划).
    pub fn division(&self) -> &str {
        &self.0[2..8]
    }

    /// Positions 9 to 17, the organisation code (组织机构代码, GB 11714).
    pub fn organisation_code(&self) -> &str {
        &self.0[8..17]
    }
}

impl fmt::Display for CreditCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn well_formed(text: &str, length: usize) -> Result<String, CreditCodeError> {
    let text = text.trim().to_ascii_uppercase();
    let actual = text.chars().count();
    if actual != length {
        return Err(CreditCodeError::WrongLength(actual));
    }
    if let Some(c) = text.chars().find(|c| value(*c).is_none()) {
        return Err(CreditCodeError::WrongCharacter(c));
    }
    if !text[2..8].bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(CreditCodeError::WrongDivision);
    }
    Ok(text)
}

fn value(c: char) -> Option<usize> {
    ALPHABET.iter().position(|byte| *byte as char == c)
}

/// GB 32100: 31 - sum mod 31, where 31 stands for 0.
fn outer_check(first_17: &str) -> Option<char> {
    let values = first_17.chars().map(value).zip(WEIGHTS);
    let sum: usize = values.map(|(v, weight)| Some(v? * weight)).sum::<Option<usize>>()?;
    ALPHABET.get((31 - sum % 31) % 31).map(|byte| *byte as char)
}

/// GB 11714: 11 - sum mod 11, where 10 is X and 11 is 0. Its letters count A = 10 to Z = 35, unlike
/// GB 32100's, which leave five letters out.
fn inner_check(first_8: &str) -> Option<char> {
    let values = first_8.chars().map(|c| c.to_digit(36).map(|v| v as usize)).zip(INNER_WEIGHTS);
    let sum: usize = values.map(|(v, weight)| Some(v? * weight)).sum::<Option<usize>>()?;
    match 11 - sum % 11 {
        10 => Some('X'),
        11 => Some('0'),
        digit => char::from_digit(u32::try_from(digit).ok()?, 10),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn j_03_valid() {
        let kind = |text: &str| CreditCode::parse(text).unwrap().kind();
        assert_eq!(kind("91350100M000100Y43"), None);
        assert_eq!(kind("11330602002567895Q"), Some(OrganKind::Organ));
        assert_eq!(kind("12331123MB0000123B"), Some(OrganKind::Institution));
        let code = CreditCode::parse(" 12331123mb0000123b ").unwrap();
        assert_eq!(code.to_string(), "12331123MB0000123B");
        assert_eq!((code.authority(), code.division()), ('1', "331123"));
        assert_eq!(code.organisation_code(), "MB0000123");
    }

    #[test]
    fn j_03_invalid() {
        let refused = |text: &str| CreditCode::parse(text).unwrap_err();
        assert_eq!(refused("11330602002567895A"), CreditCodeError::WrongCheck);
        assert_eq!(refused("1133060200256789"), CreditCodeError::WrongLength(16));
        assert_eq!(refused("1133060200256789I5"), CreditCodeError::WrongCharacter('I'));
        assert_eq!(refused("11A30602002567895Q"), CreditCodeError::WrongDivision);
        assert_eq!(refused("1133060200256789汉Q"), CreditCodeError::WrongCharacter('汉'));
        assert_eq!(refused("").code(), "CREDIT_CODE_LENGTH");
    }

    #[test]
    fn j_03_inner_check_is_checked_by_itself() {
        // The last character is right for the wrong position 17.
        let mut text = "11330602002567896".to_owned();
        text.extend(outer_check(&text));
        assert_eq!(CreditCode::parse(&text), Err(CreditCodeError::WrongInnerCheck));
    }

    #[test]
    fn j_03_make() {
        let made = CreditCode::make("11330602", "00256789").unwrap();
        assert_eq!(made.as_str(), "11330602002567895Q");
        assert_eq!(CreditCode::make("12331123", "MB000012").unwrap().as_str(), "12331123MB0000123B");
        for n in 0..500 {
            assert!(CreditCode::make("12330203", &format!("MB{n:06}")).is_ok());
        }
        assert_eq!(CreditCode::make("1133060", "00256789"), Err(CreditCodeError::WrongLength(7)));
        assert!(CreditCode::make("11330602", "0025678O").is_err());
    }
}
