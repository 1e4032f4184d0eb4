//! What is compiled in the course of a question, and what is not. In a process of its own, whose figures are its own.

use host::Hook;
use serde_json::{Value as Json, json};
use zugong_tests::{Server, Tenant, database::TestDatabase, plant::Program, server::client};

use super::{
    code::{TRAPS, guest, input, with_code},
    scoring::{MANY, ONE},
};

const COMPILED: &str = "zugong_plugin_compile_seconds_count";

/// INV-9. For a job a component is compiled apart, when the first one comes: not for one that would be refused then.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_9_a_plug_in_that_rests_is_refused_before_anything_is_compiled_for_it() {
    let database = TestDatabase::apart().await;
    let server = Server::at(&database.url).await;
    let tenant = Tenant::new(&server, 'A').await;
    let program = Program::start(&database.url, &[]);
    program.ready(&client()).await;
    let admin = tenant.superior.at(&program.url);
    let change =
        async |field: &str, input: Json| admin.done(field, input, "plugin { id version }").await["plugin"].clone();
    let named = |plugin: &Json| json!({ "id": plugin["id"], "expectedVersion": plugin["version"] });
    let bytes = guest(Hook::Score, TRAPS);
    let installed = change("pluginInstall", input(&with_code("\"score\"", &bytes), &bytes)).await;
    let enabled = change("pluginEnable", named(&installed)).await;
    let one = async || admin.gql(ONE, json!({ "plugin": enabled["id"], "input": {} })).await;
    let many = async || admin.gql(MANY, json!({ "plugin": enabled["id"], "inputs": [{}] })).await;

    for _ in 0..5 {
        let reply = one().await;
        assert_eq!(reply.code(), "PLUGIN_TRAP", "{}", reply.text);
    }
    let reply = one().await;
    assert_eq!(reply.code(), "PLUGIN_DISABLED", "{}", reply.text);
    let before = program.figure(COMPILED).await;
    let reply = many().await;
    assert_eq!(reply.code(), "PLUGIN_DISABLED", "{}", reply.text);
    assert_eq!(program.figure(COMPILED).await, before);

    // Somebody has looked at it.
    let disabled = change("pluginDisable", named(&enabled)).await;
    change("pluginEnable", named(&disabled)).await;
    let reply = many().await;
    assert_eq!(reply.code(), "PLUGIN_TRAP", "{}", reply.text);
    assert_eq!(program.figure(COMPILED).await, before + 1);
    drop(program);
    drop(server);
    database.remove().await;
}
