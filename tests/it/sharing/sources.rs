//! Seven systems fill the form, the form cannot be talked over, and a dispute goes to the owner.

use serde_json::{Value as Json, json};
use zugong::{http::app::HttpSettings, modules::exchange::envelope::verifies};
use zugong_tests::{
    Server, Tenant, World,
    agency::Agency,
    client::{codes, fields},
};

/// What each of the seven agencies' systems gives.
const SYSTEMS: [(&str, &str); 7] = [
    ("social-security", "pensionAccount"),
    ("medical", "medicalAccount"),
    ("housing-fund", "housingFundAccount"),
    ("office-affairs", "hasCommuterCar"),
    ("treasury", "bankAccount"),
    ("establishment", "establishmentNumber"),
    ("organisation", "archiveNumber"),
];

async fn seven() -> (World, Agency) {
    let values = json!({
        "pensionAccount": "330203911", "medicalAccount": "330203912", "housingFundAccount": "330203913",
        "hasCommuterCar": false, "bankAccount": "622202100000000009", "establishmentNumber": "编-7", "archiveNumber": "档-7",
        "phone": "13900000000", "nested": { "a": 1 }
    });
    let agency = Agency::start(values).await;
    let settings = HttpSettings { exchange_origins: vec![agency.url.clone()], ..HttpSettings::default() };
    let world = World::on(Server::with(settings).await).await;
    for (key, field) in SYSTEMS {
        register(&world.a, key, &agency.url, field).await;
    }
    (world, agency)
}

async fn register(a: &Tenant, key: &str, endpoint: &str, field: &str) {
    let input = json!({ "key": key, "title": format!("{key}系统"), "unit": a.id(&format!("agency:{key}")),
                        "endpoint": endpoint, "fields": [field] });
    a.superior.done("sourceSystemRegister", input, "sourceSystem { id }").await;
}

const FIELDS: &str =
    "query($cadre: ID!) { sharedFields(where: { cadre: { id: { eq: $cadre } }, field: { ne: \"seniority\" } }) {
    nodes { id field value claimed sourceTitle fetchedAt } } }";

#[tokio::test]
async fn h_06_seven_systems_fill_the_form_which_is_not_edited() {
    let (world, agency) = seven().await;
    let a = &world.a;
    let cadre = a.id("cadre:applicant");
    // One that the operator does not allow holds nobody up.
    let input = json!({ "key": "far", "title": "远", "unit": a.id("agency:medical"), "endpoint": "http://127.0.0.1:9", "fields": ["x"] });
    a.superior.done("sourceSystemRegister", input, "sourceSystem { id }").await;
    let asked = a.applicant.done("sharedDataFetch", json!({ "cadre": cadre }), "cadre { id } unavailable").await;
    assert_eq!((&asked["cadre"]["id"], &asked["unavailable"]), (&json!(cadre), &json!(["far"])));
    let known = a.applicant.ok(FIELDS, json!({ "cadre": cadre })).await["sharedFields"]["nodes"].clone();
    let known = known.as_array().unwrap();
    // Nothing but what each was registered for.
    let mut names: Vec<&str> = known.iter().map(|f| f["field"].as_str().unwrap()).collect();
    names.sort_unstable();
    let mut wanted: Vec<&str> = SYSTEMS.iter().map(|(_, field)| *field).collect();
    wanted.sort_unstable();
    assert_eq!(names, wanted);
    let medical = known.iter().find(|f| f["field"] == "medicalAccount").unwrap();
    assert_eq!((&medical["value"], &medical["sourceTitle"]), (&json!("330203912"), &json!("medical系统")));
    assert_eq!(medical["fetchedAt"], "2025-09-22T01:00:00.000000Z");
    // Every question is signed by the tenant's key.
    let own = a.superior.ok("{ exchangeIdentity { publicKey } }", json!({})).await;
    let own = own["exchangeIdentity"]["publicKey"].as_str().unwrap().to_string();
    let questions = agency.asked.lock().unwrap().clone();
    assert_eq!(questions.len(), 7);
    assert!(questions.iter().all(|(signature, body)| verifies(&own, body, signature)));

    // The form: left out it is filled in, another value is refused.
    let input = json!({ "matterKey": "retirement", "cadre": cadre, "documentNumber": "组退〔2025〕7号", "effectiveMonth": "2025-07" });
    let approval = a.superior.done("approvalCreate", input, "approval { id }").await["approval"]["id"].clone();
    let mut materials = vec![];
    for key in ["application", "id-card", "archive-birth", "bank-card"] {
        materials.push(json!({ "key": key, "attachment": a.superior.upload().await }));
    }
    let mut form = json!({ "idNumber": a.id("idNumber:applicant"), "phone": "13800000000", "address": "宁波市海曙区",
        "bankName": "中国工商银行", "commutingAllowance": true, "medicalAccount": "330203002" });
    let submit = |form: &Json| json!({ "approval": approval, "form": form, "materials": materials });
    let refused = a.superior.mutate("matterSubmit", submit(&form), "case { id }").await;
    assert_eq!((codes(&refused), fields(&refused)), (vec!["READ_ONLY_SOURCE"], vec!["input.form.medicalAccount"]));
    form.as_object_mut().unwrap().remove("medicalAccount");
    let case = a.superior.done("matterSubmit", submit(&form), "case { id form }").await["case"].clone();
    assert_eq!((&case["form"]["medicalAccount"], &case["form"]["phone"]), (&json!("330203912"), &json!("13800000000")));

    // What was known stays when the systems are out of order.
    agency.break_down();
    let again = a.applicant.done("sharedDataFetch", json!({ "cadre": cadre }), "unavailable").await;
    assert_eq!(again["unavailable"].as_array().unwrap().len(), 8);
    let still = a.applicant.ok(FIELDS, json!({ "cadre": cadre })).await;
    assert_eq!(still["sharedFields"]["nodes"].as_array().unwrap().len(), 7);
    // Nobody asks about people out of reach.
    let query = "mutation($input: SharedDataFetchInput!) { sharedDataFetch(input: $input) { unavailable } }";
    let reply = a.neighbour.gql(query, json!({ "input": { "cadre": cadre } })).await;
    assert_eq!(reply.code(), "NOT_FOUND");
}

#[tokio::test]
async fn h_06_a_dispute_shows_both_values_until_the_owner_has_answered() {
    let (world, _agency) = seven().await;
    let a = &world.a;
    let cadre = a.id("cadre:applicant");
    a.applicant.done("sharedDataFetch", json!({ "cadre": cadre }), "unavailable").await;
    let medical = async || {
        let known = a.applicant.ok(FIELDS, json!({ "cadre": cadre })).await["sharedFields"]["nodes"].clone();
        known.as_array().unwrap().iter().find(|f| f["field"] == "medicalAccount").unwrap().clone()
    };
    let field = medical().await["id"].clone();
    let claim = |value: &str, reason: &str| json!({ "sharedField": field, "claimed": value, "reason": reason });
    let same = a.applicant.mutate("sharedFieldDispute", claim("330203912", "有误"), "fieldDispute { id }").await;
    assert_eq!(codes(&same), ["INVALID_VALUE"]);
    // Two at once are one.
    let (one, two) = tokio::join!(
        a.applicant.mutate("sharedFieldDispute", claim("330203999", "账号已变更"), "fieldDispute { id }"),
        a.junior.mutate("sharedFieldDispute", claim("330203998", "账号已变更"), "fieldDispute { id }")
    );
    let mut answers = [codes(&one), codes(&two)];
    answers.sort();
    assert_eq!(answers, [vec![], vec!["ALREADY_EXISTS"]]);
    let opened = if codes(&one).is_empty() { one } else { two };
    let shown = medical().await;
    assert_eq!(shown["value"], "330203912");
    assert!(shown["claimed"].as_str().unwrap().starts_with("33020399"), "{shown}");

    // The task is the owning agency's and nobody else's.
    let tasks = "{ fieldDisputes(where: { state: { eq: OPEN } }) { nodes { id claimed sharedField { field } } } }";
    let mine = a.handlers["medical"].ok(tasks, json!({})).await["fieldDisputes"]["nodes"].clone();
    let mine: Vec<&Json> =
        mine.as_array().unwrap().iter().filter(|d| d["sharedField"]["field"] == "medicalAccount").collect();
    assert_eq!(mine.len(), 1);
    let answer = json!({ "id": opened["fieldDispute"]["id"], "corrected": "330203997", "reason": "经核实应予更正" });
    let query = "mutation($input: FieldDisputeAnswerInput!) { fieldDisputeAnswer(input: $input) { fieldDispute { id } userErrors { code } } }";
    assert_eq!(a.handlers["treasury"].gql(query, json!({ "input": answer })).await.code(), "NOT_FOUND");
    assert_eq!(a.applicant.gql(query, json!({ "input": answer })).await.code(), "FORBIDDEN");
    let done = a.handlers["medical"].done("fieldDisputeAnswer", answer.clone(), "fieldDispute { state answer }").await;
    assert_eq!(done["fieldDispute"]["state"], "CORRECTED");
    let shown = medical().await;
    assert_eq!((&shown["value"], &shown["claimed"]), (&json!("330203997"), &Json::Null));
    let again = a.handlers["medical"].mutate("fieldDisputeAnswer", answer, "fieldDispute { id }").await;
    assert_eq!(codes(&again), ["NOT_IN_STATE"]);
}

#[tokio::test]
async fn h_06_a_source_is_registered_with_all_faults_at_once() {
    let world = World::start().await;
    let a = &world.a;
    let wrong = json!({ "key": "A b", "title": "", "unit": world.b.id("root"), "endpoint": "ftp://x", "fields": [] });
    let refused = a.superior.mutate("sourceSystemRegister", wrong, "sourceSystem { id }").await;
    assert_eq!(fields(&refused), ["input.title", "input.key", "input.endpoint", "input.fields", "input.unit"]);
}
