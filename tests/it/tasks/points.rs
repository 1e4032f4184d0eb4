//! The command centre and its points (智慧党建e家总指挥中心), C-13: it sees all of them, knows which are on line, and what
//! has come of its instructions; everybody else sees his own part.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World, client::codes};

const POINTS: &str = "{ educationPoints { totalCount nodes { id name isOnline note unit { name } } } }";

async fn points(actor: &Actor) -> Vec<Json> {
    actor.ok(POINTS, json!({})).await["educationPoints"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn c_13_the_centre_sees_every_point_and_which_are_on_line() {
    let world = World::start().await;
    let a = &world.a;
    let register = async |name: &str, unit: &str| {
        let input = json!({ "name": name, "unit": a.id(unit), "location": "一楼", "device": format!("D-{unit}") });
        a.superior.done("educationPointRegister", input, "educationPoint { id version isOnline }").await["educationPoint"].clone()
    };
    let town = register("镇教育点", "town").await;
    let village = register("村教育点", "village").await;
    register("邻镇教育点", "other-town").await;
    assert_eq!(town["isOnline"], false, "nothing was heard yet");
    // A device's account belongs to the unit that runs the point.
    let report = async |actor: &Actor, id: &Json| {
        let input = json!({ "id": id, "note": "运行正常" });
        actor.mutate("educationPointReport", input, "educationPoint { isOnline note }").await
    };
    assert_eq!(
        report(&a.junior, &village["id"]).await["educationPoint"],
        json!({ "isOnline": true, "note": "运行正常" })
    );
    let online = async || -> Vec<String> {
        let seen = points(&a.superior).await;
        let names = seen.iter().filter(|p| p["isOnline"] == true).map(|p| p["name"].as_str().unwrap().to_string());
        names.collect()
    };
    assert_eq!((points(&a.superior).await.len(), online().await), (3, vec!["村教育点".to_string()]));
    world.server.clock.advance(TimeDelta::minutes(15));
    assert_eq!(online().await.len(), 1);
    world.server.clock.advance(TimeDelta::seconds(1));
    assert!(online().await.is_empty(), "not heard for more than a quarter of an hour");
    let silent = "query($since: DateTime!) { educationPoints(where: { or: [{ lastHeardAt: { isNull: true } }, \
        { lastHeardAt: { lt: $since } }] }) { totalCount } }";
    let silent = a.superior.ok(silent, json!({ "since": "2030-01-01T00:00:00Z" })).await;
    assert_eq!(silent["educationPoints"]["totalCount"], 3);
    // Everybody sees the points of his own part.
    assert_eq!((points(&a.senior).await.len(), points(&a.neighbour).await.len()), (2, 1));
    assert!(points(&world.b.superior).await.is_empty());
    let strange = a.neighbour.gql(
        "mutation($input: EducationPointReportInput!) { educationPointReport(input: $input) { userErrors { code } } }",
        json!({ "input": { "id": town["id"] } }),
    );
    assert_eq!(strange.await.code(), "NOT_FOUND");
    // An instruction to a point is a task of its unit, and the centre follows it from the point.
    let item = a.item("主题党日", "root").await;
    let task = a.owned(&item, None, "组织集中学习", "village", &a.senior).await;
    a.superior.task_done("taskPublish", &task, json!({})).await;
    a.superior.done("taskInstruct", json!({ "id": task, "note": "本周内完成" }), "task { id }").await;
    a.senior.task_done("taskAccept", &task, json!({})).await;
    let query = "query($id: ID!) { educationPoint(id: $id) { tasks { nodes { id state } } } }";
    let seen = a.superior.ok(query, json!({ "id": village["id"] })).await;
    assert_eq!(seen["educationPoint"]["tasks"]["nodes"], json!([{ "id": task, "state": "ACCEPTED" }]));
    let close = json!({ "id": village["id"], "expectedVersion": village["version"] });
    a.superior.done("educationPointClose", close.clone(), "educationPoint { isClosed }").await;
    let again = a.superior.mutate("educationPointClose", close, "educationPoint { id }").await;
    assert_eq!(codes(&again), ["VERSION_MISMATCH"]);
    assert_eq!(codes(&report(&a.junior, &village["id"]).await), ["NOT_IN_STATE"]);
}

#[tokio::test]
async fn c_13_a_device_belongs_to_one_point() {
    let world = World::start().await;
    let a = &world.a;
    let input = json!({ "name": "教育点", "unit": a.id("town"), "location": "一楼", "device": "D-1" });
    a.superior.done("educationPointRegister", input.clone(), "educationPoint { id }").await;
    let twice = a.superior.mutate("educationPointRegister", input, "educationPoint { id }").await;
    assert_eq!((codes(&twice), &twice["userErrors"][0]["field"]), (vec!["ALREADY_EXISTS"], &json!("input.device")));
    let empty = json!({ "name": " ", "unit": a.id("town"), "location": "", "device": "" });
    let empty = a.superior.mutate("educationPointRegister", empty, "educationPoint { id }").await;
    assert_eq!(codes(&empty).len(), 3, "{empty}");
}
