//! Plans, plates and the board (周期计划、三色牌、天工榜), I-02 and I-03.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Tenant, World, client::codes};

const BOARD: &str = "query($subject: BoardSubject!, $period: PlanPeriod!, $day: Date) { \
    taskBoard(subject: $subject, period: $period, day: $day) { from to planned done completionRate platedUnits platedItems \
    lamps { total white blue green yellow red redRate } plates { total green yellow red redRate greenRate } \
    rows { rank name planned done completionRate score lamps { total red } plates { green yellow red } } \
    charts { kind title labels series { name values } option svg } } }";

async fn board(actor: &Actor, subject: &str, period: &str, day: Option<&str>) -> Json {
    let asked = json!({ "subject": subject, "period": period, "day": day });
    actor.ok(BOARD, asked).await["taskBoard"].clone()
}

/// A month plan of a task with what was done of it.
async fn plan(a: &Tenant, task: &Json, who: &Actor, planned: i32, done: i32) {
    let input = json!({ "task": task, "period": "MONTH", "startsOn": "2025-09-01", "planned": planned });
    let made = a.superior.done("taskPlanSet", input, "taskPlan { id version }").await["taskPlan"].clone();
    let report = json!({ "id": made["id"], "expectedVersion": made["version"], "done": done });
    who.done("taskPlanReport", report, "taskPlan { done }").await;
}

#[tokio::test]
async fn i_02_plates_are_hung_at_the_month_close_and_stay() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let missed = a.owned(&item, None, "乙", "town", &a.senior).await;
    let met = a.owned(&item, None, "丙", "other-town", &a.neighbour).await;
    plan(a, &missed, &a.senior, 10, 9).await;
    plan(a, &met, &a.neighbour, 10, 12).await;
    let settle = async |input: Json| a.superior.mutate("monthSettle", input, "monthClose { number }").await;
    assert_eq!(codes(&settle(json!({ "month": "2025-09" })).await), ["MONTH_NOT_OVER"]);
    world.server.clock.advance(TimeDelta::days(9));
    assert_eq!(settle(json!({ "month": "2025-09" })).await["monthClose"]["number"], 1);
    let hung = "{ plates(where: { isCurrent: { eq: true } }) { nodes { colour isJoint unit { name } planned done } } }";
    let read = async || {
        let mut plates = a.superior.ok(hung, json!({})).await["plates"]["nodes"].as_array().unwrap().clone();
        plates.sort_by_key(|p| p["colour"].to_string());
        json!(plates)
    };
    let plates = read().await;
    let wanted = json!([
        { "colour": "GREEN", "isJoint": false, "unit": { "name": "乙街道A" }, "planned": 10, "done": 10 },
        { "colour": "RED", "isJoint": false, "unit": { "name": "甲街道A" }, "planned": 10, "done": 9 },
        { "colour": "YELLOW", "isJoint": true, "unit": { "name": "区A" }, "planned": 0, "done": 0 }
    ]);
    assert_eq!(plates, wanted);
    // Later completion does not repaint, and a closed month takes no report.
    let open = "query($task: ID!) { taskPlans(where: { task: { id: { eq: $task } } }) { nodes { id version } } }";
    let plan = a.senior.ok(open, json!({ "task": missed })).await["taskPlans"]["nodes"][0].clone();
    let late = json!({ "id": plan["id"], "expectedVersion": plan["version"], "done": 10 });
    assert_eq!(codes(&a.senior.mutate("taskPlanReport", late, "taskPlan { id }").await), ["MONTH_CLOSED"]);
    assert_eq!(codes(&settle(json!({ "month": "2025-09" })).await), ["MONTH_CLOSED"]);
    let again = settle(json!({ "month": "2025-09", "reason": "核实数据" })).await;
    assert_eq!(again["monthClose"]["number"], 2);
    assert_eq!(read().await, wanted);
    assert_eq!(
        a.superior.ok("{ plates { totalCount } }", json!({})).await["plates"]["totalCount"],
        6,
        "the old ones are kept"
    );
}

#[tokio::test]
async fn i_02_plans_add_up() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    let set = async |period: &str, day: &str, planned: i32| {
        let input = json!({ "task": task, "period": period, "startsOn": day, "planned": planned });
        let payload = a.superior.mutate("taskPlanSet", input, "taskPlan { id }").await;
        codes(&payload).iter().map(|c| c.to_string()).collect::<Vec<_>>()
    };
    assert!(set("YEAR", "2025-01-01", 100).await.is_empty());
    assert!(set("MONTH", "2025-09-01", 60).await.is_empty());
    assert!(set("MONTH", "2025-10-01", 40).await.is_empty());
    assert_eq!(set("MONTH", "2025-11-01", 1).await, ["PLANS_DO_NOT_ADD_UP"]);
    assert!(set("WEEK", "2025-09-22", 60).await.is_empty());
    assert_eq!(set("WEEK", "2025-09-29", 1).await, ["PLANS_DO_NOT_ADD_UP"]);
    assert_eq!(set("MONTH", "2025-09-01", 59).await, ["PLANS_DO_NOT_ADD_UP"], "the weeks below ask for more");
    assert_eq!(set("WEEK", "2025-09-23", 0).await, ["INVALID_VALUE"]);
    assert_eq!(set("YEAR", "2025-01-01", 99).await, ["PLANS_DO_NOT_ADD_UP"]);
}

#[tokio::test]
async fn i_03_the_board_is_right_at_once() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let town = a.owned(&item, None, "甲", "town", &a.senior).await;
    let other = a.owned(&item, None, "乙", "other-town", &a.neighbour).await;
    for task in [&town, &other] {
        a.superior.task_done("taskPublish", task, json!({})).await;
    }
    let empty = board(&a.leader, "UNIT", "MONTH", Some("2025-10-05")).await;
    assert_eq!((&empty["planned"], &empty["done"], &empty["lamps"]["white"]), (&json!(2), &json!(0), &json!(2)));
    a.neighbour.task_done("taskAccept", &other, json!({})).await;
    a.neighbour.task_done("taskProgressReport", &other, json!({ "percent": 60, "note": "过半" })).await;
    a.neighbour.task_done("taskFeedback", &other, json!({ "note": "完工" })).await;
    let now = board(&a.leader, "UNIT", "MONTH", Some("2025-10-05")).await;
    assert_eq!((&now["completionRate"], &now["lamps"]["blue"]), (&json!("50.0"), &json!(1)));
    let names: Vec<&str> = now["rows"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["乙街道A", "甲街道A"]);
    let people = board(&a.leader, "PERSON", "YEAR", None).await;
    assert_eq!(people["rows"][0]["name"], "neighbour");
    let items = board(&a.leader, "ITEM", "WEEK", Some("2025-10-01")).await;
    assert_eq!((&items["rows"][0]["name"], &items["rows"][0]["planned"]), (&json!("园区"), &json!(2)));
    assert_eq!((&items["from"], &items["to"]), (&json!("2025-09-29"), &json!("2025-10-05")));
    // Three kinds of charts, each as series, as an option and drawn.
    let kinds: Vec<&Json> = now["charts"].as_array().unwrap().iter().map(|c| &c["kind"]).collect();
    assert_eq!(kinds, ["PIE", "BAR", "DOUBLE_LINE"]);
    assert_eq!(now["charts"][0]["series"][0]["values"], json!(["1", "1", "0", "0", "0"]));
    assert_eq!(now["charts"][2]["series"].as_array().unwrap().len(), 2);
    assert!(now["charts"][1]["svg"].as_str().unwrap().contains("乙街道A"));
    assert_eq!(now["charts"][1]["option"]["series"][0]["type"], "bar");
    // A part of the tree sees its part.
    let part = board(&a.senior, "UNIT", "MONTH", Some("2025-10-05")).await;
    assert_eq!((&part["planned"], part["rows"].as_array().unwrap().len()), (&json!(1), 1));
    assert_eq!(a.junior.gql(BOARD, json!({ "subject": "UNIT", "period": "YEAR" })).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn i_03_weights_are_the_tenants() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "甲", "town", &a.senior).await;
    a.superior.task_done("taskPublish", &task, json!({})).await;
    assert_eq!(board(&a.leader, "UNIT", "YEAR", None).await["rows"][0]["score"], "25.0");
    let body = json!({ "weights": { "completion": 50, "lamps": 50, "plates": 0 }, "redGap": 1 });
    let rules = json!({ "key": "tasks", "effectiveFrom": "2025-09-22", "body": body });
    a.superior.done("ruleSetPublish", rules, "ruleSet { number }").await;
    assert_eq!(board(&a.leader, "UNIT", "YEAR", None).await["rows"][0]["score"], "50.0");
    // The thresholds of lamps hold from the next change of a task on.
    a.senior.task_done("taskAccept", &task, json!({})).await;
    a.senior.task_done("taskProgressReport", &task, json!({ "percent": 1, "note": "开工" })).await;
    world.server.clock.advance(TimeDelta::days(1));
    let look = "query($id: ID!) { task(id: $id) { lamp lampReason } }";
    let seen = a.superior.ok(look, json!({ "id": task })).await;
    assert_eq!(seen["task"], json!({ "lamp": "RED", "lampReason": "BEHIND" }));
}
