//! Log-in, renewal, change of tenant and tokens, over HTTP.

pub mod keys;
mod login;
mod passwords;
mod rotation;
pub mod sessions;
pub mod tokens;
mod wechat;

use entities::values::{RoleName, UserKind};
use serde_json::{Value as Json, json};
use uuid::Uuid;
use zugong::{
    kernel::{id, session::Reason},
    modules::identity::provision::{self, NewUser},
};
use zugong_tests::{Reply, Server, Tenant, World};

pub const PASSWORD: &str = "Mei-hua 1949 kai";
/// Readable by everybody of a tenant, and telling whose it is: the names end in A or B.
pub const NAMES: &str = "{ units { nodes { name } } }";

pub fn uuid(published: &str) -> Uuid {
    id::parse(published).unwrap().1
}

/// Makes a log-in that acts in these tenants, the first of which is its default, and returns its name.
pub async fn somebody(server: &Server, name: &'static str, tenants: &[&Tenant]) -> (String, Uuid) {
    let login = format!("{name}-{}", Uuid::new_v4().simple());
    let hash = server.identity.passwords().hash(PASSWORD).await.unwrap();
    let system = server.platform.system(Reason::Provision);
    let mut account = None;
    let mut hash = Some(hash);
    for tenant in tenants {
        let tx = system.begin(Some(tenant.id)).await.unwrap();
        let account = match account {
            Some(account) => account,
            None => *account.insert(provision::create_account(&tx, &login, hash.take()).await.unwrap()),
        };
        let unit = uuid(tenant.id("root"));
        let user = NewUser { account: Some(account), person: None, unit, name, kind: UserKind::Human };
        let user = provision::create_user(&tx, user).await.unwrap();
        provision::assign(&tx, user, RoleName::Senior, unit, server.clock.today()).await.unwrap();
        tx.commit().await.unwrap();
    }
    (login, account.unwrap())
}

/// Posts to `/auth/…`.
pub async fn auth(server: &Server, path: &str, bearer: Option<&str>, body: Json) -> Reply {
    let mut request = server.http.post(format!("{}/auth/{path}", server.url)).json(&body);
    if let Some(token) = bearer {
        request = request.bearer_auth(token);
    }
    Reply::of(request.send().await.unwrap()).await
}

pub async fn login(server: &Server, login: &str, password: &str) -> Reply {
    auth(server, "login", None, json!({ "login": login, "password": password })).await
}

pub async fn refresh(server: &Server, token: &str) -> Reply {
    auth(server, "refresh", None, json!({ "refreshToken": token })).await
}

pub fn text(reply: &Reply, name: &str) -> String {
    reply.body[name].as_str().unwrap_or_else(|| panic!("{name} in {}", reply.text)).to_string()
}

/// What a token can do: the status and code, and of whose tenant the names are.
pub async fn sees(server: &Server, token: &str) -> (u16, String) {
    let request =
        server.http.post(format!("{}/graphql", server.url)).bearer_auth(token).json(&json!({ "query": NAMES }));
    let reply = Reply::of(request.send().await.unwrap()).await;
    let nodes = reply.body["data"]["units"]["nodes"].as_array();
    let ends = |end: char| {
        nodes.is_some_and(|n| !n.is_empty() && n.iter().all(|n| n["name"].as_str().unwrap().ends_with(end)))
    };
    let seen = match (ends('A'), ends('B')) {
        (true, false) => "A".to_string(),
        (false, true) => "B".to_string(),
        _ => reply.code().to_string(),
    };
    (reply.status, seen)
}

pub fn refused() -> (u16, String) {
    (401, "UNAUTHENTICATED".into())
}

pub fn in_tenant(name: &str) -> (u16, String) {
    (200, name.into())
}

/// An answer without what differs from request to request.
pub fn masked(reply: &Reply) -> (u16, String, Vec<String>) {
    let id = reply.headers["x-request-id"].to_str().unwrap();
    let mut names: Vec<String> = reply.headers.keys().map(ToString::to_string).collect();
    names.sort();
    (reply.status, reply.text.replace(id, "…"), names)
}

pub async fn world_with_somebody() -> (World, String, Uuid) {
    let world = World::start().await;
    let (login, account) = somebody(&world.server, "zhang", &[&world.a, &world.b]).await;
    (world, login, account)
}
