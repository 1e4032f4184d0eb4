//! The ledger and how work is shared (实绩账本、实绩分布), I-06 and K.

use entities::{
    app_user, cadre, person, task, task_duty,
    values::{CadreState, PersonnelKind, RetirementCategory, TaskDutyKind, TaskLamp, UserKind, UserState},
    work_item,
};
use sea_orm::Set;
use serde_json::{Value as Json, json};
use uuid::Uuid;
use zugong::kernel::{id::parse, session::Reason, tx::SystemTx};
use zugong_tests::{Probe, World, client::codes};

use super::figures::Fixture;

#[tokio::test]
async fn i_06_the_ledger_is_generated_and_split_by_the_handover() {
    let world = World::start().await;
    let a = &world.a;
    let standard = json!({ "key": "road", "title": "道路建设", "difficulty": 150, "hours": 40 });
    let standard =
        a.superior.done("workStandardPublish", standard, "workStandard { id }").await["workStandard"]["id"].clone();
    let item = a.item("园区", "root").await;
    let input = json!({
        "workItem": item, "title": "道路", "unit": a.id("town"), "planStart": "2025-09-22", "planEnd": "2025-10-01",
        "place": "城北", "nature": "土建", "quantity": 3, "measure": "公里", "workStandard": standard
    });
    let task = a.superior.done("taskCreate", input, "task { id hours difficulty }").await["task"].clone();
    assert_eq!((&task["hours"], &task["difficulty"]), (&json!(40), &json!(150)));
    let task = task["id"].clone();
    a.superior.task_done("taskDutySet", &task, json!({ "kind": "EXECUTING", "user": a.senior.user })).await;
    a.superior.task_done("taskPublish", &task, json!({})).await;
    a.senior.task_done("taskAccept", &task, json!({})).await;
    let file = a.senior.upload().await;
    let report = json!({ "percent": 40, "note": "四成", "attachments": [file] });
    a.senior.task_done("taskProgressReport", &task, report).await;
    a.senior.task_done("taskForward", &task, json!({ "user": a.neighbour.user, "reason": "调离" })).await;
    a.neighbour.task_done("taskProgressReport", &task, json!({ "percent": 90, "note": "九成" })).await;
    a.neighbour.task_done("taskFeedback", &task, json!({ "note": "完工" })).await;
    let query = "query($user: ID!) { performanceLedger(user: $user, from: \"2025-09-01\", to: \"2025-09-30\") { tasks standardHours saturation \
        entries { title kind inherited own open standardHours difficulty doneLamp evidence until task { id } } } }";
    let of = async |user: &str| a.leader.ok(query, json!({ "user": user })).await["performanceLedger"].clone();
    let first = of(&a.senior.user).await;
    let entry = &first["entries"][0];
    assert_eq!((&entry["inherited"], &entry["own"], &entry["open"]), (&json!(0), &json!(40), &json!(60)));
    assert_eq!(
        (&entry["standardHours"], &entry["evidence"], &entry["until"]),
        (&json!("24.00"), &json!(1), &json!("2025-09-22"))
    );
    let second = of(&a.neighbour.user).await;
    let entry = &second["entries"][0];
    assert_eq!((&entry["inherited"], &entry["own"], &entry["open"]), (&json!(40), &json!(60), &json!(0)));
    assert_eq!((&entry["doneLamp"], &second["saturation"]), (&json!("BLUE"), &json!("21.4")));
    // What was done before a period is found in it, and nothing is added.
    let later = query.replace("2025-09-01", "2025-09-23").replace("2025-09-30", "2025-12-31");
    let later = a.leader.ok(&later, json!({ "user": a.neighbour.user })).await["performanceLedger"].clone();
    assert_eq!((&later["entries"][0]["inherited"], &later["entries"][0]["own"]), (&json!(100), &json!(0)));
    assert_eq!((&later["standardHours"], &later["entries"][0]["doneLamp"]), (&json!("0.00"), &json!("BLUE")));
    // One's own ledger is one's own to read.
    let own = a.neighbour.ok(query, json!({ "user": a.neighbour.user })).await["performanceLedger"].clone();
    assert_eq!(own["standardHours"], "36.00");
    assert_eq!(a.junior.gql(query, json!({ "user": a.senior.user })).await.code(), "FORBIDDEN");
    // Whom the right does not reach is nobody.
    assert_eq!(a.senior.gql(query, json!({ "user": a.neighbour.user })).await.code(), "NOT_FOUND");
}

/// A serving cadre with a user of his own.
pub async fn somebody(tx: &SystemTx, n: usize, unit: Uuid) -> Uuid {
    let now = tx.now();
    let person = tx
        .insert(person::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            name: Set(format!("干部{n}")),
            name_key: Set(format!("ganbu{n}")),
            id_number: Set(format!("33020319800101{n:04}")),
            sex: Set(if n.is_multiple_of(5) { "2" } else { "1" }.into()),
            ethnicity: Set("01".into()),
            birth: Set(["1992-03", "1985-03", "1975-03", "1966-03"][n % 4].into()),
            native_place: Set(None),
            political_status: Set("01".into()),
            education: Set(None),
            phone: Set(None),
            unit_id: Set(unit),
            party_organisation_id: Set(None),
            joined_party: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await
        .unwrap();
    tx.insert(cadre::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        person_id: Set(person.id),
        unit_id: Set(unit),
        kind: Set(PersonnelKind::CivilServant),
        state: Set(CadreState::Serving),
        state_since: Set("2010-01-01".parse().unwrap()),
        rank: Set(None),
        category: Set(RetirementCategory::M60),
        archive_birth: Set("1980-01".into()),
        work_started: Set("2002-08".into()),
        contribution_months: Set(200),
        under_investigation: Set(false),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .await
    .unwrap();
    let user = tx.new_id();
    tx.insert(app_user::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(user),
        account_id: Set(None),
        person_id: Set(Some(person.id)),
        name: Set(format!("干部{n}")),
        kind: Set(UserKind::Human),
        unit_id: Set(unit),
        state: Set(UserState::Active),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .await
    .unwrap();
    user
}

#[tokio::test]
async fn i_06_sixty_six_people_hold_most_of_the_work() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("全区工作", "root").await;
    let tx = world.server.platform.system(Reason::Provision).begin(Some(a.id)).await.unwrap();
    let (unit, item) = (parse(a.id("root")).unwrap().1, parse(item.as_str().unwrap()).unwrap().1);
    let fixture = Fixture { tx: &tx, user: parse(&a.superior.user).unwrap().1, root: unit };
    let (mut tasks, mut duties) = (vec![], vec![]);
    // One of the 330 is the world's own applicant, who has nothing to do; 768 of 1000 tasks are the first 66 people's.
    for n in 0..329 {
        let user = somebody(&tx, n, unit).await;
        let held = match n {
            0..42 => 12,
            42..66 => 11,
            66..298 => 1,
            _ => 0,
        };
        for _ in 0..held {
            let task = fixture.task(duties.len(), item, unit, TaskLamp::Green);
            duties.push(task_duty::ActiveModel {
                tenant_id: Set(tx.tenant_id()),
                id: Set(tx.new_id()),
                task_id: Set(task.id.clone().unwrap()),
                kind: Set(TaskDutyKind::Executing),
                user_id: Set(user),
                unit_id: Set(unit),
                started_on: Set("2025-09-01".parse().unwrap()),
                ended_on: Set(None),
                inherited_percent: Set(0),
                left_percent: Set(None),
                is_level_matched: Set(None),
            });
            tasks.push(task);
        }
    }
    assert_eq!(duties.len(), 1000);
    tx.insert_many(tasks).await.unwrap();
    tx.insert_many(duties).await.unwrap();
    tx.commit().await.unwrap();
    let query = "{ performanceShare(year: 2025, percent: 20) { people tasks topPeople topTasks topShare groups { sex ageBand people tasks peopleShare taskShare standardHours } lowLoad { name tasks } } }";
    let seen = a.leader.ok(query, json!({})).await["performanceShare"].clone();
    assert_eq!((&seen["people"], &seen["topPeople"]), (&json!(330), &json!(66)));
    assert_eq!((&seen["tasks"], &seen["topTasks"], &seen["topShare"]), (&json!(1000), &json!(768), &json!("76.8")));
    let groups = seen["groups"].as_array().unwrap();
    let sum = |key: &str| groups.iter().map(|g| g[key].as_i64().unwrap()).sum::<i64>();
    assert_eq!((groups.len(), sum("people"), sum("tasks")), (8, 330, 1000));
    assert_eq!(seen["lowLoad"].as_array().unwrap().len(), 100);
    assert!(seen["lowLoad"].as_array().unwrap().iter().all(|who| who["tasks"].as_i64().unwrap() <= 1));
    // 30 percent of 8 hours at ordinary difficulty, for each of 1,000 tasks.
    assert_eq!(
        groups.iter().map(|g| g["standardHours"].as_str().unwrap().parse::<f64>().unwrap()).sum::<f64>(),
        2400.0
    );
    // Nobody had tasks the year before, so that nobody had few of them.
    let years = "{ performanceShare(year: 2025, years: 2) { lowLoad { name } } }";
    assert_eq!(a.leader.ok(years, json!({})).await["performanceShare"]["lowLoad"], json!([]));
    // Each year counts by itself: somebody who had the only task of the year before had much to do then.
    let probe = Probe::of(world.server.database_url(), a.id).await;
    let before = "update task set plan_end = '2024-12-31' where tenant_id = $1 and id in (select d.task_id from task_duty d \
        join app_user u on u.tenant_id = d.tenant_id and u.id = d.user_id where d.tenant_id = $1 and u.name = '干部297')";
    probe.run(before, vec![a.id.into()]).await;
    let low = async |years: i32| {
        let query = format!("{{ performanceShare(year: 2025, years: {years}) {{ tasks lowLoad {{ name tasks }} }} }}");
        a.leader.ok(&query, json!({})).await["performanceShare"].clone()
    };
    let has = |seen: &Json| seen["lowLoad"].as_array().unwrap().iter().any(|who| who["name"] == "干部297");
    let (one, two) = (low(1).await, low(2).await);
    assert_eq!((&one["tasks"], &two["tasks"]), (&json!(999), &json!(999)));
    assert_eq!((has(&one), has(&two), two["lowLoad"].as_array().unwrap().len()), (true, false, 100));
    probe.run(&before.replace("2024-12-31", "2025-12-31"), vec![a.id.into()]).await;
    for (wrong, field) in
        [("year: 1999", "year"), ("year: 2025, percent: 0", "percent"), ("year: 2025, years: 6", "years")]
    {
        let reply = a.leader.gql(&format!("{{ performanceShare({wrong}) {{ people }} }}"), json!({})).await;
        assert_eq!(reply.code(), "BAD_USER_INPUT", "{field}: {}", reply.text);
    }
    let query = "query($of: BoardSubject!) { performanceComparison(year: 2025, subject: $of, first: 50) { \
        people totalRows standardHours rows { id name people tasks hours difficulty standardHours saturation index } } }";
    let seen = a.leader.ok(query, json!({ "of": "PERSON" })).await["performanceComparison"].clone();
    assert_eq!(
        (&seen["people"], &seen["totalRows"], &seen["standardHours"]),
        (&json!(330), &json!(330), &json!("2400.00"))
    );
    let first = &seen["rows"][0];
    assert_eq!(
        (&first["tasks"], &first["hours"], &first["difficulty"]),
        (&json!(12), &json!("28.80"), &json!("100.0"))
    );
    // 12 tasks against a mean of 1,000 / 330.
    assert_eq!((&first["index"], &first["saturation"]), (&json!("396.0"), &json!("1.4")));
    let seen = a.leader.ok(query, json!({ "of": "UNIT" })).await["performanceComparison"].clone();
    assert_eq!(seen["totalRows"], 2);
    assert_eq!(a.leader.gql(query, json!({ "of": "ITEM" })).await.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn k_fields_that_outgrow_their_resources_stand_out() {
    let world = World::start().await;
    let a = &world.a;
    let tx = world.server.platform.system(Reason::Provision).begin(Some(a.id)).await.unwrap();
    let (unit, user) = (parse(a.id("root")).unwrap().1, parse(&a.superior.user).unwrap().1);
    let fixture = Fixture { tx: &tx, user, root: unit };
    let (mut items, mut tasks) = (vec![], vec![]);
    // Tasks of three years by field.
    for (n, (field, years)) in
        [("城市建设", [2, 3, 5]), ("传统农业", [5, 3, 2]), ("文化旅游", [1, 2, 4])].into_iter().enumerate()
    {
        let item = work_item::ActiveModel { field: Set(field.into()), ..fixture.item(n, unit) };
        for (year, count) in (2023..).zip(years) {
            for _ in 0..count {
                let task = fixture.task(tasks.len(), item.id.clone().unwrap(), unit, TaskLamp::Green);
                let day = format!("{year}-12-31").parse().unwrap();
                tasks.push(task::ActiveModel { plan_end: Set(day), ..task });
            }
        }
        items.push(item);
    }
    tx.insert_many(items).await.unwrap();
    tx.insert_many(tasks).await.unwrap();
    tx.commit().await.unwrap();
    let set = async |field: &str, year: i32, amount: &str| {
        let input = json!({ "field": field, "year": year, "amount": amount, "basis": "财政决算" });
        a.superior.mutate("workResourceSet", input, "workResource { amount version }").await
    };
    for (field, amounts) in
        [("城市建设", ["1000000", "1000000.50", "1100000"]), ("传统农业", ["500000", "500000", "500000"])]
    {
        for (year, amount) in (2023..).zip(amounts) {
            set(field, year, amount).await;
        }
    }
    let again = set("城市建设", 2024, "1000000.25").await;
    assert_eq!(again["workResource"], json!({ "amount": "1000000.25", "version": 2 }));
    assert_eq!(codes(&set("城市建设", 2024, "0.001").await), ["INVALID_VALUE"]);
    assert_eq!(codes(&set("城市建设", 1999, "一万").await), ["INVALID_VALUE", "INVALID_FORMAT"]);
    let query = "{ workGrowth(fromYear: 2023, toYear: 2025) { fields { field finding taskGrowth resourceGrowth years { year tasks done amount } } } }";
    let seen = a.leader.ok(query, json!({})).await["workGrowth"]["fields"].clone();
    let of = |field: &str| seen.as_array().unwrap().iter().find(|f| f["field"] == field).unwrap().clone();
    let city = of("城市建设");
    assert_eq!(
        (&city["finding"], &city["taskGrowth"], &city["resourceGrowth"]),
        (&json!("OUTGROWN"), &json!("150.0"), &json!("10.0"))
    );
    assert_eq!(city["years"][1], json!({ "year": 2024, "tasks": 3, "done": 0, "amount": "1000000.25" }));
    // Tasks of several items of a field are one figure, those done among them; what was never published is not counted.
    let probe = Probe::of(world.server.database_url(), a.id).await;
    for (change, of) in
        [("finished_on = '2024-12-30'", "plan_end = '2024-12-31'"), ("state = 'DRAFT'", "plan_end = '2023-12-31'")]
    {
        probe.run(&format!("update task set {change} where tenant_id = $1 and {of}"), vec![a.id.into()]).await;
    }
    let merge = "update work_item set field = '城市建设' where tenant_id = $1 and field = '文化旅游'";
    probe.run(merge, vec![a.id.into()]).await;
    let merged = a.leader.ok(query, json!({})).await["workGrowth"]["fields"].clone();
    assert_eq!(merged.as_array().unwrap().len(), 2, "{merged}");
    let city = merged.as_array().unwrap().iter().find(|f| f["field"] == "城市建设").unwrap()["years"].clone();
    let figures: Vec<_> = city.as_array().unwrap().iter().map(|year| (&year["tasks"], &year["done"])).collect();
    assert_eq!(figures, [(&json!(0), &json!(0)), (&json!(5), &json!(5)), (&json!(9), &json!(0))]);
    assert_eq!((&of("传统农业")["finding"], &of("文化旅游")["finding"]), (&json!("UNADJUSTED"), &json!("UNKNOWN")));
    let reply = a.leader.gql("{ workGrowth(fromYear: 2025, toYear: 2025) { fields { field } } }", json!({})).await;
    assert_eq!(reply.code(), "BAD_USER_INPUT");
}

/// SHC-19: what somebody did in a key moment is recorded by others and stands in his ledger.
#[tokio::test]
async fn i_06_key_moments_are_linked_to_the_ledger() {
    let world = World::start().await;
    let a = &world.a;
    let item = a.item("防汛", "root").await;
    let task = a.owned(&item, None, "转移群众", "town", &a.senior).await;
    a.superior.task_done("taskDutySet", &task, json!({ "kind": "LEADING", "user": a.superior.user })).await;
    let moment = json!({ "kind": "KEY_MOMENT", "note": "台风登陆当夜带队转移三百余人" });
    let own = a.senior.task("taskRecordAdd", &task, moment.clone()).await;
    assert_eq!((codes(&own), &own["userErrors"][0]["field"]), (vec!["NOT_RESPONSIBLE"], &json!("input.kind")));
    a.superior.task_done("taskRecordAdd", &task, moment).await;
    let query = "query($user: ID!, $from: Date!) { performanceLedger(user: $user, from: $from, to: \"2025-12-31\") { \
        keyMoments { on text task { id } recordedBy { id } } } }";
    let of = async |user: &str, from: &str| {
        let ledger = a.superior.ok(query, json!({ "user": user, "from": from })).await;
        ledger["performanceLedger"]["keyMoments"].clone()
    };
    let wanted = json!([{ "on": "2025-09-22", "text": "台风登陆当夜带队转移三百余人", "task": { "id": task },
        "recordedBy": { "id": a.superior.user } }]);
    assert_eq!(of(&a.senior.user, "2025-09-01").await, wanted);
    assert_eq!(of(&a.senior.user, "2025-09-23").await, json!([]), "of its period only");
    assert_eq!(of(&a.superior.user, "2025-09-01").await, json!([]), "not of whoever leads");
}

/// SHC-41 (J-10): figures of people are shown by right and reach, whoever asks for them.
#[tokio::test]
async fn j_10_figures_of_people_are_for_those_who_may_see_them() {
    let world = World::start().await;
    let a = &world.a;
    let ledger =
        "query($user: ID!) { performanceLedger(user: $user, from: \"2025-09-01\", to: \"2025-09-30\") { tasks } }";
    let code = async |actor: &zugong_tests::Actor, user: &str| {
        actor.gql(ledger, json!({ "user": user })).await.code().to_string()
    };
    assert_eq!(code(&a.junior, &a.senior.user).await, "FORBIDDEN");
    assert_eq!(code(&a.senior, &a.neighbour.user).await, "NOT_FOUND", "beyond one's subtree");
    assert_eq!(code(&a.superior, &world.b.senior.user).await, "NOT_FOUND", "another tenant's is nobody");
    assert_eq!(code(&a.superior, "usr_00000000000000000000000000000000").await, "NOT_FOUND");
    for query in [
        "{ performanceShare(year: 2025) { people } }",
        "{ performanceComparison(year: 2025, subject: PERSON) { rows { hours } } }",
    ] {
        assert_eq!(a.junior.gql(query, json!({})).await.code(), "FORBIDDEN", "{query}");
    }
    // Who is shown by name, is shown without what the register keeps of him.
    let query = "query($id: ID!) { user(id: $id) { name person { idNumber } } }";
    let seen = a.junior.gql(query, json!({ "id": a.applicant.user })).await;
    assert!(!seen.body.to_string().contains(a.id("idNumber:applicant")), "{}", seen.body);
}
