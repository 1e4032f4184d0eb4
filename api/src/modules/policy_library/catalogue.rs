//! What can be read of the library of policies (政策库), I-04.

use entities::{
    glossary_term, policy_document, policy_effect, policy_gap, policy_push, policy_score, step_rule,
    values::{PlanPeriod, PolicyGapState, PolicyKind, PolicyLevel, TaskAction},
};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{
    gated,
    graph::catalogue::{
        Moment, Row,
        Scalar::{Boolean, Date, DateTime, Decimal as Money, Int, Long, String as Text},
        TypeDef, code, column, computed, expression, many, one,
    },
    modules::organisation::catalogue::UNIT_OF_ROW,
    object_type,
};

object_type!(
    /// A document of the library, one version (政策文件).
    PolicyDocument, "PolicyDocument", "pdc"
);
object_type!(
    /// A policy brought to those who need it (政策推送).
    PolicyPush, "PolicyPush", "ppu"
);
object_type!(
    /// What a policy brought in a period (政策成效数据).
    PolicyEffect, "PolicyEffect", "pef"
);
object_type!(
    /// How somebody judges a policy (政策评价).
    PolicyScore, "PolicyScore", "psr"
);
object_type!(
    /// A policy that is missing (政策缺口).
    PolicyGap, "PolicyGap", "pgp"
);
object_type!(
    /// A word of the trade (用语释义).
    GlossaryTerm, "GlossaryTerm", "glt"
);
object_type!(
    /// A regulation that a step is bound to (环节制度).
    StepRule, "StepRule", "srl"
);

/// To the caller's unit, or to an item in which the caller takes part.
const RECEIVED: &str = "(exists (select 1 from app_user a where a.tenant_id = {tenant} and a.id = {user} \
    and a.unit_id = {t}.unit_id) or exists (select 1 from task k join task_duty d on d.tenant_id = {tenant} \
    and d.task_id = k.id and d.user_id = {user} and d.ended_on is null where k.tenant_id = {tenant} \
    and k.item_id = {t}.item_id))";

// The library is everybody's; what units do with it is theirs.
gated!(policy_document::Entity, PolicyDocument, subtree: "1 = 1", own: "1 = 1", agency: "");
gated!(glossary_term::Entity, PolicyDocument, subtree: "1 = 1", own: "1 = 1", agency: "");
gated!(step_rule::Entity, PolicyDocument, subtree: "1 = 1", own: "1 = 1", agency: "");
gated!(policy_push::Entity, WorkItem, subtree: UNIT_OF_ROW, own: RECEIVED, agency: "");
gated!(policy_effect::Entity, Statistic, subtree: UNIT_OF_ROW, own: "", agency: "");
gated!(policy_score::Entity, Statistic, subtree: UNIT_OF_ROW, own: "", agency: "");
gated!(policy_gap::Entity, Problem, subtree: UNIT_OF_ROW, own: "", agency: "");

/// Whether no later version has taken its place.
const IS_NEWEST: &str = "not exists (select 1 from policy_document n where n.tenant_id = {tenant} \
    and n.key = {t}.key and n.number > {t}.number)";
const IS_IN_FORCE: &str = "{t}.valid_from <= {day} and ({t}.valid_until is null or {t}.valid_until >= {day})";
const PROBLEMS: &str = "exists (select 1 from policy_gap_problem l where l.tenant_id = {tenant} \
    and l.gap_id = {t}.id and l.problem_id = {c}.id)";
/// The newest version of the regulation.
const NEWEST: &str = "{c}.key = {t}.key and not exists (select 1 from policy_document n where n.tenant_id = {tenant} \
    and n.key = {c}.key and n.number > {c}.number)";

/// Policies that were pushed for an item: a relation of items.
pub const OF_ITEM: &str = "exists (select 1 from policy_push l where l.tenant_id = {tenant} and l.item_id = {t}.id \
    and l.document_id = {c}.id)";
/// Gaps that stand behind a problem: a relation of problems.
pub const OF_PROBLEM: &str = "exists (select 1 from policy_gap_problem l where l.tenant_id = {tenant} \
    and l.problem_id = {t}.id and l.gap_id = {c}.id)";

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![document(), push(), effect(), score(), gap(), term(), step_rule_type()]
}

fn document() -> TypeDef {
    TypeDef::over::<policy_document::Entity>(
        "PolicyDocument",
        "pdc",
        "A document of the library of policies, one version (政策文件); `policySearch` looks through the words. \
         Permission: `policy_document:read`. I-04.",
    )
    .roots("policyDocument", "policyDocuments")
    .ordered_by("validFrom")
    .field(column("key", "key", Text, "Which document (标识).").sorted())
    .field(column("number", "number", Int, "Version number (版本), from 1.").sorted())
    .field(code::<PolicyKind>("kind", "kind", "Kind (文件类型).").filtered())
    .field(code::<PolicyLevel>("level", "level", "Who issued it, by level (层级).").filtered())
    .field(column("aspect", "aspect", Text, "Aspect that it is filed under (所属方面).").optional().sorted())
    .field(column("field", "field", Text, "Field of work, as items name it (领域).").optional().sorted())
    .field(column("title", "title", Text, "Title (标题).").sorted())
    .field(column("issuer", "issuer", Text, "Who issued it (发文机关).").filtered())
    .field(
        column("documentNumber", "document_number", Text, "Number that its issuer gave it (文号).")
            .optional()
            .filtered(),
    )
    .field(column("text", "text", Text, "The words (正文)."))
    .field(column("issuedOn", "issued_on", Date, "Day it was issued (发文日期).").sorted())
    .field(column("validFrom", "valid_from", Date, "First day it holds (施行日期).").sorted())
    .field(column("validUntil", "valid_until", Date, "Last day it holds (有效期至).").optional().sorted())
    .field(column("repealReason", "repeal_reason", Text, "Why it was repealed (废止理由).").optional())
    .field(
        expression("isNewest", IS_NEWEST, Boolean, "Whether no later version has taken its place (最新).").filtered(),
    )
    .field(expression("isInForce", IS_IN_FORCE, Boolean, "Whether it holds today (现行有效).").filtered())
    .field(column("createdAt", "created_at", DateTime, "When it was published here (入库时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("publishedBy", "User", "{c}.id = {t}.published_by", "Who published it here (入库人)."))
    .field(many("pushes", "PolicyPush", "{c}.document_id = {t}.id", "To whom it was pushed (推送)."))
    .field(many("effects", "PolicyEffect", "{c}.document_id = {t}.id", "What it brought by period (成效数据)."))
    .field(many("scores", "PolicyScore", "{c}.document_id = {t}.id", "How it is judged (评价)."))
    .field(many("gaps", "PolicyGap", "{c}.document_id = {t}.id", "Gaps that it answers (对接的缺口)."))
    .field(many("terms", "GlossaryTerm", "{c}.document_id = {t}.id", "Words that it explains (用语释义)."))
    .field(many("steps", "StepRule", "{c}.key = {t}.key", "Steps that are bound to it (适用环节)."))
}

fn push() -> TypeDef {
    TypeDef::over::<policy_push::Entity>(
        "PolicyPush",
        "ppu",
        "A policy brought to a unit, perhaps for an item (政策推送), once. Permission: `work_item:read`. I-04.",
    )
    .roots("policyPush", "policyPushes")
    .ordered_by("createdAt")
    .field(column("note", "note", Text, "What it is for (推送说明).").optional())
    .field(column("createdAt", "created_at", DateTime, "When (推送时间).").sorted())
    .field(column("readAt", "read_at", DateTime, "When the unit confirmed it (签收时间).").optional().sorted())
    .field(one("document", "PolicyDocument", "{c}.id = {t}.document_id", "The policy (政策).").sorting(&["title"]))
    .field(one("item", "WorkItem", "{c}.id = {t}.item_id", "The item it is for (事项)."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that gets it (接收单位).").sorting(&["name", "path"]))
    .field(one("pushedBy", "User", "{c}.id = {t}.pushed_by", "Who pushed it (推送人)."))
    .field(one("readBy", "User", "{c}.id = {t}.read_by", "Who confirmed it (签收人)."))
}

fn yuan(row: &Row, _: &Moment<'_>) -> Json {
    let fen = row.get("amount").and_then(|n| n.as_i64().or_else(|| n.as_str()?.parse().ok()));
    fen.map_or(Json::Null, |fen| Decimal::new(fen, 2).to_string().into())
}

fn effect() -> TypeDef {
    TypeDef::over::<policy_effect::Entity>(
        "PolicyEffect",
        "pef",
        "What a policy brought in a unit and period (政策成效数据). Permission: `statistic:read`. I-04.",
    )
    .roots("policyEffect", "policyEffects")
    .ordered_by("startsOn")
    .field(code::<PlanPeriod>("period", "period", "Year or month (周期).").filtered())
    .field(column("startsOn", "starts_on", Date, "First day of the period (周期首日).").sorted())
    .field(column("beneficiaries", "beneficiaries", Text, "Whom it benefits (受益对象)."))
    .field(column("count", "count", Int, "How many of them (受益数).").measured())
    .field(computed("amount", Money, &[("amount", "{t}.amount", Long)], yuan, "What was paid out, in yuan (兑现额度)."))
    .field(column("benefit", "benefit", Text, "What came of it (产生效益)."))
    .field(column("createdAt", "created_at", DateTime, "When it was first reported (填报时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes."))
    .field(one("document", "PolicyDocument", "{c}.id = {t}.document_id", "The policy (政策).").sorting(&["title"]))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that reports (填报单位).").sorting(&["name", "path"]))
    .field(one("reportedBy", "User", "{c}.id = {t}.reported_by", "Who reported it last (填报人)."))
}

fn score() -> TypeDef {
    TypeDef::over::<policy_score::Entity>(
        "PolicyScore",
        "psr",
        "How somebody judges a policy (政策评价): three scores and what they stand on; the aggregate has their means. \
         Permission: `statistic:read`. I-04.",
    )
    .roots("policyScore", "policyScores")
    .ordered_by("createdAt")
    .field(
        column("scientific", "scientific", Int, "Whether it is well founded (科学性), 0 to 100.").sorted().measured(),
    )
    .field(
        column("reasonable", "reasonable", Int, "Whether it is fair and proportionate (合理性), 0 to 100.")
            .sorted()
            .measured(),
    )
    .field(column("applicable", "applicable", Int, "Whether it fits the place (适用性), 0 to 100.").sorted().measured())
    .field(column("basis", "basis", Text, "What the scores stand on (评价依据)."))
    .field(column("createdAt", "created_at", DateTime, "When it was first judged (评价时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes."))
    .field(one("document", "PolicyDocument", "{c}.id = {t}.document_id", "The policy (政策).").sorting(&["title"]))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "Unit of whoever judged (评价单位).").sorting(&["name", "path"]))
    .field(one("scoredBy", "User", "{c}.id = {t}.scored_by", "Who judged (评价人)."))
}

fn gap() -> TypeDef {
    TypeDef::over::<policy_gap::Entity>(
        "PolicyGap",
        "pgp",
        "A policy that is missing (政策缺口), with the problems behind it and the policy that answers it (供需对接). \
         Permission: `problem:read`. I-04.",
    )
    .roots("policyGap", "policyGaps")
    .ordered_by("createdAt")
    .field(column("title", "title", Text, "Title (标题).").sorted())
    .field(column("text", "text", Text, "What is missing (缺口描述)."))
    .field(column("proposal", "proposal", Text, "What is proposed (政策建议).").optional())
    .field(column("field", "field", Text, "Field of work (领域).").optional().sorted())
    .field(code::<PolicyGapState>("state", "state", "State (状态).").filtered())
    .field(column("answer", "answer", Text, "How it is answered (对接说明).").optional())
    .field(column("createdAt", "created_at", DateTime, "When it was opened (提出时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("document", "PolicyDocument", "{c}.id = {t}.document_id", "The policy that answers it (对接政策)."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that needs it (需求单位).").sorting(&["name", "path"]))
    .field(one("openedBy", "User", "{c}.id = {t}.opened_by", "Who opened it (提出人)."))
    .field(many("problems", "Problem", PROBLEMS, "Problems behind it (关联问题)."))
}

fn term() -> TypeDef {
    TypeDef::over::<glossary_term::Entity>(
        "GlossaryTerm",
        "glt",
        "A word of the trade and what it means (用语释义). Permission: `policy_document:read`. I-04.",
    )
    .roots("glossaryTerm", "glossaryTerms")
    .ordered_by("term")
    .field(column("term", "term", Text, "The word (用语).").sorted())
    .field(column("definition", "definition", Text, "What it means (释义).").filtered())
    .field(column("createdAt", "created_at", DateTime, "When it was first written (登记时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes."))
    .field(one("document", "PolicyDocument", "{c}.id = {t}.document_id", "The document that says so (出处)."))
    .field(one("writtenBy", "User", "{c}.id = {t}.written_by", "Who wrote it last (登记人)."))
}

fn step_rule_type() -> TypeDef {
    TypeDef::over::<step_rule::Entity>(
        "StepRule",
        "srl",
        "A regulation that a step of the process is bound to (环节制度), whatever its version. \
         Permission: `policy_document:read`. I-05.",
    )
    .roots("stepRule", "stepRules")
    .ordered_by("createdAt")
    .field(column("key", "key", Text, "Which document (制度标识).").sorted())
    .field(code::<TaskAction>("action", "action", "The step (环节).").filtered())
    .field(column("note", "note", Text, "What it asks for at this step (要求).").optional())
    .field(column("createdAt", "created_at", DateTime, "When it was bound (绑定时间).").sorted())
    .field(one("document", "PolicyDocument", NEWEST, "Its newest version (现行版本)."))
    .field(one("boundBy", "User", "{c}.id = {t}.bound_by", "Who bound it (绑定人)."))
}
