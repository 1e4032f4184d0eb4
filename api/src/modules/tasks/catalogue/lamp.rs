//! The lamp of a task as SQL over its row and today, and its reason (I-01).

use chrono::NaiveDate;
use entities::{CodeEnum, values::TaskLamp};
use serde_json::{Value as Json, json};

use crate::{
    graph::catalogue::{Moment, Row, Scalar},
    modules::tasks::{
        commands::lamp_of,
        rules::{
            lamp::{Outlook, Standing, reason},
            split::{Parts, missing},
        },
    },
};

/// The same as `rules::lamp::lamp`; a test compares the two.
pub(super) const LAMP: &str = "case when {t}.done_lamp is not null then {t}.done_lamp \
    when {t}.red_from <= {day} then 'RED' when {t}.has_error then 'YELLOW' \
    when {t}.blue_until >= {day} then 'BLUE' when {t}.started_on is not null then 'GREEN' else 'WHITE' end";

pub(super) const REASON_NEEDS: &[(&str, &str, Scalar)] = &[
    ("doneLamp", "{t}.done_lamp", Scalar::String),
    ("redFrom", "{t}.red_from", Scalar::Date),
    ("blueUntil", "{t}.blue_until", Scalar::Date),
    ("hasError", "{t}.has_error", Scalar::Boolean),
    ("startedOn", "{t}.started_on", Scalar::Date),
    ("planEnd", "{t}.plan_end", Scalar::Date),
];

pub(super) const MISSING_NEEDS: &[(&str, &str, Scalar)] = &[
    ("place", "{t}.place", Scalar::String),
    ("nature", "{t}.nature", Scalar::String),
    ("quantity", "{t}.quantity", Scalar::Int),
    ("measure", "{t}.measure", Scalar::String),
    ("executor", "case when {t}.executor_id is null then 0 else 1 end", Scalar::Int),
];

fn date(row: &Row, key: &str) -> Option<NaiveDate> {
    row.get(key).and_then(Json::as_str).and_then(|text| text.parse().ok())
}

fn has(row: &Row, key: &str) -> bool {
    row.get(key).is_some_and(|value| !value.is_null())
}

/// Why the lamp is what it is.
pub(super) fn lamp_reason(row: &Row, moment: &Moment<'_>) -> Json {
    let (Some(red_from), Some(end)) = (date(row, "redFrom"), date(row, "planEnd")) else { return Json::Null };
    let done = row.get("doneLamp").and_then(Json::as_str).and_then(TaskLamp::parse).map(lamp_of);
    let standing = Standing {
        outlook: Outlook { red_from, blue_until: date(row, "blueUntil") },
        is_started: has(row, "startedOn"),
        has_error: row.get("hasError").and_then(Json::as_bool).unwrap_or(false),
        done,
    };
    json!(reason(&standing, end, moment.today))
}

/// What a task lacks of place, nature, person, quantity and time.
pub(super) fn lacking(row: &Row, _: &Moment<'_>) -> Json {
    let parts = Parts {
        place: has(row, "place"),
        nature: has(row, "nature"),
        person: row.get("executor").and_then(Json::as_i64).unwrap_or(0) > 0,
        quantity: has(row, "quantity") && has(row, "measure"),
        time: true,
    };
    json!(missing(parts))
}
