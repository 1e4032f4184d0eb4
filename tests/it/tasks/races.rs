//! What happens at the same moment: two acceptances, two closings of a month, the last two tasks below one.

use chrono::TimeDelta;
use futures::future::join;
use serde_json::json;
use zugong_tests::{World, client::codes};

#[tokio::test]
async fn i_07_of_two_acceptances_one_counts() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    for n in 0..4 {
        let task = a.owned(&item, None, &format!("道路{n}"), "town", &a.senior).await;
        a.superior.task_done("taskPublish", &task, json!({})).await;
        let (one, two) =
            join(a.senior.task("taskAccept", &task, json!({})), a.senior.task("taskAccept", &task, json!({}))).await;
        let refused: Vec<&str> = [&one, &two].into_iter().flat_map(codes).collect();
        assert!(matches!(refused[..], ["VERSION_MISMATCH"] | ["NOT_IN_STATE"]), "{one} {two}");
        let steps = "query($id: ID!) { task(id: $id) { steps(where: { action: { eq: ACCEPT } }) { totalCount } } }";
        assert_eq!(a.superior.ok(steps, json!({ "id": task })).await["task"]["steps"]["totalCount"], 1);
    }
}

#[tokio::test]
async fn i_04_the_last_two_tasks_below_one() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    for n in 0..3 {
        let top = a.owned(&item, None, &format!("任务{n}"), "root", &a.superior).await;
        let mut below = vec![];
        for (unit, who) in [("town", &a.senior), ("other-town", &a.neighbour)] {
            let task = a.owned(&item, Some(&top), "下级", unit, who).await;
            a.superior.task_done("taskPublish", &task, json!({})).await;
            who.task_done("taskAccept", &task, json!({})).await;
            who.task_done("taskProgressReport", &task, json!({ "percent": 90, "note": "收尾" })).await;
            below.push(task);
        }
        let note = json!({ "note": "完工" });
        join(
            a.senior.task_done("taskFeedback", &below[0], note.clone()),
            a.neighbour.task_done("taskFeedback", &below[1], note),
        )
        .await;
        let look = "query($id: ID!) { task(id: $id) { percent } taskNotices(where: { kind: { eq: CHILDREN_DONE }, task: { id: { eq: $id } } }) { totalCount } }";
        let seen = a.superior.ok(look, json!({ "id": top })).await;
        assert_eq!((&seen["task"]["percent"], &seen["taskNotices"]["totalCount"]), (&json!(100), &json!(1)));
    }
}

#[tokio::test]
async fn i_02_the_close_of_a_month_against_a_late_report() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    let plan = json!({ "task": task, "period": "MONTH", "startsOn": "2025-09-01", "planned": 10 });
    let plan = a.superior.done("taskPlanSet", plan, "taskPlan { id version }").await["taskPlan"].clone();
    world.server.clock.advance(TimeDelta::days(9));
    let report = json!({ "id": plan["id"], "expectedVersion": plan["version"], "done": 10 });
    let settle = json!({ "month": "2025-09" });
    let (reported, closed) = join(
        a.senior.mutate("taskPlanReport", report, "taskPlan { done }"),
        a.superior.mutate("monthSettle", settle.clone(), "monthClose { id }"),
    )
    .await;
    assert!(codes(&closed).is_empty(), "{closed}");
    let seen = a.superior.ok("{ plates(where: { isJoint: { eq: false } }) { nodes { colour } } }", json!({})).await;
    // Whoever came first: the plate says the same as the plan that stays.
    let wanted = if codes(&reported).is_empty() { "GREEN" } else { "RED" };
    assert_eq!(seen["plates"]["nodes"], json!([{ "colour": wanted }]), "{reported}");
    let (one, two) = join(
        a.superior.mutate("monthSettle", settle.clone(), "monthClose { id }"),
        a.superior.mutate("monthSettle", settle, "monthClose { id }"),
    )
    .await;
    assert_eq!((codes(&one), codes(&two)), (vec!["MONTH_CLOSED"], vec!["MONTH_CLOSED"]));
}
