//! Anonymised figures that are given away (匿名数据集导出), K-anon: asked by one person, approved by another.

use serde_json::{Value as Json, json};
use zugong::kernel::{id::parse, session::Reason};
use zugong_tests::{Actor, World, client::codes};

use super::ledger::somebody;

const EXPORT: &str = "performanceExport { id version state smallest content decidedBy { name } }";

async fn decide(actor: &Actor, export: &Json, approved: bool, reason: Option<&str>) -> Json {
    let input =
        json!({ "id": export["id"], "expectedVersion": export["version"], "approved": approved, "reason": reason });
    actor.mutate("performanceExportDecide", input, EXPORT).await
}

#[tokio::test]
async fn k_anon_figures_are_given_away_by_two_people_without_small_groups() {
    let world = World::start().await;
    let a = &world.a;
    let tx = world.server.platform.system(Reason::Provision).begin(Some(a.id)).await.unwrap();
    for n in 0..60 {
        somebody(&tx, n, parse(a.id("root")).unwrap().1).await;
    }
    tx.commit().await.unwrap();
    let input = json!({ "year": 2025, "recipient": "省社科院", "purpose": "干部工作量研究" });
    let asked = a.superior.done("performanceExportRequest", input.clone(), EXPORT).await["performanceExport"].clone();
    assert_eq!((&asked["state"], &asked["content"]), (&json!("REQUESTED"), &Json::Null));
    // Who asked does not approve, nor does a program; a refusal wants a reason.
    assert_eq!(codes(&decide(&a.superior, &asked, true, None).await), ["SECOND_PERSON_REQUIRED"]);
    assert_eq!(codes(&decide(&a.service, &asked, true, None).await), ["HUMAN_DECISION_REQUIRED"]);
    assert_eq!(codes(&a.service.mutate("performanceExportRequest", input, EXPORT).await), ["HUMAN_DECISION_REQUIRED"]);
    assert_eq!(codes(&decide(&a.leader, &asked, false, None).await), ["REASON_MISSING"]);
    let given = decide(&a.leader, &asked, true, None).await["performanceExport"].clone();
    assert_eq!((&given["state"], &given["smallest"]), (&json!("APPROVED"), &json!(10)));
    assert_eq!(given["decidedBy"]["name"], "leader");
    let content = &given["content"];
    assert_eq!((&content["people"], &content["tasks"]), (&json!(61), &json!(0)));
    // Three women in each age band, twelve men or thirteen.
    for group in content["groups"].as_array().unwrap() {
        let wanted = if group["sex"] == "2" { Json::Null } else { group["people"].clone() };
        assert_eq!((&group["people"], group["people"].is_null()), (&wanted, group["tasks"].is_null()), "{group}");
        assert!(group["people"].as_i64().is_none_or(|n| n >= 10), "{group}");
    }
    // One in the town: the root is hidden with it, as the total would tell.
    let hidden: Vec<&Json> = content["units"].as_array().unwrap().iter().map(|unit| &unit["people"]).collect();
    assert_eq!(hidden, [&Json::Null, &Json::Null]);
    assert_eq!(content["loads"], json!([{ "load": "NONE", "people": 61, "tasks": 0 }]));
    assert!(!content.to_string().contains("干部"), "a name: {content}");
    assert_eq!(codes(&decide(&a.leader, &given, true, None).await), ["NOT_IN_STATE"]);
    // Only those over the whole tenant see it; every reading is recorded.
    let list = "{ performanceExports { nodes { content } } }";
    assert_eq!(a.senior.ok(list, json!({})).await["performanceExports"]["nodes"], json!([]));
    let count = async || {
        let query = "{ auditRecordAggregate(where: { action: { eq: \"readSensitive\" } }) \
            { groups { count } } }";
        a.audit.ok(query, json!({})).await["auditRecordAggregate"]["groups"][0]["count"].as_i64().unwrap_or(0)
    };
    let before = count().await;
    assert_eq!(a.superior.ok(list, json!({})).await["performanceExports"]["nodes"][0]["content"], *content);
    assert!(count().await > before, "the reading was not recorded");
}

#[tokio::test]
async fn k_anon_a_few_people_are_not_given_away_at_all() {
    let world = World::start().await;
    let a = &world.a;
    let ask = async |year: i32| {
        let input = json!({ "year": year, "recipient": "省社科院", "purpose": "研究" });
        a.superior.mutate("performanceExportRequest", input, EXPORT).await
    };
    let asked = ask(2025).await["performanceExport"].clone();
    assert_eq!(codes(&decide(&a.leader, &asked, true, None).await), ["TOO_FEW_PEOPLE"]);
    let refused = decide(&a.leader, &asked, false, Some("人数过少")).await["performanceExport"].clone();
    assert_eq!((&refused["state"], &refused["content"]), (&json!("REFUSED"), &Json::Null));
    assert_eq!(codes(&ask(2026).await), ["INVALID_VALUE"]);
}
