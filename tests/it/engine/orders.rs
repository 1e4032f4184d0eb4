//! `orderBy`: several columns, both directions, values that are missing, page after page.

use std::cmp::Ordering;

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World};

use super::populate;

const FIELDS: &str = "id code name shortName position validFrom validUntil path";

/// All rows of a list in an order, fetched in pages of three.
async fn paged(actor: &Actor, list: &str, ty: &str, order: &Json, fields: &str) -> Vec<Json> {
    let query = format!(
        "query($after: String, $order: [{ty}Order!]) {{ {list}(first: 3, after: $after, orderBy: $order) \
           {{ edges {{ cursor node {{ {fields} }} }} pageInfo {{ hasNextPage startCursor endCursor }} }} }}"
    );
    let (mut rows, mut after) = (vec![], Json::Null);
    loop {
        let page = actor.ok(&query, json!({ "after": after, "order": order })).await[list].clone();
        let edges = page["edges"].as_array().unwrap();
        assert_eq!(page["pageInfo"]["startCursor"], edges[0]["cursor"]);
        rows.extend(edges.iter().map(|e| e["node"].clone()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            return rows;
        }
        assert!(rows.len() < 200, "the pages do not end");
    }
}

/// What an order says of two rows; `keys` are (field, descending, nulls first).
pub fn compare(a: &Json, b: &Json, keys: &[(String, bool, bool)]) -> Ordering {
    for (field, descending, nulls_first) in keys {
        let side = |found: bool| if found { Ordering::Less } else { Ordering::Greater };
        let by = match (&a[field], &b[field]) {
            (Json::Null, Json::Null) => Ordering::Equal,
            (Json::Null, _) => side(*nulls_first),
            (_, Json::Null) => side(!*nulls_first),
            (Json::Number(a), Json::Number(b)) => directed(a.as_i64().cmp(&b.as_i64()), *descending),
            (a, b) => directed(a.as_str().cmp(&b.as_str()), *descending),
        };
        if by != Ordering::Equal {
            return by;
        }
    }
    let descending = keys.last().is_some_and(|k| k.1);
    directed(a["id"].as_str().cmp(&b["id"].as_str()), descending)
}

fn directed(by: Ordering, descending: bool) -> Ordering {
    if descending { by.reverse() } else { by }
}

pub fn screaming(name: &str) -> String {
    name.chars().fold(String::new(), |mut out, c| {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
        out
    })
}

/// Keys as the argument writes them.
pub fn argument(keys: &[(String, bool, bool)]) -> Json {
    let item = |(field, descending, nulls_first): &(String, bool, bool)| {
        json!({ "field": screaming(field), "direction": if *descending { "DESC" } else { "ASC" },
                "nulls": if *nulls_first { "FIRST" } else { "LAST" } })
    };
    keys.iter().map(item).collect()
}

#[tokio::test]
async fn pages_are_the_pieces_of_one_sorted_list() {
    let world = World::start().await;
    populate(&world).await;
    let close = json!({ "id": world.a.id("agency:medical"), "expectedVersion": 1, "validUntil": "2025-10-31" });
    world.a.superior.done("unitClose", close, "unit { id }").await;
    let both = [false, true];
    for (list, ty, fields, sorted) in [
        (
            "units",
            "Unit",
            FIELDS,
            &[
                &["validUntil"][..],
                &["name", "validUntil"],
                &["validUntil", "position", "name"],
                &["validFrom", "code"],
            ][..],
        ),
        (
            "persons",
            "Person",
            "id name birth joinedParty createdAt",
            &[&["joinedParty"], &["name", "joinedParty"], &["createdAt", "joinedParty"]],
        ),
    ] {
        for names in sorted {
            for (descending, nulls_first) in both.iter().flat_map(|d| both.iter().map(move |n| (*d, *n))) {
                // Every second column the other way round.
                let keys: Vec<(String, bool, bool)> = names
                    .iter()
                    .enumerate()
                    .map(|(i, n)| (n.to_string(), descending ^ (i % 2 == 1), nulls_first))
                    .collect();
                let rows = paged(&world.a.superior, list, ty, &argument(&keys), fields).await;
                let mut expected = rows.clone();
                expected.sort_by(|a, b| compare(a, b, &keys));
                assert_eq!(rows, expected, "{list} by {keys:?}");
                assert!(rows.len() > 10);
            }
        }
    }
}

#[tokio::test]
async fn rows_without_a_value_come_last_unless_said_otherwise() {
    let world = World::start().await;
    populate(&world).await;
    for (order, first_is_null) in [
        (json!([{ "field": "JOINED_PARTY" }]), false),
        (json!([{ "field": "JOINED_PARTY", "direction": "DESC" }]), false),
        (json!([{ "field": "JOINED_PARTY", "nulls": "FIRST" }]), true),
        (json!([{ "field": "JOINED_PARTY", "direction": "DESC", "nulls": "FIRST" }]), true),
    ] {
        let rows = paged(&world.a.superior, "persons", "Person", &order, "joinedParty").await;
        assert_eq!(rows.first().unwrap()["joinedParty"].is_null(), first_is_null, "{order}");
        assert_eq!(rows.last().unwrap()["joinedParty"].is_null(), !first_is_null, "{order}");
    }
}

#[tokio::test]
async fn an_order_is_bounded_and_by_sortable_fields() {
    let world = World::start().await;
    let query = "query($order: [UnitOrder!]) { units(orderBy: $order) { totalCount } }";
    let name = json!({ "field": "NAME" });
    for (order, code) in [
        (json!([]), "BAD_USER_INPUT"),
        (json!([name, name, name, name, name, name]), "BAD_USER_INPUT"),
        (json!([{ "field": "SHORT_NAME" }]), "GRAPHQL_VALIDATION_FAILED"),
        (json!([{ "direction": "ASC" }]), "GRAPHQL_VALIDATION_FAILED"),
    ] {
        let reply = world.a.superior.gql(query, json!({ "order": order })).await;
        assert_eq!(reply.code(), code, "{order}: {}", reply.text);
    }
    assert_eq!(world.a.superior.ok(query, json!({ "order": name })).await["units"]["totalCount"], 11);
}
