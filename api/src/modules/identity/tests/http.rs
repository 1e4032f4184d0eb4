use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::FromRef,
    http::{Request, StatusCode},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::fixture::{PASSWORD, World};
use crate::{
    http::auth::{Proxies, router},
    modules::identity::Identity,
};

struct Reply {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    body: Value,
}

impl FromRef<Arc<Identity>> for Proxies {
    fn from_ref(_: &Arc<Identity>) -> Self {
        Self(0)
    }
}

fn app(world: &World) -> Router {
    router::<Arc<Identity>>().with_state(world.identity.clone())
}

async fn send(app: &Router, request: Request<Body>) -> Reply {
    let response = app.clone().oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let body = serde_json::from_slice(&bytes).expect("JSON");
    Reply { status: parts.status, headers: parts.headers, body }
}

fn post(path: &str, bearer: Option<&str>, body: Value) -> Request<Body> {
    let mut request = Request::post(path).header("content-type", "application/json");
    if let Some(token) = bearer {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(Body::from(body.to_string())).expect("a request")
}

fn text<'a>(reply: &'a Reply, name: &str) -> &'a str {
    reply.body[name].as_str().expect(name)
}

#[tokio::test]
async fn a_client_logs_in_renews_switches_and_logs_out() {
    let world = World::new().await;
    let app = app(&world);
    let login = json!({ "login": "zhang", "password": PASSWORD, "client": "mini-program" });
    let reply = send(&app, post("/auth/login", None, login)).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert_eq!(reply.headers["x-request-id"].len(), 32);
    assert_eq!((reply.body["expiresIn"].as_i64(), reply.body["refreshExpiresIn"].as_i64()), (Some(900), Some(1800)));
    assert_eq!(reply.body["tenant"], json!({ "code": "east", "name": "东区" }));
    assert_eq!(reply.body["tenants"].as_array().expect("tenants").len(), 2);
    let renew = json!({ "refreshToken": text(&reply, "refreshToken") });
    let reply = send(&app, post("/auth/refresh", None, renew)).await;
    assert_eq!(reply.status, StatusCode::OK);
    let refresh_token = text(&reply, "refreshToken").to_owned();
    let reply = send(&app, post("/auth/switch", Some(text(&reply, "accessToken")), json!({ "tenant": "west" }))).await;
    assert_eq!((reply.status, reply.body["tenant"]["code"].as_str()), (StatusCode::OK, Some("west")));
    let token = text(&reply, "accessToken").to_owned();
    let bare = Request::post("/auth/logout").header("authorization", format!("Bearer {token}"));
    let reply = send(&app, bare.body(Body::empty()).expect("a request")).await;
    assert_eq!((reply.status, reply.body), (StatusCode::OK, json!({ "loggedOut": true })));
    let reply = send(&app, post("/auth/switch", Some(&token), json!({ "tenant": "east" }))).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    let reply = send(&app, post("/auth/logout", None, json!({ "refreshToken": refresh_token }))).await;
    assert_eq!(reply.status, StatusCode::OK);
    let reply = send(&app, post("/auth/token", None, json!({ "serviceKey": world.key }))).await;
    assert_eq!(reply.status, StatusCode::OK);
    assert!(reply.body.get("refreshToken").is_none());
    assert!(world.accepts(text(&reply, "accessToken")).await);
}

#[tokio::test]
async fn errors_have_one_form_in_two_languages_and_say_when_to_come_back() {
    let world = World::with(|c| c.lockout.account_failures = 1).await;
    let app = app(&world);
    let wrong = || post("/auth/login", None, json!({ "login": "zhang", "password": "secret-canary" }));
    let mut request = wrong();
    request.headers_mut().insert("x-request-id", "r-1".parse().expect("a value"));
    let reply = send(&app, request).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.headers["www-authenticate"], "Bearer");
    assert_eq!(
        reply.body,
        json!({ "error": { "code": "UNAUTHENTICATED", "message": "请先登录", "requestId": "r-1", "retryable": false } })
    );
    let mut request = wrong();
    request.headers_mut().insert("accept-language", "en".parse().expect("a value"));
    let reply = send(&app, request).await;
    assert_eq!((reply.status, reply.headers["retry-after"].to_str().ok()), (StatusCode::TOO_MANY_REQUESTS, Some("1")));
    assert!(reply.body["error"]["message"].as_str().expect("a message").starts_with("Too many"));
    assert_eq!(reply.body["error"]["retryable"], true);
}

#[tokio::test]
async fn only_small_json_of_the_agreed_form_by_post_is_read() {
    let world = World::new().await;
    let app = app(&world);
    let good = json!({ "login": "zhang", "password": PASSWORD }).to_string();
    let large = json!({ "login": "zhang", "password": "x".repeat(17_000) }).to_string();
    let typed = |kind: &str, body: &str| {
        Request::post("/auth/login").header("content-type", kind).body(Body::from(body.to_owned())).expect("a request")
    };
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
        "application/json; charset=gbk",
        "application/jsonp",
    ] {
        assert_eq!(send(&app, typed(kind, &good)).await.status, StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
    assert_eq!(send(&app, typed("Application/JSON; charset=UTF-8", &good)).await.status, StatusCode::OK);
    assert_eq!(send(&app, typed("application/json", &large)).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    for bad in [
        "",
        "{",
        "[]",
        "{\"login\":\"zhang\"}",
        "{\"login\":\"zhang\",\"password\":\"secret-canary\",\"tenantId\":\"x\"}",
        "{\"login\":\"zhang\",\"login\":\"li\",\"password\":\"secret-canary\"}",
        "{\"login\":{\"$ne\":null},\"password\":\"secret-canary\"}",
    ] {
        let reply = send(&app, typed("application/json", bad)).await;
        assert_eq!(
            (reply.status, reply.body["error"]["code"].as_str()),
            (StatusCode::BAD_REQUEST, Some("BAD_USER_INPUT"))
        );
        assert!(!reply.body.to_string().contains("canary"));
    }
    let get = Request::get("/auth/login").body(Body::empty()).expect("a request");
    let reply = send(&app, get).await;
    assert_eq!(
        (reply.status, reply.body["error"]["code"].as_str()),
        (StatusCode::METHOD_NOT_ALLOWED, Some("METHOD_NOT_ALLOWED"))
    );
    for path in ["/auth/switch", "/auth/logout"] {
        assert_eq!(send(&app, post(path, None, json!({}))).await.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn the_public_keys_may_be_kept_for_a_while() {
    let world = World::new().await;
    let app = app(&world);
    let reply = send(&app, Request::get("/.well-known/jwks.json").body(Body::empty()).expect("a request")).await;
    assert_eq!(reply.headers["cache-control"], "public, max-age=300");
    assert_eq!(reply.body["keys"].as_array().expect("keys").len(), 2);
}
