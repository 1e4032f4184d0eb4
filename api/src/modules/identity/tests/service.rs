use entities::{app_user, service_key, values::UserState};
use sea_orm::{ColumnTrait, sea_query::Expr};
use uuid::Uuid;

use super::fixture::{World, info};
use crate::{
    kernel::error::Code,
    modules::identity::provision::{create_service_key, revoke_service_key},
};

async fn key_row(world: &World, label: &str) -> service_key::Model {
    let tx = world.tx(0).await;
    let rows = tx.parts::<service_key::Entity>().filter(service_key::Column::Label.eq(label));
    let row = rows.required().await.expect("a key");
    tx.rollback().await.expect("rollback");
    row
}

#[tokio::test]
async fn a_service_key_acts_directly_and_only_in_its_tenant() {
    let world = World::new().await;
    let session = world.identity.authenticate(&world.key, info()).await.expect("a session");
    assert_eq!((session.tenant().id, session.session_id()), (world.tenants[0], None));
    assert!(!session.is_privileged());
    assert!(world.identity.authenticate(&world.privileged_key, info()).await.expect("a session").is_privileged());
    let elsewhere = world.key.replace(&world.tenants[0].simple().to_string(), &world.tenants[1].simple().to_string());
    let nowhere = world.key.replace(&world.tenants[0].simple().to_string(), &Uuid::nil().simple().to_string());
    let mut bent = world.key.clone();
    bent.replace_range(50..51, if &bent[50..51] == "A" { "B" } else { "A" });
    for wrong in [elsewhere, nowhere, bent, "zgk_".into(), format!("{} ", world.key)] {
        let error = world.identity.authenticate(&wrong, info()).await.err().expect("refused");
        assert_eq!(error.code, Code::Unauthenticated, "{wrong}");
    }
    assert!(!key_row(&world, "导出").await.key_hash.contains(&world.key));
}

#[tokio::test]
async fn a_withdrawn_key_and_its_tokens_are_refused_at_once() {
    let world = World::new().await;
    let issued = world.identity.exchange_service_key(&world.privileged_key, &info()).await.expect("a token");
    assert!(issued.refresh.is_none() && issued.session_id.is_none());
    let session = world.identity.authenticate(&issued.access_token, info()).await.expect("a session");
    assert!(session.is_privileged(), "read from the key, not from the token");
    assert_eq!(world.identity.logout(&session).await.expect_err("no session").code, Code::Forbidden);
    assert_eq!(world.identity.switch(&session, "west").await.expect_err("no session").code, Code::Forbidden);
    assert!(world.accepts(&world.privileged_key).await);
    let row = key_row(&world, "诊断").await;
    let tx = world.tx(0).await;
    assert!(revoke_service_key(&tx, row.id).await.expect("withdrawal"));
    tx.commit().await.expect("commit");
    assert!(!world.accepts(&world.privileged_key).await);
    assert!(!world.accepts(&issued.access_token).await);
    assert!(world.accepts(&world.key).await, "the other key goes on");
    assert_eq!(world.audited(0).await, ["token"]);
}

#[tokio::test]
async fn what_another_replica_withdrew_is_believed_for_ten_seconds_at_most() {
    let world = World::new().await;
    assert!(world.accepts(&world.key).await && world.accepts(&world.key).await);
    let row = key_row(&world, "导出").await;
    let tx = world.tx(0).await;
    // Without moving the version, as if every hint and poll were lost.
    tx.change::<service_key::Entity>()
        .id(row.id)
        .set(service_key::Column::RevokedAt, Expr::value(world.now()))
        .run()
        .await
        .expect("change");
    tx.commit().await.expect("commit");
    world.pass(9);
    assert!(world.accepts(&world.key).await, "from memory");
    world.pass(1);
    assert!(!world.accepts(&world.key).await);
}

#[tokio::test]
async fn a_key_ends_with_its_time_and_with_its_user() {
    let world = World::new().await;
    world.pass(90 * 86_400 - 5);
    world.identity.keys().ensure().await.expect("signing keys");
    assert!(world.accepts(&world.key).await);
    let issued = world.identity.exchange_service_key(&world.key, &info()).await.expect("a token");
    assert_eq!(issued.access_until, world.now() + chrono::TimeDelta::seconds(5), "never longer than the key");
    world.pass(5);
    assert!(!world.accepts(&world.key).await && !world.accepts(&issued.access_token).await);
    let world = World::new().await;
    let row = key_row(&world, "导出").await;
    assert!(world.accepts(&world.key).await);
    world.set_user_state(0, row.user_id, UserState::Disabled).await;
    assert!(!world.accepts(&world.key).await);
    let refused = world.identity.exchange_service_key(&world.key, &info()).await.expect_err("refused");
    assert_eq!(refused.code, Code::Unauthenticated);
}

#[tokio::test]
async fn only_services_get_keys() {
    let world = World::new().await;
    let tx = world.tx(0).await;
    let refused = create_service_key(&tx, world.li, "人", false, world.now()).await.expect_err("a person");
    assert_eq!(refused.code, Code::BadUserInput);
    assert_eq!(tx.parts::<app_user::Entity>().count().await.expect("count"), 3);
    tx.rollback().await.expect("rollback");
}
