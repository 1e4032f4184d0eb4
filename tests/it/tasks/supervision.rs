//! Problems and what citizens bring forward (督查、群众事项), I-05.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use zugong::modules::tasks::jobs::look_after;
use zugong_tests::{Actor, World, client::codes, client::fields};

const PROBLEM: &str = "problem { id version grade gradeSince state bodies(orderBy: [{ field: JOINED_AT }]) { nodes { body } } \
    steps { nodes { action } } interviews { nodes { record interviewee { name } } } notices { nodes { level } } }";

async fn problems(actor: &Actor) -> Vec<Json> {
    let query =
        format!("{{ problems(first: 100) {{ nodes {{ {} }} }} }}", &PROBLEM["problem { ".len()..PROBLEM.len() - 2]);
    actor.ok(&query, json!({})).await["problems"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn i_05_a_delay_rises_by_days_to_those_who_supervise_it() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    a.superior.task_done("taskPublish", &task, json!({})).await;
    let after = async |days: i64| {
        world.server.clock.advance(TimeDelta::days(days));
        look_after(&world.server.platform, a.id).await.unwrap();
        look_after(&world.server.platform, a.id).await.unwrap();
        problems(&a.superior).await
    };
    assert!(after(9).await.is_empty(), "2025-10-01 is the last day");
    let found = after(1).await;
    assert_eq!((found.len(), &found[0]["grade"], &found[0]["bodies"]["nodes"]), (1, &json!("MINOR"), &json!([])));
    assert_eq!(after(6).await[0]["grade"], "MINOR");
    let risen = after(1).await;
    assert_eq!((&risen[0]["grade"], &risen[0]["gradeSince"]), (&json!("ORDINARY"), &json!("2025-10-09")));
    assert_eq!(risen[0]["bodies"]["nodes"].as_array().unwrap().len(), 2);
    assert_eq!(after(14).await[0]["grade"], "ORDINARY");
    let serious = after(1).await;
    assert_eq!(
        (serious.len(), &serious[0]["grade"], &serious[0]["gradeSince"]),
        (1, &json!("SERIOUS"), &json!("2025-10-24"))
    );
    let levels: Vec<&Json> = serious[0]["notices"]["nodes"].as_array().unwrap().iter().map(|n| &n["level"]).collect();
    assert_eq!(levels, ["INFO", "WARNING", "ALERT"]);
}

/// Two servers look at the same moment, and one of the problems is there already.
#[tokio::test]
async fn i_05_what_is_overdue_is_told_and_raised_once_however_many_look() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let mut tasks = vec![];
    for title in ["道路", "绿化", "照明"] {
        let task = a.owned(&item, None, title, "town", &a.senior).await;
        a.superior.task_done("taskPublish", &task, json!({})).await;
        tasks.push(task);
    }
    world.server.clock.advance(TimeDelta::days(10));
    let raised = json!({ "task": tasks[0], "cause": "DELAY", "text": "进度滞后", "body": "ORGANISATION" });
    a.superior.done("problemRaise", raised, PROBLEM).await;
    let look = || async { while look_after(&world.server.platform, a.id).await.is_err() {} };
    tokio::join!(look(), look());
    let query = "query($task: ID!) { task(id: $task) { problems { nodes { cause grade notices { totalCount } } } } \
        taskNotices(where: { kind: { eq: OVERDUE }, task: { id: { eq: $task } } }) { totalCount } }";
    for task in &tasks {
        let read = a.superior.ok(query, json!({ "task": task })).await;
        let one = json!([{ "cause": "DELAY", "grade": "MINOR", "notices": { "totalCount": 1 } }]);
        assert_eq!(read["task"]["problems"]["nodes"], one, "{read}");
        assert_eq!(read["taskNotices"]["totalCount"], 1, "{read}");
    }
}

#[tokio::test]
async fn i_05_one_pool_for_five_bodies() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = a.owned(&item, None, "道路", "town", &a.senior).await;
    let raise = async |body: &str, cause: &str| {
        let input = json!({ "task": task, "cause": cause, "text": "路面不平", "body": body });
        a.superior.done("problemRaise", input, PROBLEM).await["problem"].clone()
    };
    let first = raise("PARTY_OFFICE", "QUALITY").await;
    let mut last = first.clone();
    for body in ["GOVERNMENT_OFFICE", "ASSESSMENT_OFFICE", "DISCIPLINE", "ORGANISATION", "ORGANISATION"] {
        last = raise(body, "QUALITY").await;
        assert_eq!(last["id"], first["id"], "the same problem, whoever brings it in");
    }
    assert_eq!(last["bodies"]["nodes"].as_array().unwrap().len(), 5);
    assert_ne!(raise("DISCIPLINE", "COORDINATION").await["id"], first["id"]);
    // Interviews are for serious problems; grades rise with a reason and never fall.
    let act = async |field: &str, more: Json| {
        let seen =
            a.superior.ok("query($id: ID!) { problem(id: $id) { version } }", json!({ "id": first["id"] })).await;
        let mut input = json!({ "id": first["id"], "expectedVersion": seen["problem"]["version"] });
        more.as_object().unwrap().iter().for_each(|(k, v)| input[k] = v.clone());
        a.superior.mutate(field, input, PROBLEM).await
    };
    let talk = json!({ "user": a.senior.user, "heldOn": "2025-09-22", "record": "要求限期整改" });
    assert_eq!(codes(&act("problemInterviewRecord", talk.clone()).await), ["NOT_IN_STATE"]);
    let silent = act("problemUpgrade", json!({ "grade": "SERIOUS", "reason": " " })).await;
    assert!(codes(&silent).contains(&"REASON_MISSING") && fields(&silent).contains(&"input.reason"), "{silent}");
    let up = act("problemUpgrade", json!({ "grade": "SERIOUS", "reason": "造成损失" })).await;
    assert_eq!(up["problem"]["grade"], "SERIOUS");
    assert_eq!(codes(&act("problemUpgrade", json!({ "grade": "MINOR", "reason": "误判" })).await), ["NO_DOWNGRADE"]);
    let talked = act("problemInterviewRecord", talk).await;
    assert_eq!(talked["problem"]["interviews"]["nodes"][0]["interviewee"]["name"], "senior");
    let solved = act("problemResolve", json!({ "resolution": "已返工" })).await;
    assert_eq!(solved["problem"]["state"], "RESOLVED");
    assert_eq!(codes(&act("problemResolve", json!({ "resolution": "再次" })).await), ["NOT_IN_STATE"]);
    // Resolved, it may come back as another.
    assert_ne!(raise("DISCIPLINE", "QUALITY").await["id"], first["id"]);
}

#[tokio::test]
async fn i_05_citizens_matters_have_a_live_state() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("民生", "root").await;
    let task = a.owned(&item, None, "路灯", "town", &a.senior).await;
    let input = json!({ "number": "12345-1", "title": "路灯不亮", "text": "小区门口", "unit": a.id("town"), "task": task, "dueOn": "2025-09-25" });
    let made =
        a.superior.done("citizenMatterRegister", input.clone(), "citizenMatter { id version state isDelayed }").await;
    let id = made["citizenMatter"]["id"].clone();
    assert_eq!(
        codes(&a.superior.mutate("citizenMatterRegister", input, "citizenMatter { id }").await),
        ["ALREADY_EXISTS"]
    );
    world.server.clock.advance(TimeDelta::days(4));
    look_after(&world.server.platform, a.id).await.unwrap();
    let late = "query($id: ID!) { citizenMatter(id: $id) { isDelayed problems { nodes { cause grade } } } }";
    let late = a.superior.ok(late, json!({ "id": id })).await["citizenMatter"].clone();
    assert_eq!(late["isDelayed"], true);
    assert_eq!(late["problems"]["nodes"], json!([{ "cause": "DELAY", "grade": "MINOR" }]));
    let next = async |version: i32, more: Json| {
        let mut input = json!({ "id": id, "expectedVersion": version });
        more.as_object().unwrap().iter().for_each(|(k, v)| input[k] = v.clone());
        a.superior.mutate("citizenMatterAdvance", input, "citizenMatter { state rating isDelayed finishedOn }").await
    };
    assert_eq!(codes(&next(1, json!({ "next": "DONE", "answer": "已修" })).await), ["NOT_IN_STATE"]);
    assert_eq!(next(1, json!({ "next": "HANDLING" })).await["citizenMatter"]["state"], "HANDLING");
    assert_eq!(codes(&next(2, json!({ "next": "DONE" })).await), ["REQUIRED"]);
    next(2, json!({ "next": "DONE", "answer": "已修复" })).await;
    let rated = next(3, json!({ "next": "DONE", "rating": 5 })).await;
    let wanted = json!({ "state": "DONE", "rating": 5, "isDelayed": false, "finishedOn": "2025-09-26" });
    assert_eq!(rated["citizenMatter"], wanted);
}
