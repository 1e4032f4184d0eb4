//! The changes of the register that all matters besides retirement bring, and how they are undone: what was there
//! is kept with the effect, and is put back as long as nothing newer stands in its place.

use chrono::NaiveDate;
use entities::{
    CodeEnum, appointment, approval, cadre, matter_case, person, personnel_effect,
    values::{ApprovalState, CadreState, CaseKind, CaseState, CivilServantRank, EffectKind},
};
use sea_orm::{ColumnTrait, Condition, Order, Set, sea_query::Expr};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    change::{Change, Ends, NewPost, unit_id},
    claim, set_detail, skip, stands_elsewhere,
};
use crate::kernel::{
    error::{ApiError, Code},
    tx::{Inner, plus_one},
};

/// States in which a person holds a place.
const IN_PLACE: [CadreState; 3] = [CadreState::Probation, CadreState::Serving, CadreState::Retiring];

/// What the register says of a cadre, as far as a change touches it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Standing {
    state: CadreState,
    state_since: NaiveDate,
    rank: Option<CivilServantRank>,
    unit: Uuid,
}

/// A post whose last day a change set, with what stood there.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ended {
    id: Uuid,
    ended_on: Option<NaiveDate>,
}

/// What an applied effect keeps for its reversal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    before: Standing,
    after: Standing,
    /// The unit that managed the person, where the change moved it.
    person_unit: Option<Uuid>,
    ended: Vec<Ended>,
    started: Option<Uuid>,
}

impl Standing {
    fn of(cadre: &cadre::Model) -> Self {
        Self { state: cadre.state, state_since: cadre.state_since, rank: cadre.rank, unit: cadre.unit_id }
    }
}

impl Kept {
    /// The standing with what the change altered put back; none where something newer has taken its place.
    fn restored(&self, now: &Standing) -> Option<Standing> {
        let (before, after) = (&self.before, &self.after);
        if now.state != after.state || now.state_since != after.state_since {
            return None;
        }
        let (rank, unit) = (before.rank != after.rank, before.unit != after.unit);
        if (rank && now.rank != after.rank) || (unit && now.unit != after.unit) {
            return None;
        }
        Some(Standing {
            state: before.state,
            state_since: before.state_since,
            rank: if rank { before.rank } else { now.rank },
            unit: if unit { before.unit } else { now.unit },
        })
    }
}

/// Writes what the finished case brings, and carries it out where its day has come.
pub(super) async fn complete(
    tx: &Inner,
    case: &matter_case::Model,
    change: &Change,
    today: NaiveDate,
) -> Result<(), ApiError> {
    let effect = add(tx, case, change.kind, change.effective_on).await?;
    if let Some(day) = change.returns_on {
        add(tx, case, EffectKind::ReturnFromSecondment, day).await?;
    }
    if today >= change.effective_on {
        apply(tx, &effect).await?;
    }
    Ok(())
}

/// Carries a due effect out once. Tells whether it was done.
pub(super) async fn apply(tx: &Inner, effect: &personnel_effect::Model) -> Result<bool, ApiError> {
    let case = tx.parts::<matter_case::Entity>().id(effect.case_id).required().await?;
    let approval = tx.parts::<approval::Entity>().id(case.approval_id).required().await?;
    let Some(change) = Change::of(&approval) else { return Ok(false) };
    if !claim(tx, effect.id).await? {
        return Ok(false);
    }
    if approval.state != ApprovalState::Active {
        return skip(tx, effect, json!(approval.state)).await;
    }
    let cadre = tx.parts::<cadre::Entity>().id(effect.cadre_id).lock().required().await?;
    if effect.kind == EffectKind::ReturnFromSecondment {
        // The post's last day has been in the register from the start; this is the notice of it.
        tx.touched("Cadre", cadre.id, json!({ "effect": effect.kind }));
        tx.emit("cadre.secondmentEnded", "Cadre", cadre.id, cadre.version, json!({})).await?;
        return Ok(true);
    }
    if !change.from.contains(&cadre.state) {
        // Something else came between; the effect is done with, and the register keeps what is true.
        return skip(tx, effect, json!(cadre.state)).await;
    }
    if change.kind == EffectKind::Enter && stands_elsewhere(tx, &cadre).await? {
        return skip(tx, effect, json!("standsElsewhere")).await;
    }
    let kept = carry_out(tx, &cadre, &change).await?;
    let mut detail = effect.detail.clone();
    detail["kept"] = json!(kept);
    set_detail(tx, effect.id, detail).await?;
    let shown = json!({ "effect": effect.kind, "state": kept.after.state, "rank": kept.after.rank });
    tx.touched("Cadre", cadre.id, shown);
    tx.emit("cadre.changed", "Cadre", cadre.id, cadre.version + 1, json!({ "effect": effect.kind.as_str() })).await?;
    Ok(true)
}

async fn carry_out(tx: &Inner, cadre: &cadre::Model, change: &Change) -> Result<Kept, ApiError> {
    let before = Standing::of(cadre);
    let unit = change.unit.as_deref().and_then(unit_id);
    let after = Standing {
        state: change.state.unwrap_or(cadre.state),
        state_since: change.state.map_or(cadre.state_since, |_| change.effective_on),
        rank: change.rank.or(cadre.rank),
        unit: unit.unwrap_or(cadre.unit_id),
    };
    let ended = match change.last_day {
        Some(day) => end_posts(tx, cadre.id, change.ends, day).await?,
        None => vec![],
    };
    let started = match &change.post {
        Some(post) => Some(start_post(tx, cadre.id, post, change.effective_on).await?),
        None => None,
    };
    let person_unit = match unit {
        Some(unit) => move_person(tx, cadre.person_id, unit).await?,
        None => None,
    };
    write(tx, cadre.id, &after).await?;
    Ok(Kept { before, after, person_unit, ended, started })
}

async fn write(tx: &Inner, cadre: Uuid, standing: &Standing) -> Result<(), ApiError> {
    tx.change::<cadre::Entity>()
        .id(cadre)
        .set(cadre::Column::State, Expr::value(standing.state))
        .set(cadre::Column::StateSince, Expr::value(standing.state_since))
        .set(cadre::Column::Rank, Expr::value(standing.rank))
        .set(cadre::Column::UnitId, Expr::value(standing.unit))
        .set(cadre::Column::Version, plus_one(cadre::Column::Version))
        .set(cadre::Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    Ok(())
}

/// Ends the posts that have not ended by a day, and tells which, with what stood there.
async fn end_posts(tx: &Inner, cadre: Uuid, ends: Ends, day: NaiveDate) -> Result<Vec<Ended>, ApiError> {
    if ends == Ends::None {
        return Ok(vec![]);
    }
    let mut open = tx
        .parts::<appointment::Entity>()
        .filter(appointment::Column::CadreId.eq(cadre))
        .filter(Condition::any().add(appointment::Column::EndedOn.is_null()).add(appointment::Column::EndedOn.gt(day)));
    if ends == Ends::Main {
        open = open.filter(appointment::Column::IsMain.eq(true));
    }
    let mut ended = vec![];
    for post in open.all().await? {
        set_end(tx, post.id, Some(day)).await?;
        ended.push(Ended { id: post.id, ended_on: post.ended_on });
    }
    Ok(ended)
}

async fn set_end(tx: &Inner, post: Uuid, day: Option<NaiveDate>) -> Result<(), ApiError> {
    tx.change::<appointment::Entity>()
        .id(post)
        .set(appointment::Column::EndedOn, Expr::value(day))
        .set(appointment::Column::Version, plus_one(appointment::Column::Version))
        .run()
        .await?;
    Ok(())
}

async fn start_post(tx: &Inner, cadre: Uuid, post: &NewPost, from: NaiveDate) -> Result<Uuid, ApiError> {
    let id = tx.new_id();
    tx.insert(appointment::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(id),
        cadre_id: Set(cadre),
        unit_id: Set(unit_id(&post.unit).ok_or(ApiError::of(Code::InternalServerError))?),
        title: Set(post.title.clone()),
        level: Set(post.level),
        is_main: Set(post.is_main),
        started_on: Set(from),
        ended_on: Set(post.ended_on),
        version: Set(1),
    })
    .await?;
    tx.touched("Appointment", id, json!({ "created": true }));
    Ok(id)
}

/// The unit that manages the person follows the one served; tells which it was, unless it is the same.
async fn move_person(tx: &Inner, id: Uuid, unit: Uuid) -> Result<Option<Uuid>, ApiError> {
    let person = tx.parts::<person::Entity>().id(id).lock().required().await?;
    if person.unit_id == unit {
        return Ok(None);
    }
    tx.change::<person::Entity>()
        .id(id)
        .set(person::Column::UnitId, Expr::value(unit))
        .set(person::Column::Version, plus_one(person::Column::Version))
        .set(person::Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    Ok(Some(person.unit_id))
}

/// Restores what the change altered, or keeps it from ever being carried out.
pub(super) async fn reverse(
    tx: &Inner,
    case: &matter_case::Model,
    change: &Change,
    today: NaiveDate,
) -> Result<(), ApiError> {
    let ordinary = tx
        .parts::<matter_case::Entity>()
        .filter(matter_case::Column::ApprovalId.eq(case.approval_id))
        .filter(matter_case::Column::Kind.eq(CaseKind::Ordinary))
        .filter(matter_case::Column::State.eq(CaseState::Done))
        .one()
        .await?;
    // The ordinary case never came as far as the register.
    let Some(ordinary) = ordinary else { return Ok(()) };
    let effects = tx
        .parts::<personnel_effect::Entity>()
        .filter(personnel_effect::Column::CaseId.eq(ordinary.id))
        .order_by(personnel_effect::Column::Id, Order::Asc)
        .lock()
        .all()
        .await?;
    for effect in effects {
        if claim(tx, effect.id).await? {
            skip(tx, &effect, json!("reversed")).await?;
        } else if effect.kind == change.kind && effect.detail.get("skipped").is_none() {
            restore(tx, case, &effect, today).await?;
        }
    }
    Ok(())
}

async fn restore(
    tx: &Inner,
    case: &matter_case::Model,
    effect: &personnel_effect::Model,
    today: NaiveDate,
) -> Result<(), ApiError> {
    let Ok(kept) = serde_json::from_value::<Kept>(effect.detail["kept"].clone()) else { return Ok(()) };
    let cadre = tx.parts::<cadre::Entity>().id(case.cadre_id).lock().required().await?;
    let now = Standing::of(&cadre);
    let elsewhere = stands_elsewhere(tx, &cadre).await?;
    let returns = IN_PLACE.contains(&kept.before.state) && !IN_PLACE.contains(&now.state);
    let restored = kept.restored(&now);
    let Some(restored) = restored.filter(|_| !returns || !elsewhere) else {
        // Something newer stands there: the register keeps what is true.
        tx.touched("Cadre", cadre.id, json!({ "effect": "none", "state": cadre.state }));
        return Ok(());
    };
    write(tx, cadre.id, &restored).await?;
    if let Some(started) = kept.started {
        set_end(tx, started, Some(today)).await?;
    }
    for post in &kept.ended {
        set_end(tx, post.id, post.ended_on).await?;
    }
    if let Some(unit) = kept.person_unit {
        move_person(tx, cadre.person_id, unit).await?;
    }
    let mut detail = effect.detail.clone();
    detail["reversed"] = Json::Bool(true);
    set_detail(tx, effect.id, detail).await?;
    let undone = add(tx, case, EffectKind::Reverse, today).await?;
    claim(tx, undone.id).await?;
    tx.touched("Cadre", cadre.id, json!({ "state": kept.before.state, "reversed": true }));
    tx.emit("cadre.changeReversed", "Cadre", cadre.id, cadre.version + 1, json!({ "effect": effect.kind.as_str() }))
        .await
}

async fn add(
    tx: &Inner,
    case: &matter_case::Model,
    kind: EffectKind,
    effective_on: NaiveDate,
) -> Result<personnel_effect::Model, ApiError> {
    tx.insert(personnel_effect::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        case_id: Set(case.id),
        cadre_id: Set(case.cadre_id),
        kind: Set(kind),
        effective_on: Set(effective_on),
        applied_at: Set(None),
        detail: Set(json!({})),
        created_at: Set(tx.now()),
    })
    .await
}
