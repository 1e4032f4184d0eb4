//! A plug-in's component is exchanged under submissions that ask it: each is judged by the one or the other.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures::future::join_all;
use host::Hook;
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, client::codes, plant::Site};

use super::{
    approve,
    code::{guest, input, install, with_code},
    file,
};

/// Refuses forms of more than 150 bytes by this word of three letters.
fn refuses(word: &str) -> Vec<u8> {
    let main = r#"
    (data (i32.const 1000) "name")
    (data (i32.const 1010) "WORD")
    (data (i32.const 1020) "不行")
    (func (export "run") (param $in i32) (result i32)
      (i32.store (i32.const 64) (i32.const 1000)) (i32.store (i32.const 68) (i32.const 4))
      (i32.store (i32.const 72) (i32.const 1010)) (i32.store (i32.const 76) (i32.const 3))
      (i32.store (i32.const 80) (i32.const 1020)) (i32.store (i32.const 84) (i32.const 6))
      (i32.store8 (i32.const 88) (i32.const 0))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.gt_u (i32.load offset=68 (local.get $in)) (i32.const 150)))
      (i32.const 16))"#;
    guest(Hook::Validate, &main.replace("WORD", word))
}

fn form(reason: &str) -> Json {
    json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "SECOND", "reason": reason })
}

/// What became of submissions: refused by a word, in conflict with a change, or something that nobody should see.
type Counted = BTreeMap<String, u32>;

const SUBMIT: &str = "mutation($input: MatterSubmitInput!) { matterSubmit(input: $input) {
    case { id } userErrors { code field message } } }";

async fn submits(actor: Actor, submission: Json, counted: Arc<Mutex<Counted>>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let reply = actor.gql(SUBMIT, json!({ "input": submission })).await;
        let payload = &reply.body["data"]["matterSubmit"];
        let outcome = match payload["userErrors"][0]["message"].as_str() {
            Some("不行（bwly.one）") if codes(payload) == ["PLUGIN_RULE"] => "one".into(),
            Some("不行（bwly.two）") if codes(payload) == ["PLUGIN_RULE"] => "two".into(),
            // Judged by one while the other came: the client tries again.
            None if reply.code() == "CONFLICT" => "conflict".into(),
            _ => reply.text,
        };
        *counted.lock().unwrap().entry(outcome).or_default() += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_is_exchanged_and_no_submission_is_dropped() {
    let site = Site::start(2).await;
    let tenant = &site.tenant;
    let (one, two) = (refuses("one"), refuses("two"));
    let first = with_code("\"validate\"", &one);
    let later = with_code("\"validate\"", &two).manifest("version = \"1.0.0\"", "version = \"1.1.0\"");
    install(tenant, &first, &one).await;
    let (counted, stop) = (Arc::<Mutex<Counted>>::default(), Arc::new(AtomicBool::new(false)));
    let mut clients = vec![];
    let mut approvals = vec![];
    for (n, who) in ["applicant", "colleague", "stranger"].into_iter().enumerate() {
        let approval = approve(tenant, "bwly.apply", who, who).await;
        let materials = json!([{ "key": "application", "attachment": tenant.superior.upload().await }]);
        let submission =
            json!({ "approval": approval, "form": form(&"因工作需要".repeat(20)), "materials": materials });
        let client = submits(site.at(&tenant.superior, n % 2), submission, counted.clone(), stop.clone());
        clients.push(tokio::spawn(client));
        approvals.push(approval);
    }
    let so_far = || counted.lock().unwrap().clone();
    let judged_by = async |word: &str| {
        let before = so_far().get(word).copied().unwrap_or_default();
        while so_far().get(word).copied().unwrap_or_default() < before + 6 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let admins = [0, 1].map(|replica| site.at(&tenant.superior, replica));
    for round in 0..3 {
        judged_by("one").await;
        let upgraded =
            admins[round % 2].done("pluginUpgrade", input(&later, &two), "plugin { id version release }").await;
        judged_by("two").await;
        let back = json!({ "id": upgraded["plugin"]["id"], "expectedVersion": upgraded["plugin"]["version"] });
        admins[1 - round % 2].done("pluginRollback", back, "plugin { id }").await;
    }
    judged_by("one").await;
    stop.store(true, Ordering::Relaxed);
    join_all(clients).await.into_iter().for_each(|ended| ended.unwrap());
    let mut others = so_far();
    println!("{others:?}");
    others.retain(|outcome, _| !["one", "two", "conflict"].contains(&outcome.as_str()));
    assert!(others.is_empty(), "{others:#?}");
    // What was refused so often is submitted in the end.
    for approval in &approvals {
        let made = file(tenant, approval, form("短")).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
    }
    site.end().await;
}
