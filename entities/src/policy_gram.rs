//! One or two characters, or a word, that a document has (全文索引).

use sea_orm::entity::prelude::*;

/// One or two characters, or a word, that a document has (全文索引).
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "policy_gram")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The document
    pub document_id: Uuid,
    /// The characters
    pub gram: String,
}

tenant_entity!("policy_gram");
