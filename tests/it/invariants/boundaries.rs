//! Invariant 2 where no id is named: what is unique in one tenant, keys, tokens, the answers of two worlds.

use serde_json::{Value as Json, json};
use uuid::Uuid;
use zugong::modules::organisation::rules::credit_code::CreditCode;
use zugong_tests::{Actor, Reply, World, client::codes};

use crate::probe::{Model, Things, send};

fn unit(parent: &str, key: Option<&str>) -> Json {
    let code = CreditCode::make("11330203", "55555555").unwrap();
    json!({ "parent": parent, "code": code.as_str(), "name": "巧合局", "sequence": "GOVERNMENT", "kind": "ORGAN", "idempotencyKey": key })
}

fn person(unit: &str) -> Json {
    json!({ "name": "巧合", "idNumber": "330602199003070024", "ethnicity": "01", "politicalStatus": "01", "unit": unit })
}

/// What is taken in B is free in A, and taken in A once A has it.
#[tokio::test]
async fn inv_2_collisions_are_no_oracle() {
    let world = World::roomy().await;
    for tenant in [&world.b, &world.a] {
        let root = tenant.id("root");
        tenant.superior.done("unitCreate", unit(root, None), "unit { code }").await;
        tenant.superior.done("personCreate", person(root), "person { idNumber }").await;
        let again = tenant.superior.mutate("unitCreate", unit(root, None), "unit { id }").await;
        assert_eq!(codes(&again), ["ALREADY_EXISTS"]);
        let again = tenant.superior.mutate("personCreate", person(root), "person { id }").await;
        assert_eq!(codes(&again), ["ALREADY_EXISTS"]);
    }
}

/// The same key in two tenants means two changes, and no mismatch.
#[tokio::test]
async fn inv_2_idempotency_keys_of_tenants_do_not_meet() {
    let world = World::roomy().await;
    let key = "the-same-key-in-both";
    let b = world.b.superior.done("unitCreate", unit(world.b.id("root"), Some(key)), "unit { id }").await;
    let a = world.a.superior.done("unitCreate", unit(world.a.id("root"), Some(key)), "unit { id }").await;
    assert_ne!(a["unit"]["id"], b["unit"]["id"]);
    let repeated = world.a.superior.done("unitCreate", unit(world.a.id("root"), Some(key)), "unit { id }").await;
    assert_eq!(a["unit"]["id"], repeated["unit"]["id"]);
    // Another body under B's key is a mismatch in B, and a first use in A for whoever has not used it.
    let other = json!({ "parent": world.b.id("town"), "code": "N1", "name": "科", "sequence": "GOVERNMENT", "kind": "INTERNAL_OFFICE", "idempotencyKey": key });
    let query = "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id } userErrors { code } } }";
    assert_eq!(world.b.superior.gql(query, json!({ "input": other })).await.code(), "IDEMPOTENCY_MISMATCH");
    let mut mine = other.clone();
    mine["parent"] = json!(world.a.id("town"));
    let fresh = world.a.senior.done("unitCreate", mine, "unit { id }").await;
    assert!(fresh["unit"]["id"].is_string());
}

/// The middle of a token, as its bearer can read it.
fn claims(token: &str) -> String {
    let body = token.split('.').nth(1).unwrap();
    let mut out = vec![];
    let (mut bits, mut held) = (0_u32, 0);
    for letter in body.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' => 62,
            _ => 63,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    String::from_utf8(out).unwrap()
}

#[tokio::test]
async fn inv_2_tokens_and_keys_name_their_tenant_alone() {
    let world = World::roomy().await;
    let names = |id: Uuid, text: &str| text.contains(&id.simple().to_string()) || text.contains(&id.to_string());
    for actor in [&world.a.superior, &world.a.applicant, &world.a.audit] {
        let claims = claims(actor.token.as_ref().unwrap());
        assert!(names(world.a.id, &claims) && !names(world.b.id, &claims), "{claims}");
    }
    let key = world.a.service.token.clone().unwrap();
    assert!(names(world.a.id, &key) && !names(world.b.id, &key), "{key}");
    // A key whose tenant is exchanged is the key of nobody, in B as in a tenant that does not exist.
    let moved = |to: Uuid| key.replace(&world.a.id.simple().to_string(), &to.simple().to_string());
    let with = |token: String| Actor { token: Some(token), ..world.a.service.clone() };
    let there = send(&with(moved(world.b.id)), "{ units { totalCount } }", &json!({})).await;
    let nowhere = send(&with(moved(Uuid::new_v4())), "{ units { totalCount } }", &json!({})).await;
    assert_eq!((there.status, &there.text), (nowhere.status, &nowhere.text));
    assert_eq!(there.code(), "UNAUTHENTICATED");
}

/// Two runs of A's world, one beside B and one without anybody: the same script, the same transcript.
#[tokio::test]
async fn inv_2_what_a_sees_does_not_depend_on_b() {
    let world = World::roomy().await;
    let model = Model::read(&world.a.superior).await;
    let before = Things::of(&model, &world.a).await;
    for (i, name) in ["town", "village", "other-town"].iter().enumerate() {
        let office = json!({ "parent": world.b.id(name), "code": format!("N{i}"), "name": "密室", "sequence": "GOVERNMENT", "kind": "INTERNAL_OFFICE" });
        world.b.superior.done("unitCreate", office, "unit { id }").await;
    }
    let close = json!({ "id": world.b.id("agency:medical"), "expectedVersion": 1, "validUntil": "2025-09-30" });
    world.b.superior.done("unitClose", close, "unit { id }").await;
    let after = Things::of(&model, &world.a).await;
    // Reading leaves lines in A's own audit record; everything else is as it was.
    let own = |ty: &&String| *ty != "AuditRecord";
    assert_eq!(before.ids.keys().collect::<Vec<_>>(), after.ids.keys().collect::<Vec<_>>());
    for ty in before.ids.keys().filter(own) {
        assert_eq!(before.ids[ty], after.ids[ty], "{ty}");
    }
    assert!(!after.texts.iter().any(|text| text.contains("密室")));
}

/// A ticket for a file is good for its own bytes alone: with the other tenant's name on it, it is no ticket.
#[tokio::test]
async fn inv_2_tickets_of_files_open_nothing_else() {
    let world = World::roomy().await;
    let (a, b) = (&world.a, &world.b);
    let file = b.superior.upload().await;
    let ticket = "mutation($input: AttachmentDownloadTicketInput!) { attachmentDownloadTicket(input: $input) { ticketPath userErrors { code } } }";
    let random = format!("att_{:032x}", rand::random::<u128>());
    for actor in [&a.superior, &a.applicant, &a.handlers["medical"]] {
        let theirs = send(actor, ticket, &json!({ "input": { "id": file } })).await;
        let nothing = send(actor, ticket, &json!({ "input": { "id": random } })).await;
        assert_eq!((theirs.status, &theirs.text), (nothing.status, &nothing.text), "{}", actor.name);
        assert!(theirs.body["data"]["attachmentDownloadTicket"].is_null(), "{}", theirs.text);
    }
    // B's material does not go into A's case either.
    let got = b.superior.done("attachmentDownloadTicket", json!({ "id": file }), "ticketPath").await;
    let path = got["ticketPath"].as_str().unwrap().to_string();
    let moved = path.replace(&b.id.simple().to_string(), &a.id.simple().to_string());
    let unknown = path.replace(&b.id.simple().to_string(), &Uuid::new_v4().simple().to_string());
    assert_ne!(moved, path);
    let get = async |path: &str| {
        let request = a.superior.http.get(format!("{}{path}", a.superior.url)).header("x-request-id", "probe");
        let reply = Reply::of(request.send().await.unwrap()).await;
        (reply.status, reply.text)
    };
    let (there, nowhere) = (get(&moved).await, get(&unknown).await);
    assert_eq!(there, nowhere);
    assert_eq!(there.0, 404);
    assert_eq!(get(&path).await.0, 200, "the ticket itself is still good");
    assert_eq!(get(&path).await, there, "and used up");
}
