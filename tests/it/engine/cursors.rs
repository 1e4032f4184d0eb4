//! Cursors belong to one list, one order and one tenant; pages have a size.

use serde_json::json;
use zugong_tests::World;

#[tokio::test]
async fn a_wrong_cursor_is_wrong_in_one_way() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let own = "{ units(first: 2) { pageInfo { endCursor } } cadres(first: 1) { pageInfo { endCursor } } }";
    let data = actor.ok(own, json!({})).await;
    let theirs = world.b.superior.ok(own, json!({})).await;
    let cursor = |value: &serde_json::Value| value.as_str().unwrap().to_string();
    let good = cursor(&data["units"]["pageInfo"]["endCursor"]);
    let mut cut = good.clone();
    cut.truncate(good.len() - 2);
    let wrong = [
        ("unknown", "nonsense".into()),
        ("empty", String::new()),
        ("hexadecimal", "00ff".into()),
        ("cut", cut),
        ("capitals and more", format!("{}00", good.to_uppercase())),
        ("of another list", cursor(&data["cadres"]["pageInfo"]["endCursor"])),
        ("of another tenant", cursor(&theirs["units"]["pageInfo"]["endCursor"])),
        ("too long", "5b".repeat(5000)),
    ];
    let query = "query($after: String, $order: [UnitOrder!]) { units(first: 2, after: $after, orderBy: $order) { nodes { id } } }";
    let mut answers = vec![];
    for (what, cursor) in wrong {
        let reply =
            actor.send(json!({ "query": query, "variables": { "after": cursor } }), &[("x-request-id", "same")]).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{what}: {}", reply.text);
        answers.push(reply.text);
    }
    for order in [
        json!([{ "field": "NAME" }]),
        json!([{ "field": "PATH", "direction": "DESC" }]),
        json!([{ "field": "PATH" }, { "field": "NAME" }]),
    ] {
        let variables = json!({ "after": good, "order": order });
        let reply = actor.send(json!({ "query": query, "variables": variables }), &[("x-request-id", "same")]).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{order}: {}", reply.text);
        answers.push(reply.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "the answers tell cursors apart: {answers:#?}");
    let page = actor.ok(query, json!({ "after": good })).await;
    assert_eq!(page["units"]["nodes"].as_array().unwrap().len(), 2);
}

/// Nobody makes a cursor but the server: each byte counts, wherever the cursor stands.
#[tokio::test]
async fn a_cursor_with_any_byte_changed_is_refused() {
    let world = World::start().await;
    let actor = &world.a.superior;
    let query = "query($after: String, $inner: String) { units(first: 2, after: $after) { edges { cursor } nodes { \
        children(first: 1, after: $inner) { edges { cursor } pageInfo { endCursor } } } pageInfo { startCursor endCursor } } }";
    let page = actor.ok(query, json!({})).await["units"].clone();
    let good = page["edges"][1]["cursor"].as_str().unwrap();
    assert_eq!(page["pageInfo"]["endCursor"], good);
    let inner = page["nodes"][0]["children"]["edges"][0]["cursor"].as_str().unwrap();
    assert_eq!(page["nodes"][0]["children"]["pageInfo"]["endCursor"], inner);
    let refused = actor.gql(query, json!({ "after": "nonsense" })).await.body["errors"][0]["message"].clone();
    let mut tries = vec![];
    for (name, cursor) in [("after", good), ("inner", inner)] {
        for at in 0..cursor.len() {
            for bit in [0x01, 0x02, 0x20] {
                let mut bent = cursor.as_bytes().to_vec();
                bent[at] ^= bit;
                tries.push((name, String::from_utf8(bent).unwrap()));
            }
        }
    }
    for some in tries.chunks(8) {
        let asked = some.iter().map(|(name, bent)| actor.gql(query, json!({ (*name): bent })));
        for ((name, bent), reply) in some.iter().zip(futures::future::join_all(asked).await) {
            assert_eq!(reply.code(), "BAD_USER_INPUT", "{name} {bent}: {}", reply.text);
            assert_eq!(reply.body["errors"][0]["message"], refused);
        }
    }
    actor.ok(query, json!({ "after": good, "inner": inner })).await;
    // Every replica reads what another has sealed.
    let replica = world.server.replica().await;
    actor.at(&replica.url).ok(query, json!({ "after": good })).await;
}

#[tokio::test]
async fn a_page_has_1_to_100_rows() {
    let world = World::start().await;
    let query = "query($first: Int) { units(first: $first) { nodes { id } pageInfo { hasNextPage } } }";
    for first in [0, -1, 101, i32::MAX] {
        let reply = world.a.superior.gql(query, json!({ "first": first })).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{first}: {}", reply.text);
        assert_eq!(reply.body["errors"][0]["extensions"]["field"], "first");
    }
    for (first, rows, more) in
        [(json!(1), 1, true), (json!(11), 11, false), (json!(100), 11, false), (json!(null), 11, false)]
    {
        let page = world.a.superior.ok(query, json!({ "first": first })).await["units"].clone();
        assert_eq!(page["nodes"].as_array().unwrap().len(), rows, "{first}");
        assert_eq!(page["pageInfo"]["hasNextPage"], more, "{first}");
    }
}

#[tokio::test]
async fn a_page_without_rows_has_no_cursors() {
    let world = World::start().await;
    let query = "{ units(first: 5, where: {name: {eq: \"无\"}}) { totalCount edges { cursor } nodes { id } \
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";
    let page = world.a.superior.ok(query, json!({})).await["units"].clone();
    let info = json!({ "hasNextPage": false, "hasPreviousPage": false, "startCursor": null, "endCursor": null });
    assert_eq!(page, json!({ "totalCount": 0, "edges": [], "nodes": [], "pageInfo": info }));
}

#[tokio::test]
async fn nested_lists_have_pages_of_their_own() {
    let world = World::start().await;
    let query = "query($after: String) { unit: units(first: 1) { nodes { \
        children(first: 3, after: $after, orderBy: [{field: NAME, direction: DESC}], where: {name: {contains: \"局\"}}) \
        { totalCount nodes { name } pageInfo { hasNextPage hasPreviousPage endCursor } } \
        towns: children(where: {name: {contains: \"街道\"}}, orderBy: [{field: NAME}]) { nodes { name parent { children(first: 1) { totalCount } } } } } } }";
    let first = world.a.superior.ok(query, json!({})).await["unit"]["nodes"][0].clone();
    assert_eq!(first["children"]["totalCount"], 7);
    assert_eq!(first["children"]["pageInfo"]["hasNextPage"], true);
    let names = |v: &serde_json::Value| -> Vec<String> {
        v["nodes"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!(names(&first["children"]), ["treasury局A", "social-security局A", "organisation局A"]);
    assert_eq!(names(&first["towns"]), ["乙街道A", "甲街道A"]);
    assert_eq!(first["towns"]["nodes"][0]["parent"]["children"]["totalCount"], 9);
    let after = &first["children"]["pageInfo"]["endCursor"];
    let second = world.a.superior.ok(query, json!({ "after": after })).await["unit"]["nodes"][0].clone();
    assert_eq!(names(&second["children"]), ["office-affairs局A", "medical局A", "housing-fund局A"]);
    assert_eq!(second["children"]["pageInfo"]["hasPreviousPage"], true);
}
