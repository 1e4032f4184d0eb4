//! Fields of people and cadres that are computed from their rows (计算字段).

use entities::{CodeEnum, values};
use serde_json::Value as Json;

use crate::{
    graph::catalogue::{Moment, Row},
    kernel::partial_date::PartialDate,
    modules::personnel::rules::{
        code_set::{self, CodeSets},
        id_number::IdNumber,
        retirement::{RetirementCategory, Statutory, statutory, voluntary_from},
    },
};

/// The rules' word for a stored retirement category (退休类别).
pub fn category_of(stored: values::RetirementCategory) -> RetirementCategory {
    match stored {
        values::RetirementCategory::M60 => RetirementCategory::M60,
        values::RetirementCategory::F55 => RetirementCategory::F55,
        values::RetirementCategory::F50 => RetirementCategory::F50,
        values::RetirementCategory::F60 => RetirementCategory::F60,
    }
}

/// Whether people of this kind retire on reaching the age, without the late choice (D-02).
pub fn is_civil_servant(kind: values::PersonnelKind) -> bool {
    matches!(kind, values::PersonnelKind::CivilServant | values::PersonnelKind::Referenced)
}

fn text<'r>(row: &'r Row, key: &str) -> Option<&'r str> {
    row.get(key).and_then(Json::as_str)
}

fn name(row: &Row, moment: &Moment<'_>, set: &str) -> Json {
    let code = text(row, "code").and_then(|code| {
        let version = CodeSets::national().version_on(set, moment.today).ok()?;
        version.codes.iter().find(|c| c.code == code)
    });
    code.map_or(Json::Null, |code| code.name.clone().into())
}

pub(super) fn sex_name(row: &Row, moment: &Moment<'_>) -> Json {
    name(row, moment, code_set::SEX)
}

pub(super) fn ethnicity_name(row: &Row, moment: &Moment<'_>) -> Json {
    name(row, moment, code_set::ETHNIC_GROUP)
}

pub(super) fn political_status_name(row: &Row, moment: &Moment<'_>) -> Json {
    name(row, moment, code_set::POLITICAL_STATUS)
}

pub(super) fn education_name(row: &Row, moment: &Moment<'_>) -> Json {
    name(row, moment, code_set::EDUCATION)
}

pub(super) fn id_number_masked(row: &Row, _: &Moment<'_>) -> Json {
    // What does not parse is shown not at all rather than whole.
    text(row, "idNumber").and_then(|t| IdNumber::parse(t).ok()).map_or(Json::Null, |number| number.masked().into())
}

pub(super) fn age(row: &Row, moment: &Moment<'_>) -> Json {
    let birth = text(row, "birth").and_then(|t| t.parse::<PartialDate>().ok());
    birth.and_then(|birth| birth.age_at(moment.today)).map_or(Json::Null, Json::from)
}

fn standing(row: &Row) -> Option<(RetirementCategory, PartialDate)> {
    let category = values::RetirementCategory::parse(text(row, "category")?)?;
    Some((category_of(category), text(row, "birth")?.parse().ok()?))
}

fn of(row: &Row, pick: impl FnOnce(Statutory) -> Json) -> Json {
    standing(row).map_or(Json::Null, |(category, birth)| pick(statutory(category, birth)))
}

pub(super) fn statutory_month(row: &Row, _: &Moment<'_>) -> Json {
    of(row, |s| s.month.to_string().into())
}

pub(super) fn delay_months(row: &Row, _: &Moment<'_>) -> Json {
    of(row, |s| s.delay_months.into())
}

pub(super) fn earliest_month(row: &Row, _: &Moment<'_>) -> Json {
    of(row, |s| s.earliest.to_string().into())
}

pub(super) fn latest_month(row: &Row, _: &Moment<'_>) -> Json {
    let kind = text(row, "kind").and_then(values::PersonnelKind::parse);
    if kind.is_none_or(is_civil_servant) {
        return Json::Null;
    }
    of(row, |s| s.latest.map_or(Json::Null, |month| month.to_string().into()))
}

pub(super) fn voluntary_month(row: &Row, _: &Moment<'_>) -> Json {
    let month = standing(row).and_then(|(category, birth)| voluntary_from(category, birth));
    month.map_or(Json::Null, |month| month.to_string().into())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kernel::calendar::WorkCalendar;

    fn row(json: Json) -> Row {
        json.as_object().cloned().unwrap()
    }

    fn at(day: &str, compute: fn(&Row, &Moment<'_>) -> Json, json: Json) -> Json {
        let calendar = WorkCalendar::national();
        compute(&row(json), &Moment { today: day.parse().unwrap(), now: chrono::DateTime::UNIX_EPOCH, calendar })
    }

    #[test]
    fn d_01_months_of_a_cadre() {
        let man = json!({ "category": "M60", "birth": "1970-10", "kind": "PUBLIC_INSTITUTION" });
        assert_eq!(at("2025-01-01", statutory_month, man.clone()), json!("2032-04"));
        assert_eq!(at("2025-01-01", delay_months, man.clone()), json!(18));
        assert_eq!(at("2025-01-01", earliest_month, man.clone()), json!("2030-10"));
        assert_eq!(at("2025-01-01", latest_month, man.clone()), json!("2035-04"));
        assert_eq!(at("2025-01-01", voluntary_month, man), Json::Null);
    }

    #[test]
    fn d_02_civil_servants_have_no_late_month() {
        for kind in ["CIVIL_SERVANT", "REFERENCED"] {
            let row = json!({ "category": "M60", "birth": "1970-10", "kind": kind });
            assert_eq!(at("2025-01-01", latest_month, row), Json::Null);
        }
    }

    #[test]
    fn d_04_the_voluntary_month_of_county_rank_women() {
        let woman = json!({ "category": "F60", "birth": "1970-05", "kind": "CIVIL_SERVANT" });
        assert_eq!(at("2025-01-01", voluntary_month, woman), json!("2025-07"));
    }

    #[test]
    fn j_04_names_and_j_07_age() {
        assert_eq!(at("2025-06-01", political_status_name, json!({ "code": "01" })), json!("中共党员"));
        assert_eq!(at("2025-06-01", education_name, json!({ "code": null })), Json::Null);
        assert_eq!(at("2025-04-30", age, json!({ "birth": "1970-05" })), json!(54));
        assert_eq!(at("2025-05-01", age, json!({ "birth": "1970-05" })), json!(55));
    }

    #[test]
    fn j_02_a_masked_number_hides_the_birth() {
        let masked = at("2025-06-01", id_number_masked, json!({ "idNumber": "330602199003070024" }));
        assert_eq!(masked, json!("330602********0024"));
        assert_eq!(at("2025-06-01", id_number_masked, json!({ "idNumber": "330602" })), Json::Null);
    }
}
