//! A document of the library of policies, one version (政策文件).

use sea_orm::entity::prelude::*;

use crate::values;

/// A document of the library of policies, one version (政策文件).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_document")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Which document
    pub key: String,
    /// Version number, from 1
    pub number: i32,
    /// Kind
    pub kind: values::PolicyKind,
    /// Who issued it, by level
    pub level: values::PolicyLevel,
    /// Aspect that it is filed under
    pub aspect: Option<String>,
    /// Field of work
    pub field: Option<String>,
    /// Title
    pub title: String,
    /// Who issued it
    pub issuer: String,
    /// Number that its issuer gave it
    pub document_number: Option<String>,
    /// The words
    pub text: String,
    /// Title and words as they are searched
    pub folded: String,
    /// Day it was issued
    pub issued_on: Date,
    /// First day it holds
    pub valid_from: Date,
    /// Last day it holds
    pub valid_until: Option<Date>,
    /// Why it was repealed
    pub repeal_reason: Option<String>,
    /// Who published it
    pub published_by: Uuid,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("policy_document");
