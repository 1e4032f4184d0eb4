//! Figures over exactly the rows that a list gives.

use std::collections::BTreeMap;

use entities::values::RoleName::{Junior, Senior};
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World};

use super::populate;

async fn rows(actor: &Actor, list: &str, fields: &str) -> Vec<Json> {
    let page = actor.ok(&format!("{{ {list}(first: 100) {{ nodes {{ {fields} }} }} }}"), json!({})).await;
    page[list]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn without_groups_all_rows_are_one() {
    let world = World::start().await;
    let query = "query($where: CadreWhere) { cadreAggregate(where: $where) { __typename hasMore groups { __typename count \
        countDistinct { unit kind } sum { contributionMonths } avg { contributionMonths } \
        min { contributionMonths archiveBirth stateSince } max { archiveBirth } } } }";
    let group = json!({
        "__typename": "CadreAggregateGroup", "count": 3, "countDistinct": { "unit": 2, "kind": 1 },
        "sum": { "contributionMonths": "1200" }, "avg": { "contributionMonths": 400.0 },
        "min": { "contributionMonths": 400, "archiveBirth": "1965-05", "stateSince": "1990-01-01" },
        "max": { "archiveBirth": "1985-03" },
    });
    let mut data = world.a.superior.ok(query, json!({})).await["cadreAggregate"].clone();
    // One database writes 400, the other 400.0.
    let average = data["groups"][0]["avg"]["contributionMonths"].as_f64();
    data["groups"][0]["avg"]["contributionMonths"] = json!(average);
    assert_eq!(data, json!({ "__typename": "CadreAggregate", "hasMore": false, "groups": [group] }));
    // Of no rows there is one group, without values.
    let none = json!({ "archiveBirth": { "lt": "1900-01" } });
    let data = world.a.superior.ok(query, json!({ "where": none })).await["cadreAggregate"].clone();
    let group = &data["groups"][0];
    assert_eq!((&group["count"], &group["countDistinct"]["unit"]), (&json!(0), &json!(0)));
    assert_eq!(group["sum"]["contributionMonths"], Json::Null);
    assert_eq!(group["min"]["archiveBirth"], Json::Null);
    for part in ["hasMore", "__typename", "groups { count }"] {
        let data = world.a.superior.ok(&format!("{{ cadreAggregate {{ {part} }} }}"), json!({})).await;
        let key = part.split(' ').next().unwrap();
        let expected = match key {
            "hasMore" => json!(false),
            "groups" => json!([{ "count": 3 }]),
            _ => json!("CadreAggregate"),
        };
        assert_eq!(data["cadreAggregate"], json!({ key: expected }));
    }
}

#[tokio::test]
async fn groups_by_codes_dates_and_relations() {
    let world = World::start().await;
    populate(&world).await;
    let query = "{ unitAggregate(groupBy: [SEQUENCE, VALID_FROM_YEAR, PARENT]) { groups { count max { position } \
        key { sequence validFromYear parent { id name } } } } }";
    let data = world.a.superior.ok(query, json!({})).await;
    let mut expected: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    for row in rows(&world.a.superior, "units", "sequence validFrom position parent { id name }").await {
        let year: i64 = row["validFrom"].as_str().unwrap()[..4].parse().unwrap();
        let key = json!({ "sequence": row["sequence"], "validFromYear": year, "parent": row["parent"] }).to_string();
        let position = row["position"].as_i64().unwrap();
        let group = expected.entry(key).or_insert((0, i64::MIN));
        *group = (group.0 + 1, group.1.max(position));
    }
    let groups = data["unitAggregate"]["groups"].as_array().unwrap();
    let found: BTreeMap<String, (i64, i64)> = groups
        .iter()
        .map(|g| {
            let figures = (g["count"].as_i64().unwrap(), g["max"]["position"].as_i64().unwrap());
            (g["key"].to_string(), figures)
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!(found.len(), groups.len(), "a group came twice");
    // Months of dates and of instants, the latter in Shanghai.
    world
        .server
        .clock
        .advance("2025-09-30T17:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap() - world.server.clock.now());
    let input = json!({ "id": world.a.id("village"), "expectedVersion": 1, "shortName": "一" });
    world.a.superior.done("unitUpdate", input, "unit { id }").await;
    let query = "{ unitAggregate(groupBy: UPDATED_AT_MONTH) { groups { key { updatedAtMonth } count } } }";
    let data = world.a.superior.ok(query, json!({})).await;
    let month = |m: &str, n: i64| json!({ "key": { "updatedAtMonth": m }, "count": n });
    assert_eq!(data["unitAggregate"]["groups"], json!([month("2025-09", 18), month("2025-10", 1)]));
}

#[tokio::test]
async fn groups_are_chosen_ordered_and_cut() {
    let world = World::start().await;
    populate(&world).await;
    let query = "query($having: UnitAggregateHaving, $order: [UnitAggregateOrder!], $first: Int) { \
        unitAggregate(groupBy: NAME, having: $having, orderBy: $order, first: $first) \
        { hasMore groups { key { name } count } } }";
    let ask = async |variables: Json| {
        let data = world.a.superior.ok(query, variables).await["unitAggregate"].clone();
        let groups = data["groups"].as_array().unwrap().iter();
        let groups: Vec<(String, i64)> =
            groups.map(|g| (g["key"]["name"].as_str().unwrap().into(), g["count"].as_i64().unwrap())).collect();
        (groups, data["hasMore"].as_bool().unwrap())
    };
    let (all, more) = ask(json!({})).await;
    assert!(!more && all.len() == 15 && all.is_sorted());
    let twice: Vec<(String, i64)> = (0..4).map(|i| (format!("第{i}科"), 2)).collect();
    assert_eq!(ask(json!({ "having": { "count": { "gte": 2 } } })).await, (twice.clone(), false));
    let order = json!([{ "field": "COUNT", "direction": "DESC" }, { "field": "KEY", "direction": "DESC" }]);
    let (ordered, more) = ask(json!({ "order": order, "first": 3 })).await;
    let backwards: Vec<(String, i64)> = twice.iter().rev().take(3).cloned().collect();
    assert_eq!((ordered, more), (backwards, true));
    assert!(!ask(json!({ "first": 15 })).await.1);
    let max = json!({ "max": { "position": { "gte": 10 } }, "countDistinct": { "parent": { "eq": 1 } } });
    let expected = vec![("office-affairs局A".to_string(), 1), ("treasury局A".to_string(), 1)];
    assert_eq!(ask(json!({ "having": max })).await, (expected, false));
}

#[tokio::test]
async fn figures_are_of_the_rows_that_the_caller_reaches() {
    let world = World::start().await;
    populate(&world).await;
    let query = "{ personAggregate(groupBy: [UNIT]) { groups { key { unit { name } } count } } \
        unitAggregate(groupBy: [PARENT]) { groups { key { parent { name } } count } } }";
    for actor in [&world.a.superior, &world.a.senior, &world.a.junior, &world.a.neighbour, &world.a.applicant] {
        let data = actor.ok(query, json!({})).await;
        for (list, root, relation) in [("persons", "personAggregate", "unit"), ("units", "unitAggregate", "parent")] {
            let mut expected: BTreeMap<String, i64> = BTreeMap::new();
            for row in rows(actor, list, &format!("{relation} {{ name }}")).await {
                *expected.entry(row[relation].to_string()).or_default() += 1;
            }
            let groups = data[root]["groups"].as_array().unwrap().iter();
            let found: BTreeMap<String, i64> =
                groups.map(|g| (g["key"][relation].to_string(), g["count"].as_i64().unwrap())).collect();
            assert_eq!(found, expected, "{} {root}", actor.name);
        }
    }
    let reply = world.a.leader.gql("{ personAggregate { groups { count } } }", json!({})).await;
    assert_eq!((reply.code(), &reply.body["data"]["personAggregate"]), ("FORBIDDEN", &Json::Null));
    // An id of another tenant is the id of nothing.
    let query = "query($id: ID!) { unitAggregate(where: {parent: {id: {eq: $id}}}) { groups { count } } }";
    let data = world.a.superior.ok(query, json!({ "id": world.b.id("root") })).await;
    assert_eq!(data["unitAggregate"]["groups"], json!([{ "count": 0 }]));
}

/// Related rows out of reach are not told apart by the groups.
#[tokio::test]
async fn groups_lead_no_further_than_the_callers_reach() {
    let world = World::start().await;
    let both = world.a.newcomer(&world.server, "both", &[(Junior, "village"), (Junior, "agency:medical")]).await;
    let query =
        "{ unitAggregate(groupBy: PARENT) { groups { key { parent { name } } count countDistinct { parent } } } }";
    let data = both.ok(query, json!({})).await;
    // The village lies below the town and the bureau below the root; neither is within reach.
    let group = json!({ "key": { "parent": null }, "count": 2, "countDistinct": { "parent": 0 } });
    assert_eq!(data["unitAggregate"]["groups"], json!([group]));
}

#[tokio::test]
async fn what_is_not_shown_is_not_counted_either() {
    let world = World::start().await;
    let figures = "{ personAggregate { groups { count countDistinct { name idNumber phone } } } }";
    let reply = world.a.junior.gql(figures, json!({})).await;
    let distinct = json!({ "name": 2, "idNumber": null, "phone": null });
    let group = json!({ "count": 2, "countDistinct": distinct });
    assert_eq!(reply.body["data"]["personAggregate"]["groups"], json!([group]), "{}", reply.text);
    let paths: Vec<&Json> = reply.body["errors"].as_array().unwrap().iter().map(|e| &e["path"]).collect();
    let at = |field: &str| json!(["personAggregate", "groups", 0, "countDistinct", field]);
    assert_eq!(paths, [&at("idNumber"), &at("phone")]);
    for arguments in [
        "groupBy: PHONE",
        "orderBy: {field: COUNT_DISTINCT_ID_NUMBER}",
        "having: {countDistinct: {phone: {gt: 0}}}",
        "where: {idNumber: {isNull: false}}",
    ] {
        let reply = world.a.junior.gql(&format!("{{ personAggregate({arguments}) {{ hasMore }} }}"), json!({})).await;
        assert_eq!(reply.code(), "FORBIDDEN", "{arguments}: {}", reply.text);
    }
    // Of the other town this one sees the people without their numbers.
    let both = world.a.newcomer(&world.server, "both", &[(Junior, "other-town"), (Senior, "village")]).await;
    let data = both.ok(figures, json!({})).await;
    let distinct = json!({ "name": 3, "idNumber": 2, "phone": 2 });
    assert_eq!(data["personAggregate"]["groups"], json!([{ "count": 3, "countDistinct": distinct }]));
    let data =
        both.ok("{ personAggregate(groupBy: ID_NUMBER) { groups { count key { idNumber } } } }", json!({})).await;
    let groups = data["personAggregate"]["groups"].as_array().unwrap();
    assert_eq!((groups.len(), &groups[2]), (3, &json!({ "count": 1, "key": { "idNumber": null } })));
}

#[tokio::test]
async fn an_aggregate_is_one_statement_and_a_sensitive_one_leaves_a_trace() {
    let world = World::start().await;
    let query = "{ personAggregate(groupBy: [UNIT, ID_NUMBER], having: {count: {gt: 0}}) { hasMore groups { count \
        key { idNumber unit { name parent { name } cadres { totalCount nodes { person { age } } } } } } } }";
    let reply = world.a.service.gql(query, json!({})).await;
    assert!(reply.body.get("errors").is_none(), "{}", reply.text);
    assert_eq!(reply.body["extensions"]["sql"]["count"], 1);
    let unit = &reply.body["data"]["personAggregate"]["groups"][0]["key"]["unit"];
    assert!(unit["cadres"]["nodes"][0]["person"]["age"].is_number(), "{}", reply.text);
    let trace = "{ auditRecords(where: {action: {eq: \"readSensitive\"}}) { nodes { detail } } }";
    let data = world.a.audit.ok(trace, json!({})).await;
    assert_eq!(data["auditRecords"]["nodes"], json!([{ "detail": { "fields": ["Person.idNumber"] } }]));
}

#[tokio::test]
async fn wrong_questions_are_refused() {
    let world = World::start().await;
    for (arguments, part, field) in [
        ("(groupBy: [])", "hasMore", "groupBy"),
        ("(groupBy: [NAME, NAME])", "hasMore", "groupBy"),
        ("(groupBy: [NAME, CODE, PATH, KIND, SEQUENCE, PARENT])", "hasMore", "groupBy"),
        ("", "groups { key { name } }", "groupBy"),
        ("(groupBy: NAME)", "groups { key { parent { name } } }", "groupBy"),
        ("(first: 0)", "hasMore", "first"),
        ("(first: 1001)", "hasMore", "first"),
        ("(having: {})", "hasMore", "having"),
        ("(having: {count: {}})", "hasMore", "having.count"),
        ("(having: {max: {}})", "hasMore", "having.max"),
        ("(having: {max: {position: {}}})", "hasMore", "having.max.position"),
        ("(orderBy: [])", "hasMore", "orderBy"),
        ("(where: {})", "hasMore", "where"),
        ("(asOf: \"2025-02-30\")", "hasMore", "asOf"),
    ] {
        let reply = world.a.superior.gql(&format!("{{ unitAggregate{arguments} {{ {part} }} }}"), json!({})).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{arguments}: {}", reply.text);
        assert_eq!(reply.body["errors"][0]["extensions"]["field"], field, "{arguments}");
    }
    for query in [
        "{ unitAggregate(groupBy: SHORT_NAME_MONTH) { hasMore } }",
        "{ unitAggregate { groups { sum { position } } } }",
        "{ unitAggregate(having: {sum: {position: {gt: 1}}}) { hasMore } }",
        "{ cadreAggregate(asOf: \"2025-01-01\") { hasMore } }",
    ] {
        let reply = world.a.superior.gql(query, json!({})).await;
        assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{query}: {}", reply.text);
    }
}
