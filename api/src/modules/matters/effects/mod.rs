//! What a finished case does to the personnel register (人员变动), rules D-06 and H-05: in the transaction that
//! completes it where the day has come, else by the timer; a reversal case undoes it.

pub mod change;
mod register;
mod retirement;

use chrono::NaiveDate;
use entities::{
    approval, cadre, matter_case, personnel_effect,
    values::{CadreState, CaseKind, EffectKind},
};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::kernel::{
    error::ApiError,
    tx::{Inner, plus_one},
};

use change::Change;

/// The matter whose completion retires a cadre.
pub const RETIREMENT: &str = "retirement";

/// Carries out what the completion of a case brings, in the transaction that completes it.
pub async fn on_completion(tx: &Inner, case: &matter_case::Model, today: NaiveDate) -> Result<(), ApiError> {
    let approval = tx.parts::<approval::Entity>().id(case.approval_id).required().await?;
    match (case.kind, approval.matter_key.as_str(), Change::of(&approval)) {
        (CaseKind::Ordinary, RETIREMENT, _) => retirement::retire(tx, case, &approval, today).await,
        (CaseKind::Reversal, RETIREMENT, _) => retirement::reverse(tx, case, today).await,
        (CaseKind::Ordinary, _, Some(change)) => register::complete(tx, case, &change, today).await,
        (CaseKind::Reversal, _, Some(change)) => register::reverse(tx, case, &change, today).await,
        (_, _, None) => Ok(()),
    }
}

/// Carries a due effect out, once however many try: the conditional change decides. Tells whether it was done.
pub async fn apply(tx: &Inner, effect: &personnel_effect::Model) -> Result<bool, ApiError> {
    match effect.kind {
        EffectKind::Retire => retirement::apply(tx, effect).await,
        _ => register::apply(tx, effect).await,
    }
}

/// Whether the person has another standing that has not ended.
async fn stands_elsewhere(tx: &Inner, cadre: &cadre::Model) -> Result<bool, ApiError> {
    let others = tx
        .parts::<cadre::Entity>()
        .filter(cadre::Column::PersonId.eq(cadre.person_id))
        .filter(cadre::Column::Id.ne(cadre.id))
        .filter(cadre::Column::State.is_in([CadreState::Probation, CadreState::Serving, CadreState::Retiring]));
    Ok(others.count().await? > 0)
}

/// Marks a claimed effect as done with, without any change of the register.
async fn skip(tx: &Inner, effect: &personnel_effect::Model, why: Json) -> Result<bool, ApiError> {
    let mut detail = effect.detail.clone();
    detail["skipped"] = why;
    set_detail(tx, effect.id, detail).await?;
    Ok(true)
}

/// Whether this transaction is the one that carries the effect out.
async fn claim(tx: &Inner, effect: Uuid) -> Result<bool, ApiError> {
    let claimed = tx
        .change::<personnel_effect::Entity>()
        .id(effect)
        .filter(personnel_effect::Column::AppliedAt.is_null())
        .set(personnel_effect::Column::AppliedAt, Expr::value(tx.now()))
        .run()
        .await?;
    Ok(claimed == 1)
}

async fn set_detail(tx: &Inner, effect: Uuid, detail: Json) -> Result<(), ApiError> {
    let change = tx.change::<personnel_effect::Entity>().id(effect);
    change.set(personnel_effect::Column::Detail, Expr::value(detail)).run().await?;
    Ok(())
}

async fn set_state(tx: &Inner, cadre: Uuid, state: CadreState, since: NaiveDate) -> Result<(), ApiError> {
    tx.change::<cadre::Entity>()
        .id(cadre)
        .set(cadre::Column::State, Expr::value(state))
        .set(cadre::Column::StateSince, Expr::value(since))
        .set(cadre::Column::Version, plus_one(cadre::Column::Version))
        .set(cadre::Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    Ok(())
}
