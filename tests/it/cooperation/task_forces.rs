//! Task forces and the rights that end with them (NB-09), C-13.

use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use zugong_tests::client::{codes, fields};
use zugong_tests::{Actor, Tenant, World};

const FORCE: &str = "taskForce { id version state isAtWork members(orderBy: [{ field: JOINED_ON }]) { nodes { id user { id name } leftAt assignment { role validUntil revokedAt } } } }";

fn member(who: &Actor, role: &str, unit: &str) -> Json {
    json!({ "user": who.user, "role": role, "unit": unit, "duty": "协调" })
}

/// A force in which the junior of a village reads the other town as well.
fn force(a: &Tenant) -> Json {
    json!({
        "title": "改革专班", "purpose": "一件事改革", "unit": a.id("root"), "validUntil": "2025-09-30",
        "members": [member(&a.junior, "LEADER", a.id("other-town")), member(&a.leader, "HANDLER", a.id("agency:medical"))],
    })
}

async fn sees(actor: &Actor, unit: &str) -> bool {
    let found = actor.ok("query($id: ID!) { unit(id: $id) { id } }", json!({ "id": unit })).await;
    !found["unit"].is_null()
}

/// Waits until another replica has heard of a change of rights: at most its polling.
async fn until(actor: &Actor, unit: &str, wanted: bool) {
    for _ in 0..200 {
        if sees(actor, unit).await == wanted {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{} still sees the other state of {unit}", actor.name);
}

#[tokio::test]
async fn c_13_rights_lent_to_a_task_force_end_with_it_on_every_replica() {
    let world = World::start().await;
    let a = &world.a;
    let replica = world.server.replica().await;
    let (town, far) = (a.id("other-town"), a.junior.at(&replica.url));
    assert!(!sees(&a.junior, town).await && !sees(&far, town).await);
    let made = a.superior.done("taskForceCreate", force(a), FORCE).await["taskForce"].clone();
    assert_eq!((&made["isAtWork"], &made["version"]), (&json!(true), &json!(1)));
    assert_eq!(made["members"]["nodes"][0]["assignment"]["validUntil"], "2025-09-30");
    assert!(sees(&a.junior, town).await);
    until(&far, town, true).await;
    // Members read of their own force.
    let own = a.junior.ok("{ taskForces { nodes { id members { totalCount } } } }", json!({})).await;
    assert_eq!(own["taskForces"]["nodes"], json!([{ "id": made["id"], "members": { "totalCount": 2 } }]));
    assert_eq!(a.applicant.ok("{ taskForces { nodes { id } } }", json!({})).await["taskForces"]["nodes"], json!([]));

    let input = json!({ "id": made["id"], "expectedVersion": 1, "reason": "任务完成" });
    let ended = a.superior.done("taskForceDissolve", input.clone(), FORCE).await["taskForce"].clone();
    assert_eq!((&ended["state"], &ended["isAtWork"]), (&json!("DISSOLVED"), &json!(false)));
    assert!(!ended["members"]["nodes"][0]["assignment"]["revokedAt"].is_null());
    until(&far, town, false).await;
    let again = json!({ "id": made["id"], "expectedVersion": 2, "reason": "任务完成" });
    assert_eq!(codes(&a.superior.mutate("taskForceDissolve", again, FORCE).await), ["NOT_IN_STATE"]);
}

#[tokio::test]
async fn c_13_rights_lent_to_a_task_force_end_with_its_last_day() {
    let world = World::start().await;
    let a = &world.a;
    let town = a.id("other-town");
    let made = a.superior.done("taskForceCreate", force(a), FORCE).await["taskForce"].clone();
    // 2025-09-30 is the last day; a shorter term ends the rights sooner.
    world.server.clock.advance(TimeDelta::days(8));
    assert!(sees(&a.junior, town).await);
    world.server.clock.advance(TimeDelta::days(1));
    assert!(!sees(&a.junior, town).await);
    let late = json!({ "id": made["id"], "expectedVersion": 1, "validUntil": "2025-12-31" });
    assert_eq!(codes(&a.superior.mutate("taskForceProlong", late, FORCE).await), ["NOT_IN_STATE"]);
    let look = "query($id: ID!) { taskForce(id: $id) { state isAtWork } }";
    let seen = a.superior.ok(look, json!({ "id": made["id"] })).await;
    assert_eq!(seen["taskForce"], json!({ "state": "ACTIVE", "isAtWork": false }));
}

#[tokio::test]
async fn c_13_members_come_and_go_and_the_term_moves() {
    let world = World::start().await;
    let a = &world.a;
    let town = a.id("other-town");
    let made = a.superior.done("taskForceCreate", force(a), FORCE).await["taskForce"].clone();
    let id = made["id"].clone();
    let longer = json!({ "id": id, "expectedVersion": 1, "validUntil": "2025-12-31" });
    let moved = a.superior.done("taskForceProlong", longer, FORCE).await["taskForce"].clone();
    assert_eq!(moved["members"]["nodes"][1]["assignment"]["validUntil"], "2025-12-31");
    world.server.clock.advance(TimeDelta::days(20));
    assert!(sees(&a.junior, town).await);

    let members = moved["members"]["nodes"].as_array().unwrap();
    let junior = members.iter().find(|m| m["user"]["id"] == json!(a.junior.user)).unwrap();
    let leaving = json!({ "id": id, "expectedVersion": 2, "member": junior["id"] });
    a.superior.done("taskForceMemberRemove", leaving, FORCE).await;
    assert!(!sees(&a.junior, town).await);
    let twice = json!({ "id": id, "expectedVersion": 3, "member": junior["id"] });
    assert_eq!(codes(&a.superior.mutate("taskForceMemberRemove", twice, FORCE).await), ["UNKNOWN_REFERENCE"]);
    let back = json!({ "id": id, "expectedVersion": 3, "member": member(&a.junior, "LEADER", town) });
    let joined = a.superior.done("taskForceMemberAdd", back.clone(), FORCE).await["taskForce"].clone();
    assert_eq!(joined["members"]["nodes"].as_array().unwrap().len(), 3);
    assert!(sees(&a.junior, town).await);
    let mut again = back;
    again["expectedVersion"] = json!(4);
    assert_eq!(fields(&a.superior.mutate("taskForceMemberAdd", again, FORCE).await), ["input.member.user"]);
}

#[tokio::test]
async fn c_13_a_task_force_lends_nothing_beyond_its_founder() {
    let world = World::start().await;
    let (a, b) = (&world.a, &world.b);
    let with = |members: Json, until: &str| json!({ "title": "专班", "purpose": "任务", "unit": a.id("root"), "validUntil": until, "members": members });
    let refused = |input: Json| async move { a.superior.mutate("taskForceCreate", input, FORCE).await };
    let (one, other) = (member(&a.junior, "JUNIOR", a.id("village")), member(&a.leader, "LEADER", a.id("town")));
    let admin = member(&a.leader, "SECURITY_ADMIN", a.id("root"));
    let answer = refused(with(json!([member(&a.senior, "LEADER", a.id("town")), admin]), "2025-12-31")).await;
    assert_eq!((codes(&answer), fields(&answer)), (vec!["GRANT_EXCEEDS_TIER"], vec!["input.members.1.role"]));
    // What the member has anyway is not lent; another tenant's user and nobody are the same.
    let answer = refused(with(json!([one, other]), "2025-12-31")).await;
    assert_eq!((codes(&answer), fields(&answer)), (vec!["ALREADY_EXISTS"], vec!["input.members.0.role"]));
    let stranger = member(&b.leader, "LEADER", a.id("town"));
    let answer = refused(with(json!([stranger, other]), "2025-12-31")).await;
    assert_eq!((codes(&answer), fields(&answer)), (vec!["UNKNOWN_REFERENCE"], vec!["input.members.0.user"]));
    let alike = json!([member(&a.junior, "LEADER", a.id("village")), member(&a.applicant, "LEADER", a.id("village"))]);
    let answer = refused(with(alike, "2025-12-31")).await;
    assert_eq!(fields(&answer), ["input.members"], "{answer}");
    let answer = refused(with(json!([one]), "2025-09-21")).await;
    assert_eq!(fields(&answer), ["input.validUntil", "input.members"]);
    let count = a.superior.ok("{ taskForces { totalCount } }", json!({})).await;
    assert_eq!(count["taskForces"]["totalCount"], 0, "a refusal leaves nothing behind");
}
