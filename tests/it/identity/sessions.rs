//! Renewing, ending and moving sessions.

use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;
use zugong_tests::{Actor, Probe, Reply};

use super::{PASSWORD, auth, in_tenant, login, masked, refresh, refused, sees, somebody, text, world_with_somebody};

pub const LIVE: &str = "select count(*) from refresh_token r join auth_session s on s.id = r.session_id \
    where s.account_id = $1 and s.revoked_at is null and r.used_at is null and r.revoked_at is null";

#[tokio::test]
async fn a_refresh_token_works_once_and_its_replay_ends_the_session() {
    let (world, name, account) = world_with_somebody().await;
    let server = &world.server;
    let first = login(server, &name, PASSWORD).await;
    let second = refresh(server, &text(&first, "refreshToken")).await;
    assert_eq!((second.status, second.body["tenant"]["code"].as_str()), (200, Some(world.a.code.as_str())));
    let third = refresh(server, &text(&second, "refreshToken")).await;
    let tokens = [&first, &second, &third].map(|reply| text(reply, "accessToken"));
    for token in &tokens {
        assert_eq!(sees(server, token).await, in_tenant("A"));
    }
    let other = login(server, &name, PASSWORD).await;
    // A thief, or the owner after a thief: nobody can tell, so it ends for both.
    assert_eq!(refresh(server, &text(&first, "refreshToken")).await.status, 401);
    for token in &tokens {
        assert_eq!(sees(server, token).await, refused());
    }
    assert_eq!(refresh(server, &text(&third, "refreshToken")).await.status, 401);
    assert_eq!(sees(server, &text(&other, "accessToken")).await, in_tenant("A"), "another session goes on");
    let probe = Probe::of(server.database_url(), world.a.id).await;
    assert_eq!(probe.number(LIVE, vec![account.into()]).await, 1);
    assert_eq!(probe.count_where("audit", "action = 'refresh_replay'", vec![]).await, 1);
}

#[tokio::test]
async fn a_lost_answer_is_made_good() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let first = text(&login(server, &name, PASSWORD).await, "refreshToken");
    let lost = text(&refresh(server, &first).await, "refreshToken");
    server.clock.advance(TimeDelta::seconds(60));
    let good = refresh(server, &first).await;
    assert_eq!(good.status, 200, "{}", good.text);
    assert_eq!(refresh(server, &lost).await.status, 401, "withdrawn this moment: refused, and nothing follows");
    let next = refresh(server, &text(&good, "refreshToken")).await;
    assert_eq!(sees(server, &text(&next, "accessToken")).await, in_tenant("A"));
    server.clock.advance(TimeDelta::seconds(11));
    assert_eq!(refresh(server, &lost).await.status, 401);
    assert_eq!(sees(server, &text(&next, "accessToken")).await, refused(), "a withdrawn one later on is a copy");
}

/// Threat 25: however many come with one token at the same moment, one of the answers is worth something.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_renewals_at_once_leave_one_live_token() {
    let (world, name, account) = world_with_somebody().await;
    let replica = world.server.replica().await;
    let servers = [&world.server, &replica];
    let first = text(&login(&world.server, &name, PASSWORD).await, "refreshToken");
    let replies = join_all((0..100).map(|i| refresh(servers[i % 2], &first))).await;
    // Who finds no connection to the database in time is told to come again.
    assert!(
        replies.iter().all(|r| [200, 401, 409, 503].contains(&r.status)),
        "{:?}",
        replies.iter().map(|r| r.status).collect::<Vec<_>>()
    );
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    assert_eq!(probe.number(LIVE, vec![account.into()]).await, 1);
    let given: Vec<String> = replies.iter().filter(|r| r.status == 200).map(|r| text(r, "refreshToken")).collect();
    assert!(!given.is_empty(), "somebody wins");
    let mut worked = 0;
    for token in &given {
        worked += usize::from(refresh(&replica, token).await.status == 200);
    }
    assert_eq!(worked, 1, "of {} answers one counts", given.len());
    assert_eq!(probe.number(LIVE, vec![account.into()]).await, 1);
}

#[tokio::test]
async fn logging_out_ends_the_access_token_at_once() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let replica = server.replica().await;
    for by_refresh in [false, true] {
        let (mine, other) = (login(server, &name, PASSWORD).await, login(server, &name, PASSWORD).await);
        let (access, renewal) = (text(&mine, "accessToken"), text(&mine, "refreshToken"));
        assert_eq!(sees(server, &access).await, in_tenant("A"));
        let reply = match by_refresh {
            true => auth(server, "logout", None, json!({ "refreshToken": renewal })).await,
            false => auth(server, "logout", Some(&access), json!({})).await,
        };
        assert_eq!((reply.status, &reply.body), (200, &json!({ "loggedOut": true })));
        assert_eq!(sees(server, &access).await, refused());
        assert_eq!(refresh(server, &renewal).await.status, 401);
        assert_eq!(auth(server, "switch", Some(&access), json!({ "tenant": world.b.code })).await.status, 401);
        assert_eq!(sees(server, &text(&other, "accessToken")).await, in_tenant("A"));
        // A token that the other replica has never seen is looked up, not believed.
        assert_eq!(sees(&replica, &access).await, refused());
        // To log out again is no error, and a token of nobody tells nothing.
        let again = auth(server, "logout", None, json!({ "refreshToken": renewal })).await;
        let nobody = auth(server, "logout", None, json!({ "refreshToken": "zgr_nothing" })).await;
        assert_eq!(masked(&again), masked(&nobody));
    }
    assert_eq!(auth(server, "logout", None, json!({})).await.status, 401);
}

#[tokio::test]
async fn a_session_ends_by_itself() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let first = login(server, &name, PASSWORD).await;
    server.clock.advance(TimeDelta::minutes(15) + TimeDelta::seconds(31));
    assert_eq!(sees(server, &text(&first, "accessToken")).await, refused(), "an access token lives 15 minutes");
    server.clock.advance(TimeDelta::minutes(15));
    assert_eq!(refresh(server, &text(&first, "refreshToken")).await.status, 401, "idle for more than 30 minutes");
    let mut token = text(&login(server, &name, PASSWORD).await, "refreshToken");
    for _ in 0..12 * 60 / 20 - 1 {
        server.clock.advance(TimeDelta::minutes(20));
        token = text(&refresh(server, &token).await, "refreshToken");
    }
    server.clock.advance(TimeDelta::minutes(20));
    assert_eq!(refresh(server, &token).await.status, 401, "12 hours, however busy");
}

#[tokio::test]
async fn switching_moves_the_user_and_leaves_the_old_tenant_behind() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let first = login(server, &name, PASSWORD).await;
    let old = text(&first, "accessToken");
    let reply = auth(server, "switch", Some(&old), json!({ "tenant": world.b.code })).await;
    assert_eq!((reply.status, reply.body["tenant"]["code"].as_str()), (200, Some(world.b.code.as_str())));
    let new = text(&reply, "accessToken");
    assert_eq!((sees(server, &old).await, sees(server, &new).await), (refused(), in_tenant("B")));
    let actor = Actor { token: Some(new.clone()), ..world.b.superior.clone() };
    let query = "query($id: ID!) { unit(id: $id) { name } node(id: $id) { id } nodes(ids: [$id]) { id } }";
    for thing in ["root", "cadre:applicant", "person:stranger", "party"] {
        let data = actor.ok(query, json!({ "id": world.a.id(thing) })).await;
        assert_eq!(data, json!({ "unit": null, "node": null, "nodes": [null] }), "{thing}");
    }
    let update = json!({ "id": world.a.id("town"), "expectedVersion": 1, "name": "x" });
    let update = json!({ "query": "mutation($input: UnitUpdateInput!) { unitUpdate(input: $input) { unit { id } } }", "variables": { "input": update } });
    assert_eq!(actor.send(update, &[]).await.code(), "NOT_FOUND");
    // The refresh token goes along: renewing leads to where the session is now.
    let renewed = refresh(server, &text(&first, "refreshToken")).await;
    assert_eq!(sees(server, &text(&renewed, "accessToken")).await, in_tenant("B"));
    let back =
        auth(server, "switch", Some(&new), json!({ "tenant": format!(" {} ", world.a.code.to_uppercase()) })).await;
    assert_eq!(sees(server, &text(&back, "accessToken")).await, in_tenant("A"));
    assert_eq!(sees(server, &new).await, refused());
}

#[tokio::test]
async fn a_tenant_of_others_is_as_good_as_none() {
    let (world, _, _) = world_with_somebody().await;
    let (name, _) = somebody(&world.server, "li", &[&world.a]).await;
    let token = text(&login(&world.server, &name, PASSWORD).await, "accessToken");
    let ask = async |tenant: &str| auth(&world.server, "switch", Some(&token), json!({ "tenant": tenant })).await;
    let (others, none): (Reply, Reply) = (ask(&world.b.code).await, ask("nowhere").await);
    assert_eq!((others.status, masked(&others)), (404, masked(&none)));
    assert_eq!(sees(&world.server, &token).await, in_tenant("A"), "and nothing moved");
    assert_eq!(ask(&world.a.code).await.status, 200, "to stay is no error");
}
