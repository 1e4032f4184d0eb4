//! What a case keeps of warnings (提示) in spite of which a form was submitted, and which of it an agency sees (H-03).

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    kernel::id::{ObjectType, publish},
    modules::{matters::catalogue::CaseItem, plugins::warnings::Acknowledged},
};

/// What a case has on record, with one thing more: of the submission, or of the item that was supplied.
pub fn with(before: &Json, more: Option<&Acknowledged>, item: Option<Uuid>, at: DateTime<Utc>) -> Json {
    let mut all = before.as_array().cloned().unwrap_or_default();
    all.extend(more.map(|one| {
        json!({
            "at": at.to_rfc3339_opts(SecondsFormat::Micros, true),
            "item": item.map(|id| publish(CaseItem::PREFIX, id)),
            "reason": one.reason,
            "warnings": one.warnings,
        })
    }));
    Json::Array(all)
}

/// The reason where an agency that sees these fields sees every warning that it is for: it may speak of any of them.
pub fn reason_for<'a>(acknowledged: &'a Acknowledged, fields: &[Json]) -> Option<&'a str> {
    let all = acknowledged.warnings.iter().all(|warning| is_seen(&warning.path, fields));
    all.then_some(acknowledged.reason.as_str())
}

/// Whether a warning is of one of these fields, or of the form as a whole.
fn is_seen(path: &str, fields: &[Json]) -> bool {
    path.is_empty() || fields.iter().any(|field| field == path)
}

/// Of what is on record, the warnings of these fields and of the form as a whole, each with its reason.
pub fn visible(all: &[Json], fields: &[Json]) -> Json {
    let seen = |warning: &Json| warning["path"].as_str().is_some_and(|path| is_seen(path, fields));
    let part = |one: &Json| {
        let warnings: Vec<&Json> = one["warnings"].as_array().into_iter().flatten().filter(|w| seen(w)).collect();
        let mut part = one.clone();
        part["warnings"] = json!(warnings);
        (!warnings.is_empty()).then_some(part)
    };
    Json::Array(all.iter().filter_map(part).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::modules::plugins::warnings::Warning;

    fn acknowledged(paths: &[&str]) -> Acknowledged {
        let warning = |path: &&str| Warning {
            code: "bwly.age".into(),
            path: (*path).into(),
            message: "请核对".into(),
            at: "input.form".into(),
        };
        Acknowledged { reason: "情况属实".into(), warnings: paths.iter().map(warning).collect() }
    }

    #[test]
    fn h_03_an_agency_sees_the_warnings_of_its_fields_alone() {
        let day = DateTime::UNIX_EPOCH;
        let first = with(&json!([]), Some(&acknowledged(&["name", "salary", ""])), None, day);
        let both = with(&first, Some(&acknowledged(&["salary"])), Some(Uuid::nil()), day);
        assert_eq!(with(&both, None, None, day), both);
        assert_eq!((&both[0]["item"], &both[0]["at"]), (&Json::Null, &json!("1970-01-01T00:00:00.000000Z")));
        assert_eq!(both[1]["item"], json!(format!("itm_{}", "0".repeat(32))));
        let said = json!({ "code": "bwly.age", "path": "salary", "message": "请核对" });
        assert_eq!(both[1]["warnings"], json!([said]));
        let paths = |fields: Json| {
            let seen = visible(both.as_array().unwrap(), fields.as_array().unwrap());
            let all = seen.as_array().unwrap().iter().flat_map(|one| one["warnings"].as_array().unwrap().clone());
            all.map(|warning| warning["path"].as_str().unwrap().to_string()).collect::<Vec<_>>()
        };
        assert_eq!(paths(json!(["name", "kind"])), ["name", ""]);
        assert_eq!(paths(json!(["salary"])), ["salary", "", "salary"]);
        assert_eq!(visible(both.as_array().unwrap(), &[]).as_array().unwrap().len(), 1, "none of an empty one");
    }

    #[test]
    fn h_03_an_agency_reads_a_reason_for_what_it_sees_and_for_nothing_else() {
        let fields = [json!("name"), json!("kind")];
        let cases: [(&[&str], bool); 6] = [
            (&["name"], true),
            (&[""], true),
            (&["kind", "", "name"], true),
            (&["salary"], false),
            (&["name", "salary"], false),
            (&["", "salary"], false),
        ];
        for (paths, told) in cases {
            let all = acknowledged(paths);
            assert_eq!(reason_for(&all, &fields), told.then_some("情况属实"), "{paths:?}");
        }
        assert_eq!(reason_for(&acknowledged(&["", "name"]), &[]), None);
    }
}
