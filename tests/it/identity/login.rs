//! Logging in by password, and failing to.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;
use zugong_tests::{Probe, Reply};

use super::{PASSWORD, auth, in_tenant, login, masked, sees, somebody, text, world_with_somebody};

fn code(reply: &Reply) -> &str {
    reply.body["error"]["code"].as_str().unwrap_or("none")
}

#[tokio::test]
async fn a_password_opens_a_session_in_the_default_or_the_named_tenant() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let reply = login(server, &name, PASSWORD).await;
    assert_eq!((reply.status, reply.body["tokenType"].as_str()), (200, Some("Bearer")));
    assert_eq!(reply.body["tenant"]["code"], world.a.code.as_str());
    assert_eq!(reply.body["tenants"].as_array().unwrap().len(), 2);
    assert_eq!((reply.body["expiresIn"].as_i64(), reply.body["refreshExpiresIn"].as_i64()), (Some(900), Some(1800)));
    assert_eq!(reply.headers["cache-control"], "no-store");
    assert!(!reply.headers.contains_key("set-cookie"));
    assert_eq!(sees(server, &text(&reply, "accessToken")).await, in_tenant("A"));
    let body = json!({ "login": format!("  {} ", name.to_uppercase()), "password": PASSWORD, "tenant": world.b.code });
    let reply = auth(server, "login", None, body).await;
    assert_eq!(sees(server, &text(&reply, "accessToken")).await, in_tenant("B"));
}

#[tokio::test]
async fn nothing_tells_why_a_log_in_failed() {
    let (world, name, account) = world_with_somebody().await;
    let server = &world.server;
    let (one_tenant, _) = somebody(server, "li", &[&world.a]).await;
    let (closed, closed_account) = somebody(server, "wang", &[&world.a]).await;
    let probe = Probe::of(server.database_url(), world.a.id).await;
    probe.run("update account set disabled = true where id = $1", vec![closed_account.into()]).await;
    let attempt = async |login: &str, password: &str, tenant: Option<&str>| {
        let body = json!({ "login": login, "password": password, "tenant": tenant });
        masked(&auth(server, "login", None, body).await)
    };
    let wrong = attempt(&name, "wrong", None).await;
    assert_eq!(wrong.0, 401);
    for (what, other) in [
        ("unknown log-in", attempt("nobody", "wrong", None).await),
        ("unknown log-in, good password", attempt("nobody", PASSWORD, None).await),
        ("no password", attempt(&name, "", None).await),
        ("no name", attempt("", PASSWORD, None).await),
        ("long name", attempt(&"x".repeat(500), PASSWORD, None).await),
        ("long password", attempt(&name, &"x".repeat(5000), None).await),
        ("control characters", attempt("a\u{0}b\n", PASSWORD, None).await),
        ("unknown tenant", attempt(&name, PASSWORD, Some("nowhere")).await),
        ("a tenant of others", attempt(&one_tenant, PASSWORD, Some(&world.b.code)).await),
        ("closed account", attempt(&closed, PASSWORD, None).await),
        ("account without a password", attempt(&format!("junior-{}", world.a.id.simple()), PASSWORD, None).await),
    ] {
        assert_eq!(other, wrong, "{what}");
    }
    let failures = "select cast(failed_count as bigint) from account where id = $1";
    assert_eq!(probe.number(failures, vec![account.into()]).await, 4, "every failure counts");
}

#[tokio::test]
async fn after_five_failures_an_account_waits_and_others_do_not() {
    let (world, name, _) = world_with_somebody().await;
    let (other, _) = somebody(&world.server, "li", &[&world.a]).await;
    let server = &world.server;
    for victim in [name.as_str(), "a-name-that-nobody-has"] {
        for _ in 0..5 {
            let reply = login(server, victim, "wrong").await;
            assert_eq!((reply.status, code(&reply)), (401, "UNAUTHENTICATED"), "{victim}");
        }
        // Whether there is such an account cannot be told from the wait either.
        let early = login(server, victim, PASSWORD).await;
        assert_eq!((early.status, code(&early)), (429, "THROTTLED"), "{victim}");
        assert_eq!(
            (early.headers["retry-after"].to_str().unwrap(), &early.body["error"]["retryable"]),
            ("1", &json!(true))
        );
    }
    assert_eq!(login(server, &other, PASSWORD).await.status, 200, "somebody else");
    server.clock.advance(TimeDelta::milliseconds(999));
    assert_eq!(login(server, &name, PASSWORD).await.status, 429);
    server.clock.advance(TimeDelta::milliseconds(1));
    // The sixth failure doubles the wait; a good password ends it all.
    assert_eq!(login(server, &name, "wrong").await.status, 401);
    assert_eq!(login(server, &name, PASSWORD).await.headers["retry-after"], "2");
    server.clock.advance(TimeDelta::seconds(2));
    assert_eq!(login(server, &name, PASSWORD).await.status, 200);
    assert_eq!(login(server, &name, "wrong").await.status, 401);
    assert_eq!(login(server, &name, PASSWORD).await.status, 200, "the count began anew");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_burst_of_guesses_is_worth_no_more_than_five() {
    let (world, name, account) = world_with_somebody().await;
    let replica = world.server.replica().await;
    let servers = [&world.server, &replica];
    let replies = join_all((0..20).map(|i| login(servers[i % 2], &name, "wrong"))).await;
    let counted = |status: u16| replies.iter().filter(|r| r.status == status).count();
    assert_eq!((counted(401), counted(429)), (5, 15));
    assert_eq!(login(&replica, &name, PASSWORD).await.status, 429);
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let failures =
        probe.number("select cast(failed_count as bigint) from account where id = $1", vec![account.into()]).await;
    assert_eq!(failures, 5);
    assert_eq!(probe.count_where("audit", "action = 'login_failed'", vec![]).await, 5);
}

#[tokio::test]
async fn only_small_json_of_the_agreed_form_is_read() {
    let (world, name, _) = world_with_somebody().await;
    let url = format!("{}/auth/login", world.server.url);
    let good = json!({ "login": name, "password": PASSWORD }).to_string();
    let send = async |kind: Option<&str>, body: String| {
        let request = world.server.http.post(&url).body(body);
        let request = kind.into_iter().fold(request, |r, kind| r.header("content-type", kind));
        Reply::of(request.send().await.unwrap()).await
    };
    for kind in
        [None, Some("text/plain"), Some("application/x-www-form-urlencoded"), Some("application/json; charset=gbk")]
    {
        let reply = send(kind, good.clone()).await;
        assert_eq!((reply.status, code(&reply)), (415, "UNSUPPORTED_MEDIA_TYPE"), "{kind:?}");
    }
    let json = Some("application/json");
    for bad in ["", "[]", "{\"login\":\"x\"}", "{\"login\":\"x\",\"password\":\"canary\",\"tenantId\":\"x\"}"] {
        let reply = send(json, bad.into()).await;
        assert_eq!((reply.status, code(&reply)), (400, "BAD_USER_INPUT"), "{bad}");
        assert!(!reply.text.contains("canary"));
    }
    assert_eq!(send(json, format!("{good}{}", " ".repeat(17_000))).await.status, 413);
    for path in ["login", "refresh", "logout", "switch", "token"] {
        let request = world.server.http.get(format!("{}/auth/{path}", world.server.url));
        let reply = Reply::of(request.send().await.unwrap()).await;
        assert_eq!(reply.status, 405, "{path}");
        assert!(reply.headers.contains_key("allow"), "{path}");
    }
    assert_eq!(send(json, good).await.status, 200);
}
