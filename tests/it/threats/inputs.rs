//! Cursors, ids and tokens that are nearly right, by the thousand.

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::json;
use uuid::Uuid;
use zugong::kernel::id::{parse, publish};
use zugong_tests::{Actor, World};

/// One to four characters changed, dropped, doubled or put in.
fn damaged(text: &str, random: &mut StdRng) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for _ in 0..random.random_range(1..=4) {
        let other = *"0123456789abcdefABCDEF_-.=%'\"\u{0}组".chars().collect::<Vec<_>>().choose(random).unwrap();
        let at = random.random_range(0..=letters.len());
        match (random.random_range(0..4), at < letters.len()) {
            (0, true) => letters[at] = other,
            (1, true) => drop(letters.remove(at)),
            (2, true) => letters.insert(at, letters[at]),
            _ => letters.insert(at, other),
        }
    }
    letters.into_iter().collect()
}

/// Threat 14: an id has one spelling, and whatever else is read is written the same again.
#[test]
fn ids_have_one_spelling() {
    let mut random = StdRng::seed_from_u64(14);
    let mut read = 0;
    for _ in 0..20_000 {
        let id = publish(["uni", "cad", "per", "a_b"].choose(&mut random).unwrap(), Uuid::from_u128(random.random()));
        let text = damaged(&id, &mut random);
        if let Some((prefix, number)) = parse(&text) {
            read += 1;
            assert_eq!(publish(prefix, number), text);
        }
        assert!(parse(&id.to_uppercase()).is_none() || id.to_uppercase() == id, "{id}");
    }
    assert!((100..19_000).contains(&read), "{read}: the damage proves nothing");
}

/// Threats 14, 23 and 24: damaged cursors, ids and tokens are wrong, and never a fault of ours or somebody else's row.
#[tokio::test]
async fn damaged_cursors_ids_and_tokens_open_nothing() {
    let world = World::start().await;
    let me = &world.a.superior;
    let list = "query($v: String) { units(first: 2, after: $v) { nodes { name } pageInfo { endCursor } } }";
    let page = me.ok(list, json!({ "v": null })).await["units"]["pageInfo"]["endCursor"].clone();
    let cursor = page.as_str().unwrap();
    let object = "query($v: ID!) { node(id: $v) { id } unit(id: $v) { id } }";
    let mut random = StdRng::seed_from_u64(24);
    for n in 0..700 {
        let wrong = damaged(cursor, &mut random);
        if wrong != cursor {
            let reply = me.gql(list, json!({ "v": wrong })).await;
            let nodes = reply.body["data"]["units"]["nodes"].as_array();
            let ours = nodes.is_some_and(|all| all.iter().all(|n| n["name"].as_str().unwrap().ends_with('A')));
            assert!(reply.code() == "BAD_USER_INPUT" || ours, "{n} {wrong:?}: {}", reply.text);
        }
        let id = world.a.id("town");
        let wrong = damaged(id, &mut random);
        if wrong != id {
            let reply = me.gql(object, json!({ "v": wrong })).await;
            assert_eq!(reply.text, r#"{"data":{"node":null,"unit":null}}"#, "{n} {wrong:?}");
        }
        let good = me.token.as_deref().unwrap();
        let wrong: String = damaged(good, &mut random).chars().filter(char::is_ascii_graphic).collect();
        if wrong != good {
            let reply = Actor { token: Some(wrong.clone()), ..me.clone() }.gql("{ __typename }", json!({})).await;
            assert_eq!((reply.status, reply.code()), (401, "UNAUTHENTICATED"), "{n} {wrong}: {}", reply.text);
        }
    }
}
