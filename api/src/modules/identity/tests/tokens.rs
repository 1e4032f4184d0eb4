use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use super::fixture::{PASSWORD, World};
use crate::kernel::error::Code;

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A token of any header and claims, signed by the present key.
fn signed(world: &World, header: &str, claims: &str) -> String {
    let now = world.now();
    let key = world.identity.keys().signer(now).expect("a key");
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signs = key.signs.as_ref().expect("it signs");
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), signs, Algorithm::EdDSA).expect("a signature");
    format!("{message}.{signature}")
}

struct Parts {
    header: Value,
    claims: Value,
    token: String,
}

async fn good(world: &World) -> Parts {
    let token = world.login("zhang", PASSWORD).await.expect("log-in").access_token;
    let mut segments = token.split('.');
    let mut next = || {
        let bytes = URL_SAFE_NO_PAD.decode(segments.next().expect("a segment")).expect("base64");
        serde_json::from_slice(&bytes).expect("JSON")
    };
    Parts { header: next(), claims: next(), token: token.clone() }
}

async fn refuses(world: &World, what: &str, token: &str) {
    let error = world.identity.tokens().verify(token).await.expect_err(what);
    assert_eq!((error.code, error.detail), (Code::Unauthenticated, None), "{what}");
}

#[tokio::test]
async fn a_token_says_who_where_and_how_long_and_nothing_about_rights() {
    let world = World::new().await;
    let parts = good(&world).await;
    let names: Vec<&str> = parts.claims.as_object().expect("claims").keys().map(String::as_str).collect();
    assert_eq!(names, ["iss", "aud", "sub", "acc", "tid", "sid", "iat", "nbf", "exp", "jti"]);
    assert_eq!(parts.header["alg"], "EdDSA");
    assert!(parts.token.len() < 1000);
    // Our way of writing tokens by hand is right, or the refusals below would mean nothing.
    let again = signed(&world, &parts.header.to_string(), &parts.claims.to_string());
    let (a, b) = (world.identity.tokens().verify(&parts.token).await, world.identity.tokens().verify(&again).await);
    assert_eq!(a.expect("valid"), b.expect("valid"));
}

#[tokio::test]
async fn headers_that_lead_a_verifier_astray_are_refused() {
    let world = World::new().await;
    let Parts { header, claims, token } = good(&world).await;
    let with = |name: &str, value: Value| {
        let mut header = header.clone();
        header[name] = value;
        signed(&world, &header.to_string(), &claims.to_string())
    };
    let body = token.split('.').nth(1).expect("claims");
    for alg in ["none", "None", "nOnE", "NONE", "", "HS256", "RS256", "ES256", "Ed25519", "eddsa"] {
        refuses(&world, alg, &with("alg", json!(alg))).await;
        let mut bare = header.clone();
        bare["alg"] = json!(alg);
        refuses(&world, alg, &format!("{}.{body}.", encode(&bare))).await;
    }
    let own_key = json!({ "kty": "OKP", "crv": "Ed25519", "x": "A".repeat(43) });
    for (name, value) in [
        ("jku", json!("https://evil.example/jwks.json")),
        ("x5u", json!("https://evil.example/cert.pem")),
        ("jwk", own_key),
        ("x5c", json!(["AAAA"])),
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("cty", json!("JWT")),
        ("typ", json!("JWT")),
        ("typ", json!(null)),
        ("kid", json!(null)),
        ("kid", json!(7)),
        ("kid", json!("")),
        ("kid", json!("../../dev/null")),
        ("kid", json!("' or 1=1 --")),
        ("kid", json!("0".repeat(32))),
        ("kid", json!(header["kid"].as_str().expect("kid").to_uppercase())),
        ("kid", json!("k".repeat(1_000_000))),
    ] {
        refuses(&world, name, &with(name, value)).await;
    }
    let next = world.identity.keys().jwks()["keys"][1]["kid"].clone();
    refuses(&world, "the key that does not sign yet", &with("kid", next)).await;
    let text = header.to_string();
    let twice = format!("{},\"kid\":\"x\"}}", &text[..text.len() - 1]);
    refuses(&world, "kid twice", &signed(&world, &twice, &claims.to_string())).await;
}

#[tokio::test]
async fn the_public_key_does_not_serve_as_a_shared_secret() {
    let world = World::new().await;
    let Parts { header, claims, .. } = good(&world).await;
    let public = world.identity.keys().jwks()["keys"][0]["x"].as_str().expect("x").to_owned();
    let raw = URL_SAFE_NO_PAD.decode(&public).expect("base64");
    let mut der = vec![0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    der.extend(&raw);
    for secret in [public.as_bytes(), &raw, &der] {
        let mut forged = Header::new(Algorithm::HS256);
        forged.typ = header["typ"].as_str().map(str::to_owned);
        forged.kid = header["kid"].as_str().map(str::to_owned);
        let token = jsonwebtoken::encode(&forged, &claims, &EncodingKey::from_secret(secret)).expect("a token");
        refuses(&world, "HS256 with the public key", &token).await;
    }
}

#[tokio::test]
async fn claims_of_the_wrong_form_are_refused_though_well_signed() {
    let world = World::new().await;
    let Parts { header, claims, .. } = good(&world).await;
    let now = world.now().timestamp();
    let head = header.to_string();
    let with = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        signed(&world, &head, &claims.to_string())
    };
    for (name, value) in [
        ("aud", json!("another-api")),
        ("aud", json!(["zugong-api"])),
        ("aud", json!("")),
        ("iss", json!("another")),
        ("iss", json!(["zugong"])),
        ("exp", json!((now + 60).to_string())),
        ("exp", json!(now as f64 + 60.5)),
        ("exp", json!(9_223_372_036_854_775_808_u64)),
        ("exp", json!(1e300)),
        ("exp", json!(null)),
        ("exp", json!(-1)),
        ("exp", json!(now - 30)),
        ("nbf", json!(now + 31)),
        ("nbf", json!(null)),
        ("nbf", json!("0")),
        ("sub", json!("zhang")),
        ("tid", json!(null)),
        ("sid", json!(null)),
        ("svc", json!(uuid::Uuid::nil())),
        ("roles", json!(["SUPER"])),
    ] {
        refuses(&world, name, &with(name, value)).await;
    }
    for name in ["iss", "aud", "sub", "tid", "sid", "iat", "nbf", "exp", "jti"] {
        let mut fewer = claims.clone();
        fewer.as_object_mut().expect("claims").shift_remove(name);
        refuses(&world, name, &signed(&world, &head, &fewer.to_string())).await;
    }
    let text = claims.to_string();
    let twice = format!("{},\"exp\":{}}}", &text[..text.len() - 1], now + 999_999);
    refuses(&world, "exp twice", &signed(&world, &head, &twice)).await;
    refuses(&world, "trailing bytes in the claims", &signed(&world, &head, &format!("{text} x"))).await;
    refuses(&world, "no object", &signed(&world, &head, "[]")).await;
}

#[tokio::test]
async fn bent_texts_are_refused() {
    let world = World::new().await;
    let token = good(&world).await.token;
    let (message, signature) = token.rsplit_once('.').expect("a signature");
    let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    let other = good(&world).await.token;
    let (other_message, _) = other.rsplit_once('.').expect("a signature");
    for bad in [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        "a.b.c".into(),
        message.into(),
        format!("{message}."),
        format!("{token}."),
        format!("{token}.{signature}"),
        format!(".{token}"),
        format!("{token}A"),
        format!("{token}="),
        format!("{token}\n"),
        format!(" {token}"),
        format!("{token}\0"),
        format!("{message}.{}", URL_SAFE_NO_PAD.encode([0; 64])),
        format!("{message}.{}", URL_SAFE_NO_PAD.encode([bytes.as_slice(), &[0]].concat())),
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(&bytes[..63])),
        format!("{other_message}.{signature}"),
        token.replace('.', "%2E"),
        "é".repeat(500),
        "a".repeat(5_000_000),
    ] {
        refuses(&world, bad.get(..80).unwrap_or(&bad), &bad).await;
    }
    for i in (0..bytes.len()).step_by(7) {
        let mut bent = bytes.clone();
        bent[i] ^= 1;
        refuses(&world, "a bent signature", &format!("{message}.{}", URL_SAFE_NO_PAD.encode(bent))).await;
    }
    // The last character carries four bits that mean nothing; only one spelling counts.
    let last = token.chars().last().expect("a character");
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for c in alphabet.chars().filter(|c| *c != last) {
        refuses(&world, "another spelling", &format!("{}{c}", &token[..token.len() - 1])).await;
    }
    world.identity.tokens().verify(&token).await.expect("the good one still holds");
}

#[tokio::test]
async fn a_remembered_token_expires_all_the_same() {
    let world = World::new().await;
    let token = good(&world).await.token;
    let verify = || world.identity.tokens().verify(&token);
    verify().await.expect("checked");
    verify().await.expect("remembered");
    world.clock.advance(chrono::TimeDelta::seconds(-31));
    refuses(&world, "not yet valid", &token).await;
    world.pass(1);
    verify().await.expect("within the leeway");
    world.pass(30 + 15 * 60 + 29);
    verify().await.expect("within the leeway");
    world.pass(1);
    refuses(&world, "expired", &token).await;
}
