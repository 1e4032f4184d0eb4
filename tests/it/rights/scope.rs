//! C-13: each tier sees its own part of the tree; what lies beside it is empty in lists and null by id.

use serde_json::{Value as Json, json};
use zugong_tests::World;

use super::{people, units};

#[tokio::test]
async fn each_tier_sees_its_subtree() {
    let world = World::start().await;
    let a = &world.a;
    assert_eq!(units(&a.superior).await.len(), 11);
    assert_eq!(units(&a.senior).await, ["甲街道A", "甲街道第一社区A"]);
    assert_eq!(units(&a.junior).await, ["甲街道第一社区A"]);
    assert_eq!(units(&a.neighbour).await, ["乙街道A"]);
    assert_eq!(people(&a.superior).await, ["applicantA", "colleagueA", "strangerA"]);
    assert_eq!(people(&a.senior).await, ["applicantA", "colleagueA"]);
    assert_eq!(people(&a.junior).await, ["applicantA", "colleagueA"]);
    assert_eq!(people(&a.neighbour).await, ["strangerA"]);
    assert_eq!(people(&a.applicant).await, ["applicantA"]);
}

#[tokio::test]
async fn c_13_another_town_is_empty_in_lists_and_null_by_id() {
    let world = World::start().await;
    let a = &world.a;
    let query = "query($unit: ID!, $person: ID!, $cadre: ID!) { unit(id: $unit) { name } person(id: $person) { name } cadre(id: $cadre) { state } \
        node(id: $person) { id } nodes(ids: [$unit, $cadre]) { id } \
        units(where: {id: {eq: $unit}}) { totalCount nodes { id } } cadres(where: {unit: {id: {eq: $unit}}}) { totalCount } \
        persons(where: {id: {in: [$person]}}) { totalCount nodes { id } } appointments(where: {cadre: {id: {eq: $cadre}}}) { totalCount } }";
    let there =
        json!({ "unit": a.id("other-town"), "person": a.id("person:stranger"), "cadre": a.id("cadre:stranger") });
    for actor in [&a.senior, &a.junior] {
        let empty = json!({ "totalCount": 0, "nodes": [] });
        let none = json!({ "totalCount": 0 });
        let expected = json!({
            "unit": null, "person": null, "cadre": null, "node": null, "nodes": [null, null],
            "units": empty, "cadres": none, "persons": empty, "appointments": none,
        });
        assert_eq!(actor.ok(query, there.clone()).await, expected, "{}", actor.name);
    }
    let data = a.neighbour.ok(query, there).await;
    assert_eq!((&data["unit"]["name"], &data["cadres"]["totalCount"]), (&json!("乙街道A"), &json!(1)));
    // Relations do not lead out of the scope either.
    let data = a.junior.ok("{ units { nodes { parent { name } children { totalCount } } } }", json!({})).await;
    assert_eq!(data["units"]["nodes"], json!([{ "parent": null, "children": { "totalCount": 0 } }]));
    // And what one may not see one may not change: the answer is that of nothing.
    for (field, input) in [
        ("personUpdate", json!({ "id": a.id("person:stranger"), "expectedVersion": 1, "name": "x" })),
        ("cadreUpdate", json!({ "id": a.id("cadre:stranger"), "expectedVersion": 1, "contributionMonths": 1 })),
    ] {
        let ty = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
        let query = format!("mutation($input: {ty}!) {{ {field}(input: $input) {{ userErrors {{ code }} }} }}");
        assert_eq!(a.junior.gql(&query, json!({ "input": input })).await.code(), "NOT_FOUND", "{field}");
        assert!(a.neighbour.gql(&query, json!({ "input": input })).await.body.get("errors").is_none(), "{field}");
    }
}

#[tokio::test]
async fn moving_a_unit_moves_the_scope_with_it() {
    let world = World::start().await;
    let a = &world.a;
    assert_eq!(people(&a.senior).await.len(), 2);
    let input = json!({ "id": a.id("village"), "expectedVersion": 1, "parent": a.id("other-town") });
    a.superior.done("unitMove", input, "unit { parent { name } }").await;
    // The next request already, of whoever lost it, gained it, and moved along.
    assert_eq!(people(&a.senior).await, Vec::<String>::new());
    assert_eq!(units(&a.senior).await, ["甲街道A"]);
    assert_eq!(people(&a.neighbour).await, ["applicantA", "colleagueA", "strangerA"]);
    assert_eq!(units(&a.neighbour).await, ["乙街道A", "甲街道第一社区A"]);
    assert_eq!(people(&a.junior).await, ["applicantA", "colleagueA"]);
    let data = a.senior.ok("query($id: ID!) { unit(id: $id) { name } }", json!({ "id": a.id("village") })).await;
    assert_eq!(data["unit"], Json::Null);
    let input = json!({ "id": a.id("person:applicant"), "expectedVersion": 1, "nativePlace": "浙江余姚" });
    a.neighbour.done("personUpdate", input, "person { nativePlace }").await;
}
