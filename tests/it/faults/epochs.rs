//! Servers are killed while they prepare for a change of plug-ins or make it: it is made wholly or not at all, all
//! servers come to the same set, and the next change works.

use std::time::{Duration, Instant};

use rand::Rng;
use serde_json::{Value as Json, json};
use zugong_tests::{
    Actor, dice,
    plant::{OwnRedis, Program},
};

use super::{Plant, plant, plugins::until_decided};
use crate::plugins::Files;

const CHOSEN: &str = "plugin { id version state }";

/// What the tables say of a tenant's epochs agrees with what is at work.
async fn consistent(plant: &Plant) {
    let none = async |what: &str, table: &str, condition: &str| {
        assert_eq!(plant.probe.count_where(table, condition, vec![]).await, 0, "{what}");
    };
    none("a number without work", "plugin_epoch", "(number is null) = (state = 'ACTIVE')").await;
    let tenant = || vec![plant.tenant.id.into()];
    let last = "select coalesce(max(number), 0)::bigint from plugin_epoch where tenant_id = $1";
    let (count, last) = (
        plant.probe.count_where("plugin_epoch", "state = 'ACTIVE'", vec![]).await,
        plant.probe.number(last, tenant()).await,
    );
    assert_eq!(count, last, "numbers follow each other");
    let other = "select count(*) from plugin p where p.tenant_id = $1 and p.state = 'ENABLED' and not exists (
        select 1 from plugin_epoch e where e.tenant_id = p.tenant_id and e.packages::text like '%' || p.package_id || '%'
        and e.number = (select max(number) from plugin_epoch n where n.tenant_id = p.tenant_id))";
    assert_eq!(plant.probe.number(other, tenant()).await, 0, "a plug-in at work that is not of the last epoch");
    let packages = "select coalesce(max(json_array_length(packages::text::json)), 0)::bigint from plugin_epoch e
        where e.tenant_id = $1 and e.number = (select max(number) from plugin_epoch n where n.tenant_id = e.tenant_id)";
    let enabled = plant.probe.count_where("plugin", "state = 'ENABLED'", vec![]).await;
    assert_eq!(plant.probe.number(packages, tenant()).await, enabled, "the last epoch is what is at work");
}

/// Each server comes to serve the fields that are at work, and no others.
async fn agree(plant: &Plant, programs: &[Program; 2], enabled: bool) {
    for program in programs {
        let (admin, begun) = (plant.at(&plant.tenant.superior, program), Instant::now());
        loop {
            let reply = admin.gql("{ epo_applications { totalCount } }", json!({})).await;
            if reply.body.get("errors").is_none() == enabled {
                break;
            }
            assert!(begun.elapsed() < Duration::from_secs(8), "{}", reply.text);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn changed(admin: &Actor, field: &str, plugin: &Json, key: &str) -> Json {
    let input = json!({ "id": plugin["id"], "expectedVersion": plugin["version"] });
    until_decided(admin, field, input, key, CHOSEN).await["plugin"].clone()
}

/// Kill -9 of the server that makes the change, and of one that prepares for it, at random instants.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_epoch_comes_to_work_wholly_or_not_at_all() {
    let Some(plant) = plant().await else { return };
    let rounds: u32 = std::env::var("ZUGONG_TEST_KILLS").map_or(6, |n| n.parse().unwrap());
    let mut random = dice();
    let settings = [("ZUGONG_PLUGIN_PATIENCE_MILLIS", "3000")];
    let mut programs = [(); 2].map(|()| Program::start(&plant.postgres.url(), &settings));
    for program in &programs {
        program.ready(&plant.http).await;
    }
    let admin = plant.at(&plant.tenant.superior, &programs[0]);
    let made = until_decided(&admin, "pluginInstall", Files::new("epo").input(), "install", CHOSEN).await;
    let mut plugin = made["plugin"].clone();
    for round in 0..rounds {
        let field = if plugin["state"] == "ENABLED" { "pluginDisable" } else { "pluginEnable" };
        let (victim, after) = ((round % 2) as usize, Duration::from_millis(random.random_range(0..2500)));
        let key = format!("epoch-{round}");
        let work = changed(&admin, field, &plugin, &key);
        let kill = async {
            tokio::time::sleep(after).await;
            programs[victim].kill();
            consistent(&plant).await;
            programs[victim].begin();
            programs[victim].ready(&plant.http).await;
        };
        plugin = tokio::join!(work, kill).0;
        consistent(&plant).await;
        agree(&plant, &programs, field == "pluginEnable").await;
    }
    // Whoever was killed while it prepared has left nothing that the next change did not give up.
    let field = if plugin["state"] == "ENABLED" { "pluginDisable" } else { "pluginEnable" };
    changed(&admin, field, &plugin, "last").await;
    consistent(&plant).await;
    assert_eq!(plant.probe.count_where("plugin_epoch", "state = 'PREPARING'", vec![]).await, 0);
    plant.check_neighbour().await;
}

/// With Redis a change is heard of at once, and without it by asking.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lost_hint_costs_a_moment() {
    let Some(plant) = plant().await else { return };
    let Some(mut redis) = OwnRedis::start().await else {
        println!("not tried: Redis is not installed");
        return;
    };
    let settings = [("ZUGONG_REDIS_URL", &*redis.url())];
    let programs = [(); 2].map(|()| Program::start(&plant.postgres.url(), &settings));
    for program in &programs {
        program.ready(&plant.http).await;
    }
    let admin = plant.at(&plant.tenant.superior, &programs[0]);
    let made = until_decided(&admin, "pluginInstall", Files::new("epo").input(), "install", CHOSEN).await;
    let both = "select count(*) from plugin_ack where tenant_id = $1 and ok";
    let acks = async || plant.probe.number(both, vec![plant.tenant.id.into()]).await;
    let asked = Instant::now();
    let enabled = changed(&admin, "pluginEnable", &made["plugin"], "enable").await;
    let heard = asked.elapsed();
    agree(&plant, &programs, true).await;
    assert_eq!(acks().await, 2);
    redis.kill();
    let disabled = changed(&admin, "pluginDisable", &enabled, "disable").await;
    let before = acks().await;
    let asked = Instant::now();
    changed(&admin, "pluginEnable", &disabled, "again").await;
    println!("with Redis {heard:?}, without {:?}", asked.elapsed());
    assert_eq!(acks().await, before + 2, "both were waited for");
    agree(&plant, &programs, true).await;
    consistent(&plant).await;
}
