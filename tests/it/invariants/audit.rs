//! The audit record: each mutation has its line in its own transaction, and the chain of seals shows what was done to the
//! record afterwards.

use chrono::TimeDelta;
use entities::audit;
use sea_orm::{ColumnTrait, DbBackend, sea_query::Expr};
use serde_json::{Value as Json, json};
use zugong::{kernel::session::Reason, modules::administration::sealing::seal};
use zugong_tests::{Probe, Server, World, client::codes, plant::verify};

const QUERY: &str = "query($after: Int! = 0) { auditVerify(after: $after) { seals lines last digest until breaks { number fault since until } } }";

async fn world() -> World {
    World::on(Server::apart().await).await
}

async fn unit(world: &World, code: &str) {
    let input = json!({ "parent": world.a.id("town"), "code": code, "name": "封存科", "sequence": "PARTY",
        "kind": "INTERNAL_OFFICE", "validFrom": "2020-01-01" });
    let made = world.a.superior.mutate("unitCreate", input, "unit { id }").await;
    assert_eq!(codes(&made), [""; 0], "{made}");
}

/// Seals everything that is old enough, in as many seals as it takes.
async fn seals(world: &World) {
    world.server.clock.advance(TimeDelta::minutes(16));
    while seal(&world.server.identity, world.a.id).await.unwrap() == Some(world.server.clock.now()) {}
}

async fn verified(world: &World) -> Json {
    world.a.audit.ok(QUERY, json!({})).await["auditVerify"].clone()
}

/// The seal number and what is wrong with it.
fn breaks(verified: &Json) -> Vec<(i64, &str)> {
    let breaks = verified["breaks"].as_array().unwrap().iter();
    breaks.map(|b| (b["number"].as_i64().unwrap(), b["fault"].as_str().unwrap())).collect()
}

/// A world with two seals and somebody who can write past the server.
async fn sealed() -> (World, Probe) {
    let world = world().await;
    unit(&world, "N301").await;
    seals(&world).await;
    unit(&world, "N302").await;
    seals(&world).await;
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    if world.server.platform.backend() == DbBackend::Sqlite {
        for trigger in ["audit_no_update", "audit_no_delete", "audit_seal_no_update", "audit_seal_no_delete"] {
            probe.run(&format!("drop trigger {trigger}"), vec![]).await;
        }
    }
    (world, probe)
}

#[tokio::test]
async fn every_line_comes_under_a_seal_and_the_chain_verifies() {
    let world = world().await;
    assert_eq!(verified(&world).await["seals"], 0, "nothing is old enough");
    unit(&world, "N301").await;
    seals(&world).await;
    let first = verified(&world).await;
    assert_eq!((breaks(&first), &first["last"]), (vec![], &json!(1)), "{first}");
    unit(&world, "N302").await;
    let waiting = verified(&world).await;
    assert_eq!(waiting["lines"], first["lines"], "new lines wait");
    seals(&world).await;
    let second = verified(&world).await;
    assert_eq!((breaks(&second), &second["last"]), (vec![], &json!(2)), "{second}");
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    assert_eq!(second["lines"].as_i64().unwrap(), probe.count("audit").await, "each line once");
    // A part of the chain, and the list of its seals.
    let rest = world.a.audit.ok(QUERY, json!({ "after": 1 })).await["auditVerify"].clone();
    assert_eq!((&rest["seals"], breaks(&rest), &rest["digest"]), (&json!(1), vec![], &second["digest"]));
    let list = world.a.audit.ok("{ auditSeals { nodes { number lines previous digest } } }", json!({})).await;
    let list = &list["auditSeals"]["nodes"];
    assert_eq!((&list[1]["previous"], &list[1]["digest"]), (&list[0]["digest"], &second["digest"]), "{list}");
    // It is the audit administrator's business alone, and each tenant's own.
    assert_eq!(world.a.superior.gql(QUERY, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(world.b.audit.ok(QUERY, json!({})).await["auditVerify"]["seals"], 0);
    assert_eq!(world.a.audit.gql(QUERY, json!({ "after": -1 })).await.code(), "BAD_USER_INPUT");
}

#[tokio::test]
async fn several_servers_that_seal_at_once_make_one_chain() {
    let world = world().await;
    for code in ["N301", "N302", "N303"] {
        unit(&world, code).await;
    }
    world.server.clock.advance(TimeDelta::minutes(16));
    let (identity, tenant) = (&world.server.identity, world.a.id);
    for made in futures::future::join_all((0..4).map(|_| seal(identity, tenant))).await {
        assert!(made.is_ok(), "{made:?}");
    }
    let verified = verified(&world).await;
    assert_eq!((breaks(&verified), &verified["seals"]), (vec![], &json!(1)), "{verified}");
}

#[tokio::test]
async fn the_server_itself_cannot_change_or_remove_a_line() {
    let world = world().await;
    unit(&world, "N301").await;
    let tx = world.server.platform.system(Reason::Doctor).begin(Some(world.a.id)).await.unwrap();
    let changed = tx.change::<audit::Entity>().set(audit::Column::ActorName, Expr::value("nobody")).run().await;
    assert!(changed.is_err(), "{changed:?}");
    let _ = tx.rollback().await;
    let tx = world.server.platform.system(Reason::Doctor).begin(Some(world.a.id)).await.unwrap();
    let nobody = tx.parts::<audit::Entity>().filter(audit::Column::ActorName.eq("nobody")).count().await.unwrap();
    tx.rollback().await.unwrap();
    assert_eq!(nobody, 0);
}

#[tokio::test]
async fn a_changed_line_shows_and_where() {
    let (world, probe) = sealed().await;
    probe.run("update audit set actor_name = 'nobody' where tenant_id = $1 and at > (select until from audit_seal where tenant_id = $1 and \"number\" = 1)", vec![world.a.id.into()]).await;
    assert_eq!(breaks(&verified(&world).await), [(2, "LINES")]);
}

#[tokio::test]
async fn a_removed_line_shows() {
    let (world, probe) = sealed().await;
    probe.run("delete from audit where tenant_id = $1 and at <= (select until from audit_seal where tenant_id = $1 and \"number\" = 1)", vec![world.a.id.into()]).await;
    assert_eq!(breaks(&verified(&world).await), [(1, "LINES")]);
}

#[tokio::test]
async fn a_line_slipped_in_shows() {
    let (world, probe) = sealed().await;
    probe.run("insert into audit (tenant_id, id, actor_name, action, object_type, request_id, digest, detail, at) \
        select tenant_id, $2, 'nobody', 'unitCreate', 'Unit', '', '', '{}', at from audit where tenant_id = $1 order by at limit 1",
        vec![world.a.id.into(), uuid::Uuid::now_v7().into()]).await;
    assert_eq!(breaks(&verified(&world).await), [(1, "LINES")]);
}

#[tokio::test]
async fn what_is_wrong_with_one_seal_is_not_said_of_those_beside_it() {
    let (world, probe) = sealed().await;
    for code in ["N303", "N304"] {
        unit(&world, code).await;
        seals(&world).await;
    }
    assert!(breaks(&verified(&world).await).is_empty());
    // More lines than the first seal says, all together more than there should be.
    for n in 0..5 {
        let slip = format!(
            "insert into audit (tenant_id, id, actor_name, action, object_type, request_id, digest, detail, at) \
            select tenant_id, $2, 'nobody', 'unitCreate', 'Unit', 'slip-{n}', '', '{{}}', at from audit where tenant_id = $1 order by at limit 1"
        );
        probe.run(&slip, vec![world.a.id.into(), uuid::Uuid::now_v7().into()]).await;
    }
    assert_eq!(breaks(&verified(&world).await), [(1, "LINES")]);
    // No more than there should be, but not where they should be.
    let all_but_one =
        "delete from audit where tenant_id = $1 and request_id in ('slip-1', 'slip-2', 'slip-3', 'slip-4')";
    probe.run(all_but_one, vec![world.a.id.into()]).await;
    probe.run("delete from audit where tenant_id = $1 and at > (select until from audit_seal where tenant_id = $1 and \"number\" = 2) and at <= (select until from audit_seal where tenant_id = $1 and \"number\" = 3)", vec![world.a.id.into()]).await;
    let found = verified(&world).await;
    assert_eq!((breaks(&found), &found["seals"]), (vec![(1, "LINES"), (3, "LINES")], &json!(4)), "{found}");
}

#[tokio::test]
async fn a_removed_seal_shows_and_a_forged_one_too() {
    let (world, probe) = sealed().await;
    let whole = verified(&world).await;
    probe
        .run("update audit_seal set mac = digest where tenant_id = $1 and \"number\" = 2", vec![world.a.id.into()])
        .await;
    assert_eq!(breaks(&verified(&world).await), [(2, "MAC")]);
    probe
        .run("update audit_seal set previous = 'aa' where tenant_id = $1 and \"number\" = 2", vec![world.a.id.into()])
        .await;
    assert_eq!(breaks(&verified(&world).await), [(2, "CHAIN"), (2, "LINES"), (2, "MAC")]);
    probe.run("delete from audit_seal where tenant_id = $1 and \"number\" = 1", vec![world.a.id.into()]).await;
    let verified = verified(&world).await;
    assert_eq!(breaks(&verified), [(1, "MISSING"), (2, "LINES"), (2, "MAC")]);
    assert_eq!(verified["last"], whole["last"]);
}

#[tokio::test]
async fn an_operator_is_told_where_the_record_is_not_as_it_was() {
    let (world, probe) = sealed().await;
    let told = || {
        let done = verify(world.server.database_url(), &world.a.code).wait_with_output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap())
    };
    let (status, words) = told();
    assert!(status == Some(0) && words.contains("under 2 seals are as they were sealed"), "{words}");
    probe.run("update audit set detail = '{}' where tenant_id = $1", vec![world.a.id.into()]).await;
    let (status, words) = told();
    assert!(status == Some(1) && words.contains("WRONG  seal 1: lines were changed"), "{words}");
}
