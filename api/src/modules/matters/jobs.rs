//! Timers: changes of the register whose day has come take effect (人员变动生效), rules D-06 and H-05; announced versions
//! of matters come into force (事项施行), H-02; agencies are reminded of clocks (时限提醒), H-04.

use std::{sync::Arc, time::Duration};

use entities::{
    matter, personnel_effect, tenant,
    values::{CaseAction, MatterState},
};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        error::ApiError,
        platform::Platform,
        session::Reason,
        task,
        tx::{SystemTx, plus_one},
    },
    modules::matters::{effects, reminders, steps::Step},
};

/// How often the timer looks.
const EVERY: Duration = Duration::from_secs(3600);
/// Effects of one tenant in one round.
const BATCH: u64 = 500;

/// Starts the timer: at once, then every hour. Replicas may all run it.
pub fn start(platform: &Arc<Platform>) -> tokio::task::JoinHandle<()> {
    let platform = platform.clone();
    task::spawn("personnel effects", async move {
        let mut tick = tokio::time::interval(EVERY);
        loop {
            tick.tick().await;
            match apply_due_effects(&platform).await {
                Ok(0) => {}
                Ok(n) => tracing::info!(n, "personnel effects carried out"),
                Err(error) => tracing::warn!(?error, "personnel effects could not be looked for"),
            }
        }
    })
}

/// Carries out every effect whose day has come, each in a transaction of its own, and tells how many. One
/// that fails is logged and tried again at the next round; the others are not held up.
pub async fn apply_due_effects(platform: &Arc<Platform>) -> Result<u64, ApiError> {
    let system = platform.system(Reason::Timer);
    let tx = system.begin(None).await?;
    let tenants = tx.global::<tenant::Entity>().all().await?;
    tx.rollback().await?;
    let mut applied = 0;
    for tenant in tenants {
        applied += apply_due_effects_of(platform, tenant.id).await?;
        enforce_versions_of(platform, tenant.id).await?;
        reminders::remind_of(platform, tenant.id).await?;
    }
    Ok(applied)
}

/// Brings a tenant's announced versions of matters into force on their day, and tells how many.
pub async fn enforce_versions_of(platform: &Arc<Platform>, tenant: Uuid) -> Result<u64, ApiError> {
    let tx = platform.system(Reason::Timer).begin(Some(tenant)).await?;
    let due = tx
        .parts::<matter::Entity>()
        .filter(matter::Column::State.eq(MatterState::Announced))
        .filter(matter::Column::EffectiveFrom.lte(platform.clock().today()))
        .order_by(matter::Column::Number, Order::Asc)
        .all()
        .await?;
    let turn = |from: MatterState, to: MatterState| {
        tx.change::<matter::Entity>()
            .filter(matter::Column::State.eq(from))
            .set(matter::Column::State, Expr::value(to))
            .set(matter::Column::Version, plus_one(matter::Column::Version))
    };
    let mut begun = 0;
    for row in due {
        // Only those before it: another replica may have brought this one into force already.
        let before = turn(MatterState::Active, MatterState::Superseded).filter(matter::Column::Key.eq(&row.key));
        before.filter(matter::Column::Number.lt(row.number)).run().await?;
        if turn(MatterState::Announced, MatterState::Active).id(row.id).run().await? == 1 {
            tx.emit("matter.begun", "Matter", row.id, row.version + 1, json!({ "key": row.key })).await?;
            begun += 1;
        }
    }
    tx.commit().await?;
    Ok(begun)
}

/// The same for one tenant.
pub async fn apply_due_effects_of(platform: &Arc<Platform>, tenant: Uuid) -> Result<u64, ApiError> {
    let system = platform.system(Reason::Timer);
    let tx = system.begin(Some(tenant)).await?;
    let due = tx
        .parts::<personnel_effect::Entity>()
        .filter(personnel_effect::Column::AppliedAt.is_null())
        .filter(personnel_effect::Column::EffectiveOn.lte(platform.clock().today()))
        .order_by(personnel_effect::Column::EffectiveOn, Order::Asc)
        .limit(BATCH)
        .all()
        .await?;
    tx.rollback().await?;
    let mut applied = 0;
    for effect in due {
        match apply_one(system.begin(Some(tenant)).await?, &effect).await {
            Ok(true) => applied += 1,
            Ok(false) => {}
            Err(error) => tracing::warn!(?error, effect = %effect.id, "a personnel effect failed"),
        }
    }
    Ok(applied)
}

async fn apply_one(tx: SystemTx, effect: &personnel_effect::Model) -> Result<bool, ApiError> {
    // The case's row first, as commands take it, so that the two never wait for each other.
    tx.parts::<entities::matter_case::Entity>().id(effect.case_id).lock().required().await?;
    if !effects::apply(&tx, effect).await? {
        tx.rollback().await?;
        return Ok(false);
    }
    let step = Step { case_id: effect.case_id, item_id: None, action: CaseAction::Effect, actor: None, note: None };
    step.record(&tx, "case.effect", "DONE").await?;
    let detail = json!({ "kind": effect.kind, "effectiveOn": effect.effective_on });
    tx.own_act("system", "personnelEffectApply", ("Cadre", Some(effect.cadre_id)), detail).await?;
    tx.commit().await?;
    Ok(true)
}
