//! What agencies' systems call back: once for each call, however often it comes.

use serde_json::{Value as Json, json};
use zugong_tests::{
    Actor, World,
    client::{codes, fields},
};

fn item(case: &Json, key: &str) -> Json {
    case["items"]["nodes"].as_array().unwrap().iter().find(|i| i["key"] == key).unwrap()["id"].clone()
}

async fn call(by: &Actor, id: &str, item: &Json, action: &str, text: Option<&str>) -> Json {
    let input = json!({ "callbackNumber": id, "caseItem": item, "action": action, "text": text });
    by.mutate("caseItemCallback", input, "caseItem { id state version result }").await
}

#[tokio::test]
async fn h_03_the_same_call_twice_at_once_and_later_changes_nothing() {
    let world = World::start().await;
    let a = &world.a;
    let case = a.open_case("applicant", "2025-07").await;
    let (medical, system) = (item(&case, "medical"), &a.handlers["medical"]);
    let send = || call(system, "yb-2025-000001", &medical, "FINISH", Some("已转退休待遇"));
    let answers = futures::future::join_all((0..4).map(|_| send())).await;
    assert!(answers.iter().all(|answer| codes(answer).is_empty()), "{answers:?}");
    let later = send().await;
    assert_eq!((&later["caseItem"]["state"], &later["caseItem"]["result"]), (&json!("DONE"), &json!("已转退休待遇")));
    let steps = "query($id: ID!) { case(id: $id) { steps(first: 100) { nodes { action item { key } } } } }";
    let steps = a.superior.ok(steps, json!({ "id": case["id"] })).await["case"]["steps"]["nodes"].clone();
    let done = |action: &str| {
        steps.as_array().unwrap().iter().filter(|s| s["action"] == action && s["item"]["key"] == "medical").count()
    };
    assert_eq!((done("ACCEPT"), done("FINISH")), (1, 1));
    // Other words under the same id are another call.
    let query = "mutation($input: CaseItemCallbackInput!) { caseItemCallback(input: $input) { caseItem { id } userErrors { code } } }";
    let other = json!({ "callbackNumber": "yb-2025-000001", "caseItem": medical, "action": "FINISH", "text": "改口" });
    assert_eq!(system.gql(query, json!({ "input": other })).await.code(), "IDEMPOTENCY_MISMATCH");
}

#[tokio::test]
async fn h_03_a_refused_call_leaves_its_id_unused() {
    let world = World::start().await;
    let a = &world.a;
    let case = a.open_case("applicant", "2025-07").await;
    let (medical, system) = (item(&case, "medical"), &a.handlers["medical"]);
    let refused = call(system, "1", &medical, "FINISH", None).await;
    assert_eq!((codes(&refused), fields(&refused)), (vec!["REQUIRED"], vec!["input.text"]));
    assert_eq!(fields(&call(system, "", &medical, "ACCEPT", None).await), ["input.callbackNumber"]);
    let accepted = call(system, "1", &medical, "ACCEPT", None).await;
    assert_eq!(accepted["caseItem"]["state"], "ACCEPTED");
    let back = call(system, "2", &medical, "RETURN", Some("账号有误")).await;
    assert_eq!(back["caseItem"]["state"], "RETURNED");
    // Another agency's item is no item, and ids are each system's own.
    let query = "mutation($input: CaseItemCallbackInput!) { caseItemCallback(input: $input) { caseItem { id } userErrors { code } } }";
    let foreign = json!({ "callbackNumber": "3", "caseItem": medical, "action": "ACCEPT" });
    assert_eq!(a.handlers["treasury"].gql(query, json!({ "input": foreign })).await.code(), "NOT_FOUND");
    let own = call(&a.handlers["treasury"], "1", &item(&case, "treasury"), "ACCEPT", None).await;
    assert_eq!(own["caseItem"]["state"], "ACCEPTED");
}
