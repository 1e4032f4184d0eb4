//! The program is killed, and Redis is lost, while a plug-in with a component comes and changes: it is of the one or the other
//! version, whole, and answers.

use std::time::{Duration, Instant};

use host::{Hook, guests::Guest};
use rand::Rng;
use serde_json::{Value as Json, json};
use zugong_tests::{
    Actor, Reply, dice,
    plant::{OwnRedis, Program},
};

use super::{
    Plant, plant,
    plugins::{killed_during, rounds, until_answered, until_decided, whole},
};
use crate::plugins::{Files, code};

/// A component that gives so many points.
fn gives(points: u32) -> Vec<u8> {
    let main = r#"
    (func (export "run") (param $in i32) (result i32)
      (i64.store (i32.const 72) (i64.const POINTS))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64)) (i32.store (i32.const 24) (i32.const 1))
      (i32.const 16))"#;
    Guest::of(Hook::Score, &main.replace("POINTS", &points.to_string())).bytes().unwrap()
}

/// The input of a version, whose component gives so many points; the later one has a field that the first has not.
fn version(prefix: &str, release: &str, points: u32) -> Json {
    let bytes = gives(points);
    let files = code::with_code("\"score\"", &bytes);
    let texts = files.0.into_iter().map(|(path, text)| (path, json!(text.as_str().unwrap().replace("bwly", prefix))));
    // A tenant has columns for a few indexed fields, and here are as many plug-ins as there are rounds.
    let files = Files(texts.collect()).manifest("indexed = true ", "indexed = false ");
    let files = files.manifest("version = \"1.0.0\"", &format!("version = \"{release}\""));
    let more = "[[field]]\ntarget = \"Unit\"\nkey = \"quota\"\ntitle = \"名额\"\ntype = \"integer\"\n\n[[rule]]";
    let files = if release == "1.0.0" { files } else { files.manifest("[[rule]]", more) };
    code::input(&files, &bytes)
}

/// Whether a replica's schema is that of the later version.
async fn knows_the_later(actor: &Actor) -> bool {
    actor.ok("{ __type(name: \"UnitExt\") { name } }", json!({})).await["__type"].is_object()
}

/// The release of a plug-in and the points that it gives now; whoever answers may be killed and started meanwhile.
async fn answers(actor: &Actor, plugin: &Json) -> (String, i64) {
    let query = "query($id: ID!) { plugin(id: $id) { release }
        pluginScore(plugin: $id, scheme: \"annual\", input: {}) { points } }";
    let body = json!({ "query": query, "variables": { "id": plugin } });
    let begun = Instant::now();
    loop {
        let request = actor.http.post(format!("{}/graphql", actor.url)).bearer_auth(actor.token.as_ref().unwrap());
        let reply = match request.json(&body).timeout(Duration::from_secs(10)).send().await {
            Ok(reply) => Reply::heard(reply).await.ok().map(|reply| reply.body).filter(|body| !body.is_null()),
            Err(_) => None,
        };
        if let Some(reply) = reply {
            assert!(reply.get("errors").is_none(), "{reply}");
            let data = &reply["data"];
            let release = data["plugin"]["release"].as_str().unwrap().to_string();
            return (release, data["pluginScore"][0]["points"].as_i64().unwrap());
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "nobody answers");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

/// As `whole`, and no package is without the component that its manifest pins.
async fn whole_with_components(plant: &Plant) {
    whole(plant).await;
    let bare = "not exists (select 1 from blob b where b.tenant_id = plugin_package.tenant_id \
        and position(b.sha256 in plugin_package.files::text) > 0)";
    assert_eq!(plant.probe.count_where("plugin_package", bare, vec![]).await, 0, "a package without its component");
}

/// Kill -9 while a component is put in, set to work, and exchanged by two administrators at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_is_of_one_version_or_the_other_whenever_the_program_is_killed() {
    let Some(plant) = plant().await else { return };
    let mut random = dice();
    let mut program = Program::start(&plant.postgres.url(), &[]);
    program.ready(&plant.http).await;
    let [admin, another] = [&plant.tenant.superior, &plant.tenant.service].map(|actor| plant.at(actor, &program));
    for round in 0..rounds() {
        let prefix = format!("code{round}");
        let chosen = "plugin { id version release }";
        let work = async {
            let first = version(&prefix, "1.0.0", 100 + round);
            let made = until_answered(&admin, "pluginInstall", first, &format!("{prefix}-i"), chosen).await;
            let id = made["plugin"]["id"].clone();
            let enable = json!({ "id": id, "expectedVersion": 1 });
            until_answered(&admin, "pluginEnable", enable, &format!("{prefix}-e"), chosen).await;
            assert_eq!(answers(&admin, &id).await, ("1.0.0".into(), i64::from(100 + round)));
            let upgrade = async |actor: &Actor, key: &str| {
                let (later, key) = (version(&prefix, "1.1.0", 200 + round), format!("{prefix}-{key}"));
                until_decided(actor, "pluginUpgrade", later, &key, chosen).await
            };
            let (one, other) = tokio::join!(upgrade(&admin, "u"), upgrade(&another, "v"));
            let done = [&one, &other].into_iter().filter(|payload| payload["userErrors"] == json!([])).count();
            assert_eq!(done, 1, "one of two administrators upgrades: {one} {other}");
            id
        };
        let after = Duration::from_millis(random.random_range(5..900));
        let id =
            killed_during(&plant, &mut program, after, work, async |plant| whole_with_components(plant).await).await;
        whole_with_components(&plant).await;
        assert_eq!(answers(&admin, &id).await, ("1.1.0".into(), i64::from(200 + round)));
        let number = zugong::kernel::id::parse(id.as_str().unwrap()).unwrap().1;
        let upgrades = "action = 'pluginUpgrade' and object_id = $2";
        assert_eq!(plant.probe.count_where("audit", upgrades, vec![number.into()]).await, 1, "once in the audit");
        // Killed without anything under way: what was compiled is compiled again.
        program.kill();
        program.begin();
        program.ready(&plant.http).await;
        assert_eq!(answers(&admin, &id).await, ("1.1.0".into(), i64::from(200 + round)));
        // The next round's schema is not larger for this one.
        admin.done("pluginRemove", json!({ "id": id, "expectedVersion": 3 }), "plugin { id }").await;
    }
    plant.check_neighbour().await;
}

/// Redis is lost while a component is exchanged: every replica comes to the new version by asking the database.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_come_to_the_same_component_without_redis() {
    let Some(plant) = plant().await else { return };
    let Some(mut redis) = OwnRedis::start().await else {
        println!("not tried: Redis is not installed");
        return;
    };
    let settings = [("ZUGONG_REDIS_URL", &*redis.url())];
    let programs = [Program::start(&plant.postgres.url(), &settings), Program::start(&plant.postgres.url(), &settings)];
    for program in &programs {
        program.ready(&plant.http).await;
    }
    let admins = [0, 1].map(|n| plant.at(&plant.tenant.superior, &programs[n]));
    let chosen = "plugin { id version release }";
    let made = admins[0].done("pluginInstall", version("lost", "1.0.0", 1), chosen).await["plugin"].clone();
    let enable = json!({ "id": made["id"], "expectedVersion": made["version"] });
    admins[0].done("pluginEnable", enable, chosen).await;
    let both = async |release: &str, points: i64| {
        let begun = Instant::now();
        for admin in &admins {
            // A replica that is not told yet does not know that there is such a plug-in at work, or has the one before.
            while answers(admin, &made["id"]).await != (release.to_string(), points)
                || knows_the_later(admin).await != (release == "1.1.0")
            {
                assert!(begun.elapsed() < Duration::from_secs(15), "{release} does not come to {}", admin.url);
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    };
    both("1.0.0", 1).await;
    redis.kill();
    let upgraded = admins[0].done("pluginUpgrade", version("lost", "1.1.0", 2), chosen).await["plugin"].clone();
    both("1.1.0", 2).await;
    let back = json!({ "id": upgraded["id"], "expectedVersion": upgraded["version"] });
    admins[1].done("pluginRollback", back, chosen).await;
    both("1.0.0", 1).await;
    redis.begin().await;
    for program in &programs {
        program.ready(&plant.http).await;
    }
    admins[0].done("pluginUpgrade", version("lost", "1.1.0", 2), chosen).await;
    both("1.1.0", 2).await;
    whole_with_components(&plant).await;
    plant.check_neighbour().await;
}
