//! What has served its time goes, what must stay stays.

use chrono::TimeDelta;
use serde_json::json;
use zugong::kernel::housekeeping::tidy;
use zugong_tests::{Probe, Server, World, database::TestDatabase};

use crate::identity::{login, somebody};

/// What goes, goes in every tenant, and other tests live in another time.
async fn apart() -> World {
    World::on(Server::apart().await).await
}

#[tokio::test]
async fn keys_go_after_their_72_hours_events_after_30_days_and_the_audit_record_never() {
    let world = apart().await;
    let tenant = &world.a;
    let input = json!({ "parent": tenant.id("village"), "code": "N1", "name": "办公室", "sequence": "GOVERNMENT",
        "kind": "INTERNAL_OFFICE", "idempotencyKey": "once" });
    tenant.superior.done("unitCreate", input, "unit { id }").await;
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    let count = async |table: &str| probe.count_where(table, "1 = 1", vec![]).await;
    let audit = count("audit").await;
    assert!(audit > 0);
    for (pass, expected) in [
        (TimeDelta::hours(71), (1, true)),
        (TimeDelta::hours(2), (0, true)),
        (TimeDelta::days(26), (0, true)),
        (TimeDelta::days(2), (0, false)),
        (TimeDelta::days(400), (0, false)),
    ] {
        world.server.clock.advance(pass);
        tidy(&world.server.platform).await.unwrap();
        assert_eq!((count("idempotency").await, count("outbox").await > 0), expected, "{pass}");
        assert_eq!(count("audit").await, audit);
    }
    // Nobody's session is gone while it can be renewed; once ended, it goes after half a year.
    let sessions =
        async || probe.number("select count(*) from auth_session where tenant_id = $1", vec![tenant.id.into()]).await;
    assert!(sessions().await > 0);
    probe.run("update auth_session set revoked_at = created_at where tenant_id = $1", vec![tenant.id.into()]).await;
    tidy(&world.server.platform).await.unwrap();
    assert_eq!(sessions().await, 0);
    TestDatabase::of(world.server.database_url()).remove().await;
}

#[tokio::test]
async fn attempts_and_codes_of_long_ago_go() {
    let world = apart().await;
    let tenant = &world.a;
    let (name, account) = somebody(&world.server, "zhang", &[tenant]).await;
    assert_eq!(login(&world.server, &name, "wrong").await.status, 401);
    let probe = Probe::of(world.server.database_url(), tenant.id).await;
    let code = "insert into wechat_code (tenant_id, id, app_id, digest, used_at) values ($1, $2, 'wx', 'digest', $3)";
    let row = vec![tenant.id.into(), uuid::Uuid::now_v7().into(), world.server.clock.now().into()];
    probe.run(code, row).await;
    let attempts = "select count(*) from login_attempt where account_id = $1";
    for (hours, left) in [(23, (1, 1)), (2, (1, 0)), (24 * 178, (1, 0)), (24 * 3, (0, 0))] {
        world.server.clock.advance(TimeDelta::hours(hours));
        tidy(&world.server.platform).await.unwrap();
        let codes = probe.count_where("wechat_code", "1 = 1", vec![]).await;
        assert_eq!((probe.number(attempts, vec![account.into()]).await, codes), left, "{hours} hours later");
    }
    TestDatabase::of(world.server.database_url()).remove().await;
}
