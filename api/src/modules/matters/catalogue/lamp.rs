//! Clocks, lamps and the visible part of a form and of its warnings, computed from a row (H-03, H-04).

use chrono::NaiveDate;
use entities::{CodeEnum, values::ClockLamp};
use serde_json::{Map, Value as Json, json};

use crate::{
    graph::catalogue::{Moment, Row, Scalar},
    modules::matters::{
        rules::clock::{ItemClock, Lamp},
        warned,
    },
};

pub(super) const ITEMS: &str = "select count(*) from case_item i where i.tenant_id = {tenant} and i.case_id = {t}.id";
pub(super) const ITEMS_DONE: &str =
    "select count(*) from case_item i where i.tenant_id = {tenant} and i.case_id = {t}.id and i.state = 'DONE'";
pub(super) const CASE_DUE: &str = "select max(i.due_on) from case_item i where i.tenant_id = {tenant} \
    and i.case_id = {t}.id and i.is_mandatory and i.state <> 'CANCELLED'";

/// What an item's clock is made of.
pub(super) const ITEM_NEEDS: &[(&str, &str, Scalar)] = &[
    ("startedOn", "{t}.started_on", Scalar::Date),
    ("limitDays", "{t}.limit_days", Scalar::Int),
    ("dueOn", "{t}.due_on", Scalar::Date),
    ("pausedOn", "{t}.paused_on", Scalar::Date),
    ("pausedDays", "{t}.paused_days", Scalar::Int),
    ("finishedOn", "{t}.finished_on", Scalar::Date),
];

macro_rules! pressing {
    ($column:literal) => {
        concat!(
            "(select i.",
            $column,
            " from case_item i where i.tenant_id = {tenant} and i.case_id = {t}.id and i.state <> 'CANCELLED' \
             and i.started_on is not null order by case when i.state = 'DONE' then 1 else 0 end, \
             case when i.paused_on is null then 0 else 1 end, i.due_on, i.id limit 1)"
        )
    };
}

/// The clock of the most pressing item: open before done, running before standing, the earliest day first.
pub(super) const CASE_NEEDS: &[(&str, &str, Scalar)] = &[
    ("startedOn", pressing!("started_on"), Scalar::Date),
    ("limitDays", pressing!("limit_days"), Scalar::Int),
    ("dueOn", pressing!("due_on"), Scalar::Date),
    ("pausedOn", pressing!("paused_on"), Scalar::Date),
    ("pausedDays", pressing!("paused_days"), Scalar::Int),
    ("finishedOn", pressing!("finished_on"), Scalar::Date),
    ("state", "{t}.state", Scalar::String),
    (
        "late",
        "(select count(*) from case_item i where i.tenant_id = {tenant} and i.case_id = {t}.id \
          and i.finished_on > i.due_on)",
        Scalar::Int,
    ),
];

/// The names of the form's fields that the item's branch lists.
const FIELDS: &str = "(select b.fields from matter_branch b where b.tenant_id = {tenant} and b.id = {t}.branch_id)";

/// The case's form and the names that the item's branch lists.
pub(super) const FORM_NEEDS: &[(&str, &str, Scalar)] = &[
    ("form", "(select k.form from matter_case k where k.tenant_id = {tenant} and k.id = {t}.case_id)", Scalar::Json),
    ("fields", FIELDS, Scalar::Json),
];

/// What the case keeps of warnings, and the same names.
pub(super) const WARNING_NEEDS: &[(&str, &str, Scalar)] = &[
    (
        "warnings",
        "(select k.warnings from matter_case k where k.tenant_id = {tenant} and k.id = {t}.case_id)",
        Scalar::Json,
    ),
    ("fields", FIELDS, Scalar::Json),
];

fn date(row: &Row, key: &str) -> Option<NaiveDate> {
    row.get(key).and_then(Json::as_str).and_then(|text| text.parse().ok())
}

fn number(row: &Row, key: &str) -> u32 {
    row.get(key).and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0)
}

fn clock(row: &Row) -> Option<ItemClock> {
    Some(ItemClock {
        started_on: date(row, "startedOn")?,
        limit_days: number(row, "limitDays"),
        due_on: date(row, "dueOn")?,
        paused_on: date(row, "pausedOn"),
        paused_days: number(row, "pausedDays"),
    })
}

fn published(lamp: Lamp) -> Json {
    let lamp = match lamp {
        Lamp::Green => ClockLamp::Green,
        Lamp::Amber => ClockLamp::Amber,
        Lamp::Red => ClockLamp::Red,
    };
    json!(lamp.as_str())
}

/// The lamp of an item; absent before its clock starts and where the calendar ends.
pub(super) fn item_lamp(row: &Row, moment: &Moment<'_>) -> Json {
    let lamp = clock(row).and_then(|c| c.lamp(moment.calendar, moment.today, date(row, "finishedOn")).ok());
    lamp.map_or(Json::Null, published)
}

/// The lamp of a case: that of its most pressing item; a case done late stays red.
pub(super) fn case_lamp(row: &Row, moment: &Moment<'_>) -> Json {
    match row.get("state").and_then(Json::as_str) {
        Some("CANCELLED") => Json::Null,
        Some("DONE") if number(row, "late") > 0 => published(Lamp::Red),
        _ => item_lamp(row, moment),
    }
}

/// Working days left to an item that is not done; a standing clock keeps what was left when it stopped.
pub(super) fn remaining(row: &Row, moment: &Moment<'_>) -> Json {
    let Some(clock) = clock(row).filter(|_| date(row, "finishedOn").is_none()) else { return Json::Null };
    let calendar = moment.calendar;
    let left = match clock.paused_on {
        // The day it was stopped is not used up.
        Some(day) if day <= clock.due_on => calendar
            .workdays_between(day, clock.due_on)
            .and_then(|n| Ok(i64::from(n) + i64::from(calendar.is_workday(day)?))),
        stopped => {
            let day = stopped.unwrap_or(moment.today);
            if day <= clock.due_on {
                calendar.workdays_between(day, clock.due_on).map(i64::from)
            } else {
                calendar.workdays_between(clock.due_on, day).map(|n| -i64::from(n))
            }
        }
    };
    left.map_or(Json::Null, |n| json!(n))
}

/// The part of the form that the item's branch lists, in the branch's order.
pub(super) fn visible_form(row: &Row, _: &Moment<'_>) -> Json {
    let (Some(Json::Object(form)), Some(Json::Array(fields))) = (row.get("form"), row.get("fields")) else {
        return Json::Null;
    };
    let visible: Map<String, Json> = fields
        .iter()
        .filter_map(Json::as_str)
        .filter_map(|name| form.get(name).map(|value| (name.to_string(), value.clone())))
        .collect();
    Json::Object(visible)
}

/// Of what the case keeps of warnings, those of the fields that the item's branch lists.
pub(super) fn visible_warnings(row: &Row, _: &Moment<'_>) -> Json {
    let list = |key: &str| row.get(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    warned::visible(list("warnings"), list("fields"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::calendar::WorkCalendar;

    fn at(today: &str) -> Moment<'static> {
        Moment { today: today.parse().unwrap(), now: chrono::DateTime::UNIX_EPOCH, calendar: WorkCalendar::national() }
    }

    fn row(json: Json) -> Row {
        json.as_object().unwrap().clone()
    }

    fn item() -> Row {
        row(json!({ "startedOn": "2025-09-26", "limitDays": 2, "dueOn": "2025-09-29", "pausedOn": null,
                    "pausedDays": 0, "finishedOn": null }))
    }

    #[test]
    fn h_03_an_agency_sees_only_its_fields() {
        let row = row(json!({
            "form": { "name": "王", "idNumber": "330602199003070024", "bankAccount": "6222" },
            "fields": ["name", "medicalAccount"]
        }));
        assert_eq!(visible_form(&row, &at("2025-09-26")), json!({ "name": "王" }));
        assert_eq!(visible_form(&Row::new(), &at("2025-09-26")), Json::Null);
        assert_eq!(visible_warnings(&Row::new(), &at("2025-09-26")), json!([]));
    }

    #[test]
    fn h_04_lamp_and_remaining_days() {
        assert_eq!(item_lamp(&item(), &at("2025-09-26")), json!("GREEN"));
        assert_eq!(item_lamp(&item(), &at("2025-09-28")), json!("AMBER"));
        assert_eq!(item_lamp(&item(), &at("2025-09-30")), json!("RED"));
        assert_eq!(remaining(&item(), &at("2025-09-26")), json!(2));
        assert_eq!(remaining(&item(), &at("2025-09-29")), json!(0));
        assert_eq!(remaining(&item(), &at("2025-09-30")), json!(-1));
        let mut paused = item();
        paused.insert("pausedOn".into(), json!("2025-09-28"));
        assert_eq!(remaining(&paused, &at("2025-10-30")), json!(2));
        assert_eq!(item_lamp(&Row::new(), &at("2025-09-26")), Json::Null);
    }

    #[test]
    fn h_04_a_case_done_late_stays_red() {
        let mut case = item();
        case.insert("state".into(), json!("DONE"));
        case.insert("finishedOn".into(), json!("2025-09-28"));
        case.insert("late".into(), json!(0));
        assert_eq!(case_lamp(&case, &at("2025-12-01")), json!("AMBER"));
        case.insert("late".into(), json!(1));
        assert_eq!(case_lamp(&case, &at("2025-12-01")), json!("RED"));
        case.insert("state".into(), json!("CANCELLED"));
        assert_eq!(case_lamp(&case, &at("2025-12-01")), Json::Null);
    }
}
