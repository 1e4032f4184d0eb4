//! Access tokens: one form, one algorithm, one audience, and everything else refused alike.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use zugong::{
    kernel::session::Reason,
    modules::identity::{Identity, IdentityConfig},
};
use zugong_tests::{Actor, Reply, World, server::identity_config};

use super::{NAMES, PASSWORD, in_tenant, login, masked, refused, sees, text, uuid, world_with_somebody};

/// A token taken apart.
struct Parts {
    header: Json,
    payload: Json,
    signature: String,
}

impl Parts {
    fn of(token: &str) -> Self {
        let parts: Vec<&str> = token.split('.').collect();
        let json = |part: &str| serde_json::from_slice(&BASE64.decode(part).unwrap()).unwrap();
        Self { header: json(parts[0]), payload: json(parts[1]), signature: parts[2].into() }
    }

    fn with(&self, header: Json, payload: Json) -> String {
        let mut changed = (self.header.clone(), self.payload.clone());
        for (part, more) in [(&mut changed.0, header), (&mut changed.1, payload)] {
            for (name, value) in more.as_object().unwrap() {
                part[name] = value.clone();
            }
        }
        format!("{}.{}", unsigned(&changed.0, &changed.1), self.signature)
    }
}

/// What a token says.
pub fn claims(token: &str) -> Json {
    Parts::of(token).payload
}

fn unsigned(header: &Json, payload: &Json) -> String {
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(payload.to_string()))
}

fn hmac(key: &[u8], message: &str) -> String {
    let key = if key.len() > 64 { Sha256::digest(key).to_vec() } else { key.to_vec() };
    let pad = |with: u8| (0..64).map(|i| key.get(i).unwrap_or(&0) ^ with).collect::<Vec<u8>>();
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    BASE64.encode(Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize())
}

/// Signs with HMAC under whatever the public keys could be taken for.
fn confused(token: &Parts, jwks: &Json) -> Vec<String> {
    let key = &jwks["keys"][0];
    let x = key["x"].as_str().unwrap();
    let message = |alg: &str| {
        let mut header = token.header.clone();
        header["alg"] = json!(alg);
        unsigned(&header, &token.payload)
    };
    let secrets = [x.as_bytes().to_vec(), BASE64.decode(x).unwrap(), key.to_string().into_bytes(), vec![]];
    secrets.iter().map(|secret| format!("{}.{}", message("HS256"), hmac(secret, &message("HS256")))).collect()
}

async fn jwks(world: &World) -> Json {
    let request = world.server.http.get(format!("{}/.well-known/jwks.json", world.server.url));
    Reply::of(request.send().await.unwrap()).await.body
}

/// A well-signed token for tenant A of an identity that differs in its settings.
async fn foreign(world: &World, adjust: impl FnOnce(&mut IdentityConfig)) -> String {
    let mut config = identity_config();
    adjust(&mut config);
    let identity = Identity::start(world.server.platform.clone(), config).await.unwrap();
    let system = world.server.platform.system(Reason::Provision);
    let user = uuid(&world.a.superior.user);
    identity.issue_for(&system, world.a.id, user, TimeDelta::hours(1)).await.unwrap().access_token
}

/// Tokens that are nearly `good`: sixty ways to be wrong.
pub async fn bad_tokens(world: &World, name: &str, good: &str) -> Vec<(&'static str, String)> {
    let server = &world.server;
    let parts = Parts::of(good);
    let other = Parts::of(&text(&login(server, name, PASSWORD).await, "accessToken"));
    let none = json!({});
    let now = server.clock.now().timestamp();
    let mut bad: Vec<(&'static str, String)> = vec![
        ("empty signature", format!("{}.", unsigned(&parts.header, &parts.payload))),
        ("no signature", unsigned(&parts.header, &parts.payload)),
        ("another's signature", format!("{}.{}", unsigned(&parts.header, &parts.payload), other.signature)),
        ("zero signature", format!("{}.{}", unsigned(&parts.header, &parts.payload), BASE64.encode([0; 64]))),
        ("another tenant", parts.with(none.clone(), json!({ "tid": world.b.id }))),
        ("another user", parts.with(none.clone(), json!({ "sub": uuid(&world.a.superior.user) }))),
        ("a longer life", parts.with(none.clone(), json!({ "exp": now + 1_000_000 }))),
        ("exp as text", parts.with(none.clone(), json!({ "exp": "9999999999" }))),
        ("exp beyond reason", parts.with(none.clone(), json!({ "exp": 9_223_372_036_854_775_807_u64 }))),
        ("a role", parts.with(none.clone(), json!({ "role": "SUPER" }))),
        ("kid of nothing", parts.with(json!({ "kid": "nothing" }), none.clone())),
        ("kid as a path", parts.with(json!({ "kid": "../../../../dev/null" }), none.clone())),
        ("kid as SQL", parts.with(json!({ "kid": "' or 1=1 --" }), none.clone())),
        ("huge kid", parts.with(json!({ "kid": "x".repeat(10_000) }), none.clone())),
        ("jku", parts.with(json!({ "jku": "http://127.0.0.1:1/jwks.json" }), none.clone())),
        ("x5u", parts.with(json!({ "x5u": "http://127.0.0.1:1/" }), none.clone())),
        ("jwk", parts.with(json!({ "jwk": { "kty": "OKP", "crv": "Ed25519", "x": "AAAA" } }), none.clone())),
        ("crit", parts.with(json!({ "crit": ["exp"] }), none.clone())),
        ("another type", parts.with(json!({ "typ": "JWT" }), none.clone())),
        ("a fourth part", format!("{good}.x")),
        ("trailing bytes", format!("{good}AAAA")),
        ("padded", format!("{good}=")),
        ("rubbish", "rubbish".into()),
        ("dots", "..".into()),
        ("very long", "x".repeat(7_000)),
        ("iat as text", parts.with(none.clone(), json!({ "iat": "now" }))),
        ("exp as a fraction", parts.with(none.clone(), json!({ "exp": 1.5e9 }))),
        ("exp below nought", parts.with(none.clone(), json!({ "exp": -1 }))),
        ("no exp", parts.with(none.clone(), json!({ "exp": null }))),
        ("two audiences", parts.with(none.clone(), json!({ "aud": ["zugong-api", "another"] }))),
        ("x5c", parts.with(json!({ "x5c": ["AAAA"] }), none.clone())),
        ("kid as a number", parts.with(json!({ "kid": 1 }), none.clone())),
        ("kid as an address", parts.with(json!({ "kid": "http://127.0.0.1:1/key" }), none.clone())),
        ("b64 header", parts.with(json!({ "b64": false, "crit": ["b64"] }), none.clone())),
        ("encrypted", format!("{}.{}.AAAA.AAAA.AAAA", BASE64.encode("{\"alg\":\"dir\"}"), BASE64.encode("{}"))),
        ("a claim twice", {
            let payload = parts.payload.to_string().replacen('{', &format!("{{\"tid\":\"{}\",", world.b.id), 1);
            format!("{}.{}.{}", BASE64.encode(parts.header.to_string()), BASE64.encode(payload), parts.signature)
        }),
        (
            "a signature of all ones",
            format!("{}.{}", unsigned(&parts.header, &parts.payload), BASE64.encode([255; 64])),
        ),
        ("half a signature", good[..good.len() - 40].to_string()),
        ("JSON instead of a token", parts.payload.to_string()),
        ("refresh token", text(&login(server, name, PASSWORD).await, "refreshToken")),
        ("wrong audience", foreign(world, |c| c.audience = "another-api".into()).await),
        ("wrong issuer", foreign(world, |c| c.issuer = "another".into()).await),
    ];
    for alg in ["none", "None", "nOnE", "HS256", "RS256", "ES256", "EdDSA ", ""] {
        let header = json!({ "alg": alg, "kid": parts.header["kid"], "typ": parts.header["typ"] });
        bad.push(("alg", format!("{}.{}", unsigned(&header, &parts.payload), parts.signature)));
        bad.push(("alg without signature", format!("{}.", unsigned(&header, &parts.payload))));
    }
    bad.extend(confused(&parts, &jwks(world).await).into_iter().map(|token| ("HMAC under a public key", token)));
    bad
}

#[tokio::test]
async fn every_bad_token_is_refused_in_the_same_words() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let good = text(&login(server, &name, PASSWORD).await, "accessToken");
    let bad = bad_tokens(&world, &name, &good).await;
    let ask = async |token: &str| {
        let actor = Actor { token: Some(token.into()), ..world.a.superior.clone() };
        masked(&actor.gql(NAMES, json!({})).await)
    };
    let first = ask("nonsense").await;
    assert_eq!(first.0, 401);
    assert!(first.2.contains(&"www-authenticate".to_string()));
    for (what, token) in bad {
        assert_ne!(token, good, "{what}");
        assert_eq!(ask(&token).await, first, "{what}");
    }
    assert_eq!(sees(server, &good).await, in_tenant("A"), "the good one still is");
}

#[tokio::test]
async fn a_token_has_its_time() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let start = server.clock.now();
    let token = text(&login(server, &name, PASSWORD).await, "accessToken");
    // Thirty seconds of two clocks that differ are borne on either side.
    for (seconds, expected) in [
        (0, in_tenant("A")),
        (15 * 60 + 29, in_tenant("A")),
        (15 * 60 + 30, refused()),
        (24 * 3600, refused()),
        (-30, in_tenant("A")),
        (-31, refused()),
        (-3600, refused()),
        (0, in_tenant("A")),
    ] {
        server.clock.set(start + TimeDelta::seconds(seconds));
        assert_eq!(sees(server, &token).await, expected, "{seconds} s");
    }
}

#[tokio::test]
async fn there_is_one_way_to_present_a_token() {
    let world = World::start().await;
    let token = world.a.superior.token.clone().unwrap();
    let send = async |headers: &[(&str, String)]| {
        let mut request =
            world.server.http.post(format!("{}/graphql", world.server.url)).json(&json!({ "query": NAMES }));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let reply = Reply::of(request.send().await.unwrap()).await;
        (reply.status, reply.code().to_string())
    };
    let header = |value: String| [("authorization", value)];
    assert_eq!(send(&header(format!("Bearer {token}"))).await, (200, "none".into()));
    assert_eq!(send(&header(format!("bearer  {token} "))).await, (200, "none".into()));
    for value in [
        token.clone(),
        format!("Token {token}"),
        format!("Basic {token}"),
        "Bearer".into(),
        "Bearer ".into(),
        String::new(),
        format!("Bearer {token}, Bearer {token}"),
    ] {
        assert_eq!(send(&header(value.clone())).await, refused(), "{}", &value[..value.len().min(20)]);
    }
    let twice = [("authorization", format!("Bearer {token}")), ("authorization", format!("Bearer {token}"))];
    assert_eq!(send(&twice).await, refused(), "two answers to who are you");
    for (name, value) in
        [("cookie", format!("token={token}")), ("x-access-token", token.clone()), ("x-tenant", world.b.code.clone())]
    {
        assert_eq!(send(&[(name, value)]).await, (200, "UNAUTHENTICATED".into()), "{name} says nothing");
    }
    // The tenant is the token's, whatever else is said.
    let mixed = [
        ("authorization", format!("Bearer {token}")),
        ("x-tenant", world.b.code.clone()),
        ("x-tenant-id", world.b.id.to_string()),
    ];
    assert_eq!(send(&mixed).await, (200, "none".into()));
    assert_eq!(sees(&world.server, &token).await, in_tenant("A"));
}

#[tokio::test]
async fn the_published_keys_are_public_and_name_the_tokens_key() {
    let world = World::start().await;
    let response = world.server.http.get(format!("{}/.well-known/jwks.json", world.server.url)).send().await.unwrap();
    let reply = Reply::of(response).await;
    assert_eq!(reply.headers["cache-control"], "public, max-age=300");
    let keys = reply.body["keys"].as_array().unwrap().clone();
    assert!(keys.len() >= 2, "the present key and the next");
    for key in &keys {
        assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519")));
        assert_eq!(BASE64.decode(key["x"].as_str().unwrap()).unwrap().len(), 32);
        assert!(key.get("d").is_none(), "never the private part");
    }
    let header = Parts::of(world.a.superior.token.as_ref().unwrap()).header;
    assert!(keys.iter().any(|key| key["kid"] == header["kid"]));
}
