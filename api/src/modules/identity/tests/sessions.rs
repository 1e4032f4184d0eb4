use chrono::TimeDelta;
use entities::{refresh_token, values::UserState};
use sea_orm::ColumnTrait;

use super::fixture::{PASSWORD, World, info};
use crate::{
    kernel::{
        error::{ApiError, Code},
        session::Reason,
    },
    modules::identity::Issued,
};

async fn refresh(world: &World, issued: &Issued) -> Result<Issued, ApiError> {
    let (token, _) = issued.refresh.as_ref().expect("a refresh token");
    world.identity.refresh(token, &info()).await
}

#[tokio::test]
async fn a_refresh_token_brings_the_next_one() {
    let world = World::new().await;
    let first = world.login("zhang", PASSWORD).await.expect("log-in");
    world.pass(600);
    let second = refresh(&world, &first).await.expect("renewal");
    assert!(!second.makes_good);
    assert_eq!(second.session_id, first.session_id);
    assert_eq!(second.refresh.as_ref().expect("token").1, world.now() + TimeDelta::minutes(30));
    assert!(world.accepts(&second.access_token).await && world.accepts(&first.access_token).await);
    let tx = world.tx(0).await;
    let stored = tx.global::<refresh_token::Entity>().all().await.expect("rows");
    for token in [first.refresh, second.refresh].into_iter().flatten() {
        assert!(stored.iter().all(|row| !row.token_hash.contains(&token.0)), "only digests are kept");
    }
    tx.rollback().await.expect("rollback");
}

#[tokio::test]
async fn a_lost_reply_is_made_good_as_often_as_needed() {
    let world = World::new().await;
    let first = world.login("zhang", PASSWORD).await.expect("log-in");
    let lost = refresh(&world, &first).await.expect("renewal");
    let again = refresh(&world, &first).await.expect("the reply was lost");
    let third = refresh(&world, &first).await.expect("and once more");
    assert!(again.makes_good && third.makes_good);
    // At this moment two tabs may have done it: the withdrawn ones are refused and nothing follows.
    for withdrawn in [&lost, &again] {
        assert_eq!(refresh(&world, withdrawn).await.expect_err("withdrawn").code, Code::Unauthenticated);
    }
    let fourth = refresh(&world, &third).await.expect("the line goes on");
    assert!(world.accepts(&fourth.access_token).await);
    assert_eq!(world.audited(0).await, ["login"]);
}

#[tokio::test]
async fn a_replayed_token_ends_the_session_for_both_holders() {
    let world = World::new().await;
    let first = world.login("zhang", PASSWORD).await.expect("log-in");
    let second = refresh(&world, &first).await.expect("renewal");
    let third = refresh(&world, &second).await.expect("renewal");
    assert_eq!(refresh(&world, &first).await.expect_err("replayed").code, Code::Unauthenticated);
    for token in [&first, &second, &third] {
        assert!(!world.accepts(&token.access_token).await);
        assert_eq!(refresh(&world, token).await.expect_err("ended").code, Code::Unauthenticated);
    }
    assert_eq!(world.audited(0).await, ["login", "refresh_replay"]);
}

#[tokio::test]
async fn a_withdrawn_token_that_comes_later_ends_the_session_too() {
    let world = World::new().await;
    let first = world.login("zhang", PASSWORD).await.expect("log-in");
    let of_victim = refresh(&world, &first).await.expect("renewal");
    // The thief has a copy of the used token and is taken for a client whose reply was lost …
    let of_thief = refresh(&world, &first).await.expect("renewal");
    world.pass(600);
    // … until the victim renews.
    assert_eq!(refresh(&world, &of_victim).await.expect_err("withdrawn").code, Code::Unauthenticated);
    assert!(!world.accepts(&of_thief.access_token).await);
    assert_eq!(refresh(&world, &of_thief).await.expect_err("ended").code, Code::Unauthenticated);
    assert_eq!(world.audited(0).await, ["login", "refresh_replay"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_renew_at_once_one_wins_and_one_token_lives() {
    let world = World::new().await;
    let replica = world.replica().await;
    let first = world.login("zhang", PASSWORD).await.expect("log-in");
    let (token, _) = first.refresh.clone().expect("a refresh token");
    let request = info();
    let race = (0..30).map(|n| {
        let identity = if n % 2 == 0 { &world.identity } else { &replica };
        identity.refresh(&token, &request)
    });
    let outcomes = futures::future::join_all(race).await;
    let issued: Vec<Issued> = outcomes.into_iter().map(|o| o.expect("an answer")).collect();
    assert_eq!(issued.iter().filter(|i| !i.makes_good).count(), 1, "exactly one winner");
    let mut alive = 0;
    for one in &issued {
        alive += usize::from(refresh(&world, one).await.is_ok());
    }
    assert_eq!(alive, 1, "exactly one token goes on");
}

#[tokio::test]
async fn sessions_end_when_idle_and_at_their_longest() {
    let world = World::new().await;
    let first = world.login("zhang", PASSWORD).await.expect("log-in");
    world.pass(30 * 60);
    assert_eq!(refresh(&world, &first).await.expect_err("idle").code, Code::Unauthenticated);
    let mut issued = world.login("zhang", PASSWORD).await.expect("log-in");
    for _ in 0..35 {
        world.pass(20 * 60);
        issued = refresh(&world, &issued).await.expect("renewal");
    }
    // 11 hours 40 minutes have passed: the last token reaches to the end of the session and not further.
    assert_eq!(issued.refresh.as_ref().expect("token").1, world.now() + TimeDelta::minutes(20));
    world.pass(10 * 60);
    issued = refresh(&world, &issued).await.expect("renewal");
    assert_eq!(issued.access_until, world.now() + TimeDelta::minutes(10));
    world.pass(10 * 60);
    assert_eq!(refresh(&world, &issued).await.expect_err("over").code, Code::Unauthenticated);
    world.pass(31);
    assert!(!world.accepts(&issued.access_token).await);
}

#[tokio::test]
async fn logging_out_ends_one_session_at_once() {
    let world = World::new().await;
    let (one, other) =
        (world.login("zhang", PASSWORD).await.expect("log-in"), world.login("zhang", PASSWORD).await.expect("log-in"));
    assert!(world.accepts(&one.access_token).await && world.accepts(&other.access_token).await);
    let session = world.identity.authenticate(&one.access_token, info()).await.expect("a session");
    world.identity.logout(&session).await.expect("log-out");
    assert!(!world.accepts(&one.access_token).await);
    assert_eq!(refresh(&world, &one).await.expect_err("ended").code, Code::Unauthenticated);
    assert!(world.accepts(&other.access_token).await);
    let (token, _) = other.refresh.clone().expect("a refresh token");
    world.identity.logout_by_refresh(&token, &info()).await.expect("log-out");
    assert!(!world.accepts(&other.access_token).await);
    world.identity.logout_by_refresh(&token, &info()).await.expect("twice is no fault");
    world.identity.logout_by_refresh("zgr_unknown", &info()).await.expect("nor is a stranger's");
    assert_eq!(world.audited(0).await, ["login", "login", "logout", "logout"]);
}

#[tokio::test]
async fn all_sessions_of_an_account_end_together() {
    let world = World::new().await;
    let account = world.account("zhang").await.id;
    let one = world.login("zhang", PASSWORD).await.expect("log-in");
    let li = world.login("li", PASSWORD).await.expect("log-in");
    let session = world.identity.authenticate(&one.access_token, info()).await.expect("a session");
    let two = world.identity.switch(&session, "west").await.expect("switch");
    let three = world.login("zhang", PASSWORD).await.expect("log-in");
    world.identity.end_other_sessions(account, uuid::Uuid::nil(), &info()).await.expect("ending");
    assert!(!world.accepts(&two.access_token).await && !world.accepts(&three.access_token).await);
    assert!(world.accepts(&li.access_token).await);
}

#[tokio::test]
async fn a_disabled_user_can_neither_act_nor_renew() {
    let world = World::new().await;
    let issued = world.login("li", PASSWORD).await.expect("log-in");
    assert!(world.accepts(&issued.access_token).await);
    world.set_user_state(0, world.li, UserState::Disabled).await;
    assert!(!world.accepts(&issued.access_token).await);
    assert_eq!(refresh(&world, &issued).await.expect_err("disabled").code, Code::Unauthenticated);
    world.set_user_state(0, world.li, UserState::Active).await;
    assert!(refresh(&world, &issued).await.is_ok(), "a refusal uses no token up");
}

#[tokio::test]
async fn a_session_moves_to_another_tenant_and_leaves_the_first() {
    let world = World::new().await;
    let east = world.login("zhang", PASSWORD).await.expect("log-in");
    let session = world.identity.authenticate(&east.access_token, info()).await.expect("a session");
    let west = world.identity.switch(&session, " WEST ").await.expect("switch");
    let moved = world.identity.authenticate(&west.access_token, info()).await.expect("a session");
    assert_eq!((moved.tenant().id, moved.user_id()), (world.tenants[1], world.zhang[1]));
    assert!(!world.accepts(&east.access_token).await, "the token of the first tenant is dead");
    assert!(west.refresh.is_none());
    let renewed = refresh(&world, &east).await.expect("the refresh token stays");
    assert_eq!(renewed.tenant.code, "west");
    // A session that has left cannot leave again.
    assert_eq!(world.identity.switch(&session, "east").await.expect_err("gone").code, Code::Conflict);
    assert_eq!(world.audited(0).await, ["login", "switch"]);
    assert_eq!(world.audited(1).await, ["switch"]);
}

#[tokio::test]
async fn a_tenant_without_an_active_user_is_as_unknown_as_one_that_is_not_there() {
    let world = World::new().await;
    let li = world.login("li", PASSWORD).await.expect("log-in");
    let session = world.identity.authenticate(&li.access_token, info()).await.expect("a session");
    let foreign = world.identity.switch(&session, "west").await.expect_err("no user there");
    let absent = world.identity.switch(&session, "nowhere").await.expect_err("no tenant");
    assert_eq!(format!("{foreign:?}"), format!("{absent:?}"));
    assert_eq!(foreign.code, Code::NotFound);
    assert!(world.accepts(&li.access_token).await);
    let zhang = world.login("zhang", PASSWORD).await.expect("log-in");
    world.set_user_state(1, world.zhang[1], UserState::Disabled).await;
    let session = world.identity.authenticate(&zhang.access_token, info()).await.expect("a session");
    assert_eq!(world.identity.switch(&session, "west").await.expect_err("disabled").code, Code::NotFound);
}

#[tokio::test]
async fn an_operator_gets_tokens_without_a_password_and_nobody_else_does() {
    let world = World::new().await;
    let life = TimeDelta::hours(24);
    let issued = world.identity.issue_for(&world.system(), world.tenants[0], world.li, life).await.expect("tokens");
    assert_eq!(issued.access_until, world.now() + life);
    world.pass(23 * 3600);
    assert!(world.accepts(&issued.access_token).await);
    world.pass(3600 + 30);
    assert!(!world.accepts(&issued.access_token).await);
    assert_eq!(world.audited(0).await, ["login"]);
    let other = world.platform.system(Reason::Login);
    let refused = world.identity.issue_for(&other, world.tenants[0], world.li, life).await.expect_err("refused");
    assert_eq!(refused.code, Code::Forbidden);
    let absent = world.identity.issue_for(&world.system(), world.tenants[1], world.li, life).await;
    assert_eq!(absent.expect_err("another tenant's user").code, Code::NotFound);
}

#[tokio::test]
async fn a_session_is_known_to_a_replica_that_was_not_asked_before() {
    let world = World::new().await;
    let replica = world.replica().await;
    let first = world.login("zhang", PASSWORD).await.expect("log-in");
    replica.authenticate(&first.access_token, info()).await.expect("known there too");
    let second = world.login("zhang", PASSWORD).await.expect("log-in");
    replica.authenticate(&second.access_token, info()).await.expect("a newer one as well");
    let tx = world.tx(0).await;
    let rows = tx.global::<refresh_token::Entity>().filter(refresh_token::Column::UsedAt.is_null());
    assert_eq!(rows.count().await.expect("count"), 2);
    tx.rollback().await.expect("rollback");
}
