//! A finished retirement and its reversal (退休), rule D-06.

use chrono::NaiveDate;
use entities::{
    appointment, approval, cadre, matter_case, personnel_effect,
    values::{ApprovalState, CadreState, EffectKind},
};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{claim, set_detail, set_state, skip, stands_elsewhere};
use crate::{
    kernel::{
        error::{ApiError, Code},
        tx::{Inner, plus_one},
        year_month::YearMonth,
    },
    modules::matters::opening::texts,
};

/// The retirement takes effect at the end of its month: the first day after it is the first of retirement.
pub(super) async fn retire(
    tx: &Inner,
    case: &matter_case::Model,
    approval: &approval::Model,
    today: NaiveDate,
) -> Result<(), ApiError> {
    let month: YearMonth = approval.effective_month.parse().map_err(|_| ApiError::of(Code::InternalServerError))?;
    let effective_on = month.add_months(1).first_day();
    let cadre = tx.parts::<cadre::Entity>().id(case.cadre_id).lock().required().await?;
    if !matches!(cadre.state, CadreState::Probation | CadreState::Serving) {
        // Death or dismissal came first: the register keeps what is true.
        tx.touched("Cadre", cadre.id, json!({ "effect": "none", "state": cadre.state }));
        return Ok(());
    }
    let effect = tx
        .insert(personnel_effect::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            case_id: Set(case.id),
            cadre_id: Set(cadre.id),
            kind: Set(EffectKind::Retire),
            effective_on: Set(effective_on),
            applied_at: Set(None),
            detail: Set(json!({ "state": cadre.state, "stateSince": cadre.state_since, "ended": [] })),
            created_at: Set(tx.now()),
        })
        .await?;
    set_state(tx, cadre.id, CadreState::Retiring, today).await?;
    tx.touched("Cadre", cadre.id, json!({ "state": CadreState::Retiring, "effectiveOn": effective_on }));
    if today >= effective_on {
        apply(tx, &effect).await?;
    } else {
        tx.emit("cadre.retiring", "Cadre", cadre.id, cadre.version + 1, json!({})).await?;
    }
    Ok(())
}

/// Carries a due effect out, once however many try: the conditional change decides. Tells whether it was done.
pub(super) async fn apply(tx: &Inner, effect: &personnel_effect::Model) -> Result<bool, ApiError> {
    let case = tx.parts::<matter_case::Entity>().id(effect.case_id).required().await?;
    let approval = tx.parts::<approval::Entity>().id(case.approval_id).required().await?;
    if effect.kind != EffectKind::Retire || !claim(tx, effect.id).await? {
        return Ok(false);
    }
    if approval.state != ApprovalState::Active {
        // Nothing takes effect any more, and the timer need not look at it again.
        return skip(tx, effect, json!(approval.state)).await;
    }
    let cadre = tx.parts::<cadre::Entity>().id(effect.cadre_id).lock().required().await?;
    if cadre.state != CadreState::Retiring {
        // Something else came between; the effect is done with, and the register keeps what is true.
        return skip(tx, effect, json!(cadre.state)).await;
    }
    let last_day = effect.effective_on.pred_opt().unwrap_or(effect.effective_on);
    let ending = tx
        .parts::<appointment::Entity>()
        .filter(appointment::Column::CadreId.eq(cadre.id))
        .filter(appointment::Column::EndedOn.is_null())
        .all()
        .await?;
    tx.change::<appointment::Entity>()
        .filter(appointment::Column::CadreId.eq(cadre.id))
        .filter(appointment::Column::EndedOn.is_null())
        .set(appointment::Column::EndedOn, Expr::value(last_day))
        .set(appointment::Column::Version, plus_one(appointment::Column::Version))
        .run()
        .await?;
    let mut detail = effect.detail.clone();
    detail["ended"] = ending.iter().map(|a| Json::from(a.id.to_string())).collect();
    set_detail(tx, effect.id, detail).await?;
    set_state(tx, cadre.id, CadreState::Retired, effect.effective_on).await?;
    tx.touched("Cadre", cadre.id, json!({ "state": CadreState::Retired, "since": effect.effective_on }));
    tx.emit("cadre.retired", "Cadre", cadre.id, cadre.version + 1, json!({})).await?;
    Ok(true)
}

/// Restores what the retirement changed, or keeps it from ever being carried out.
pub(super) async fn reverse(tx: &Inner, case: &matter_case::Model, today: NaiveDate) -> Result<(), ApiError> {
    let retirement = tx
        .parts::<personnel_effect::Entity>()
        .filter(personnel_effect::Column::CadreId.eq(case.cadre_id))
        .filter(personnel_effect::Column::Kind.eq(EffectKind::Retire))
        .order_by(personnel_effect::Column::CreatedAt, sea_orm::Order::Desc)
        .lock()
        .one()
        .await?;
    let before = match retirement {
        Some(effect) if case_approval(tx, effect.case_id).await? == Some(case.approval_id) => effect,
        // The ordinary case never came as far as the register.
        _ => return Ok(()),
    };
    claim(tx, before.id).await?;
    let cadre = tx.parts::<cadre::Entity>().id(case.cadre_id).lock().required().await?;
    if !matches!(cadre.state, CadreState::Retiring | CadreState::Retired) {
        // Death or dismissal came meanwhile: the register keeps what is true.
        tx.touched("Cadre", cadre.id, json!({ "effect": "none", "state": cadre.state }));
        return Ok(());
    }
    if stands_elsewhere(tx, &cadre).await? {
        // Appointed anew meanwhile: a person has one standing at a time, and the newer one is true.
        tx.touched("Cadre", cadre.id, json!({ "effect": "none", "standsElsewhere": true }));
        return Ok(());
    }
    let detail = &before.detail;
    let state = serde_json::from_value(detail["state"].clone()).unwrap_or(CadreState::Serving);
    let since = serde_json::from_value(detail["stateSince"].clone()).unwrap_or(today);
    set_state(tx, cadre.id, state, since).await?;
    for id in texts(&detail["ended"]).iter().filter_map(|text| Uuid::try_parse(text).ok()) {
        tx.change::<appointment::Entity>()
            .id(id)
            .set(appointment::Column::EndedOn, Expr::value(None::<NaiveDate>))
            .set(appointment::Column::Version, plus_one(appointment::Column::Version))
            .run()
            .await?;
    }
    tx.insert(personnel_effect::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        case_id: Set(case.id),
        cadre_id: Set(cadre.id),
        kind: Set(EffectKind::ReverseRetirement),
        effective_on: Set(today),
        applied_at: Set(Some(tx.now())),
        detail: Set(json!({ "state": cadre.state, "stateSince": cadre.state_since })),
        created_at: Set(tx.now()),
    })
    .await?;
    tx.touched("Cadre", cadre.id, json!({ "state": state, "reversed": true }));
    tx.emit("cadre.retirementReversed", "Cadre", cadre.id, cadre.version + 1, json!({})).await
}

async fn case_approval(tx: &Inner, case: Uuid) -> Result<Option<Uuid>, ApiError> {
    Ok(tx.parts::<matter_case::Entity>().id(case).one().await?.map(|c| c.approval_id))
}
