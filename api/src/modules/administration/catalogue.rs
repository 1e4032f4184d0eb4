//! What can be read of users, rights, keys, rule sets and the audit record.

use entities::{
    app_user, audit, audit_seal, role_assignment, rule_set, service_key,
    values::{RoleName, UserKind, UserState},
};
use serde_json::Value as Json;

use crate::{
    gated,
    graph::catalogue::{Moment, Row, Scalar, TypeDef, code, column, computed, expression, many, one},
    modules::organisation::catalogue::UNIT_OF_ROW,
    object_type,
};

object_type!(
    /// A user (用户).
    User, "User", "usr"
);
object_type!(
    /// A role held over a part of the tree (授权).
    RoleAssignment, "RoleAssignment", "rol"
);
object_type!(
    /// A key of a service account (服务密钥).
    ServiceKey, "ServiceKey", "key"
);
object_type!(
    /// A line of the audit record (审计记录).
    AuditRecord, "AuditRecord", "aud"
);
object_type!(
    /// A seal over lines of the audit record (审计封存).
    AuditSeal, "AuditSeal", "sea"
);
object_type!(
    /// A version of a rule set (规则集).
    RuleSet, "RuleSet", "rul"
);

/// Ties a key to the tree by the unit of its service user.
const UNIT_OF_USER: &str = "exists (select 1 from app_user au \
    join unit u on u.tenant_id = {tenant} and u.id = au.unit_id \
    where au.tenant_id = {tenant} and au.id = {t}.user_id and {path:u.path})";

gated!(app_user::Entity, User, subtree: UNIT_OF_ROW, own: "{t}.id = {user}", agency: "");
gated!(role_assignment::Entity, Assignment, subtree: UNIT_OF_ROW, own: "{t}.user_id = {user}", agency: "");
gated!(service_key::Entity, ServiceAccount, subtree: UNIT_OF_USER, own: "{t}.user_id = {user}", agency: "");
// The record and the rules belong to the tenant as a whole: no part of the tree holds a part of them.
gated!(audit::Entity, Audit, subtree: "", own: "", agency: "");
gated!(audit_seal::Entity, Audit, subtree: "", own: "", agency: "");
gated!(rule_set::Entity, RuleSet, subtree: "", own: "", agency: "");

/// When a role is held: on its days, until the day it is taken back.
const HELD: &str = "{t}.valid_from <= {day} and ({t}.valid_until is null or {t}.valid_until >= {day}) \
    and ({t}.revoked_at is null or {civil:t.revoked_at} > {day})";

/// The version of a set of rules that is in force: of those that have begun, the last that was published.
const IN_FORCE: &str = "{t}.effective_from <= {day} and not exists (select 1 from rule_set n \
    where n.tenant_id = {tenant} and n.key = {t}.key and n.effective_from <= {day} \
    and (n.effective_from > {t}.effective_from or (n.effective_from = {t}.effective_from and n.number > {t}.number)))";

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![user_type(), assignment_type(), key_type(), audit_type(), seal_type(), rule_set_type()]
}

fn user_type() -> TypeDef {
    use Scalar::{DateTime, Int, String as Text};
    TypeDef::over::<app_user::Entity>("User", "usr", "A person's or program's identity inside the tenant (用户).")
        .roots("user", "users")
        .ordered_by("name")
        .field(column("name", "name", Text, "Display name (姓名).").sorted())
        .field(
            expression(
                "login",
                "select a.login from account a where a.id = {t}.account_id",
                Text,
                "Log-in name (登录名); absent for service accounts.",
            )
            .optional()
            .filtered(),
        )
        .field(code::<UserKind>("kind", "kind", "Human or service (账号类型).").filtered())
        .field(code::<UserState>("state", "state", "Whether it may act (状态).").filtered())
        .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
        .field(column("createdAt", "created_at", DateTime, "When it was made.").sorted())
        .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
        .field(one("person", "Person", "{c}.id = {t}.person_id", "The person it is (人员)."))
        .field(
            one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that manages it (管理单位).")
                .sorting(&["name", "path"]),
        )
        .field(many("assignments", "RoleAssignment", "{c}.user_id = {t}.id", "Roles, ended ones too (授权)."))
        .field(many("serviceKeys", "ServiceKey", "{c}.user_id = {t}.id", "Keys of a service account (服务密钥)."))
}

fn assignment_type() -> TypeDef {
    use Scalar::{Date, DateTime};
    TypeDef::over::<role_assignment::Entity>(
        "RoleAssignment",
        "rol",
        "A role held over a unit and all below it for a time (授权), C-13.",
    )
    .roots("roleAssignment", "roleAssignments")
    .historic(HELD)
    .ordered_by("createdAt")
    .field(code::<RoleName>("role", "role", "The role (角色).").filtered())
    .field(column("validFrom", "valid_from", Date, "First day (生效日期).").sorted())
    .field(column("validUntil", "valid_until", Date, "Last day (失效日期); absent when unbounded.").optional().sorted())
    .field(column("createdAt", "created_at", DateTime, "When it was granted (授予时间).").sorted())
    .field(column("revokedAt", "revoked_at", DateTime, "When it was taken back (收回时间).").optional().sorted())
    .field(one("user", "User", "{c}.id = {t}.user_id", "Who holds it (用户).").sorting(&["name"]))
    .field(
        one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit at the top of its scope (授权机构).")
            .sorting(&["name", "path"]),
    )
    .field(one("grantedBy", "User", "{c}.id = {t}.granted_by", "Who gave it (授予人); absent for the tenant's first."))
    .field(one("revokedBy", "User", "{c}.id = {t}.revoked_by", "Who took it back (收回人)."))
}

fn key_type() -> TypeDef {
    use Scalar::{Boolean, DateTime, String as Text};
    TypeDef::over::<service_key::Entity>(
        "ServiceKey",
        "key",
        "A key of a service account (服务密钥); the key itself is shown once, when it is made.",
    )
    .roots("serviceKey", "serviceKeys")
    .ordered_by("createdAt")
    .field(column("label", "label", Text, "What it is for (用途).").sorted())
    .field(expression(
        "accountName",
        "select au.name from app_user au where au.tenant_id = {tenant} and au.id = {t}.user_id",
        Text,
        "Name of the service account (服务账号名称).",
    ))
    .field(column("isPrivileged", "privileged", Boolean, "Whether it may read diagnostics (可读诊断信息).").filtered())
    .field(column("createdAt", "created_at", DateTime, "When it was made.").sorted())
    .field(column("expiresAt", "expires_at", DateTime, "Refused after this (失效时间).").sorted())
    .field(column("revokedAt", "revoked_at", DateTime, "When it was withdrawn (撤销时间).").optional().sorted())
    .field(one("user", "User", "{c}.id = {t}.user_id", "The service account (服务账号)."))
}

fn audit_type() -> TypeDef {
    use Scalar::{DateTime, String as Text};
    TypeDef::over::<audit::Entity>("AuditRecord", "aud", "Who did what to which object, and when (审计记录), J-10.")
        .roots("auditRecord", "auditRecords")
        .ordered_by("at")
        .field(column("at", "at", DateTime, "When (时间).").sorted())
        .field(
            column("action", "action", Text, "What was done (操作): the mutation's name, or `readSensitive`.").sorted(),
        )
        .field(column("actorName", "actor_name", Text, "Name of the user then (操作人).").filtered())
        .field(column("objectType", "object_type", Text, "GraphQL type of the object; empty when none.").filtered())
        .field(computed(
            "objectId",
            Scalar::Id(""),
            &[("type", "{t}.object_type", Text), ("id", "{t}.object_id", Scalar::Id(""))],
            object_id,
            "Id of the object (对象); look it up with `node(id:)`.",
        ))
        .field(column("requestId", "request_id", Text, "The request's id.").filtered())
        .field(column("remote", "remote", Text, "Network address of the client (来源地址).").optional().filtered())
        .field(column("digest", "digest", Text, "SHA-256 of what was asked, hex (请求摘要).").filtered())
        .field(column("detail", "detail", Scalar::Json, "Which fields changed; no sensitive values."))
        .field(one("actor", "User", "{c}.id = {t}.actor_id", "The user (操作人); absent for the platform's own work."))
}

fn seal_type() -> TypeDef {
    use Scalar::{DateTime, Int, String as Text};
    let about = "A seal over lines of the audit record, chained to the one before (审计封存), made some ten minutes after the \
        lines; `auditVerify` says whether they are as they were.";
    TypeDef::over::<audit_seal::Entity>("AuditSeal", "sea", about)
        .roots("auditSeal", "auditSeals")
        .ordered_by("number")
        .field(column("number", "number", Int, "Its place in the chain, from 1 (序号).").sorted())
        .field(column("since", "since", DateTime, "Lines after this moment; absent of the first (起).").optional())
        .field(column("until", "until", DateTime, "Lines up to and with this moment (止).").sorted())
        .field(column("lines", "lines", Int, "How many lines (条数)."))
        .field(column("previous", "previous", Text, "Digest of the seal before (前序摘要); empty of the first."))
        .field(column("digest", "digest", Text, "SM3 over the seal before and the lines, hex (摘要).").filtered())
        .field(column("sealedAt", "sealed_at", DateTime, "When it was made (封存时间).").sorted())
}

/// What ids of the types that commands touch begin with.
const PREFIXES: &[(&str, &str)] = &[
    ("Unit", "uni"),
    ("PartyOrganisation", "pty"),
    ("Person", "per"),
    ("Cadre", "cad"),
    ("Appointment", "apt"),
    ("User", "usr"),
    ("RoleAssignment", "rol"),
    ("ServiceKey", "key"),
    ("RuleSet", "rul"),
    ("Matter", "mat"),
    ("AgencyRoute", "rte"),
    ("Approval", "apr"),
    ("Case", "cas"),
    ("CaseItem", "itm"),
    ("PluginTransition", "ptr"),
    ("Attachment", "att"),
    ("Plugin", "plg"),
    ("Consultation", "con"),
    ("TaskForce", "tsk"),
    ("AcceptanceReview", "acc"),
    ("ExchangePeer", "exp"),
    ("ExchangeMessage", "exm"),
    ("SourceSystem", "src"),
    ("SharedField", "shf"),
    ("FieldDispute", "dsp"),
    ("WorkSource", "wsr"),
    ("WorkStandard", "wst"),
    ("WorkTemplate", "wtp"),
    ("WorkService", "wsv"),
    ("WorkResource", "wrs"),
    ("WorkItem", "wit"),
    ("Task", "tas"),
    ("TaskPlan", "tpl"),
    ("TaskNotice", "tno"),
    ("TaskRequest", "trq"),
    ("MonthClose", "mcl"),
    ("PerformanceExport", "pex"),
    ("Problem", "prb"),
    ("CitizenMatter", "ctz"),
    ("PolicyDocument", "pdc"),
    ("PolicyPush", "ppu"),
    ("PolicyEffect", "pef"),
    ("PolicyScore", "psr"),
    ("PolicyGap", "pgp"),
    ("GlossaryTerm", "glt"),
    ("StepRule", "srl"),
];

fn object_id(row: &Row, _: &Moment<'_>) -> Json {
    let field = |key: &str| row.get(key).and_then(Json::as_str);
    let prefix = field("type").and_then(|ty| PREFIXES.iter().find(|(name, _)| *name == ty));
    // The engine wrote an underscore and the digits: the prefix depends on the row.
    match (prefix, field("id")) {
        (Some((_, prefix)), Some(digits)) => format!("{prefix}{digits}").into(),
        _ => Json::Null,
    }
}

fn rule_set_type() -> TypeDef {
    TypeDef::over::<rule_set::Entity>("RuleSet", "rul", "One version of a set of thresholds (规则集).")
        .roots("ruleSet", "ruleSets")
        .historic(IN_FORCE)
        .ordered_by("effectiveFrom")
        .field(column("key", "key", Scalar::String, "Which set (规则集标识).").sorted())
        .field(column("number", "number", Scalar::Int, "Version number (版本号), from 1.").sorted())
        .field(column("effectiveFrom", "effective_from", Scalar::Date, "First day (生效日期).").sorted())
        .field(column("body", "body", Scalar::Json, "The thresholds (阈值)."))
        .field(column("createdAt", "created_at", Scalar::DateTime, "When it was published (发布时间).").sorted())
        .field(one("publishedBy", "User", "{c}.id = {t}.published_by", "Who published it (发布人)."))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::kernel::{calendar::WorkCalendar, civil::today_in_shanghai, id};

    #[test]
    fn an_audit_record_names_its_object_by_a_readable_id() {
        let moment = Moment {
            today: today_in_shanghai(chrono::DateTime::UNIX_EPOCH),
            now: chrono::DateTime::UNIX_EPOCH,
            calendar: WorkCalendar::national(),
        };
        let digits = "0190000000007000800000000000 00ab".replace(' ', "");
        let Json::Object(row) = json!({ "type": "Cadre", "id": format!("_{digits}") }) else { return };
        let text = object_id(&row, &moment);
        assert_eq!(text.as_str().and_then(id::parse).map(|(prefix, _)| prefix), Some("cad"));
        let Json::Object(row) = json!({ "type": "", "id": null }) else { return };
        assert_eq!(object_id(&row, &moment), Json::Null);
    }

    #[test]
    fn the_prefixes_are_those_of_the_types() {
        for ty in types() {
            if let Some((_, prefix)) = PREFIXES.iter().find(|(name, _)| *name == ty.name) {
                assert_eq!(*prefix, ty.prefix);
            }
        }
    }
}
