//! The catalogue of matters (事项目录).

use entities::{
    agency_route, matter, matter_branch, matter_material,
    values::{JoinMode, MaterialPhase, MatterGroup, MatterState},
};
use serde_json::{Value as Json, json};

use crate::{
    graph::catalogue::{EnumDef, Moment, Row, Scalar, TypeDef, code, column, computed, expression, many, one},
    modules::matters::rules::reduction::reduction_rate,
};

const BEFORE: &str = "(select count(*) from matter_material m where m.tenant_id = {tenant} \
    and m.matter_id = {t}.id and m.phase = 'BEFORE')";
const NOW: &str = "(select count(*) from matter_material m where m.tenant_id = {tenant} \
    and m.matter_id = {t}.id and m.phase = 'CURRENT')";
const STEPS: &str = "(select count(*) from matter_branch b where b.tenant_id = {tenant} and b.matter_id = {t}.id)";
/// Branches of which the unit, the duty or the step is missing; a closed unit handles nothing.
const GAPS: &str = "(select count(*) from matter_branch b join unit u on u.tenant_id = {tenant} \
    and u.id = b.handling_unit_id where b.tenant_id = {tenant} and b.matter_id = {t}.id \
    and (u.valid_until is not null or b.duty_item = '' or b.step = ''))";
const CLOSED: &str = "(select u.valid_until from unit u where u.tenant_id = {tenant} and u.id = {t}.handling_unit_id)";
const LINKS: &[(&str, &str, Scalar)] = &[
    ("closed", CLOSED, Scalar::Date),
    ("duty", "{t}.duty_item", Scalar::String),
    ("step", "{t}.step", Scalar::String),
];
const JOIN: &str = "coalesce((select f.mode from matter_flow f where f.tenant_id = {tenant} \
    and f.matter_id = {t}.id), 'ALL')";
const NEEDED: &str = "(select f.needed from matter_flow f where f.tenant_id = {tenant} and f.matter_id = {t}.id \
    and f.mode = 'AT_LEAST')";
const COUNTS: &[(&str, &str, Scalar)] = &[("before", BEFORE, Scalar::Int), ("now", NOW, Scalar::Int)];

pub(super) fn matter() -> TypeDef {
    TypeDef::over::<matter::Entity>(
        "Matter",
        "mat",
        "One version of a matter of the catalogue (事项), H-02. Cases keep the version they began with. \
         Permission: `matter:read`.",
    )
    .roots("matter", "matters")
    .ordered_by("key")
    .field(column("key", "key", Scalar::String, "Stable key, as in `retirement` (事项编码).").sorted())
    .field(column("number", "number", Scalar::Int, "Number of this version (版本号).").sorted())
    .field(column("title", "title", Scalar::String, "Title (事项名称).").sorted())
    .field(code::<MatterGroup>("group", "group", "Group of the catalogue (事项分组), H-02.").filtered())
    .field(code::<MatterState>("state", "state", "Whether it is in force (状态).").filtered())
    .field(column("formSchema", "form_schema", Scalar::Json, "JSON Schema 2020-12 of the one form (表单), H-03."))
    .field(
        column("limitDays", "limit_days", Scalar::Int, "Promised working days (承诺工作日), H-04.").sorted().measured(),
    )
    .field(column("baselineDays", "baseline_days", Scalar::Int, "Days it took before (改革前天数), H-04.").measured())
    .field(column("baselineSteps", "baseline_steps", Scalar::Int, "Steps it took before (改革前环节数).").measured())
    .field(
        column("visits", "visits", Scalar::Int, "Visits to a counter that it takes (跑动次数).").filtered().measured(),
    )
    .field(column("effectiveFrom", "effective_from", Scalar::Date, "First day of this version (施行日期).").sorted())
    .field(column("version", "version", Scalar::Int, "Counts changes; give it as `expectedVersion`."))
    .field(
        expression("materialsBefore", BEFORE, Scalar::Int, "Materials asked for before (改革前材料数), H-03.")
            .measured(),
    )
    .field(expression("materialsNow", NOW, Scalar::Int, "Materials asked for now (现需材料数), H-03.").measured())
    .field(
        expression("stepsNow", STEPS, Scalar::Int, "Branches, which go on at the same time (现环节数), H-04.").measured(),
    )
    .field(
        expression(
            "branchesWithGaps",
            GAPS,
            Scalar::Int,
            "Branches whose unit has a last day, or that name no duty or no step (三协同缺失环节数); `MatterBranch.missingLinks` says what.",
        )
        .measured(),
    )
    .field(expression(
        "join",
        JOIN,
        Scalar::Enum(EnumDef::of::<JoinMode>()),
        "Whether a case is done with all of its mandatory items, with any, or with so many (汇合方式), H-03.",
    ))
    .field(
        expression("joinNeeded", NEEDED, Scalar::Int, "How many mandatory items `AT_LEAST` waits for (件数).").optional(),
    )
    .field(computed(
        "materialReduction",
        Scalar::Decimal,
        COUNTS,
        reduction,
        "By how many percent the materials were reduced (材料精简率), one decimal, as in `77.3`; absent when \
         none were asked for before. H-03.",
    ))
    .field(many("branches", "MatterBranch", "{c}.matter_id = {t}.id", "What each agency does (联办环节)."))
    .field(many("materials", "MatterMaterial", "{c}.matter_id = {t}.id", "Materials, before and now (材料)."))
}

fn reduction(row: &Row, _: &Moment<'_>) -> Json {
    let count = |key| row.get(key).and_then(Json::as_u64).and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    json!(reduction_rate(count("before"), count("now")).map(|rate| rate.to_string()))
}

/// Which of unit, duty and step a branch lacks.
fn missing_links(row: &Row, moment: &Moment<'_>) -> Json {
    let text = |key: &str| row.get(key).and_then(Json::as_str).unwrap_or_default();
    let closed = text("closed").parse().is_ok_and(|day: chrono::NaiveDate| day < moment.today);
    let missing =
        [("UNIT", closed), ("DUTY", text("duty").trim().is_empty()), ("STEP", text("step").trim().is_empty())];
    missing.into_iter().filter(|(_, lacks)| *lacks).map(|(link, _)| link).collect()
}

pub(super) fn branch() -> TypeDef {
    TypeDef::over::<matter_branch::Entity>(
        "MatterBranch",
        "mbr",
        "What one agency does in a matter (联办环节): its unit, its duty, its step (机构、职能、业务三协同). \
         Permission: `matter:read`.",
    )
    .ordered_by("position")
    .field(column("key", "key", Scalar::String, "Stable key (环节编码).").sorted())
    .field(column("title", "title", Scalar::String, "Title (环节名称)."))
    .field(column("dutyItem", "duty_item", Scalar::String, "The duty it acts on (职能)."))
    .field(column("step", "step", Scalar::String, "The business step (业务)."))
    .field(
        column("isMandatory", "is_mandatory", Scalar::Boolean, "Whether the case waits for it (是否必办).").filtered(),
    )
    .field(column("limitDays", "limit_days", Scalar::Int, "Promised working days (承诺工作日), H-04."))
    .field(column("dependsOn", "depends_on", Scalar::Json, "Keys of the branches that come first (前置环节)."))
    .field(column("fields", "fields", Scalar::Json, "Fields of the form that its agency sees (可见表单项), H-03."))
    .field(column("materials", "materials", Scalar::Json, "Keys of the materials that its agency sees (可见材料)."))
    .field(computed(
        "missingLinks",
        Scalar::Json,
        LINKS,
        missing_links,
        "What is missing of the three that work together (三协同缺失项): `UNIT` (closed), `DUTY`, `STEP`; empty when \
         nothing is.",
    ))
    .field(column("position", "position", Scalar::Int, "Order (顺序).").sorted())
    .field(one("matter", "Matter", "{c}.id = {t}.matter_id", "The matter (事项)."))
    .field(one("handlingUnit", "Unit", "{c}.id = {t}.handling_unit_id", "The agency (承办单位)."))
}

pub(super) fn material() -> TypeDef {
    TypeDef::over::<matter_material::Entity>(
        "MatterMaterial",
        "mma",
        "A material that a matter asked for before or asks for now (材料), H-03. Permission: `matter:read`.",
    )
    .ordered_by("position")
    .field(column("key", "key", Scalar::String, "Stable key (材料编码).").sorted())
    .field(column("title", "title", Scalar::String, "Title (材料名称)."))
    .field(code::<MaterialPhase>("phase", "phase", "Before or now (材料阶段).").filtered())
    .field(column("isMandatory", "is_mandatory", Scalar::Boolean, "Whether it must be given (是否必需).").filtered())
    .field(column("mediaTypes", "media_types", Scalar::Json, "Accepted media types (可接受类型)."))
    .field(column("maxBytes", "max_bytes", Scalar::Long, "Largest size in bytes (大小上限)."))
    .field(column("position", "position", Scalar::Int, "Order (顺序).").sorted())
    .field(one("matter", "Matter", "{c}.id = {t}.matter_id", "The matter (事项)."))
}

pub(super) fn route() -> TypeDef {
    TypeDef::over::<agency_route::Entity>(
        "AgencyRoute",
        "rte",
        "Which unit handles a branch for the cases of a division and of those below it that have none of their own \
         (属地承办单位), H-06. Permission: `matter:read`.",
    )
    .roots("agencyRoute", "agencyRoutes")
    .ordered_by("branch")
    .field(column("branch", "branch_key", Scalar::String, "Key of the branch (环节编码).").sorted())
    .field(column("divisionCode", "division_code", Scalar::String, "The division (行政区划代码), J-01.").sorted())
    .field(column("version", "version", Scalar::Int, "Counts changes."))
    .field(column("updatedAt", "updated_at", Scalar::DateTime, "When it last changed.").sorted())
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit (承办单位)."))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::calendar::WorkCalendar;

    #[test]
    fn h_01_a_branch_names_what_it_lacks() {
        let moment = Moment {
            today: "2025-09-26".parse().unwrap(),
            now: chrono::DateTime::UNIX_EPOCH,
            calendar: WorkCalendar::national(),
        };
        let links = |row: Json| missing_links(row.as_object().unwrap(), &moment);
        assert_eq!(links(json!({ "closed": null, "duty": "工资", "step": "核对" })), json!([]));
        assert_eq!(links(json!({ "closed": "2025-09-26", "duty": "工资", "step": "核对" })), json!([]));
        assert_eq!(links(json!({ "closed": "2025-09-25", "duty": "", "step": " " })), json!(["UNIT", "DUTY", "STEP"]));
    }

    #[test]
    fn h_03_reduction_of_the_retirement_matter() {
        let moment = Moment {
            today: "2025-09-26".parse().unwrap(),
            now: chrono::DateTime::UNIX_EPOCH,
            calendar: WorkCalendar::national(),
        };
        let rate = |row: Json| reduction(row.as_object().unwrap(), &moment);
        assert_eq!(rate(json!({ "before": 22, "now": 5 })), json!("77.3"));
        assert_eq!(rate(json!({ "before": 0, "now": 0 })), Json::Null);
    }
}
