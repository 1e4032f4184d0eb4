//! Approvals and cases (审批、办件).

use entities::{
    approval, case_item, case_step, matter_case,
    values::{ApprovalState, CaseAction, CaseItemState, CaseKind, CaseState, ClockLamp, PluginCallState, TenantLevel},
};

use super::lamp;
use crate::graph::catalogue::{Class, EnumDef, Scalar, TypeDef, code, column, computed, expression, many, one};

const CALL_STATE: &str =
    "(select xj.state from connector_job xj where xj.tenant_id = {tenant} and xj.case_item_id = {t}.id)";
const CALL_NOTE: &str =
    "(select xj.note from connector_job xj where xj.tenant_id = {tenant} and xj.case_item_id = {t}.id)";
const CALL_ERROR: &str =
    "(select xj.last_error from connector_job xj where xj.tenant_id = {tenant} and xj.case_item_id = {t}.id)";

pub(super) fn approval() -> TypeDef {
    TypeDef::over::<approval::Entity>(
        "Approval",
        "apr",
        "The organisation department's approval of a base matter (审批), the start of every chain (H-01). \
         Permission: `approval:read`.",
    )
    .roots("approval", "approvals")
    .ordered_by("decidedOn")
    .field(column("matterKey", "matter_key", Scalar::String, "Key of the matter (事项编码).").sorted())
    .field(column("documentNumber", "document_number", Scalar::String, "Number of the document (文号).").sorted())
    .field(column("decidedOn", "decided_on", Scalar::Date, "Day of the decision (批准日期).").sorted())
    .field(
        column("effectiveMonth", "effective_month", Scalar::YearMonth, "Month it takes effect, `YYYY-MM` (生效年月).")
            .sorted(),
    )
    .field(column("ruleVersion", "rule_version", Scalar::Int, "Version of the rule set that decided; 0: the built-in."))
    .field(column("choice", "choice", Scalar::Json, "What the rule was decided on: kind, notice, contribution (D-02)."))
    .field(code::<ApprovalState>("state", "state", "Whether it stands (状态).").filtered())
    .field(column("revokedAt", "revoked_at", Scalar::DateTime, "When it was revoked (撤销时间).").optional().sorted())
    .field(column("revokeReason", "revoke_reason", Scalar::String, "Why it was revoked (撤销原因).").optional())
    .field(column("version", "version", Scalar::Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("cadre", "Cadre", "{c}.id = {t}.cadre_id", "Whom it is for (干部)."))
    .field(
        one("unit", "Unit", "{c}.id = {t}.unit_id", "The cadre's unit at the decision (单位).")
            .sorting(&["name", "path"]),
    )
    .field(one("decidedBy", "User", "{c}.id = {t}.decided_by", "The user who recorded it (经办人)."))
    .field(many("cases", "Case", "{c}.approval_id = {t}.id", "The case it started, and its reversal (办件)."))
}

pub(super) fn case() -> TypeDef {
    TypeDef::over::<matter_case::Entity>(
        "Case",
        "cas",
        "One submission and all that follows from it (办件), H-03. An agency sees the header and its own items. \
         Permission: `case:read`.",
    )
    .roots("case", "cases")
    .ordered_by("submittedAt")
    .field(column("number", "number", Scalar::String, "Case number (办件编号).").sorted())
    .field(code::<CaseKind>("kind", "kind", "Ordinary or reversal (办件类型).").filtered())
    .field(code::<CaseState>("state", "state", "State (状态).").filtered())
    .field(code::<TenantLevel>("level", "level", "Level it is handled at (层级).").filtered())
    .field(
        column("divisionCode", "division_code", Scalar::String, "Division it belongs to (行政区划代码), J-01.")
            .filtered(),
    )
    .field(
        column(
            "form",
            "form",
            Scalar::Json,
            "The one form (表单); an agency reads `CaseItem.form` instead. Every reading is recorded. H-03, J-10.",
        )
        .classed(Class::NotAgency)
        .recorded(),
    )
    .field(
        column(
            "warnings",
            "warnings",
            Scalar::Json,
            "Warnings of a plug-in that it was submitted or supplied in spite of (提示), oldest first: `at`, `item` (whose \
             supplement; null at the submission), `reason`, `warnings` with `code`, `path`, `message`. An agency reads \
             `CaseItem.warnings` instead. Every reading is recorded. H-03, J-10.",
        )
        .classed(Class::NotAgency)
        .recorded(),
    )
    .field(column("submittedAt", "submitted_at", Scalar::DateTime, "When it was submitted (提交时间).").sorted())
    .field(column("submittedOn", "submitted_on", Scalar::Date, "Civil date of the submission (提交日期).").sorted())
    .field(column("finishedAt", "finished_at", Scalar::DateTime, "When it was done (办结时间).").optional().sorted())
    .field(column("finishedOn", "finished_on", Scalar::Date, "Civil date it was done (办结日期).").optional().sorted())
    .field(
        column("workedDays", "worked_days", Scalar::Int, "Working days it took, waiting left out (办理工作日), H-04.")
            .optional()
            .sorted()
            .measured(),
    )
    .field(column("cancelReason", "cancel_reason", Scalar::String, "Why it was ended (终止原因).").optional())
    .field(
        column("offlineSteps", "offline_steps", Scalar::Int, "Steps done on paper (线下环节数).").filtered().measured(),
    )
    .field(column("version", "version", Scalar::Int, "Counts changes to the case and its items."))
    .field(column("updatedAt", "updated_at", Scalar::DateTime, "When it last changed.").sorted())
    .field(expression("itemsTotal", lamp::ITEMS, Scalar::Int, "Items of the case (联办件数).").measured())
    .field(expression("itemsDone", lamp::ITEMS_DONE, Scalar::Int, "Items done (已办结联办件数).").measured())
    .field(
        expression("dueOn", lamp::CASE_DUE, Scalar::Date, "Last day of the latest item (应办结日), H-04.")
            .optional()
            .sorted(),
    )
    .field(computed(
        "lamp",
        Scalar::Enum(EnumDef::of::<ClockLamp>()),
        lamp::CASE_NEEDS,
        lamp::case_lamp,
        "Lamp of the most pressing open item (时限灯): red over, amber at half the time; a case done keeps its \
         last lamp. H-04.",
    ))
    .field(
        one("matter", "Matter", "{c}.id = {t}.matter_id", "The version of the matter it keeps (事项).")
            .sorting(&["key", "title"]),
    )
    .field(one("approval", "Approval", "{c}.id = {t}.approval_id", "Its start point (审批), H-01."))
    .field(one("cadre", "Cadre", "{c}.id = {t}.cadre_id", "Whom it concerns (干部)."))
    .field(
        one("unit", "Unit", "{c}.id = {t}.unit_id", "The cadre's unit at submission (单位).")
            .sorting(&["name", "path"]),
    )
    .field(one("applicant", "User", "{c}.id = {t}.applicant_id", "The user who submitted it (申请人)."))
    .field(many("items", "CaseItem", "{c}.case_id = {t}.id", "The agencies' parts (联办件), H-03."))
    .field(many("steps", "CaseStep", "{c}.case_id = {t}.id", "What was done, in order (办理过程)."))
    .field(many("materials", "CaseMaterial", "{c}.case_id = {t}.id", "Materials given (材料)."))
}

pub(super) fn item() -> TypeDef {
    TypeDef::over::<case_item::Entity>(
        "CaseItem",
        "itm",
        "One agency's part of a case (联办件), H-03. `caseItems` is the agency's inbox. Permission: `case_item:read`.",
    )
    .roots("caseItem", "caseItems")
    .ordered_by("startedOn")
    .field(column("key", "key", Scalar::String, "Key of the branch (环节编码).").sorted())
    .field(column("title", "title", Scalar::String, "Title (联办件名称)."))
    .field(
        column("isMandatory", "is_mandatory", Scalar::Boolean, "Whether the case waits for it (是否必办).").filtered(),
    )
    .field(code::<CaseItemState>("state", "state", "State (状态).").filtered())
    .field(column("limitDays", "limit_days", Scalar::Int, "Promised working days (承诺工作日), H-04.").measured())
    .field(column("startedOn", "started_on", Scalar::Date, "Day the clock started (起算日).").optional().sorted())
    .field(column("dueOn", "due_on", Scalar::Date, "Last day in time (应办结日), H-04.").optional().sorted())
    .field(
        column("pausedOn", "paused_on", Scalar::Date, "The clock stands since (暂停日), H-04.").optional().filtered(),
    )
    .field(
        column("pausedDays", "paused_days", Scalar::Int, "Working days waited for the applicant (暂停工作日).")
            .measured(),
    )
    .field(column("finishedOn", "finished_on", Scalar::Date, "Day it was done (办结日期).").optional().sorted())
    .field(
        column("workedDays", "worked_days", Scalar::Int, "Working days it took (办理工作日), H-04.")
            .optional()
            .measured(),
    )
    .field(column("reason", "reason", Scalar::String, "Why it was returned, or what is missing (原因).").optional())
    .field(
        expression(
            "callState",
            CALL_STATE,
            Scalar::Enum(EnumDef::of::<PluginCallState>()),
            "How it stands with what the agency's system is asked (外呼状态); null where a plug-in asks nothing.",
        )
        .optional(),
    )
    .field(expression("callNote", CALL_NOTE, Scalar::String, "What the agency's system answered (外呼结果).").optional())
    .field(
        expression("callError", CALL_ERROR, Scalar::String, "Why the agency's system did not answer, a code (外呼故障).")
            .optional(),
    )
    .field(column("wanted", "wanted", Scalar::Json, "Fields and materials asked for (补正要求)."))
    .field(column("result", "result", Scalar::String, "What the agency decided (办理结果).").optional())
    .field(column("version", "version", Scalar::Int, "Counts changes; give it as `expectedVersion`."))
    .field(column("updatedAt", "updated_at", Scalar::DateTime, "When it last changed.").sorted())
    .field(computed(
        "lamp",
        Scalar::Enum(EnumDef::of::<ClockLamp>()),
        lamp::ITEM_NEEDS,
        lamp::item_lamp,
        "Lamp of its clock (时限灯): amber at half the time, red over; absent until the clock starts. H-04.",
    ))
    .field(computed(
        "remaining",
        Scalar::Int,
        lamp::ITEM_NEEDS,
        lamp::remaining,
        "Working days left (剩余工作日), negative when over; absent when done. H-04.",
    ))
    .field(
        computed(
            "form",
            Scalar::Json,
            lamp::FORM_NEEDS,
            lamp::visible_form,
            "The fields of the form that this agency needs, and no others (本环节表单项). Every reading is recorded. H-03, J-10.",
        )
        .recorded(),
    )
    .field(
        computed(
            "warnings",
            Scalar::Json,
            lamp::WARNING_NEEDS,
            lamp::visible_warnings,
            "Of `Case.warnings`, in the same form, those of the fields that this agency needs and of the form as a whole \
             (本环节提示), with their reasons. Every reading is recorded. H-03, J-10.",
        )
        .recorded(),
    )
    .field(one("case", "Case", "{c}.id = {t}.case_id", "The case (办件).").sorting(&["number", "submittedAt"]))
    .field(one("branch", "MatterBranch", "{c}.id = {t}.branch_id", "The branch of the matter (环节)."))
    .field(
        one("handlingUnit", "Unit", "{c}.id = {t}.handling_unit_id", "The agency (承办单位).")
            .sorting(&["name", "path"]),
    )
    .field(one("handler", "User", "{c}.id = {t}.handler_id", "Who accepted or finished it (经办人)."))
    .field(many("steps", "CaseStep", "{c}.case_item_id = {t}.id", "What was done to it, in order (办理过程)."))
    .field(many(
        "materials",
        "CaseMaterial",
        "exists (select 1 from case_item_material x where x.tenant_id = {tenant} and x.case_item_id = {t}.id \
         and x.case_material_id = {c}.id)",
        "The materials it needs (本环节材料), H-03.",
    ))
}

pub(super) fn step() -> TypeDef {
    TypeDef::over::<case_step::Entity>(
        "CaseStep",
        "stp",
        "What was done to a case or one of its items (办理过程). Permission: `case:read`.",
    )
    .ordered_by("at")
    .field(code::<CaseAction>("action", "action", "What (办理动作).").filtered())
    .field(column("note", "note", Scalar::String, "In words (说明).").optional())
    .field(column("at", "at", Scalar::DateTime, "When (时间).").sorted())
    .field(one("case", "Case", "{c}.id = {t}.case_id", "The case (办件)."))
    .field(one("item", "CaseItem", "{c}.id = {t}.case_item_id", "The item, if it was one (联办件)."))
    .field(one("actor", "User", "{c}.id = {t}.actor_id", "Who; absent for the platform (办理人)."))
}
