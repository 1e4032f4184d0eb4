//! `where`: every operator on every kind of value, combined and across relations.

use serde_json::{Value as Json, json};
use zugong_tests::World;

use super::units;

#[tokio::test]
async fn operators_on_texts() {
    let world = World::start().await;
    let a = &world.a.superior;
    let count = async |condition: Json| units(a, json!({ "name": condition })).await.len();
    assert_eq!(units(a, json!({ "name": { "eq": "区A" } })).await, ["区A"]);
    assert_eq!(count(json!({ "ne": "区A" })).await, 10);
    assert_eq!(units(a, json!({ "name": { "in": ["乙街道A", "区A", "没有"] } })).await, ["区A", "乙街道A"]);
    assert_eq!(count(json!({ "notIn": ["乙街道A", "区A"] })).await, 9);
    assert_eq!(count(json!({ "contains": "街道" })).await, 3);
    assert_eq!(count(json!({ "startsWith": "甲街道" })).await, 2);
    assert_eq!(count(json!({ "startsWith": "街道" })).await, 0);
    // Letter for letter: no wildcard, no case.
    for text in ["%", "_", "AGENCY", "*", "'", "\\"] {
        assert_eq!(count(json!({ "contains": text })).await, 0, "{text}");
    }
    assert_eq!(count(json!({ "contains": "a" })).await, 6);
    assert_eq!(count(json!({ "gt": "z" })).await, 4);
    assert_eq!(count(json!({ "lte": "medical局A" })).await, 3);
    assert_eq!(count(json!({ "gte": "m", "lt": "p" })).await, 3);
    assert_eq!(units(a, json!({ "shortName": { "isNull": true } })).await.len(), 11);
    assert_eq!(units(a, json!({ "shortName": { "isNull": false } })).await.len(), 0);
    // An absent value is neither equal nor different.
    assert_eq!(units(a, json!({ "shortName": { "ne": "x" } })).await.len(), 0);
}

#[tokio::test]
async fn operators_on_numbers_dates_codes_and_ids() {
    let world = World::start().await;
    let a = &world.a.superior;
    let count = async |condition: Json| units(a, condition).await.len();
    assert_eq!(count(json!({ "position": { "lt": 3 } })).await, 2);
    assert_eq!(count(json!({ "position": { "in": [1, 11, 12] } })).await, 2);
    assert_eq!(count(json!({ "position": { "notIn": [1] } })).await, 10);
    assert_eq!(count(json!({ "validFrom": { "eq": "2001-01-01" } })).await, 11);
    assert_eq!(count(json!({ "validFrom": { "gt": "2001-01-01" } })).await, 0);
    assert_eq!(count(json!({ "validFrom": { "in": ["2001-01-01"] } })).await, 11);
    assert_eq!(count(json!({ "validUntil": { "isNull": true } })).await, 11);
    assert_eq!(count(json!({ "sequence": { "eq": "TOWNSHIP" } })).await, 3);
    assert_eq!(count(json!({ "sequence": { "notIn": ["TOWNSHIP"] } })).await, 8);
    assert_eq!(count(json!({ "updatedAt": { "lte": "2025-09-22T09:00:00+08:00" } })).await, 11);
    assert_eq!(count(json!({ "updatedAt": { "in": ["2025-09-22T01:00:00Z"] } })).await, 11);
    assert_eq!(count(json!({ "updatedAt": { "lt": "2025-09-22T01:00:00Z" } })).await, 0);
    let village = world.a.id("village");
    assert_eq!(units(a, json!({ "id": { "eq": village } })).await, ["甲街道第一社区A"]);
    assert_eq!(
        count(json!({ "id": { "in": [village, world.b.id("town"), "nonsense", world.a.id("cadre:applicant")] } }))
            .await,
        1
    );
    assert_eq!(count(json!({ "id": { "notIn": [village] } })).await, 10);
    let query = "query($where: AppointmentWhere) { appointments(where: $where) { totalCount } }";
    for (condition, rows) in [
        (json!({ "isMain": { "eq": true } }), 3),
        (json!({ "isMain": { "ne": true } }), 0),
        (json!({ "isMain": { "isNull": false } }), 3),
        (json!({ "startedOn": { "gte": "2015-03-01" } }), 3),
        (json!({ "cadre": { "archiveBirth": { "lt": "1970-01" } } }), 2),
        (json!({ "cadre": { "workStarted": { "in": ["1988-08", "1988-08-01"] } } }), 3),
        (json!({ "cadre": { "contributionMonths": { "gte": 400, "lte": 400 } } }), 3),
    ] {
        assert_eq!(a.ok(query, json!({ "where": condition })).await["appointments"]["totalCount"], rows, "{condition}");
    }
}

#[tokio::test]
async fn conditions_combine() {
    let world = World::start().await;
    let a = &world.a.superior;
    let town = json!({ "name": { "startsWith": "甲街道" } });
    let long = json!({ "name": { "contains": "社区" } });
    assert_eq!(units(a, json!({ "and": [town, long] })).await, ["甲街道第一社区A"]);
    assert_eq!(units(a, json!({ "or": [long, { "name": { "eq": "区A" } }] })).await.len(), 2);
    assert_eq!(units(a, json!({ "and": [town, { "not": long }] })).await, ["甲街道A"]);
    // Beside each other, all must hold.
    assert_eq!(units(a, json!({ "name": { "startsWith": "甲" }, "not": long })).await, ["甲街道A"]);
    // A condition on an absent value is neither true nor false, and so is its opposite.
    assert_eq!(units(a, json!({ "not": { "shortName": { "eq": "x" } } })).await.len(), 0);
    // One object stands for a list of one, as the language has it.
    assert_eq!(units(a, json!({ "and": town })).await.len(), 2);
}

#[tokio::test]
async fn conditions_cross_relations() {
    let world = World::start().await;
    let a = &world.a.superior;
    assert_eq!(units(a, json!({ "parent": { "name": { "eq": "甲街道A" } } })).await, ["甲街道第一社区A"]);
    assert_eq!(units(a, json!({ "parent": { "parent": { "name": { "eq": "区A" } } } })).await, ["甲街道第一社区A"]);
    assert_eq!(units(a, json!({ "not": { "parent": { "name": { "isNull": false } } } })).await, ["区A"]);
    let long = json!({ "name": { "contains": "社区" } });
    assert_eq!(units(a, json!({ "children": { "some": long } })).await, ["甲街道A"]);
    assert_eq!(units(a, json!({ "children": { "none": long } })).await.len(), 10);
    // Of units without children every one holds.
    assert_eq!(units(a, json!({ "children": { "every": long } })).await.len(), 10);
    assert_eq!(
        units(a, json!({ "children": { "some": { "name": { "isNull": false } }, "every": long } })).await,
        ["甲街道A"]
    );
    let applicant = json!({ "cadres": { "some": { "person": { "name": { "eq": "applicantA" } } } } });
    assert_eq!(units(a, applicant).await, ["甲街道第一社区A"]);
    // Relations lead no further than the caller's own reach.
    assert_eq!(
        units(&world.a.junior, json!({ "not": { "parent": { "name": { "isNull": false } } } })).await,
        ["甲街道第一社区A"]
    );
}

#[tokio::test]
async fn an_empty_condition_is_an_error() {
    let world = World::start().await;
    let query = "query($where: UnitWhere) { units(where: $where) { totalCount } }";
    for empty in [
        json!({}),
        json!({ "name": {} }),
        json!({ "name": null }),
        json!({ "name": { "eq": null } }),
        json!({ "name": { "in": [] } }),
        json!({ "name": { "isNull": null } }),
        json!({ "and": [] }),
        json!({ "or": [{}] }),
        json!({ "not": {} }),
        json!({ "not": null }),
        json!({ "parent": {} }),
        json!({ "children": {} }),
        json!({ "children": { "some": {} } }),
        json!({ "children": { "none": null } }),
        json!({ "name": { "eq": "区A" }, "code": {} }),
    ] {
        let reply = world.a.superior.gql(query, json!({ "where": empty })).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{empty}: {}", reply.text);
        assert!(reply.body["data"]["units"].is_null());
    }
    let literal = world.a.superior.gql("{ units(where: {}) { totalCount } }", json!({})).await;
    assert_eq!(literal.code(), "BAD_USER_INPUT", "{}", literal.text);
}

#[tokio::test]
async fn conditions_are_bounded() {
    let world = World::start().await;
    let query = "query($where: UnitWhere) { units(where: $where) { totalCount } }";
    let many: Vec<Json> = (0..120).map(|i| json!({ "name": { "eq": format!("{i}") } })).collect();
    let reply = world.a.superior.gql(query, json!({ "where": { "or": many } })).await;
    assert_eq!(reply.code(), "COST_LIMIT_EXCEEDED", "{}", reply.text);
    let list: Vec<String> = (0..1001).map(|i| i.to_string()).collect();
    let reply = world.a.superior.gql(query, json!({ "where": { "name": { "in": list } } })).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT", "{}", reply.text);
    let mut deep = json!({ "name": { "eq": "x" } });
    for _ in 0..110 {
        deep = json!({ "not": deep });
    }
    let reply = world.a.superior.gql(query, json!({ "where": deep })).await;
    assert_eq!(reply.code(), "COST_LIMIT_EXCEEDED", "{}", reply.text);
    for wrong in [
        json!({ "position": { "eq": "1" } }),
        json!({ "position": { "eq": 3_000_000_000_i64 } }),
        json!({ "validFrom": { "eq": "2025-02-30" } }),
        json!({ "validFrom": { "eq": "2025-2-3" } }),
        json!({ "updatedAt": { "eq": "yesterday" } }),
        json!({ "sequence": { "eq": "NONE_SUCH" } }),
        json!({ "nothing": { "eq": "x" } }),
        json!({ "name": { "like": "x" } }),
    ] {
        let reply = world.a.superior.gql(query, json!({ "where": wrong })).await;
        assert!(["BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"].contains(&reply.code()), "{wrong}: {}", reply.text);
    }
}
