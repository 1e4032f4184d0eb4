//! Random selections, conditions, orders and pages, compared with a naive evaluation of all rows.

use std::env;

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Map, Value as Json, json};
use zugong_tests::{Actor, World};

use super::{
    orders::{argument, compare},
    populate,
    reference::holds,
};

const CASES: usize = 240;

/// What a field can be compared by.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    Text,
    Number,
    Day,
    Code,
    Id,
}

struct List {
    root: &'static str,
    ty: &'static str,
    /// Name, kind, sortable.
    fields: &'static [(&'static str, Of, bool)],
    one: (&'static str, &'static str),
    many: Option<&'static str>,
}

const UNITS: List = List {
    root: "units",
    ty: "Unit",
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
    one: ("parent", "units"),
    many: Some("children"),
};
const PERSONS: List = List {
    root: "persons",
    ty: "Person",
    fields: &[
        ("id", Of::Id, false),
        ("name", Of::Text, true),
        ("nativePlace", Of::Text, false),
        ("ethnicity", Of::Text, false),
        ("birth", Of::Day, true),
        ("joinedParty", Of::Day, true),
        ("idNumber", Of::Text, false),
    ],
    one: ("unit", "units"),
    many: None,
};

/// All rows, each with the id of its one related row under `_one`.
struct Rows {
    units: Vec<Json>,
    persons: Vec<Json>,
}

impl Rows {
    async fn fetch(actor: &Actor) -> Self {
        let mut all = vec![];
        for list in [&UNITS, &PERSONS] {
            let names: Vec<&str> = list.fields.iter().map(|f| f.0).collect();
            let query = format!(
                "{{ {}(first: 100) {{ totalCount nodes {{ {} _one: {} {{ id }} }} }} }}",
                list.root,
                names.join(" "),
                list.one.0
            );
            let page = actor.ok(&query, json!({})).await[list.root].clone();
            let rows = page["nodes"].as_array().unwrap().clone();
            assert_eq!(page["totalCount"], rows.len());
            all.push(rows);
        }
        let persons = all.pop().unwrap();
        Self { units: all.pop().unwrap(), persons }
    }

    fn of(&self, list: &List) -> &[Json] {
        if list.root == "units" { &self.units } else { &self.persons }
    }

    fn related(&self, row: &Json, field: &str) -> Option<Vec<Json>> {
        let by = |test: &dyn Fn(&Json) -> bool| Some(self.units.iter().filter(|u| test(u)).cloned().collect());
        match field {
            "parent" | "unit" => by(&|u| u["id"] == row["_one"]["id"]),
            "children" => by(&|u| u["_one"]["id"] == row["id"]),
            _ => None,
        }
    }
}

struct Dice<'r> {
    rng: StdRng,
    rows: &'r Rows,
}

impl Dice<'_> {
    fn condition(&mut self, list: &List, depth: usize) -> Json {
        let mut out = Map::new();
        for _ in 0..if depth == 0 { 1 } else { self.rng.random_range(1..=2) } {
            let (name, value) = match self.rng.random_range(0..if depth == 0 { 5 } else { 10 }) {
                5 => ("and", self.several(list, depth)),
                6 => ("or", self.several(list, depth)),
                7 => ("not", self.condition(list, depth - 1)),
                8 => (list.one.0, self.condition(&UNITS, depth - 1)),
                9 if list.many.is_some() => {
                    let word = *["some", "none", "every"].choose(&mut self.rng).unwrap();
                    (list.many.unwrap(), json!({ word: self.condition(&UNITS, depth - 1) }))
                }
                _ => self.leaf(list),
            };
            out.insert(name.into(), value);
        }
        Json::Object(out)
    }

    fn several(&mut self, list: &List, depth: usize) -> Json {
        (0..self.rng.random_range(1..=2)).map(|_| self.condition(list, depth - 1)).collect()
    }

    fn leaf(&mut self, list: &List) -> (&'static str, Json) {
        let (name, of, _) = *list.fields.choose(&mut self.rng).unwrap();
        let mut operators = vec!["eq", "ne", "in", "notIn", "isNull"];
        if !matches!(of, Of::Code | Of::Id) {
            operators.extend(["lt", "lte", "gt", "gte"]);
        }
        if of == Of::Text {
            operators.extend(["contains", "startsWith"]);
        }
        let operator = *operators.choose(&mut self.rng).unwrap();
        let value = match operator {
            "isNull" => json!(self.rng.random_bool(0.5)),
            "in" | "notIn" => (0..self.rng.random_range(1..=4)).map(|_| self.value(list, name, of)).collect(),
            "contains" | "startsWith" => {
                let text = self.value(list, name, of);
                let letters: Vec<char> = text.as_str().unwrap().chars().collect();
                let from = if operator == "contains" { self.rng.random_range(0..=letters.len() / 2) } else { 0 };
                let until = self.rng.random_range(from..=letters.len());
                json!(letters[from..until].iter().collect::<String>())
            }
            _ => self.value(list, name, of),
        };
        (name, json!({ operator: value }))
    }

    /// A value that some row has, or now and then one that none has.
    fn value(&mut self, list: &List, name: &str, of: Of) -> Json {
        let none = match of {
            Of::Text => json!("无Z'%_"),
            Of::Number => json!(-7),
            Of::Day => json!("1999-09-09"),
            Of::Code => json!("CONGRESS_AND_MASS"),
            Of::Id => json!("uni_00000000000000000000000000000000"),
        };
        let known: Vec<&Json> = self.rows.of(list).iter().map(|r| &r[name]).filter(|v| !v.is_null()).collect();
        if self.rng.random_bool(0.1) { none } else { known.choose(&mut self.rng).map_or(none, |v| (*v).clone()) }
    }

    fn keys(&mut self, list: &List) -> Vec<(String, bool, bool)> {
        let sortable: Vec<&str> = list.fields.iter().filter(|f| f.2).map(|f| f.0).collect();
        let count = self.rng.random_range(1..=3);
        let chosen: Vec<&str> = sortable.choose_multiple(&mut self.rng, count).copied().collect();
        chosen.iter().map(|f| (f.to_string(), self.rng.random_bool(0.5), self.rng.random_bool(0.5))).collect()
    }

    /// Fields under names of their own, some of them twice.
    fn selection(&mut self, list: &List) -> Vec<(String, &'static str)> {
        let count = self.rng.random_range(1..=list.fields.len());
        let chosen: Vec<&(&str, Of, bool)> = list.fields.choose_multiple(&mut self.rng, count).collect();
        chosen.iter().enumerate().map(|(i, f)| (format!("k{i}"), f.0)).collect()
    }
}

#[tokio::test]
async fn random_queries_answer_as_a_naive_evaluation() {
    let seed = env::var("ZUGONG_TEST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(20_250_922_u64);
    println!("ZUGONG_TEST_SEED={seed}");
    let world = World::start().await;
    populate(&world).await;
    let close = json!({ "id": world.a.id("agency:medical"), "expectedVersion": 1, "validUntil": "2025-10-31" });
    world.a.superior.done("unitClose", close, "unit { id }").await;
    let rows = Rows::fetch(&world.a.superior).await;
    let mut dice = Dice { rng: StdRng::seed_from_u64(seed), rows: &rows };
    let mut found = 0;
    for case in 0..CASES {
        let list = if dice.rng.random_bool(0.6) { &UNITS } else { &PERSONS };
        let (condition, keys, selection) = (dice.condition(list, 2), dice.keys(list), dice.selection(list));
        let first = dice.rng.random_range(1..=7);
        let related = |row: &Json, field: &str| rows.related(row, field);
        let mut expected: Vec<&Json> =
            rows.of(list).iter().filter(|r| holds(r, &condition, &related) == Some(true)).collect();
        expected.sort_by(|a, b| compare(a, b, &keys));
        found += expected.len();
        let expected: Vec<Json> = expected
            .iter()
            .map(|row| selection.iter().map(|(k, f)| (k.clone(), row[*f].clone())).collect::<Map<_, _>>().into())
            .collect();

        let fields: Vec<String> = selection.iter().map(|(k, f)| format!("{k}: {f}")).collect();
        let query = format!(
            "query($where: {0}Where, $order: [{0}Order!], $after: String) {{ {1}(first: {first}, where: $where, orderBy: $order, after: $after) \
               {{ totalCount nodes {{ {2} }} pageInfo {{ hasNextPage endCursor }} }} }}",
            list.ty,
            list.root,
            fields.join(" ")
        );
        let (mut got, mut after) = (vec![], Json::Null);
        loop {
            let variables = json!({ "where": condition, "order": argument(&keys), "after": after });
            let reply = world.a.superior.gql(&query, variables).await;
            let page = &reply.body["data"][list.root];
            assert!(reply.body.get("errors").is_none(), "case {case} of seed {seed}: {condition}: {}", reply.text);
            assert_eq!(page["totalCount"], expected.len(), "case {case} of seed {seed}: {condition}");
            got.extend(page["nodes"].as_array().unwrap().iter().cloned());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(got, expected, "case {case} of seed {seed}: {condition} by {keys:?}");
    }
    assert!(found > CASES, "the conditions hardly found anything: {found}");
}
