//! `last` and `before`: the same list from its other end, and what lies on both sides of a page.

use serde_json::{Value as Json, json};
use zugong_tests::World;

use super::populate;

const QUERY: &str = "query($first: Int, $after: String, $last: Int, $before: String, $order: [UnitOrder!]) { \
    units(first: $first, after: $after, last: $last, before: $before, orderBy: $order) \
    { edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount } }";

fn nodes(page: &Json) -> Vec<Json> {
    page["edges"].as_array().unwrap().iter().map(|e| e["node"].clone()).collect()
}

/// Every window of a list, by both ends and between any two cursors, is the piece of the whole that the
/// Relay specification says, with both flags exact.
#[tokio::test]
async fn every_page_is_a_piece_of_the_whole() {
    let world = World::start().await;
    populate(&world).await;
    let orders = [
        json!([{ "field": "PATH" }]),
        json!([{ "field": "VALID_UNTIL", "nulls": "FIRST" }, { "field": "NAME", "direction": "DESC" }]),
        json!([{ "field": "PARENT_NAME", "direction": "DESC" }, { "field": "POSITION" }]),
    ];
    for order in orders {
        let ask = async |mut variables: Json| {
            variables["order"] = order.clone();
            world.a.superior.ok(QUERY, variables).await["units"].clone()
        };
        let whole = ask(json!({ "first": 100 })).await;
        let all = whole["edges"].as_array().unwrap().clone();
        let total = all.len();
        assert_eq!((total, &whole["totalCount"]), (19, &json!(19)));
        let places = [None, Some(0), Some(4), Some(9), Some(total - 1)];
        for (after, before) in places.iter().flat_map(|a| places.iter().map(move |b| (*a, *b))) {
            let from = after.map_or(0, |i| i + 1);
            let until = before.unwrap_or(total).max(from);
            for (word, size) in [("first", 1), ("first", 3), ("first", 50), ("last", 1), ("last", 3), ("last", 50)] {
                let page = ask(json!({
                    word: size, "after": after.map(|i| &all[i]["cursor"]), "before": before.map(|i| &all[i]["cursor"]),
                }))
                .await;
                let taken = size.min(until - from);
                let range = if word == "first" { from..from + taken } else { until - taken..until };
                let cut = until - from > size;
                // What lies beyond a cursor includes its own row.
                let previous = after.is_some() || (word == "last" && cut);
                let next = before.is_some() || (word == "first" && cut);
                let edges = page["edges"].as_array().unwrap();
                let info = json!({
                    "hasNextPage": next, "hasPreviousPage": previous,
                    "startCursor": edges.first().map(|e| &e["cursor"]), "endCursor": edges.last().map(|e| &e["cursor"]),
                });
                let at = format!("{word} {size} after {after:?} before {before:?} by {order}");
                assert_eq!(page["pageInfo"], info, "{at}");
                assert_eq!(edges, &all[range], "{at}");
                assert_eq!(page["totalCount"], total, "{at}");
            }
        }
    }
}

#[tokio::test]
async fn a_cursor_whose_row_is_gone_still_divides_the_list() {
    let world = World::start().await;
    let order = json!([{ "field": "NAME" }]);
    let ask = async |variables: Json| world.a.superior.ok(QUERY, variables).await["units"].clone();
    let page = ask(json!({ "first": 1, "order": order })).await;
    let first = &page["edges"][0];
    // The first row moves to the end: before its old place there is nothing any more, and nothing at it.
    let id = &first["node"]["id"];
    let found = world.a.superior.ok("query($id: ID!) { unit(id: $id) { version } }", json!({ "id": id })).await;
    let input = json!({ "id": id, "expectedVersion": found["unit"]["version"], "name": "龘" });
    world.a.superior.done("unitUpdate", input, "unit { id }").await;
    let page = ask(json!({ "first": 3, "after": first["cursor"], "order": order })).await;
    assert_eq!((&page["pageInfo"]["hasPreviousPage"], &page["pageInfo"]["hasNextPage"]), (&json!(false), &json!(true)));
    let page = ask(json!({ "last": 3, "before": first["cursor"], "order": order })).await;
    assert_eq!((nodes(&page).len(), &page["pageInfo"]["hasNextPage"]), (0, &json!(true)));
}

#[tokio::test]
async fn nested_lists_are_read_from_both_ends() {
    let world = World::start().await;
    let query = "query($before: String) { units(first: 1) { nodes { \
        children(last: 3, before: $before, orderBy: [{field: NAME}]) \
        { nodes { name } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor } } } } }";
    let list = async |before: Json| {
        let data = world.a.superior.ok(query, json!({ "before": before })).await;
        data["units"]["nodes"][0]["children"].clone()
    };
    let names =
        |list: &Json| -> Vec<Json> { list["nodes"].as_array().unwrap().iter().map(|n| n["name"].clone()).collect() };
    let end = list(Json::Null).await;
    assert_eq!(names(&end), ["treasury局A", "乙街道A", "甲街道A"]);
    assert_eq!((&end["pageInfo"]["hasNextPage"], &end["pageInfo"]["hasPreviousPage"]), (&json!(false), &json!(true)));
    let before = list(end["pageInfo"]["startCursor"].clone()).await;
    assert_eq!(names(&before), ["office-affairs局A", "organisation局A", "social-security局A"]);
    assert_eq!(before["pageInfo"]["hasNextPage"], true);
}

#[tokio::test]
async fn a_page_has_one_end() {
    let world = World::start().await;
    let reply = world.a.superior.gql(QUERY, json!({ "first": 1, "last": 1 })).await;
    assert_eq!((reply.code(), &reply.body["errors"][0]["extensions"]["field"]), ("BAD_USER_INPUT", &json!("last")));
    for last in [0, -1, 101] {
        let reply = world.a.superior.gql(QUERY, json!({ "last": last })).await;
        assert_eq!((reply.code(), &reply.body["errors"][0]["extensions"]["field"]), ("BAD_USER_INPUT", &json!("last")));
    }
    // A variable left out or null is not given.
    let page = world.a.superior.ok(QUERY, json!({ "first": null, "last": 2 })).await;
    assert_eq!(nodes(&page["units"]).len(), 2);
    for (part, of_none, of_many) in [
        ("pageInfo { hasNextPage }", json!({ "hasNextPage": false }), json!({ "hasNextPage": false })),
        ("pageInfo { hasPreviousPage }", json!({ "hasPreviousPage": false }), json!({ "hasPreviousPage": true })),
        ("totalCount", json!(0), json!(11)),
        ("nodes { __typename }", json!([]), json!([{ "__typename": "Unit" }, { "__typename": "Unit" }])),
    ] {
        let key = part.split(' ').next().unwrap();
        for (condition, expected) in [("isNull: true", of_none), ("isNull: false", of_many)] {
            let query = format!("{{ units(last: 2, where: {{code: {{{condition}}}}}) {{ {part} }} }}");
            let page = world.a.superior.ok(&query, json!({})).await["units"].clone();
            assert_eq!(page[key], expected, "{part} {condition}");
        }
    }
}
