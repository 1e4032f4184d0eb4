//! Anonymised figures of a year (匿名数据集), K-anon: no name, no small group.

use std::collections::{BTreeMap, HashMap};

use entities::unit;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::share::{cadres, held};
use crate::{
    kernel::{error::ApiError, tx::Tx},
    modules::tasks::rules::{
        anonymity::{Cell, load_band, table},
        period::year,
    },
};

/// The figures, or nothing where there are too few people in all.
pub async fn figures(tx: &Tx, of: i32, smallest: i64) -> Result<Option<Json>, ApiError> {
    let (users, held) = (cadres(tx).await?, held(tx, year(of)).await?);
    let all = i64::try_from(users.len()).unwrap_or(i64::MAX);
    if all < smallest {
        return Ok(None);
    }
    let units = topmost(tx).await?;
    let mut groups: BTreeMap<(String, &str), Cell> = BTreeMap::new();
    let mut parts: BTreeMap<String, Cell> = BTreeMap::new();
    let mut loads: BTreeMap<&str, Cell> = BTreeMap::new();
    let mut total = 0;
    for user in &users {
        let tasks = held.get(&user.id).copied().unwrap_or(0);
        total += tasks;
        let (sex, age) = (user.sex.clone(), user.band(year(of).1));
        let unit = units.get(&user.unit_id).cloned().unwrap_or_default();
        for cell in [
            groups.entry((sex, age)).or_default(),
            parts.entry(unit).or_default(),
            loads.entry(load_band(tasks)).or_default(),
        ] {
            *cell = Cell { people: cell.people + 1, tasks: cell.tasks + tasks };
        }
    }
    let shown = |cell: &Option<Cell>| (cell.map(|c| c.people), cell.map(|c| c.tasks));
    let by_group: Vec<Json> = groups
        .keys()
        .zip(table(groups.values().copied(), smallest))
        .map(|((sex, age), cell)| {
            let (people, tasks) = shown(&cell);
            json!({ "sex": sex, "ageBand": age, "people": people, "tasks": tasks })
        })
        .collect();
    let by_key = |cells: Vec<(&str, Cell)>, key: &str| -> Vec<Json> {
        let hidden = table(cells.iter().map(|(_, cell)| *cell), smallest);
        let rows = cells.iter().zip(hidden).map(|((name, _), cell)| {
            let (people, tasks) = shown(&cell);
            json!({ key: name, "people": people, "tasks": tasks })
        });
        rows.collect()
    };
    let by_unit = by_key(parts.iter().map(|(name, cell)| (name.as_str(), *cell)).collect(), "unit");
    let by_load = by_key(loads.iter().map(|(name, cell)| (*name, *cell)).collect(), "load");
    Ok(Some(json!({
        "year": of, "people": all, "tasks": total, "groups": by_group, "units": by_unit, "loads": by_load
    })))
}

/// Of every unit the name of the one below the root that it belongs to; the finer would make small groups.
async fn topmost(tx: &Tx) -> Result<HashMap<Uuid, String>, ApiError> {
    use unit::Column;
    let units: Vec<(Uuid, String, String)> =
        tx.parts::<unit::Entity>().picked([Column::Id, Column::Path, Column::Name], []).await?;
    let names: HashMap<&str, &str> = units.iter().map(|(_, path, name)| (path.as_str(), name.as_str())).collect();
    let above = |path: &str| {
        let end = path.match_indices('/').nth(2).map_or(path.len(), |(i, _)| i + 1);
        names.get(path.get(..end).unwrap_or(path)).copied().unwrap_or_default().to_string()
    };
    Ok(units.iter().map(|(id, path, _)| (*id, above(path))).collect())
}
