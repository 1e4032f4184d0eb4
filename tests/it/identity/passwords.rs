//! Changing one's own password.

use serde_json::json;
use zugong_tests::{Probe, Reply, Server};

use super::{PASSWORD, auth, in_tenant, login, refused, sees, text, world_with_somebody};

const NEW: &str = "Zhu-lan 1921 chun";

async fn change(server: &Server, token: &str, current: &str, new: &str) -> Reply {
    auth(server, "password", Some(token), json!({ "currentPassword": current, "newPassword": new })).await
}

fn fault(reply: &Reply) -> (u16, &str, &str) {
    let error = &reply.body["error"];
    (reply.status, error["code"].as_str().unwrap_or("none"), error["field"].as_str().unwrap_or("none"))
}

#[tokio::test]
async fn a_changed_password_ends_the_other_sessions_and_is_in_the_audit_record() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let mine = text(&login(server, &name, PASSWORD).await, "accessToken");
    let elsewhere = text(&login(server, &name, PASSWORD).await, "accessToken");
    let reply = change(server, &mine, PASSWORD, NEW).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(sees(server, &mine).await, in_tenant("A"));
    assert_eq!(sees(server, &elsewhere).await, refused());
    assert_eq!(login(server, &name, PASSWORD).await.status, 401);
    assert_eq!(login(server, &name, NEW).await.status, 200);
    let probe = Probe::of(server.database_url(), world.a.id).await;
    assert_eq!(probe.count_where("audit", "action = 'password_changed'", vec![]).await, 1);
}

#[tokio::test]
async fn a_wrong_current_or_a_weak_new_password_changes_nothing() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let token = text(&login(server, &name, PASSWORD).await, "accessToken");
    let wrong = change(server, &token, "wrong", NEW).await;
    assert_eq!(fault(&wrong), (400, "BAD_USER_INPUT", "currentPassword"), "{}", wrong.text);
    for weak in ["short", PASSWORD, "Password123!"] {
        let reply = change(server, &token, PASSWORD, weak).await;
        assert_eq!(fault(&reply), (422, "PASSWORD_TOO_WEAK", "newPassword"), "{weak}: {}", reply.text);
    }
    let key = format!("zgk_{}", "x".repeat(43));
    assert_eq!(change(server, &key, PASSWORD, NEW).await.status, 401);
    assert_eq!(auth(server, "password", None, json!({})).await.status, 401);
    assert_eq!(login(server, &name, PASSWORD).await.status, 200);
}

#[tokio::test]
async fn guesses_at_the_current_password_are_slowed_down_like_log_ins() {
    let (world, name, _) = world_with_somebody().await;
    let server = &world.server;
    let token = text(&login(server, &name, PASSWORD).await, "accessToken");
    let mut last = 0;
    for _ in 0..8 {
        last = change(server, &token, "wrong", NEW).await.status;
    }
    assert_eq!(last, 429);
    assert_eq!(change(server, &token, PASSWORD, NEW).await.status, 429);
}
