//! Cursors, ids and tokens that are nearly right, by the thousand.

use rand::{Rng, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Value as Json, json};
use uuid::Uuid;
use zugong::kernel::id::{parse, publish};
use zugong_tests::{Actor, World};

use crate::probe::{Model, SlotKind, Things};

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

/// One letter changed, wherever it stands, so that it is another letter.
fn bent(text: &str, at: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[at] ^= 0x01;
    String::from_utf8(bytes).unwrap()
}

/// Threat 14: of every list that has one, a cursor with a bit flipped in any place is wrong, as one that was made up is.
#[tokio::test]
async fn a_cursor_of_any_list_is_wrong_with_a_bit_flipped_in_any_place() {
    let world = World::roomy().await;
    world.furnish().await;
    let model = Model::read(&world.a.superior).await;
    let (mut lists, mut tried) = (0, 0);
    for root in model.roots() {
        if !model.slots(&root).iter().any(|slot| slot.kind == SlotKind::Cursor) {
            continue;
        }
        let name = &root.name;
        let first = format!("{{ {name}(first: 1) {{ pageInfo {{ endCursor }} }} }}");
        for actor in [&world.a.superior, &world.a.security, &world.a.audit] {
            let page = actor.gql(&first, json!({})).await;
            let Some(cursor) = page.body["data"][name]["pageInfo"]["endCursor"].as_str() else { continue };
            let wrong: Vec<String> = (0..cursor.len()).map(|at| bent(cursor, at)).collect();
            // As many in a request as there are errors in an answer.
            for some in wrong.chunks(10) {
                let declared: String = (0..some.len()).map(|i| format!("$c{i}: String ")).collect();
                let asked: String = (0..some.len())
                    .map(|i| format!("a{i}: {name}(first: 1, after: $c{i}) {{ pageInfo {{ endCursor }} }} "))
                    .collect();
                let values: serde_json::Map<_, _> =
                    some.iter().enumerate().map(|(i, cursor)| (format!("c{i}"), json!(cursor))).collect();
                let reply = actor.gql(&format!("query({declared}) {{ {asked} }}"), json!(values)).await;
                let errors = reply.body["errors"].as_array().map_or(0, Vec::len);
                assert_eq!(errors, some.len(), "{name}: {}", reply.text);
                let mut codes = (0..errors).map(|i| &reply.body["errors"][i]["extensions"]["code"]);
                assert!(codes.all(|code| code == "BAD_USER_INPUT"), "{name}: {}", reply.text);
                assert!((0..errors).all(|i| reply.body["data"][format!("a{i}")].is_null()), "{name}: {}", reply.text);
                tried += errors;
            }
            lists += 1;
            break;
        }
    }
    assert!(lists >= 8 && tried > 500, "{lists} lists, {tried} cursors");
}

/// Threat 14: an id with a letter changed in any place is the id of nothing, whatever it is the id of, or that of
/// another thing of ours; and all of B's are the ids of nothing.
#[tokio::test]
async fn an_id_of_any_type_is_nothings_with_a_letter_changed_in_any_place() {
    let world = World::roomy().await;
    world.furnish().await;
    let model = Model::read(&world.a.superior).await;
    let (ours, theirs) = (Things::of(&model, &world.a).await, Things::of(&model, &world.b).await);
    assert!(ours.ids.len() > 10, "{:?}", ours.ids.keys());
    let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    for (ty, ids) in &ours.ids {
        let good = &ids[0];
        let wrong: Vec<String> = (0..good.len()).map(|at| bent(good, at)).collect();
        let nodes = world.a.superior.ok(query, json!({ "ids": wrong })).await["nodes"].clone();
        for (wrong, node) in wrong.iter().zip(nodes.as_array().unwrap()) {
            let known = node["id"] == wrong.as_str() && ids.contains(wrong);
            assert!(node.is_null() || known, "{ty} {good} {wrong}: {node}");
        }
        assert_eq!(nodes.as_array().unwrap().len(), good.len());
    }
    for actor in [&world.a.superior, &world.a.audit, &world.a.service] {
        for (ty, ids) in &theirs.ids {
            for some in ids.chunks(100) {
                let reply = actor.gql(query, json!({ "ids": some })).await;
                let nothing = reply.body["data"]["nodes"].as_array().into_iter().flatten().all(Json::is_null);
                assert!(nothing && reply.status == 200, "{} reads {ty} of B: {}", actor.name, reply.text);
            }
        }
    }
}
