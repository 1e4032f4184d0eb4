//! What one side said in a consultation (会商意见).

use sea_orm::entity::prelude::*;

use crate::values;

/// What one side said in a consultation (会商意见).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "consultation_position")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The consultation
    pub consultation_id: Uuid,
    /// Whether it is the position of this tenant
    pub is_ours: bool,
    /// Name of the tenant whose position it is
    pub tenant_name: String,
    /// For or against
    pub stance: values::Stance,
    /// The position in words
    pub text: String,
    /// The user who recorded it, where that was here
    pub author_id: Option<Uuid>,
    /// Name of that user
    pub author_name: String,
    /// When
    pub at: DateTimeUtc,
}

tenant_entity!("consultation_position");
