//! Plug-ins told that their cases have moved on: once for each move, with effects that happen once.

use async_graphql::ID;
use chrono::TimeDelta;
use host::Hook;
use serde_json::{Value as Json, json};
use zugong::{
    graph::scalars::JsonText,
    kernel::{
        command::execute,
        error::{Code, Fault},
        lease::Held,
        session::RequestInfo,
    },
    modules::plugins::{
        commands::CustomFieldsSetInput,
        transitions::{
            claims::{Taken, Told, take},
            settling::{finish, round},
        },
    },
};
use zugong_tests::{Probe, Tenant, World};

use super::{
    Files, approve, change,
    code::{TRAPS, guest, install, with_code},
    own::grant,
    submit,
};

const STAGE: &str = r#"
[[field]]
target = "Case"
key = "stage"
title = "阶段"
type = "text"

[capabilities]
effects = ["set-field"]

[[rule]]"#;

/// Sets the case's stage to the matter's words.
const STAGES: &str = r#"
    (data (i32.const 1000) "stage")
    (data (i32.const 1010) "\"已登记\"")
    (func (export "run") (param $in i32) (result i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 100))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.store8 (i32.const 100) (i32.const 0))
      (i32.store (i32.const 104) (i32.const 1000))
      (i32.store (i32.const 108) (i32.const 5))
      (i32.store (i32.const 112) (i32.const 1010))
      (i32.store (i32.const 116) (i32.const 11))
      (i32.const 16))
"#;

fn files(bytes: &[u8]) -> Files {
    with_code("\"on-transition\"", bytes).manifest("[[rule]]", STAGE)
}

async fn apply(tenant: &Tenant) -> Json {
    apply_as(tenant, "applicant").await
}

async fn apply_as(tenant: &Tenant, who: &str) -> Json {
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "SECOND" });
    let made = submit(tenant, "bwly.apply", who, who, form).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    made["case"]["id"].clone()
}

async fn told(tenant: &Tenant) -> Json {
    let query =
        "{ pluginTransitions { nodes { id fromState toState state attempts effects lastError depth case { id } } } }";
    tenant.superior.ok(query, json!({})).await["pluginTransitions"]["nodes"].clone()
}

async fn stage(tenant: &Tenant, case: &Json) -> Json {
    let query = "query($id: ID!) { case(id: $id) { ext { bwly_stage } } }";
    tenant.superior.ok(query, json!({ "id": case })).await["case"]["ext"]["bwly_stage"].clone()
}

/// The plug-in that writes down each stage, without the right to do so.
async fn ungranted(tenant: &Tenant) -> Json {
    let bytes = guest(Hook::OnTransition, STAGES);
    install(tenant, &files(&bytes), &bytes).await
}

async fn permit(tenant: &Tenant, plugin: &Json) {
    grant(tenant, plugin, json!({ "effects": ["set-field"] })).await;
}

/// The plug-in that writes down each stage, with the right to do so.
async fn stages(tenant: &Tenant) {
    permit(tenant, &ungranted(tenant).await).await;
}

/// Ends a case, which is its second move.
async fn withdraw(tenant: &Tenant, case: &Json) {
    let read = tenant.applicant.ok("query($id: ID!) { case(id: $id) { version } }", json!({ "id": case })).await;
    let input = json!({ "id": case, "expectedVersion": read["case"]["version"], "reason": "材料有误" });
    tenant.applicant.done("caseWithdraw", input, "case { state }").await;
}

#[tokio::test]
async fn a_move_is_told_once_and_its_effects_happen_under_the_rights_of_who_moved_the_case() {
    let world = World::start().await;
    let tenant = &world.a;
    let platform = world.server.identity.platform();
    stages(tenant).await;
    let case = apply(tenant).await;
    let before = told(tenant).await;
    assert_eq!((&before[0]["state"], &before[0]["toState"]), (&json!("PENDING"), &json!("RUNNING")), "{before}");
    assert_eq!(stage(tenant, &case).await, json!(null), "nothing of a plug-in runs within the submission");

    // Two replicas at once: one of them tells it.
    let (one, two) = tokio::join!(round(platform, tenant.id), round(platform, tenant.id));
    assert!(one.is_ok() && two.is_ok());
    let after = told(tenant).await;
    assert_eq!((&after[0]["state"], &after[0]["effects"]), (&json!("DONE"), &json!(1)), "{after}");
    assert_eq!((&after[0]["attempts"], &after[0]["depth"]), (&json!(1), &json!(1)));
    assert_eq!(stage(tenant, &case).await, "已登记");
    // It was done as the submitter, by the ordinary command.
    let query = "{ auditRecords(where: { action: { eq: \"customFieldsSet\" } }) { nodes { requestId actor { id } } } }";
    let audits = tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone();
    assert!(audits[0]["requestId"].as_str().unwrap().starts_with("transition-"), "{audits}");

    // A neighbour sees none of it.
    assert_eq!(told(&world.b).await, json!([]));
}

/// What a replica takes that looks now.
async fn taken(world: &World) -> Option<Told> {
    let platform = world.server.identity.platform();
    match take(platform, world.a.id, platform.clock().now()).await.unwrap() {
        Taken::Move(told) => Some(*told),
        Taken::Lost | Taken::Nothing(_) => None,
    }
}

#[tokio::test]
async fn a_replica_takes_no_more_than_it_tells_next_and_leaves_other_cases_to_others() {
    let world = World::start().await;
    let tenant = &world.a;
    let platform = world.server.identity.platform();
    stages(tenant).await;
    for who in ["applicant", "colleague"] {
        apply_as(tenant, who).await;
    }
    let (one, other, none) = (taken(&world).await, taken(&world).await, taken(&world).await);
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_ne!(one.job.case_id, other.job.case_id);
    assert!(none.is_none());
    for told in [&one, &other] {
        finish(platform, tenant.id, told).await.unwrap();
    }
    for job in told(tenant).await.as_array().unwrap() {
        assert_eq!((&job["state"], &job["attempts"]), (&json!("DONE"), &json!(1)), "{job}");
    }
}

#[tokio::test]
async fn a_move_that_another_replica_has_taken_leads_to_nothing_more_here() {
    let world = World::start().await;
    let tenant = &world.a;
    let platform = world.server.identity.platform();
    stages(tenant).await;
    let case = apply(tenant).await;
    let ours = taken(&world).await.unwrap();
    let effect = async |stage: &str| {
        let (object, values) = (ID::from(case.as_str().unwrap()), JsonText(json!({ "bwly_stage": stage })));
        let input = CustomFieldsSetInput { object, values, idempotency_key: None };
        let session = platform.session(tenant.id, ours.job.actor_id, None, RequestInfo::default()).await.unwrap();
        execute(&session, &Held::new(&input, &ours), Some(stage)).await.map(drop)
    };
    // An effect that happens renews the claim with it.
    world.server.clock.advance(TimeDelta::seconds(50));
    assert!(effect("已受理").await.is_ok());
    world.server.clock.advance(TimeDelta::seconds(50));
    assert!(taken(&world).await.is_none(), "it was renewed");

    world.server.clock.advance(TimeDelta::seconds(11));
    let theirs = taken(&world).await.unwrap();
    let late = effect("已退回").await;
    assert!(matches!(&late, Err(Fault::Failed(error)) if error.code == Code::DeadlineExceeded), "{late:?}");
    finish(platform, tenant.id, &ours).await.unwrap();
    assert_eq!(stage(tenant, &case).await, "已受理", "neither an effect nor a whole try counts any more");
    let job = told(tenant).await[0].clone();
    assert_eq!(
        (&job["state"], &job["attempts"], &job["lastError"]),
        (&json!("PENDING"), &json!(2), &json!(null)),
        "{job}"
    );
    finish(platform, tenant.id, &theirs).await.unwrap();
    let job = told(tenant).await[0].clone();
    assert_eq!((&job["state"], &job["attempts"], &job["effects"]), (&json!("DONE"), &json!(2), &json!(1)), "{job}");
    assert_eq!(stage(tenant, &case).await, "已登记");
}

#[tokio::test]
async fn what_is_not_granted_or_fails_is_tried_again_then_parked_and_told_once_more_by_a_person() {
    let world = World::start().await;
    let tenant = &world.a;
    let platform = world.server.identity.platform();
    let plugin = ungranted(tenant).await;
    let case = apply(tenant).await;
    for attempt in 1..=6 {
        round(platform, tenant.id).await.unwrap();
        let job = told(tenant).await[0].clone();
        let state = if attempt < 6 { "PENDING" } else { "PARKED" };
        assert_eq!((&job["lastError"], &job["state"]), (&json!("PLUGIN_DENIED"), &json!(state)), "{attempt}: {job}");
        world.server.clock.advance(chrono::TimeDelta::minutes(2));
    }
    assert_eq!(stage(tenant, &case).await, json!(null));
    permit(tenant, &plugin).await;
    let job = told(tenant).await[0].clone();
    let input = json!({ "id": job["id"] });
    tenant.superior.done("pluginTransitionRetry", input.clone(), "pluginTransition { id state }").await;
    round(platform, tenant.id).await.unwrap();
    let job = told(tenant).await[0].clone();
    // The count goes on: a try that has stalled since before is told from this one.
    assert_eq!((&job["state"], &job["attempts"]), (&json!("DONE"), &json!(7)), "{job}");
    assert_eq!(stage(tenant, &case).await, "已登记");
    let again = tenant.superior.mutate("pluginTransitionRetry", input, "pluginTransition { id }").await;
    assert_eq!(zugong_tests::client::codes(&again), ["NOT_IN_STATE"], "{again}");
}

#[tokio::test]
async fn a_move_waits_until_the_one_before_it_of_its_case_is_settled() {
    let world = World::start().await;
    let tenant = &world.a;
    let platform = world.server.identity.platform();
    let plugin = ungranted(tenant).await;
    let case = apply(tenant).await;
    withdraw(tenant, &case).await;
    let moves = async || {
        let all = told(tenant).await;
        let brief = |job: &Json| json!([job["fromState"], job["state"], job["attempts"]]);
        let mut brief: Vec<Json> = all.as_array().unwrap().iter().map(brief).collect();
        brief.sort_by_key(|job| job[0] == "RUNNING");
        Json::Array(brief)
    };
    // It is not granted what it wants: the first move has to be tried again, and the second is not told before.
    round(platform, tenant.id).await.unwrap();
    round(platform, tenant.id).await.unwrap();
    assert_eq!(moves().await, json!([["", "PENDING", 1], ["RUNNING", "PENDING", 0]]));
    permit(tenant, &plugin).await;
    world.server.clock.advance(TimeDelta::minutes(2));
    round(platform, tenant.id).await.unwrap();
    let after = moves().await;
    assert_eq!((&after[0], &after[1][2]), (&json!(["", "DONE", 2]), &json!(1)), "both in one round: {after}");
}

#[tokio::test]
async fn of_two_moves_of_a_case_one_is_told_at_a_time_whichever_is_told_anew() {
    let world = World::start().await;
    let tenant = &world.a;
    let platform = world.server.identity.platform();
    ungranted(tenant).await;
    let case = apply(tenant).await;
    let first = told(tenant).await[0]["id"].clone();
    for _ in 0..6 {
        round(platform, tenant.id).await.unwrap();
        world.server.clock.advance(TimeDelta::minutes(2));
    }
    withdraw(tenant, &case).await;
    // The first waits for a person, and the second is taken; then somebody has the first told anew.
    let second = taken(&world).await.unwrap();
    assert_eq!(second.job.from_state, "RUNNING");
    tenant.superior.done("pluginTransitionRetry", json!({ "id": first }), "pluginTransition { state }").await;
    assert!(taken(&world).await.is_none(), "the second is being told");
    finish(platform, tenant.id, &second).await.unwrap();
    world.server.clock.advance(TimeDelta::minutes(2));
    let next = taken(&world).await.unwrap();
    assert!(taken(&world).await.is_none(), "one at a time: {}", next.job.from_state);
}

#[tokio::test]
async fn inv_9_a_component_that_fails_on_a_move_leaves_the_case_alone() {
    let world = World::start().await;
    let tenant = &world.a;
    let platform = world.server.identity.platform();
    let bytes = guest(Hook::OnTransition, TRAPS);
    let plugin = install(tenant, &files(&bytes), &bytes).await;
    let case = apply(tenant).await;
    round(platform, tenant.id).await.unwrap();
    assert_eq!(told(tenant).await[0]["lastError"], "PLUGIN_TRAP");
    let query = "query($id: ID!) { case(id: $id) { state } }";
    assert_eq!(tenant.superior.ok(query, json!({ "id": case })).await["case"]["state"], "RUNNING");
    // Out of work it is not asked, and waits.
    change(tenant, "pluginDisable", &plugin).await;
    world.server.clock.advance(chrono::TimeDelta::minutes(2));
    round(platform, tenant.id).await.unwrap();
    assert_eq!(told(tenant).await[0]["lastError"], "PLUGIN_DISABLED");
}

/// Starts the matter that this text describes.
fn starts(text: &str) -> Vec<u8> {
    let bytes: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let main = format!(
        r#"
    (data (i32.const 2000) "{bytes}")
    (func (export "run") (param $in i32) (result i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 100))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.store8 (i32.const 100) (i32.const 3))
      (i32.store (i32.const 104) (i32.const 2000))
      (i32.store (i32.const 108) (i32.const {}))
      (i32.const 16))"#,
        text.len()
    );
    guest(Hook::OnTransition, &main)
}

/// A plug-in that starts a case for the colleague whenever one of its cases moves; the case of the applicant.
async fn chain(tenant: &Tenant) -> Json {
    let harmless = guest(Hook::OnTransition, STAGES);
    let effects = |files: Files| files.manifest("effects = [\"set-field\"]", "effects = [\"start-matter\"]");
    let plugin = install(tenant, &effects(files(&harmless)), &harmless).await;
    let plugin = grant(tenant, &plugin, json!({ "effects": ["start-matter"] })).await;
    let next = approve(tenant, "bwly.apply", "colleague", "2").await;
    let attachment = tenant.superior.upload().await;
    let bytes = starts(
        &json!({ "matter": "apply", "approval": next, "materials": [{ "key": "application", "attachment": attachment }],
            "form": { "name": "李芳", "birthDate": "1991-05-01", "kind": "FIRST" } })
        .to_string(),
    );
    let later = effects(files(&bytes)).manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    let mut input = later.input();
    input["component"] = json!(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, &bytes));
    tenant.superior.done("pluginUpgrade", input, "plugin { id }").await;
    assert!(plugin["id"].is_string());
    apply(tenant).await
}

#[tokio::test]
async fn a_case_that_an_effect_began_tells_its_plug_in_in_turn_and_no_further_than_three_deep() {
    let world = World::start().await;
    let tenant = &world.a;
    let platform = world.server.identity.platform();
    let first = chain(tenant).await;
    // However often it is told, the other case is begun once.
    for _ in 0..3 {
        round(platform, tenant.id).await.unwrap();
    }
    let jobs = told(tenant).await;
    let jobs = jobs.as_array().unwrap();
    assert_eq!(jobs.len(), 2, "{jobs:?}");
    let of = |case: bool| jobs.iter().find(|job| (job["case"]["id"] == first) == case).unwrap();
    assert_eq!((&of(true)["depth"], &of(true)["state"]), (&json!(1), &json!("DONE")), "{jobs:?}");
    assert_eq!((&of(false)["depth"], &of(false)["state"]), (&json!(2), &json!("DONE")), "{jobs:?}");
}

#[tokio::test]
async fn the_fourth_in_a_row_is_not_told() {
    let world = World::start().await;
    let tenant = &world.a;
    let first = chain(tenant).await;
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    probe.run("update plugin_transition set depth = 3 where tenant_id = $1", vec![tenant.id.into()]).await;
    round(world.server.identity.platform(), tenant.id).await.unwrap();
    let jobs = told(tenant).await;
    let deep = jobs.as_array().unwrap().iter().find(|job| job["case"]["id"] != first).unwrap();
    assert_eq!((&deep["state"], &deep["lastError"]), (&json!("DROPPED"), &json!("TOO_DEEP")), "{jobs}");
    let input = json!({ "id": deep["id"] });
    let again = tenant.superior.mutate("pluginTransitionRetry", input, "pluginTransition { id }").await;
    assert_eq!(zugong_tests::client::codes(&again), ["NOT_IN_STATE"], "{again}");
}
