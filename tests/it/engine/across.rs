//! Orders by what one may only partly see: fields of related rows, fields of a sensitive class.

use entities::values::RoleName::{Junior, Senior};
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World};

use super::populate;

async fn names(actor: &Actor, order: Json) -> Vec<String> {
    let query = "query($order: [PersonOrder!]) { persons(first: 100, orderBy: $order) { nodes { name } } }";
    let page = actor.ok(query, json!({ "order": order })).await["persons"].clone();
    page["nodes"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap().to_string()).collect()
}

#[tokio::test]
async fn rows_are_ordered_by_what_they_refer_to() {
    let world = World::start().await;
    populate(&world).await;
    let query = "query($after: String, $order: [PersonOrder!]) { persons(first: 2, after: $after, orderBy: $order) \
        { nodes { id name unit { name path } } pageInfo { hasNextPage endCursor } } }";
    for (descending, direction) in [(false, "ASC"), (true, "DESC")] {
        let order =
            json!([{ "field": "UNIT_NAME", "direction": direction }, { "field": "NAME", "direction": direction }]);
        let (mut rows, mut after) = (vec![], Json::Null);
        loop {
            let page = world.a.superior.ok(query, json!({ "order": order, "after": after })).await["persons"].clone();
            rows.extend(page["nodes"].as_array().unwrap().iter().cloned());
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(rows.len(), 11);
        let key = |r: &Json| [&r["unit"]["name"], &r["name"], &r["id"]].map(|v| v.as_str().unwrap().to_string());
        let mut sorted = rows.clone();
        sorted.sort_by(|a, b| if descending { key(b).cmp(&key(a)) } else { key(a).cmp(&key(b)) });
        assert_eq!(rows, sorted);
    }
}

/// A related row out of reach has no value to be sorted by, like a missing one.
#[tokio::test]
async fn orders_lead_no_further_than_the_callers_reach() {
    let world = World::start().await;
    let query =
        "{ units(orderBy: [{field: PARENT_NAME, nulls: FIRST}, {field: NAME}]) { nodes { name parent { name } } } }";
    let data = world.a.senior.ok(query, json!({})).await;
    // The town's own parent lies above the reach.
    let expected = json!([
        { "name": "甲街道A", "parent": null }, { "name": "甲街道第一社区A", "parent": { "name": "甲街道A" } },
    ]);
    assert_eq!(data["units"]["nodes"], expected);
    // Who may see no person at all may not sort by people.
    let by = "query($field: CadreOrderField!) { cadres(orderBy: [{field: $field}]) { nodes { state } } }";
    let reply = world.a.leader.gql(by, json!({ "field": "PERSON_NAME" })).await;
    assert_eq!((reply.code(), &reply.body["errors"][0]["extensions"]["field"]), ("FORBIDDEN", &json!("orderBy")));
    world.a.leader.ok(by, json!({ "field": "UNIT_NAME" })).await;
    let reply = world.a.junior.gql(by, json!({ "field": "PERSON_ID_NUMBER" })).await;
    assert_eq!(reply.code(), "FORBIDDEN", "{}", reply.text);
}

/// Sorting by a number would tell it bit by bit: rows whose number one may not see have none.
#[tokio::test]
async fn what_one_may_not_see_one_may_not_sort_by() {
    let world = World::start().await;
    populate(&world).await;
    let order = |direction: &str| json!([{ "field": "ID_NUMBER", "direction": direction }]);
    let query = "query($order: [PersonOrder!]) { persons(orderBy: $order) { nodes { id } } }";
    let reply = world.a.junior.gql(query, json!({ "order": order("ASC") })).await;
    assert_eq!(reply.code(), "FORBIDDEN", "{}", reply.text);
    let mut up = names(&world.a.superior, order("ASC")).await;
    up.reverse();
    assert_eq!(up, names(&world.a.superior, order("DESC")).await);

    // Sees the numbers of the village, and of the other town the people only.
    let both = world.a.newcomer(&world.server, "both", &[(Junior, "other-town"), (Senior, "village")]).await;
    let query = "query($order: [PersonOrder!], $after: String) { persons(first: 100, orderBy: $order, after: $after) \
        { edges { cursor node { id unit { name } } } } }";
    let mut pages = vec![];
    for direction in ["ASC", "DESC"] {
        let page = both.ok(query, json!({ "order": order(direction) })).await["persons"]["edges"].clone();
        pages.push(page.as_array().unwrap().clone());
    }
    let away = |edge: &&Json| edge["node"]["unit"]["name"] == "乙街道A";
    let hidden: Vec<&Json> = pages[0].iter().filter(away).collect();
    assert!(hidden.len() >= 3, "{pages:?}");
    // They come last in either direction, by their ids alone.
    for (page, descending) in [(&pages[0], false), (&pages[1], true)] {
        let tail: Vec<&Json> = page.iter().skip(page.len() - hidden.len()).collect();
        assert!(tail.iter().all(away));
        let ids: Vec<&str> = tail.iter().map(|e| e["node"]["id"].as_str().unwrap()).collect();
        let mut sorted = ids.clone();
        sorted.sort_unstable();
        if descending {
            sorted.reverse();
        }
        assert_eq!(ids, sorted);
    }
    // Nor does a cursor carry what is not shown.
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let number = world.a.id("idNumber:stranger").as_bytes().to_vec();
    for edge in pages.iter().flatten() {
        let bytes = URL_SAFE_NO_PAD.decode(edge["cursor"].as_str().unwrap()).unwrap();
        assert!(!bytes.windows(number.len()).any(|w| w == number), "{edge}");
    }
    // Through a relation the same: cadres by the number of their person.
    let cadres = "query($d: OrderDirection) { cadres(first: 100, orderBy: [{field: PERSON_ID_NUMBER, direction: $d}]) \
        { nodes { unit { name } } } }";
    for direction in ["ASC", "DESC"] {
        let page = both.ok(cadres, json!({ "d": direction })).await;
        let nodes = page["cadres"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.last().unwrap()["unit"]["name"], "乙街道A", "{direction}: {nodes:?}");
    }
}

/// The order shows the numbers, so it is a reading.
#[tokio::test]
async fn sorting_by_a_sensitive_field_leaves_a_trace() {
    let world = World::start().await;
    names(&world.a.superior, json!([{ "field": "ID_NUMBER" }])).await;
    let query = "{ auditRecords(where: {action: {eq: \"readSensitive\"}}) { nodes { detail } } }";
    let data = world.a.audit.ok(query, json!({})).await;
    assert_eq!(data["auditRecords"]["nodes"], json!([{ "detail": { "fields": ["Person.idNumber"] } }]));
}
