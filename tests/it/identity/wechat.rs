//! Logging in through a WeChat mini-program (J-09), and what is tried against it.

use serde_json::{Value as Json, json};
use zugong::{
    http::app::HttpSettings,
    modules::identity::wechat::{WechatApp, config::AppSecret},
};
use zugong_tests::{
    Probe, Reply, Server, World,
    wechat::{SESSION_KEY, Wechat},
};

use super::{PASSWORD, auth, in_tenant, refused, sees, somebody, text};

const SECRET: &str = "9f0a7c2e5b4d4f1f8e6a3c1d2b5f7e90";

/// Tenants with a mini-program each, and somebody who has a user in both.
struct Setting {
    world: World,
    wechat: Wechat,
    login: String,
}

async fn setting() -> Setting {
    let wechat = Wechat::start(SECRET).await;
    let origin = wechat.origin.clone();
    // The codes of the tenants are known only when they are made; a second server over the same database knows them.
    let world = World::start().await;
    let app = |id: &str, tenant: &str| WechatApp {
        app_id: id.into(),
        secret: AppSecret::from(SECRET),
        tenant: tenant.into(),
        client: None,
    };
    let apps = vec![app("wx-a", &world.a.code), app("wx-b", &world.b.code), app("wx-nobody", "no-such-tenant")];
    let server = world
        .server
        .replica_set_up(HttpSettings::default(), |config| {
            config.wechat.origin = origin;
            config.wechat.apps = apps;
        })
        .await;
    let (login, _) = somebody(&server, "zhang", &[&world.a, &world.b]).await;
    Setting { world: World { server, ..world }, wechat, login }
}

impl Setting {
    async fn ask(&self, body: Json) -> Reply {
        auth(&self.world.server, "wechat", None, body).await
    }

    /// Somebody opens a mini-program and logs in by its code.
    async fn open(&self, app: &str, openid: &str) -> Reply {
        self.ask(json!({ "appId": app, "code": self.wechat.opens(app, openid) })).await
    }

    /// Somebody opens it and gives a password, too.
    async fn bind(&self, app: &str, openid: &str, password: &str) -> Reply {
        let code = self.wechat.opens(app, openid);
        self.ask(json!({ "appId": app, "code": code, "login": self.login, "password": password })).await
    }
}

fn code(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.body["error"]["code"].as_str().unwrap_or("none"))
}

#[tokio::test]
async fn a_person_is_bound_by_a_password_once_and_logs_in_without_from_then_on() {
    let setting = setting().await;
    let server = &setting.world.server;
    assert_eq!(code(&setting.open("wx-a", "o-1").await), (403, "NOT_BOUND"));
    assert_eq!(code(&setting.bind("wx-a", "o-1", "wrong").await), (401, "UNAUTHENTICATED"));
    assert_eq!(code(&setting.open("wx-a", "o-1").await), (403, "NOT_BOUND"));
    let first = setting.bind("wx-a", "o-1", PASSWORD).await;
    assert_eq!(sees(server, &text(&first, "accessToken")).await, in_tenant("A"));
    let again = setting.open("wx-a", "o-1").await;
    assert_eq!(again.body["user"]["name"], "zhang");
    assert_eq!(sees(server, &text(&again, "accessToken")).await, in_tenant("A"));
    assert!(again.body["refreshToken"].is_string());
    // Another telephone takes the place of the first.
    assert_eq!(setting.bind("wx-a", "o-2", PASSWORD).await.status, 200);
    assert_eq!(code(&setting.open("wx-a", "o-1").await), (403, "NOT_BOUND"));
    assert_eq!(setting.open("wx-a", "o-2").await.status, 200);
    let probe = Probe::of(server.database_url(), setting.world.a.id).await;
    let lines = "select count(*) from audit where action in ('wechat_bound') and tenant_id = $1";
    assert_eq!(probe.number(lines, vec![setting.world.a.id.into()]).await, 2);
}

/// Threat 28: a code counts once, even if WeChat takes it twice, and for the mini-program it was made for.
#[tokio::test]
async fn a_code_counts_once_and_for_its_own_mini_program() {
    let setting = setting().await;
    assert_eq!(setting.bind("wx-a", "o-1", PASSWORD).await.status, 200);
    setting.wechat.forget_what_was_used();
    let used = setting.wechat.opens("wx-a", "o-1");
    let body = json!({ "appId": "wx-a", "code": used });
    let replies = futures::future::join_all((0..8).map(|_| setting.ask(body.clone()))).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    assert!(replies.iter().all(|reply| reply.status == 200 || code(reply) == (400, "INVALID_CODE")));
    let asked = setting.wechat.asked();
    assert_eq!(code(&setting.ask(body).await), (400, "INVALID_CODE"));
    assert_eq!(setting.wechat.asked(), asked, "a used code is not even asked about");
    let elsewhere = setting.wechat.opens("wx-b", "o-1");
    assert_eq!(code(&setting.ask(json!({ "appId": "wx-a", "code": elsewhere })).await), (400, "INVALID_CODE"));
    for wrong in ["", "never given", "x\u{0}", &"x".repeat(129), "ключ"] {
        assert_eq!(
            code(&setting.ask(json!({ "appId": "wx-a", "code": wrong })).await),
            (400, "INVALID_CODE"),
            "{wrong}"
        );
    }
}

/// Threat 28: the same openid under another mini-program is another person, in another tenant.
#[tokio::test]
async fn an_openid_belongs_to_one_mini_program_and_its_tenant() {
    let setting = setting().await;
    let server = &setting.world.server;
    assert_eq!(setting.bind("wx-a", "o-1", PASSWORD).await.status, 200);
    assert_eq!(code(&setting.open("wx-b", "o-1").await), (403, "NOT_BOUND"));
    let there = setting.bind("wx-b", "o-1", PASSWORD).await;
    assert_eq!(sees(server, &text(&there, "accessToken")).await, in_tenant("B"));
    for app in ["wx-none", "wx-nobody", ""] {
        let reply = setting.open(app, "o-1").await;
        assert_eq!(
            (code(&reply), reply.body["error"]["field"].as_str()),
            ((400, "BAD_USER_INPUT"), Some("appId")),
            "{app}"
        );
    }
}

/// Threat 28: what the client says of its person is not taken, and the session key is not seen again.
#[tokio::test]
async fn only_wechats_server_says_who_somebody_is() {
    let setting = setting().await;
    let bound = setting.bind("wx-a", "o-1", PASSWORD).await;
    for more in [
        json!({ "encryptedData": "CiyLU1Aw2KjvrjMdj8YKliAjtP4gsMZMQmRzooG2xrDcvSnxIMXFufNstNGTyaGS", "iv": "r7BXXKkLb8qrSNn05n0qiA==" }),
        json!({ "openid": "o-1" }),
        json!({ "phoneNumber": "13800000000" }),
        json!({ "sessionKey": SESSION_KEY }),
        json!({ "tenant": "a" }),
    ] {
        let mut body = json!({ "appId": "wx-a", "code": setting.wechat.opens("wx-a", "o-1") });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(code(&setting.ask(body).await), (400, "BAD_USER_INPUT"), "{more}");
    }
    let again = setting.open("wx-a", "o-1").await;
    let probe = Probe::of(setting.world.server.database_url(), setting.world.a.id).await;
    let kept = "select count(*) from audit where cast(detail as text) like '%' || $1 || '%'";
    assert_eq!(probe.number(kept, vec![SESSION_KEY.into()]).await, 0);
    for reply in [bound, again] {
        assert!(!reply.text.contains(SESSION_KEY) && !reply.text.contains("o-1"), "{}", reply.text);
    }
}

/// J-09
#[tokio::test]
async fn what_is_wrong_at_wechat_is_said_by_a_code_of_ours() {
    let setting = setting().await;
    for (errcode, expected) in [
        (40029, (400, "INVALID_CODE")),
        (45011, (429, "THROTTLED")),
        (40226, (403, "FORBIDDEN")),
        (-1, (503, "UNAVAILABLE")),
        (40125, (503, "UNAVAILABLE")),
    ] {
        setting.wechat.trouble(Some(errcode));
        let reply = setting.open("wx-a", "o-1").await;
        assert_eq!(code(&reply), expected);
        assert!(!reply.text.contains(SECRET));
    }
    setting.wechat.trouble(None);
    assert_eq!(code(&setting.open("wx-a", "o-1").await), (403, "NOT_BOUND"));
}

#[tokio::test]
async fn whoever_lost_a_telephone_ends_its_binding_and_its_sessions() {
    let setting = setting().await;
    let server = &setting.world.server;
    assert_eq!(setting.bind("wx-a", "o-1", PASSWORD).await.status, 200);
    let lost = text(&setting.open("wx-a", "o-1").await, "accessToken");
    let body = json!({ "login": setting.login, "password": PASSWORD, "tenant": setting.world.a.code });
    let here = text(&auth(server, "login", None, body).await, "accessToken");
    let unbind = async |token: Option<&str>| auth(server, "wechat/unbind", token, json!({ "appId": "wx-a" })).await;
    assert_eq!(code(&unbind(None).await), (401, "UNAUTHENTICATED"));
    assert_eq!(unbind(Some(&here)).await.body, json!({ "unbound": true }));
    assert_eq!(code(&setting.open("wx-a", "o-1").await), (403, "NOT_BOUND"));
    assert_eq!(sees(server, &lost).await, refused());
    assert_eq!(sees(server, &here).await, in_tenant("A"));
    assert_eq!(unbind(Some(&here)).await.status, 200);
}

/// An account that was closed, and a user who may not act any more, do not come in by this door either.
#[tokio::test]
async fn a_closed_account_stays_closed() {
    let setting = setting().await;
    let server: &Server = &setting.world.server;
    assert_eq!(setting.bind("wx-a", "o-1", PASSWORD).await.status, 200);
    let probe = Probe::of(server.database_url(), setting.world.a.id).await;
    probe.run("update account set disabled = true where login = $1", vec![setting.login.clone().into()]).await;
    assert_eq!(code(&setting.open("wx-a", "o-1").await), (403, "NOT_BOUND"));
    probe.run("update account set disabled = false where login = $1", vec![setting.login.clone().into()]).await;
    assert_eq!(setting.open("wx-a", "o-1").await.status, 200);
    probe.run("update app_user set state = 'DISABLED' where name = 'zhang'", vec![]).await;
    assert_eq!(code(&setting.open("wx-a", "o-1").await), (403, "NOT_BOUND"));
}
