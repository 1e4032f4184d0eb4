//! The organisation department's approval of a base matter (审批), H-01.

use sea_orm::entity::prelude::*;

use crate::values;

/// The organisation department's approval of a base matter (审批), H-01.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "approval")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which matter
    pub matter_key: String,
    /// For whom
    pub cadre_id: Uuid,
    /// The cadre's unit then
    pub unit_id: Uuid,
    /// Number of the document
    pub document_number: String,
    /// Day of the decision
    pub decided_on: Date,
    /// Month it takes effect, YYYY-MM
    pub effective_month: String,
    /// The user who recorded it
    pub decided_by: Uuid,
    /// Rule set used
    pub rule_version: i32,
    /// What the rule was decided on: kind of choice, notice, contribution
    pub choice: Json,
    /// State
    pub state: values::ApprovalState,
    /// When revoked
    pub revoked_at: Option<DateTimeUtc>,
    /// Why revoked
    pub revoke_reason: Option<String>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
}

tenant_entity!("approval");
