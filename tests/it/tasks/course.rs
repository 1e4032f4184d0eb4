//! The closed loop (发布 → 接收 → 落实 → 反馈 → 评价), I-07, and messages, I-04.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use zugong::modules::tasks::jobs::look_after;
use zugong_tests::{World, client::codes, client::fields, work::TASK};

async fn notices(actor: &zugong_tests::Actor, kind: &str) -> Vec<Json> {
    let query = "query($kind: NoticeKind) { taskNotices(where: { kind: { eq: $kind } }) { nodes { id level text createdAt readAt \
        receiver { name } unit { id } sender { name } task { id } } } }";
    let data = actor.ok(query, json!({ "kind": kind })).await;
    data["taskNotices"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn i_07_the_loop_is_walked_in_order() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    let refused = async |actor: &zugong_tests::Actor, field: &str, more: Json| {
        let payload = actor.task(field, &task, more).await;
        codes(&payload).iter().map(|c| c.to_string()).collect::<Vec<_>>()
    };
    let (progress, feedback) = (json!({ "percent": 30, "note": "开工" }), json!({ "note": "完工" }));
    let verdict = json!({ "isPassed": true, "score": 90, "note": "好" });
    assert_eq!(refused(&a.senior, "taskAccept", json!({})).await, ["NOT_IN_STATE"]);
    a.superior.task_done("taskPublish", &task, json!({})).await;
    assert_eq!(notices(&a.senior, "PUBLISHED").await.len(), 1);
    assert_eq!(refused(&a.senior, "taskFeedback", feedback.clone()).await, ["TASK_NOT_ACCEPTED"]);
    assert_eq!(refused(&a.senior, "taskProgressReport", progress.clone()).await, ["TASK_NOT_ACCEPTED"]);
    // Only who carries it out accepts it, though others see it.
    assert_eq!(refused(&a.superior, "taskAccept", json!({})).await, ["NOT_RESPONSIBLE"]);
    a.senior.task_done("taskAccept", &task, json!({})).await;
    assert_eq!(refused(&a.senior, "taskFeedback", feedback.clone()).await, ["TASK_NOT_UNDER_WAY"]);
    assert_eq!(refused(&a.superior, "taskEvaluate", verdict.clone()).await, ["TASK_NOT_REPORTED"]);
    a.senior.task_done("taskProgressReport", &task, progress).await;
    let falls = json!({ "percent": 20, "note": "返工" });
    assert_eq!(refused(&a.senior, "taskProgressReport", falls).await, ["PROGRESS_FALLS"]);
    let explained = json!({ "percent": 20, "note": "返工", "reason": "设计变更" });
    assert_eq!(a.senior.task_done("taskProgressReport", &task, explained).await["percent"], 20);
    let done = a.senior.task_done("taskFeedback", &task, feedback).await;
    assert_eq!((&done["state"], &done["percent"], &done["lamp"]), (&json!("REPORTED"), &json!(100), &json!("BLUE")));
    assert_eq!(done["lampReason"], "DONE_EARLY");
    // Nobody judges his own work.
    assert_eq!(refused(&a.senior, "taskEvaluate", verdict.clone()).await, ["NOT_RESPONSIBLE"]);
    let judged = a.superior.task_done("taskEvaluate", &task, verdict).await;
    assert_eq!((&judged["state"], &judged["score"]), (&json!("EVALUATED"), &json!(90)));
    a.superior.task_done("taskArchive", &task, json!({})).await;

    let timeline = "query($id: ID!) { task(id: $id) { steps(first: 50, orderBy: [{ field: AT }]) { nodes { action actor { name } percent } } } }";
    let seen = a.superior.ok(timeline, json!({ "id": task })).await;
    let actions: Vec<&str> =
        seen["task"]["steps"]["nodes"].as_array().unwrap().iter().map(|s| s["action"].as_str().unwrap()).collect();
    let wanted = ["CREATE", "UPDATE", "PUBLISH", "ACCEPT", "PROGRESS", "PROGRESS", "FEEDBACK", "EVALUATE", "ARCHIVE"];
    assert_eq!(actions, wanted);
    let close = json!({ "id": item, "expectedVersion": 1, "score": 95, "evaluation": "按期建成" });
    let closed = a.superior.done("workItemClose", close, "workItem { state score }").await;
    assert_eq!(closed["workItem"], json!({ "state": "CLOSED", "score": 95 }));
}

#[tokio::test]
async fn i_01_a_returned_task_is_yellow_until_it_is_mended() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    a.senior.finish_task(&a.superior, &task).await;
    let back = json!({ "isPassed": false, "percent": 60, "note": "验收不合格" });
    let returned = a.superior.task_done("taskEvaluate", &task, back).await;
    assert_eq!((&returned["lamp"], &returned["lampReason"]), (&json!("YELLOW"), &json!("ERROR_OPEN")));
    assert_eq!((&returned["state"], &returned["finishedOn"]), (&json!("UNDER_WAY"), &Json::Null));
    let mended = json!({ "hasError": false, "note": "已整改" });
    assert_eq!(a.superior.task_done("taskErrorSet", &task, mended).await["lamp"], "BLUE");
    // Days pass without anybody touching it: the lamp follows.
    world.server.clock.advance(TimeDelta::days(5));
    let look = "query($id: ID!) { task(id: $id) { lamp } }";
    assert_eq!(a.superior.ok(look, json!({ "id": task })).await["task"]["lamp"], "GREEN");
    world.server.clock.advance(TimeDelta::days(5));
    assert_eq!(a.superior.ok(look, json!({ "id": task })).await["task"]["lamp"], "RED");
    let by_lamp = "{ tasks(where: { lamp: { eq: RED } }) { totalCount } taskAggregate(groupBy: [LAMP]) { groups { key { lamp } count } } }";
    let seen = a.superior.ok(by_lamp, json!({})).await;
    assert_eq!(seen["tasks"]["totalCount"], 1);
    assert_eq!(seen["taskAggregate"]["groups"], json!([{ "key": { "lamp": "RED" }, "count": 1 }]));
    a.senior.task_done("taskFeedback", &task, json!({ "note": "迟到的完成" })).await;
    let late =
        a.superior.ok("query($id: ID!) { task(id: $id) { lamp isLate lampReason } }", json!({ "id": task })).await;
    assert_eq!(late["task"], json!({ "lamp": "RED", "isLate": true, "lampReason": "DONE_LATE" }));
}

#[tokio::test]
async fn i_04_the_next_unit_is_reminded_once() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let third = a.owned(&item, None, "环节三", "town", &a.senior).await;
    let fourth = a.owned(&item, None, "环节四", "other-town", &a.neighbour).await;
    a.superior.task_done("taskLinkAdd", &fourth, json!({ "afterTask": third })).await;
    let circle = a.superior.task("taskLinkAdd", &third, json!({ "afterTask": fourth })).await;
    assert_eq!(codes(&circle), ["DEPENDENCY_CYCLE"]);
    a.superior.task_done("taskPublish", &fourth, json!({})).await;
    a.neighbour.task_done("taskAccept", &fourth, json!({})).await;
    let early = a.neighbour.task("taskProgressReport", &fourth, json!({ "percent": 10, "note": "抢先" })).await;
    assert_eq!(codes(&early), ["TASKS_BEFORE_OPEN"]);
    a.senior.finish_task(&a.superior, &third).await;
    // Returned and done again: it has been said.
    let back = json!({ "isPassed": false, "percent": 80, "note": "补充材料" });
    a.superior.task_done("taskEvaluate", &third, back).await;
    a.senior.task_done("taskFeedback", &third, json!({ "note": "已补充" })).await;
    let told = notices(&a.neighbour, "NEXT_TASK").await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!((&told[0]["unit"]["id"], &told[0]["task"]["id"]), (&json!(a.id("other-town")), &fourth));
    a.neighbour.task_done("taskProgressReport", &fourth, json!({ "percent": 10, "note": "开始" })).await;
}

#[tokio::test]
async fn i_04_an_instruction_reaches_a_village_and_the_levels_between_see_it() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let top = a.owned(&item, None, "任务", "town", &a.superior).await;
    a.superior.task_done("taskDutySet", &top, json!({ "kind": "IN_CHARGE", "user": a.senior.user })).await;
    let village = a.owned(&item, Some(&top), "项目", "village", &a.junior).await;
    let text = json!({ "id": village, "note": "请三日内完成征地" });
    // A section-level user of another unit neither sees nor instructs it.
    let query = "mutation($input: TaskInstructInput!) { taskInstruct(input: $input) { userErrors { code } } }";
    let foreign = a.neighbour.gql(query, json!({ "input": text })).await;
    assert_eq!(foreign.code(), "NOT_FOUND");
    a.leader.done("taskInstruct", text, "task { id }").await;
    let got = notices(&a.junior, "INSTRUCTION").await;
    assert_eq!((got.len(), &got[0]["text"]), (1, &json!("请三日内完成征地")));
    assert!(!got[0]["createdAt"].is_null() && got[0]["readAt"].is_null());
    assert_eq!(notices(&a.senior, "INSTRUCTION_COPY").await.len(), 1);
    let read =
        a.junior.done("taskNoticeRead", json!({ "id": got[0]["id"] }), "taskNotice { readAt readBy { name } }").await;
    assert!(!read["taskNotice"]["readAt"].is_null(), "{read}");
    assert_eq!(read["taskNotice"]["readBy"]["name"], "junior");
}

#[tokio::test]
async fn i_07_people_of_a_task() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    let as_co = json!({ "kind": "ASSISTING", "user": a.senior.user });
    let refused = a.superior.task("taskDutySet", &task, as_co).await;
    assert_eq!((codes(&refused), fields(&refused)), (vec!["CO_HANDLER_IS_HANDLER"], vec!["input.user"]));
    a.superior.task_done("taskDutySet", &task, json!({ "kind": "ASSISTING", "user": a.junior.user })).await;
    a.superior.task_done("taskPublish", &task, json!({})).await;
    a.senior.task_done("taskAccept", &task, json!({})).await;
    a.senior.task_done("taskProgressReport", &task, json!({ "percent": 40, "note": "完成四成" })).await;
    let to_co = a.senior.task("taskForward", &task, json!({ "user": a.junior.user, "reason": "调离" })).await;
    assert_eq!(codes(&to_co), ["CO_HANDLER_IS_HANDLER"]);
    a.senior.task_done("taskForward", &task, json!({ "user": a.neighbour.user, "reason": "调离" })).await;
    // The handover splits by its day: what was found, what was left.
    let duties = "query($id: ID!) { task(id: $id) { duties(where: { kind: { eq: EXECUTING } }, orderBy: [{ field: STARTED_ON }, { field: ENDED_ON }]) \
        { nodes { user { name } inheritedPercent leftPercent endedOn } } } }";
    let seen = a.superior.ok(duties, json!({ "id": task })).await;
    let wanted = json!([
        { "user": { "name": "senior" }, "inheritedPercent": 0, "leftPercent": 40, "endedOn": "2025-09-22" },
        { "user": { "name": "neighbour" }, "inheritedPercent": 40, "leftPercent": null, "endedOn": null }
    ]);
    assert_eq!(seen["task"]["duties"]["nodes"], wanted);
    // Co-handlers and everybody else in the item see the same state, though the unit is another.
    let look = "query($id: ID!) { task(id: $id) { percent state } }";
    let same = json!({ "task": { "percent": 40, "state": "UNDER_WAY" } });
    for actor in [&a.junior, &a.neighbour, &a.superior] {
        assert_eq!(actor.ok(look, json!({ "id": task })).await, same, "{}", actor.name);
    }
    assert_eq!(a.applicant.ok(look, json!({ "id": task })).await["task"], Json::Null);
    a.junior.done("taskUrge", json!({ "id": task, "note": "抓紧" }), TASK).await;
    assert_eq!(notices(&a.neighbour, "URGE").await.len(), 1);
    a.junior.task_done("taskRecordAdd", &task, json!({ "kind": "CONTACT", "note": "已与交通局对接" })).await;
    // A withdrawal after the acceptance wants a reason and tells everybody.
    assert_eq!(codes(&a.superior.task("taskWithdraw", &task, json!({})).await), ["REASON_MISSING"]);
    a.superior.task_done("taskWithdraw", &task, json!({ "reason": "规划调整" })).await;
    assert_eq!(notices(&a.superior, "WITHDRAWN").await.len(), 2);
}

#[tokio::test]
async fn i_04_days_remind_once_and_the_desk_shows_what_waits() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "village", &a.junior).await;
    a.superior.task_done("taskPublish", &task, json!({})).await;
    let desk = "{ workDesk { menus toAccept { id } toDo { id } toEvaluate { id } followed { id } unread { kind level } alerts openRequests } }";
    let seen = a.junior.ok(desk, json!({})).await["workDesk"].clone();
    assert_eq!(seen["menus"], json!(["REVIEW", "FOLLOW", "INSTRUCT"]));
    assert_eq!((&seen["toAccept"], seen["unread"].as_array().unwrap().len()), (&json!([{ "id": task }]), 1));
    assert_eq!(
        a.superior.ok(desk, json!({})).await["workDesk"]["menus"],
        json!(["ASSIGN", "REVIEW", "FOLLOW", "INSTRUCT"])
    );
    a.junior.done("taskFollow", json!({ "id": task, "isTop": true }), TASK).await;
    world.server.clock.advance(TimeDelta::days(7));
    for _ in 0..2 {
        look_after(&world.server.platform, a.id).await.unwrap();
    }
    assert_eq!(notices(&a.junior, "DUE_SOON").await.len(), 1);
    world.server.clock.advance(TimeDelta::days(3));
    for _ in 0..2 {
        look_after(&world.server.platform, a.id).await.unwrap();
    }
    assert_eq!(notices(&a.junior, "OVERDUE").await.len(), 1);
    let seen = a.junior.ok(desk, json!({})).await["workDesk"].clone();
    assert_eq!((&seen["alerts"], &seen["followed"]), (&json!(1), &json!([{ "id": task }])));
}

#[tokio::test]
async fn i_04_units_ask_each_other_with_an_owner_and_a_last_day() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    let ask = json!({ "task": task, "unit": a.id("other-town"), "text": "请提供红线图", "dueOn": "2025-09-25" });
    let asked = a.senior.done("taskRequestOpen", ask, "taskRequest { id version isOverdue unit { name } }").await;
    let id = asked["taskRequest"]["id"].clone();
    let own = json!({ "task": task, "unit": a.id("town"), "text": "自问", "dueOn": "2025-09-25" });
    assert_eq!(codes(&a.senior.mutate("taskRequestOpen", own, "taskRequest { id }").await), ["SAME_UNIT"]);
    world.server.clock.advance(TimeDelta::days(4));
    let late = a.neighbour.ok("{ taskRequests(where: { isOverdue: { eq: true } }) { nodes { id } } }", json!({})).await;
    assert_eq!(late["taskRequests"]["nodes"], json!([{ "id": id }]));
    let answer = json!({ "id": id, "expectedVersion": 1, "answer": "已提供" });
    assert_eq!(
        codes(&a.senior.mutate("taskRequestAnswer", answer.clone(), "taskRequest { id }").await),
        ["NOT_RESPONSIBLE"]
    );
    let answered = a.neighbour.done("taskRequestAnswer", answer, "taskRequest { state }").await;
    assert_eq!(answered["taskRequest"]["state"], "ANSWERED");
}
