//! A natural person (人员), J-02 J-04 J-07.

use sea_orm::entity::prelude::*;

/// A natural person (人员), J-02 J-04 J-07.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "person")]
pub struct Model {
    /// The tenant
    #[sea_orm(primary_key, auto_increment = false)]
    pub tenant_id: Uuid,
    /// The row, UUIDv7
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name
    pub name: String,
    /// Name normalised for search
    pub name_key: String,
    /// ID number (J-02), upper case
    pub id_number: String,
    /// GB/T 2261.1
    pub sex: String,
    /// GB/T 3304
    pub ethnicity: String,
    /// Birth as the ID number or archive says, partial date
    pub birth: String,
    /// Native place
    pub native_place: Option<String>,
    /// GB/T 4762
    pub political_status: String,
    /// GB/T 4658
    pub education: Option<String>,
    /// Mobile number
    pub phone: Option<String>,
    /// The unit that manages the person
    pub unit_id: Uuid,
    /// Where the party membership is
    pub party_organisation_id: Option<Uuid>,
    /// Admission as probationary member, partial date
    pub joined_party: Option<String>,
    /// Counts changes; guards edits
    pub version: i32,
    /// When the row was made
    pub created_at: DateTimeUtc,
    /// When the row last changed
    pub updated_at: DateTimeUtc,
}

tenant_entity!("person");
