//! Documents that are known by the digest of their text.

use std::{fs, time::Duration};

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use zugong::http::{
    app::HttpSettings,
    persisted::{DocumentSettings, Mode},
};
use zugong_tests::{Actor, Reply, Server, World};

use super::spec::ask;
use crate::identity::{PASSWORD, auth, somebody, text};

const LISTED: &str = "query Units($n: Int) { units(first: $n) { nodes { id } } }";
const OTHER: &str = "{ version }";
const CSRF: (&str, &str) = ("x-graphql-csrf", "1");

fn id(text: &str) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(text)))
}

fn with(documents: DocumentSettings) -> HttpSettings {
    HttpSettings { documents, ..HttpSettings::default() }
}

/// A folder with one list, which is for all.
fn folder(texts: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    list(&folder, texts);
    folder
}

fn list(folder: &tempfile::TempDir, texts: &[&str]) {
    put(folder, "common", texts);
}

fn put(folder: &tempfile::TempDir, client: &str, texts: &[&str]) {
    let list: serde_json::Map<String, Json> = texts.iter().map(|text| (id(text), json!(text))).collect();
    let written = folder.path().join("list");
    fs::write(&written, Json::Object(list).to_string()).unwrap();
    fs::rename(written, folder.path().join(format!("{client}.json"))).unwrap();
}

async fn by_id(actor: &Actor, text: &str) -> Reply {
    actor.send(json!({ "documentId": id(text), "variables": { "n": 1 } }), &[]).await
}

fn apollo(text: &str) -> Json {
    json!({ "persistedQuery": { "version": 1, "sha256Hash": hex::encode(Sha256::digest(text)) } })
}

#[tokio::test]
async fn a_listed_document_is_asked_for_by_its_digest() {
    let folder = folder(&[LISTED]);
    let documents = DocumentSettings { folder: Some(folder.path().into()), ..DocumentSettings::default() };
    let world = World::on(Server::with(with(documents)).await).await;
    let actor = &world.a.superior;
    let expected = actor.gql(LISTED, json!({ "n": 1 })).await;
    assert_eq!(expected.code(), "none");
    assert_eq!(by_id(actor, LISTED).await.body, expected.body);
    let older = actor.send(json!({ "extensions": apollo(LISTED), "variables": { "n": 1 } }), &[]).await;
    assert_eq!(older.body, expected.body);
    let bearer = format!("Bearer {}", actor.token.as_ref().unwrap());
    let headers = [CSRF, ("authorization", bearer.as_str())];
    let address = [("documentId", id(LISTED)), ("variables", r#"{"n":1}"#.into())];
    let address: Vec<(&str, &str)> = address.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(ask(&world.server, &address, &headers).await.body, expected.body);

    for (body, status, code) in [
        (json!({ "documentId": id(OTHER) }), 400, "PERSISTED_QUERY_NOT_FOUND"),
        (json!({ "extensions": apollo(OTHER) }), 400, "PERSISTED_QUERY_NOT_FOUND"),
        (json!({ "documentId": "sha256:00" }), 400, "BAD_USER_INPUT"),
        (json!({ "documentId": "units" }), 400, "BAD_USER_INPUT"),
        (json!({ "documentId": "" }), 400, "BAD_USER_INPUT"),
        (json!({ "documentId": id(LISTED), "query": OTHER }), 400, "BAD_USER_INPUT"),
        (json!({ "extensions": { "persistedQuery": { "version": 1 } } }), 400, "BAD_USER_INPUT"),
    ] {
        let reply = actor.send(body.clone(), &[]).await;
        assert_eq!((reply.status, reply.code()), (status, code), "{body}: {}", reply.text);
    }
    assert_eq!(actor.gql(OTHER, json!({})).await.code(), "none", "any other text is welcome as well");
    // Rights are those of the caller, as with any text.
    assert_eq!(by_id(&actor.anonymous(), LISTED).await.code(), "UNAUTHENTICATED");
}

#[tokio::test]
async fn an_operator_may_accept_nothing_but_the_lists() {
    let folder = folder(&[LISTED]);
    let documents = DocumentSettings { folder: Some(folder.path().into()), mode: Mode::Only, register: false };
    let world = World::on(Server::with(with(documents)).await).await;
    let actor = &world.a.superior;
    assert_eq!(by_id(actor, LISTED).await.code(), "none");
    assert_eq!(actor.gql(LISTED, json!({ "n": 1 })).await.code(), "none", "its text is as good as its digest");
    for text in [OTHER, "{ __schema { types { name } } }", &format!("{LISTED} "), "{"] {
        assert_eq!(actor.gql(text, json!({})).await.code(), "PERSISTED_QUERY_NOT_FOUND", "{text}");
    }
    let registering = actor.send(json!({ "query": OTHER, "extensions": apollo(OTHER) }), &[]).await;
    assert_eq!(registering.code(), "PERSISTED_QUERY_NOT_FOUND");
}

/// Somebody who has logged in with a program that calls itself so.
async fn at_work_with(world: &World, client: &str) -> Actor {
    let (name, _) = somebody(&world.server, "clerk", &[&world.a]).await;
    let body = json!({ "login": name, "password": PASSWORD, "client": client });
    let token = text(&auth(&world.server, "login", None, body).await, "accessToken");
    Actor { token: Some(token), ..world.a.superior.clone() }
}

#[tokio::test]
async fn a_client_may_ask_for_what_is_in_its_own_list_and_in_the_common_one() {
    let (desk, mini) = ("{ units(first: 1) { nodes { id code } } }", "{ units(first: 1) { nodes { id kind } } }");
    for mode in [Mode::Allow, Mode::Only] {
        let folder = folder(&[LISTED]);
        put(&folder, "desk", &[desk]);
        put(&folder, "mini-program", &[mini]);
        let documents = DocumentSettings { folder: Some(folder.path().into()), mode, register: false };
        let world = World::on(Server::with(with(documents)).await).await;
        let nobody = ["", "Desk 1", "desktop", "common"];
        for (client, own) in [("desk", desk), ("mini-program 2.1", mini), ("desk v7", desk)] {
            let actor = at_work_with(&world, client).await;
            for listed in [LISTED, own] {
                assert_eq!(by_id(&actor, listed).await.code(), "none", "{client}: {listed}");
                assert_eq!(actor.gql(listed, json!({ "n": 1 })).await.code(), "none", "{client}: {listed}");
            }
            let other = if own == desk { mini } else { desk };
            assert_eq!(by_id(&actor, other).await.code(), "PERSISTED_QUERY_NOT_FOUND", "{client}");
            let text = actor.gql(other, json!({})).await;
            assert_eq!(text.code(), if mode == Mode::Only { "PERSISTED_QUERY_NOT_FOUND" } else { "none" }, "{client}");
        }
        for client in nobody {
            let actor = at_work_with(&world, client).await;
            assert_eq!(by_id(&actor, LISTED).await.code(), "none", "{client}");
            assert_eq!(by_id(&actor, desk).await.code(), "PERSISTED_QUERY_NOT_FOUND", "{client}");
        }
        // A service account is known by its name, and a stranger by nothing.
        put(&folder, "service", &[OTHER]);
        let found = async {
            while by_id(&world.a.service, OTHER).await.code() != "none" {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(15), found).await.expect("the list is in force");
        assert_eq!(by_id(&world.a.service.anonymous(), OTHER).await.code(), "PERSISTED_QUERY_NOT_FOUND");
        assert_eq!(by_id(&world.a.service.anonymous(), LISTED).await.code(), "UNAUTHENTICATED");
    }
}

#[tokio::test]
async fn lists_are_read_again_when_they_change_and_wrong_ones_leave_the_former_in_force() {
    let folder = folder(&[LISTED]);
    let documents = DocumentSettings { folder: Some(folder.path().into()), ..DocumentSettings::default() };
    let world = World::on(Server::with(with(documents)).await).await;
    let actor = &world.a.superior;
    assert_eq!(by_id(actor, OTHER).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    list(&folder, &[LISTED, OTHER]);
    let found = async {
        while by_id(actor, OTHER).await.code() != "none" {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(15), found).await.expect("the new list is in force");
    fs::write(folder.path().join("common.json"), "{").unwrap();
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(by_id(actor, OTHER).await.code(), "none");
}

#[tokio::test]
async fn clients_register_documents_for_their_tenant_where_that_is_switched_on() {
    let documents = DocumentSettings { register: true, ..DocumentSettings::default() };
    let world = World::on(Server::with(with(documents)).await).await;
    let (ours, theirs) = (&world.a.superior, &world.b.superior);
    let text = "{ viewer { __typename } }";
    let ask = async |actor: &Actor| actor.send(json!({ "extensions": apollo(text) }), &[]).await;
    assert_eq!(ask(ours).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    let wrong = ours.send(json!({ "query": OTHER, "extensions": apollo(text) }), &[]).await;
    assert_eq!(wrong.code(), "BAD_USER_INPUT", "a digest of another text is not registered");
    assert_eq!(ask(ours).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    // A stranger's document has no tenant to be kept for.
    ours.anonymous().send(json!({ "query": text, "extensions": apollo(text) }), &[]).await;
    assert_eq!(ask(ours).await.code(), "PERSISTED_QUERY_NOT_FOUND");
    let registered = ours.send(json!({ "query": text, "extensions": apollo(text) }), &[]).await;
    assert_eq!(registered.code(), "none", "{}", registered.text);
    assert_eq!(ask(ours).await.body, registered.body);
    assert_eq!(ask(&world.a.junior).await.code(), "none");
    assert_eq!(ask(theirs).await.code(), "PERSISTED_QUERY_NOT_FOUND", "another tenant learns nothing of it");
    let elsewhere = World::start().await;
    let kept = elsewhere.a.superior.send(json!({ "query": text, "extensions": apollo(text) }), &[]).await;
    assert_eq!(kept.code(), "none");
    assert_eq!(ask(&elsewhere.a.superior).await.code(), "PERSISTED_QUERY_NOT_FOUND", "where it is not switched on");
}
