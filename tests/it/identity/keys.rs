//! Service keys: programs that act in one tenant.

use chrono::TimeDelta;
use entities::{
    service_key,
    values::{RoleName, UserKind},
};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::json;
use zugong::{
    kernel::session::Reason,
    modules::identity::provision::{self, NewUser},
};
use zugong_tests::{Actor, Tenant, World};

use super::{auth, in_tenant, masked, refused, sees, text, uuid};

/// A key of a new service user that lives an hour.
pub async fn key(world: &World, tenant: &Tenant, privileged: bool) -> String {
    key_of(world, tenant, "exchange", privileged).await
}

/// The same for one of this name.
pub async fn key_of(world: &World, tenant: &Tenant, name: &str, privileged: bool) -> String {
    let system = world.server.platform.system(Reason::Provision);
    let tx = system.begin(Some(tenant.id)).await.unwrap();
    let unit = uuid(tenant.id("root"));
    let user = NewUser { account: None, person: None, unit, name, kind: UserKind::Service };
    let user = provision::create_user(&tx, user).await.unwrap();
    provision::assign(&tx, user, RoleName::Leader, unit, world.server.clock.today()).await.unwrap();
    let until = world.server.clock.now() + TimeDelta::hours(1);
    let key = provision::create_service_key(&tx, user, "exchange", privileged, until).await.unwrap();
    tx.commit().await.unwrap();
    key
}

async fn revoke_all(world: &World, tenant: &Tenant) {
    let tx = world.server.platform.system(Reason::Provision).begin(Some(tenant.id)).await.unwrap();
    tx.change::<service_key::Entity>()
        .filter(service_key::Column::Label.eq("exchange"))
        .set(service_key::Column::RevokedAt, Expr::value(tx.now()))
        .run()
        .await
        .unwrap();
    tx.rights_changed().await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_key_acts_in_its_tenant_directly_and_through_a_short_token() {
    let world = World::start().await;
    let server = &world.server;
    for (tenant, name) in [(&world.a, "A"), (&world.b, "B")] {
        let key = key(&world, tenant, false).await;
        assert_eq!(sees(server, &key).await, in_tenant(name));
        let reply = auth(server, "token", None, json!({ "serviceKey": key })).await;
        assert_eq!((reply.status, reply.body["expiresIn"].as_i64()), (200, Some(900)));
        assert!(reply.body.get("refreshToken").is_none());
        let token = text(&reply, "accessToken");
        assert_eq!(sees(server, &token).await, in_tenant(name));
        for path in ["logout", "switch"] {
            let reply = auth(server, path, Some(&key), json!({ "tenant": world.a.code })).await;
            assert!([400, 403].contains(&reply.status), "{path}: a key has no session");
        }
        revoke_all(&world, tenant).await;
        assert_eq!((sees(server, &key).await, sees(server, &token).await), (refused(), refused()));
        assert_eq!(auth(server, "token", None, json!({ "serviceKey": key })).await.status, 401);
    }
}

#[tokio::test]
async fn a_key_ends_and_takes_its_tokens_with_it() {
    let world = World::start().await;
    let server = &world.server;
    let key = key(&world, &world.a, false).await;
    server.clock.advance(TimeDelta::minutes(55));
    let reply = auth(server, "token", None, json!({ "serviceKey": key })).await;
    assert_eq!(reply.body["expiresIn"], 300, "no longer than the key");
    server.clock.advance(TimeDelta::minutes(5));
    assert_eq!((sees(server, &key).await, sees(server, &text(&reply, "accessToken")).await), (refused(), refused()));
}

#[tokio::test]
async fn another_tenants_key_is_as_good_as_one_that_never_was() {
    let world = World::start().await;
    let (ours, theirs) = (key(&world, &world.a, false).await, key(&world, &world.b, false).await);
    let (a, b) = (world.a.id.simple().to_string(), world.b.id.simple().to_string());
    let secret = theirs.rsplit_once('_').map(|(head, _)| &theirs[head.len()..]).unwrap();
    let mut never = ours.clone().into_bytes();
    let last = never.len() - 5;
    never[last] = if never[last] == b'A' { b'B' } else { b'A' };
    let never = String::from_utf8(never).unwrap();
    let ask = async |key: &str| masked(&auth(&world.server, "token", None, json!({ "serviceKey": key })).await);
    let use_it = async |key: &str| {
        let actor = Actor { token: Some(key.into()), ..world.a.service.clone() };
        masked(&actor.gql("{ units { nodes { id } } }", json!({})).await)
    };
    let (asked, used) = (ask(&never).await, use_it(&never).await);
    assert_eq!((asked.0, used.0), (401, 401));
    for wrong in [
        theirs.replace(&b, &a),
        format!("zgk_{a}{secret}"),
        ours.replace(&a, &b),
        ours.replace(&a, &"0".repeat(32)),
        ours.to_uppercase(),
        ours[..ours.len() - 1].to_string(),
        format!("{ours}A"),
        "zgk_".into(),
        "zgk_rubbish".into(),
    ] {
        assert_eq!((ask(&wrong).await, use_it(&wrong).await), (asked.clone(), used.clone()), "{wrong}");
    }
    assert_eq!(sees(&world.server, &ours).await, in_tenant("A"));
    assert_eq!(sees(&world.server, &theirs).await, in_tenant("B"));
}

#[tokio::test]
async fn only_a_privileged_key_reads_diagnostics_and_it_reads_no_more_rows() {
    let world = World::start().await;
    let mut seen = vec![];
    for privileged in [true, false] {
        let key = key(&world, &world.a, privileged).await;
        let actor = Actor { token: Some(key.clone()), ..world.a.service.clone() };
        let reply = actor.gql("{ units { nodes { name } } }", json!({})).await;
        assert_eq!(reply.body["extensions"]["sql"].is_object(), privileged, "{}", reply.text);
        seen.push(reply.body["data"].clone());
        // What it is exchanged for is a token like any other of the key.
        let token = text(&auth(&world.server, "token", None, json!({ "serviceKey": key })).await, "accessToken");
        let reply = Actor { token: Some(token), ..actor }.gql("{ units { nodes { name } } }", json!({})).await;
        assert_eq!(reply.body["extensions"]["sql"].is_object(), privileged, "{}", reply.text);
    }
    assert_eq!(seen[0], seen[1]);
    let reply = world.a.superior.gql("{ units { nodes { name } } }", json!({})).await;
    assert!(reply.body.get("extensions").is_none());
}
