//! What a node takes from others, and what it does not.

use serde_json::{Value as Json, json};
use uuid::Uuid;
use zugong::modules::exchange::envelope::{NodeKey, Receipt, digest, verifies};
use zugong_tests::client::{codes, fields};
use zugong_tests::{Reply, Tenant, World};

use super::{key_of, register};

/// A node of which only the key is there.
struct Peer {
    code: String,
    key: NodeKey,
}

impl Peer {
    async fn of(world: &World, seed: u8) -> Self {
        let peer = Self { code: format!("n{}", Uuid::new_v4().simple()), key: NodeKey::of_seed(&[seed; 32]).unwrap() };
        register(&world.a.superior, &peer.code, "http://127.0.0.1:9", &peer.key.public(), false).await;
        peer
    }

    fn envelope(&self, to: &Tenant, id: Uuid, kind: &str, body: &Json) -> Vec<u8> {
        let envelope = json!({ "id": id, "from": self.code, "to": to.code, "kind": kind, "body": body });
        serde_json::to_vec(&envelope).unwrap()
    }
}

async fn post(world: &World, to: &str, bytes: &[u8], signature: Option<&str>) -> Reply {
    let mut request = world.server.http.post(format!("{}/exchange/{to}", world.server.url)).body(bytes.to_vec());
    if let Some(signature) = signature {
        request = request.header("x-zugong-signature", signature);
    }
    Reply::of(request.send().await.unwrap()).await
}

fn report(case: &str, version: i32, done: i32) -> Json {
    json!({ "case": case, "number": "330206-20250922-00000001", "matterKey": "retirement", "level": "COUNTY",
            "divisionCode": "330206", "state": if done == 7 { "DONE" } else { "RUNNING" }, "submittedOn": "2025-09-22",
            "finishedOn": null, "workedDays": null, "itemsDone": done, "itemsTotal": 7, "version": version })
}

const CASES: &str =
    "query($code: String!) { receivedCases(where: { peer: { code: { eq: $code } } }) { nodes { itemsDone state } }
    receivedMessages(where: { peer: { code: { eq: $code } } }) { totalCount } }";

#[tokio::test]
async fn h_06_a_message_is_taken_once_and_answered_with_the_same_receipt() {
    let world = World::start().await;
    let peer = Peer::of(&world, 1).await;
    let (id, body) = (Uuid::new_v4(), report("cas_1", 3, 2));
    let bytes = peer.envelope(&world.a, id, "CASE", &body);
    let signature = peer.key.sign(&bytes);
    let send = || post(&world, &world.a.code, &bytes, Some(&signature));
    // The race of two copies of one message, and a third that comes later.
    let (one, two) = tokio::join!(send(), send());
    let three = send().await;
    assert_eq!((one.status, two.status, three.status), (200, 200, 200), "{} {} {}", one.text, two.text, three.text);
    assert_eq!((&one.body, &two.body), (&two.body, &three.body));
    let receipt = one.body["receipt"].as_str().unwrap();
    let own = key_of(&world.a.superior).await;
    assert!(verifies(&own, receipt.as_bytes(), one.body["signature"].as_str().unwrap()));
    let receipt: Receipt = serde_json::from_str(receipt).unwrap();
    assert_eq!((receipt.id, &receipt.by, &receipt.digest), (id, &world.a.code, &digest(&bytes)));

    let seen = world.a.leader.ok(CASES, json!({ "code": peer.code })).await;
    assert_eq!(seen["receivedMessages"]["totalCount"], 1);
    // The same id with other words is another message under a used number.
    let other = peer.envelope(&world.a, id, "CASE", &report("cas_1", 3, 5));
    let refused = post(&world, &world.a.code, &other, Some(&peer.key.sign(&other))).await;
    assert_eq!((refused.status, refused.body["error"]["code"].as_str()), (422, Some("IDEMPOTENCY_MISMATCH")));
    // A newer version counts, an older one that was overtaken does not.
    for (version, done) in [(9, 7), (5, 3)] {
        let bytes = peer.envelope(&world.a, Uuid::new_v4(), "CASE", &report("cas_1", version, done));
        assert_eq!(post(&world, &world.a.code, &bytes, Some(&peer.key.sign(&bytes))).await.status, 200);
    }
    let seen = world.a.leader.ok(CASES, json!({ "code": peer.code })).await;
    assert_eq!(seen["receivedCases"]["nodes"], json!([{ "itemsDone": 7, "state": "DONE" }]));
    assert_eq!(seen["receivedMessages"]["totalCount"], 3);
    let figures = "query($code: String!) { receivedCaseAggregate(where: { peer: { code: { eq: $code } } }, groupBy: [LEVEL]) { groups { key { level } count } } }";
    let figures = world.a.leader.ok(figures, json!({ "code": peer.code })).await;
    assert_eq!(figures["receivedCaseAggregate"]["groups"], json!([{ "key": { "level": "COUNTY" }, "count": 1 }]));
}

#[tokio::test]
async fn h_06_whatever_is_not_signed_by_a_peer_gets_one_answer() {
    let world = World::start().await;
    let peer = Peer::of(&world, 2).await;
    let stranger = NodeKey::of_seed(&[3; 32]).unwrap();
    let bytes = peer.envelope(&world.a, Uuid::new_v4(), "NOTICE", &json!({ "title": "通知" }));
    let signature = peer.key.sign(&bytes);
    let refusal = |reply: &Reply| (reply.status, reply.body["error"]["code"].as_str().unwrap_or_default().to_string());
    let nobody = (401, "UNAUTHENTICATED".to_string());
    assert_eq!(refusal(&post(&world, &world.a.code, &bytes, None).await), nobody);
    assert_eq!(refusal(&post(&world, &world.a.code, &bytes, Some("x")).await), nobody);
    assert_eq!(refusal(&post(&world, &world.a.code, &bytes, Some(&stranger.sign(&bytes))).await), nobody);
    // A tenant that does not know the peer, and one that is not there.
    for code in [world.b.code.clone(), "nowhere".to_string()] {
        let envelope = json!({ "id": Uuid::new_v4(), "from": peer.code, "to": code, "kind": "NOTICE", "body": {} });
        let bytes = serde_json::to_vec(&envelope).unwrap();
        assert_eq!(refusal(&post(&world, &code, &bytes, Some(&peer.key.sign(&bytes))).await), nobody);
    }
    // Meant for somebody else, not a message at all, and of a kind that nobody knows.
    assert_eq!(post(&world, &world.b.code, &bytes, Some(&signature)).await.status, 400);
    assert_eq!(post(&world, &world.a.code, b"{", Some(&peer.key.sign(b"{"))).await.status, 400);
    for (kind, body) in [("OTHER", json!({})), ("CASE", json!({ "case": "cas_1" }))] {
        let bytes = peer.envelope(&world.a, Uuid::new_v4(), kind, &body);
        assert_eq!(post(&world, &world.a.code, &bytes, Some(&peer.key.sign(&bytes))).await.status, 400, "{kind}");
    }
    assert_eq!(post(&world, &world.a.code, &bytes, Some(&signature)).await.status, 200);
    let seen = world.a.superior.ok(CASES, json!({ "code": peer.code })).await;
    assert_eq!(seen["receivedMessages"]["totalCount"], 1);
    // From a peer that was switched off nothing is taken any more.
    let find = "query($code: String!) { exchangePeers(where: { code: { eq: $code } }) { nodes { id version } } }";
    let found = world.a.superior.ok(find, json!({ "code": peer.code })).await["exchangePeers"]["nodes"][0].clone();
    let input = json!({ "id": found["id"], "expectedVersion": found["version"] });
    world.a.superior.done("exchangePeerDisable", input, "exchangePeer { state }").await;
    assert_eq!(refusal(&post(&world, &world.a.code, &bytes, Some(&signature)).await), nobody);
}

#[tokio::test]
async fn h_06_a_peer_is_registered_with_all_faults_at_once() {
    let world = World::start().await;
    let a = &world.a;
    let wrong = json!({ "code": "Upper!", "name": "", "level": "CITY", "endpoint": "https://a/b", "publicKey": "x" });
    let refused = a.superior.mutate("exchangePeerRegister", wrong, "exchangePeer { id }").await;
    assert_eq!(fields(&refused), ["input.name", "input.code", "input.endpoint", "input.publicKey"]);
    let key = NodeKey::of_seed(&[4; 32]).unwrap().public();
    let code = format!("n{}", Uuid::new_v4().simple());
    register(&a.superior, &code, "http://127.0.0.1:9", &key, true).await;
    let twice =
        json!({ "code": code, "name": "对方", "level": "CITY", "endpoint": "http://127.0.0.1:9", "publicKey": key });
    assert_eq!(
        codes(&a.superior.mutate("exchangePeerRegister", twice, "exchangePeer { id }").await),
        ["ALREADY_EXISTS"]
    );
}
