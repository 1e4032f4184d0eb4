//! The tenant's rows, read from the tables, and what a caller sees of them.

use entities::{CodeEnum, person, unit};
use serde_json::{Value as Json, json};
use zugong::kernel::{id::publish, session::Reason};
use zugong_tests::World;

/// What a field can be compared by.
#[derive(Clone, Copy, PartialEq)]
pub enum Of {
    Text,
    Number,
    Day,
    Code,
    Id,
}

/// A list that is asked for.
pub struct List {
    pub root: &'static str,
    pub ty: &'static str,
    pub aggregate: &'static str,
    /// Name, kind, sortable.
    pub fields: &'static [(&'static str, Of, bool)],
    /// Orders by a field of the one related row.
    pub through: &'static [&'static str],
    pub one: &'static str,
    pub many: Option<&'static str>,
    /// What rows are grouped by; dates by year and by month.
    pub groups: &'static [&'static str],
    pub distinct: &'static [&'static str],
    pub extremes: &'static [&'static str],
}

pub const UNITS: List = List {
    root: "units",
    ty: "Unit",
    aggregate: "unitAggregate",
    fields: &[
        ("id", Of::Id, false),
        ("code", Of::Text, true),
        ("name", Of::Text, true),
        ("shortName", Of::Text, false),
        ("sequence", Of::Code, false),
        ("path", Of::Text, true),
        ("position", Of::Number, true),
        ("validFrom", Of::Day, true),
        ("validUntil", Of::Day, true),
    ],
    through: &["parentName"],
    one: "parent",
    many: Some("children"),
    groups: &["name", "shortName", "sequence", "validFromYear", "validUntilMonth", "parent"],
    distinct: &["name", "shortName", "parent"],
    extremes: &["position", "validFrom", "validUntil"],
};
pub const PERSONS: List = List {
    root: "persons",
    ty: "Person",
    aggregate: "personAggregate",
    fields: &[
        ("id", Of::Id, false),
        ("name", Of::Text, true),
        ("nativePlace", Of::Text, false),
        ("ethnicity", Of::Text, false),
        ("birth", Of::Day, true),
        ("joinedParty", Of::Day, true),
        (SENSITIVE, Of::Text, true),
    ],
    through: &["unitName", "unitPath"],
    one: "unit",
    many: None,
    groups: &["name", "nativePlace", "ethnicity", "birthYear", "joinedPartyMonth", "unit"],
    distinct: &["nativePlace", "unit"],
    extremes: &["birth", "joinedParty"],
};
/// What only some of the callers see.
pub const SENSITIVE: &str = "idNumber";

/// The rows of both lists, each with the id of its one related row under `_one`.
pub struct Rows {
    units: Vec<Json>,
    persons: Vec<Json>,
}

impl Rows {
    /// Everything, from the tables.
    pub async fn read(world: &World) -> Self {
        let tx = world.server.platform.system(Reason::Provision).begin(Some(world.a.id)).await.unwrap();
        let units = tx.parts::<unit::Entity>().all().await.unwrap();
        let persons = tx.parts::<person::Entity>().all().await.unwrap();
        tx.rollback().await.unwrap();
        let unit = |u: &unit::Model| {
            json!({
                "id": publish("uni", u.id), "code": u.code, "name": u.name, "shortName": u.short_name,
                "sequence": u.sequence.as_str(), "path": u.path, "position": u.position,
                "validFrom": u.valid_from.to_string(), "validUntil": u.valid_until.map(|d| d.to_string()),
                "_one": u.parent_id.map(|id| publish("uni", id)),
            })
        };
        let person = |p: &person::Model| {
            json!({
                "id": publish("per", p.id), "name": p.name, "nativePlace": p.native_place, "ethnicity": p.ethnicity,
                "birth": p.birth, "joinedParty": p.joined_party, "idNumber": p.id_number,
                "_one": publish("uni", p.unit_id),
            })
        };
        Self { units: units.iter().map(unit).collect(), persons: persons.iter().map(person).collect() }
    }

    /// What somebody sees whose reach is a unit and all below it: of rows beyond it nothing, not even their ids.
    pub fn below(&self, top: &str) -> Self {
        let top = self.units.iter().find(|u| u["id"] == top).unwrap()["path"].as_str().unwrap();
        let units: Vec<&Json> = self.units.iter().filter(|u| u["path"].as_str().unwrap().starts_with(top)).collect();
        let find = |row: &Json| units.iter().find(|u| u["id"] == row["_one"]).copied();
        let seen = |row: &Json, list: &List| {
            let mut row = row.clone();
            let other = find(&row);
            row["_one"] = other.map_or(Json::Null, |u| u["id"].clone());
            for name in list.through {
                let field = name.strip_prefix(list.one).unwrap().to_lowercase();
                row[name] = other.map_or(Json::Null, |u| u[&field].clone());
            }
            row
        };
        let persons = self.persons.iter().filter(|p| find(p).is_some()).map(|p| seen(p, &PERSONS)).collect();
        Self { units: units.iter().map(|u| seen(u, &UNITS)).collect(), persons }
    }

    pub fn of(&self, list: &List) -> &[Json] {
        if list.root == "units" { &self.units } else { &self.persons }
    }

    /// The rows that a relation leads to.
    pub fn related(&self, row: &Json, field: &str) -> Option<Vec<Json>> {
        let by = |test: &dyn Fn(&Json) -> bool| Some(self.units.iter().filter(|u| test(u)).cloned().collect());
        match field {
            "parent" | "unit" => by(&|u| u["id"] == row["_one"]),
            "children" => by(&|u| u["_one"] == row["id"]),
            _ => None,
        }
    }

    /// What a row's group has for a key's part.
    pub fn part(list: &List, row: &Json, name: &str) -> Json {
        if name == list.one {
            return if row["_one"].is_null() { Json::Null } else { json!({ "id": row["_one"] }) };
        }
        let cut = |field: &str, places: usize| row[field].as_str().map(|text| text[..places].to_string());
        if let Some(field) = name.strip_suffix("Year") {
            return json!(cut(field, 4).map(|year| year.parse::<i64>().unwrap()));
        }
        match name.strip_suffix("Month") {
            Some(field) => json!(cut(field, 7)),
            None => row[name].clone(),
        }
    }
}
