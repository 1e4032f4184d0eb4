//! Fields that plug-ins add to core types.

use serde_json::{Value as Json, json};
use zugong_tests::{Actor, World, client::codes};

use super::{Files, install};

fn files() -> Files {
    let more = "[[field]]\ntarget = \"Cadre\"\nkey = \"score\"\ntitle = \"测评分\"\ntype = \"integer\"\nindexed = true\n\n\
        [[field]]\ntarget = \"Cadre\"\nkey = \"visited\"\ntitle = \"走访日期\"\ntype = \"date\"\nindexed = true\n\n\
        [[field]]\ntarget = \"Cadre\"\nkey = \"note\"\ntitle = \"备注\"\ntype = \"text\"\nsensitive = true\n\n\
        [[field]]\ntarget = \"Unit\"\nkey = \"quota\"\ntitle = \"编外名额\"\ntype = \"integer\"\n\n[[matter]]";
    Files::new("bwly").manifest("[[matter]]", more)
}

async fn set(actor: &Actor, object: &str, values: Json) -> Json {
    let input = json!({ "object": object, "values": values });
    actor
        .mutate(
            "customFieldsSet",
            input,
            "cadre { ext { bwly_kind bwly_score bwly_visited } } unit { ext { bwly_quota } }",
        )
        .await
}

#[tokio::test]
async fn values_are_checked_kept_filtered_and_sorted() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &files()).await;
    let (first, second) = (tenant.id("cadre:applicant"), tenant.id("cadre:colleague"));
    let made =
        set(&tenant.superior, first, json!({ "bwly_kind": "FIRST", "bwly_score": 7, "bwly_visited": "2025-01-31" }))
            .await;
    assert_eq!(
        made["cadre"]["ext"],
        json!({ "bwly_kind": "FIRST", "bwly_score": 7, "bwly_visited": "2025-01-31" }),
        "{made}"
    );
    set(&tenant.superior, second, json!({ "bwly_score": 30 })).await;
    // What is not named stays, null takes away.
    set(&tenant.superior, first, json!({ "bwly_score": 8, "bwly_visited": null })).await;
    let unit = set(&tenant.superior, tenant.id("town"), json!({ "bwly_quota": 12 })).await;
    assert_eq!(unit["unit"]["ext"]["bwly_quota"], 12, "{unit}");

    let wrong = json!({ "bwly_kind": "THIRD", "bwly_score": 1.5, "bwly_visited": "2025-2-1", "bwly_other": 1, "bwly_quota": 1 });
    let mut refused =
        codes(&set(&tenant.superior, first, wrong).await).into_iter().map(String::from).collect::<Vec<_>>();
    refused.sort_unstable();
    assert_eq!(refused, ["INVALID_VALUE", "INVALID_VALUE", "INVALID_VALUE", "UNKNOWN_REFERENCE", "UNKNOWN_REFERENCE"]);

    let list = "query($where: CadreWhere, $order: [CadreOrder!]) { cadres(where: $where, orderBy: $order) { nodes { id ext { bwly_score bwly_kind bwly_visited } } } }";
    let ids = async |variables: Json| {
        let data = tenant.superior.ok(list, variables).await;
        data["cadres"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|n| n["id"].as_str().unwrap().to_string())
            .collect::<Vec<_>>()
    };
    let scored = |by: &str| json!({ "where": { "ext": { "bwly_score": { "gte": 0 } } }, "order": [{ "field": "EXT_BWLY_SCORE", "direction": by }] });
    assert_eq!(ids(scored("ASC")).await, [first, second]);
    assert_eq!(ids(scored("DESC")).await, [second, first]);
    assert_eq!(
        ids(json!({ "where": { "ext": { "bwly_kind": { "in": ["FIRST"] }, "bwly_visited": { "isNull": true } } } }))
            .await,
        [first]
    );
    assert_eq!(
        ids(json!({ "order": [{ "field": "EXT_BWLY_SCORE", "direction": "DESC" }] })).await[..2],
        [second.to_string(), first.to_string()]
    );
}

#[tokio::test]
async fn a_field_is_seen_and_set_with_the_rights_over_its_object() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &files()).await;
    let cadre = tenant.id("cadre:applicant");
    let done = set(&tenant.junior, cadre, json!({ "bwly_score": 3, "bwly_note": "个别谈话" })).await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
    for stranger in [&tenant.neighbour, &world.b.superior] {
        if std::ptr::eq(stranger, &world.b.superior) {
            install(&world.b, &files()).await;
        }
        assert_eq!(codes(&set(stranger, cadre, json!({ "bwly_score": 4 })).await), ["UNKNOWN_REFERENCE"]);
    }
    let query = "query($id: ID!) { cadre(id: $id) { ext { bwly_score bwly_note } } }";
    let senior = tenant.senior.ok(query, json!({ "id": cadre })).await;
    assert_eq!(senior["cadre"]["ext"], json!({ "bwly_score": 3, "bwly_note": "个别谈话" }));
    let junior = tenant.junior.gql(query, json!({ "id": cadre })).await;
    assert_eq!(
        (junior.code(), &junior.body["data"]["cadre"]["ext"]),
        ("FORBIDDEN", &json!({ "bwly_score": 3, "bwly_note": null }))
    );
    let neighbour = tenant.neighbour.ok(query, json!({ "id": cadre })).await;
    assert_eq!(neighbour["cadre"], json!(null));
    let applicant = tenant.applicant.gql(query, json!({ "id": cadre })).await;
    assert_eq!(applicant.body["data"]["cadre"]["ext"]["bwly_score"], 3);
    // What one may not see, one may not ask about; and every reading is recorded.
    let asked = tenant
        .junior
        .gql("{ cadres(where: { ext: { bwly_note: { isNull: false } } }) { totalCount } }", json!({}))
        .await;
    assert_eq!(
        asked.code(),
        "GRAPHQL_VALIDATION_FAILED",
        "a field without an index is not filtered by: {}",
        asked.text
    );
    let records = tenant
        .audit
        .ok("{ auditRecords(where: { action: { eq: \"readSensitive\" } }) { nodes { detail } } }", json!({}))
        .await;
    assert!(records.to_string().contains("CadreExt.bwly_note"), "{records}");
}

#[tokio::test]
async fn a_renamed_field_keeps_values_of_every_kind_and_others_stay() {
    let world = World::start().await;
    let tenant = &world.a;
    let declared = |name: &str, kind: &str| {
        format!("[[field]]\ntarget = \"Unit\"\nkey = \"{name}\"\ntitle = \"项目\"\ntype = \"{kind}\"\n\n")
    };
    let kinds = [("flag", "boolean"), ("share", "number"), ("words", "text"), ("count", "integer")];
    let before: String = kinds.iter().map(|(name, kind)| declared(name, kind)).collect();
    let after: String = kinds.iter().map(|(name, kind)| declared(&format!("{name}2"), kind)).collect();
    let renames = |from: &str, to: &str| {
        let pairs: Vec<String> =
            kinds.iter().map(|(name, _)| format!("\"Unit.{name}{from}\" = \"{name}{to}\"")).collect();
        format!("{{ rename = {{ {} }} }}", pairs.join(", "))
    };
    let migrate = format!("[[migrate]]\nfrom = \"1.0.0\"\nup = {}\ndown = {}\n\n", renames("", "2"), renames("2", ""));
    let first = Files::new("bwly").manifest("[[matter]]", &format!("{before}[[matter]]"));
    let later = Files::new("bwly").manifest("[[matter]]", &format!("{after}{migrate}[[matter]]"));
    let later = later.manifest("version = \"1.0.0\"", "version = \"1.1.0\"");
    install(tenant, &first).await;
    let values = json!({ "bwly_flag": true, "bwly_share": 0.5, "bwly_words": "a'b\"c", "bwly_count": 7 });
    let set = json!({ "object": tenant.id("town"), "values": values });
    tenant.superior.done("customFieldsSet", set, "unit { id }").await;
    let upgraded = tenant.superior.done("pluginUpgrade", later.input(), "plugin { id version }").await;
    let query = "query($id: ID!) { unit(id: $id) { ext { bwly_flag2 bwly_share2 bwly_words2 bwly_count2 } } }";
    let read = tenant.superior.ok(query, json!({ "id": tenant.id("town") })).await;
    let renamed = json!({ "bwly_flag2": true, "bwly_share2": 0.5, "bwly_words2": "a'b\"c", "bwly_count2": 7 });
    assert_eq!(read["unit"]["ext"], renamed);
    super::change(tenant, "pluginRollback", &upgraded["plugin"]).await;
    let query = "query($id: ID!) { unit(id: $id) { ext { bwly_flag bwly_share bwly_words bwly_count } } }";
    assert_eq!(tenant.superior.ok(query, json!({ "id": tenant.id("town") })).await["unit"]["ext"], values);
}
