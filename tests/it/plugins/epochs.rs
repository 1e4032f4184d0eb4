//! A change of plug-ins is prepared for by all servers before it comes to work. Processes of their own, without Redis:
//! no hint reaches the other, so all that it learns it learns by asking.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use chrono::TimeDelta;
use host::{Hook, guests::NOTHING};
use serde_json::{Value as Json, json};
use zugong::kernel::housekeeping::tidy;
use zugong_tests::{
    Actor, Probe, Server, Tenant, World,
    client::codes,
    database::TestDatabase,
    plant::{Program, program},
    server::client,
};

use super::{
    Files, change,
    code::{guest, input, with_code},
    install,
};

/// Two servers over one database.
struct Pair {
    database: TestDatabase,
    tenant: Tenant,
    probe: Probe,
    programs: [Program; 2],
}

impl Pair {
    async fn start(patience: &str) -> Self {
        let database = TestDatabase::apart().await;
        let server = Server::at(&database.url).await;
        let tenant = Tenant::new(&server, 'A').await;
        let probe = Probe::of(&database.url, tenant.id).await;
        let settings = [("ZUGONG_PLUGIN_PATIENCE_MILLIS", patience)];
        let programs = [Program::start(&database.url, &settings), Program::start(&database.url, &settings)];
        for program in &programs {
            program.ready(&client()).await;
        }
        let pair = Self { database, tenant, probe, programs };
        pair.both_known().await;
        pair
    }

    /// The administrator at one of the servers.
    fn at(&self, program: usize) -> Actor {
        self.tenant.superior.at(&self.programs[program].url)
    }

    async fn both_known(&self) {
        let begun = Instant::now();
        while self.probe.number("select count(*) from replica", vec![]).await < 2 {
            assert!(begun.elapsed() < Duration::from_secs(10), "a server does not say that it is there");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Schemas built and components compiled by a server.
    async fn made(&self, program: usize) -> (u64, u64) {
        let program = &self.programs[program];
        (
            program.figure("zugong_schema_seconds_count").await,
            program.figure("zugong_plugin_compile_seconds_count").await,
        )
    }

    /// Asks a server until it has heard of a change; what it does not know is refused.
    async fn until_known(&self, program: usize, query: &str, variables: Json) -> Json {
        let begun = Instant::now();
        loop {
            let reply = self.at(program).gql(query, variables.clone()).await;
            if reply.body.get("errors").is_none() {
                return reply.body["data"].clone();
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "{}", reply.text);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn epochs(&self) -> Vec<Json> {
        let query = "{ pluginEpochs { totalCount nodes { number state action createdAt activatedAt plugin { key }
            acks { nodes { replica isReady error millis } } } } }";
        self.at(0).ok(query, json!({})).await["pluginEpochs"]["nodes"].as_array().unwrap().clone()
    }

    async fn end(self) {
        drop(self.programs);
        drop(self.probe);
        self.database.remove().await;
    }
}

pub fn named(plugin: &Json) -> Json {
    json!({ "id": plugin["id"], "expectedVersion": plugin["version"] })
}

fn with_score(version: &str) -> (Files, Vec<u8>) {
    let bytes = guest(Hook::Score, NOTHING);
    (with_code("\"score\"", &bytes).manifest("version = \"1.0.0\"", &format!("version = \"{version}\"")), bytes)
}

const CHOSEN: &str = "plugin { id version state release }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_request_after_an_activation_finds_everything_made() {
    let pair = Pair::start("8000").await;
    let (files, bytes) = with_score("1.0.0");
    let installed = pair.at(0).done("pluginInstall", input(&files, &bytes), CHOSEN).await["plugin"].clone();
    assert_eq!(pair.epochs().await, Vec::<Json>::new(), "nothing is at work");
    let enabled = pair.at(0).done("pluginEnable", named(&installed), CHOSEN).await["plugin"].clone();
    assert_eq!((pair.made(0).await, pair.made(1).await), ((1, 1), (1, 1)));
    let used = "query($plugin: ID!) { bwly_applications { totalCount }
        pluginScore(plugin: $plugin, scheme: \"annual\", input: {}) { item } }";
    for program in [0, 1] {
        let seen = pair.until_known(program, used, json!({ "plugin": enabled["id"] })).await;
        assert_eq!(seen["bwly_applications"]["totalCount"], 0);
        assert_eq!(pair.made(program).await, (1, 1), "server {program} made something anew");
    }

    let (later, bytes) = with_score("1.1.0");
    let upgraded = pair.at(1).done("pluginUpgrade", input(&later, &bytes), CHOSEN).await["plugin"].clone();
    let back = pair.at(0).done("pluginRollback", named(&upgraded), CHOSEN).await["plugin"].clone();
    pair.at(1).done("pluginDisable", named(&back), CHOSEN).await;
    for program in [0, 1] {
        assert_eq!(pair.made(program).await, (2, 1), "server {program}: the former schema is there still");
    }
    let epochs = pair.epochs().await;
    let told: Vec<_> = epochs.iter().map(|e| (&e["number"], &e["state"], &e["action"])).collect();
    let (active, actions) = (json!("ACTIVE"), ["DISABLE", "ROLLBACK", "UPGRADE", "ENABLE"].map(|action| json!(action)));
    let expected: Vec<_> = [4, 3, 2, 1].map(|n| json!(n)).into();
    let expected: Vec<_> = expected.iter().zip(&actions).map(|(number, action)| (number, &active, action)).collect();
    assert_eq!(told, expected);
    for epoch in &epochs[1..] {
        let acks = epoch["acks"]["nodes"].as_array().unwrap();
        assert!(acks.len() == 2 && acks.iter().all(|ack| ack["isReady"] == true), "{epoch}");
        assert!(epoch["activatedAt"].as_str() > epoch["createdAt"].as_str() && epoch["plugin"]["key"].is_string());
    }
    let refused = pair.tenant.senior.at(&pair.programs[0].url).gql("{ pluginEpochs { totalCount } }", json!({})).await;
    assert_eq!(refused.code(), "FORBIDDEN");
    pair.end().await;
}

/// Whoever stands still is waited for once, and finds out by itself when it goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_does_not_answer_holds_nobody_up_beyond_the_deadline() {
    let pair = Pair::start("1500").await;
    let files = Files::new("bwly");
    let installed = pair.at(0).done("pluginInstall", files.input(), CHOSEN).await["plugin"].clone();
    // With a transaction open it would hold up every writer of SQLite.
    tokio::time::sleep(Duration::from_millis(300)).await;
    pair.programs[1].told("STOP");
    let asked = Instant::now();
    let enabled = pair.at(0).done("pluginEnable", named(&installed), CHOSEN).await["plugin"].clone();
    let took = asked.elapsed();
    assert!(took > Duration::from_millis(1400) && took < Duration::from_secs(5), "{took:?}");
    let asked = Instant::now();
    let disabled = pair.at(0).done("pluginDisable", named(&enabled), CHOSEN).await["plugin"].clone();
    assert!(asked.elapsed() < Duration::from_millis(1200), "waited for in vain once, it is not waited for again");
    pair.at(0).done("pluginEnable", named(&disabled), CHOSEN).await;
    pair.programs[1].told("CONT");
    pair.until_known(1, "{ bwly_applications { totalCount } }", json!({})).await;
    let epochs = pair.epochs().await;
    assert!(epochs.iter().all(|epoch| epoch["state"] == "ACTIVE"), "{epochs:?}");
    pair.end().await;
}

/// A server that cannot prepare stops the change, unless something is taken away by it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_cannot_prepare_stops_the_change() {
    let pair = Pair::start("8000").await;
    let (files, bytes) = with_score("1.0.0");
    let installed = pair.at(0).done("pluginInstall", input(&files, &bytes), CHOSEN).await["plugin"].clone();
    // The first has compiled the component, the other looks for it in vain.
    pair.probe.run("delete from blob where tenant_id = $1", vec![pair.tenant.id.into()]).await;
    let refused = pair.at(0).mutate("pluginEnable", named(&installed), CHOSEN).await;
    assert_eq!(codes(&refused), ["PLUGIN_NOT_PREPARED"], "{refused}");
    let seen = pair.at(0).ok("{ plugins { nodes { state version } } }", json!({})).await;
    assert_eq!(seen["plugins"]["nodes"], json!([{ "state": "INSTALLED", "version": 1 }]));
    let epochs = pair.epochs().await;
    assert_eq!((epochs.len(), &epochs[0]["state"], &epochs[0]["number"]), (1, &json!("ABANDONED"), &Json::Null));
    let errors = epochs[0]["acks"]["nodes"].as_array().unwrap().iter().filter_map(|ack| ack["error"].as_str());
    assert!(errors.clone().count() == 1 && errors.clone().all(|e| e.contains("missing")), "{epochs:?}");
    pair.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_administrators_at_two_servers_one_wins_and_the_other_is_told() {
    let pair = Pair::start("8000").await;
    let mut installed = vec![];
    for prefix in ["aaly", "bwly"] {
        installed.push(pair.at(0).done("pluginInstall", Files::new(prefix).input(), CHOSEN).await["plugin"].clone());
    }
    let (one, other) = (pair.at(0), pair.at(1));
    // Another plug-in's change in between is no reason to refuse: it is tried again.
    let both = tokio::join!(
        one.done("pluginEnable", named(&installed[0]), CHOSEN),
        other.done("pluginEnable", named(&installed[1]), CHOSEN)
    );
    assert_eq!((&both.0["plugin"]["state"], &both.1["plugin"]["state"]), (&json!("ENABLED"), &json!("ENABLED")));
    let same = named(&both.0["plugin"]);
    let twice = tokio::join!(
        one.mutate("pluginDisable", same.clone(), CHOSEN),
        other.mutate("pluginDisable", same.clone(), CHOSEN)
    );
    let mut answers = [codes(&twice.0), codes(&twice.1)];
    answers.sort();
    assert_eq!(answers, [vec![], vec!["VERSION_MISMATCH"]]);
    let epochs = pair.epochs().await;
    let numbers: Vec<_> = epochs.iter().filter(|e| e["state"] == "ACTIVE").map(|e| e["number"].as_i64()).collect();
    assert_eq!(numbers.len(), 3, "{epochs:?}");
    assert!(epochs.iter().all(|e| e["state"] != "PREPARING"), "whoever wins gives up the others: {epochs:?}");
    for program in [0, 1] {
        pair.until_known(program, "{ bwly_applications { totalCount } }", json!({})).await;
    }
    pair.end().await;
}

/// A server that is told to stop takes itself out, and one that is alone waits for itself.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_alone_waits_for_itself_alone() {
    let mut pair = Pair::start("8000").await;
    let installed = pair.at(0).done("pluginInstall", Files::new("bwly").input(), CHOSEN).await["plugin"].clone();
    pair.programs[1].stop().await;
    let asked = Instant::now();
    pair.at(0).done("pluginEnable", named(&installed), CHOSEN).await;
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    let epochs = pair.epochs().await;
    assert_eq!(epochs[0]["acks"]["nodes"].as_array().map(Vec::len), Some(1), "{epochs:?}");
    pair.end().await;
}

/// Who operates the installation changes plug-ins from a process that serves nobody: those that serve prepare all the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_by_the_command_line_is_prepared_for_by_all_who_serve() {
    let pair = Pair::start("8000").await;
    let folder = tempfile::tempdir().unwrap();
    let zugong = |arguments: &[&str]| {
        let mut command = Command::new(program());
        command.arg("plugin").args(arguments).args(["--tenant", &pair.tenant.code]);
        let done = command.env("ZUGONG_DATABASE_URL", &pair.database.url).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    let package = folder.path().to_str().unwrap();
    Files::new("bwly").write(folder.path());
    zugong(&["install", package]);
    assert_eq!(pair.epochs().await, Vec::<Json>::new(), "what is only shown is not prepared for");
    zugong(&["install", package, "--yes"]);
    Files::new("bwly").manifest("version = \"1.0.0\"", "version = \"1.1.0\"").write(folder.path());
    zugong(&["upgrade", package, "--yes"]);
    for program in [0, 1] {
        pair.until_known(program, "{ bwly_applications { totalCount } }", json!({})).await;
        assert_eq!(pair.made(program).await, (2, 0), "server {program}: one for each version, before it was asked for");
    }
    zugong(&["rollback", "330203.bwly"]);
    zugong(&["disable", "330203.bwly"]);
    let epochs = pair.epochs().await;
    assert_eq!(epochs.iter().map(|e| e["number"].as_i64().unwrap()).collect::<Vec<_>>(), [4, 3, 2, 1]);
    assert!(epochs.iter().all(|e| e["acks"]["nodes"].as_array().unwrap().len() == 2), "{epochs:?}");
    pair.end().await;
}

/// What was begun by somebody who was killed is given up, and does not stand in the way of the next change before that.
#[tokio::test]
async fn what_nobody_finishes_is_given_up() {
    let world = World::on(Server::apart().await).await;
    let (tenant, server) = (&world.a, &world.server);
    let plugin = install(tenant, &Files::new("bwly")).await;
    let probe = Probe::of(server.database_url(), tenant.id).await;
    let begin =
        "insert into plugin_epoch (tenant_id, id, state, plugin_id, action, packages, slots, replica_id, created_at)
        select $1, $2, 'PREPARING', id, 'DISABLE', '[]', '[]', $2, $3 from plugin where tenant_id = $1";
    let begun = async || {
        let row = vec![tenant.id.into(), uuid::Uuid::now_v7().into(), server.clock.now().into()];
        probe.run(begin, row).await;
    };
    let count = async |state: &str| probe.count_where("plugin_epoch", &format!("state = '{state}'"), vec![]).await;
    begun().await;
    assert_eq!((count("PREPARING").await, count("ACTIVE").await), (1, 1));
    change(tenant, "pluginDisable", &plugin).await;
    assert_eq!((count("PREPARING").await, count("ACTIVE").await, count("ABANDONED").await), (0, 2, 1));
    begun().await;
    let seen = vec![uuid::Uuid::now_v7().into(), server.clock.now().into()];
    probe.run("insert into replica (id, started_at, seen_at) values ($1, $2, $2)", seen).await;
    for (minutes, left) in [(5, (1, 1)), (6, (0, 1)), (24 * 60, (0, 0))] {
        server.clock.advance(TimeDelta::minutes(minutes));
        tidy(&server.platform).await.unwrap();
        let replicas = probe.number("select count(*) from replica", vec![]).await;
        assert_eq!((count("PREPARING").await, replicas), left, "{minutes} minutes later");
    }
    assert_eq!(count("ABANDONED").await, 2);
    TestDatabase::of(server.database_url()).remove().await;
}

/// What was to be prepared for stays in the database; where nothing was written under it, it binds nobody.
#[tokio::test]
async fn what_came_with_a_change_that_was_given_up_binds_nobody() {
    let world = World::on(Server::apart().await).await;
    let (tenant, server) = (&world.a, &world.server);
    install(tenant, &Files::new("bwly")).await;
    let with = |version: &str, kind: &str| {
        let field =
            format!("[[field]]\ntarget = \"Unit\"\nkey = \"share\"\ntitle = \"份额\"\ntype = \"{kind}\"\n\n[[matter]]");
        Files::new("bwly")
            .manifest("version = \"1.0.0\"", &format!("version = \"{version}\""))
            .manifest("[[matter]]", &field)
            .input()
    };
    // Another server, which says that it cannot.
    let probe = Probe::of(server.database_url(), tenant.id).await;
    let (other, now) = (uuid::Uuid::now_v7(), server.clock.now());
    let seen = vec![other.into(), now.into()];
    probe.run("insert into replica (id, started_at, seen_at) values ($1, $2, $2)", seen).await;
    let cannot = async {
        let acks = "insert into plugin_ack (tenant_id, id, epoch_id, replica_id, ok, error, millis, at)
            select $1, $2, id, $2, false, 'no', 1, $3 from plugin_epoch where tenant_id = $1 and state = 'PREPARING'";
        while probe.count_where("plugin_ack", "error = 'no'", vec![]).await == 0 {
            probe.run(acks, vec![tenant.id.into(), other.into(), now.into()]).await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (refused, ()) = tokio::join!(tenant.superior.mutate("pluginUpgrade", with("1.1.0", "text"), CHOSEN), cannot);
    assert_eq!(codes(&refused), ["PLUGIN_NOT_PREPARED"], "{refused}");
    assert_eq!(probe.count("plugin_package").await, 2, "it is kept");
    probe.run("delete from replica where id = $1", vec![other.into()]).await;

    let upgraded = tenant.superior.done("pluginUpgrade", with("1.1.1", "integer"), CHOSEN).await;
    assert_eq!(upgraded["plugin"]["release"], "1.1.1");
    let retyped = tenant.superior.mutate("pluginUpgrade", with("1.2.0", "text"), CHOSEN).await;
    assert_eq!(codes(&retyped), ["INVALID_VALUE"], "what came to work binds: {retyped}");
    TestDatabase::of(server.database_url()).remove().await;
}
