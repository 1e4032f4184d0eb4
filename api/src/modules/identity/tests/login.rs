use std::time::{Duration, Instant};

use entities::{
    account, tenant, unit,
    values::{RoleName, TenantState, UserState},
};
use sea_orm::{ColumnTrait, sea_query::Expr};

use super::fixture::{PASSWORD, World, form, info};
use crate::{
    kernel::{
        error::{ApiError, Code},
        session::RequestInfo,
    },
    modules::identity::{Login, config::Argon2Config, provision::assign},
};

fn same(a: &ApiError, b: &ApiError) -> bool {
    format!("{a:?}") == format!("{b:?}")
}

#[tokio::test]
async fn the_right_password_opens_the_default_tenant_and_lists_the_others() {
    let world = World::new().await;
    let issued = world.login(" ZHANG ", PASSWORD).await.expect("log-in");
    assert_eq!(issued.tenant.code, "east");
    assert_eq!(issued.tenants.iter().map(|t| t.code.as_str()).collect::<Vec<_>>(), ["east", "west"]);
    assert_eq!(issued.access_until, world.now() + world.config.access());
    let session = world.identity.authenticate(&issued.access_token, info()).await.expect("a session");
    assert_eq!((session.tenant().id, session.user_id()), (world.tenants[0], world.zhang[0]));
    assert_eq!(session.session_id(), issued.session_id);
    assert!(!session.is_privileged());
    let west = Login { tenant: Some("West".into()), ..form("zhang", PASSWORD) };
    let issued = world.identity.login(&west, &info()).await.expect("log-in");
    assert_eq!((issued.tenant.code.as_str(), issued.user_id), ("west", world.zhang[1]));
    assert_eq!(world.audited(0).await, ["login"]);
    assert_eq!(world.audited(1).await, ["login"]);
}

#[tokio::test]
async fn whatever_was_wrong_the_answer_is_the_same() {
    let world = World::with(|c| c.lockout.account_failures = 100).await;
    let expected = world.login("zhang", "wrong").await.expect_err("wrong password");
    assert_eq!(expected.code, Code::Unauthenticated);
    let elsewhere = |tenant: &str, login, password| Login { tenant: Some(tenant.into()), ..form(login, password) };
    for bad in [
        form("stranger", PASSWORD),
        form("", PASSWORD),
        form("zh\0ang", PASSWORD),
        form(&"x".repeat(10_000), PASSWORD),
        form("nobody-yet", PASSWORD),
        form("zhang", ""),
        form("zhang", &"x".repeat(10_000)),
        elsewhere("no-such-tenant", "zhang", PASSWORD),
        elsewhere("west", "li", PASSWORD),
        elsewhere("west", "zhang", "wrong"),
    ] {
        let error = world.identity.login(&bad, &info()).await.expect_err("refused");
        assert!(same(&error, &expected), "{}: {error:?}", bad.login);
    }
    world.set_user_state(0, world.li, UserState::Disabled).await;
    assert!(same(&world.login("li", PASSWORD).await.expect_err("disabled user"), &expected));
    let tx = world.tx(0).await;
    tx.change_global::<account::Entity>()
        .filter(account::Column::Login.eq("zhang"))
        .set(account::Column::Disabled, Expr::value(true))
        .run()
        .await
        .expect("change");
    tx.commit().await.expect("commit");
    assert!(same(&world.login("zhang", PASSWORD).await.expect_err("closed account"), &expected));
    assert!(world.audited(0).await.iter().all(|action| action == "login_failed"));
}

#[tokio::test]
async fn a_user_disabled_in_the_default_tenant_still_works_in_the_other() {
    let world = World::new().await;
    world.set_user_state(0, world.zhang[0], UserState::Disabled).await;
    let issued = world.login("zhang", PASSWORD).await.expect("log-in");
    assert_eq!(issued.tenant.code, "west");
    assert_eq!(issued.tenants.len(), 1);
    let tx = world.tx(1).await;
    tx.change_global::<tenant::Entity>()
        .filter(tenant::Column::Id.eq(world.tenants[1]))
        .set(tenant::Column::State, Expr::value(TenantState::Suspended))
        .run()
        .await
        .expect("change");
    tx.commit().await.expect("commit");
    assert_eq!(world.login("zhang", PASSWORD).await.expect_err("suspended").code, Code::Unauthenticated);
}

#[tokio::test]
async fn five_failures_bring_a_wait_that_doubles_for_accounts_and_strangers_alike() {
    let world = World::new().await;
    let mut seen = vec![];
    for login in ["zhang", "stranger"] {
        let mut waits = vec![];
        for _ in 0..9 {
            let error = world.login(login, "wrong").await.expect_err("refused");
            waits.push((error.code, error.retry_after));
            if let Some(seconds) = error.retry_after {
                // A right password is not even judged before the time has come, nor a second before it.
                world.pass(i64::from(seconds) - 1);
                assert_eq!(world.login(login, PASSWORD).await.expect_err("early").code, Code::Throttled);
                world.pass(1);
            }
        }
        assert_eq!(waits.iter().filter(|w| w.0 == Code::Unauthenticated).count(), 7);
        seen.push(waits);
    }
    assert_eq!(seen[0], seen[1], "waiting says nothing about who exists");
    assert_eq!(seen[0].iter().filter_map(|w| w.1).collect::<Vec<_>>(), [1, 2]);
    world.pass(4);
    world.login("zhang", PASSWORD).await.expect("the wait is over");
    assert_eq!(world.login("zhang", "wrong").await.expect_err("refused").code, Code::Unauthenticated);
    assert_eq!(world.login("zhang", PASSWORD).await.map(|_| ()).map_err(|e| e.code), Ok(()), "counted from nought");
}

#[tokio::test]
async fn the_longest_wait_is_a_quarter_of_an_hour_and_old_failures_are_forgotten() {
    let world = World::new().await;
    let mut longest = 0;
    for _ in 0..60 {
        if let Some(seconds) = world.login("zhang", "wrong").await.expect_err("refused").retry_after {
            longest = longest.max(seconds);
            world.pass(seconds.into());
        }
    }
    assert_eq!(longest, 900);
    world.pass(1800);
    for _ in 0..4 {
        assert_eq!(world.login("zhang", "wrong").await.expect_err("refused").code, Code::Unauthenticated);
    }
    world.login("zhang", PASSWORD).await.expect("four failures bring no wait");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_burst_of_guesses_is_worth_no_more_than_the_limit() {
    let world = World::new().await;
    let replica = world.replica().await;
    let guesses = (0..40).map(|n| {
        let identity = if n % 2 == 0 { &world.identity } else { &replica };
        async move { identity.login(&form("zhang", &format!("guess {n}")), &info()).await }
    });
    let outcomes = futures::future::join_all(guesses).await;
    let count = |code| outcomes.iter().filter(|o| o.as_ref().is_err_and(|e| e.code == code)).count();
    assert_eq!((count(Code::Unauthenticated), count(Code::Throttled)), (5, 35));
    assert_eq!(world.account("zhang").await.failed_count, 5);
    assert_eq!(replica.login(&form("zhang", PASSWORD), &info()).await.expect_err("early").code, Code::Throttled);
}

#[tokio::test]
async fn a_network_that_fails_too_often_waits_and_others_do_not() {
    let world = World::with(|c| c.lockout.network_failures = 3).await;
    for n in 0..3 {
        assert_eq!(world.login(&format!("s{n}"), "x").await.expect_err("refused").code, Code::Unauthenticated);
    }
    assert_eq!(world.login("zhang", PASSWORD).await.expect_err("slowed").retry_after, Some(1));
    let mut elsewhere = info();
    elsewhere.remote = Some("198.51.100.7".into());
    world.identity.login(&form("zhang", PASSWORD), &elsewhere).await.expect("another network");
    world.pass(1);
    world.login("zhang", PASSWORD).await.expect("the wait is over");
}

#[tokio::test]
async fn failures_take_as_long_whatever_failed_and_a_password_is_hashed_anew_after_a_change_of_settings() {
    let world = World::with(|c| c.failure_floor_millis = 120).await;
    for login in ["zhang", "stranger"] {
        let start = Instant::now();
        world.login(login, "wrong").await.expect_err("refused");
        assert!(start.elapsed() >= Duration::from_millis(120));
    }
    let before = world.account("zhang").await.password_hash;
    let mut config = world.config.clone();
    config.argon2 = Argon2Config { memory_kib: 128, iterations: 1, lanes: 1 };
    let stronger = crate::modules::identity::Identity::start(world.platform.clone(), config).await.expect("identity");
    stronger.login(&form("zhang", PASSWORD), &info()).await.expect("log-in");
    let after = world.account("zhang").await.password_hash;
    assert_ne!(before, after);
    stronger.login(&form("zhang", PASSWORD), &info()).await.expect("log-in");
    assert_eq!(world.account("zhang").await.password_hash, after);
}

fn from(network: &str) -> RequestInfo {
    RequestInfo { remote: Some(network.into()), ..info() }
}

/// Threat 17: who guesses keeps themselves out, and not the owner.
#[tokio::test]
async fn ten_thousand_guesses_from_one_network_do_not_keep_out_another() {
    let world = World::with(|c| c.lockout.network_failures = u32::MAX).await;
    for (login, tries) in [("stranger", 1_000), ("zhang", 10_000)] {
        let mut judged = 0;
        for n in 0..tries {
            let error = world.identity.login(&form(login, "guess"), &from("203.0.113.9")).await.expect_err("refused");
            judged += usize::from(error.code == Code::Unauthenticated);
            if n % 1_000 == 0 {
                world.pass(600);
            }
        }
        assert!(judged < 30, "{judged} guesses were judged");
    }
    world.identity.login(&form("zhang", PASSWORD), &from("198.51.100.7")).await.expect("the owner, elsewhere");
    let early = world.identity.login(&form("zhang", PASSWORD), &from("203.0.113.9")).await.expect_err("the guesser");
    assert_eq!(early.code, Code::Throttled);
}

/// Threat 17: guesses from very many networks slow strangers' networks down, and never the owner's.
#[tokio::test]
async fn guesses_from_many_networks_meet_a_ceiling_that_the_owner_does_not() {
    let world = World::with(|c| c.lockout.account_failures_everywhere = 20).await;
    let home = from("198.51.100.7");
    world.identity.login(&form("zhang", PASSWORD), &home).await.expect("the owner");
    for login in ["zhang", "stranger"] {
        let mut judged = 0;
        for n in 0..200 {
            let network = format!("2001:db8:{n:x}::1");
            let error = world.identity.login(&form(login, "guess"), &from(&network)).await.expect_err("refused");
            judged += usize::from(error.code == Code::Unauthenticated);
        }
        assert_eq!(judged, 20, "{login}");
    }
    world.identity.login(&form("zhang", PASSWORD), &home).await.expect("the owner, where they were before");
    let away = world.identity.login(&form("zhang", PASSWORD), &from("192.0.2.77")).await.expect_err("too early");
    assert_eq!((away.code, away.retry_after), (Code::Throttled, Some(1)));
    world.pass(1);
    world.identity.login(&form("zhang", PASSWORD), &from("192.0.2.77")).await.expect("the wait is short");
}

/// Threat 17: the last security administrator waits for nobody else's failures; with a second one, both do.
#[tokio::test]
async fn the_last_security_administrator_is_never_locked_out() {
    let world = World::with(|c| c.lockout.account_failures_everywhere = 20).await;
    let appoint = async |user| {
        let tx = world.tx(0).await;
        let rows = tx.parts::<unit::Entity>().all().await.expect("units");
        assign(&tx, user, RoleName::SecurityAdmin, rows[0].id, world.clock.today()).await.expect("an assignment");
        tx.commit().await.expect("commit");
    };
    let flood = async || {
        for n in 0..200 {
            let network = format!("2001:db8:{n:x}::1");
            world.identity.login(&form("li", "guess"), &from(&network)).await.expect_err("refused");
        }
    };
    flood().await;
    let early = world.identity.login(&form("li", PASSWORD), &from("192.0.2.50")).await.expect_err("an ordinary user");
    assert_eq!(early.code, Code::Throttled);
    appoint(world.li).await;
    world.identity.login(&form("li", PASSWORD), &from("192.0.2.51")).await.expect("the last one");
    appoint(world.zhang[0]).await;
    let early = world.identity.login(&form("li", PASSWORD), &from("192.0.2.52")).await.expect_err("one of two");
    assert_eq!(early.code, Code::Throttled);
    world.set_user_state(0, world.zhang[0], UserState::Disabled).await;
    world.identity.login(&form("li", PASSWORD), &from("192.0.2.53")).await.expect("the last one again");
}
