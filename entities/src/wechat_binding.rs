//! A WeChat user who may log in as one of ours (微信绑定).

use sea_orm::entity::prelude::*;

/// A WeChat user who may log in as one of ours (微信绑定).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "wechat_binding")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The mini-program; an openid means nothing in another
    pub app_id: String,
    /// WeChat's name for the person in that mini-program
    pub openid: String,
    /// The user
    pub user_id: Uuid,
    /// When it was bound
    pub bound_at: DateTimeUtc,
    /// When that ended
    pub unbound_at: Option<DateTimeUtc>,
}

tenant_entity!("wechat_binding");
