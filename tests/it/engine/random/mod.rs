//! Random selections, conditions, orders, pages and groups as several callers ask for them, compared with a naive
//! evaluation of the tables' rows.

pub mod dice;
pub mod rows;

use std::{cmp::Ordering, env};

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Map, Value as Json, json};
use zugong_tests::{Actor, World};

use self::{
    dice::Dice,
    rows::{List, PERSONS, Rows, UNITS},
};
use super::{
    orders::{argument, compare, screaming},
    populate,
    reference::holds,
};

const CASES: u64 = 60;

pub fn seed() -> u64 {
    let seed = env::var("ZUGONG_TEST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(20_250_922);
    println!("ZUGONG_TEST_SEED={seed}");
    seed
}

pub async fn world() -> World {
    let world = World::start().await;
    populate(&world).await;
    let close = json!({ "id": world.a.id("agency:medical"), "expectedVersion": 1, "validUntil": "2025-10-31" });
    world.a.superior.done("unitClose", close, "unit { id }").await;
    world
}

/// Those who ask: where their reach begins, and whether they see what is sensitive.
pub fn callers(world: &World) -> [(&Actor, &str, bool); 4] {
    let a = &world.a;
    [
        (&a.superior, a.id("root"), true),
        (&a.senior, a.id("town"), true),
        (&a.junior, a.id("village"), false),
        (&a.neighbour, a.id("other-town"), false),
    ]
}

pub fn found<'r>(rows: &'r Rows, list: &List, condition: &Json) -> Vec<&'r Json> {
    let related = |row: &Json, field: &str| rows.related(row, field);
    rows.of(list).iter().filter(|r| holds(r, condition, &related) == Some(true)).collect()
}

#[tokio::test]
async fn random_lists_answer_as_a_naive_evaluation() {
    let (world, seed) = (world().await, seed());
    let all = Rows::read(&world).await;
    let asked = callers(&world).into_iter().enumerate().map(|(i, (actor, top, sensitive))| {
        let rows = all.below(top);
        async move {
            let mut dice = Dice { rng: StdRng::seed_from_u64(seed + i as u64), rows: &rows, sensitive };
            let mut total = 0;
            for case in 0..CASES {
                total +=
                    list_as_expected(actor, &mut dice, &format!("case {case} of {} seed {seed}", actor.name)).await;
            }
            total
        }
    });
    let found: usize = futures::future::join_all(asked).await.into_iter().sum();
    assert!(found > 4 * CASES as usize, "the conditions hardly found anything: {found}");
}

/// Throws a question about a list and walks through all its pages, from either end; the number of rows.
async fn list_as_expected(actor: &Actor, dice: &mut Dice<'_>, case: &str) -> usize {
    let list = if dice.rng.random_bool(0.6) { &UNITS } else { &PERSONS };
    let (condition, keys, selection) = (dice.condition(list, 2), dice.keys(list), dice.selection(list));
    let (size, backwards) = (dice.rng.random_range(1..=7), dice.rng.random_bool(0.5));
    let mut expected = found(dice.rows, list, &condition);
    expected.sort_by(|a, b| compare(a, b, &keys));
    let expected: Vec<Json> = expected
        .iter()
        .map(|row| selection.iter().map(|(k, f)| (k.clone(), row[*f].clone())).collect::<Map<_, _>>().into())
        .collect();

    let fields: Vec<String> = selection.iter().map(|(k, f)| format!("{k}: {f}")).collect();
    let (count, bound, more, edge) = match backwards {
        false => ("first", "after", "hasNextPage", "endCursor"),
        true => ("last", "before", "hasPreviousPage", "startCursor"),
    };
    let query = format!(
        "query($where: {0}Where, $order: [{0}Order!], $at: String) {{ {1}({count}: {size}, where: $where, orderBy: $order, {bound}: $at) \
           {{ totalCount nodes {{ {2} }} pageInfo {{ hasNextPage hasPreviousPage {edge} }} }} }}",
        list.ty,
        list.root,
        fields.join(" ")
    );
    let (mut got, mut at): (Vec<Json>, Json) = (vec![], Json::Null);
    loop {
        let variables = json!({ "where": condition, "order": argument(&keys), "at": at });
        let reply = actor.gql(&query, variables).await;
        let page = &reply.body["data"][list.root];
        assert!(reply.body.get("errors").is_none(), "{case}: {condition}: {}", reply.text);
        assert_eq!(page["totalCount"], expected.len(), "{case}: {condition}");
        let nodes = page["nodes"].as_array().unwrap();
        let other = if backwards { "hasNextPage" } else { "hasPreviousPage" };
        assert_eq!(page["pageInfo"][other], !got.is_empty(), "{case}: {condition}");
        if backwards {
            got.splice(0..0, nodes.iter().cloned());
        } else {
            got.extend(nodes.iter().cloned());
        }
        at = page["pageInfo"][edge].clone();
        if page["pageInfo"][more] == false {
            break;
        }
        assert!(got.len() <= expected.len(), "{case}: the pages do not end");
    }
    assert_eq!(got, expected, "{case}: {condition} by {keys:?}");
    got.len()
}

#[tokio::test]
async fn random_aggregates_answer_as_a_naive_evaluation() {
    let (world, seed) = (world().await, seed());
    let all = Rows::read(&world).await;
    let asked = callers(&world).into_iter().enumerate().map(|(i, (actor, top, sensitive))| {
        let rows = all.below(top);
        async move {
            let mut dice = Dice { rng: StdRng::seed_from_u64(seed + i as u64), rows: &rows, sensitive };
            for case in 0..CASES {
                aggregate_as_expected(actor, &mut dice, &format!("case {case} of {} seed {seed}", actor.name)).await;
            }
        }
    });
    futures::future::join_all(asked).await;
}

async fn aggregate_as_expected(actor: &Actor, dice: &mut Dice<'_>, case: &str) {
    let list = *[&UNITS, &PERSONS].choose(&mut dice.rng).unwrap();
    let (condition, groups) = (dice.condition(list, 1), dice.groups(list));
    let rows = found(dice.rows, list, &condition);
    let mut expected: Vec<(Vec<Json>, Vec<&Json>)> = if groups.is_empty() { vec![(vec![], vec![])] } else { vec![] };
    for row in rows {
        let key: Vec<Json> = groups.iter().map(|g| Rows::part(list, row, g)).collect();
        match expected.iter_mut().find(|(k, _)| *k == key) {
            Some((_, members)) => members.push(row),
            None => expected.push((key, vec![row])),
        }
    }
    expected.sort_by(|a, b| {
        a.0.iter().zip(&b.0).map(|(a, b)| by_value(a, b)).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    });
    let expected: Vec<Json> = expected.iter().map(|(key, members)| figures(list, &groups, key, members)).collect();

    let key: Vec<String> =
        groups.iter().map(|g| if *g == list.one { format!("{g} {{ id }}") } else { g.to_string() }).collect();
    let key = if key.is_empty() { String::new() } else { format!("key {{ {} }}", key.join(" ")) };
    let query = format!(
        "query($where: {0}Where, $by: [{0}AggregateBy!]) {{ {1}(where: $where, groupBy: $by) {{ hasMore \
           groups {{ {key} count countDistinct {{ {2} }} min {{ {3} }} max {{ {3} }} }} }} }}",
        list.ty,
        list.aggregate,
        list.distinct.join(" "),
        list.extremes.join(" ")
    );
    let by: Json = groups.iter().map(|g| screaming(g)).collect();
    let by = if groups.is_empty() { Json::Null } else { by };
    let data = actor.ok(&query, json!({ "where": condition, "by": by })).await;
    let expected = json!({ "hasMore": false, "groups": expected });
    assert_eq!(data[list.aggregate], expected, "{case}: {condition} by {groups:?}");
}

fn figures(list: &List, groups: &[&str], key: &[Json], members: &[&Json]) -> Json {
    let mut out = Map::new();
    if !groups.is_empty() {
        let key: Map<String, Json> = groups.iter().map(|g| g.to_string()).zip(key.iter().cloned()).collect();
        out.insert("key".into(), key.into());
    }
    out.insert("count".into(), members.len().into());
    let values = |name: &str| {
        let mut values: Vec<Json> =
            members.iter().map(|m| Rows::part(list, m, name)).filter(|v| !v.is_null()).collect();
        values.sort_by(by_value);
        values
    };
    let distinct = |name: &&str| {
        let mut values = values(name);
        values.dedup();
        (name.to_string(), values.len().into())
    };
    let end = |last: bool| {
        move |name: &&str| {
            let values = values(name);
            let end = if last { values.last() } else { values.first() };
            (name.to_string(), end.cloned().unwrap_or_default())
        }
    };
    out.insert("countDistinct".into(), list.distinct.iter().map(distinct).collect::<Map<_, _>>().into());
    out.insert("min".into(), list.extremes.iter().map(end(false)).collect::<Map<_, _>>().into());
    out.insert("max".into(), list.extremes.iter().map(end(true)).collect::<Map<_, _>>().into());
    out.into()
}

/// Numbers and texts in their order, rows by their ids, what is absent last.
fn by_value(a: &Json, b: &Json) -> Ordering {
    match (a, b) {
        (Json::Null, _) | (_, Json::Null) => a.is_null().cmp(&b.is_null()),
        (Json::Number(a), Json::Number(b)) => a.as_i64().cmp(&b.as_i64()),
        (Json::Object(a), Json::Object(b)) => a["id"].as_str().cmp(&b["id"].as_str()),
        (a, b) => a.as_str().cmp(&b.as_str()),
    }
}
