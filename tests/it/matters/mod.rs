//! The one thing: from an approval to a person's retirement, over seven agencies (H-01 to H-06, D-06).

mod agency;
mod base;
mod base_refusals;
mod course;
mod flow;
mod inbox;
mod publishing;
mod refusal;
mod statistics;

use entities::{
    cadre, case_step,
    values::{CadreState, CaseAction},
};
use sea_orm::ColumnTrait;
use serde_json::{Value as Json, json};
use zugong::kernel::{id::parse, session::Reason};
use zugong_tests::{Actor, Tenant, World, client::codes, world::AGENCIES};

const PDF: &[u8] = b"%PDF-1.7\nzugong\n%%EOF";
const ITEMS: &str = "case { id number state version itemsDone itemsTotal lamp dueOn workedDays offlineSteps \
    items { nodes { id key state version dueOn lamp } } }";

pub async fn approve(tenant: &Tenant, who: &str, month: &str) -> Json {
    let input = json!({
        "matterKey": "retirement", "cadre": tenant.id(&format!("cadre:{who}")),
        "documentNumber": format!("海组退〔2025〕{who}"), "effectiveMonth": month
    });
    tenant.superior.done("approvalCreate", input, "approval { id version }").await["approval"].clone()
}

async fn upload(actor: &Actor) -> String {
    let input = json!({ "name": "材料.pdf", "mediaType": "application/pdf", "size": PDF.len() });
    let made = actor.done("attachmentUploadTicket", input, "attachment { id } ticketPath").await;
    let url = format!("{}{}", actor.url, made["ticketPath"].as_str().unwrap());
    let put = || actor.http.put(&url).header("content-type", "application/pdf").body(PDF).send();
    assert_eq!(put().await.unwrap().status(), 200);
    assert_eq!(put().await.unwrap().status(), 404, "a ticket is used once");
    made["attachment"]["id"].as_str().unwrap().to_string()
}

fn form(tenant: &Tenant, who: &str) -> Json {
    json!({
        "idNumber": tenant.id(&format!("idNumber:{who}")), "phone": "13800000000", "address": "宁波市海曙区",
        "bankName": "中国工商银行", "bankAccount": "622202100000000001", "pensionAccount": "330203001",
        "medicalAccount": "330203002", "housingFundAccount": "330203003", "hasCommuterCar": false,
        "commutingAllowance": true
    })
}

async fn materials(actor: &Actor) -> Json {
    let mut given = vec![];
    for key in ["application", "id-card", "archive-birth", "bank-card"] {
        given.push(json!({ "key": key, "attachment": upload(actor).await }));
    }
    Json::Array(given)
}

pub async fn submit(tenant: &Tenant, actor: &Actor, who: &str, approval: &Json) -> Json {
    let input = json!({ "approval": approval["id"], "form": form(tenant, who), "materials": materials(actor).await });
    actor.done("matterSubmit", input, ITEMS).await["case"].clone()
}

pub fn item(case: &Json, key: &str) -> Json {
    case["items"]["nodes"].as_array().unwrap().iter().find(|i| i["key"] == key).unwrap().clone()
}

/// State and first day of a cadre, and how often a retirement took effect, as the tables have it: a token does not
/// outlive its signing key, and these tests move the clock by months.
async fn register(world: &World, who: &str) -> (CadreState, String, u64) {
    let tx = world.server.platform.system(Reason::Doctor).begin(Some(world.a.id)).await.unwrap();
    let (_, id) = parse(world.a.id(&format!("cadre:{who}"))).unwrap();
    let cadre = tx.parts::<cadre::Entity>().id(id).required().await.unwrap();
    let effects = tx.parts::<case_step::Entity>().filter(case_step::Column::Action.eq(CaseAction::Effect));
    let effects = effects.count().await.unwrap();
    tx.rollback().await.unwrap();
    (cadre.state, cadre.state_since.to_string(), effects)
}

const ITEM: &str = "caseItem { id state version lamp remaining pausedOn }";

async fn act(actor: &Actor, field: &str, item: &Json, more: Json) -> Json {
    let mut input = json!({ "id": item["id"], "expectedVersion": item["version"] });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    actor.done(field, input, ITEM).await["caseItem"].clone()
}

async fn finish(actor: &Actor, item: &Json) -> Json {
    let accepted = act(actor, "caseItemAccept", item, json!({})).await;
    act(actor, "caseItemFinish", &accepted, json!({ "result": "已办理" })).await
}

async fn read(actor: &Actor, id: &Json) -> Json {
    let query = format!("query($id: ID!) {{ {} }}", ITEMS.replacen("case {", "case(id: $id) {", 1));
    actor.ok(&query, json!({ "id": id })).await["case"].clone()
}
