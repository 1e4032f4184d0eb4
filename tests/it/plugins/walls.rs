//! A plug-in is its own tenant's alone.

use serde_json::json;
use zugong_tests::{Reply, World, difference, digest};

use super::{Files, change, install};

/// What an answer says apart from what belongs to the request alone.
fn said(text: &str, names: [&str; 2]) -> String {
    let mut body: serde_json::Value = serde_json::from_str(text).unwrap();
    for error in body["errors"].as_array_mut().unwrap() {
        error["extensions"]["requestId"] = json!(null);
    }
    names.iter().fold(body.to_string(), |text, name| text.replace(name, "X"))
}

#[tokio::test]
async fn inv_13_another_tenant_is_answered_as_if_the_names_had_never_existed() {
    let world = World::start().await;
    let files = Files::new("bwly");
    let before = digest(&world.server, world.b.id).await;
    install(&world.a, &files).await;
    assert_eq!(difference(&before, &digest(&world.server, world.b.id).await), Vec::<String>::new());
    let never = |document: &str| document.replace("bwly", "nsuc").replace("Bwly", "Nsuc").replace("BWLY", "NSUC");
    let documents = [
        "{ bwly_applications { totalCount } }",
        "{ bwly_apply(id: \"cas_0\") { id } }",
        "{ __typename ... on Bwly_Apply { id } }",
        "query($w: Bwly_ApplyWhere) { cases { totalCount } }",
        "{ cadres(orderBy: [{ field: EXT_BWLY_KIND }]) { totalCount } }",
        "fragment f on Bwly_Apply { id } { cases { totalCount } }",
        "{ bwly_applyAggregate { groups { count } } }",
        "mutation { bwly_applySubmit(input: { form: { kind: FIRST } }) { case { id } } }",
        "mutation($i: Bwly_ApplySubmitInput!) { bwly_applySubmit(input: $i) { userErrors { code } } }",
        "query($f: Bwly_ApplyFormInput) { cases { totalCount } }",
    ];
    for document in documents {
        world.a.superior.gql(document, json!({})).await;
        for actor in [world.b.superior.clone(), world.b.superior.anonymous()] {
            let real = actor.gql(document, json!({})).await;
            let made_up = actor.gql(&never(document), json!({})).await;
            assert_eq!(real.status, made_up.status, "{document}");
            let said = |text: &str| {
                let text = said(text, ["bwly", "nsuc"]);
                ["Bwly", "Nsuc", "BWLY", "NSUC"].iter().fold(text, |text, name| text.replace(name, "X"))
            };
            assert_eq!(said(&real.text), said(&made_up.text), "{document}");
        }
    }
    // `ext` itself is not there either.
    assert_eq!(
        world.b.superior.gql("{ cadres { nodes { ext { __typename } } } }", json!({})).await.code(),
        "GRAPHQL_VALIDATION_FAILED"
    );
    // Valid in one tenant is not valid in another, whoever asked first.
    let document = "{ bwly_applications { totalCount } }";
    for _ in 0..2 {
        assert_eq!(world.a.superior.ok(document, json!({})).await["bwly_applications"]["totalCount"], 0);
        assert_eq!(world.b.superior.gql(document, json!({})).await.code(), "GRAPHQL_VALIDATION_FAILED");
    }
    let matters = world
        .b
        .superior
        .ok("{ matters(where: { key: { startsWith: \"bwly\" } }) { totalCount } plugins { totalCount } }", json!({}))
        .await;
    assert_eq!(matters, json!({ "matters": { "totalCount": 0 }, "plugins": { "totalCount": 0 } }));
}

#[tokio::test]
async fn introspection_and_sdl_show_what_the_asker_is_served_with() {
    let world = World::start().await;
    install(&world.a, &Files::new("bwly")).await;
    let query = "{ __type(name: \"Bwly_Apply\") { name description fields { name description } } }";
    let seen = world.a.superior.ok(query, json!({})).await;
    assert_eq!(seen["__type"]["name"], "Bwly_Apply");
    assert!(seen["__type"]["fields"].to_string().contains("出生日期"), "{seen}");
    assert_eq!(world.b.superior.ok(query, json!({})).await["__type"], json!(null));
    let sdl = async |token: Option<&str>| {
        let mut request = world.server.http.get(format!("{}/schema.graphql", world.server.url));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        Reply::of(request.send().await.unwrap()).await.text
    };
    let own = sdl(world.a.superior.token.as_deref()).await;
    assert!(own.contains("type Bwly_Apply") && own.contains("enum Bwly_Kind"));
    assert!(!sdl(world.b.superior.token.as_deref()).await.contains("Bwly"));
    assert!(!sdl(None).await.contains("Bwly"));
}

#[tokio::test]
async fn another_replica_learns_of_a_plug_in_and_of_its_end() {
    let world = World::start().await;
    let replica = world.server.replica().await;
    let there = world.a.superior.at(&replica.url);
    let document = "{ bwly_applications { totalCount } }";
    assert_eq!(there.gql(document, json!({})).await.code(), "GRAPHQL_VALIDATION_FAILED");
    let plugin = install(&world.a, &Files::new("bwly")).await;
    let becomes = async |wanted: &str| {
        for _ in 0..400 {
            if there.gql(document, json!({})).await.code() == wanted {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("the replica never came to {wanted}");
    };
    becomes("none").await;
    change(&world.a, "pluginDisable", &plugin).await;
    becomes("GRAPHQL_VALIDATION_FAILED").await;
}
