//! The read engine: one statement per root field, pages, filters, orders, rights.

use serde_json::json;
use zugong_tests::World;

#[tokio::test]
async fn a_page_of_units_is_one_statement() {
    let world = World::start().await;
    let query = "{ units(first: 3, orderBy: [{field: PATH}]) { totalCount pageInfo { hasNextPage hasPreviousPage endCursor } \
        edges { cursor node { name parent { name } children(first: 2) { nodes { name } } } } nodes { id } } }";
    let reply = world.a.service.gql(query, json!({})).await;
    assert!(reply.body.get("errors").is_none(), "{}", reply.text);
    assert_eq!(reply.body["extensions"]["sql"]["count"], 1);
    let page = &reply.body["data"]["units"];
    assert_eq!(page["totalCount"], 11);
    assert_eq!(page["pageInfo"]["hasNextPage"], true);
    assert_eq!(page["pageInfo"]["hasPreviousPage"], false);
    assert_eq!(page["edges"].as_array().unwrap().len(), 3);
    assert_eq!(page["pageInfo"]["endCursor"], page["edges"][2]["cursor"]);
    assert_eq!(page["edges"][0]["node"]["name"], "区A");
    assert_eq!(page["edges"][1]["node"]["parent"]["name"], "区A");
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_repetition() {
    let world = World::start().await;
    for order in ["[{field: NAME, direction: DESC}]", "[{field: VALID_UNTIL}, {field: NAME}]", "[{field: POSITION}]"] {
        let query = format!(
            "query($after: String) {{ units(first: 4, after: $after, orderBy: {order}) {{ nodes {{ id }} pageInfo {{ hasNextPage endCursor }} }} }}"
        );
        let mut seen = vec![];
        let mut after = json!(null);
        loop {
            let page = world.a.superior.ok(&query, json!({ "after": after })).await["units"].clone();
            seen.extend(page["nodes"].as_array().unwrap().iter().map(|n| n["id"].as_str().unwrap().to_string()));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        let mut distinct = seen.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!((seen.len(), distinct.len()), (11, 11), "{order}");
    }
}
