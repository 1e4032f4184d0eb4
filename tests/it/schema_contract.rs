//! What the project relies on in async-graphql's registry, which is no public contract of that library: types that
//! are written into it by hand are validated, introspected and printed like derived ones.

use std::sync::Arc;

use async_graphql::{Request, Response};
use serde_json::{Value as Json, json};
use zugong::graph::{
    cursor::CursorKey,
    run::Engine,
    schema::{ValidOnly, Zugong, build},
};

fn schema() -> Zugong {
    let catalogue = zugong::modules::catalogue().unwrap();
    build(Engine::new(Arc::new(catalogue), CursorKey::random().unwrap()))
}

/// Whether a document passes the library's validation, which stops there.
async fn valid(schema: &Zugong, query: &str) -> Result<(), Response> {
    let mark = Arc::new(ValidOnly::default());
    let response = schema.execute(Request::new(query).data(mark.clone())).await;
    if mark.passed() { Ok(()) } else { Err(response) }
}

#[tokio::test]
async fn documents_over_injected_types_are_validated() {
    let schema = schema();
    for good in [
        "{ units(first: 1, where: {name: {eq: \"x\"}}, orderBy: [{field: NAME}]) { nodes { id parent { name } } } }",
        "{ node(id: \"x\") { id __typename ... on Unit { name children(last: 1) { totalCount } } ... on Node { id } } }",
        "query($w: UnitWhere, $o: [UnitOrder!]) { units(where: $w, orderBy: $o) { edges { cursor node { id } } } }",
        "{ units { pageInfo { ...P } } } fragment P on PageInfo { hasNextPage }",
        "{ cadreAggregate(groupBy: [KIND], having: {count: {gt: 1}}) { groups { key { kind } count } } }",
        "{ units(orderBy: {field: NAME}) { totalCount } }",
    ] {
        assert!(valid(&schema, good).await.is_ok(), "{good}: {:?}", valid(&schema, good).await.err().map(|r| r.errors));
    }
    for bad in [
        "{ units { nothing } }",
        "{ units { nodes } }",
        "{ units(nothing: 1) { totalCount } }",
        "{ units(first: \"x\") { totalCount } }",
        "{ units(where: {nothing: {eq: 1}}) { totalCount } }",
        "{ units(where: {name: {eq: 1}}) { totalCount } }",
        "{ units(orderBy: [{field: NONE_SUCH}]) { totalCount } }",
        "{ units(orderBy: [{}]) { totalCount } }",
        "{ unit { id } }",
        "{ node(id: \"x\") { name } }",
        "{ node(id: \"x\") { ... on PageInfo { hasNextPage } } }",
        "{ unit(id: \"x\") { name: code name } }",
        "query($unused: Int) { units { totalCount } }",
        "{ units { ...None } }",
        "{ units { totalCount @nothing } }",
    ] {
        assert!(valid(&schema, bad).await.is_err(), "{bad}");
    }
}

#[tokio::test]
async fn injected_types_are_introspected() {
    let query = "{ unit: __type(name: \"Unit\") { kind interfaces { name } fields { name type { kind name ofType { name } } } } \
        node: __type(name: \"Node\") { kind possibleTypes { name } } order: __type(name: \"UnitOrder\") { inputFields { name defaultValue } } \
        day: __type(name: \"Date\") { kind specifiedByURL } state: __type(name: \"CadreState\") { enumValues { name } } \
        query: __type(name: \"Query\") { fields { name } } }";
    let response = schema().execute(query).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    let data = response.data.into_json().unwrap();
    let names = |list: &Json| -> Vec<String> {
        list.as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap().to_string()).collect()
    };
    assert_eq!((&data["unit"]["kind"], &data["unit"]["interfaces"]), (&json!("OBJECT"), &json!([{ "name": "Node" }])));
    let field = |name: &str| data["unit"]["fields"].as_array().unwrap().iter().find(|f| f["name"] == name).unwrap();
    assert_eq!(field("name")["type"], json!({ "kind": "NON_NULL", "name": null, "ofType": { "name": "String" } }));
    assert_eq!(field("parent")["type"], json!({ "kind": "OBJECT", "name": "Unit", "ofType": null }));
    assert_eq!(data["node"]["kind"], "INTERFACE");
    assert!(names(&data["node"]["possibleTypes"]).contains(&"CaseItem".to_string()));
    assert_eq!(data["order"]["inputFields"][1], json!({ "name": "direction", "defaultValue": "ASC" }));
    assert!(data["day"]["specifiedByURL"].is_string());
    assert!(names(&data["state"]["enumValues"]).len() > 1);
    // Both kinds of root field are fields of one `Query`.
    let roots = names(&data["query"]["fields"]);
    assert!(
        ["units", "unit", "unitAggregate", "node", "version", "viewer"].iter().all(|r| roots.contains(&r.to_string()))
    );
}

/// What is printed can be read again and says the same.
#[tokio::test]
async fn injected_types_are_printed() {
    let sdl = schema().sdl();
    let document = async_graphql::parser::parse_schema(&sdl).unwrap();
    assert!(document.definitions.len() > 200);
    for line in [
        "type Unit implements Node {",
        "interface Node {",
        "input UnitWhere {",
        "scalar Date\n",
        "enum UnitOrderField {",
    ] {
        assert!(sdl.contains(line), "{line}");
    }
}

/// A payload's object is of the same type that the catalogue declares.
#[tokio::test]
async fn payloads_lead_to_injected_types() {
    let schema = schema();
    let query =
        |below: &str| format!("mutation($i: UnitCloseInput!) {{ unitClose(input: $i) {{ unit {{ {below} }} }} }}");
    for (below, good) in
        [("name children(first: 1) { nodes { id } }", true), ("nothing", false), ("name { id }", false)]
    {
        assert_eq!(valid(&schema, &query(below)).await.is_ok(), good, "{below}");
    }
}
