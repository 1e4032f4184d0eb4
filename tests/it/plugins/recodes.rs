//! Codes of custom fields become others with a version, and again what they were: in the rows, in their index, and for
//! whoever reads or writes meanwhile.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Probe, Tenant, World, client::codes};

use super::{Files, change, install};

const CONTRACT: &str =
    "[[field]]\ntarget = \"Cadre\"\nkey = \"contract\"\ntitle = \"用工方式\"\ntype = \"code:use\"\nindexed = true\n\n";
const ORIGIN: &str = "[[field]]\ntarget = \"Unit\"\nkey = \"origin\"\ntitle = \"用工来源\"\ntype = \"code:use\"\n\n";
const UP: &str = "{ A = \"B\", B = \"A\", C = \"DISPATCH\" }";
const DOWN: &str = "{ A = \"B\", B = \"A\", DISPATCH = \"C\" }";

/// A version with a set of codes, fields, and migrations.
fn version(number: &str, codes: &[&str], fields: &str, steps: &str) -> Files {
    let values: Vec<String> = codes.iter().map(|code| format!("{{ code = \"{code}\", title = \"代码\" }}")).collect();
    let set = match codes {
        [] => String::new(),
        _ => format!("[[codes]]\nkey = \"use\"\ntitle = \"用工\"\nvalues = [{}]\n\n", values.join(", ")),
    };
    Files::new("bwly")
        .manifest("version = \"1.0.0\"", &format!("version = \"{number}\""))
        .manifest("[[matter]]", &format!("{set}{fields}{steps}[[matter]]"))
}

fn recode(steps: &[(&str, &str, &str)]) -> String {
    let all = |pick: fn(&(&str, &str, &str)) -> String| steps.iter().map(pick).collect::<Vec<_>>().join(", ");
    let up = all(|(path, up, _)| format!("\"{path}\" = {up}"));
    let down = all(|(path, _, down)| format!("\"{path}\" = {down}"));
    format!("[[migrate]]\nfrom = \"1.0.0\"\nup = {{ recode = {{ {up} }} }}\ndown = {{ recode = {{ {down} }} }}\n\n")
}

fn first() -> Files {
    version("1.0.0", &["A", "B", "C"], &format!("{CONTRACT}{ORIGIN}"), "")
}

/// Two codes change places and one becomes another.
fn later() -> Files {
    let steps = recode(&[("Cadre.contract", UP, DOWN), ("Unit.origin", UP, DOWN)]);
    version("1.1.0", &["A", "B", "DISPATCH"], &format!("{CONTRACT}{ORIGIN}"), &steps)
}

async fn set(actor: &Actor, object: &str, values: Json) -> Json {
    actor.mutate("customFieldsSet", json!({ "object": object, "values": values }), "cadre { id } unit { id }").await
}

/// What everybody has in the first version.
async fn fill(tenant: &Tenant) {
    for (who, code) in [("applicant", "A"), ("colleague", "B"), ("stranger", "C")] {
        let made = set(&tenant.superior, tenant.id(&format!("cadre:{who}")), json!({ "bwly_contract": code })).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
    }
    let made = set(&tenant.superior, tenant.id("town"), json!({ "bwly_origin": "C" })).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
}

async fn upgrade(tenant: &Tenant, files: &Files) -> Json {
    tenant.superior.done("pluginUpgrade", files.input(), "plugin { id version }").await["plugin"].clone()
}

/// The cadres with a contract in the order of its codes, and those with one code.
async fn read(tenant: &Tenant, code: &str) -> (Vec<(String, String)>, Vec<String>) {
    let query = "query($code: [Bwly_Use!]) {
        all: cadres(where: { ext: { bwly_contract: { isNull: false } } },
            orderBy: [{ field: EXT_BWLY_CONTRACT, direction: ASC }]) { nodes { id ext { bwly_contract } } }
        some: cadres(where: { ext: { bwly_contract: { in: $code } } }) { nodes { id } } }";
    let data = tenant.superior.ok(query, json!({ "code": [code] })).await;
    let text = |value: &Json| value.as_str().unwrap().to_string();
    let nodes = |list: &str| data[list]["nodes"].as_array().unwrap().clone();
    let all = nodes("all").iter().map(|node| (text(&node["id"]), text(&node["ext"]["bwly_contract"]))).collect();
    (all, nodes("some").iter().map(|node| text(&node["id"])).collect())
}

async fn raw(tenant: &Tenant) -> Json {
    let query = "{ cadres { nodes { id customFields } } units { nodes { id ext { bwly_origin } } } }";
    tenant.superior.ok(query, json!({})).await
}

fn pairs(tenant: &Tenant, of: [(&str, &str); 3]) -> Vec<(String, String)> {
    of.iter().map(|(who, code)| (tenant.id(&format!("cadre:{who}")).to_string(), (*code).to_string())).collect()
}

#[tokio::test]
async fn codes_change_places_with_their_index_and_come_back() {
    let world = World::start().await;
    let tenant = &world.a;
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    install(tenant, &first()).await;
    fill(tenant).await;
    let before = raw(tenant).await;
    assert_eq!(read(tenant, "A").await.0, pairs(tenant, [("applicant", "A"), ("colleague", "B"), ("stranger", "C")]));

    let upgraded = upgrade(tenant, &later()).await;
    let (all, some) = read(tenant, "A").await;
    assert_eq!(all, pairs(tenant, [("colleague", "A"), ("applicant", "B"), ("stranger", "DISPATCH")]));
    assert_eq!(some, [tenant.id("cadre:colleague")], "found by the code that it has now");
    let between = raw(tenant).await.to_string();
    assert!(between.contains("DISPATCH") && !between.contains("\"C\""), "{between}");
    assert_eq!(probe.count_where("custom_field", "version = 2", vec![]).await, 4, "each row has changed once");

    let old = set(&tenant.superior, tenant.id("cadre:applicant"), json!({ "bwly_contract": "C" })).await;
    assert_eq!(codes(&old), ["INVALID_VALUE"]);
    let back = change(tenant, "pluginRollback", &upgraded).await;
    assert_eq!(back["release"], "1.0.0");
    assert_eq!(raw(tenant).await, before, "every value is what it was");
    let (all, some) = read(tenant, "A").await;
    assert_eq!(all, pairs(tenant, [("applicant", "A"), ("colleague", "B"), ("stranger", "C")]));
    assert_eq!(some, [tenant.id("cadre:applicant")]);

    // Once more, with something written in between.
    let upgraded = upgrade(tenant, &later()).await;
    let made = set(&tenant.superior, tenant.id("cadre:applicant"), json!({ "bwly_contract": "DISPATCH" })).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    change(tenant, "pluginRollback", &upgraded).await;
    assert_eq!(read(tenant, "C").await.1.len(), 2, "what was written since goes back with what was there");

    // A version after that has nothing to say about the first.
    upgrade(tenant, &later()).await;
    let (recoded, _) = read(tenant, "A").await;
    upgrade(tenant, &version("1.2.0", &["A", "B", "DISPATCH"], &format!("{CONTRACT}{ORIGIN}"), "")).await;
    assert_eq!(read(tenant, "A").await.0, recoded);
}

#[tokio::test]
async fn an_upgrade_that_would_leave_or_confuse_values_is_refused_before_anything_changes() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &first()).await;
    fill(tenant).await;
    let before = raw(tenant).await;
    let both = format!("{CONTRACT}{ORIGIN}");
    let of = |codes: &[&str], steps: &[(&str, &str, &str)]| version("1.1.0", codes, &both, &recode(steps));
    let refused = async |files: &Files, code: &str, word: &str| {
        let outcome = tenant.superior.mutate("pluginUpgrade", files.input(), "plugin { id }").await;
        assert!(!codes(&outcome).is_empty() && codes(&outcome).iter().all(|found| *found == code), "{word}: {outcome}");
        assert!(outcome["userErrors"][0]["message"].as_str().unwrap().contains(word), "{word}: {outcome}");
        assert_eq!(raw(tenant).await, before, "{word}");
    };
    let swap = [("Cadre.contract", UP, DOWN)];
    let left = of(&["A", "B", "DISPATCH"], &swap);
    refused(&left, "INVALID_VALUE", "Unit.origin：代码 C 已不在代码集中").await;
    let plain = version("1.1.0", &["A", "B"], &both, "");
    refused(&plain, "INVALID_VALUE", "Cadre.contract：代码 C 已不在代码集中").await;
    let merged =
        [("Cadre.contract", "{ C = \"B\" }", "{ B = \"C\" }"), ("Unit.origin", "{ C = \"B\" }", "{ B = \"C\" }")];
    refused(&of(&["A", "B"], &merged), "INVALID_VALUE", "两个代码都会成为 B").await;
    let foreign = of(&["A", "B", "C", "Y"], &[("Cadre.contract", "{ X = \"Y\" }", "{ Y = \"X\" }")]);
    refused(&foreign, "INVALID_VALUE", "X 不是 1.0.0 版的代码").await;
    let unknown = of(&["A", "B", "C"], &[("Cadre.contract", "{ C = \"LEASED\" }", "{ LEASED = \"C\" }")]);
    refused(&unknown, "PLUGIN_REFUSED", "LEASED").await;
    let elsewhere = of(&["A", "B", "DISPATCH"], &[("Cadre.contract", UP, "{ A = \"B\", B = \"A\" }")]);
    refused(&elsewhere, "PLUGIN_REFUSED", "down 不是 up 的反方向").await;
    let query = "query($files: JSON!) { pluginCheck(files: $files) { digest faults { file code } } }";
    let checked = tenant.superior.ok(query, json!({ "files": elsewhere.0 })).await["pluginCheck"].clone();
    assert_eq!(checked, json!({ "digest": null, "faults": [{ "file": "plugin.toml", "code": "NO_DOWN" }] }));
    upgrade(tenant, &later()).await;
}

#[tokio::test]
async fn a_field_gets_another_name_and_other_codes_at_once() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &version("1.0.0", &["A", "B", "C"], CONTRACT, "")).await;
    let set_to = async |who: &str, field: &str, code: &str| {
        let made = set(&tenant.superior, tenant.id(who), json!({ field: code })).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
    };
    set_to("cadre:applicant", "bwly_contract", "C").await;
    let steps = format!(
        "[[migrate]]\nfrom = \"1.0.0\"\n\
         up = {{ rename = {{ \"Cadre.contract\" = \"sort\" }}, recode = {{ \"Cadre.sort\" = {UP} }} }}\n\
         down = {{ rename = {{ \"Cadre.sort\" = \"contract\" }}, recode = {{ \"Cadre.sort\" = {DOWN} }} }}\n\n"
    );
    let field = CONTRACT.replace("\"contract\"", "\"sort\"");
    let upgraded = upgrade(tenant, &version("1.1.0", &["A", "B", "DISPATCH"], &field, &steps)).await;
    let found = "{ cadres(where: { ext: { bwly_sort: { eq: DISPATCH } } }) { nodes { id ext { bwly_sort } } } }";
    let found = tenant.superior.ok(found, json!({})).await;
    let node = json!({ "id": tenant.id("cadre:applicant"), "ext": { "bwly_sort": "DISPATCH" } });
    assert_eq!(found["cadres"]["nodes"], json!([node]));
    set_to("cadre:colleague", "bwly_sort", "A").await;
    change(tenant, "pluginRollback", &upgraded).await;
    let (all, some) = read(tenant, "C").await;
    let pair = |who: &str, code: &str| (tenant.id(who).to_string(), code.to_string());
    assert_eq!(all, [pair("cadre:colleague", "B"), pair("cadre:applicant", "C")]);
    assert_eq!(some, [tenant.id("cadre:applicant")]);
}

/// A field that one version did without comes back with the next, and with it the values that were there.
#[tokio::test]
async fn codes_that_an_earlier_version_left_in_the_rows_are_not_lost_sight_of() {
    let world = World::start().await;
    for (tenant, code, taken) in [(&world.a, "C", false), (&world.b, "A", true)] {
        install(tenant, &version("1.0.0", &["A", "B", "C"], CONTRACT, "")).await;
        set(&tenant.superior, tenant.id("cadre:applicant"), json!({ "bwly_contract": code })).await;
        upgrade(tenant, &version("1.1.0", &[], "", "")).await;
        let fewer = version("1.2.0", &["A", "B"], CONTRACT, "");
        let outcome = tenant.superior.mutate("pluginUpgrade", fewer.input(), "plugin { release }").await;
        if taken {
            assert_eq!(outcome["plugin"]["release"], "1.2.0", "{outcome}");
        } else {
            assert_eq!(codes(&outcome), ["INVALID_VALUE"], "{outcome}");
            assert!(outcome["userErrors"][0]["message"].as_str().unwrap().contains("1 个对象"), "{outcome}");
            upgrade(tenant, &version("1.2.0", &["A", "B", "C"], CONTRACT, "")).await;
        }
        assert_eq!(read(tenant, "A").await.0, [(tenant.id("cadre:applicant").to_string(), code.to_string())]);
    }
}

/// What a version that was taken back has left must not become the same as what was there before.
#[tokio::test]
async fn codes_that_a_version_left_when_it_was_taken_back_are_not_mixed_with_others() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &version("1.0.0", &["A", "B"], CONTRACT, "")).await;
    let set_to = async |who: &str, code: &str| {
        let made = set(&tenant.superior, tenant.id(who), json!({ "bwly_contract": code })).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
    };
    set_to("cadre:applicant", "A").await;
    let upgraded = upgrade(tenant, &version("1.1.0", &["A", "B", "D"], CONTRACT, "")).await;
    set_to("cadre:colleague", "D").await;
    change(tenant, "pluginRollback", &upgraded).await;
    let before = read(tenant, "A").await;
    let steps = recode(&[("Cadre.contract", "{ A = \"D\" }", "{ D = \"A\" }")]);
    let outcome = tenant
        .superior
        .mutate("pluginUpgrade", version("1.2.0", &["B", "D"], CONTRACT, &steps).input(), "plugin { id }")
        .await;
    assert_eq!(codes(&outcome), ["INVALID_VALUE"], "{outcome}");
    assert!(outcome["userErrors"][0]["message"].as_str().unwrap().contains("退不回去"), "{outcome}");
    assert_eq!(read(tenant, "A").await, before);
}

#[tokio::test]
async fn whoever_writes_by_a_version_that_is_gone_writes_what_the_present_one_takes() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &first()).await;
    fill(tenant).await;
    let replica = world.server.replica().await;
    let there = tenant.superior.at(&replica.url);
    there.ok("{ cadres { nodes { ext { bwly_contract } } } }", json!({})).await;
    upgrade(tenant, &later()).await;
    // The replica may not have heard of it yet.
    let cadre = tenant.id("cadre:applicant");
    assert_eq!(codes(&set(&there, cadre, json!({ "bwly_contract": "C" })).await), ["INVALID_VALUE"]);
    let made = set(&there, cadre, json!({ "bwly_contract": "DISPATCH" })).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    assert_eq!(read(tenant, "DISPATCH").await.1.len(), 2);
}

const WATCHED: &str = "{ cadres(orderBy: [{ field: EXT_BWLY_CONTRACT, direction: ASC }]) { nodes { id ext { bwly_contract } } }
    found: cadres(where: { ext: { bwly_contract: { eq: A } } }) { nodes { id } } units { nodes { id ext { bwly_origin } } } }";

/// Answers of each version by replica, and those of neither.
#[derive(Default)]
struct Seen {
    good: [[u32; 2]; 2],
    wrong: Vec<String>,
}

impl Seen {
    fn note(&mut self, replica: usize, version: Option<usize>, text: String) {
        match version {
            Some(version) => self.good[replica][version] += 1,
            None => self.wrong.push(text),
        }
    }
}

async fn watch(actor: Actor, replica: usize, expected: [Json; 2], seen: Arc<Mutex<Seen>>, stop: Arc<AtomicBool>) {
    while !stop.load(Ordering::Relaxed) {
        let reply = actor.gql(WATCHED, json!({})).await;
        let version = expected.iter().position(|data| reply.body == json!({ "data": data }));
        seen.lock().unwrap().note(replica, version, reply.text);
        tokio::time::sleep(Duration::from_millis(3)).await;
    }
}

async fn noticed(seen: &Mutex<Seen>, version: usize) {
    let counts = || [0, 1].map(|replica| seen.lock().unwrap().good[replica][version]);
    let (before, begun) = (counts(), Instant::now());
    while counts().iter().zip(before).any(|(now, before)| *now < before + 2) {
        assert!(begun.elapsed() < Duration::from_secs(20), "{version}: {:?}", seen.lock().unwrap().wrong.first());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_read_fails_or_mixes_codes_while_they_become_others() {
    let world = World::roomy().await;
    let tenant = &world.a;
    install(tenant, &first()).await;
    fill(tenant).await;
    let replica = world.server.replica().await;
    let actors = [tenant.superior.clone(), tenant.superior.at(&replica.url)];
    let quiet = async || actors[0].ok(WATCHED, json!({})).await;
    let before = (quiet().await, raw(tenant).await);
    let upgraded = upgrade(tenant, &later()).await;
    let expected = [before.0.clone(), quiet().await];
    assert_ne!(expected[0], expected[1]);
    change(tenant, "pluginRollback", &upgraded).await;

    let (seen, stop) = (Arc::<Mutex<Seen>>::default(), Arc::new(AtomicBool::new(false)));
    let readers = actors.iter().enumerate().map(|(replica, actor)| {
        tokio::spawn(watch(actor.clone(), replica, expected.clone(), seen.clone(), stop.clone()))
    });
    let readers: Vec<_> = readers.collect();
    noticed(&seen, 0).await;
    for _ in 0..3 {
        let upgraded = upgrade(tenant, &later()).await;
        noticed(&seen, 1).await;
        change(tenant, "pluginRollback", &upgraded).await;
        noticed(&seen, 0).await;
        // Once more without giving anybody the time to notice.
        let upgraded = upgrade(tenant, &later()).await;
        change(tenant, "pluginRollback", &upgraded).await;
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    println!("good answers by replica and version: {:?}, wrong: {}", seen.good, seen.wrong.len());
    assert!(seen.wrong.is_empty(), "{} wrong answers: {:#?}", seen.wrong.len(), seen.wrong.first());
    assert_eq!((quiet().await, raw(tenant).await), before, "the values are those of before");
}
