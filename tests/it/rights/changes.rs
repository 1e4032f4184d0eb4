//! How soon a change of rights holds: here at once, in another replica within seconds, over time by itself.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World, client::codes, database::redis_url};

use super::{assignment, grant, people, units};

const UNITS: &str = "{ units { totalCount } }";

#[tokio::test]
async fn a_revoked_administrators_session_ends_at_once() {
    let world = World::start().await;
    let a = &world.a;
    let audit = a.newcomer(&world.server, "secondAudit", &[(entities::values::RoleName::AuditAdmin, "root")]).await;
    for (by, of) in [(&a.superior, &a.senior), (&a.superior, &a.junior), (&a.security, &audit)] {
        assert_eq!(of.gql(UNITS, json!({})).await.code(), "none");
        let id = assignment(&a.security, of).await;
        by.done("assignmentRevoke", json!({ "id": id }), "roleAssignment { revokedAt revokedBy { name } }").await;
        let reply = of.gql(UNITS, json!({})).await;
        assert_eq!(reply.code(), "UNAUTHENTICATED", "{}: {}", of.name, reply.text);
        let again = by.mutate("assignmentRevoke", json!({ "id": id }), "roleAssignment { id }").await;
        assert_eq!(codes(&again), ["NOT_IN_STATE"]);
    }
    // Who is no administrator keeps the session, with fewer rights.
    let id = assignment(&a.superior, &a.applicant).await;
    a.superior.done("assignmentRevoke", json!({ "id": id }), "roleAssignment { revokedAt }").await;
    assert_eq!(a.applicant.gql(UNITS, json!({})).await.code(), "FORBIDDEN");
    assert_eq!(a.applicant.ok("{ viewer { name roles { role } } }", json!({})).await["viewer"]["roles"], json!([]));
}

#[tokio::test]
async fn a_disabled_user_and_an_ended_session_are_nobody_at_once() {
    let world = World::start().await;
    let a = &world.a;
    let input = json!({ "id": a.junior.user, "expectedVersion": 1, "reason": "离岗" });
    a.superior.done("userDisable", input, "user { state }").await;
    assert_eq!(a.junior.gql(UNITS, json!({})).await.code(), "UNAUTHENTICATED");
    a.security.done("sessionsEnd", json!({ "user": a.senior.user }), "user { name }").await;
    assert_eq!(a.senior.gql(UNITS, json!({})).await.code(), "UNAUTHENTICATED");
    assert_eq!(a.neighbour.gql(UNITS, json!({})).await.code(), "none", "others go on");
    assert_eq!(world.b.senior.gql(UNITS, json!({})).await.code(), "none", "and so does the other tenant");
}

/// Waits until somebody is answered with a code, and tells how long it took.
async fn until(actor: &Actor, code: &str) -> Duration {
    let begun = Instant::now();
    loop {
        let reply = actor.gql(UNITS, json!({})).await;
        if reply.code() == code {
            return begun.elapsed();
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{} still gets {}", actor.name, reply.text);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn another_replica_learns_of_changed_rights_in_time() {
    let world = World::start().await;
    let replica = world.server.replica().await;
    let a = &world.a;
    let in_time = Duration::from_secs(if redis_url().is_some() { 2 } else { 10 });
    let there = |actor: &Actor| actor.at(&replica.url);
    // Warm, so that there is something to forget.
    for actor in [&a.senior, &a.applicant, &a.service, &a.superior] {
        assert_eq!(there(actor).gql(UNITS, json!({})).await.code(), "none", "{}", actor.name);
    }
    let newcomer = a.newcomer(&world.server, "newcomer", &[]).await;
    assert_eq!(there(&newcomer).gql(UNITS, json!({})).await.code(), "FORBIDDEN");

    let revoked = assignment(&a.superior, &a.senior).await;
    a.superior.done("assignmentRevoke", json!({ "id": revoked }), "roleAssignment { id }").await;
    let waited = until(&there(&a.senior), "UNAUTHENTICATED").await;
    assert!(waited < in_time, "a revoked administrator worked on for {waited:?}");

    assert_eq!(codes(&grant(&a.superior, &newcomer, "LEADER", a.id("root")).await), Vec::<&str>::new());
    let waited = until(&there(&newcomer), "none").await;
    assert!(waited < in_time, "a grant took {waited:?}");

    let keys = a.superior.ok("{ serviceKeys { nodes { id } } }", json!({})).await;
    let key = keys["serviceKeys"]["nodes"][0]["id"].clone();
    a.superior.done("serviceKeyRevoke", json!({ "id": key }), "serviceKey { id }").await;
    let waited = until(&there(&a.service), "UNAUTHENTICATED").await;
    assert!(waited < in_time, "a withdrawn key worked on for {waited:?}");

    // A moved unit: the scopes in the other replica follow.
    let input = json!({ "id": a.id("village"), "expectedVersion": 1, "parent": a.id("other-town") });
    a.superior.done("unitMove", input, "unit { id }").await;
    let begun = Instant::now();
    while people(&there(&a.neighbour)).await.len() < 3 {
        assert!(begun.elapsed() < in_time, "the scope has not moved after {:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn an_assignment_begins_and_ends_by_itself() {
    let world = World::start().await;
    let a = &world.a;
    let newcomer = a.newcomer(&world.server, "newcomer", &[]).await;
    let input = json!({ "user": newcomer.user, "role": "JUNIOR", "unit": a.id("village"), "validFrom": "2025-09-24", "validUntil": "2025-09-25" });
    a.senior.done("assignmentGrant", input, "roleAssignment { validFrom validUntil }").await;
    for (day, rights) in [("22", false), ("23", false), ("24", true), ("25", true), ("26", false)] {
        let at = format!("2025-09-{day}T15:59:59Z");
        world.server.clock.set(at.parse().unwrap());
        let code = if rights { "none" } else { "FORBIDDEN" };
        let reply = newcomer.gql(UNITS, json!({})).await;
        assert_eq!(reply.code(), code, "on the {day}: {}", reply.text);
    }
    // The day is Shanghai's: at 16:00 UTC the next has begun.
    world.server.clock.set("2025-09-23T16:00:00Z".parse().unwrap());
    assert_eq!(units(&newcomer).await, ["甲街道第一社区A"]);
    world.server.clock.advance(TimeDelta::days(2));
    assert_eq!(newcomer.gql(UNITS, json!({})).await.code(), "FORBIDDEN");
    // What has expired makes room for a new grant.
    let granted: Json = grant(&a.senior, &newcomer, "JUNIOR", a.id("village")).await;
    assert_eq!(codes(&granted), Vec::<&str>::new());
    assert_eq!(units(&newcomer).await, ["甲街道第一社区A"]);
}
