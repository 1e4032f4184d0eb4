//! A party committee, branch or group, in a tree of its own (党组织).

use sea_orm::entity::prelude::*;

use crate::values;

/// A party committee, branch or group, in a tree of its own (党组织).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "party_organisation")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Full name
    pub name: String,
    /// Kind
    pub kind: values::PartyOrganisationKind,
    /// The organisation above
    pub parent_id: Option<Uuid>,
    /// Materialised path
    pub path: String,
    /// The unit it is set up in
    pub unit_id: Uuid,
    /// First day
    pub valid_from: Date,
    /// Last day
    pub valid_until: Option<Date>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("party_organisation");
