//! A month closed (月度结算).

use sea_orm::entity::prelude::*;

/// A month closed (月度结算).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "month_close")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Month, YYYY-MM
    pub month: String,
    /// Which closing of it
    pub number: i32,
    /// Why it was corrected
    pub reason: Option<String>,
    /// Who closed it
    pub closed_by: Uuid,
    /// When
    pub closed_at: DateTimeUtc,
}

tenant_entity!("month_close");
