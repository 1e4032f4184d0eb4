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

/// Whatever is asked of a list, it is one answer, of no row as of many.
#[tokio::test]
async fn every_part_of_a_list_can_be_asked_alone() {
    let world = World::start().await;
    let parts = [
        ("__typename", json!("UnitConnection"), json!("UnitConnection")),
        ("totalCount", json!(0), json!(11)),
        ("nodes { __typename }", json!([]), json!([{ "__typename": "Unit" }, { "__typename": "Unit" }])),
        ("edges { __typename }", json!([]), json!([{ "__typename": "UnitEdge" }, { "__typename": "UnitEdge" }])),
        ("pageInfo { __typename }", json!({ "__typename": "PageInfo" }), json!({ "__typename": "PageInfo" })),
        ("pageInfo { hasPreviousPage }", json!({ "hasPreviousPage": false }), json!({ "hasPreviousPage": false })),
        ("pageInfo { hasNextPage }", json!({ "hasNextPage": false }), json!({ "hasNextPage": true })),
    ];
    for (part, of_none, of_many) in parts {
        let key = part.split(' ').next().unwrap();
        for (condition, expected) in [("isNull: true", of_none), ("isNull: false", of_many)] {
            let list = format!("(first: 2, where: {{code: {{{condition}}}}}) {{ {part} }}");
            let query = format!("{{ units{list} top: units(first: 1) {{ nodes {{ children{list} }} }} }}");
            let data = world.a.superior.ok(&query, json!({})).await;
            assert_eq!(data["units"][key], expected, "{part} {condition}");
            let expected = if expected == 11 { json!(9) } else { expected };
            assert_eq!(data["top"]["nodes"][0]["children"][key], expected, "{part} {condition} below");
        }
    }
}
