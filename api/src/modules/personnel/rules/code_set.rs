//! National code sets (国家标准代码集) as versioned data, rule J-04, with the ranks of B-01.

use std::sync::OnceLock;

use chrono::NaiveDate;
use serde::Deserialize;
use thiserror::Error;

/// 性别代码.
pub const SEX: &str = "GB/T 2261.1";
/// 民族代码.
pub const ETHNIC_GROUP: &str = "GB/T 3304";
/// 政治面貌代码.
pub const POLITICAL_STATUS: &str = "GB/T 4762";
/// 学历代码.
pub const EDUCATION: &str = "GB/T 4658";
/// 学位代码.
pub const DEGREE: &str = "GB/T 6864";
/// 婚姻状况代码.
pub const MARITAL_STATUS: &str = "GB/T 2261.2";
/// 职务级别代码.
pub const POST_LEVEL: &str = "GB/T 12407";
/// 综合管理类公务员职级 (B-01), highest first; the codes are the position in that list.
pub const CIVIL_RANK: &str = "公务员职级";

/// All code sets with their versions (代码集, J-04).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct CodeSets {
    sets: Vec<CodeSet>,
}

/// One version of a code set.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeSet {
    /// The standard's number, such as `GB/T 4762`.
    pub set: String,
    /// The Chinese title, such as 政治面貌.
    pub title: String,
    /// The version, usually the year of the standard.
    pub version: String,
    /// First day of validity, none when unbounded.
    pub valid_from: Option<NaiveDate>,
    /// Last day of validity, none when unbounded.
    pub valid_to: Option<NaiveDate>,
    /// Endings that people leave out or add (族, 党员 …).
    suffixes: Vec<String>,
    /// The codes in the standard's order.
    pub codes: Vec<Code>,
}

/// One code of a set.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Code {
    /// The code, such as `01`.
    pub code: String,
    /// The name that is shown, such as 中共党员.
    pub name: String,
    /// The position in the set from 1; for levels and ranks the highest comes first.
    pub order: u32,
    #[serde(default)]
    aliases: Vec<String>,
}

/// Why a code cannot be resolved (J-04); each names the set.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CodeError {
    /// There is no such set.
    #[error("there is no code set {set}")]
    UnknownSet {
        /// The set asked for.
        set: String,
    },
    /// No version of the set is in force on the date.
    #[error("the code set {set} is not in force on {date}")]
    NotInForce {
        /// The set asked for.
        set: String,
        /// The date asked for.
        date: NaiveDate,
    },
    /// The set has neither such a code nor such a name.
    #[error("{input} is neither a code nor a name of {set} ({title})")]
    UnknownCode {
        /// The set asked for.
        set: String,
        /// Its Chinese title.
        title: String,
        /// What was given, at most 40 characters of it.
        input: String,
    },
}

impl CodeError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownSet { .. } => "CODE_SET_UNKNOWN",
            Self::NotInForce { .. } => "CODE_SET_NOT_IN_FORCE",
            Self::UnknownCode { .. } => "CODE_UNKNOWN",
        }
    }
}

impl CodeSets {
    /// The built-in sets. Should they ever fail to parse there are none, and every code is refused.
    pub fn national() -> &'static Self {
        static NATIONAL: OnceLock<CodeSets> = OnceLock::new();
        NATIONAL.get_or_init(|| {
            let text = include_str!("../../../../data/code-sets.json");
            Self::from_json(text).unwrap_or_default()
        })
    }

    /// Reads code sets of the form of `data/code-sets.json`.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// Every version of every set.
    pub fn sets(&self) -> &[CodeSet] {
        &self.sets
    }

    /// The version of a set that is in force on a date.
    pub fn version_on(&self, set: &str, date: NaiveDate) -> Result<&CodeSet, CodeError> {
        let mut versions = self.sets.iter().filter(|version| version.set == set).peekable();
        if versions.peek().is_none() {
            return Err(CodeError::UnknownSet { set: set.to_owned() });
        }
        let found = versions.find(|version| {
            version.valid_from.is_none_or(|from| from <= date) && version.valid_to.is_none_or(|to| date <= to)
        });
        found.ok_or_else(|| CodeError::NotInForce { set: set.to_owned(), date })
    }

    /// The code that a code or a name stands for (J-04); names also match without or with the set's
    /// usual endings: 汉 and 汉族, 民盟 and 民盟盟员.
    pub fn resolve(&self, set: &str, input: &str, date: NaiveDate) -> Result<&Code, CodeError> {
        let version = self.version_on(set, date)?;
        version.find(input.trim()).ok_or_else(|| CodeError::UnknownCode {
            set: version.set.clone(),
            title: version.title.clone(),
            input: input.trim().chars().take(40).collect(),
        })
    }
}

impl CodeSet {
    fn find(&self, input: &str) -> Option<&Code> {
        let exact = |code: &&Code| code.code == input || code.names().any(|name| name == input);
        let stem = self.stem(input);
        let loose = |code: &&Code| code.names().any(|name| self.stem(name) == stem);
        self.codes.iter().find(exact).or_else(|| self.codes.iter().find(loose))
    }

    /// The name without its ending; a name that is nothing but an ending stays (党员 alone says
    /// nothing about the party).
    fn stem<'a>(&self, name: &'a str) -> &'a str {
        let stems = self.suffixes.iter().filter_map(|suffix| name.strip_suffix(suffix.as_str()));
        stems.filter(|stem| !stem.is_empty()).min_by_key(|stem| stem.len()).unwrap_or(name)
    }
}

impl Code {
    fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.aliases.iter().map(String::as_str))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn resolve(set: &str, input: &str) -> Result<(String, String), CodeError> {
        let date = "2025-06-01".parse().unwrap();
        let code = CodeSets::national().resolve(set, input, date)?;
        Ok((code.code.clone(), code.name.clone()))
    }

    fn code(set: &str, input: &str) -> String {
        resolve(set, input).unwrap().0
    }

    #[test]
    fn j_04_political_status() {
        assert_eq!(code(POLITICAL_STATUS, "中共党员"), "01");
        assert_eq!(resolve(POLITICAL_STATUS, "03").unwrap().1, "共青团员");
        let refusal = resolve(POLITICAL_STATUS, "14").unwrap_err();
        assert_eq!(refusal.code(), "CODE_UNKNOWN");
        assert!(refusal.to_string().contains("GB/T 4762"));
        for (input, expected) in [
            ("中共预备党员", "02"),
            ("民革党员", "04"),
            ("民建会员", "06"),
            ("农工党党员", "08"),
            ("九三学社社员", "10"),
            ("台盟盟员", "11"),
            ("无党派人士", "12"),
            (" 群众 ", "13"),
        ] {
            assert_eq!(code(POLITICAL_STATUS, input), expected, "{input}");
        }
        for input in ["党员", "", "1"] {
            assert!(resolve(POLITICAL_STATUS, input).is_err(), "{input}");
        }
    }

    #[test]
    fn j_04_sex_and_ethnic_groups() {
        assert!(resolve(SEX, "3").is_err());
        assert_eq!(resolve(SEX, "1").unwrap().1, "男");
        assert_eq!((code(ETHNIC_GROUP, "汉"), code(ETHNIC_GROUP, "汉族")), ("01".into(), "01".into()));
        assert_eq!((code(ETHNIC_GROUP, "土"), code(ETHNIC_GROUP, "土家")), ("30".into(), "15".into()));
        assert_eq!(resolve(ETHNIC_GROUP, "22").unwrap().1, "畲族");
        assert_eq!(resolve(ETHNIC_GROUP, "56").unwrap().1, "基诺族");
        let groups = CodeSets::national().sets().iter().find(|s| s.set == ETHNIC_GROUP).unwrap();
        assert_eq!(groups.codes.len(), 58);
    }

    #[test]
    fn j_04_education_degree_marital_and_levels() {
        for (set, input, expected) in [
            (EDUCATION, "大学本科", "21"),
            (EDUCATION, "大专", "31"),
            (EDUCATION, "硕士研究生", "14"),
            (EDUCATION, "本科学历", "21"),
            (EDUCATION, "其他", "90"),
            (DEGREE, "工学硕士学位", "308"),
            (DEGREE, "公共管理硕士专业学位", "349"),
            (DEGREE, "学士", "4"),
            (MARITAL_STATUS, "20", "20"),
            (POST_LEVEL, "县处级正职", "131"),
            (POST_LEVEL, "乡科副", "142"),
            (POST_LEVEL, "科员", "150"),
        ] {
            assert_eq!(code(set, input), expected, "{set} {input}");
        }
    }

    #[test]
    fn b_01_rank_order() {
        let ranks = [
            "一级巡视员",
            "二级巡视员",
            "一级调研员",
            "二级调研员",
            "三级调研员",
            "四级调研员",
            "一级主任科员",
            "二级主任科员",
            "三级主任科员",
            "四级主任科员",
            "一级科员",
            "二级科员",
        ];
        let national = CodeSets::national();
        let set = national.version_on(CIVIL_RANK, "2025-01-01".parse().unwrap()).unwrap();
        let mut sorted: Vec<&Code> = set.codes.iter().rev().collect();
        sorted.sort_by_key(|code| code.order);
        assert_eq!(sorted.iter().map(|code| code.name.as_str()).collect::<Vec<_>>(), ranks);
        let before = national.resolve(CIVIL_RANK, "一级科员", "2019-05-31".parse().unwrap());
        assert_eq!(before.unwrap_err().code(), "CODE_SET_NOT_IN_FORCE");
    }

    #[test]
    fn j_04_sets_are_free_of_collisions() {
        assert_eq!(CodeSets::national().sets().len(), 8);
        for set in CodeSets::national().sets() {
            let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
            for code in &set.codes {
                for name in code.names().chain([code.code.as_str()]) {
                    let owner = *seen.entry(set.stem(name)).or_insert(&code.code);
                    assert_eq!(owner, code.code, "{} {name}", set.set);
                }
            }
        }
        let unknown = resolve("GB/T 1", "1").unwrap_err();
        assert_eq!(unknown.code(), "CODE_SET_UNKNOWN");
    }
}
