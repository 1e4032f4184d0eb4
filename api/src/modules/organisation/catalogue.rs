//! What can be read of units and party organisations.

use entities::{
    party_organisation, unit,
    values::{PartyOrganisationKind, UnitKind, UnitSequence},
};

use crate::{
    gated,
    graph::catalogue::{Scalar, TypeDef, code, column, many, one},
    object_type,
};

object_type!(
    /// A unit (机构).
    Unit, "Unit", "uni"
);
object_type!(
    /// A party organisation (党组织).
    PartyOrganisation, "PartyOrganisation", "pty"
);

gated!(unit::Entity, Unit, subtree: "{path:t.path}", own: "", agency: "{path:t.path}");
gated!(party_organisation::Entity, PartyOrganisation, subtree: UNIT_OF_ROW, own: "", agency: UNIT_OF_ROW);

/// Ties a row to the tree by its own `unit_id`.
pub const UNIT_OF_ROW: &str =
    "exists (select 1 from unit s where s.tenant_id = {tenant} and s.id = {t}.unit_id and {path:s.path})";

/// When a row with a first and perhaps a last day held.
pub const VALID: &str = "{t}.valid_from <= {day} and ({t}.valid_until is null or {t}.valid_until >= {day})";

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![unit_type(), party_organisation_type()]
}

fn unit_type() -> TypeDef {
    TypeDef::over::<unit::Entity>("Unit", "uni", "An organ, institution or office of the organisation tree (机构).")
        .roots("unit", "units")
        .historic(VALID)
        .ordered_by("path")
        .field(column("code", "code", Scalar::String, "Unified social credit code (统一社会信用代码), J-03.").sorted())
        .field(column("name", "name", Scalar::String, "Full name (全称).").sorted())
        .field(column("shortName", "short_name", Scalar::String, "Short name (简称).").optional().filtered())
        .field(code::<UnitSequence>("sequence", "sequence", "Sequence (机构序列), E-05.").filtered())
        .field(code::<UnitKind>("kind", "kind", "Kind (机构性质).").filtered())
        .field(
            column("divisionCode", "division_code", Scalar::String, "GB/T 2260 code (行政区划代码), J-01.").filtered(),
        )
        .field(
            column("path", "path", Scalar::String, "Place in the tree; a unit's path begins with its parent's.")
                .sorted(),
        )
        .field(column("position", "position", Scalar::Int, "Order among siblings.").sorted())
        .field(column("validFrom", "valid_from", Scalar::Date, "First day (设立日期).").sorted())
        .field(
            column("validUntil", "valid_until", Scalar::Date, "Last day; absent while it exists.").optional().sorted(),
        )
        .field(column("version", "version", Scalar::Int, "Counts changes; give it as `expectedVersion`."))
        .field(column("updatedAt", "updated_at", Scalar::DateTime, "When it last changed.").sorted())
        .field(one("parent", "Unit", "{c}.id = {t}.parent_id", "The unit above (上级机构).").sorting(&["name"]))
        .field(many("children", "Unit", "{c}.parent_id = {t}.id", "Units directly below (下级机构)."))
        .field(many("cadres", "Cadre", "{c}.unit_id = {t}.id", "Cadres of the unit (干部)."))
        .field(many(
            "partyOrganisations",
            "PartyOrganisation",
            "{c}.unit_id = {t}.id",
            "Party organisations set up in it.",
        ))
}

fn party_organisation_type() -> TypeDef {
    TypeDef::over::<party_organisation::Entity>(
        "PartyOrganisation",
        "pty",
        "A party committee, branch or group, in a tree of its own (党组织).",
    )
    .roots("partyOrganisation", "partyOrganisations")
    .historic(VALID)
    .ordered_by("path")
    .field(column("name", "name", Scalar::String, "Full name (全称).").sorted())
    .field(code::<PartyOrganisationKind>("kind", "kind", "Kind (类别).").filtered())
    .field(column("path", "path", Scalar::String, "Place in the tree of party organisations.").sorted())
    .field(column("validFrom", "valid_from", Scalar::Date, "First day (成立日期).").sorted())
    .field(column("validUntil", "valid_until", Scalar::Date, "Last day; absent while it exists.").optional().sorted())
    .field(column("version", "version", Scalar::Int, "Counts changes; give it as `expectedVersion`."))
    .field(
        one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit it is set up in (所在单位).").sorting(&["name", "path"]),
    )
    .field(one("parent", "PartyOrganisation", "{c}.id = {t}.parent_id", "The organisation above (上级党组织)."))
    .field(many(
        "children",
        "PartyOrganisation",
        "{c}.parent_id = {t}.id",
        "Organisations directly below (下级党组织).",
    ))
    .field(many(
        "members",
        "Person",
        "{c}.party_organisation_id = {t}.id",
        "People whose membership is here (党员).",
    ))
}
