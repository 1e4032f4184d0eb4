//! Places that a command centre looks after (党建教育点).

use chrono::{DateTime, TimeDelta, Utc};
use entities::education_point;
use serde_json::{Value as Json, json};

use crate::graph::catalogue::{
    Moment, Row,
    Scalar::{Boolean, DateTime as Instant, Int, String as Text},
    TypeDef, column, computed, expression, many, one,
};

/// A device reports at least so often; one that was not heard for longer is off line.
const HEARD_WITHIN: TimeDelta = TimeDelta::minutes(15);

pub(super) fn types() -> Vec<TypeDef> {
    vec![point()]
}

fn point() -> TypeDef {
    TypeDef::over::<education_point::Entity>(
        "EducationPoint",
        "edp",
        "A place where the party's members are taught and served (党建教育点), with the state of its device as the command \
         centre sees it. Permission: `task:read`. C-13, K.",
    )
    .roots("educationPoint", "educationPoints")
    .ordered_by("name")
    .field(column("name", "name", Text, "Name (名称).").sorted())
    .field(column("location", "location", Text, "Where it is (地点).").sorted())
    .field(column("device", "device", Text, "Number of the device that reports (设备编号).").sorted())
    .field(column("lastHeardAt", "last_heard_at", Instant, "When the device was heard last (最近在线时间).").optional().sorted())
    .field(column("note", "note", Text, "What the device said last (设备状态).").optional())
    .field(computed(
        "isOnline",
        Boolean,
        &[("heard", "{t}.last_heard_at", Instant), ("closed", "{t}.closed_at", Instant)],
        online,
        "Whether the device was heard within 15 minutes (是否在线); to filter, ask by `lastHeardAt`. C-13.",
    ))
    .field(expression("isClosed", "{t}.closed_at is not null", Boolean, "Whether it was closed (已撤销).").filtered())
    .field(column("createdAt", "created_at", Instant, "When it was registered (登记时间).").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that runs it (所属单位).").sorting(&["name", "path"]))
    .field(many(
        "tasks",
        "Task",
        "{c}.unit_id = {t}.unit_id",
        "Tasks of its unit (任务): what the centre instructs, and what has come of it. I-07.",
    ))
}

fn online(row: &Row, moment: &Moment<'_>) -> Json {
    let at = |key: &str| row.get(key).and_then(Json::as_str).and_then(|text| text.parse::<DateTime<Utc>>().ok());
    json!(at("closed").is_none() && at("heard").is_some_and(|heard| moment.now - heard <= HEARD_WITHIN))
}
