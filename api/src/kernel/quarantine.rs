//! Components of plug-ins that nobody on the platform may run (隔离), by the SHA-256 of their bytes.
//!
//! Each replica keeps the list and forgets it whenever it looks for changes of rights: at a hint at once, otherwise every
//! few seconds. It is read anew when a component is asked next, so who has none pays nothing.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
};

use entities::plugin_quarantine::{ActiveModel, Column, Entity, Model};
use sea_orm::{ColumnTrait, DatabaseConnection, DbErr, EntityTrait, Order, QueryFilter, Set, sea_query::OnConflict};

use crate::kernel::{error::ApiError, platform::Platform, session::Reason, tx::Inner};

/// What a replica knows: digests with the reasons.
#[derive(Default)]
pub(in crate::kernel) struct Quarantine(RwLock<Known>);

#[derive(Default)]
struct Known {
    /// How often it was forgotten; what was asked before that is not kept.
    turn: u64,
    reasons: Option<HashMap<String, String>>,
}

impl Quarantine {
    pub(in crate::kernel) fn forget(&self) {
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        known.turn += 1;
        known.reasons = None;
    }

    async fn reason(&self, db: &DatabaseConnection, sha256: &str) -> Result<Option<String>, DbErr> {
        let turn = {
            let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
            match &known.reasons {
                Some(reasons) => return Ok(reasons.get(sha256).cloned()),
                None => known.turn,
            }
        };
        let rows = Entity::find().all(db).await?;
        let reasons: HashMap<String, String> = rows.into_iter().map(|row| (row.sha256, row.reason)).collect();
        let reason = reasons.get(sha256).cloned();
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.turn == turn {
            known.reasons = Some(reasons);
        }
        Ok(reason)
    }
}

impl Platform {
    /// Why a component may not be run, if it may not: as this replica knows it.
    pub async fn quarantined(&self, sha256: &str) -> Result<Option<String>, ApiError> {
        Ok(self.quarantine().reason(self.db().reader(), sha256).await?)
    }
}

impl Inner {
    /// Why a component may not be run, if it may not: as the database has it.
    pub async fn quarantined(&self, sha256: &str) -> Result<Option<String>, ApiError> {
        let row = Entity::find().filter(Column::Sha256.eq(sha256)).one(self.raw().await?).await?;
        Ok(row.map(|row| row.reason))
    }
}

/// Puts a component on the list; tells whether it was not there.
pub async fn place(platform: &Arc<Platform>, sha256: &str, reason: &str, by: &str) -> Result<bool, ApiError> {
    let tx = platform.system(Reason::Quarantine).begin(None).await?;
    let row = ActiveModel {
        id: Set(tx.new_id()),
        sha256: Set(sha256.into()),
        reason: Set(reason.into()),
        placed_by: Set(by.into()),
        placed_at: Set(tx.now()),
    };
    let once = OnConflict::column(Column::Sha256).do_nothing().to_owned();
    let added = Entity::insert(row).on_conflict(once).exec_without_returning(tx.raw().await?).await?;
    tx.commit().await?;
    platform.quarantine().forget();
    Ok(added > 0)
}

/// Takes a component from the list; tells whether it was there.
pub async fn release(platform: &Arc<Platform>, sha256: &str) -> Result<bool, ApiError> {
    let tx = platform.system(Reason::Quarantine).begin(None).await?;
    let gone = Entity::delete_many().filter(Column::Sha256.eq(sha256)).exec(tx.raw().await?).await?.rows_affected;
    tx.commit().await?;
    platform.quarantine().forget();
    Ok(gone > 0)
}

/// The list, the latest first.
pub async fn list(platform: &Arc<Platform>) -> Result<Vec<Model>, ApiError> {
    let tx = platform.system(Reason::Quarantine).read_global().await?;
    let rows = tx.global::<Entity>().order_by(Column::PlacedAt, Order::Desc).all().await?;
    tx.rollback().await?;
    Ok(rows)
}
