//! Users, rights, keys and rule sets: who may do what to whom (C-13), and how fast it takes effect.

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Reply, Tenant, World};

fn refusal(payload: &Json) -> (String, String) {
    let error = &payload["userErrors"][0];
    (error["field"].as_str().unwrap_or_default().into(), error["code"].as_str().unwrap_or_default().into())
}

fn pair(field: &str, code: &str) -> (String, String) {
    (field.into(), code.into())
}

async fn grant(by: &Actor, to: &Actor, role: &str, unit: &str) -> Json {
    let input = json!({ "user": to.user, "role": role, "unit": unit });
    by.mutate("assignmentGrant", input, "roleAssignment { id role unit { name } user { name } }").await
}

async fn alive(actor: &Actor) -> bool {
    let reply = actor.gql("{ viewer { name } }", json!({})).await;
    reply.body["data"]["viewer"]["name"].is_string()
}

fn cast(tenant: &Tenant) -> [&Actor; 8] {
    let t = tenant;
    [&t.superior, &t.senior, &t.junior, &t.applicant, &t.leader, &t.system, &t.security, &t.audit]
}

#[tokio::test]
async fn everybody_learns_who_he_is() {
    let world = World::start().await;
    for actor in cast(&world.a) {
        let query = "{ viewer { name kind user { id name state } tenant { code name level divisionCode } roles { role unit { name } validUntil } person { name } } }";
        let viewer = actor.ok(query, json!({})).await["viewer"].clone();
        assert_eq!(viewer["name"], actor.name);
        assert_eq!(viewer["user"]["id"], actor.user, "{}", actor.name);
        assert_eq!(viewer["tenant"]["code"], world.a.code);
        assert_eq!(viewer["roles"].as_array().unwrap().len(), 1);
        assert_eq!(viewer["person"].is_object(), actor.name == "applicant");
    }
    // Nobody but administrators sees other people's users.
    let users = world.a.applicant.ok("{ users { edges { __typename } nodes { name login } } }", json!({})).await;
    assert_eq!(users["users"]["nodes"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_grant_never_exceeds_the_grantor_c_13() {
    let world = World::start().await;
    let (a, b) = (&world.a, &world.b);
    let refused = |payload: Json| refusal(&payload);
    let exceeds = pair("input.role", "GRANT_EXCEEDS_TIER");
    assert_eq!(refused(grant(&a.senior, &a.junior, "SENIOR", a.id("town")).await), exceeds);
    assert_eq!(refused(grant(&a.junior, &a.applicant, "JUNIOR", a.id("village")).await), exceeds);
    assert_eq!(refused(grant(&a.security, &a.applicant, "SUPER", a.id("root")).await), exceeds);
    assert_eq!(refused(grant(&a.superior, &a.senior, "SECURITY_ADMIN", a.id("root")).await), exceeds);
    // Out of sight is unknown; another tenant's too.
    assert_eq!(
        refused(grant(&a.senior, &a.junior, "JUNIOR", a.id("other-town")).await),
        pair("input.unit", "UNKNOWN_REFERENCE")
    );
    assert_eq!(
        refused(grant(&a.senior, &a.junior, "JUNIOR", b.id("town")).await),
        pair("input.unit", "UNKNOWN_REFERENCE")
    );
    assert_eq!(
        refused(grant(&a.superior, &b.junior, "JUNIOR", a.id("town")).await),
        pair("input.user", "UNKNOWN_REFERENCE")
    );
    // The three administrators exclude each other.
    assert_eq!(
        refused(grant(&a.security, &a.audit, "SYSTEM_ADMIN", a.id("root")).await),
        pair("input.role", "ROLE_CONFLICT")
    );
    let given = grant(&a.senior, &a.junior, "JUNIOR", a.id("town")).await;
    assert_eq!(given["userErrors"], json!([]), "{given}");
    assert_eq!(given["roleAssignment"]["user"]["name"], "junior");
    assert_eq!(
        refused(grant(&a.senior, &a.junior, "JUNIOR", a.id("town")).await),
        pair("input.role", "ALREADY_EXISTS")
    );
    let reach = a.junior.ok("{ viewer { roles { role } } units { totalCount } }", json!({})).await;
    assert_eq!((reach["viewer"]["roles"].as_array().unwrap().len(), &reach["units"]["totalCount"]), (2, &json!(2)));
    let late = json!({ "user": a.applicant.user, "role": "LEADER", "unit": a.id("town"), "validFrom": "2025-09-21", "validUntil": "2025-09-01" });
    let payload = a.superior.mutate("assignmentGrant", late, "roleAssignment { id }").await;
    assert_eq!(payload["userErrors"].as_array().unwrap().len(), 2, "{payload}");
}

#[tokio::test]
async fn removing_an_administrator_ends_his_sessions_at_once_c_13() {
    let world = World::start().await;
    let a = &world.a;
    let replica = world.server.replica().await;
    assert!(alive(&a.senior).await && alive(&a.senior.at(&replica.url)).await);
    let query = "query($u: ID!) { user(id: $u) { version assignments { nodes { id role } } } }";
    let of = async |actor: &Actor| {
        let data = a.security.ok(query, json!({ "u": actor.user })).await;
        data["user"]["assignments"]["nodes"][0]["id"].clone()
    };
    // A subordinate does not remove his superior, nor anybody the security administrator, last as he is.
    let (senior, security) = (of(&a.senior).await, of(&a.security).await);
    let by_super = a.superior.mutate("assignmentRevoke", json!({ "id": security }), "roleAssignment { id }").await;
    assert_eq!(refusal(&by_super), pair("input.id", "GRANT_EXCEEDS_TIER"));
    let last = a.security.mutate("assignmentRevoke", json!({ "id": security }), "roleAssignment { id }").await;
    assert_eq!(refusal(&last), pair("input.id", "NOT_IN_STATE"));
    a.security
        .done("assignmentRevoke", json!({ "id": senior }), "roleAssignment { id revokedAt revokedBy { name } }")
        .await;
    assert!(!alive(&a.senior).await);
    let mut gone = false;
    for _ in 0..30 {
        gone = !alive(&a.senior.at(&replica.url)).await;
        if gone {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(gone, "the replica still believes him");
    let again = a.security.mutate("assignmentRevoke", json!({ "id": senior }), "roleAssignment { id }").await;
    assert_eq!(refusal(&again), pair("input.id", "NOT_IN_STATE"));
}

#[tokio::test]
async fn a_user_is_made_logs_in_and_is_disabled() {
    let world = World::start().await;
    let a = &world.a;
    let login = format!("Wang.{}", &a.code[..12]);
    let mut input = json!({ "login": login, "initialPassword": "short", "name": "王五", "unit": a.id("village") });
    let weak = a.senior.mutate("userCreate", input.clone(), "user { id }").await;
    assert_eq!(refusal(&weak), pair("input.initialPassword", "PASSWORD_TOO_WEAK"));
    input["initialPassword"] = json!("Mei-hua 1949 kai");
    let made =
        a.senior.done("userCreate", input.clone(), "user { id login version kind state unit { name } }").await["user"]
            .clone();
    assert_eq!(made["login"], login.to_lowercase());
    assert_eq!(
        refusal(&a.senior.mutate("userCreate", input, "user { id }").await),
        pair("input.login", "ALREADY_EXISTS")
    );
    let body = json!({ "login": login, "password": "Mei-hua 1949 kai" });
    let url = format!("{}/auth/login", world.server.url);
    let enter = async || Reply::of(a.senior.http.post(&url).json(&body).send().await.unwrap()).await.status;
    assert_eq!(enter().await, 200);
    let disable = json!({ "id": made["id"], "expectedVersion": 1, "reason": "离职" });
    a.superior.done("userDisable", disable, "user { state version }").await;
    assert_ne!(enter().await, 200);
    // Nobody disables himself, and a super does not disable the security administrator.
    let version = |actor: &Actor| json!({ "id": actor.user, "expectedVersion": 1, "reason": "x" });
    assert_eq!(
        refusal(&a.superior.mutate("userDisable", version(&a.superior), "user { id }").await),
        pair("input.id", "INVALID_VALUE")
    );
    assert_eq!(
        refusal(&a.superior.mutate("userDisable", version(&a.security), "user { id }").await),
        pair("input.id", "GRANT_EXCEEDS_TIER")
    );
    assert!(alive(&a.junior).await);
    a.superior.done("sessionsEnd", json!({ "user": a.junior.user }), "user { id }").await;
    assert!(!alive(&a.junior).await);
}

#[tokio::test]
async fn a_service_key_is_shown_once_and_refused_once_withdrawn() {
    let world = World::start().await;
    let a = &world.a;
    let input = json!({ "name": "统计程序", "unit": a.id("town"), "label": "每日统计", "idempotencyKey": "k-1",
        "roles": [{ "role": "LEADER", "unit": a.id("town") }] });
    let select = "key user { id kind } serviceKey { id label accountName isPrivileged user { name } }";
    let made = a.superior.done("serviceAccountCreate", input.clone(), select).await;
    let again = a.superior.done("serviceAccountCreate", input.clone(), select).await;
    assert_eq!((&again["key"], &again["serviceKey"]), (&Json::Null, &made["serviceKey"]));
    let program = Actor { token: made["key"].as_str().map(String::from), ..a.superior.clone() };
    assert_eq!(program.ok("{ cadres { totalCount } viewer { kind } }", json!({})).await["cadres"]["totalCount"], 2);
    let high = json!({ "name": "x", "unit": a.id("town"), "label": "x", "isPrivileged": true, "roles": [{ "role": "AUDIT_ADMIN", "unit": a.id("root") }] });
    let refused = a.superior.mutate("serviceAccountCreate", high, "key").await;
    assert_eq!(refused["userErrors"].as_array().unwrap().len(), 2, "{refused}");
    assert_eq!(
        refusal(&json!({ "userErrors": [refused["userErrors"][1]] })),
        pair("input.roles.0.role", "GRANT_EXCEEDS_TIER")
    );
    a.superior.done("serviceKeyRevoke", json!({ "id": made["serviceKey"]["id"] }), "serviceKey { revokedAt }").await;
    assert!(!alive(&program).await);
}

#[tokio::test]
async fn an_explanation_names_the_line_and_the_predicate() {
    let world = World::start().await;
    let a = &world.a;
    let query = "query($o: ID!, $a: String!, $u: ID!) { explainAccess(object: $o, action: $a, user: $u) { isAllowed isUserActive resource \
        action ruleHits { role line text effect } predicates { scope role isSatisfied unit { name } } } }";
    let ask = |object: &str, action: &str, user: &Actor| json!({ "o": object, "a": action, "u": user.user });
    let stranger = a.id("cadre:stranger");
    let no = a.audit.ok(query, ask(stranger, "read", &a.junior)).await["explainAccess"].clone();
    assert_eq!(
        (&no["isAllowed"], &no["predicates"]),
        (
            &json!(false),
            &json!([{ "scope": "SUBTREE", "role": "JUNIOR", "isSatisfied": false, "unit": { "name": "甲街道第一社区A" } }])
        )
    );
    assert_eq!(no["ruleHits"][0]["effect"], "ALLOW");
    let yes = a.audit.ok(query, ask(a.id("cadre:applicant"), "READ", &a.applicant)).await["explainAccess"].clone();
    assert_eq!((&yes["isAllowed"], &yes["predicates"][0]["scope"]), (&json!(true), &json!("OWN")));
    let denied = a.superior.ok(query, ask(stranger, "read", &a.audit)).await["explainAccess"].clone();
    assert_eq!((&denied["isAllowed"], &denied["ruleHits"][0]["effect"]), (&json!(false), &json!("DENY")));
    for variables in [
        ask(world.b.id("cadre:stranger"), "read", &a.junior),
        ask(stranger, "read", &world.b.junior),
        ask("cad_x", "read", &a.junior),
    ] {
        assert_eq!(a.audit.gql(query, variables).await.body["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }
    assert_eq!(
        a.audit.gql(query, ask(stranger, "fly", &a.junior)).await.body["errors"][0]["extensions"]["code"],
        "BAD_USER_INPUT"
    );
    assert_eq!(
        a.senior.gql(query, ask(stranger, "read", &a.junior)).await.body["errors"][0]["extensions"]["code"],
        "FORBIDDEN"
    );
}

#[tokio::test]
async fn rule_sets_are_numbered_and_never_begin_before_the_present_one() {
    let world = World::start().await;
    let a = &world.a;
    let publish = async |by: &Actor, from: &str, body: Json| {
        by.mutate(
            "ruleSetPublish",
            json!({ "key": "limits", "effectiveFrom": from, "body": body }),
            "ruleSet { number effectiveFrom body publishedBy { name } }",
        )
        .await
    };
    assert_eq!(publish(&a.superior, "2025-10-01", json!({ "days": 10 })).await["ruleSet"]["number"], 1);
    let second = publish(&a.superior, "2026-01-01", json!({ "days": 8 })).await;
    assert_eq!((&second["ruleSet"]["number"], &second["ruleSet"]["body"]), (&json!(2), &json!({ "days": 8 })));
    assert_eq!(
        refusal(&publish(&a.superior, "2025-12-31", json!({})).await),
        pair("input.effectiveFrom", "INVALID_VALUE")
    );
    assert_eq!(refusal(&publish(&a.superior, "2026-02-01", json!([1])).await), pair("input.body", "INVALID_FORMAT"));
    assert_eq!(a.applicant.ok("{ ruleSets { totalCount } }", json!({})).await["ruleSets"]["totalCount"], 2);
    assert_eq!(world.b.applicant.ok("{ ruleSets { totalCount } }", json!({})).await["ruleSets"]["totalCount"], 0);
}

#[tokio::test]
async fn the_audit_record_tells_what_happened_to_an_object() {
    let world = World::start().await;
    let a = &world.a;
    let cadre = a.id("cadre:colleague");
    let flag = json!({ "id": cadre, "expectedVersion": 1, "underInvestigation": true, "reason": "立案" });
    a.superior.done("cadreInvestigationSet", flag, "cadre { id }").await;
    a.senior.ok("query($id: ID!) { cadre(id: $id) { person { idNumber } } }", json!({ "id": cadre })).await;
    let trail = a
        .audit
        .ok(
            "query($o: ID!) { auditTrail(object: $o) { action actorName objectType objectId detail at } }",
            json!({ "o": cadre }),
        )
        .await;
    assert_eq!(trail["auditTrail"][0]["objectId"], cadre);
    assert_eq!(trail["auditTrail"][0]["action"], "cadreInvestigationSet");
    let reads = a
        .audit
        .ok(
            "{ auditRecords(where: { action: { eq: \"readSensitive\" } }) { nodes { actorName detail objectId } } }",
            json!({}),
        )
        .await;
    assert_eq!(reads["auditRecords"]["nodes"][0]["detail"]["fields"], json!(["Person.idNumber"]));
    assert_eq!(
        a.superior.gql("query($o: ID!) { auditTrail(object: $o) { action } }", json!({ "o": cadre })).await.body["errors"]
            [0]["extensions"]["code"],
        "FORBIDDEN"
    );
}
