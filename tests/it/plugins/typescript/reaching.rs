//! A component in TypeScript that reaches for what is another tenant's, and that leads to itself.

use std::time::Duration;

use serde_json::json;
use zugong::http::{app::HttpSettings, guard::Limits};
use zugong_tests::{
    Server, Tenant, World,
    system::{CONNECTOR, OPERATION, System},
};

use super::{component, is_tried};
use crate::plugins::{
    Files,
    code::{install, with_code},
    connectors::connect,
    own::grant,
    probes, rings,
};

const MORE: &str = r#"
[[query]]
key = "insured"
title = "参保"
type = "json"
args = [{ key = "name", title = "姓名", type = "text", required = true }]

[[query]]
key = "kept"
title = "上次所记"
type = "json"
"#;

/// The component's plug-in: two matters, every query, all that it could be granted.
fn files(bytes: &[u8]) -> Files {
    let hooks = "\"score\", \"resolve\", \"on-transition\"";
    let capabilities = "data = [\"apply\"]\nconnectors = [\"hr-social\"]\neffects = [\"start-matter\"]";
    let queries = format!("{MORE}{}", probes::QUERIES.replace("data = [\"apply\"]", capabilities));
    let mut files = rings::twice(with_code(hooks, bytes))
        .manifest("[[rule]]", &queries)
        .manifest(&format!("hooks = [{hooks}]"), &format!("hooks = [{hooks}]\nlimits = {{ memory_mib = 32 }}"));
    let manifest = format!("{}{CONNECTOR}", files.0["plugin.toml"].as_str().unwrap());
    files.0.insert("plugin.toml".into(), json!(manifest));
    files.0.insert(OPERATION.0.into(), json!(OPERATION.1));
    files
}

/// A world that takes components of this size over the API, and has the time to compile them.
async fn world() -> World {
    let limits = Limits { body_bytes: 8 * 1024 * 1024, ..Limits::default() };
    let connector_networks = vec!["127.0.0.0/8".to_string()];
    let deadline = Duration::from_secs(300);
    World::on(Server::with(HttpSettings { limits, connector_networks, deadline, ..HttpSettings::default() }).await)
        .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_in_typescript_gets_nothing_of_another_tenants_and_its_rings_come_to_an_end() {
    if !is_tried() {
        return;
    }
    let built = tokio::task::spawn_blocking(component);
    let (bytes, world) = (built.await.unwrap(), world().await);
    let files = files(&bytes);
    probes::gets_nothing(&world, &files, &bytes, [json!("bad-input"), json!("denied")]).await;

    // What it was told in one call is gone with the next, whoever's that is.
    for tenant in [&world.a, &world.b, &world.a] {
        let remembered = tenant.superior.ok("{ bwly_kept }", json!({})).await;
        assert_eq!(remembered, json!({ "bwly_kept": null }), "{}", tenant.code);
    }

    // Somebody of whom nothing is told yet: matters that begin each other, and a system that asks back.
    let (tenant, system) = (Tenant::new(&world.server, 'C').await, System::start().await);
    let plugin = install(&tenant, &files, &bytes).await;
    let next = rings::links(&tenant).await;
    let wanted = json!({ "effects": ["start-matter"], "connectors": ["hr-social"], "config": { "next": next } });
    grant(&tenant, &plugin, wanted).await;
    rings::ends_with_the_third(&world.server, &tenant).await;
    connect(&tenant, &plugin, &system.url, None).await;
    rings::comes_back(&tenant, &system).await;
}
