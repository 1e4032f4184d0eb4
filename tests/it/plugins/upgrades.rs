//! A plug-in is upgraded and rolled back while clients read from two replicas: no read fails, and no answer is of two
//! versions.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use host::Hook;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use zugong_tests::{Actor, World, plant::Site};

use super::{
    Files, change,
    code::{guest, input, install, with_code},
    submit,
};

/// Long enough for a replica that is told of nothing and has to ask.
const NOTICED: Duration = Duration::from_secs(20);

fn rounds() -> u32 {
    std::env::var("ZUGONG_TEST_UPGRADES").map_or(2, |n| n.parse().unwrap())
}

/// A component that gives every object this digit.
fn gives(digit: u8) -> Vec<u8> {
    let main = r#"
    (data (i32.const 1000) "DIGIT")
    (func (export "run") (param $in i32) (result i32)
      (local $n i32) (local $to i32)
      (local.set $n (i32.load offset=68 (local.get $in)))
      (local.set $to (i32.add (i32.const 2000) (i32.mul (local.get $n) (i32.const 8))))
      (block $done (loop $next
        (br_if $done (i32.le_u (local.get $to) (i32.const 2000)))
        (local.set $to (i32.sub (local.get $to) (i32.const 8)))
        (i32.store (local.get $to) (i32.const 1000))
        (i32.store offset=4 (local.get $to) (i32.const 1))
        (br $next)))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 2000))
      (i32.store (i32.const 24) (local.get $n))
      (i32.const 16))"#;
    guest(Hook::Resolve, &main.replace("DIGIT", &digit.to_string()))
}

/// The two versions: the later one names two fields otherwise, one that is indexed and one that is not, and computes by another
/// component.
fn versions() -> [(Files, Vec<u8>); 2] {
    let field = |key: &str, kind: &str, more: &str| {
        format!("[[field]]\ntarget = \"Cadre\"\nkey = \"{key}\"\ntitle = \"项目\"\ntype = \"{kind}\"\n{more}\n")
    };
    let declared = |bytes: &[u8], note: &str| {
        let more = format!(
            "{}{}[[computed]]\ntarget = \"Cadre\"\nkey = \"digit\"\ntitle = \"版次\"\ntype = \"integer\"\nneeds = [\"rank\"]\n\n[[rule]]",
            field("score", "integer", "indexed = true\n"),
            field(note, "text", "")
        );
        with_code("\"resolve\"", bytes).manifest("[[rule]]", &more)
    };
    let (one, two) = (gives(1), gives(2));
    let migrate = "[[migrate]]\nfrom = \"1.0.0\"\nup = { rename = { \"Cadre.kind\" = \"sort\", \"Cadre.note\" = \"remark\" } }\n\
        down = { rename = { \"Cadre.sort\" = \"kind\", \"Cadre.remark\" = \"note\" } }\n\n[[rule]]";
    let later = declared(&two, "remark")
        .manifest("version = \"1.0.0\"", "version = \"1.1.0\"")
        .manifest("key = \"kind\"\ntitle = \"类别\"\ntype", "key = \"sort\"\ntitle = \"类别\"\ntype")
        .manifest("[[rule]]", migrate);
    [(declared(&one, "note"), one), (later, two)]
}

/// What is read in each version, and what in both.
const OF_A_VERSION: [&str; 2] = [
    "{ cadres { nodes { id ext { a: bwly_kind b: bwly_note bwly_score } bwly_digit } }
       found: cadres(where: { ext: { bwly_kind: { eq: SECOND } } }) { totalCount }
       bwly_applications { nodes { id name kind } } }",
    "{ cadres { nodes { id ext { a: bwly_sort b: bwly_remark bwly_score } bwly_digit } }
       found: cadres(where: { ext: { bwly_sort: { eq: SECOND } } }) { totalCount }
       bwly_applications { nodes { id name kind } } }",
];
const OF_BOTH: &str = "{ cadres { nodes { id person { name } ext { bwly_score } bwly_digit } }
    bwly_applications { nodes { id name kind } } }";

/// What the readers have seen.
#[derive(Default)]
struct Seen {
    /// Good answers by replica and version.
    good: [[u32; 2]; 2],
    wrong: Vec<String>,
}

struct Reader {
    actor: Actor,
    replica: usize,
    /// The answers of each version to the document of each, and to that of both.
    expected: [[Json; 2]; 2],
    seen: Arc<Mutex<Seen>>,
    stop: Arc<AtomicBool>,
}

impl Reader {
    /// Reads by the names of one version, and by those of the other once they are no names any more.
    async fn reads_what_was_renamed(self) {
        let (mut version, mut turned_away) = (0, 0);
        while !self.stop.load(Ordering::Relaxed) {
            let reply = self.actor.gql(OF_A_VERSION[version], json!({})).await;
            if reply.code() == "GRAPHQL_VALIDATION_FAILED" && turned_away < 3 {
                (version, turned_away) = (1 - version, turned_away + 1);
                continue;
            }
            turned_away = 0;
            let right = reply.body == json!({ "data": self.expected[0][version] });
            self.note(right, version, &reply.text);
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    /// Reads what both have: nothing of it may fail at any time.
    async fn reads_what_stays(self) {
        while !self.stop.load(Ordering::Relaxed) {
            let reply = self.actor.gql(OF_BOTH, json!({})).await;
            let version = self.expected[1].iter().position(|data| reply.body == json!({ "data": data }));
            self.note(version.is_some(), version.unwrap_or_default(), &reply.text);
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }

    fn note(&self, right: bool, version: usize, text: &str) {
        let mut seen = self.seen.lock().unwrap();
        match right {
            true => seen.good[self.replica][version] += 1,
            false => seen.wrong.push(text.to_string()),
        }
    }
}

/// Waits until both replicas have answered by a version.
async fn noticed(seen: &Mutex<Seen>, version: usize) {
    let counts = || [0, 1].map(|replica| seen.lock().unwrap().good[replica][version]);
    let (before, begun) = (counts(), Instant::now());
    while counts().iter().zip(before).any(|(now, before)| *now < before + 2) {
        assert!(begun.elapsed() < NOTICED, "version {version} never came: {:?}", seen.lock().unwrap().wrong.first());
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The same with the keys of objects in their order: a name that was given and taken back stands elsewhere.
fn in_order(data: &Json) -> Json {
    match data {
        Json::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().map(|(key, value)| (key.clone(), in_order(value))).collect();
            fields.sort_by(|one, other| one.0.cmp(&other.0));
            Json::Object(fields.into_iter().collect())
        }
        Json::Array(all) => all.iter().map(in_order).collect(),
        other => other.clone(),
    }
}

async fn checksum(actor: &Actor) -> String {
    let values = "{ cadres { nodes { id customFields ext { bwly_kind bwly_note bwly_score } } } \
        cases { nodes { id form version } } }";
    let data = actor.ok(values, json!({})).await;
    assert!(data["cadres"]["nodes"].to_string().contains("备注 applicant"), "{data}");
    hex::encode(Sha256::digest(in_order(&data).to_string()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn upgrades_and_roll_backs_under_load_fail_no_read_and_mix_no_versions() {
    let mut site = Site::prepare().await;
    site.serve(&[]);
    site.serve(&[]);
    let tenant = &site.tenant;
    let [(first, one), (later, two)] = versions();
    let plugin = install(tenant, &first, &one).await;
    for (who, kind) in [("applicant", "FIRST"), ("colleague", "SECOND")] {
        let values = json!({ "bwly_kind": kind, "bwly_note": format!("备注 {who}"), "bwly_score": who.len() });
        let set = json!({ "object": tenant.id(&format!("cadre:{who}")), "values": values });
        tenant.superior.done("customFieldsSet", set, "cadre { id }").await;
        let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": kind });
        let made = submit(tenant, "bwly.apply", who, who, form).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
    }
    site.ready().await;
    let actors = [0, 1].map(|replica| site.at(&site.tenant.superior, replica));
    site.tenant.superior = actors[1].clone();
    let quiet = async |document: &str| actors[0].ok(document, json!({})).await;
    let computed = |data: &Json, digit: u8| {
        let mut data = data.clone();
        data["cadres"]["nodes"].as_array_mut().unwrap().iter_mut().for_each(|node| node["bwly_digit"] = json!(digit));
        data
    };
    let (of_one, of_both) = (quiet(OF_A_VERSION[0]).await, quiet(OF_BOTH).await);
    let noted = of_one["cadres"]["nodes"].as_array().unwrap().iter().filter(|node| node["ext"]["b"].is_string());
    assert_eq!((noted.count(), &of_one["found"]["totalCount"]), (2, &json!(1)), "{of_one}");
    let expected = [of_one, of_both].map(|data| [computed(&data, 1), computed(&data, 2)]);
    let before = checksum(&actors[0]).await;

    let (seen, stop) = (Arc::<Mutex<Seen>>::default(), Arc::new(AtomicBool::new(false)));
    let mut readers = vec![];
    for (replica, actor) in actors.iter().enumerate() {
        let reader = || Reader {
            actor: actor.clone(),
            replica,
            expected: expected.clone(),
            seen: seen.clone(),
            stop: stop.clone(),
        };
        readers.push(tokio::spawn(reader().reads_what_was_renamed()));
        readers.push(tokio::spawn(reader().reads_what_stays()));
    }
    noticed(&seen, 0).await;
    let mut installed = plugin;
    for round in 0..rounds() {
        let admin = &actors[round as usize % 2];
        let upgraded = admin.done("pluginUpgrade", input(&later, &two), "plugin { id version release }").await;
        assert_eq!(upgraded["plugin"]["release"], "1.1.0");
        noticed(&seen, 1).await;
        installed = change(&site.tenant, "pluginRollback", &upgraded["plugin"]).await;
        assert_eq!(installed["release"], "1.0.0");
        noticed(&seen, 0).await;
        // Once more without giving anybody the time to notice.
        let upgraded = admin.done("pluginUpgrade", input(&later, &two), "plugin { id version }").await;
        installed = change(&site.tenant, "pluginRollback", &upgraded["plugin"]).await;
        noticed(&seen, 0).await;
    }
    stop.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await.unwrap();
    }
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    println!("good answers by replica and version: {:?}, wrong: {}", seen.good, seen.wrong.len());
    assert!(seen.wrong.is_empty(), "{} wrong answers: {:#?}", seen.wrong.len(), &seen.wrong[..seen.wrong.len().min(3)]);
    assert_eq!(installed["state"], "ENABLED");
    for actor in &actors {
        assert_eq!(checksum(actor).await, before, "the values are those of before");
    }
    site.end().await;
}

/// Some objects had values before the upgrade, others get theirs after it, and some are written in both versions.
#[tokio::test]
async fn what_is_written_between_an_upgrade_and_its_roll_back_is_the_same_under_the_names_of_both() {
    let world = World::start().await;
    let tenant = &world.a;
    let [(first, one), (later, two)] = versions();
    let set = async |who: &str, values: Json| {
        let set = json!({ "object": tenant.id(&format!("cadre:{who}")), "values": values });
        tenant.superior.done("customFieldsSet", set, "cadre { id }").await;
    };
    const READ: [&str; 2] = [
        "{ cadres { nodes { id ext { a: bwly_kind b: bwly_note c: bwly_score } } }
           found: cadres(where: { ext: { bwly_kind: { eq: SECOND } } }) { nodes { id } } }",
        "{ cadres { nodes { id ext { a: bwly_sort b: bwly_remark c: bwly_score } } }
           found: cadres(where: { ext: { bwly_sort: { eq: SECOND } } }) { nodes { id } } }",
    ];
    let read = async |version: usize| tenant.superior.ok(READ[version], json!({})).await;
    let sum = |data: &Json| hex::encode(Sha256::digest(in_order(data).to_string()));
    let upgrade = async || {
        let upgraded = tenant.superior.done("pluginUpgrade", input(&later, &two), "plugin { id version }").await;
        upgraded["plugin"].clone()
    };
    install(tenant, &first, &one).await;
    set("applicant", json!({ "bwly_kind": "FIRST", "bwly_note": "先写", "bwly_score": 1 })).await;
    set("colleague", json!({ "bwly_kind": "SECOND", "bwly_note": "先写" })).await;
    let before = read(0).await;
    let upgraded = upgrade().await;
    assert_eq!(sum(&read(1).await), sum(&before), "what was there has other names and nothing else");

    set("colleague", json!({ "bwly_sort": "FIRST", "bwly_remark": null, "bwly_score": 2 })).await;
    set("stranger", json!({ "bwly_sort": "SECOND", "bwly_remark": "后写" })).await;
    let written = read(1).await;
    assert_eq!(written["found"]["nodes"], json!([{ "id": tenant.id("cadre:stranger") }]), "{written}");
    change(tenant, "pluginRollback", &upgraded).await;
    assert_eq!(sum(&read(0).await), sum(&written), "nothing that was written since is lost");
    let raw = tenant.superior.ok("{ cadres { nodes { customFields } } }", json!({})).await.to_string();
    assert!(raw.contains("bwly_kind") && !raw.contains("bwly_sort") && !raw.contains("bwly_remark"), "{raw}");
    upgrade().await;
    assert_eq!(sum(&read(1).await), sum(&written), "and once more");
}
