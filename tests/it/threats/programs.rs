//! A token that was given to one program, at another.

use serde_json::{Value as Json, json};
use zugong::{
    http::app::HttpSettings,
    modules::identity::wechat::{WechatApp, config::AppSecret},
};
use zugong_tests::{
    Reply, Server, World,
    socket::{Heard, Socket},
    wechat::Wechat,
};

use crate::identity::{
    NAMES, PASSWORD, auth, in_tenant,
    keys::{key, key_of},
    masked, refresh, refused, sees, somebody, text,
    tokens::claims,
};

const SECRET: &str = "4c1de2a07b9f4e0c8d5a6f3b2e1c9d70";
const CLIENT: &str = "x-zugong-client";

/// An installation that lists its programs, with a mini-program in each tenant and somebody who has a user in both.
struct Setting {
    world: World,
    wechat: Wechat,
    login: String,
}

impl Setting {
    async fn new() -> Self {
        let wechat = Wechat::start(SECRET).await;
        let origin = wechat.origin.clone();
        let world = World::start().await;
        let app = |id: &str, tenant: &str| WechatApp {
            app_id: id.into(),
            secret: AppSecret::from(SECRET),
            tenant: tenant.into(),
            client: None,
        };
        let apps = vec![app("wx-a", &world.a.code), app("wx-b", &world.b.code)];
        let adjust = |config: &mut zugong::modules::identity::IdentityConfig| {
            config.wechat.origin = origin;
            config.wechat.apps = apps;
            config.clients = vec!["desk".into(), "oa".into(), "exchange".into()];
        };
        let server = world.server.replica_set_up(HttpSettings::default(), adjust).await;
        let (login, _) = somebody(&server, "zhang", &[&world.a, &world.b]).await;
        Self { world: World { server, ..world }, wechat, login }
    }

    /// The same installation after its list was changed.
    async fn listing(&self, clients: &[&str]) -> Server {
        let clients = clients.iter().map(|name| (*name).to_string()).collect();
        self.world.server.replica_set_up(HttpSettings::default(), |config| config.clients = clients).await
    }

    /// Logs in by the password, at a tenant or the default one, with a program that calls itself so.
    async fn log_in(&self, client: Option<&str>, tenant: Option<&str>) -> Reply {
        let body = json!({ "login": self.login, "password": PASSWORD, "client": client, "tenant": tenant });
        auth(&self.world.server, "login", None, body).await
    }

    /// Logs in through a mini-program that calls itself something else.
    async fn open(&self, app: &str) -> Reply {
        let code = self.wechat.opens(app, "o-1");
        let body =
            json!({ "appId": app, "code": code, "login": self.login, "password": PASSWORD, "client": "desk 2.1" });
        auth(&self.world.server, "wechat", None, body).await
    }

    /// Logs in through a mini-program where its person is bound.
    async fn open_bound(&self, app: &str) -> Reply {
        let body = json!({ "appId": app, "code": self.wechat.opens(app, "o-1") });
        auth(&self.world.server, "wechat", None, body).await
    }

    /// The answers of every door to a token from a program that calls itself so; none where they are names of the tenant.
    async fn doors(&self, token: &str, client: Option<&str>) -> Vec<Option<(u16, String, Vec<String>)>> {
        let server = &self.world.server;
        let (url, body) = (format!("{}/graphql", server.url), json!({ "query": NAMES }));
        let mut out = vec![];
        for request in [
            server.http.post(&url).json(&body),
            server.http.get(&url).query(&[("query", NAMES)]).header("x-graphql-csrf", "1"),
            server.http.post(format!("{url}/stream")).json(&body),
        ] {
            let request = client.into_iter().fold(request, |request, client| request.header(CLIENT, client));
            let reply = Reply::of(request.bearer_auth(token).send().await.unwrap()).await;
            out.push((!reply.text.contains("区")).then(|| masked(&reply)));
        }
        let mut socket = Socket::open(&server.url, "graphql-transport-ws").await;
        let payload = json!({ "authorization": format!("Bearer {token}"), CLIENT: client });
        socket.say(json!({ "type": "connection_init", "payload": payload })).await;
        out.push(match socket.hear().await {
            Heard::Closed(frame) => Some((frame.unwrap().code.into(), String::new(), vec![])),
            Heard::Word(_) => {
                // A user has five of them: this one is given back.
                socket.bid_farewell().await;
                while !matches!(socket.hear().await, Heard::Closed(_)) {}
                None
            }
        });
        out
    }
}

fn token(reply: &Reply) -> String {
    text(reply, "accessToken")
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.body["error"]["code"].as_str().unwrap_or("none"))
}

/// Threat 27: a token of each kind at each program, over every transport. At any other than its own, and at one that
/// nobody knows, it is refused like a token that is none.
#[tokio::test]
async fn a_token_is_good_at_the_program_it_was_given_to_and_at_no_other() {
    let setting = Setting::new().await;
    let (world, a) = (&setting.world, &setting.world.a);
    let key = key(world, a, false).await;
    let exchanged = token(&auth(&world.server, "token", None, json!({ "serviceKey": key })).await);
    let given = [
        (Some("desk"), token(&setting.log_in(Some("desk 2.1"), Some(&a.code)).await)),
        (Some("oa"), token(&setting.log_in(Some("oa"), Some(&a.code)).await)),
        (Some("wx-a"), token(&setting.open("wx-a").await)),
        (Some("wx-b"), token(&setting.open("wx-b").await)),
        (Some("exchange"), exchanged),
        (None, token(&setting.log_in(None, Some(&a.code)).await)),
    ];
    for (party, token) in &given {
        assert_eq!(claims(token)["azp"], json!(party), "{party:?}");
    }
    let direct = [(Some("exchange"), key.clone()), (None, a.service.token.clone().unwrap())];
    let nonsense = setting.doors("nonsense", None).await;
    assert!(nonsense.iter().all(Option::is_some), "{nonsense:?}");
    for (party, token) in given.iter().chain(&direct) {
        let parties = ["desk", "oa", "wx-a", "wx-b", "exchange"].map(Some);
        for named in parties.into_iter().chain([None, Some("Desk"), Some("desk 2.1"), Some("stranger"), Some("")]) {
            let answers = setting.doors(token, named).await;
            if named.is_none() || named == *party {
                assert!(answers.iter().all(Option::is_none), "{party:?} at {named:?}: {answers:?}");
            } else {
                assert_eq!(answers, nonsense, "{party:?} at {named:?}");
            }
        }
    }
}

/// Threat 27: the program stays with the session through renewals and changes of tenant, and a mini-program's session does
/// not leave its tenant.
#[tokio::test]
async fn a_session_keeps_its_program_and_a_mini_programs_its_tenant() {
    let setting = Setting::new().await;
    let (server, a, b) = (&setting.world.server, &setting.world.a, &setting.world.b);
    let mini = setting.open("wx-a").await;
    for (first, party) in [(setting.log_in(Some("desk"), Some(&a.code)).await, "desk"), (mini, "wx-a")] {
        let (access, held) = (token(&first), text(&first, "refreshToken"));
        let renew = |client: &'static str| {
            let request = server.http.post(format!("{}/auth/refresh", server.url)).header(CLIENT, client);
            request.json(&json!({ "refreshToken": held })).send()
        };
        let elsewhere = Reply::of(renew("oa").await.unwrap()).await;
        assert_eq!(code(&elsewhere), (401, "UNAUTHENTICATED"), "{party}");
        // Refused elsewhere, it is not used up here.
        let renewed = Reply::of(renew(party).await.unwrap()).await;
        assert_eq!(claims(&token(&renewed))["azp"], party, "{}", renewed.text);
        let switched = auth(server, "switch", Some(&access), json!({ "tenant": b.code })).await;
        if party == "desk" {
            assert_eq!(claims(&token(&switched))["azp"], party);
            assert_eq!(sees(server, &token(&switched)).await, in_tenant("B"));
            assert_eq!(sees(server, &access).await, refused());
        } else {
            assert_eq!(code(&switched), (404, "NOT_FOUND"), "{}", switched.text);
            assert_eq!(sees(server, &access).await, in_tenant("A"));
        }
    }
}

/// Threat 27: nobody is taken for a mini-program but through WeChat, by no password and by no service account's name.
#[tokio::test]
async fn nobody_is_a_mini_program_without_wechat() {
    let setting = Setting::new().await;
    let (world, a) = (&setting.world, &setting.world.a);
    for client in ["wx-a", "wx-a 1.0", "wx-b"] {
        for tenant in [None, Some(a.code.as_str())] {
            let reply = setting.log_in(Some(client), tenant).await;
            assert_eq!(code(&reply), (400, "BAD_USER_INPUT"), "{client}: {}", reply.text);
            assert_eq!(reply.body["error"]["field"], "client", "{client}: {}", reply.text);
        }
    }
    for (tenant, name) in [(a, "A"), (&world.b, "B")] {
        let key = key_of(world, tenant, "wx-a robot", false).await;
        let exchanged = token(&auth(&world.server, "token", None, json!({ "serviceKey": key })).await);
        assert_eq!(claims(&exchanged)["azp"], Json::Null);
        for good in [&exchanged, &key] {
            assert_eq!(sees(&world.server, good).await, in_tenant(name));
            let answers = setting.doors(good, Some("wx-a")).await;
            assert!(answers.iter().all(Option::is_some), "{name}: {answers:?}");
        }
    }
    // It is still itself where its person is bound by a password, and afterwards.
    for bound in [false, true] {
        let opened = if bound { setting.open_bound("wx-a").await } else { setting.open("wx-a").await };
        assert_eq!(claims(&token(&opened))["azp"], "wx-a", "{}", opened.text);
    }
}

/// Threat 27: what a log-in says of its program and what the gateway in front of it says are one.
#[tokio::test]
async fn a_log_in_comes_from_the_program_that_it_names() {
    let setting = Setting::new().await;
    let server = &setting.world.server;
    let from = async |server: &Server, path: &str, header: &str, body: Json| {
        let request = server.http.post(format!("{}/auth/{path}", server.url)).header(CLIENT, header);
        Reply::of(request.json(&body).send().await.unwrap()).await
    };
    let named = |client: Option<&str>| match client {
        Some(client) => json!({ "login": setting.login, "password": PASSWORD, "client": client }),
        None => json!({ "login": setting.login, "password": PASSWORD }),
    };
    for client in [Some("desk"), Some("desk 2.1"), None] {
        let reply = from(server, "login", "desk", named(client)).await;
        assert_eq!(claims(&token(&reply))["azp"], "desk", "{client:?}");
    }
    for (header, client) in [
        ("desk", Some("oa")),
        ("desk", Some("")),
        ("desk 2.1", Some("desk")),
        ("stranger", Some("desk")),
        ("", Some("desk")),
        ("", None),
        ("wx-a", None),
        ("stranger", None),
    ] {
        let reply = from(server, "login", header, named(client)).await;
        assert_eq!(code(&reply), (400, "BAD_USER_INPUT"), "{client:?} at {header}: {}", reply.text);
        assert_eq!(reply.body["error"]["field"], "client", "{client:?} at {header}: {}", reply.text);
    }
    // A mini-program's gateway, too; a code that came to another one's is not used up by it.
    let body = json!({ "appId": "wx-a", "code": setting.wechat.opens("wx-a", "o-1"),
        "login": setting.login, "password": PASSWORD });
    let elsewhere = from(server, "wechat", "desk", body.clone()).await;
    assert_eq!(code(&elsewhere), (400, "BAD_USER_INPUT"), "{}", elsewhere.text);
    assert_eq!(elsewhere.body["error"]["field"], "client", "{}", elsewhere.text);
    assert_eq!(claims(&token(&from(server, "wechat", "wx-a", body).await))["azp"], "wx-a");
    // Without a list the header says nothing: it is nobody's name.
    let open = setting.listing(&[]).await;
    let reply = from(&open, "login", "desk", named(None)).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let listing = setting.listing(&["oa"]).await;
    assert_eq!(refresh(&listing, &text(&reply, "refreshToken")).await.status, 200, "it is kept without a name");
}

/// Threat 27: a mini-program that has become another tenant's takes no session there, and keeps none where it was.
#[tokio::test]
async fn a_session_ends_where_its_program_does_not_work_any_more() {
    let setting = Setting::new().await;
    let held = text(&setting.open("wx-a").await, "refreshToken");
    let there = setting.world.b.code.clone();
    let adjust = |config: &mut zugong::modules::identity::IdentityConfig| {
        config.wechat.apps.iter_mut().filter(|app| app.app_id == "wx-a").for_each(|app| app.tenant.clone_from(&there));
    };
    let moved = setting.world.server.replica_set_up(HttpSettings::default(), adjust).await;
    assert_eq!(code(&refresh(&moved, &held).await), (401, "UNAUTHENTICATED"));
    // Refused there, it is not used up.
    assert_eq!(refresh(&setting.world.server, &held).await.status, 200);
}

/// Threat 27: a program that is taken from the list is shut out with all its tokens, at once and for good; where there is
/// no list, programs are called what they like.
#[tokio::test]
async fn a_program_that_is_no_longer_listed_is_shut_out() {
    let setting = Setting::new().await;
    let (desk, oa) = (setting.log_in(Some("desk"), None).await, setting.log_in(Some("oa"), None).await);
    let mini = setting.open("wx-a").await;
    let fewer = setting.listing(&["oa"]).await;
    assert_eq!(sees(&fewer, &token(&desk)).await, refused());
    assert_eq!(code(&refresh(&fewer, &text(&desk, "refreshToken")).await), (401, "UNAUTHENTICATED"));
    for good in [&oa, &mini] {
        assert_eq!(sees(&fewer, &token(good)).await, in_tenant("A"));
        assert_eq!(refresh(&fewer, &text(good, "refreshToken")).await.status, 200);
    }
    let open = setting.listing(&[]).await;
    assert_eq!(sees(&open, &token(&desk)).await, in_tenant("A"));
    let body = json!({ "login": setting.login, "password": PASSWORD, "client": "anything 1.0" });
    let plain = token(&auth(&open, "login", None, body).await);
    assert_eq!(claims(&plain)["azp"], Json::Null);
    let request = open.http.post(format!("{}/graphql", open.url)).bearer_auth(&plain).header(CLIENT, "another");
    let reply = Reply::of(request.json(&json!({ "query": NAMES })).send().await.unwrap()).await;
    assert_eq!((reply.status, reply.code()), (200, "none"), "{}", reply.text);
}

/// Threat 27: a program that is not listed is told so before anybody's password is looked at.
#[tokio::test]
async fn a_program_that_nobody_knows_logs_nobody_in() {
    let setting = Setting::new().await;
    for client in ["stranger", "Desk", "desktop 1", "2.1 desk", "wx-a", "wx-c"] {
        for password in [PASSWORD, "wrong"] {
            let body = json!({ "login": setting.login, "password": password, "client": client });
            let reply = auth(&setting.world.server, "login", None, body).await;
            assert_eq!(code(&reply), (400, "BAD_USER_INPUT"), "{client}: {}", reply.text);
            assert_eq!(reply.body["error"]["field"], "client", "{client}: {}", reply.text);
        }
    }
}
