//! Rights inside one statement: rows by scope, fields by class, reading that leaves a trace.

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World};

const PERSONS: &str =
    "{ persons(first: 50, orderBy: [{field: NAME}]) { nodes { name idNumber phone idNumberMasked } } }";

#[tokio::test]
async fn a_field_beyond_ones_rights_is_null_with_an_error_that_names_it() {
    let world = World::start().await;
    let reply = world.a.junior.gql(PERSONS, json!({})).await;
    let nodes = reply.body["data"]["persons"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 2);
    assert!(nodes.iter().all(|n| n["name"].is_string()
        && n["idNumber"].is_null()
        && n["phone"].is_null()
        && n["idNumberMasked"].is_string()));
    let paths: Vec<&Json> = reply.body["errors"].as_array().unwrap().iter().map(|e| &e["path"]).collect();
    let at = |i: usize, field: &str| json!(["persons", "nodes", i, field]);
    assert_eq!(paths, [&at(0, "idNumber"), &at(0, "phone"), &at(1, "idNumber"), &at(1, "phone")]);
    assert_eq!(reply.code(), "FORBIDDEN");
    // Under an alias the path is the alias.
    let id = world.a.id("person:applicant");
    let reply = world
        .a
        .junior
        .gql("query($id: ID!) { p: node(id: $id) { ... on Person { secret: idNumber } } }", json!({ "id": id }))
        .await;
    assert_eq!(reply.body["errors"][0]["path"], json!(["p", "secret"]));
    assert_eq!(reply.body["data"]["p"], json!({ "secret": null }));
}

#[tokio::test]
async fn errors_of_a_page_are_at_most_ten() {
    let world = World::start().await;
    super::populate(&world).await;
    let above =
        world.a.newcomer(&world.server, "juniorAtTheTop", &[(entities::values::RoleName::Junior, "root")]).await;
    let reply = above.gql(PERSONS, json!({})).await;
    let nodes = reply.body["data"]["persons"]["nodes"].as_array().unwrap();
    assert!(nodes.len() == 11 && nodes.iter().all(|n| n["idNumber"].is_null() && n["phone"].is_null()));
    assert_eq!(reply.body["errors"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn whoever_may_sees_sensitive_fields_of_his_reach() {
    let world = World::start().await;
    let number = world.a.id("idNumber:applicant");
    for (actor, count) in [(&world.a.superior, 3), (&world.a.senior, 2), (&world.a.applicant, 1)] {
        let data = actor.ok(PERSONS, json!({})).await;
        let nodes = data["persons"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.len(), count, "{}", actor.name);
        assert_eq!(
            (&nodes[0]["name"], &nodes[0]["idNumber"]),
            (&json!("applicantA"), &json!(number)),
            "{}",
            actor.name
        );
    }
    // Two roles, one of which sees more: field by field, row by row.
    use entities::values::RoleName::{Junior, Senior};
    let both = world.a.newcomer(&world.server, "both", &[(Junior, "other-town"), (Senior, "village")]).await;
    let reply = both.gql(PERSONS, json!({})).await;
    let nodes = reply.body["data"]["persons"]["nodes"].as_array().unwrap();
    let seen: Vec<bool> = nodes.iter().map(|n| n["idNumber"].is_string()).collect();
    assert_eq!(seen, [true, true, false], "{}", reply.text);
    assert_eq!(reply.body["errors"][0]["path"], json!(["persons", "nodes", 2, "idNumber"]));
}

#[tokio::test]
async fn what_one_may_not_see_one_may_not_ask_about() {
    let world = World::start().await;
    let query = "query($where: PersonWhere) { persons(where: $where) { totalCount } }";
    let number = world.a.id("idNumber:stranger");
    let direct = json!({ "idNumber": { "eq": number } });
    for condition in
        [direct.clone(), json!({ "not": direct }), json!({ "or": [direct, { "phone": { "startsWith": "1" } }] })]
    {
        let reply = world.a.junior.gql(query, json!({ "where": condition })).await;
        assert_eq!(reply.code(), "FORBIDDEN", "{condition}: {}", reply.text);
    }
    let across = "query($where: CadreWhere) { cadres(where: $where) { totalCount } }";
    for condition in [json!({ "person": direct }), json!({ "underInvestigation": { "eq": false } })] {
        let reply = world.a.junior.gql(across, json!({ "where": condition })).await;
        assert_eq!(reply.code(), "FORBIDDEN", "{condition}: {}", reply.text);
    }
    assert_eq!(world.a.superior.ok(query, json!({ "where": direct })).await["persons"]["totalCount"], 1);
    assert_eq!(world.a.senior.ok(query, json!({ "where": direct })).await["persons"]["totalCount"], 0);
    assert_eq!(world.a.applicant.ok(query, json!({ "where": direct })).await["persons"]["totalCount"], 0);
    // Whoever sees some rows in full learns nothing of the others, not even by the opposite.
    use entities::values::RoleName::{Junior, Senior};
    let both = world.a.newcomer(&world.server, "both", &[(Junior, "other-town"), (Senior, "village")]).await;
    let asked =
        async |condition: Json| both.ok(query, json!({ "where": condition })).await["persons"]["totalCount"].clone();
    let wrong = json!({ "idNumber": { "eq": "330602199003070024" } });
    assert_eq!((asked(direct.clone()).await, asked(wrong.clone()).await), (json!(0), json!(0)));
    assert_eq!(asked(json!({ "not": direct })).await, asked(json!({ "not": wrong })).await);
}

async fn trace(audit: &Actor) -> Vec<Json> {
    let query = "{ auditRecords(first: 100, where: {action: {eq: \"readSensitive\"}}) { nodes { actorName detail requestId at } } }";
    audit.ok(query, json!({})).await["auditRecords"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn reading_sensitive_fields_leaves_a_trace() {
    let world = World::start().await;
    assert_eq!(trace(&world.a.audit).await, Vec::<Json>::new());
    world.a.junior.gql(PERSONS, json!({})).await;
    world.a.superior.ok("{ persons { nodes { name idNumberMasked } } }", json!({})).await;
    world
        .a
        .superior
        .ok("query($id: ID!) { person(id: $id) { idNumber } }", json!({ "id": world.b.id("person:applicant") }))
        .await;
    assert_eq!(trace(&world.a.audit).await, Vec::<Json>::new(), "nothing sensitive was read");

    let body = json!({ "query": "{ persons { nodes { id } nodes { number: idNumber cadres { nodes { underInvestigation } } } } }" });
    let reply = world.a.superior.send(body, &[("x-request-id", "who-reads")]).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let trace_a = trace(&world.a.audit).await;
    assert_eq!(trace_a.len(), 1, "{trace_a:?}");
    assert_eq!((&trace_a[0]["actorName"], &trace_a[0]["requestId"]), (&json!("superior"), &json!("who-reads")));
    assert_eq!(trace_a[0]["detail"], json!({ "fields": ["Person.idNumber", "Cadre.underInvestigation"] }));
    assert_eq!(trace(&world.b.audit).await, Vec::<Json>::new());
    // A change that shows the number is a reading too.
    let input = json!({ "id": world.a.id("person:applicant"), "expectedVersion": 1, "nativePlace": "浙江绍兴" });
    world.a.senior.done("personUpdate", input, "person { idNumber }").await;
    assert_eq!(trace(&world.a.audit).await.len(), 2);
}

#[tokio::test]
async fn a_denied_relation_is_null_and_a_denied_list_empty() {
    let world = World::start().await;
    let query = "{ cadres(first: 1) { nodes { state person { name } appointments { totalCount nodes { title } } } } }";
    let reply = world.a.leader.gql(query, json!({})).await;
    let cadre = &reply.body["data"]["cadres"]["nodes"][0];
    assert!(cadre["person"].is_null() && cadre["appointments"]["totalCount"] == 1, "{}", reply.text);
    assert_eq!(reply.body["errors"][0]["path"], json!(["cadres", "nodes", 0, "person"]));
    let reply = world.a.leader.gql("{ persons { totalCount } units(first: 1) { nodes { name } } }", json!({})).await;
    assert_eq!((reply.code(), &reply.body["data"]["persons"]), ("FORBIDDEN", &Json::Null));
    assert_eq!(
        reply.body["data"]["units"]["nodes"][0]["name"], "区A",
        "one refused root field leaves the others alone"
    );
}

#[tokio::test]
async fn a_handler_sees_the_people_of_his_cases_and_nobody_else() {
    let world = World::start().await;
    let a = &world.a;
    let handler = &a.handlers["medical"];
    let query = "query($id: ID!) { persons { totalCount nodes { name idNumber phone } } cadres { totalCount } node(id: $id) { id } cases { totalCount nodes { number form } } }";
    let before = handler.ok(query, json!({ "id": a.id("person:applicant") })).await;
    assert_eq!(
        (&before["persons"]["totalCount"], &before["cadres"]["totalCount"], &before["node"]),
        (&json!(0), &json!(0), &Json::Null)
    );
    a.open_case("applicant", "2025-07").await;
    let reply = handler.gql(query, json!({ "id": a.id("person:applicant") })).await;
    let data = &reply.body["data"];
    assert_eq!(
        data["persons"],
        json!({ "totalCount": 1, "nodes": [{ "name": "applicantA", "idNumber": null, "phone": null }] })
    );
    assert_eq!((&data["cadres"]["totalCount"], &data["node"]["id"]), (&json!(1), &json!(a.id("person:applicant"))));
    // The whole form is not an agency's, only its part of it is.
    assert!(data["cases"]["totalCount"] == 1 && data["cases"]["nodes"][0]["form"].is_null(), "{}", reply.text);
    let paths: Vec<String> = reply.body["errors"].as_array().unwrap().iter().map(|e| e["path"].to_string()).collect();
    assert_eq!(paths.len(), 3, "{paths:?}");
    let other = handler
        .ok(
            query.replace(" idNumber phone", "").replace(" form", "").as_str(),
            json!({ "id": a.id("person:colleague") }),
        )
        .await;
    assert!(other["node"].is_null());
    assert_eq!(
        world.b.handlers["medical"].ok("{ persons { totalCount } }", json!({})).await["persons"]["totalCount"],
        0
    );
}
