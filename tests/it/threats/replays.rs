//! Refresh tokens that come again: after they were used, after the session has ended, after a crash.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;
use zugong_tests::{Probe, Reply, plant::Site, wire::Wire};

use crate::identity::{
    PASSWORD, auth, in_tenant, login, refresh, refused, sees, sessions::LIVE, somebody, text, world_with_somebody,
};

/// Threat 25: whichever token of a line comes again after its successor was used, the whole line ends, the newest with
/// it, and the audit record says so.
#[tokio::test]
async fn any_used_token_of_a_line_ends_all_of_it() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let probe = Probe::of(server.database_url(), world.a.id).await;
    for replayed in 0..4 {
        let first = login(server, &name, PASSWORD).await;
        let (mut line, mut access) = (vec![text(&first, "refreshToken")], vec![text(&first, "accessToken")]);
        for _ in 0..5 {
            let next = refresh(server, line.last().unwrap()).await;
            line.push(text(&next, "refreshToken"));
            access.push(text(&next, "accessToken"));
        }
        assert_eq!(refresh(server, &line[replayed]).await.status, 401, "{replayed}");
        for token in &line {
            assert_eq!(refresh(server, token).await.status, 401, "{replayed}");
        }
        for token in &access {
            assert_eq!(sees(server, token).await, refused(), "{replayed}");
        }
        let alerts = probe.count_where("audit", "action = 'refresh_replay'", vec![]).await;
        assert_eq!(usize::try_from(alerts).unwrap(), replayed + 1, "each is told once");
    }
    let other = login(server, &name, PASSWORD).await;
    assert_eq!(sees(server, &text(&other, "accessToken")).await, in_tenant("A"), "whoever logs in again goes on");
}

/// Threat 25: after a log-out no token of the line is worth anything, used or not, here or at another replica, and
/// other sessions of the account notice nothing.
#[tokio::test]
async fn after_a_log_out_no_token_of_the_line_is_worth_anything() {
    let (world, name, account) = world_with_somebody().await;
    let server = &world.server;
    let replica = server.replica().await;
    let other = text(&login(server, &name, PASSWORD).await, "refreshToken");
    let first = login(server, &name, PASSWORD).await;
    let second = refresh(server, &text(&first, "refreshToken")).await;
    let third = refresh(&replica, &text(&second, "refreshToken")).await;
    let left = auth(server, "logout", None, json!({ "refreshToken": text(&third, "refreshToken") })).await;
    assert_eq!(left.status, 200);
    for place in [server, &replica] {
        for reply in [&third, &second, &first] {
            assert_eq!(refresh(place, &text(reply, "refreshToken")).await.status, 401);
            assert_eq!(sees(place, &text(reply, "accessToken")).await, refused());
        }
    }
    let probe = Probe::of(server.database_url(), world.a.id).await;
    assert_eq!(probe.number(LIVE, vec![account.into()]).await, 1, "that of the other session");
    assert_eq!(probe.count_where("audit", "action = 'refresh_replay'", vec![]).await, 0, "nobody had a copy");
    assert_eq!(refresh(server, &other).await.status, 200);
}

async fn post(site: &Site, path: &str, body: Json) -> Reply {
    let url = format!("{}/auth/{path}", site.programs[0].url);
    Reply::of(site.http.post(url).json(&body).send().await.unwrap()).await
}

/// Uses a token up at a process that is killed before anybody has read its answer.
async fn lost(site: &mut Site, probe: &Probe, account: Uuid, token: &str) {
    let used = "select count(*) from refresh_token r join auth_session s on s.id = r.session_id \
        where s.account_id = $1 and r.used_at is not null";
    let before = probe.number(used, vec![account.into()]).await;
    let mut stream = Wire::to(&site.programs[0].url).await;
    let body = json!({ "refreshToken": token }).to_string();
    let request = format!(
        "POST /auth/refresh HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let rotated = async {
        while probe.number(used, vec![account.into()]).await == before {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), rotated).await.expect("it is used up");
    site.programs[0].kill();
}

/// Threat 25: a process that dies between the rotation and its answer takes nobody's session with it: the same token is
/// made good by the next process, again and again, and what was never heard of is worth nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_between_the_rotation_and_its_answer_loses_no_session() {
    let mut site = Site::start(1).await;
    let (name, account) = somebody(&site.server, "zhang", &[&site.tenant]).await;
    let probe = Probe::of(site.database_url(), site.tenant.id).await;
    let entered = post(&site, "login", json!({ "login": name, "password": PASSWORD })).await;
    let mut token = text(&entered, "refreshToken");
    for round in 0..3 {
        lost(&mut site, &probe, account, &token).await;
        site.programs[0].begin();
        site.ready().await;
        let again = post(&site, "refresh", json!({ "refreshToken": token })).await;
        assert_eq!(again.status, 200, "round {round}: {}", again.text);
        assert_eq!(probe.number(LIVE, vec![account.into()]).await, 1, "round {round}");
        token = text(&again, "refreshToken");
    }
    assert_eq!(probe.count_where("audit", "action = 'refresh_replay'", vec![]).await, 0, "nobody is accused");
    assert_eq!(post(&site, "refresh", json!({ "refreshToken": token })).await.status, 200);
    site.end().await;
}
