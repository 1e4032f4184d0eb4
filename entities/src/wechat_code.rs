//! A log-in code of WeChat that has been used here (微信登录凭证).

use sea_orm::entity::prelude::*;

/// A log-in code of WeChat that has been used here (微信登录凭证).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "wechat_code")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The mini-program
    pub app_id: String,
    /// SHA-256 of the code, hex
    pub digest: String,
    /// When it was used
    pub used_at: DateTimeUtc,
}

tenant_entity!("wechat_code");
