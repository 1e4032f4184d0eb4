//! Invariant 7: every root field is tried by four actors; whoever is refused changes nothing.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, Reply, Tenant, World, difference, digest};

use super::rights::{RIGHTS, Right};
use crate::probe::{Filler, Kind, Model, Root, SlotKind, Things, send};

/// Root fields without a right of their own, and why.
const SPECIAL: &[(&str, &str)] = &[
    ("version", "public: it says which contract a client speaks to"),
    ("viewer", "tells everybody with a log-in about himself only"),
    ("node", "finds objects of every type: a type out of reach is null, like an object out of reach"),
    ("nodes", "the same, in the place of each"),
];

fn cast<'t>(tenant: &'t Tenant, newcomer: &'t Actor, name: &str) -> &'t Actor {
    match name {
        "superior" => &tenant.superior,
        "senior" => &tenant.senior,
        "junior" => &tenant.junior,
        "applicant" => &tenant.applicant,
        "handler" => &tenant.handlers["organisation"],
        "leader" => &tenant.leader,
        "system" => &tenant.system,
        "security" => &tenant.security,
        "audit" => &tenant.audit,
        "newcomer" => newcomer,
        other => panic!("nobody is called {other}"),
    }
}

#[tokio::test]
async fn inv_7_the_table_of_rights_and_the_schema_are_one() {
    let world = World::roomy().await;
    let model = Model::read(&world.a.superior).await;
    let schema: BTreeSet<String> = model.roots().into_iter().map(|r| r.name).collect();
    let special = SPECIAL.iter().map(|(name, _)| name.to_string());
    let table: BTreeSet<String> = RIGHTS.iter().map(|r| r.root.to_string()).chain(special).collect();
    assert_eq!(table.len(), RIGHTS.len() + SPECIAL.len(), "a root field stands in the table twice");
    let missing: Vec<_> = schema.difference(&table).collect();
    assert!(missing.is_empty(), "without a case for four actors: {missing:?}");
    let unknown: Vec<_> = table.difference(&schema).collect();
    assert!(unknown.is_empty(), "no such root fields: {unknown:?}");
    for right in RIGHTS {
        let doc = model.root(right.root).doc;
        assert!(doc.contains(&format!("`{}`", right.right)), "{} does not name {}: {doc}", right.root, right.right);
    }
}

struct Scene {
    world: World,
    model: Model,
    ours: Things,
    newcomers: [Actor; 2],
}

impl Scene {
    async fn set() -> Self {
        let world = World::roomy().await;
        let model = Model::read(&world.a.superior).await;
        let mut newcomers = vec![];
        world.furnish().await;
        for tenant in [&world.a, &world.b] {
            newcomers.push(tenant.newcomer(&world.server, "newcomer", &[]).await);
        }
        let mut ours = Things::of(&model, &world.a).await;
        // Whoever is disabled or loses a role on the way is somebody who takes no part.
        let neighbour = "query($id: ID!) { user(id: $id) { assignments { nodes { id } } } }";
        let found = world.a.superior.ok(neighbour, json!({ "id": world.a.neighbour.user })).await;
        ours.prefer("User", &world.a.neighbour.user);
        ours.prefer("RoleAssignment", found["user"]["assignments"]["nodes"][0]["id"].as_str().unwrap());
        Self { world, model, ours, newcomers: newcomers.try_into().ok().unwrap() }
    }

    async fn call(&self, actor: &Actor, root: &Root) -> Reply {
        let filler = Filler { model: &self.model, things: &self.ours, mark: self.world.a.code.clone() };
        let query = self.model.document(root, 0);
        send(actor, &query, &filler.variables(root, None)).await
    }

    /// Errors of the root field itself, not of fields below it.
    fn refusal(root: &Root, reply: &Reply) -> Option<String> {
        let errors = reply.body["errors"].as_array()?;
        let own = |e: &&Json| e["path"].as_array().is_none_or(|p| p.len() < 2 && p.iter().all(|k| *k == root.name));
        errors.iter().find(own).map(|e| e["extensions"]["code"].as_str().unwrap().to_string())
    }
}

#[tokio::test]
async fn inv_7_four_actors_at_every_root_field() {
    let scene = Scene::set().await;
    let (a, b) = (&scene.world.a, &scene.world.b);
    let theirs = Things::of(&scene.model, b).await;
    let canaries = scene.ours.canaries(&theirs);
    let asked: BTreeSet<&String> = scene.ours.ids.values().flatten().collect();
    let before = digest(&scene.world.server, a.id).await;
    let mut faults = vec![];
    for Right { root, lacking, allowed, .. } in RIGHTS {
        let root = scene.model.root(root);
        let mut expect = |who: &str, good: bool, reply: &Reply| {
            if !good {
                faults.push(format!("{} as {who}: {}", root.name, reply.text));
            }
        };
        let reply = scene.call(&a.superior.anonymous(), &root).await;
        let refused = Scene::refusal(&root, &reply).as_deref() == Some("UNAUTHENTICATED");
        expect("anonymous", refused && nothing(&root, &reply), &reply);

        let reply = scene.call(cast(a, &scene.newcomers[0], lacking), &root).await;
        let refused = Scene::refusal(&root, &reply).as_deref() == Some("FORBIDDEN");
        expect(lacking, refused && nothing(&root, &reply), &reply);

        let reply = scene.call(cast(b, &scene.newcomers[1], allowed), &root).await;
        let takes_ids =
            scene.model.slots(&root).iter().any(|s| s.kind == SlotKind::Id && !s.path.contains(&"where".into()));
        // Its unit may be left out and is here; invariant 2 gives it another tenant's.
        let takes_ids = takes_ids && root.name != "retirementForecast";
        expect("the other tenant's", !takes_ids || not_found(&root, &reply, &scene.model), &reply);
        let leaks = canaries.iter().find(|c| !asked.contains(&c.to_string()) && reply.text.contains(**c));
        expect(&format!("the other tenant's sees {leaks:?}"), leaks.is_none(), &reply);
    }
    assert!(faults.is_empty(), "{faults:#?}");
    let changed = difference(&before, &digest(&scene.world.server, a.id).await);
    assert!(changed.is_empty(), "the refused changed something: {changed:#?}");

    for Right { root, allowed, .. } in RIGHTS {
        let root = scene.model.root(root);
        let reply = scene.call(cast(a, &scene.newcomers[0], allowed), &root).await;
        let value = &reply.body["data"][&root.name];
        let good = match Scene::refusal(&root, &reply).as_deref() {
            None => {
                !value.is_null()
                    && value["userErrors"].as_array().is_none_or(|e| e.iter().all(|e| e["code"] != "FORBIDDEN"))
            }
            // The world may hold no object to name.
            Some("NOT_FOUND") => lacks_object(&scene, &root),
            Some(_) => false,
        };
        if !good {
            faults.push(format!("{} as {allowed}: {}", root.name, reply.text));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

/// Whether the answer shows no data of the root field.
fn nothing(root: &Root, reply: &Reply) -> bool {
    reply.body["data"].is_null() || reply.body["data"][&root.name].is_null()
}

/// Whether an answer is that of ids that nobody has.
fn not_found(root: &Root, reply: &Reply, model: &Model) -> bool {
    let value = &reply.body["data"][&root.name];
    match Scene::refusal(root, reply).as_deref() {
        Some("NOT_FOUND") => nothing(root, reply),
        Some(_) => false,
        None if root.kind == Kind::Query => {
            let optional = root.args.iter().all(|a| a["type"]["kind"] != "NON_NULL");
            value.is_null() || value.as_array().is_some_and(Vec::is_empty) || optional
        }
        None => {
            let unknown =
                value["userErrors"].as_array().is_some_and(|e| e.iter().any(|e| e["code"] == "UNKNOWN_REFERENCE"));
            // References that a mutation can do without were not given.
            let required = model.requires_id(root);
            unknown || !required
        }
    }
}

fn lacks_object(scene: &Scene, root: &Root) -> bool {
    // It names a plug-in by its key, and in the world none with a component is at work.
    if matches!(root.name.as_str(), "pluginScore" | "pluginScoreMany") {
        return true;
    }
    let types: Vec<String> = scene.model.slots(root).into_iter().flat_map(|s| s.types).collect();
    types.iter().any(|ty| scene.ours.one(ty).is_none())
}

/// The special ones: what they answer to nobody, to a stranger, and to somebody without rights.
#[tokio::test]
async fn inv_7_root_fields_without_a_right() {
    let scene = Scene::set().await;
    let (a, b) = (&scene.world.a, &scene.world.b);
    let nobody = a.superior.anonymous();
    let reply = nobody.gql("{ version __typename }", json!({})).await;
    assert_eq!(reply.body["data"]["__typename"], "Query");
    assert!(reply.body["data"]["version"].is_string(), "{}", reply.text);

    let id = a.id("village");
    let find = "query($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } viewer { name } }";
    let before = digest(&scene.world.server, a.id).await;
    let reply = nobody.gql(find, json!({ "id": id })).await;
    let codes: Vec<&Json> = reply.body["errors"].as_array().unwrap().iter().map(|e| &e["extensions"]["code"]).collect();
    assert_eq!(codes, ["UNAUTHENTICATED"; 3], "{}", reply.text);
    for actor in [&b.superior, &scene.newcomers[0], &a.neighbour] {
        let data = actor.ok(find, json!({ "id": id })).await;
        assert_eq!((&data["node"], &data["nodes"]), (&Json::Null, &json!([null])), "{}", actor.name);
        assert_eq!(data["viewer"]["name"], actor.name);
    }
    assert_eq!(difference(&before, &digest(&scene.world.server, a.id).await), Vec::<String>::new());
    let data = a.junior.ok(find, json!({ "id": id })).await;
    assert_eq!((&data["node"]["id"], &data["nodes"][0]["id"]), (&json!(id), &json!(id)));
}
