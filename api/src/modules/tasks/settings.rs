//! A tenant's thresholds for work: its rule set `tasks`, or the built-in ones (规则集).

use chrono::NaiveDate;
use entities::{CodeEnum, rule_set, values::PostLevel};
use sea_orm::{ColumnTrait, Order};
use serde_json::Value as Json;

use crate::{
    kernel::{error::ApiError, tx::Inner},
    modules::tasks::rules::{
        anonymity::SMALLEST,
        board::{Weights, weights_fit},
        lamp::Thresholds,
        problem::Escalation,
        split::Owners,
    },
};

/// Key of the rule set.
pub const KEY: &str = "tasks";

/// The thresholds in force on a day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Version of the rule set; 0 for the built-in one.
    pub version: i32,
    /// Of lamps: `redGap`, `blueGap` (1 to 100), `blueDays` (0 to 366).
    pub lamps: Thresholds,
    /// Of problems: `minorDays`, `ordinaryDays` (1 to 366).
    pub escalation: Escalation,
    /// Of the board: `weights` with `completion`, `lamps`, `plates`, together 100.
    pub weights: Weights,
    /// Hours of work that a month has for one person: `monthHours` (1 to 744).
    pub month_hours: i64,
    /// Which posts own which level of tasks: `ownerLevels` with the lowest of `task`, `project`, `plan`, `process`.
    pub owners: Owners,
    /// The smallest group in anonymised figures: `smallestGroup` (5 to 1,000).
    pub smallest: i64,
}

/// Eight hours on 21 days, as in the national table of wages.
const MONTH_HOURS: i64 = 168;

/// Reads the thresholds in force on a day.
pub async fn on(tx: &Inner, day: NaiveDate) -> Result<Settings, ApiError> {
    let newest = tx
        .parts::<rule_set::Entity>()
        .filter(rule_set::Column::Key.eq(KEY))
        .filter(rule_set::Column::EffectiveFrom.lte(day))
        .order_by(rule_set::Column::Number, Order::Desc)
        .one()
        .await?;
    Ok(newest.map_or(Settings { month_hours: MONTH_HOURS, smallest: SMALLEST, ..Settings::default() }, |row| {
        read(&row.body, row.number)
    }))
}

/// A post's place among the levels of posts, from the highest on.
pub fn post_place(level: PostLevel) -> usize {
    PostLevel::VALUES.iter().position(|(text, _)| *text == level.as_str()).unwrap_or(usize::MAX)
}

/// What a body says; what it leaves out or gets wrong is as built in.
fn read(body: &Json, version: i32) -> Settings {
    let number = |body: &Json, key: &str, least: i64, most: i64| {
        body.get(key).and_then(Json::as_i64).filter(|n| (least..=most).contains(n)).and_then(|n| i32::try_from(n).ok())
    };
    let (lamps, escalation, weights) = (Thresholds::default(), Escalation::default(), Weights::default());
    let days = |key: &str, least, otherwise: u32| {
        number(body, key, least, 366).and_then(|n| u32::try_from(n).ok()).unwrap_or(otherwise)
    };
    let post = |level: &str| body.get("ownerLevels")?.get(level)?.as_str().and_then(PostLevel::parse).map(post_place);
    let owners = ["task", "project", "plan", "process"].map(post);
    let owners = match owners {
        [Some(task), Some(project), Some(plan), Some(process)] => Owners([task, project, plan, process]),
        _ => Owners::default(),
    };
    let none = Json::Null;
    let given = body.get("weights").unwrap_or(&none);
    let weight = |key: &str, otherwise| number(given, key, 0, 100).unwrap_or(otherwise);
    let wanted = Weights {
        completion: weight("completion", weights.completion),
        lamps: weight("lamps", weights.lamps),
        plates: weight("plates", weights.plates),
    };
    Settings {
        version,
        lamps: Thresholds {
            red_gap: number(body, "redGap", 1, 100).unwrap_or(lamps.red_gap),
            blue_gap: number(body, "blueGap", 1, 100).unwrap_or(lamps.blue_gap),
            blue_days: days("blueDays", 0, lamps.blue_days),
        },
        escalation: Escalation {
            minor_days: days("minorDays", 1, escalation.minor_days),
            ordinary_days: days("ordinaryDays", 1, escalation.ordinary_days),
        },
        weights: if weights_fit(wanted) { wanted } else { weights },
        owners: if owners.fit() { owners } else { Owners::default() },
        month_hours: number(body, "monthHours", 1, 744).map_or(MONTH_HOURS, i64::from),
        smallest: number(body, "smallestGroup", 5, 1000).map_or(SMALLEST, i64::from),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn i_01_a_tenant_changes_thresholds_within_bounds() {
        let read = |body| read(&body, 3);
        let changed =
            read(json!({ "redGap": 10, "minorDays": 3, "weights": { "completion": 100, "lamps": 0, "plates": 0 } }));
        assert_eq!((changed.version, changed.lamps.red_gap, changed.lamps.blue_gap), (3, 10, 20));
        assert_eq!((changed.escalation.minor_days, changed.weights.completion), (3, 100));
        let wrong = read(json!({ "redGap": 0, "blueDays": -1, "weights": { "completion": 90 }, "monthHours": "many" }));
        assert_eq!((wrong.lamps, wrong.weights), (Thresholds::default(), Weights::default()));
        assert_eq!((wrong.month_hours, wrong.smallest), (MONTH_HOURS, SMALLEST));
        let county = json!({ "task": "DIVISION_DEPUTY", "project": "SECTION_CHIEF", "plan": "SECTION_DEPUTY",
            "process": "NO_LEADERSHIP" });
        assert_eq!(read(json!({ "ownerLevels": county })).owners, Owners([3, 4, 5, 6]));
        assert_eq!(read(json!({ "ownerLevels": { "task": "SECTION_CHIEF" } })).owners, Owners::default());
        assert_eq!(read(json!({ "smallestGroup": 4 })).smallest, SMALLEST, "nobody lowers it below five");
    }
}
