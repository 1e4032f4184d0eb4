//! Who may do what where: scopes, grants, and how soon a change of rights holds.

mod changes;
mod explain;
mod grants;
mod scope;

use serde_json::{Value as Json, json};
use zugong_tests::Actor;

/// The names of the units an actor can list, in the order of the tree.
async fn units(actor: &Actor) -> Vec<String> {
    let data = actor.ok("{ units(first: 100) { nodes { name } } }", json!({})).await;
    data["units"]["nodes"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap().to_string()).collect()
}

/// The names of the people an actor can list.
async fn people(actor: &Actor) -> Vec<String> {
    let data = actor.ok("{ persons(first: 100, orderBy: [{field: NAME}]) { nodes { name } } }", json!({})).await;
    data["persons"]["nodes"].as_array().unwrap().iter().map(|n| n["name"].as_str().unwrap().to_string()).collect()
}

/// Gives somebody a role, and the assignment's id.
async fn grant(by: &Actor, to: &Actor, role: &str, unit: &str) -> Json {
    let input = json!({ "user": to.user, "role": role, "unit": unit });
    by.mutate("assignmentGrant", input, "roleAssignment { id }").await
}

/// The only assignment of an actor.
pub(crate) async fn assignment(by: &Actor, of: &Actor) -> String {
    let query =
        "query($id: ID!) { user(id: $id) { assignments(where: {revokedAt: {isNull: true}}) { nodes { id } } } }";
    let data = by.ok(query, json!({ "id": of.user })).await;
    data["user"]["assignments"]["nodes"][0]["id"].as_str().unwrap().to_string()
}
