//! What may stand in the inputs of commands, and how much of it.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use serde_json::{Value as Json, json};
use zugong_tests::{Probe, World};

use crate::{
    identity::auth,
    probe::{Filler, Kind, Model, Things, is_list, named},
};

/// What the server decides, whoever asks.
const FORBIDDEN: [&str; 36] = [
    "tenant",
    "tenantId",
    "tenantCode",
    "owner",
    "ownerId",
    "ownedBy",
    "status",
    "state",
    "level",
    "role",
    "roles",
    "permission",
    "permissions",
    "rights",
    "admin",
    "isAdmin",
    "isSuper",
    "superuser",
    "isSystem",
    "path",
    "version",
    "createdAt",
    "createdBy",
    "creator",
    "updatedAt",
    "updatedBy",
    "deletedAt",
    "revokedAt",
    "revokedBy",
    "publishedAt",
    "approvedAt",
    "approvedBy",
    "decidedBy",
    "passwordHash",
    "failedCount",
    "disabled",
];

/// Where such a word is what the command is about: the level of a post, of a node or of a document that somebody
/// describes, and the role that an administrator with the right to do so gives.
const MEANT: [(&str, &str); 10] = [
    ("AssignmentGrantInput", "role"),
    ("CadreCreateInput", "level"),
    ("EntryInput", "level"),
    ("ExchangePeerRegisterInput", "level"),
    ("MoveInput", "level"),
    ("PolicyDocumentPublishInput", "level"),
    ("PositionInput", "level"),
    ("ServiceAccountCreateInput", "roles"),
    ("ServiceRoleInput", "role"),
    ("TaskForceMemberInput", "role"),
];

/// The fields of every input object that a command leads to.
fn inputs(model: &Model) -> BTreeMap<String, Vec<String>> {
    let mut out = BTreeMap::new();
    let mutations = model.roots().into_iter().filter(|root| root.kind == Kind::Mutation);
    let mut left: Vec<String> = mutations.flat_map(|root| root.args).map(|a| named(&a["type"]).to_string()).collect();
    while let Some(ty) = left.pop() {
        let Some(fields) = model.inputs(&ty).filter(|_| !out.contains_key(&ty)) else { continue };
        left.extend(fields.iter().map(|field| named(&field["type"]).to_string()));
        out.insert(ty, fields.iter().map(|field| field["name"].as_str().unwrap().to_string()).collect());
    }
    out
}

/// Threat 15: no input of a command, however deep, has a field for what the server decides.
#[tokio::test]
async fn no_input_has_a_field_for_what_the_server_decides() {
    let world = World::start().await;
    let inputs = inputs(&Model::read(&world.a.superior).await);
    assert!(inputs.len() > 60, "{}", inputs.len());
    let mut found = BTreeSet::new();
    for (ty, fields) in &inputs {
        found.extend(fields.iter().filter(|f| FORBIDDEN.contains(&f.as_str())).map(|f| (ty.as_str(), f.as_str())));
    }
    assert_eq!(found, BTreeSet::from(MEANT), "on the left what the schema has, on the right what is meant");
}

/// Threat 15: what is not in an input is not passed over but refused, in every command and at every door, and whoever
/// tries has changed nothing.
#[tokio::test]
async fn a_field_that_an_input_does_not_have_is_refused() {
    let world = World::roomy().await;
    let me = &world.a.superior;
    let model = Model::read(me).await;
    let things = Things::of(&model, &world.a).await;
    let filler = Filler { model: &model, things: &things, mark: world.a.code.clone() };
    let probe = Probe::of(world.server.database_url(), world.a.id).await;
    let before = probe.count("audit").await;
    let mut tried = 0;
    for root in model.roots().iter().filter(|root| root.kind == Kind::Mutation) {
        let query = model.document(root, 0);
        let Some(input) = root.args.iter().find(|a| a["name"] == "input") else { continue };
        let fields = model.inputs(named(&input["type"])).unwrap();
        let forbidden = ["tenantId", "ownerId", "status", "isAdmin"];
        assert!(fields.iter().all(|field| !forbidden.contains(&field["name"].as_str().unwrap())), "{}", root.name);
        for name in forbidden {
            let mut variables = filler.variables(root, None);
            variables["input"][name] = json!(world.b.id);
            let reply = me.gql(&query, variables).await;
            assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{}.{name}: {}", root.name, reply.text);
            assert!(reply.body["data"].is_null(), "{}.{name}: {}", root.name, reply.text);
            tried += 1;
        }
    }
    assert!(tried > 200, "{tried}");
    assert_eq!(probe.count("audit").await, before, "nothing was carried out");
    for (path, body) in [
        ("login", json!({ "login": "x", "password": "y" })),
        ("refresh", json!({ "refreshToken": "zgr_x" })),
        ("logout", json!({ "refreshToken": "zgr_x" })),
        ("switch", json!({ "tenant": world.a.code })),
        ("token", json!({ "serviceKey": "zgk_x" })),
    ] {
        for name in ["tenantId", "role", "user", "exp"] {
            let mut body = body.clone();
            body[name] = json!(world.b.id);
            let reply = auth(&world.server, path, me.token.as_deref(), body).await;
            let code = reply.body["error"]["code"].as_str();
            assert_eq!((reply.status, code), (400, Some("BAD_USER_INPUT")), "{path} {name}: {}", reply.text);
        }
    }
}

/// Threat 8: twenty thousand characters and one more are too many for every text of every command, and nothing of them
/// comes back.
#[tokio::test]
async fn no_command_takes_a_text_of_more_than_twenty_thousand_characters() {
    let world = World::roomy().await;
    let me = &world.a.superior;
    let model = Model::read(me).await;
    let things = Things::of(&model, &world.a).await;
    let filler = Filler { model: &model, things: &things, mark: world.a.code.clone() };
    let long = "长".repeat(20_001);
    let mut asks = vec![];
    for root in model.roots().into_iter().filter(|root| root.kind == Kind::Mutation) {
        let query = model.document(&root, 0);
        for path in model.values(&root, &["String"]) {
            let variables = filler.variables(&root, Some((&path, &json!(long))));
            asks.push((root.name.clone(), path.join("."), query.clone(), variables));
        }
    }
    assert!(asks.len() > 150, "{}", asks.len());
    let mut wrong = vec![];
    for some in asks.chunks(8) {
        let replies = join_all(some.iter().map(|(_, _, query, variables)| me.gql(query, variables.clone()))).await;
        for ((name, path, ..), reply) in some.iter().zip(replies) {
            let refused = reply.body.get("errors").is_some() || reply.body["data"][name]["userErrors"] != json!([]);
            let clean = reply.status < 500 && reply.code() != "INTERNAL_SERVER_ERROR" && reply.text.len() < 4_096;
            if !refused || !clean {
                wrong.push(format!("{name} {path}: {}", reply.text.chars().take(300).collect::<String>()));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {}: {wrong:#?}", wrong.len(), asks.len());
    assert_eq!(me.gql("{ __typename }", json!({})).await.code(), "none");
}

/// The places of lists in the arguments of a command.
fn lists(model: &Model, fields: &[Json], path: &[String], out: &mut Vec<Vec<String>>) {
    for field in fields {
        let path = [path, &[field["name"].as_str().unwrap().to_string()]].concat();
        if let Some(inputs) = model.inputs(named(&field["type"])).filter(|_| path.len() < 5) {
            lists(model, inputs, &path, out);
        }
        if is_list(&field["type"]) {
            out.push(path);
        }
    }
}

/// Threat 8: a list of twenty thousand is refused wherever one may stand, before any of its values is looked at.
#[tokio::test]
async fn a_list_of_twenty_thousand_is_refused_wherever_a_list_may_stand() {
    let world = World::start().await;
    let model = Model::read(&world.a.superior).await;
    let things = Things::default();
    let filler = Filler { model: &model, things: &things, mark: world.a.code.clone() };
    let where_in = "query($v: [String!]) { units(first: 1, where: {code: {in: $v}}) { nodes { id } } }";
    let nodes = "query($v: [ID!]!) { nodes(ids: $v) { id } }";
    let orders = "query($v: [UnitOrder!]) { units(first: 1, orderBy: $v) { nodes { id } } }";
    let conditions = "query($v: [UnitWhere!]) { units(first: 1, where: {or: $v}) { nodes { id } } }";
    let mut asks: Vec<(String, Json)> = vec![
        (where_in.into(), json!({ "v": vec!["x"; 20_000] })),
        (nodes.into(), json!({ "v": vec!["x"; 20_000] })),
        (orders.into(), json!({ "v": vec![json!({}); 20_000] })),
        (conditions.into(), json!({ "v": vec![json!({}); 20_000] })),
    ];
    for root in model.roots().iter().filter(|root| root.kind == Kind::Mutation) {
        let mut places = vec![];
        lists(&model, &root.args, &[], &mut places);
        let values = json!(vec!["x"; 20_000]);
        let asked = places.iter().map(|path| filler.variables(root, Some((path, &values))));
        asks.extend(asked.map(|variables| (model.document(root, 0), variables)));
    }
    assert!(asks.len() > 20, "{}", asks.len());
    for (query, variables) in asks {
        let reply = world.a.superior.gql(&query, variables).await;
        let refused = ["BAD_USER_INPUT", "COST_LIMIT_EXCEEDED"].contains(&reply.code());
        assert!(refused && reply.text.len() < 4_096, "{query}: {}", reply.text.chars().take(300).collect::<String>());
        assert!(reply.body["data"].is_null(), "{query}: it was carried out");
    }
    assert_eq!(world.a.superior.gql("{ __typename }", json!({})).await.code(), "none");
}
