//! Plug-ins that lead to themselves: matters that begin each other in turn, and a system that asks us while we ask it.

use std::time::{Duration, Instant};

use host::{
    Hook,
    guests::{Guest, NOTHING},
};
use serde_json::{Value as Json, json};
use zugong::{http::app::HttpSettings, modules::plugins::transitions::settling::round};
use zugong_tests::{
    Server, Tenant, World,
    client::codes,
    system::{CONNECTOR, Mode, OPERATION, System},
};

use super::{
    Files, approve,
    asking::{CALLS, PASSES_ON},
    code::{guest, input, install, with_code},
    connectors::connect,
    own::grant,
    submit,
};

/// A plug-in with two matters that may begin them.
fn two_matters(bytes: &[u8]) -> Files {
    let capability = "[capabilities]\neffects = [\"start-matter\"]\n\n[[rule]]";
    twice(with_code("\"on-transition\"", bytes)).manifest("[[rule]]", capability)
}

/// The plug-in with two matters, `apply` and `reply`, of the same form.
pub fn twice(files: Files) -> Files {
    let text = files.0["plugin.toml"].as_str().unwrap().to_string();
    let matter = &text[text.find("[[matter]]").unwrap()..text.find("[code]").unwrap()];
    let second = matter
        .replace("key = \"apply\"", "key = \"reply\"")
        .replace("plural = \"applications\"", "plural = \"replies\"")
        .replace("编外录用申请", "编外录用答复");
    files.manifest("[[rule]]", &format!("{second}\n[[rule]]"))
}

/// Finds the number after the `#` in its case, and begins the matter that the text of that number describes.
fn begins(texts: &[String]) -> Vec<u8> {
    let (mut data, mut chosen) = (String::new(), String::new());
    for (number, text) in texts.iter().enumerate() {
        let at = 4_096 + 2_048 * number;
        assert!(text.len() < 2_048);
        let bytes: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        data += &format!("(data (i32.const {at}) \"{bytes}\")\n");
        chosen += &format!(
            "(if (i32.eq (local.get $number) (i32.const {number})) (then
               (i32.store (i32.const 104) (i32.const {at})) (i32.store (i32.const 108) (i32.const {}))))\n",
            text.len()
        );
    }
    let main = format!(
        r#"
    {data}
    (func (export "run") (param $in i32) (result i32)
      (local $at i32) (local $end i32) (local $number i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 100))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.store8 (i32.const 100) (i32.const 3))
      (local.set $at (i32.load offset=56 (local.get $in)))
      (local.set $end (i32.add (local.get $at) (i32.load offset=60 (local.get $in))))
      (block $found (loop $next
        (br_if $found (i32.eq (i32.load8_u (local.get $at)) (i32.const 35)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br_if $next (i32.lt_u (local.get $at) (local.get $end)))
        (unreachable)))
      (local.set $number (i32.sub (i32.load8_u offset=1 (local.get $at)) (i32.const 48)))
      {chosen}
      (i32.const 16))"#
    );
    guest(Hook::OnTransition, &main)
}

fn form(number: usize) -> Json {
    json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "SECOND", "reason": format!("#{number}") })
}

#[tokio::test]
async fn matters_that_begin_each_other_in_turn_end_with_the_third_and_the_fourth_is_not_told() {
    let world = World::start().await;
    let tenant = &world.a;
    // Approvals name matters, so the matters come first.
    let harmless = guest(Hook::OnTransition, NOTHING);
    let plugin = install(tenant, &two_matters(&harmless), &harmless).await;
    grant(tenant, &plugin, json!({ "effects": ["start-matter"] })).await;
    let texts: Vec<String> = links(tenant).await.iter().map(Json::to_string).collect();
    let bytes = begins(&texts);
    let later = two_matters(&bytes).manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    tenant.superior.done("pluginUpgrade", input(&later, &bytes), "plugin { id }").await;
    ends_with_the_third(&world.server, tenant).await;
}

/// What begins the matters of a chain, one after the other, with its approvals: more than may follow each other.
pub async fn links(tenant: &Tenant) -> Vec<Json> {
    let mut all = vec![];
    let chain = [("reply", "colleague"), ("apply", "stranger"), ("reply", "applicant"), ("apply", "colleague")];
    for (number, (matter, who)) in chain.into_iter().enumerate() {
        let approval = approve(tenant, &format!("bwly.{matter}"), who, &format!("续{number}")).await;
        let materials = json!([{ "key": "application", "attachment": tenant.superior.upload().await }]);
        all.push(json!({ "matter": matter, "approval": approval, "materials": materials, "form": form(number + 1) }));
    }
    all
}

/// A plug-in that begins the links of the chain is set going, and ends.
pub async fn ends_with_the_third(server: &Server, tenant: &Tenant) {
    let made = submit(tenant, "bwly.apply", "applicant", "始", form(0)).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    // More rounds than there could be links.
    for _ in 0..6 {
        round(server.identity.platform(), tenant.id).await.unwrap();
    }
    let query = "{ pluginTransitions { nodes { id depth state lastError effects case { matter { key } } } } }";
    let jobs = tenant.superior.ok(query, json!({})).await["pluginTransitions"]["nodes"].clone();
    let mut jobs = jobs.as_array().unwrap().clone();
    jobs.sort_by_key(|job| job["depth"].as_i64());
    let told = |job: &Json| {
        json!([job["depth"], job["case"]["matter"]["key"], job["state"], job["effects"], job["lastError"]])
    };
    let expected = [
        json!([1, "bwly.apply", "DONE", 1, null]),
        json!([2, "bwly.reply", "DONE", 1, null]),
        json!([3, "bwly.apply", "DONE", 1, null]),
        json!([4, "bwly.reply", "DROPPED", 0, "TOO_DEEP"]),
    ];
    assert_eq!(jobs.iter().map(told).collect::<Vec<_>>(), expected);
    let counts = "{ bwly_applications { totalCount } bwly_replies { totalCount } }";
    let counts = tenant.superior.ok(counts, json!({})).await;
    assert_eq!(
        (&counts["bwly_applications"]["totalCount"], &counts["bwly_replies"]["totalCount"]),
        (&json!(2), &json!(2))
    );
    // Nobody sets it going again.
    let again =
        tenant.superior.mutate("pluginTransitionRetry", json!({ "id": jobs[3]["id"] }), "pluginTransition { id }");
    assert_eq!(codes(&again.await), ["NOT_IN_STATE"]);
}

/// A plug-in of the tenant whose component asks a system, and the system is ours to command.
async fn calling(tenant: &Tenant, system: &System) {
    let bytes = Guest { connector: true, ..Guest::of(Hook::Resolve, PASSES_ON) }.bytes().unwrap();
    let mut files = with_code("\"resolve\"", &bytes).manifest("[[rule]]", CALLS);
    let manifest = format!("{}{CONNECTOR}", files.0["plugin.toml"].as_str().unwrap());
    files.0.insert("plugin.toml".into(), json!(manifest));
    files.0.insert(OPERATION.0.into(), json!(OPERATION.1));
    let plugin = install(tenant, &files, &bytes).await;
    grant(tenant, &plugin, json!({ "connectors": ["hr-social"] })).await;
    connect(tenant, &plugin, &system.url, None).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_that_asks_us_what_we_ask_it_comes_to_an_end_and_leaves_every_place_free() {
    let networks = vec!["127.0.0.0/8".to_string()];
    let server = Server::with(HttpSettings { connector_networks: networks, ..HttpSettings::default() }).await;
    let (world, system) = (World::on(server).await, System::start().await);
    let tenant = &world.a;
    calling(tenant, &system).await;
    comes_back(tenant, &system).await;
}

/// A plug-in of the tenant asks the system, which asks it again.
pub async fn comes_back(tenant: &Tenant, system: &System) {
    const QUERY: &str = "{ bwly_insured(name: \"王明\") }";
    let answered = json!({ "passed": true, "message": "已核对参保情况" });
    let ask = async || tenant.superior.ok(QUERY, json!({})).await["bwly_insured"].clone();
    assert_eq!(ask().await, answered);
    let once = system.asked();

    // Each question leads to the next, as long as the plug-in has places; then they come back, one after the other.
    system.set(Mode::CallsBack(tenant.superior.clone(), QUERY));
    let begun = Instant::now();
    tenant.superior.gql(QUERY, json!({})).await;
    let (took, asked) = (begun.elapsed(), system.asked() - once);
    let places = host::Room::of(false, 1).plugin;
    assert!((2..=places).contains(&asked), "{asked} questions of at most {places}");
    assert!(took < Duration::from_secs(20), "{took:?}");

    system.set(Mode::Answers("已核对参保情况", true));
    // A question that its caller gave up may still hold its place until its time is over.
    let free = async || {
        let replies = futures::future::join_all((0..places).map(|_| tenant.superior.gql(QUERY, json!({})))).await;
        replies.iter().all(|reply| reply.body["data"]["bwly_insured"] == answered)
    };
    let begun = Instant::now();
    while !free().await {
        assert!(begun.elapsed() < Duration::from_secs(20), "its places are never free again");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
