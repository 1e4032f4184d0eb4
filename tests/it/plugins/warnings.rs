//! What a plug-in only warns of: told before anything is done, taken with a reason, kept with it where the agencies read it.

use host::{Hook, guests::Guest};
use serde_json::{Value as Json, json};
use zugong_tests::{
    Tenant, World,
    client::{codes, fields},
};

use super::{Files, approve, code, install, own::grant};

/// The plug-in of `zugong plugin new` with two rules that only warn.
fn advising() -> Files {
    with_rules(Files::new("bwly"))
}

fn with_rules(files: Files) -> Files {
    let message = "message = \"年龄须满18周岁\"\n";
    let more = r#"
[[rule]]
on = "apply"
code = "senior"
path = "birthDate"
cel = "age(form.birthDate, today) < 60"
message = "已满60周岁，请核对"
level = "warn"

[[rule]]
on = "apply"
code = "wordless"
path = "reason"
cel = "form.kind != 'SECOND' || form.reason != null"
message = "第二类一般写明申请理由"
level = "warn"
"#;
    files.manifest(message, &format!("{message}{more}"))
}

fn form(birth: &str, kind: &str) -> Json {
    json!({ "name": "王明", "birthDate": birth, "kind": kind })
}

/// Submits, with or without a reason for not heeding warnings.
async fn submit(tenant: &Tenant, approval: &Json, form: Json, reason: Option<&str>) -> Json {
    let materials = json!([{ "key": "application", "attachment": tenant.superior.upload().await }]);
    let mut input = json!({ "approval": approval, "form": form, "materials": materials });
    if let Some(reason) = reason {
        input["warningReason"] = json!(reason);
    }
    tenant.superior.mutate("matterSubmit", input, "case { id }").await
}

/// What the organisation side reads of a case's warnings and steps.
async fn kept(tenant: &Tenant, case: &Json) -> Json {
    let query =
        "query($id: ID!) { case(id: $id) { warnings steps(first: 50) { nodes { action note item { key } } } } }";
    tenant.superior.ok(query, json!({ "id": case })).await["case"].clone()
}

/// The note of a step.
fn note<'a>(case: &'a Json, action: &str) -> &'a Json {
    &case["steps"]["nodes"].as_array().unwrap().iter().find(|step| step["action"] == action).unwrap()["note"]
}

/// What an agency reads of the warnings of its one item.
async fn seen(tenant: &Tenant, agency: &str) -> Json {
    let query = "{ caseItems { nodes { id key version warnings } } }";
    let items = tenant.handlers[agency].ok(query, json!({})).await["caseItems"]["nodes"].clone();
    assert_eq!(items.as_array().unwrap().len(), 1, "{items}");
    items[0].clone()
}

#[tokio::test]
async fn a_form_with_warnings_is_taken_with_a_reason_that_the_agencies_read() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &advising()).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let old = form("1960-05-01", "SECOND");

    let refused = submit(tenant, &approval, old.clone(), None).await;
    assert_eq!(codes(&refused), ["PLUGIN_WARNING"; 2], "{refused}");
    assert_eq!(fields(&refused), ["input.form.birthDate", "input.form.reason"]);
    let message = "已满60周岁，请核对（bwly.senior）。核对后确需提交的，用 warningReason 写明理由";
    assert_eq!((&refused["userErrors"][0]["message"], &refused["case"]), (&json!(message), &json!(null)));
    for (reason, code) in [("", "REQUIRED"), (" \n ", "REQUIRED"), ("长".repeat(501).as_str(), "INVALID_VALUE")] {
        let refused = submit(tenant, &approval, old.clone(), Some(reason)).await;
        assert_eq!((codes(&refused), fields(&refused)), (vec![code], vec!["input.warningReason"]), "{refused}");
    }
    // What is wrong is told alone, whatever reason there is to pass over warnings.
    for reason in [None, Some("情况属实")] {
        let young = submit(tenant, &approval, form("2010-05-01", "SECOND"), reason).await;
        assert_eq!(fields(&young), ["input.form.birthDate"], "{young}");
        assert_eq!(codes(&young), ["PLUGIN_RULE"]);
    }
    let none = tenant.superior.ok("{ bwly_applications { totalCount } }", json!({})).await;
    assert_eq!(none["bwly_applications"]["totalCount"], 0, "nothing was begun");

    let made = submit(tenant, &approval, old, Some("  返聘专家，已经会商  ")).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    let case = kept(tenant, &made["case"]["id"]).await;
    let one = &case["warnings"][0];
    assert_eq!(case["warnings"].as_array().unwrap().len(), 1, "{case}");
    assert_eq!((&one["reason"], &one["item"]), (&json!("返聘专家，已经会商"), &json!(null)));
    assert!(one["at"].as_str().unwrap().starts_with("2025-09-22T"), "{one}");
    let senior = json!({ "code": "bwly.senior", "path": "birthDate", "message": "已满60周岁，请核对" });
    let wordless = json!({ "code": "bwly.wordless", "path": "reason", "message": "第二类一般写明申请理由" });
    assert_eq!(one["warnings"], json!([senior, wordless]));
    assert_eq!(note(&case, "SUBMIT"), "返聘专家，已经会商");

    // H-03: an agency reads the warnings of the fields that it sees, and of the case nothing more than before.
    let mine = seen(tenant, "organisation").await["warnings"].clone();
    assert_eq!(mine, json!([{ "at": one["at"], "item": null, "reason": one["reason"], "warnings": [senior] }]));
    assert_eq!(seen(tenant, "treasury").await["warnings"], json!([]));
    let query = "query($id: ID!) { case(id: $id) { number warnings } }";
    let whole = tenant.handlers["organisation"].gql(query, json!({ "id": made["case"]["id"] })).await;
    assert_eq!((whole.code(), &whole.body["data"]["case"]["warnings"]), ("FORBIDDEN", &Json::Null), "{}", whole.text);
    let audit = "{ auditRecords(where: { action: { eq: \"matterSubmit\" } }) { nodes { detail } } }";
    let audit = tenant.audit.ok(audit, json!({})).await;
    assert_eq!(audit["auditRecords"]["nodes"][0]["detail"]["warnings"], json!(["bwly.senior", "bwly.wordless"]));
}

#[tokio::test]
async fn a_reason_is_part_of_the_input_and_one_without_warnings_is_not_kept() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &advising()).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let plain = submit(tenant, &approval, form("1990-05-01", "FIRST"), Some("没有提示")).await;
    assert_eq!(plain["userErrors"], json!([]), "{plain}");
    let case = kept(tenant, &plain["case"]["id"]).await;
    assert_eq!((&case["warnings"], note(&case, "SUBMIT")), (&json!([]), &json!(null)));

    // In typed fields it is the same; a refusal does not use the key up.
    let approval = approve(tenant, "bwly.apply", "colleague", "2").await;
    let materials = json!([{ "key": "application", "attachment": tenant.superior.upload().await }]);
    let mut input = json!({ "approval": approval, "form": form("1960-05-01", "FIRST"), "materials": materials,
        "idempotencyKey": "once" });
    let query = "mutation($input: Bwly_ApplySubmitInput!) { bwly_applySubmit(input: $input) {
        case { id warnings } userErrors { code field } } }";
    let send = async |input: &Json| tenant.superior.gql(query, json!({ "input": input })).await;
    let refused = send(&input).await.body["data"]["bwly_applySubmit"].clone();
    assert_eq!((codes(&refused), fields(&refused)), (vec!["PLUGIN_WARNING"], vec!["input.form.birthDate"]));
    input["warningReason"] = json!("情况属实");
    let made = send(&input).await.body["data"]["bwly_applySubmit"].clone();
    assert_eq!(made["case"]["warnings"][0]["reason"], "情况属实", "{made}");
    assert_eq!(send(&input).await.body["data"]["bwly_applySubmit"], made, "the same key and input again");
    input["warningReason"] = json!("另一理由");
    assert_eq!(send(&input).await.code(), "IDEMPOTENCY_MISMATCH");
}

/// H-03. What an agency asks for later goes the same way as the form did.
#[tokio::test]
async fn a_supplement_with_warnings_wants_a_reason_too() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &advising()).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let case = submit(tenant, &approval, form("1990-05-01", "SECOND"), Some("理由另附")).await["case"]["id"].clone();
    let item = seen(tenant, "organisation").await;
    assert_eq!(item["warnings"], json!([]), "the reason of the form is not for this agency");
    let input = json!({ "id": item["id"], "expectedVersion": item["version"], "reason": "出生日期有误", "fields": ["birthDate"] });
    let asking = &tenant.handlers["organisation"];
    let item = asking.done("caseItemRequestSupplement", input, "caseItem { id version }").await["caseItem"].clone();
    let supply = async |birth: &str, reason: Option<&str>| {
        let fields = json!({ "birthDate": birth });
        let mut input = json!({ "id": item["id"], "expectedVersion": item["version"], "fields": fields });
        if let Some(reason) = reason {
            input["warningReason"] = json!(reason);
        }
        tenant.superior.mutate("caseItemSupply", input, "caseItem { state }").await
    };
    let refused = supply("1960-05-01", None).await;
    // The form is judged as a whole, as it is after the change.
    assert_eq!(codes(&refused), ["PLUGIN_WARNING"; 2], "{refused}");
    assert_eq!(fields(&refused), ["input.fields.birthDate", "input.fields.reason"]);
    assert_eq!(codes(&supply("1960-05-01", Some(" ")).await), ["REQUIRED"]);
    assert_eq!(codes(&supply("2010-05-01", Some("情况属实")).await), ["PLUGIN_RULE"]);
    assert_eq!(kept(tenant, &case).await["warnings"].as_array().unwrap().len(), 1, "nothing was changed");

    let fine = supply("1960-05-01", Some("档案已核")).await;
    assert_eq!((&fine["userErrors"], &fine["caseItem"]["state"]), (&json!([]), &json!("PENDING")), "{fine}");
    let case = kept(tenant, &case).await;
    let reasons: Vec<_> = case["warnings"].as_array().unwrap().iter().map(|one| &one["reason"]).collect();
    assert_eq!(reasons, ["理由另附", "档案已核"]);
    // H-03: it speaks of a field that the item's agency does not see, and the step is the agency's to read.
    assert_eq!(note(&case, "SUPPLY"), &json!(null));
    let mine = seen(tenant, "organisation").await["warnings"].clone();
    assert_eq!((mine.as_array().unwrap().len(), &mine[0]["item"]), (1, &item["id"]), "{mine}");
    assert_eq!((&mine[0]["reason"], &mine[0]["warnings"][0]["code"]), (&json!("档案已核"), &json!("bwly.senior")));
}

/// H-03: the reason is the note of the step where the item's agency sees all that it is for.
#[tokio::test]
async fn an_agency_reads_the_reason_of_a_supplement_with_warnings_of_its_fields() {
    let world = World::start().await;
    let tenant = &world.a;
    install(tenant, &advising()).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let case = submit(tenant, &approval, form("1990-05-01", "FIRST"), None).await["case"]["id"].clone();
    let item = seen(tenant, "organisation").await;
    let input = json!({ "id": item["id"], "expectedVersion": item["version"], "reason": "出生日期有误", "fields": ["birthDate"] });
    let asking = &tenant.handlers["organisation"];
    let item = asking.done("caseItemRequestSupplement", input, "caseItem { id version }").await["caseItem"].clone();
    let input = json!({ "id": item["id"], "expectedVersion": item["version"],
        "fields": { "birthDate": "1960-05-01" }, "warningReason": "档案已核" });
    let fine = tenant.superior.mutate("caseItemSupply", input, "caseItem { state }").await;
    assert_eq!(fine["userErrors"], json!([]), "{fine}");
    assert_eq!(note(&kept(tenant, &case).await, "SUPPLY"), "档案已核");
}

/// Warns of the name, and refuses a form of more than 150 bytes besides.
const WARNS: &str = r#"
    (data (i32.const 1000) "name")
    (data (i32.const 1010) "quota")
    (data (i32.const 1020) "名额将满\n")
    (func $problem (param $at i32) (param $level i32)
      (i32.store (local.get $at) (i32.const 1000))
      (i32.store offset=4 (local.get $at) (i32.const 4))
      (i32.store offset=8 (local.get $at) (i32.const 1010))
      (i32.store offset=12 (local.get $at) (i32.const 5))
      (i32.store offset=16 (local.get $at) (i32.const 1020))
      (i32.store offset=20 (local.get $at) (i32.const 13))
      (i32.store8 offset=24 (local.get $at) (local.get $level)))
    (func (export "run") (param $in i32) (result i32)
      (call $problem (i32.const 64) (i32.const 1))
      (call $problem (i32.const 92) (i32.const 0))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24)
        (i32.add (i32.const 1) (i32.gt_u (i32.load offset=68 (local.get $in)) (i32.const 150))))
      (i32.const 16))
"#;

#[tokio::test]
async fn a_component_warns_as_a_rule_does() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = code::guest(Hook::Validate, WARNS);
    code::install(tenant, &code::with_code("\"validate\"", &bytes), &bytes).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let refused = submit(tenant, &approval, code::form("短"), None).await;
    assert_eq!((codes(&refused), fields(&refused)), (vec!["PLUGIN_WARNING"], vec!["input.form.name"]), "{refused}");
    let message = refused["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("名额将满（bwly.quota）。"), "{message}");
    let long = submit(tenant, &approval, code::form(&"因工作需要".repeat(20)), Some("情况属实")).await;
    assert_eq!(codes(&long), ["PLUGIN_RULE"], "{long}");
    let made = submit(tenant, &approval, code::form("短"), Some("情况属实")).await;
    assert_eq!(made["userErrors"], json!([]), "{made}");
    let said = json!({ "code": "bwly.quota", "path": "name", "message": "名额将满" });
    let case = kept(tenant, &made["case"]["id"]).await;
    assert_eq!(
        (&case["warnings"][0]["reason"], &case["warnings"][0]["warnings"]),
        (&json!("情况属实"), &json!([said]))
    );
    // Both agencies see the name.
    for agency in ["organisation", "treasury"] {
        assert_eq!(seen(tenant, agency).await["warnings"][0]["warnings"], json!([said]), "{agency}");
    }
}

const BEGIN: &str = r#"
[[mutation]]
key = "begin"
title = "代为申报"
type = "json"
args = [
  { key = "matter", title = "事项", type = "text", required = true },
  { key = "approval", title = "审批", type = "text", required = true },
  { key = "form", title = "表单", type = "json", required = true },
  { key = "materials", title = "材料", type = "json", required = true },
]

[capabilities]
effects = ["start-matter"]

[[rule]]"#;

/// Begins a case of a matter as its arguments say.
const BEGINS: &str = r#"
    (data (i32.const 1000) "null")
    (func (export "run") (param $in i32) (result i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 1000))
      (i32.store (i32.const 24) (i32.const 4))
      (i32.store (i32.const 28) (i32.const 64))
      (i32.store (i32.const 32) (i32.const 0))
      (i32.store (i32.const 36) (i32.const 100))
      (i32.store (i32.const 40) (i32.const 1))
      (i32.store8 (i32.const 100) (i32.const 3))
      (i32.store (i32.const 104) (i32.load offset=64 (local.get $in)))
      (i32.store (i32.const 108) (i32.load offset=68 (local.get $in)))
      (i32.const 16))
"#;

#[tokio::test]
async fn a_reason_for_a_mutation_goes_for_the_case_that_it_begins() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = Guest::of(Hook::Act, BEGINS).bytes().unwrap();
    let files = with_rules(code::with_code("\"act\"", &bytes).manifest("[[rule]]", BEGIN));
    let plugin = code::install(tenant, &files, &bytes).await;
    grant(tenant, &plugin, json!({ "effects": ["start-matter"] })).await;
    let approval = approve(tenant, "bwly.apply", "applicant", "1").await;
    let materials = json!([{ "key": "application", "attachment": tenant.superior.upload().await }]);
    let begin = async |reason: Json| {
        let input = json!({ "matter": "apply", "approval": approval, "form": form("1960-05-01", "FIRST"),
            "materials": materials, "warningReason": reason });
        let query = "mutation($i: Bwly_BeginInput!) { bwly_begin(input: $i) { userErrors { code field message } } }";
        let reply = tenant.superior.gql(query, json!({ "i": input })).await;
        assert!(reply.body["errors"].is_null(), "{}", reply.text);
        reply.body["data"]["bwly_begin"].clone()
    };
    let refused = begin(json!(null)).await;
    assert_eq!(codes(&refused), ["PLUGIN_WARNING"], "{refused}");
    assert_eq!(fields(&refused), ["effects.0.form.birthDate"]);
    let done = begin(json!("档案已核")).await;
    assert_eq!(done["userErrors"], json!([]), "{done}");
    let query = "{ cases { nodes { warnings } } }";
    let cases = tenant.superior.ok(query, json!({})).await["cases"]["nodes"].clone();
    assert_eq!((&cases[0]["warnings"][0]["reason"], &cases[1]), (&json!("档案已核"), &json!(null)), "{cases}");
}
