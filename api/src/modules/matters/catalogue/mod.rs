//! What can be read of matters, approvals, cases and files.
//!
//! An agency (承办单位) sees of a case its header, its own items with their fields, and the materials that
//! these items need; nothing of its neighbours (H-03).

mod case;
mod file;
mod lamp;
mod offer;

use entities::{
    agency_route, approval, attachment, case_item, case_material, case_step, matter, matter_branch, matter_case,
    matter_material,
};

use crate::{gated, graph::catalogue::TypeDef, modules::organisation::catalogue::UNIT_OF_ROW, object_type};

object_type!(
    /// One version of a matter (事项).
    Matter, "Matter", "mat"
);
object_type!(
    /// What one agency does in a matter (联办环节).
    MatterBranch, "MatterBranch", "mbr"
);
object_type!(
    /// A material of a matter (材料).
    MatterMaterial, "MatterMaterial", "mma"
);
object_type!(
    /// Who handles a branch for a division (属地承办单位).
    AgencyRoute, "AgencyRoute", "rte"
);
object_type!(
    /// An approval of a base matter (审批).
    Approval, "Approval", "apr"
);
object_type!(
    /// A case (办件).
    Case, "Case", "cas"
);
object_type!(
    /// One agency's part of a case (联办件).
    CaseItem, "CaseItem", "itm"
);
object_type!(
    /// What was done to a case (办理过程).
    CaseStep, "CaseStep", "stp"
);
object_type!(
    /// A material of a case (办件材料).
    CaseMaterial, "CaseMaterial", "cmt"
);
object_type!(
    /// A file (附件).
    Attachment, "Attachment", "att"
);

/// A row that names a case whose unit lies in the subtree.
const UNIT_OF_CASE: &str = "exists (select 1 from matter_case k join unit s on s.tenant_id = {tenant} \
    and s.id = k.unit_id where k.tenant_id = {tenant} and k.id = {t}.case_id and {path:s.path})";
/// A row that names a case about the caller.
const OWN_CASE: &str = "exists (select 1 from matter_case k join cadre d on d.tenant_id = {tenant} \
    and d.id = k.cadre_id where k.tenant_id = {tenant} and k.id = {t}.case_id and d.person_id = {person})";
/// A row that names a cadre who is the caller.
const OWN_CADRE: &str = "exists (select 1 from cadre d where d.tenant_id = {tenant} and d.id = {t}.cadre_id \
    and d.person_id = {person})";

gated!(matter::Entity, Matter, subtree: "", own: "", agency: "");
gated!(matter_branch::Entity, Matter, subtree: "", own: "", agency: "");
gated!(matter_material::Entity, Matter, subtree: "", own: "", agency: "");
gated!(agency_route::Entity, Matter, subtree: "", own: "", agency: "");
gated!(approval::Entity, Approval, subtree: UNIT_OF_ROW, own: OWN_CADRE, agency: "");
gated!(
    matter_case::Entity,
    Case,
    subtree: UNIT_OF_ROW,
    own: OWN_CADRE,
    agency: "exists (select 1 from case_item i join unit s on s.tenant_id = {tenant} and s.id = i.handling_unit_id \
        where i.tenant_id = {tenant} and i.case_id = {t}.id and {path:s.path})"
);
gated!(
    case_item::Entity,
    CaseItem,
    subtree: UNIT_OF_CASE,
    own: OWN_CASE,
    agency: "exists (select 1 from unit s where s.tenant_id = {tenant} and s.id = {t}.handling_unit_id \
        and {path:s.path})"
);
gated!(
    case_step::Entity,
    Case,
    subtree: UNIT_OF_CASE,
    own: OWN_CASE,
    agency: "exists (select 1 from case_item i join unit s on s.tenant_id = {tenant} and s.id = i.handling_unit_id \
        where i.tenant_id = {tenant} and i.id = {t}.case_item_id and {path:s.path})"
);
gated!(
    case_material::Entity,
    Attachment,
    subtree: UNIT_OF_CASE,
    own: OWN_CASE,
    agency: "exists (select 1 from case_item_material x \
        join case_item i on i.tenant_id = {tenant} and i.id = x.case_item_id \
        join unit s on s.tenant_id = {tenant} and s.id = i.handling_unit_id \
        where x.tenant_id = {tenant} and x.case_material_id = {t}.id and {path:s.path})"
);
gated!(
    attachment::Entity,
    Attachment,
    subtree: "(exists (select 1 from app_user u join unit s on s.tenant_id = {tenant} and s.id = u.unit_id \
        where u.tenant_id = {tenant} and u.id = {t}.owner_id and {path:s.path}) \
        or exists (select 1 from case_material m \
        join matter_case k on k.tenant_id = {tenant} and k.id = m.case_id \
        join unit s on s.tenant_id = {tenant} and s.id = k.unit_id \
        where m.tenant_id = {tenant} and m.attachment_id = {t}.id and {path:s.path}))",
    own: "({t}.owner_id = {user} or exists (select 1 from case_material m \
        join matter_case k on k.tenant_id = {tenant} and k.id = m.case_id \
        join cadre d on d.tenant_id = {tenant} and d.id = k.cadre_id \
        where m.tenant_id = {tenant} and m.attachment_id = {t}.id and d.person_id = {person}))",
    agency: "exists (select 1 from case_material m \
        join case_item_material x on x.tenant_id = {tenant} and x.case_material_id = m.id \
        join case_item i on i.tenant_id = {tenant} and i.id = x.case_item_id \
        join unit s on s.tenant_id = {tenant} and s.id = i.handling_unit_id \
        where m.tenant_id = {tenant} and m.attachment_id = {t}.id and {path:s.path})"
);

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![
        offer::matter(),
        offer::branch(),
        offer::material(),
        offer::route(),
        case::approval(),
        case::case(),
        case::item(),
        case::step(),
        file::material(),
        file::attachment(),
    ]
}
