//! C-13: nobody gives more than he has, nor outside his part of the tree.

use entities::values::RoleName;
use serde_json::json;
use zugong_tests::{World, client::codes, client::fields};

use super::{grant, people, units};

#[tokio::test]
async fn nobody_grants_beyond_his_rights() {
    let world = World::start().await;
    let a = &world.a;
    let village = a.newcomer(&world.server, "newcomer", &[]).await;
    for (by, role, unit, expected) in [
        (&a.junior, "JUNIOR", "village", "GRANT_EXCEEDS_TIER"),
        (&a.junior, "HANDLER", "village", "GRANT_EXCEEDS_TIER"),
        (&a.senior, "SENIOR", "town", "GRANT_EXCEEDS_TIER"),
        (&a.senior, "LEADER", "village", "GRANT_EXCEEDS_TIER"),
        (&a.superior, "SYSTEM_ADMIN", "root", "GRANT_EXCEEDS_TIER"),
        (&a.security, "SUPER", "root", "GRANT_EXCEEDS_TIER"),
        (&a.security, "SECURITY_ADMIN", "root", "GRANT_EXCEEDS_TIER"),
        // Out of sight is the same as nothing.
        (&a.senior, "JUNIOR", "other-town", "UNKNOWN_REFERENCE"),
        (&a.junior, "APPLICANT", "town", "UNKNOWN_REFERENCE"),
    ] {
        let refused = grant(by, &village, role, a.id(unit)).await;
        assert_eq!(codes(&refused), [expected], "{} gives {role} at {unit}: {refused}", by.name);
        assert!(refused["roleAssignment"].is_null());
    }
    // In sight, but outside the subtree that one administers.
    let seer =
        a.newcomer(&world.server, "seer", &[(RoleName::Junior, "village"), (RoleName::Applicant, "village")]).await;
    let refused = grant(&seer, &village, "APPLICANT", a.id("other-town")).await;
    assert_eq!((codes(&refused), fields(&refused)), (vec!["GRANT_OUTSIDE_SUBTREE"], vec!["input.unit"]));
    // Somebody out of sight.
    let refused = grant(&a.junior, &a.neighbour, "APPLICANT", a.id("village")).await;
    assert_eq!((codes(&refused), fields(&refused)), (vec!["UNKNOWN_REFERENCE"], vec!["input.user"]));
    let reply = village.gql("{ units { totalCount } }", json!({})).await;
    assert_eq!(reply.code(), "FORBIDDEN", "the refused grants gave nothing");
}

#[tokio::test]
async fn the_separated_administrators_exclude_each_other_and_do_no_business() {
    let world = World::start().await;
    let a = &world.a;
    let newcomer = a.newcomer(&world.server, "newcomer", &[]).await;
    let granted = grant(&a.security, &newcomer, "AUDIT_ADMIN", a.id("root")).await;
    assert_eq!(codes(&granted), Vec::<&str>::new());
    let refused = grant(&a.security, &newcomer, "SYSTEM_ADMIN", a.id("root")).await;
    assert_eq!(codes(&refused), ["ROLE_CONFLICT"], "{refused}");
    // A business role beside it gives nothing: a deny line wins, whichever role brought it.
    let granted = grant(&a.superior, &newcomer, "JUNIOR", a.id("village")).await;
    assert_eq!(codes(&granted), Vec::<&str>::new());
    assert_eq!(newcomer.gql("{ persons { totalCount } }", json!({})).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_grant_holds_at_once_and_within_its_subtree() {
    let world = World::start().await;
    let a = &world.a;
    let newcomer = a.newcomer(&world.server, "newcomer", &[]).await;
    assert_eq!(newcomer.gql("{ units { totalCount } }", json!({})).await.code(), "FORBIDDEN");
    assert_eq!(codes(&grant(&a.senior, &newcomer, "JUNIOR", a.id("village")).await), Vec::<&str>::new());
    assert_eq!(units(&newcomer).await, ["甲街道第一社区A"]);
    assert_eq!(people(&newcomer).await.len(), 2);
    let twice = grant(&a.senior, &newcomer, "JUNIOR", a.id("village")).await;
    assert_eq!(codes(&twice), ["ALREADY_EXISTS"]);
}

/// A role by service account obeys the same rule.
#[tokio::test]
async fn a_service_account_gets_no_more_than_its_maker_has() {
    let world = World::start().await;
    let a = &world.a;
    let input = |role: &str| json!({ "name": "程序", "unit": a.id("root"), "label": "对接", "roles": [{ "role": role, "unit": a.id("root") }] });
    let refused = a.system.mutate("serviceAccountCreate", input("SUPER"), "key").await;
    assert_eq!(codes(&refused), ["GRANT_EXCEEDS_TIER"], "{refused}");
    let mut privileged = input("LEADER");
    privileged["isPrivileged"] = json!(true);
    let refused = a.superior.mutate("serviceAccountCreate", privileged, "key").await;
    assert_eq!(codes(&refused), ["GRANT_EXCEEDS_TIER"], "{refused}");
    let made = a.superior.done("serviceAccountCreate", input("LEADER"), "key serviceKey { id }").await;
    let program = zugong_tests::Actor { token: made["key"].as_str().map(String::from), ..a.service.clone() };
    assert_eq!(units(&program).await.len(), 11);
    assert_eq!(program.gql("{ persons { totalCount } }", json!({})).await.code(), "FORBIDDEN");
    a.superior.done("serviceKeyRevoke", json!({ "id": made["serviceKey"]["id"] }), "serviceKey { revokedAt }").await;
    assert_eq!(program.gql("{ units { totalCount } }", json!({})).await.code(), "UNAUTHENTICATED");
}
