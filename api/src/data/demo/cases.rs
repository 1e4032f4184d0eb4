//! Cases of other matters than retirement: an official of the demo opens them through the commands that everybody uses,
//! so that they are exactly what the platform makes of them.

use std::{collections::BTreeSet, sync::Arc};

use async_graphql::{InputType, Value};
use chrono::{Days, NaiveDate};
use entities::{
    CodeEnum, approval, attachment, blob, cadre, matter, matter_material, person,
    values::{AttachmentState, CadreState, MaterialPhase, MatterState, RoleName},
};
use sea_orm::{ColumnTrait, Order, Set};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{DemoTenant, Sketch};
use crate::{
    kernel::{
        command::{Command, execute},
        error::{ApiError, Code, Fault},
        id::publish,
        platform::Platform,
        session::{Reason, RequestInfo, Session},
        year_month::YearMonth,
    },
    modules::matters::commands::{ApprovalCreateInput, MatterSubmitInput},
};

/// People who are looked at for the one that a matter's rules let through.
const TRIED: usize = 120;

/// What the approval of somebody is decided on, as of a day.
type Facts = fn(NaiveDate, &cadre::Model) -> Json;

/// A matter with what its approval is decided on, and how many cases of it there are.
struct Wish {
    matter: &'static str,
    facts: Option<(&'static str, Facts)>,
    cases: usize,
}

const WISHES: [Wish; 6] = [
    Wish { matter: "rank-change", facts: Some(("position", promotion)), cases: 2 },
    Wish { matter: "transfer", facts: Some(("move", departure)), cases: 2 },
    Wish { matter: "resignation", facts: Some(("resignation", resignation)), cases: 1 },
    Wish { matter: "death", facts: Some(("death", death)), cases: 1 },
    Wish { matter: "bwly.recruit", facts: None, cases: 2 },
    Wish { matter: "xljk.support", facts: None, cases: 2 },
];

fn promotion(today: NaiveDate, cadre: &cadre::Model) -> Json {
    use entities::values::CivilServantRank as Rank;
    // From the second on, the rank before it in the list is the next above.
    let above = Rank::VALUES.iter().zip(Rank::VALUES.iter().skip(1));
    let now = cadre.rank.map(CodeEnum::as_str).unwrap_or_default();
    let next = above.into_iter().find(|(_, (rank, _))| *rank == now).map_or("CLERK_1", |((next, _), _)| *next);
    json!({ "rank": next, "rankSince": before(today, 3_600), "quota": { "pool": "COUNTY", "posts": 500 },
        "publicity": { "publishedOn": before(today, 40), "until": before(today, 20) } })
}

fn departure(_: NaiveDate, _: &cadre::Model) -> Json {
    json!({ "outside": "省发展和改革委员会", "title": "四级调研员" })
}

fn resignation(today: NaiveDate, _: &cadre::Model) -> Json {
    json!({ "appliedOn": before(today, 20), "isLeader": false, "reason": "个人原因" })
}

fn death(today: NaiveDate, _: &cadre::Model) -> Json {
    json!({ "diedOn": before(today, 0), "certificateNumber": "浙甬医死证〔示例〕1号" })
}

fn before(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_sub_days(Days::new(days)).unwrap_or(today)
}

/// Opens the cases of a tenant and tells how many there are. Where the calendar ends there are none.
pub async fn open(platform: &Arc<Platform>, sketch: &Sketch, tenant: &DemoTenant) -> Result<usize, ApiError> {
    let Some(official) = tenant.users.iter().find(|user| user.role == RoleName::Super) else { return Ok(0) };
    let request = RequestInfo { id: "demo".into(), ..RequestInfo::default() };
    let session = platform.session(tenant.id, official.id, None, request).await?;
    let mut people = serving(&session).await?.into_iter();
    let mut opened = 0;
    for wish in WISHES {
        let Some(matter) = offered(&session, wish.matter).await? else { continue };
        let mut left = wish.cases;
        for (cadre, person) in people.by_ref().take(TRIED) {
            if left == 0 {
                break;
            }
            let serial = opened + 1;
            let approval = approval_of(sketch, &wish, &session, &cadre, serial);
            let Some(approval) = carried(&session, parsed::<ApprovalCreateInput>(approval)?).await? else { continue };
            let input = json!({ "approval": publish("apr", approval), "form": form(&matter, &person, session.today()),
                "materials": materials(platform, &session, &matter).await? });
            if carried(&session, parsed::<MatterSubmitInput>(input)?).await?.is_some() {
                (opened, left) = (opened + 1, left - 1);
            }
        }
    }
    Ok(opened)
}

/// Cadres of whom nothing is under way, those longest in service first.
async fn serving(session: &Session) -> Result<Vec<(cadre::Model, person::Model)>, ApiError> {
    let tx = session.begin().await?;
    let busy: BTreeSet<Uuid> =
        tx.parts::<approval::Entity>().all().await?.into_iter().map(|approval| approval.cadre_id).collect();
    let cadres = tx
        .parts::<cadre::Entity>()
        .filter(cadre::Column::State.eq(CadreState::Serving))
        .filter(cadre::Column::UnderInvestigation.eq(false))
        .order_by(cadre::Column::StateSince, Order::Asc)
        .order_by(cadre::Column::Id, Order::Asc)
        .all()
        .await?;
    let mut out = vec![];
    for cadre in cadres.into_iter().filter(|cadre| !busy.contains(&cadre.id)).take(WISHES.len() * TRIED) {
        let person = tx.parts::<person::Entity>().id(cadre.person_id).required().await?;
        out.push((cadre, person));
    }
    tx.rollback().await?;
    Ok(out)
}

async fn offered(session: &Session, key: &str) -> Result<Option<matter::Model>, ApiError> {
    let tx = session.begin().await?;
    let rows = tx.parts::<matter::Entity>().filter(matter::Column::Key.eq(key));
    let found = rows.filter(matter::Column::State.eq(MatterState::Active)).one().await?;
    tx.rollback().await?;
    Ok(found)
}

fn approval_of(sketch: &Sketch, wish: &Wish, session: &Session, cadre: &cadre::Model, serial: usize) -> Json {
    let today = session.today();
    let mut input = json!({
        "matterKey": wish.matter, "cadre": publish("cad", cadre.id),
        "documentNumber": format!("{}组〔{}〕示例{serial}号", sketch.document_prefix, today.format("%Y")),
        "effectiveMonth": YearMonth::of(today).to_string(),
    });
    if let Some((name, facts)) = wish.facts {
        input[name] = facts(today, cadre);
    }
    input
}

/// What a form asks for and neither register nor approval knows.
fn form(matter: &matter::Model, person: &person::Model, today: NaiveDate) -> Json {
    let known = json!({
        "idNumber": person.id_number, "phone": "13800000000", "contactName": "王芳", "contactPhone": "13900000000",
        "contactRelation": "配偶", "bankName": "中国工商银行", "bankAccount": "622202100000000001",
        "pensionAccount": "330200001", "medicalAccount": "330200002", "housingFundAccount": "330200003",
        "isPartyMember": false, "commutingAllowance": true, "archiveTo": "市人才服务中心",
        // 编外录用
        "birthDate": "1996-05-01", "education": "BACHELOR", "post": "窗口综合岗", "postCount": 3,
        "contractType": "LABOUR_CONTRACT", "startDate": today, "months": 36, "monthlySalary": 6800,
        // 心理健康管理
        "concern": "PRESSURE", "since": before(today, 30), "channel": "INTERVIEW", "sleep": 3, "mood": 3, "focus": 3,
        "consent": true,
    });
    let mut out = Map::new();
    for (name, field) in matter.form_schema["properties"].as_object().into_iter().flatten() {
        let filled_in = field.get("x-source").is_some() && name != "idNumber";
        match (known.get(name), name.as_str()) {
            _ if filled_in => {}
            (_, "name") => drop(out.insert(name.clone(), json!("王小明"))),
            (Some(value), _) => drop(out.insert(name.clone(), value.clone())),
            (None, _) => {}
        }
    }
    Json::Object(out)
}

/// The materials that must be given, each a page that the demo has already.
async fn materials(platform: &Arc<Platform>, session: &Session, matter: &matter::Model) -> Result<Json, ApiError> {
    let tx = platform.system(Reason::Provision).begin(Some(session.tenant().id)).await?;
    let asked = tx
        .parts::<matter_material::Entity>()
        .filter(matter_material::Column::MatterId.eq(matter.id))
        .filter(matter_material::Column::Phase.eq(MaterialPhase::Current))
        .filter(matter_material::Column::IsMandatory.eq(true))
        .all()
        .await?;
    let Some(page) = tx.parts::<blob::Entity>().one().await? else { return Ok(json!([])) };
    let mut given = vec![];
    for material in asked {
        let id = tx.new_id();
        tx.insert(attachment::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            name: Set(format!("{}.pdf", material.title)),
            media_type: Set("application/pdf".into()),
            size: Set(i64::try_from(page.bytes.len()).unwrap_or(i64::MAX)),
            sha256: Set(Some(page.sha256.clone())),
            owner_id: Set(session.user_id()),
            state: Set(AttachmentState::Stored),
            created_at: Set(tx.now()),
        })
        .await?;
        given.push(json!({ "key": material.key, "attachment": publish("att", id) }));
    }
    tx.commit().await?;
    Ok(Json::Array(given))
}

/// An input of a command from its JSON.
pub(super) fn parsed<T: InputType>(input: Json) -> Result<T, ApiError> {
    let value = Value::from_json(input).map_err(|_| ApiError::of(Code::InternalServerError))?;
    T::parse(Some(value)).map_err(|error| {
        tracing::error!(error = error.into_server_error(Default::default()).message, "the demo's input is not one");
        ApiError::of(Code::InternalServerError)
    })
}

/// What a command made; nothing where a rule refuses, as it refuses some people.
pub(super) async fn carried<C: Command<Output = Uuid>>(
    session: &Session,
    command: C,
) -> Result<Option<Uuid>, ApiError> {
    match execute(session, &command, None).await {
        Ok(id) => Ok(Some(id)),
        Err(Fault::Refused(errors)) => {
            tracing::debug!(?errors, command = C::NAME, "not for this one");
            Ok(None)
        }
        Err(Fault::Failed(error)) => Err(error),
    }
}
