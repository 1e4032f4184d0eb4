//! What the log keeps to itself.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::json;
use tracing_subscriber::{EnvFilter, fmt::MakeWriter};
use zugong_tests::{Actor, Probe, World};

use crate::{
    front::{JSON, get, post},
    identity::{PASSWORD, auth, login, refresh, somebody, text},
};

/// Keeps what is written.
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

/// Threat 32: secrets sent through every input, good and bad, stand nowhere in the log, in the figures or in the
/// audit record, and a client writes no lines of its own into the log.
#[tokio::test]
async fn no_secret_reaches_the_log_and_no_client_writes_lines() {
    let kept = Kept::default();
    let filter = EnvFilter::new("debug,zugong=trace");
    let log = tracing_subscriber::fmt().with_writer(kept.clone()).with_env_filter(filter).with_ansi(false);
    // In one process with other tests the first to come has the log; theirs keeps no log at all.
    if log.try_init().is_err() {
        return;
    }
    let world = World::start().await;
    let server = &world.server;
    let (name, _) = somebody(server, "zhang", &[&world.a]).await;
    let mut secrets: Vec<String> = vec![PASSWORD.into()];
    let mut secret = |what: &str| {
        let made = format!("canary-{what}-{}", uuid::Uuid::new_v4().simple());
        secrets.push(made.clone());
        made
    };
    login(server, &name, &secret("password")).await;
    login(server, &secret("unknown-login"), "x").await;
    refresh(server, &secret("refresh")).await;
    auth(server, "token", None, json!({ "serviceKey": format!("zgk_{}", secret("key")) })).await;
    auth(server, "switch", Some(&secret("bearer")), json!({ "tenant": secret("tenant") })).await;
    let bad = Actor { token: Some(secret("token")), ..world.a.superior.clone() };
    bad.gql("{ viewer { name } }", json!({})).await;
    let broken = format!("{{\"login\":\"{}\",\"password\":", secret("broken"));
    post(server, broken, &[JSON]).await;
    // Personal data in documents, variables, filters, inputs that are refused and inputs that are not.
    let me = &world.a.superior;
    me.gql(
        &format!("{{ persons(where: {{ idNumber: {{ eq: \"{}\" }} }}) {{ nodes {{ id }} }} }}", secret("filter")),
        json!({}),
    )
    .await;
    me.gql("query($v: String) { units(after: $v) { nodes { id } } }", json!({ "v": secret("cursor") })).await;
    me.gql(&format!("{{ nonsense(a: \"{}\")", secret("syntax")), json!({})).await;
    let input = json!({ "login": format!("li-{}", uuid::Uuid::new_v4().simple()), "password": secret("first password"),
        "name": "李", "unit": world.a.id("root") });
    me.gql(
        "mutation($input: UserCreateInput!) { userCreate(input: $input) { user { id } userErrors { code } } }",
        json!({ "input": input }),
    )
    .await;
    let update = json!({ "id": world.a.id("person:applicant"), "expectedVersion": 1, "phone": secret("phone") });
    me.gql(
        "mutation($input: PersonUpdateInput!) { personUpdate(input: $input) { person { id } userErrors { code } } }",
        json!({ "input": update }),
    )
    .await;
    // Faults of the database are logged in full, and its words may repeat values.
    let probe = Probe::of(server.database_url(), world.a.id).await;
    probe.break_table("unit", "insert").await;
    let unit = json!({ "parent": world.a.id("root"), "code": "11330602002567895Q", "name": secret("name"),
        "sequence": "GOVERNMENT", "kind": "ORGAN" });
    me.gql(
        "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id } } }",
        json!({ "input": unit }),
    )
    .await;
    probe.mend_table("unit").await;
    let good = login(server, &name, PASSWORD).await;
    secrets.extend(["accessToken", "refreshToken"].map(|what| text(&good, what)));
    secrets.push(me.token.clone().unwrap());
    secrets.push(world.a.service.token.clone().unwrap());
    world.a.service.gql("{ viewer { name } }", json!({})).await;
    // A client's line in the log would begin after a line break.
    for forged in ["forged\nline", "forged\r\nline"] {
        me.gql(&format!("{{ units(after: \"{forged}\") {{ nodes {{ id }} }} }}"), json!({})).await;
        login(server, forged, forged).await;
        get(server, &format!("/{}", forged.replace('\n', "%0A"))).await;
    }

    let figures = get(server, "/metrics").await.text;
    let log = String::from_utf8_lossy(&kept.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned();
    assert!(log.contains("database"), "the log was not kept: {log}");
    let ours: String = log.lines().filter(|l| l.contains("zugong")).collect::<Vec<_>>().join("\n");
    assert!(!ours.is_empty());
    for secret in &secrets {
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert!(line.is_none(), "{secret}: {}", line.unwrap_or_default());
        assert!(!figures.contains(secret.as_str()), "{secret} is in the figures");
    }
    assert!(!log.lines().any(|line| line.trim_start().starts_with("line")), "a client has written a line");
    for action in ["login", "login_failed"] {
        assert!(probe.count_where("audit", "action = $2", vec![action.into()]).await > 0, "{action}");
    }
    let column = "cast(detail as text)";
    for secret in &secrets {
        let condition = format!("{column} like $2");
        assert_eq!(probe.count_where("audit", &condition, vec![format!("%{secret}%").into()]).await, 0, "{secret}");
    }
}
