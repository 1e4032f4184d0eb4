//! A connection's secret is written, used, and never seen again.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::json;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};
use zugong::modules::plugins::connectors::calling::round;
use zugong_tests::{
    Probe, World,
    system::{Mode, SECRET, System},
};

use super::{
    connectors::{apply, files, items, local},
    install,
};
use crate::front::get;

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl io::Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'w> MakeWriter<'w> for Kept {
    type Writer = Self;
    fn make_writer(&'w self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn no_secret_of_a_connection_is_seen_again() {
    let kept = Kept::default();
    let filter = EnvFilter::new("debug,zugong=trace,hyper=trace,reqwest=trace");
    let log = tracing_subscriber::fmt().with_writer(kept.clone()).with_env_filter(filter).with_ansi(false);
    // In one process with other tests the first to come has the log; theirs keeps no log at all.
    if log.try_init().is_err() {
        return;
    }
    let (world, system) = (World::start().await, System::start().await);
    let tenant = &world.a;
    let plugin = install(tenant, &files().manifest("auth = \"hmac-sm3\"", "auth = \"bearer\"")).await;
    let mut input = json!({ "plugin": plugin["id"], "connector": "hr-social", "address": system.url, "secret": SECRET,
                            "actor": tenant.service.user, "idempotencyKey": "connect" });
    tenant.superior.done("pluginConnectorSet", input.clone(), "pluginConnector { id }").await;
    // Refusals and mismatches tell no more.
    let query =
        "mutation($input: PluginConnectorSetInput!) { pluginConnectorSet(input: $input) { userErrors { message } } }";
    let mut answers = vec![tenant.superior.gql(query, json!({ "input": input })).await.text];
    input["secret"] = json!(format!("{SECRET}-another"));
    let mismatch = tenant.superior.gql(query, json!({ "input": input })).await;
    assert_eq!(mismatch.code(), "IDEMPOTENCY_MISMATCH");
    answers.push(mismatch.text);
    input["address"] = json!(format!("http://{SECRET}@host"));
    input["idempotencyKey"] = json!(null);
    answers.push(tenant.superior.gql(query, json!({ "input": input })).await.text);

    let case = apply(tenant, "applicant").await;
    for mode in [
        Mode::Status("500 Internal Server Error"),
        Mode::Breaks,
        // A system that says the secret is not repeated.
        Mode::Says(json!({ "passed": true, "message": SECRET }).to_string()),
    ] {
        system.set(mode);
        round(&world.server.identity, &local(), tenant.id).await.unwrap();
        world.server.clock.advance(chrono::TimeDelta::hours(1));
    }
    assert_eq!(system.refused(), 0, "the secret was used");
    let item = items(tenant, &case).await["organisation"].clone();
    assert_eq!((&item["callState"], &item["callError"]), (&json!("HANDED"), &json!("ANSWER_INVALID")), "{item}");
    let all = "{ pluginConnectors { nodes { id name title address state failures version calls { nodes { operation status error } } } } }";
    answers.push(tenant.superior.ok(all, json!({})).await.to_string());
    answers.push(
        tenant.superior.ok("{ __type(name: \"PluginConnector\") { fields { name } } }", json!({})).await.to_string(),
    );
    answers
        .push(tenant.audit.ok("{ auditRecords(first: 100) { nodes { action detail } } }", json!({})).await.to_string());
    answers.push(get(&world.server, "/metrics").await.text);
    answers.push(item.to_string());
    let log = String::from_utf8_lossy(&kept.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    assert!(log.contains("zugong"), "the log was not kept");
    answers.push(log);
    for answer in &answers {
        let line = answer.lines().find(|line| line.contains(SECRET));
        assert!(line.is_none(), "{}", line.unwrap_or_default());
    }
    assert!(!answers[4].contains("secret") && !answers[4].contains("sealed"), "{}", answers[4]);
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    for (table, column) in [
        ("audit", "detail"),
        ("outbox", "payload"),
        ("idempotency", "outcome"),
        ("plugin_connector", "sealed"),
        ("connector_job", "note"),
        ("connector_call", "error"),
        ("case_step", "note"),
    ] {
        let condition = format!("cast({column} as text) like $2");
        assert_eq!(probe.count_where(table, &condition, vec![format!("%{SECRET}%").into()]).await, 0, "{table}");
    }
}
