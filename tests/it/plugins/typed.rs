//! A plug-in's matter submitted with its form in typed fields: the same command as `matterSubmit`.

use serde_json::{Value as Json, json};
use zugong_tests::{Tenant, World, client::codes};

use super::{Files, approve, install};

const CHOSEN: &str = "bwly_apply { name kind birthDate } case { id number matter { key } }";

/// Submits, with or without an application form among the materials.
async fn submit(tenant: &Tenant, approval: &Json, form: Json, key: &str) -> Json {
    let materials = json!([{ "key": "application", "attachment": tenant.superior.upload().await }]);
    let input = json!({ "approval": approval, "form": form, "materials": materials, "idempotencyKey": key });
    mutate(tenant, input).await
}

async fn mutate(tenant: &Tenant, input: Json) -> Json {
    let query = format!(
        "mutation($input: Bwly_ApplySubmitInput!) {{ made: bwly_applySubmit(input: $input) {{
            __typename {CHOSEN} refused: userErrors {{ __typename code field message }} userErrors {{ code }} }} }}"
    );
    tenant.superior.ok(&query, json!({ "input": input })).await["made"].clone()
}

#[tokio::test]
async fn a_typed_submission_is_the_generic_one_for_one_matter() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &Files::new("bwly")).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let young = json!({ "name": "王小明", "birthDate": "2010-05-01", "kind": "FIRST" });
    let refused = submit(tenant, &approval, young, "young").await;
    let told = json!([{ "__typename": "UserError", "code": "PLUGIN_RULE", "field": "input.form.birthDate",
        "message": "年龄须满18周岁（bwly.age）" }]);
    assert_eq!((&refused["refused"], &refused["case"]), (&told, &json!(null)), "{refused}");
    // What is not given and what is null are the same; all that is missing is told at once.
    let empty = mutate(tenant, json!({ "approval": approval, "form": { "reason": null } })).await;
    assert!(codes(&empty).len() >= 3 && codes(&empty).contains(&"REQUIRED"), "{empty}");

    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "SECOND", "reason": null });
    let materials = json!([{ "key": "application", "attachment": tenant.superior.upload().await }]);
    let input = json!({ "approval": approval, "form": form, "materials": materials, "idempotencyKey": "once" });
    let made = mutate(tenant, input.clone()).await;
    assert_eq!(made["refused"], json!([]), "{made}");
    assert_eq!(made["__typename"], "Bwly_ApplySubmitPayload");
    assert_eq!(made["bwly_apply"], json!({ "name": "王明", "kind": "SECOND", "birthDate": "1990-05-01" }));
    assert_eq!(made["case"]["matter"]["key"], "bwly.apply");
    assert_eq!(mutate(tenant, input.clone()).await["case"], made["case"], "the same key and input again");
    let mut other = input.clone();
    other["form"]["name"] = json!("王小明");
    let query = "mutation($input: Bwly_ApplySubmitInput!) { bwly_applySubmit(input: $input) { case { id } } }";
    let clash = tenant.superior.gql(query, json!({ "input": other })).await;
    assert_eq!(clash.code(), "IDEMPOTENCY_MISMATCH", "{}", clash.text);
    assert_eq!(clash.body["errors"][0]["path"], json!(["bwly_applySubmit"]));
    let stored = "query($id: ID!) { case(id: $id) { form } }";
    let stored = tenant.superior.ok(stored, json!({ "id": made["case"]["id"] })).await;
    assert_eq!(stored["case"]["form"], json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "SECOND" }));
    let audit = "{ auditRecords(where: { action: { eq: \"matterSubmit\" } }) { totalCount } }";
    assert_eq!(tenant.audit.ok(audit, json!({})).await["auditRecords"]["totalCount"], 1);
}

#[tokio::test]
async fn values_that_do_not_fit_are_not_carried_out_and_rights_are_those_of_the_command() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &Files::new("bwly")).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let with = |form: Json| json!({ "input": { "approval": approval, "form": form } });
    let query = "mutation($input: Bwly_ApplySubmitInput!) { bwly_applySubmit(input: $input) { case { id } userErrors { code } } }";
    for wrong in [json!({ "kind": "THIRD" }), json!({ "nme": "王明" }), json!("text"), json!({ "name": 5 })] {
        let reply = tenant.superior.gql(query, with(wrong.clone())).await;
        assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{wrong}: {}", reply.text);
    }
    let literal = "mutation { bwly_applySubmit(input: { form: { kind: THIRD } }) { case { id } } }";
    assert_eq!(tenant.superior.gql(literal, json!({})).await.code(), "GRAPHQL_VALIDATION_FAILED");
    let literal = "mutation { bwly_applySubmit(input: { form: { kind: FIRST } }) { case { id } userErrors { code } } }";
    let missing = tenant.superior.ok(literal, json!({})).await["bwly_applySubmit"].clone();
    assert_eq!(codes(&missing), ["APPROVAL_REQUIRED"]);
    // An approval of another matter is not this one's; the message says which it is.
    let retirement = json!({ "matterKey": "retirement", "cadre": tenant.id("cadre:applicant"),
        "documentNumber": "2", "effectiveMonth": "2025-07" });
    let retirement = tenant.superior.done("approvalCreate", retirement, "approval { id }").await;
    let variables = json!({ "input": { "approval": retirement["approval"]["id"], "form": {} } });
    let other = tenant.superior.ok(query, variables).await["bwly_applySubmit"].clone();
    assert_eq!(codes(&other), ["INVALID_VALUE"]);
    // Out of reach, without the right, without a name: as with the generic mutation.
    let far = tenant.neighbour.ok(query, with(json!({ "name": "王明" }))).await["bwly_applySubmit"].clone();
    assert_eq!(codes(&far), ["APPROVAL_REQUIRED"]);
    assert_eq!(tenant.audit.gql(query, with(json!({ "name": "王明" }))).await.code(), "FORBIDDEN");
    // To nobody in particular the mutation is a name that does not exist.
    let stranger = tenant.superior.anonymous().gql(query, with(json!({ "name": "王明" }))).await;
    assert_eq!(stranger.code(), "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn the_input_has_the_plug_ins_enumerations_and_every_word_is_explained() {
    let world = World::start().await;
    install(&world.a, &Files::new("bwly")).await;
    let query =
        "{ form: __type(name: \"Bwly_ApplyFormInput\") { description inputFields { name description type { name } } }
        input: __type(name: \"Bwly_ApplySubmitInput\") { description inputFields { name description } }
        payload: __type(name: \"Bwly_ApplySubmitPayload\") { description fields { name description } }
        __schema { mutationType { fields { name description args { name description } } } } }";
    let seen = world.a.superior.ok(query, json!({})).await;
    let fields = seen["form"]["inputFields"].as_array().unwrap();
    let of = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    assert_eq!((&of("kind")["type"]["name"], &of("birthDate")["type"]["name"]), (&json!("Bwly_Kind"), &json!("Date")));
    let all = [&seen["form"]["inputFields"], &seen["input"]["inputFields"], &seen["payload"]["fields"]];
    for field in all.iter().flat_map(|list| list.as_array().unwrap()) {
        assert!(field["description"].as_str().is_some_and(|text| !text.is_empty()), "{field}");
    }
    let mutations = seen["__schema"]["mutationType"]["fields"].as_array().unwrap();
    let typed = mutations.iter().find(|field| field["name"] == "bwly_applySubmit").unwrap();
    assert!(typed["description"].as_str().unwrap().contains("case:submit"), "{typed}");
}
