//! Invariant 2: of another tenant one learns as much as of nothing at all.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World, difference, digest};

use crate::probe::{Filler, Kind, Model, Root, Slot, SlotKind, Things, seen, send};

/// What one actor of A found out.
#[derive(Default)]
struct Findings {
    probed: BTreeSet<String>,
    faults: Vec<String>,
}

struct Probe<'w> {
    model: &'w Model,
    filler: Filler<'w>,
    theirs: &'w Things,
    canaries: Vec<&'w str>,
}

impl Probe<'_> {
    /// Tries every place of every root field as one actor.
    async fn all(&self, actor: &Actor) -> Findings {
        let mut findings = Findings::default();
        for root in self.model.roots() {
            let (query, short) = (self.model.document(&root, 1), self.model.document(&root, 0));
            for slot in self.model.slots(&root).iter().filter(|s| s.kind == SlotKind::Id) {
                // A condition shows rows of A, whatever is asked: their own fields will do.
                let query = if slot.path[0] == "where" { &short } else { &query };
                self.place(actor, &root, query, slot, &mut findings).await;
            }
        }
        findings
    }

    async fn place(&self, actor: &Actor, root: &Root, query: &str, slot: &Slot, findings: &mut Findings) {
        for foreign in self.candidates(slot) {
            let prefix = foreign.split('_').next().unwrap();
            let random = format!("{prefix}_{:032x}", rand::random::<u128>());
            let answer = self.ask(actor, root, query, slot, &foreign).await;
            let nothing = self.ask(actor, root, query, slot, &random).await;
            let at = format!("{} {} {} of {prefix}", actor.name, root.name, slot.path.join("."));
            if answer != nothing {
                findings.faults.push(format!("{at}: theirs {answer}\n    nothing {nothing}"));
            }
            for canary in self.canaries.iter().filter(|c| **c != foreign && answer.contains(**c)) {
                findings.faults.push(format!("{at}: shows {canary}: {answer}"));
            }
            findings.probed.insert(root.name.clone());
        }
        let malformed = self.ask(actor, root, query, slot, "no-id-at-all").await;
        // Long enough not to stand in a cursor by chance: what was asked for is taken out of the answer.
        let other = self.ask(actor, root, query, slot, &format!("{}_0-is-no-id-either", slot.path.len())).await;
        if malformed != other || malformed.contains("INTERNAL_SERVER_ERROR") {
            findings.faults.push(format!("{} {}: malformed {malformed}\n    {other}", root.name, slot.path.join(".")));
        }
    }

    /// An id of B for each type that may stand in the place.
    fn candidates(&self, slot: &Slot) -> Vec<String> {
        let of = |ty: &String| self.theirs.one(ty).map(String::from);
        match slot.types.is_empty() {
            true => self.theirs.ids.keys().filter_map(of).collect(),
            false => slot.types.iter().filter_map(of).collect(),
        }
    }

    async fn ask(&self, actor: &Actor, root: &Root, query: &str, slot: &Slot, id: &str) -> String {
        let variables = self.filler.variables(root, Some((&slot.path, &json!(id))));
        let reply = send(actor, query, &variables).await;
        assert!(!reply.text.contains("GRAPHQL_VALIDATION_FAILED"), "{}: {variables}: {}", root.name, reply.text);
        seen(&reply, id)
    }
}

#[tokio::test]
async fn inv_2_an_id_of_another_tenant_is_the_id_of_nothing() {
    let world = World::roomy().await;
    world.furnish().await;
    let model = Model::read(&world.a.superior).await;
    let (ours, theirs) = (Things::of(&model, &world.a).await, Things::of(&model, &world.b).await);
    let before = digest(&world.server, world.b.id).await;
    let filler = Filler { model: &model, things: &ours, mark: world.a.code.clone() };
    let canaries = theirs.canaries(&ours);
    assert!(canaries.len() > 20, "the canaries were not found: {canaries:?}");
    let probe = Probe { model: &model, filler, theirs: &theirs, canaries };
    let cast = [&world.a.superior, &world.a.applicant, &world.a.handlers["organisation"]];
    let findings = join_all(cast.map(|actor| probe.all(actor))).await;
    let faults: Vec<&String> = findings.iter().flat_map(|f| &f.faults).collect();
    assert!(faults.is_empty(), "{} faults, the first: {:#?}", faults.len(), faults.iter().take(5).collect::<Vec<_>>());

    // A field that takes an id and was not tried would pass unseen.
    for root in model.roots() {
        let taken = model.slots(&root).iter().any(|s| s.kind == SlotKind::Id);
        assert_eq!(findings[0].probed.contains(&root.name), taken, "{} takes ids: {taken}", root.name);
    }
    let changed = difference(&before, &digest(&world.server, world.b.id).await);
    assert!(changed.is_empty(), "B was changed: {changed:#?}");
}

/// A cursor of B is as wrong in A as one that somebody made up.
#[tokio::test]
async fn inv_2_a_cursor_of_another_tenant_is_the_cursor_of_nothing() {
    let world = World::roomy().await;
    let model = Model::read(&world.a.superior).await;
    let mut tried = BTreeMap::new();
    for root in model.roots() {
        let cursor = model.slots(&root).into_iter().find(|s| s.kind == SlotKind::Cursor);
        let Some(slot) = cursor else { continue };
        assert_eq!((root.kind, slot.path.as_slice()), (Kind::Query, &["after".to_string()][..]));
        let query = format!(
            "query($after: String) {{ {}(first: 1, after: $after) {{ edges {{ cursor }} nodes {{ id }} pageInfo {{ endCursor }} }} }}",
            root.name
        );
        for (ours, theirs) in [(&world.a.superior, &world.b.superior), (&world.a.audit, &world.b.audit)] {
            let page = send(theirs, &query, &json!({ "after": null })).await.body["data"][&root.name].clone();
            let Some(cursor) = page["pageInfo"]["endCursor"].as_str() else { continue };
            assert_eq!(page["edges"][0]["cursor"], cursor);
            let theirs = send(ours, &query, &json!({ "after": cursor })).await;
            let made_up = hex::encode(format!("[\"{:016x}\",\"1\",\"2\"]", rand::random::<u64>()));
            let nothing = send(ours, &query, &json!({ "after": made_up })).await;
            assert_eq!(seen(&theirs, cursor), seen(&nothing, &made_up), "{}", root.name);
            let expected = if theirs.code() == "FORBIDDEN" { "FORBIDDEN" } else { "BAD_USER_INPUT" };
            assert_eq!(theirs.code(), expected, "{}", root.name);
            tried.insert(root.name.clone(), theirs.code() == "BAD_USER_INPUT");
        }
    }
    let good: Vec<&String> = tried.iter().filter(|(_, tried)| **tried).map(|(name, _)| name).collect();
    assert!(good.len() >= 4, "hardly a list was tried: {tried:?}");
}

/// The documents that only a query's nested lists reach: filters and cursors below an object.
#[tokio::test]
async fn inv_2_nested_lists_know_no_other_tenant() {
    let world = World::roomy().await;
    let children = "query($after: String, $id: ID!) { units(first: 1) { nodes { \
        children(first: 1, after: $after, where: {id: {in: [$id]}}) { totalCount nodes { id } pageInfo { endCursor } } } } }";
    let town = world.b.id("town");
    let first = world.b.superior.ok(children, json!({ "id": town })).await;
    let cursor: Json = first["units"]["nodes"][0]["children"]["pageInfo"]["endCursor"].clone();
    assert!(cursor.is_string(), "{first}");
    let made_up = "5b2230303030303030303030303030303030225d";
    let theirs = send(&world.a.superior, children, &json!({ "id": town, "after": cursor })).await;
    let random = format!("uni_{:032x}", rand::random::<u128>());
    let nothing = send(&world.a.superior, children, &json!({ "id": random, "after": made_up })).await;
    assert_eq!(seen(&theirs, town), seen(&nothing, &random));
    assert_eq!(theirs.code(), "BAD_USER_INPUT");
    let theirs = send(&world.a.superior, children, &json!({ "id": town })).await;
    assert_eq!(theirs.body["data"]["units"]["nodes"][0]["children"]["totalCount"], 0);
}
