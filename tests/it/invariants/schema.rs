//! What holds for everything in the schema.

use serde_json::{Value as Json, json};
use zugong_tests::World;

const INTROSPECTION: &str = "{ __schema { types { name kind description \
    fields { name description args { name description } } inputFields { name description } enumValues { name description } } } }";

async fn types(world: &World) -> Vec<Json> {
    let data = world.a.superior.ok(INTROSPECTION, json!({})).await;
    data["__schema"]["types"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_type_field_argument_and_value_is_documented() {
    let world = World::start().await;
    let mut bare = vec![];
    for ty in types(&world).await {
        let name = ty["name"].as_str().unwrap();
        // `ID` is the specification's own.
        if name.starts_with("__") || name == "ID" {
            continue;
        }
        let mut look = |what: String, thing: &Json| {
            if thing["description"].as_str().unwrap_or_default().trim().is_empty() {
                bare.push(what);
            }
        };
        look(name.to_string(), &ty);
        for part in ["fields", "inputFields", "enumValues"] {
            for thing in ty[part].as_array().into_iter().flatten() {
                let path = format!("{name}.{}", thing["name"].as_str().unwrap());
                look(path.clone(), thing);
                for argument in thing["args"].as_array().into_iter().flatten() {
                    look(format!("{path}({})", argument["name"].as_str().unwrap()), argument);
                }
            }
        }
    }
    assert!(bare.is_empty(), "without documentation: {bare:#?}");
}

#[tokio::test]
async fn names_follow_the_contract() {
    let world = World::start().await;
    let camel = |n: &str| {
        n.chars().next().is_some_and(|c| c.is_ascii_lowercase()) && n.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let pascal = |n: &str| {
        n.chars().next().is_some_and(|c| c.is_ascii_uppercase()) && n.chars().all(|c| c.is_ascii_alphanumeric())
    };
    let screaming = |n: &str| n.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
    for ty in types(&world).await {
        let name = ty["name"].as_str().unwrap();
        if name.starts_with("__") {
            continue;
        }
        assert!(pascal(name), "{name}");
        for (part, good) in
            [("fields", &camel as &dyn Fn(&str) -> bool), ("inputFields", &camel), ("enumValues", &screaming)]
        {
            for thing in ty[part].as_array().into_iter().flatten() {
                let thing = thing["name"].as_str().unwrap();
                assert!(good(thing), "{name}.{thing}");
            }
        }
    }
}

/// Mass assignment: nobody says in an input which tenant, owner or state a row has.
#[tokio::test]
async fn inputs_never_carry_what_the_server_decides() {
    let world = World::start().await;
    for ty in types(&world).await {
        let name = ty["name"].as_str().unwrap();
        if !name.ends_with("Input") {
            continue;
        }
        for field in ty["inputFields"].as_array().into_iter().flatten() {
            let field = field["name"].as_str().unwrap();
            for forbidden in ["tenant", "tenantId", "owner", "ownerId", "state", "createdAt", "updatedAt", "path"] {
                assert_ne!(field, forbidden, "{name}.{field}");
            }
            assert!(!field.ends_with("Id"), "{name}.{field}: references are named after the object");
        }
    }
}

/// Invariant 3: however deep the selection, a root field is one statement.
#[tokio::test]
async fn inv_3_a_root_field_is_one_statement() {
    let world = World::start().await;
    let id = world.a.id("cadre:applicant");
    let query = format!(
        "{{ a: cadres(first: 5) {{ totalCount nodes {{ id person {{ name idNumber }} unit {{ name parent {{ name }} }} \
           appointments(first: 3, orderBy: [{{field: STARTED_ON, direction: DESC}}]) {{ nodes {{ title unit {{ name }} }} pageInfo {{ hasNextPage }} }} }} }} \
           b: cadre(id: \"{id}\") {{ state person {{ name }} }} c: node(id: \"{id}\") {{ id ... on Cadre {{ rank }} }} }}"
    );
    let reply = world.a.service.gql(&query, json!({})).await;
    assert!(reply.body.get("errors").is_none(), "{}", reply.text);
    assert_eq!(reply.body["extensions"]["sql"]["count"], 3, "three root fields, three statements");
}
