//! Replicas that ask agencies' systems: what is asked belongs to one of them, and only as long as it comes back in time.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use zugong::modules::plugins::connectors::calling::round;
use zugong_tests::{
    Probe, World,
    system::{Mode, OPERATION, System},
};

use super::{
    connectors::{apply, ask, calls, connect, files, items, local},
    install,
};

#[tokio::test]
async fn what_cannot_be_repeated_goes_to_people_when_nobody_knows_what_came_of_it() {
    let (world, system) = (World::start().await, System::start().await);
    let tenant = &world.a;
    let files = files().with(OPERATION.0, "\"idempotent\": true", "\"idempotent\": false");
    let plugin = install(tenant, &files).await;
    let set = connect(tenant, &plugin, "http://127.0.0.1:1", None).await;
    // An attempt that never reached the system is known to have done nothing.
    let case = apply(tenant, "applicant").await;
    ask(&world, &local()).await;
    assert_eq!(items(tenant, &case).await["organisation"]["callError"], "CONNECT_FAILED");
    connect(tenant, &plugin, &system.url, set["version"].as_i64()).await;
    ask(&world, &local()).await;
    assert_eq!((&items(tenant, &case).await["organisation"]["state"], system.asked()), (&json!("DONE"), 1));
    // A replica took the next one, and was never heard of again.
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    let lost = "update connector_job set attempts = 1 where tenant_id = $1 and state = 'PENDING'";
    probe.run(lost, vec![tenant.id.into()]).await;
    ask(&world, &local()).await;
    let item = items(tenant, &case).await["payroll"].clone();
    assert_eq!(
        (&item["callState"], &item["callError"], system.asked()),
        (&json!("HANDED"), &json!("BROKEN_OFF"), 1),
        "{item}"
    );
}

#[tokio::test]
async fn whoever_comes_back_too_late_decides_nothing() {
    let (world, system) = (World::start().await, System::start().await);
    let tenant = &world.a;
    let plugin = install(tenant, &files()).await;
    connect(tenant, &plugin, &system.url, None).await;
    let case = apply(tenant, "applicant").await;
    system.set(Mode::Hangs);
    let client = local();
    let late = round(&world.server.identity, &client, tenant.id);
    let other = async {
        while system.asked() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        system.set(Mode::Status("503 Service Unavailable"));
        world.server.clock.advance(TimeDelta::seconds(31));
        round(&world.server.identity, &client, tenant.id).await
    };
    let (late, other) = tokio::join!(late, other);
    assert!(late.is_ok() && other.is_ok(), "{late:?} {other:?}");
    let item = items(tenant, &case).await["organisation"].clone();
    assert_eq!((&item["callState"], &item["callError"]), (&json!("PARKED"), &json!("UNAVAILABLE")), "{item}");
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    assert_eq!(probe.count_where("plugin_connector", "failures = 1", vec![]).await, 1);
    // Both calls were made, and both are on record.
    let mut calls: Vec<_> =
        calls(tenant).await.iter().map(|call| (call["attempt"].as_i64(), call["error"].clone())).collect();
    calls.sort_by_key(|(attempt, _)| *attempt);
    assert_eq!(calls, [(Some(1), json!("TIMEOUT")), (Some(2), json!("UNAVAILABLE"))]);
}
