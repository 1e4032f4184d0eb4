//! Sources, items and their trees (来源、事项、四级分解), I-04 and I-05.

use serde_json::{Value as Json, json};
use zugong_tests::{World, client::codes, client::fields};

#[tokio::test]
async fn i_04_sources_become_items_and_keep_the_link() {
    let world = World::start().await;
    let a = &world.a;
    for (kind, title) in [
        ("INSTRUCTION", "关于园区建设的批示"),
        ("REPORT_CLAUSE", "报告第三部分"),
        ("LIVELIHOOD", "民生实事一"),
        ("KEY_ASSIGNMENT", "重点交办一"),
        ("SPECIAL_SUPERVISION", "专项督办一"),
        ("MAJOR_PROJECT", "重大项目一"),
        ("KEY_WORK", "重点工作一"),
        ("KEY_INDICATOR", "重要指标一"),
    ] {
        let source =
            json!({ "kind": kind, "title": title, "text": "原文", "unit": a.id("root"), "receivedOn": "2025-09-20" });
        let made = a.superior.done("workSourceRegister", source, "workSource { id year }").await;
        assert_eq!(made["workSource"]["year"], 2025);
        let item = json!({
            "title": title, "workSource": made["workSource"]["id"], "kind": "INDICATOR", "class": "KEY_WORK",
            "field": "民生", "unit": a.id("town"), "planStart": "2025-09-22", "planEnd": "2025-12-31"
        });
        let item = a.superior.done("workItemCreate", item, "workItem { id }").await;
        assert!(item["workItem"]["id"].is_string());
    }
    let query = "{ workItems(where: { source: { kind: { eq: INSTRUCTION } } }) { nodes { title source { title text } } } \
        workSources(where: { items: { some: { state: { eq: OPEN } } } }) { totalCount } }";
    let seen = a.superior.ok(query, json!({})).await;
    assert_eq!(seen["workItems"]["nodes"][0]["source"]["title"], "关于园区建设的批示");
    assert_eq!(seen["workSources"]["totalCount"], 8);
}

#[tokio::test]
async fn i_05_four_levels_within_the_days_of_what_is_above() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let (mut parent, mut seen) = (None, vec![]);
    for title in ["任务", "项目", "计划", "进程"] {
        let id = a.draft(&item, parent.as_ref(), title, "town").await;
        seen.push(id.clone());
        parent = Some(id);
    }
    let child = |parent: &Json, start: &str, end: &str| json!({ "workItem": item, "parent": parent, "title": "下级", "unit": a.id("town"), "planStart": start, "planEnd": end });
    let create = async |input: Json| a.superior.mutate("taskCreate", input, "task { id }").await;
    let deep = create(child(&seen[3], "2025-09-22", "2025-09-23")).await;
    assert_eq!((codes(&deep), fields(&deep)), (vec!["TASK_TOO_DEEP"], vec!["input.parent"]));
    let outside = create(child(&seen[0], "2025-09-22", "2025-10-02")).await;
    assert_eq!((codes(&outside), fields(&outside)), (vec!["DATES_OUTSIDE_PARENT"], vec!["input.planEnd"]));
    let reversed = create(child(&seen[0], "2025-09-25", "2025-09-24")).await;
    assert_eq!(codes(&reversed), ["PERIOD_REVERSED"]);
    let below = a.superior.task("taskMove", &seen[0], json!({ "parent": seen[2] })).await;
    assert!(codes(&below).contains(&"CYCLE_IN_TREE"), "{below}");
    let itself = a.superior.task("taskMove", &seen[3], json!({ "parent": seen[3] })).await;
    assert!(codes(&itself).contains(&"CYCLE_IN_TREE"), "{itself}");
    let up = a.superior.task_done("taskMove", &seen[3], json!({ "parent": seen[1] })).await;
    assert_eq!(up["level"], "PLAN");
    let narrow = json!({ "planEnd": "2025-09-30", "reason": "提前" });
    assert_eq!(codes(&a.superior.task("taskUpdate", &seen[0], narrow).await), ["DATES_OUTSIDE_PARENT"]);

    // The mind map: the tree in order with places and lamps.
    a.superior.task_done("taskUpdate", &seen[0], json!({ "mapX": 120, "mapY": -40, "reason": "排布" })).await;
    let map = "query($id: ID!) { workItem(id: $id) { tasksTotal percent tasks(first: 50, orderBy: [{ field: PATH }]) { nodes { level title mapX mapY lamp unit { name } parent { id } } } } }";
    let tree = a.superior.ok(map, json!({ "id": item })).await["workItem"].clone();
    let nodes = tree["tasks"]["nodes"].as_array().unwrap();
    assert_eq!((nodes.len(), &nodes[0]["mapX"], &nodes[0]["mapY"]), (4, &json!(120), &json!(-40)));
    assert!(nodes.iter().all(|n| n["lamp"] == "WHITE"), "{nodes:?}");
}

#[tokio::test]
async fn i_04_a_node_without_one_of_the_five_is_not_published_and_is_listed_as_a_gap() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let bare = json!({ "workItem": item, "title": "空节点", "unit": a.id("town"), "planStart": "2025-09-22", "planEnd": "2025-09-30" });
    let made = a.superior.done("taskCreate", bare, "task { id missing gap }").await["task"].clone();
    assert_eq!(made["missing"], json!(["PLACE", "NATURE", "PERSON", "QUANTITY"]));
    assert_eq!(made["gap"], "UNOWNED");
    let refused = a.superior.task("taskPublish", &made["id"], json!({})).await;
    assert_eq!(codes(&refused), ["TASK_INCOMPLETE"]);
    let whole = json!({ "place": "城北", "nature": "土建", "quantity": 3, "measure": "公里", "reason": "补全要素" });
    a.superior.task_done("taskUpdate", &made["id"], whole).await;
    a.superior.task_done("taskDutySet", &made["id"], json!({ "kind": "EXECUTING", "user": a.senior.user })).await;
    let published = a.superior.task_done("taskPublish", &made["id"], json!({})).await;
    assert_eq!((&published["missing"], &published["gap"]), (&json!([]), &json!("UNACCEPTED")));
    let gaps = "{ tasks(where: { gap: { eq: \"UNACCEPTED\" } }) { nodes { title } } }";
    assert_eq!(a.superior.ok(gaps, json!({})).await["tasks"]["nodes"], json!([{ "title": "空节点" }]));
    a.senior.task_done("taskAccept", &made["id"], json!({})).await;
    assert_eq!(a.superior.ok(gaps, json!({})).await["tasks"]["nodes"], json!([]));
}

#[tokio::test]
async fn i_04_templates_are_versioned_and_make_trees() {
    let world = World::start().await;
    let a = &world.a;
    let nodes = json!([
        { "key": "a", "title": "立项", "fromDay": 0, "toDay": 20, "hours": 8 },
        { "key": "b", "title": "可研", "parent": "a", "fromDay": 0, "toDay": 9 },
        { "key": "c", "title": "评审", "parent": "a", "after": ["b"], "fromDay": 10, "toDay": 20 }
    ]);
    let publish = async |nodes: &Json| {
        let input = json!({ "key": "build", "title": "建设类", "nodes": nodes });
        a.superior.mutate("workTemplatePublish", input, "workTemplate { id number }").await
    };
    let first = publish(&nodes).await["workTemplate"].clone();
    let second = publish(&nodes).await["workTemplate"].clone();
    assert_eq!((&first["number"], &second["number"]), (&json!(1), &json!(2)));
    let wrong = publish(&json!([{ "key": "a", "title": "立项", "parent": "x", "fromDay": 0, "toDay": 1 }])).await;
    assert_eq!(codes(&wrong), ["INVALID_TEMPLATE"]);
    let input = json!({
        "title": "新园区", "kind": "CONSTRUCTION", "class": "KEY_PROJECT", "field": "工业", "unit": a.id("town"),
        "planStart": "2025-09-01", "planEnd": "2025-12-31", "workTemplate": first["id"]
    });
    let read = "workItem { template { number } tasks(orderBy: [{ field: POSITION }]) { nodes { title level planStart planEnd earlier { totalCount } } } }";
    let made = a.superior.done("workItemCreate", input, read).await["workItem"].clone();
    assert_eq!(made["template"]["number"], 1, "an item keeps the version it was made from");
    let third = json!({ "title": "评审", "level": "PROJECT", "planStart": "2025-09-11", "planEnd": "2025-09-21", "earlier": { "totalCount": 1 } });
    assert_eq!(made["tasks"]["nodes"][2], third);
}

#[tokio::test]
async fn i_04_progress_goes_up_and_the_last_child_is_told_once() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let top = a.owned(&item, None, "任务", "town", &a.senior).await;
    let one = a.owned(&item, Some(&top), "一", "village", &a.junior).await;
    let two = a.owned(&item, Some(&top), "二", "other-town", &a.neighbour).await;
    a.superior.task_done("taskPublish", &top, json!({})).await;
    a.senior.task_done("taskAccept", &top, json!({})).await;
    a.junior.finish_task(&a.superior, &one).await;
    let look =
        "query($id: ID!) { workItem(id: $id) { percent currentTask { title executor { name } unit { name } } } }";
    let seen = a.superior.ok(look, json!({ "id": item })).await["workItem"].clone();
    assert_eq!((&seen["percent"], &seen["currentTask"]), (&json!(50), &Json::Null));
    let early = a.senior.task("taskFeedback", &top, json!({ "note": "抢报" })).await;
    assert_eq!(codes(&early), ["TASKS_BELOW_OPEN"]);
    a.superior.task_done("taskPublish", &two, json!({})).await;
    let seen = a.superior.ok(look, json!({ "id": item })).await["workItem"].clone();
    assert_eq!(
        (&seen["currentTask"]["title"], &seen["currentTask"]["executor"]["name"]),
        (&json!("二"), &json!("neighbour"))
    );
    a.neighbour.task_done("taskAccept", &two, json!({})).await;
    a.neighbour.task_done("taskProgressReport", &two, json!({ "percent": 20, "note": "开工" })).await;
    assert_eq!(a.superior.ok(look, json!({ "id": item })).await["workItem"]["percent"], 60);
    a.neighbour.task_done("taskFeedback", &two, json!({ "note": "完工" })).await;
    let told = "{ taskNotices(where: { kind: { eq: CHILDREN_DONE } }) { nodes { task { id } receiver { name } } } }";
    let told = a.superior.ok(told, json!({})).await["taskNotices"]["nodes"].clone();
    assert_eq!(told, json!([{ "task": { "id": top }, "receiver": { "name": "senior" } }]));
    let done = a.senior.task_done("taskFeedback", &top, json!({ "note": "全部完成" })).await;
    assert_eq!(done["percent"], 100);
}

#[tokio::test]
async fn i_04_the_network_is_asked_from_four_sides() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let service = json!({ "title": "企业开办", "unit": a.id("town") });
    let service =
        a.superior.done("workServiceRegister", service, "workService { id }").await["workService"]["id"].clone();
    let input = json!({
        "workItem": item, "title": "一窗受理", "unit": a.id("town"), "planStart": "2025-09-22", "planEnd": "2025-09-30",
        "workService": service
    });
    let task = a.superior.done("taskCreate", input, "task { id }").await["task"]["id"].clone();
    a.superior.task_done("taskDutySet", &task, json!({ "kind": "EXECUTING", "user": a.senior.user })).await;
    let query = "query($item: ID!, $unit: ID!, $user: ID!, $service: ID!) { \
        a: workItem(id: $item) { tasks { nodes { id } } } \
        b: tasks(where: { unit: { id: { eq: $unit } } }) { nodes { id } } \
        c: taskDuties(where: { user: { id: { eq: $user } } }) { nodes { task { id } } } \
        d: workService(id: $service) { tasks { nodes { id } } } }";
    let ids = json!({ "item": item, "unit": a.id("town"), "user": a.senior.user, "service": service });
    let seen = a.superior.ok(query, ids).await;
    assert_eq!(seen["a"]["tasks"]["nodes"], json!([{ "id": task }]));
    assert_eq!(seen["b"]["nodes"], json!([{ "id": task }]));
    assert_eq!(seen["c"]["nodes"], json!([{ "task": { "id": task } }]));
    assert_eq!(seen["d"]["tasks"]["nodes"], json!([{ "id": task }]));
}

/// SHC-03: a process is owned by section chiefs, a plan by deputy division chiefs; a tenant may say otherwise.
#[tokio::test]
async fn i_05_each_level_is_owned_by_its_level_of_cadres() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("园区", "root").await;
    let (mut parent, mut levels) = (None, vec![]);
    for title in ["任务", "项目", "计划", "进程"] {
        let id = a.draft(&item, parent.as_ref(), title, "town").await;
        levels.push(id.clone());
        parent = Some(id);
    }
    let leads = async |task: &Json, user: &str| {
        a.superior.task_done("taskDutySet", task, json!({ "kind": "LEADING", "user": user })).await;
        let query = "query($id: ID!) { task(id: $id) { duties(where: { endedOn: { isNull: true } }) { nodes { isLevelMatched } } } }";
        a.superior.ok(query, json!({ "id": task })).await["task"]["duties"]["nodes"][0]["isLevelMatched"].clone()
    };
    // A section chief; somebody of whom no post is known.
    assert_eq!(leads(&levels[3], &a.applicant.user).await, true);
    assert_eq!(leads(&levels[2], &a.applicant.user).await, false);
    assert_eq!(leads(&levels[1], &a.senior.user).await, Json::Null);
    let found = "{ tasks(where: { duties: { some: { isLevelMatched: { eq: false } } } }) { nodes { id level } } }";
    let found = a.superior.ok(found, json!({})).await["tasks"]["nodes"].clone();
    assert_eq!(found, json!([{ "id": levels[2], "level": "PLAN" }]));
    let owners = json!({ "task": "DIVISION_DEPUTY", "project": "SECTION_CHIEF", "plan": "SECTION_DEPUTY",
        "process": "NO_LEADERSHIP" });
    let set = json!({ "key": "tasks", "effectiveFrom": "2025-09-22", "body": { "ownerLevels": owners } });
    a.superior.done("ruleSetPublish", set, "ruleSet { id }").await;
    assert_eq!(
        leads(&levels[1], &a.applicant.user).await,
        true,
        "in an ordinary county a section chief owns a project"
    );
}
