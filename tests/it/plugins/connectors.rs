//! Agencies' systems that plug-ins speak to: asked when items start, waited for, and never believed too much.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use zugong::modules::plugins::connectors::{
    calling::round,
    client::{Client, Lookup},
};
use zugong_tests::{
    Probe, Server, Tenant, World,
    client::{codes, fields},
    database::TestDatabase,
    system::{CONNECTOR, Mode, OPERATION, SECRET, System},
};

use super::{Files, change, install, submit};

const CALL: &str =
    r#"call = { connector = "hr-social", operation = "check", then = "finish", result = "message", pass = "passed" }"#;
const NOTE: &str = r#"call = { connector = "hr-social", operation = "check", then = "note", result = "message" }"#;

/// A plug-in whose first branch is finished by the agency's system, and whose second is told what it says.
pub fn files() -> Files {
    let mut files = Files::new("bwly")
        .manifest(
            "fields = [\"name\", \"birthDate\", \"kind\"]\n",
            &format!("fields = [\"name\", \"birthDate\", \"kind\"]\n{CALL}\n"),
        )
        .manifest("fields = [\"name\", \"kind\"]\n", &format!("fields = [\"name\", \"kind\"]\n{NOTE}\n"));
    let manifest = format!("{}{CONNECTOR}", files.0["plugin.toml"].as_str().unwrap());
    files.0.insert("plugin.toml".into(), json!(manifest));
    files.0.insert(OPERATION.0.into(), json!(OPERATION.1));
    files
}

/// A client that may reach systems on this machine.
pub fn local() -> Client {
    Client::new(&["127.0.0.0/8".into()]).unwrap()
}

/// Sets the connection; its id and version.
pub async fn connect(tenant: &Tenant, plugin: &Json, address: &str, version: Option<i64>) -> Json {
    let input = json!({ "plugin": plugin["id"], "connector": "hr-social", "address": address, "secret": SECRET,
                        "actor": tenant.service.user, "expectedVersion": version });
    tenant.superior.done("pluginConnectorSet", input, "pluginConnector { id version state }").await["pluginConnector"]
        .clone()
}

pub async fn apply(tenant: &Tenant, who: &str) -> Json {
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "SECOND", "reason": "工作需要" });
    let made = submit(tenant, "bwly.apply", who, who, form).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    made["case"]["id"].clone()
}

/// The items of a case by key, as an administrator reads them.
pub async fn items(tenant: &Tenant, case: &Json) -> Json {
    let query = "query($id: ID!) { case(id: $id) { items { nodes { id key version state result pausedOn pausedDays dueOn \
        callState callNote callError steps(first: 50) { nodes { action } } } } } }";
    let read = tenant.superior.ok(query, json!({ "id": case })).await;
    let nodes = read["case"]["items"]["nodes"].as_array().unwrap().iter();
    nodes
        .map(|node| (node["key"].as_str().unwrap().to_string(), node.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

pub async fn calls(tenant: &Tenant) -> Vec<Json> {
    let query = "{ pluginConnectors { nodes { failures restsUntil calls(first: 50, orderBy: [{ field: AT }]) { nodes { \
        operation attempt status millis error item { key } } } } } }";
    let read = tenant.superior.ok(query, json!({})).await;
    read["pluginConnectors"]["nodes"][0]["calls"]["nodes"].as_array().unwrap().clone()
}

/// Asks what is due.
pub async fn ask(world: &World, client: &Client) {
    round(&world.server.identity, client, world.a.id).await.unwrap();
}

/// The same job once more, as if nobody had asked yet.
async fn again(world: &World) {
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    probe.run("update connector_job set state = 'PENDING' where tenant_id = $1", vec![world.a.id.into()]).await;
    probe
        .run(
            "update plugin_connector set failures = 0, rests_until = null where tenant_id = $1",
            vec![world.a.id.into()],
        )
        .await;
    world.server.clock.advance(TimeDelta::hours(2));
}

#[tokio::test]
async fn a_system_finishes_one_item_and_tells_of_another() {
    // What has served its time goes in every tenant, and other tests live in another time.
    let (world, system) = (World::on(Server::apart().await).await, System::start().await);
    let tenant = &world.a;
    let plugin = install(tenant, &files()).await;
    connect(tenant, &plugin, &system.url, None).await;
    let case = apply(tenant, "applicant").await;
    assert_eq!(items(tenant, &case).await["organisation"]["callState"], "PENDING");
    ask(&world, &local()).await;
    let seen = items(tenant, &case).await;
    let first = &seen["organisation"];
    assert_eq!((&first["state"], &first["result"]), (&json!("DONE"), &json!("已核对参保情况")), "{seen}");
    let steps = first["steps"]["nodes"].as_array().unwrap();
    let count = |action: &str| steps.iter().filter(|step| step["action"] == action).count();
    assert_eq!((count("ACCEPT"), count("FINISH")), (1, 1));
    // The second has started with it, and is only told.
    assert_eq!(seen["payroll"]["callState"], "PENDING");
    ask(&world, &local()).await;
    let second = items(tenant, &case).await["payroll"].clone();
    let told = (&second["state"], &second["callState"], &second["callNote"]);
    assert_eq!(told, (&json!("PENDING"), &json!("DONE"), &json!("已核对参保情况")), "{second}");
    ask(&world, &local()).await;
    // It learned what the operation asks and the branch sees, and nothing else.
    assert_eq!(system.bodies(), vec![json!({ "name": "王明", "kind": "SECOND" }); 2]);
    assert_eq!((system.effects(), system.refused()), (2, 0));
    let calls = calls(tenant).await;
    assert_eq!(calls.len(), 2);
    assert_eq!((&calls[0]["status"], &calls[0]["error"], &calls[0]["attempt"]), (&json!(200), &Json::Null, &json!(1)));
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    assert_eq!(probe.count_where("audit", "action = $2", vec!["pluginConnectorCall".into()]).await, 2);
    // Another tenant knows nothing of it, and neither does an administrator of a part.
    let query = "{ pluginConnectors { nodes { id } } }";
    assert_eq!(world.b.superior.ok(query, json!({})).await["pluginConnectors"]["nodes"], json!([]));
    assert_eq!(tenant.senior.gql(query, json!({})).await.code(), "FORBIDDEN");
    // What was asked is known for half a year; that it was is on record for good.
    for (days, kept) in [(179, 2), (2, 0)] {
        world.server.clock.advance(TimeDelta::days(days));
        zugong::kernel::housekeeping::tidy(&world.server.platform).await.unwrap();
        assert_eq!(probe.count_where("connector_call", "1 = 1", vec![]).await, kept);
    }
    assert_eq!(probe.count_where("audit", "action = $2", vec!["pluginConnectorCall".into()]).await, 2);
    TestDatabase::of(world.server.database_url()).remove().await;
}

#[tokio::test]
async fn an_item_waits_with_its_clock_stopped_and_recovers_once() {
    let (world, system) = (World::start().await, System::start().await);
    let tenant = &world.a;
    let plugin = install(tenant, &files()).await;
    let case = apply(tenant, "applicant").await;
    // Nobody has set it up yet: the agency is not to blame.
    ask(&world, &local()).await;
    let waiting = items(tenant, &case).await["organisation"].clone();
    assert_eq!(
        (&waiting["callState"], &waiting["callError"]),
        (&json!("PARKED"), &json!("NOT_CONFIGURED")),
        "{waiting}"
    );
    connect(tenant, &plugin, &system.url, None).await;
    system.set(Mode::Status("503 Service Unavailable"));
    for _ in 0..5 {
        ask(&world, &local()).await;
        world.server.clock.advance(TimeDelta::seconds(20));
    }
    let waiting = items(tenant, &case).await["organisation"].clone();
    assert_eq!((&waiting["state"], &waiting["pausedOn"]), (&json!("PENDING"), &json!("2025-09-22")), "{waiting}");
    assert_eq!((&waiting["callError"], system.asked()), (&json!("UNAVAILABLE"), 5));
    // Five failures in a row: it is left alone for a while.
    ask(&world, &local()).await;
    assert_eq!(system.asked(), 5, "it rests");
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    assert_eq!(probe.count_where("plugin_connector", "rests_until is not null and failures = 5", vec![]).await, 1);
    world.server.clock.advance(TimeDelta::days(3));
    system.set(Mode::Answers("已核对参保情况", true));
    for _ in 0..3 {
        ask(&world, &local()).await;
    }
    let seen = items(tenant, &case).await;
    let done = &seen["organisation"];
    assert_eq!(
        (&done["state"], &done["pausedDays"], &done["callState"]),
        (&json!("DONE"), &json!(3), &json!("DONE")),
        "{seen}"
    );
    assert_eq!(probe.count_where("plugin_connector", "rests_until is null and failures = 0", vec![]).await, 1);
    assert_eq!((system.effects(), system.asked()), (2, 7), "once for each item");
}

#[tokio::test]
async fn what_people_do_to_a_waiting_item_counts() {
    let (world, system) = (World::start().await, System::start().await);
    let tenant = &world.a;
    let plugin = install(tenant, &files()).await;
    let set = connect(tenant, &plugin, &system.url, None).await;
    system.set(Mode::Status("503 Service Unavailable"));
    let case = apply(tenant, "applicant").await;
    ask(&world, &local()).await;
    world.server.clock.advance(TimeDelta::days(2));
    let waiting = items(tenant, &case).await["organisation"].clone();
    assert_eq!(waiting["pausedOn"], "2025-09-22");
    let input = json!({ "id": waiting["id"], "expectedVersion": waiting["version"] });
    tenant.superior.done("caseItemAccept", input, "caseItem { id }").await;
    let taken = items(tenant, &case).await["organisation"].clone();
    assert_eq!((&taken["pausedOn"], &taken["pausedDays"]), (&Json::Null, &json!(2)), "{taken}");
    system.set(Mode::Answers("已核对参保情况", true));
    ask(&world, &local()).await;
    let taken = items(tenant, &case).await["organisation"].clone();
    assert_eq!((&taken["callState"], &taken["state"], system.asked()), (&json!("DROPPED"), &json!("ACCEPTED"), 1));
    // A connection that is not used any more leaves nothing to ask.
    let input = json!({ "id": set["id"], "expectedVersion": set["version"] });
    let off = tenant.superior.done("pluginConnectorDisable", input.clone(), "pluginConnector { state }").await;
    assert_eq!(off["pluginConnector"]["state"], "DISABLED");
    assert_eq!(
        codes(&tenant.superior.mutate("pluginConnectorDisable", input, "pluginConnector { id }").await),
        ["VERSION_MISMATCH"]
    );
}

#[tokio::test]
async fn answers_that_are_no_answers_go_to_the_agency() {
    let (world, system, other) = (World::start().await, System::start().await, System::start().await);
    let tenant = &world.a;
    let plugin = install(tenant, &files()).await;
    connect(tenant, &plugin, &system.url, None).await;
    let case = apply(tenant, "applicant").await;
    let modes = [
        (Mode::Answers("未参保", false), "NOT_PASSED"),
        (Mode::Says("{\"passed\":\"yes\",\"message\":\"好\"}".into()), "ANSWER_INVALID"),
        (Mode::Says("{\"passed\":true,\"message\":\"好\",\"more\":1}".into()), "ANSWER_INVALID"),
        (Mode::Says("no JSON".into()), "ANSWER_INVALID"),
        (Mode::Says("[".repeat(10_000)), "ANSWER_INVALID"),
        (Mode::Says(" ".repeat(100_000)), "ANSWER_TOO_LARGE"),
        (Mode::Forged, "ANSWER_UNSIGNED"),
        (Mode::Leads(format!("{}/api/insurance/check", other.url)), "REDIRECT"),
        (Mode::Status("403 Forbidden"), "REFUSED"),
    ];
    for (mode, code) in modes {
        system.set(mode);
        ask(&world, &local()).await;
        let item = items(tenant, &case).await["organisation"].clone();
        let seen = (&item["state"], &item["callState"], &item["callError"], &item["pausedOn"]);
        assert_eq!(seen, (&json!("PENDING"), &json!("HANDED"), &json!(code), &Json::Null), "{code}: {item}");
        again(&world).await;
    }
    assert_eq!(other.asked(), 0, "nobody is led elsewhere");
    assert!(calls(tenant).await.iter().any(|call| call["error"] == "REDIRECT" && call["status"] == 307));
}

#[tokio::test]
async fn addresses_behind_the_walls_are_not_reached() {
    let (world, system) = (World::start().await, System::start().await);
    let tenant = &world.a;
    let plugin = install(tenant, &files()).await;
    let port = system.url.rsplit(':').next().unwrap().to_string();
    let mut version = connect(tenant, &plugin, &system.url, None).await["version"].as_i64();
    let case = apply(tenant, "applicant").await;
    let nothing = Client::new(&[]).unwrap();
    let spellings = ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "[::ffff:127.0.0.1]", "0.0.0.0"];
    for host in spellings {
        version = connect(tenant, &plugin, &format!("http://{host}:{port}"), version).await["version"].as_i64();
        again(&world).await;
        ask(&world, &nothing).await;
        let item = items(tenant, &case).await["organisation"].clone();
        assert_eq!(
            (&item["callError"], &item["callState"]),
            (&json!("ADDRESS_REFUSED"), &json!("PARKED")),
            "{host}: {item}"
        );
    }
    // A name is looked up once, all that it stands for is held against the rules, and no answer later counts.
    let asked = Arc::new(AtomicUsize::new(0));
    let names = |answers: &'static [&'static [&'static str]]| -> Lookup {
        let asked = asked.clone();
        Arc::new(move |_, port| {
            let n = asked.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1);
            Box::pin(
                async move { Ok(answers[n].iter().map(|ip| SocketAddr::new(ip.parse().unwrap(), port)).collect()) },
            )
        })
    };
    version = connect(tenant, &plugin, &format!("http://hr.example.gov.cn:{port}"), version).await["version"].as_i64();
    let granted = ["127.0.0.0/8".to_string()];
    const BAD: [&[&[&str]]; 3] = [&[&["127.0.0.1", "10.0.0.1"]], &[&["169.254.169.254"]], &[&["fd00:ec2::254"]]];
    for answers in BAD {
        again(&world).await;
        ask(&world, &Client::looking_up(&granted, names(answers)).unwrap()).await;
        let item = items(tenant, &case).await["organisation"].clone();
        assert_eq!(item["callError"], "ADDRESS_REFUSED", "{item}");
    }
    assert_eq!(system.asked(), 0, "no socket was opened");
    asked.store(0, Ordering::SeqCst);
    again(&world).await;
    const REBINDING: &[&[&str]] = &[&["127.0.0.1"], &["169.254.169.254"]];
    ask(&world, &Client::looking_up(&granted, names(REBINDING)).unwrap()).await;
    assert_eq!(items(tenant, &case).await["organisation"]["state"], "DONE");
    assert_eq!((asked.load(Ordering::SeqCst), system.asked(), version.is_some()), (1, 1, true));
}

#[tokio::test]
async fn a_call_that_is_repeated_counts_once() {
    let (world, system) = (World::start().await, System::start().await);
    let tenant = &world.a;
    let plugin = install(tenant, &files()).await;
    connect(tenant, &plugin, &system.url, None).await;
    let case = apply(tenant, "applicant").await;
    // The system has done it, and nobody heard.
    system.set(Mode::Breaks);
    ask(&world, &local()).await;
    let item = items(tenant, &case).await["organisation"].clone();
    assert_eq!((&item["callError"], system.effects()), (&json!("BROKEN_OFF"), 1), "{item}");
    system.set(Mode::Answers("已核对参保情况", true));
    world.server.clock.advance(TimeDelta::seconds(5));
    let replica = world.server.replica().await;
    replica.clock.set(world.server.clock.now());
    let client = local();
    let (one, other) =
        tokio::join!(round(&world.server.identity, &client, tenant.id), round(&replica.identity, &client, tenant.id));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    let item = items(tenant, &case).await["organisation"].clone();
    let finished = item["steps"]["nodes"].as_array().unwrap().iter().filter(|step| step["action"] == "FINISH").count();
    assert_eq!((&item["state"], finished, &item["callState"]), (&json!("DONE"), 1, &json!("DONE")), "{item}");
    let keyed = system.bodies().len();
    assert!(keyed <= 3 && system.effects() <= 2, "{keyed} {}", system.effects());
}

#[tokio::test]
async fn what_cannot_be_repeated_is_not() {
    let (world, system) = (World::start().await, System::start().await);
    let tenant = &world.a;
    let files = files().with(OPERATION.0, "\"idempotent\": true", "\"idempotent\": false");
    let plugin = install(tenant, &files).await;
    connect(tenant, &plugin, &system.url, None).await;
    let case = apply(tenant, "applicant").await;
    system.set(Mode::Breaks);
    for _ in 0..3 {
        ask(&world, &local()).await;
        world.server.clock.advance(TimeDelta::hours(1));
    }
    let item = items(tenant, &case).await["organisation"].clone();
    assert_eq!(
        (&item["callState"], &item["state"], system.asked()),
        (&json!("HANDED"), &json!("PENDING"), 1),
        "{item}"
    );
    // A plug-in that is not at work asks nothing.
    let case = apply(tenant, "colleague").await;
    change(tenant, "pluginDisable", &plugin).await;
    ask(&world, &local()).await;
    assert_eq!(items(tenant, &case).await["organisation"]["callError"], "PLUGIN_DISABLED");
    assert_eq!(system.asked(), 1);
}

#[tokio::test]
async fn a_connection_is_set_with_everything_or_not_at_all() {
    let (world, system) = (World::start().await, System::start().await);
    let tenant = &world.a;
    let plugin = install(tenant, &files()).await;
    let input = |changes: Json| {
        let mut input = json!({ "plugin": plugin["id"], "connector": "hr-social", "address": system.url, "secret": SECRET,
                                "actor": tenant.service.user });
        for (key, value) in changes.as_object().unwrap() {
            input[key] = value.clone();
        }
        input
    };
    let set = async |changes: Json| {
        tenant.superior.mutate("pluginConnectorSet", input(changes), "pluginConnector { id version }").await
    };
    for (changes, code, field) in [
        (json!({ "connector": "other" }), "UNKNOWN_REFERENCE", "input.connector"),
        (json!({ "address": "http://user:pw@host" }), "INVALID_FORMAT", "input.address"),
        (json!({ "address": "http://host/path" }), "INVALID_FORMAT", "input.address"),
        (json!({ "address": "file:///etc/passwd" }), "INVALID_FORMAT", "input.address"),
        (json!({ "secret": "short" }), "INVALID_FORMAT", "input.secret"),
        (json!({ "secret": "sixteen characters\n and more" }), "INVALID_FORMAT", "input.secret"),
        (json!({ "secret": null }), "REQUIRED", "input.secret"),
        (json!({ "actor": tenant.senior.user }), "UNKNOWN_REFERENCE", "input.actor"),
        (json!({ "actor": world.b.service.user }), "UNKNOWN_REFERENCE", "input.actor"),
        (json!({ "expectedVersion": 7 }), "VERSION_MISMATCH", "input.expectedVersion"),
    ] {
        let refused = set(changes.clone()).await;
        assert_eq!((codes(&refused), fields(&refused)), (vec![code], vec![field]), "{changes}: {refused}");
    }
    assert_eq!(set(json!({})).await["pluginConnector"]["version"], 1);
    // The secret stays where only the account changes, and goes nowhere else unknown.
    let same = set(json!({ "secret": null, "expectedVersion": 1 })).await;
    assert_eq!(same["pluginConnector"]["version"], 2, "{same}");
    let elsewhere = set(json!({ "secret": null, "expectedVersion": 2, "address": "http://elsewhere.example" })).await;
    assert_eq!((codes(&elsewhere), fields(&elsewhere)), (vec!["REQUIRED"], vec!["input.secret"]));
    let case = apply(tenant, "applicant").await;
    ask(&world, &local()).await;
    assert_eq!(items(tenant, &case).await["organisation"]["state"], "DONE");
}
