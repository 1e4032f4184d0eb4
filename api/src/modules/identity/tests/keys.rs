use chrono::TimeDelta;

use super::fixture::{PASSWORD, World, info};
use crate::modules::identity::{Identity, IdentityConfig, IdentityError, config::ServerSecret};

fn kids(identity: &Identity) -> Vec<String> {
    let jwks = identity.keys().jwks();
    let keys = jwks["keys"].as_array().expect("keys").iter();
    keys.map(|k| k["kid"].as_str().expect("kid").to_owned()).collect()
}

fn long_lived(config: &mut IdentityConfig) {
    config.session_seconds = 365 * 86_400;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_start_together_agree_on_the_keys() {
    let world = World::new().await;
    // As good as an empty table: all keys have retired long ago.
    world.pass(400 * 86_400);
    let replicas = futures::future::join_all((0..6).map(|_| world.replica())).await;
    for replica in &replicas {
        assert_eq!(kids(replica), kids(&replicas[0]));
        assert_eq!(kids(replica).len(), 2);
    }
}

#[tokio::test]
async fn the_published_keys_say_what_they_are_and_nothing_private() {
    let world = World::new().await;
    let jwks = world.identity.keys().jwks();
    let keys = jwks["keys"].as_array().expect("keys");
    assert_eq!(keys.len(), 2, "the present and the next");
    for key in keys {
        let names: Vec<&str> = key.as_object().expect("a key").keys().map(String::as_str).collect();
        assert_eq!(names, ["kty", "crv", "use", "alg", "kid", "x"]);
        assert_eq!((key["kty"].as_str(), key["crv"].as_str()), (Some("OKP"), Some("Ed25519")));
        assert_eq!(key["x"].as_str().expect("x").len(), 43);
    }
}

#[tokio::test]
async fn old_tokens_hold_after_a_rotation_until_their_key_retires() {
    let world = World::with(long_lived).await;
    let replica = world.replica().await;
    let life = TimeDelta::days(100);
    let before = world.identity.issue_for(&world.system(), world.tenants[0], world.li, life).await.expect("a token");
    let first = kids(&world.identity);
    world.pass(86_400);
    // Other operators may rotate at the same moment; once is enough.
    let (one, other) = tokio::join!(world.identity.keys().rotate(), replica.keys().rotate());
    one.and(other).expect("rotation");
    let ordinary = world.login("zhang", PASSWORD).await.expect("log-in");
    let kid = |token: &str| jsonwebtoken::decode_header(token).expect("header").kid.expect("kid");
    assert_eq!(kid(&before.access_token), first[0]);
    assert_eq!(kid(&ordinary.access_token), first[1], "the next key signs");
    assert_eq!(kids(&world.identity).len(), 3, "old, present and next are published");
    for identity in [&world.identity, &replica] {
        for token in [&before, &ordinary] {
            identity.authenticate(&token.access_token, info()).await.expect("both hold everywhere");
        }
    }
    // Access token, leeway and cache time after it stopped signing, the old key is gone, cached or not.
    world.pass(20 * 60 + 29);
    assert!(world.accepts(&before.access_token).await);
    world.pass(1);
    assert!(!world.accepts(&before.access_token).await);
    assert!(!kids(&world.identity).contains(&first[0]));
}

#[tokio::test]
async fn over_months_of_ticks_no_ordinary_token_is_refused() {
    let world = World::with(long_lived).await;
    let replica = world.replica().await;
    let mut used = std::collections::BTreeSet::new();
    for _ in 0..90 {
        // The replica hears late: it ticks only after the others have signed and it has been asked.
        world.identity.keys().ensure().await.expect("keys");
        let issued = world.login("zhang", PASSWORD).await.expect("log-in");
        replica.authenticate(&issued.access_token, info()).await.expect("known there");
        used.insert(jsonwebtoken::decode_header(&issued.access_token).expect("header").kid);
        world.pass(14 * 60);
        assert!(world.accepts(&issued.access_token).await);
        replica.keys().ensure().await.expect("keys");
        world.pass(86_400 - 14 * 60);
    }
    assert_eq!(used.len(), 3);
}

#[tokio::test]
async fn a_server_with_another_secret_does_not_start() {
    let world = World::new().await;
    let start = |config| Identity::start(world.platform.clone(), config);
    let other = ServerSecret::parse(&ServerSecret::generate().expect("secret")).expect("secret");
    let error = start(IdentityConfig { secret: Some(other), ..world.config.clone() }).await.err().expect("refused");
    assert!(matches!(error, IdentityError::WrongSecret(_)), "{error}");
    let error = start(IdentityConfig { secret: None, ..world.config.clone() }).await.err().expect("refused");
    assert!(matches!(error, IdentityError::MissingSecret), "{error}");
}

#[tokio::test]
async fn a_key_made_elsewhere_is_found_when_first_seen_but_not_asked_for_at_every_guess() {
    let world = World::new().await;
    let replica = world.replica().await;
    // The replica makes a key that this server has not heard of.
    world.pass(31 * 86_400);
    replica.keys().ensure().await.expect("keys");
    let unknown = kids(&replica).into_iter().find(|kid| !kids(&world.identity).contains(kid)).expect("a new key");
    assert!(world.identity.keys().find_or_reload(&unknown, world.now()).await.is_some());
    let start = std::time::Instant::now();
    for n in 0..10_000 {
        assert!(world.identity.keys().find_or_reload(&format!("{n:032x}"), world.now()).await.is_none());
    }
    assert!(start.elapsed().as_secs() < 4, "no question to the database for each");
}
