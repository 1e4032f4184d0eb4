//! What those who look after work see of it: who answers, what was laid down, which files, how things compare.

use serde_json::{Value as Json, json};
use zugong_tests::{Tenant, World, client::codes};

/// A task of the town, done and evaluated, with everything that belongs to it.
async fn done(a: &Tenant, item: &Json) -> Json {
    let task = a.owned(item, None, "道路", "town", &a.senior).await;
    let held = [("LEADING", &a.leader), ("IN_CHARGE", &a.superior), ("ASSISTING", &a.junior)];
    for (kind, who) in held {
        a.superior.task_done("taskDutySet", &task, json!({ "kind": kind, "user": who.user })).await;
    }
    a.superior.task_done("taskPublish", &task, json!({})).await;
    a.senior.task_done("taskAccept", &task, json!({})).await;
    for (kind, note) in [("PREPARE", "编制方案"), ("CONTACT", "对接交通局"), ("CHECK", "复核里程")] {
        a.senior.task_done("taskRecordAdd", &task, json!({ "kind": kind, "note": note })).await;
    }
    let file = a.senior.upload().await;
    let bind =
        json!({ "attachment": file, "class": "竣工验收", "retention": "PERMANENT", "reference": "档案系统 2025-17" });
    a.senior.task_done("taskFileBind", &task, bind).await;
    a.senior.task_done("taskProgressReport", &task, json!({ "percent": 50, "note": "过半" })).await;
    a.senior.task_done("taskFeedback", &task, json!({ "note": "完成" })).await;
    task
}

/// SHC-12, SHC-22, SC-46, SC-48, YC-17, YC-18: the four responsibilities, each a person; what was laid down before, during
/// and after; the files by step, with class, retention and the reference in another system, found from the item and the file.
#[tokio::test]
async fn i_05_a_task_shows_who_answers_what_was_laid_down_and_its_files() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = done(a, &item).await;
    let query = "query($id: ID!) { task(id: $id) { \
        duties(first: 10, orderBy: [{ field: STARTED_ON }]) { nodes { kind user { name } } } \
        steps(first: 50) { nodes { action note actor { name } } } \
        files { nodes { class retention reference attachment { id name } task { id item { title } } } } } }";
    let seen = a.superior.ok(query, json!({ "id": task })).await["task"].clone();
    let duties = seen["duties"]["nodes"].as_array().unwrap();
    for (kind, name) in
        [("LEADING", "leader"), ("IN_CHARGE", "superior"), ("EXECUTING", "senior"), ("ASSISTING", "junior")]
    {
        let who: Vec<&Json> = duties.iter().filter(|d| d["kind"] == kind).map(|d| &d["user"]["name"]).collect();
        assert_eq!(who, [name], "{kind}");
    }
    let steps = seen["steps"]["nodes"].as_array().unwrap();
    for action in ["PREPARE", "CONTACT", "CHECK"] {
        assert!(steps.iter().any(|s| s["action"] == action && s["actor"]["name"] == "senior"), "{action}: {steps:?}");
    }
    let file = &seen["files"]["nodes"][0];
    assert_eq!((&file["class"], &file["retention"]), (&json!("竣工验收"), &json!("PERMANENT")));
    assert_eq!((&file["reference"], &file["task"]["item"]["title"]), (&json!("档案系统 2025-17"), &json!("园区")));
    let found = "query($item: ID!, $file: ID!) { \
        byItem: taskFiles(where: { task: { item: { id: { eq: $item } } } }) { totalCount } \
        byFile: taskFiles(where: { attachment: { id: { eq: $file } } }) { nodes { task { id } } } }";
    let found = a.superior.ok(found, json!({ "item": item, "file": file["attachment"]["id"] })).await;
    assert_eq!(found["byItem"]["totalCount"], 1);
    assert_eq!(found["byFile"]["nodes"], json!([{ "task": { "id": task } }]));
}

/// SC-13, SC-15, SC-17, SC-49: supervisors filter by lamp, plate, unit and time; a person has a score from what he did.
#[tokio::test]
async fn i_03_supervisors_filter_and_people_have_scores() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let task = done(a, &item).await;
    let query = "query($unit: ID!, $colour: PlateColour!) { \
        tasks(where: { lamp: { eq: BLUE }, unit: { id: { eq: $unit } }, planEnd: { gte: \"2025-09-01\", lte: \"2025-10-31\" } }) { nodes { id } } \
        none: tasks(where: { lamp: { in: [RED, YELLOW] }, unit: { id: { eq: $unit } } }) { totalCount } \
        plates(where: { colour: { eq: $colour }, unit: { id: { eq: $unit } }, month: { gte: \"2025-01\" }, isCurrent: { eq: true } }) { totalCount } }";
    let seen = a.leader.ok(query, json!({ "unit": a.id("town"), "colour": "RED" })).await;
    assert_eq!(seen["tasks"]["nodes"], json!([{ "id": task }]), "done early, at once to be seen");
    assert_eq!((&seen["none"]["totalCount"], &seen["plates"]["totalCount"]), (&json!(0), &json!(0)));
    let board =
        "{ taskBoard(subject: PERSON, period: YEAR) { rows { name planned done completionRate score } ruleVersion } }";
    let rows = a.leader.ok(board, json!({})).await["taskBoard"]["rows"].clone();
    assert_eq!((&rows[0]["name"], &rows[0]["completionRate"]), (&json!("senior"), &json!("100.0")));
    assert!(rows[0]["score"].as_str().unwrap().parse::<f64>().unwrap() > 99.0, "{rows}");
}

/// SC-18, SC-50, SC-55, SHC-40: an item carries indicator, work, policies and evaluation; evaluation comes last and in words;
/// closed, it is found and compared with its like.
#[tokio::test]
async fn i_04_a_closed_item_has_its_four_parts_and_is_compared_with_its_like() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("老园区", "root").await;
    let task = done(a, &item).await;
    let close = async |version: i32| {
        let input = json!({ "id": item, "expectedVersion": version, "score": 92, "evaluation": "按期高质量完成" });
        a.superior.mutate("workItemClose", input, "workItem { state score evaluation }").await
    };
    let version = async || {
        let seen = a.superior.ok("query($id: ID!) { workItem(id: $id) { version } }", json!({ "id": item })).await;
        i32::try_from(seen["workItem"]["version"].as_i64().unwrap()).unwrap()
    };
    assert_eq!(codes(&close(version().await).await), ["TASKS_BELOW_OPEN"], "what is not evaluated is not closed");
    a.superior.task_done("taskEvaluate", &task, json!({ "isPassed": true, "score": 95, "note": "优" })).await;
    let policy = json!({
        "key": "park", "kind": "POLICY", "level": "PROVINCE", "title": "园区高质量发展办法", "issuer": "省政府", "text": "支持园区",
        "issuedOn": "2025-01-01", "validFrom": "2025-01-01"
    });
    let policy =
        a.superior.done("policyDocumentPublish", policy, "policyDocument { id }").await["policyDocument"]["id"].clone();
    a.superior
        .done("policyDocumentPush", json!({ "policyDocument": policy, "workItems": [item] }), "policyDocument { id }")
        .await;
    assert_eq!(close(version().await).await["workItem"]["state"], "CLOSED");
    let fresh = a.item("新园区", "root").await;
    let query = "query($id: ID!) { workItem(id: $id) { similar { nodes { \
        title indicator tasksTotal tasksDone percent score evaluation policies { nodes { title level } } } } } }";
    let like = a.leader.ok(query, json!({ "id": fresh })).await["workItem"]["similar"]["nodes"].clone();
    let wanted = json!([{
        "title": "老园区", "indicator": "规上工业增加值", "tasksTotal": 1, "tasksDone": 1, "percent": 100, "score": 92,
        "evaluation": "按期高质量完成", "policies": { "nodes": [{ "title": "园区高质量发展办法", "level": "PROVINCE" }] }
    }]);
    assert_eq!(like, wanted);
    let found = "{ workItems(where: { state: { eq: CLOSED }, field: { eq: \"生态工业\" }, title: { contains: \"园区\" } }) { totalCount } }";
    assert_eq!(a.leader.ok(found, json!({})).await["workItems"]["totalCount"], 1);
}

/// YC-09, JJ-20: tasks of the year, the month and the day; an instruction with its receipt, and whether it was carried out.
#[tokio::test]
async fn i_07_three_cycles_and_instructions_with_receipts() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("日常", "root").await;
    for cycle in ["YEARLY", "MONTHLY", "DAILY"] {
        let input = json!({
            "workItem": item, "title": cycle, "cycle": cycle, "unit": a.id("village"), "planStart": "2025-09-22",
            "planEnd": "2025-10-01", "place": "社区", "nature": "走访", "quantity": 1, "measure": "次"
        });
        a.superior.done("taskCreate", input, "task { id }").await;
    }
    let count = "{ taskAggregate(groupBy: [CYCLE]) { groups { key { cycle } count } } }";
    assert_eq!(a.leader.ok(count, json!({})).await["taskAggregate"]["groups"].as_array().unwrap().len(), 3);
    let task = a.owned(&item, None, "走访", "village", &a.junior).await;
    a.leader.done("taskInstruct", json!({ "id": task, "note": "本周走访完" }), "task { id }").await;
    let sent =
        "{ taskNotices(where: { kind: { eq: INSTRUCTION } }) { nodes { id readAt readBy { name } task { state } } } }";
    let one = async || a.superior.ok(sent, json!({})).await["taskNotices"]["nodes"][0].clone();
    let before = one().await;
    assert_eq!(before["readAt"], Json::Null);
    a.junior.done("taskNoticeRead", json!({ "id": before["id"] }), "taskNotice { id }").await;
    a.junior.finish_task(&a.superior, &task).await;
    let after = one().await;
    assert_eq!((&after["readBy"]["name"], &after["task"]["state"]), (&json!("junior"), &json!("REPORTED")));
}
