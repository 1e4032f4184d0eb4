//! What whoever operates the installation does to a tenant's plug-ins by the command line stands on the tenant's record.

use std::{
    fs,
    process::{Command, Output},
};

use host::{Hook, guests::NOTHING};
use serde_json::{Value as Json, json};
use tempfile::TempDir;
use zugong_tests::{Tenant, World, plant::program};

use super::{
    Files,
    code::{guest, with_code},
    install,
};

/// Puts a plug-in in, or a later version of it, by the command line.
fn put(world: &World, verb: &str, files: &Files, component: Option<&[u8]>) -> Output {
    run(world, verb, files, component, &["--yes"])
}

/// The same with these arguments besides; without `--yes` it only shows what would change.
fn run(world: &World, verb: &str, files: &Files, component: Option<&[u8]>, besides: &[&str]) -> Output {
    let folder = TempDir::new().unwrap();
    files.write(folder.path());
    if let Some(bytes) = component {
        fs::write(folder.path().join("plugin.wasm"), bytes).unwrap();
    }
    let mut command = Command::new(program());
    command.args(["plugin", verb]).arg(folder.path()).args(["--tenant", &world.a.code]).args(besides);
    command.env("ZUGONG_DATABASE_URL", world.server.database_url()).output().unwrap()
}

/// What the record says of packages that were not taken.
async fn refusals(tenant: &Tenant) -> Json {
    let query = "{ auditRecords(where: { action: { eq: \"pluginRefuse\" } }) { nodes { actorName detail } } }";
    tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_operator_gives_and_is_not_taken_stands_on_the_record_as_over_the_api() {
    let world = World::start().await;
    let tenant = &world.a;
    let refused = |verb: &str, files: &Files, component: Option<&[u8]>, code: &str| {
        let done = put(&world, verb, files, component);
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert!(done.status.code() == Some(1) && said.contains(code), "{verb}: {said}");
    };
    let bytes = guest(Hook::Validate, NOTHING);
    let otherwise = with_code("\"score\"", &bytes);
    // Who only looks at what would change leaves nothing behind.
    let shown = run(&world, "install", &otherwise, Some(bytes.as_slice()), &[]);
    let said = String::from_utf8_lossy(&shown.stderr).into_owned();
    assert!(shown.status.code() == Some(1) && said.contains("PLUGIN_REFUSED"), "{said}");
    assert_eq!(refusals(tenant).await, json!([]));
    refused("install", &otherwise, Some(bytes.as_slice()), "PLUGIN_REFUSED");
    let told = refusals(tenant).await;
    assert_eq!(told.as_array().map(Vec::len), Some(1), "{told}");
    assert_eq!(told[0]["actorName"], "operator", "{told}");
    let detail = &told[0]["detail"];
    assert!(detail["because"].as_str().is_some_and(|why| why.contains("plugin.wasm")), "{told}");
    assert_eq!(
        (&detail["refused"], &detail["codes"], &detail["digest"], &detail["signedBy"]),
        (&json!("pluginInstall"), &json!(["PLUGIN_REFUSED"]), &json!(otherwise.digest()), &json!([])),
        "{told}"
    );

    let files = Files::new("bwly");
    install(tenant, &files).await;
    refused("upgrade", &files, None, "INVALID_VALUE");
    // That it is there already says nothing about it.
    refused("install", &files, None, "ALREADY_EXISTS");
    let told = refusals(tenant).await;
    let lines = told.as_array().unwrap().iter();
    let mut changes: Vec<&str> = lines.map(|line| line["detail"]["refused"].as_str().unwrap()).collect();
    changes.sort_unstable();
    assert_eq!(changes, ["pluginInstall", "pluginUpgrade"], "{told}");
    assert_eq!(refusals(&world.b).await, json!([]));
}
