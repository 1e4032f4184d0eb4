//! What can be read of consultations, task forces and acceptance reviews.

use entities::{
    acceptance_item, acceptance_review, consultation, consultation_position, task_force, task_force_member,
    values::{ConsultationState, ReviewState, Stance, TaskForceState},
};
use serde_json::{Value as Json, json};

use crate::{
    gated,
    graph::catalogue::{Moment, Row, Scalar, TypeDef, code, column, computed, expression, many, one},
    modules::organisation::catalogue::UNIT_OF_ROW,
    object_type,
};

object_type!(
    /// A consultation between city and county (会商).
    Consultation, "Consultation", "con"
);
object_type!(
    /// A task force (专班).
    TaskForce, "TaskForce", "tsk"
);
object_type!(
    /// A member of a task force (专班成员).
    TaskForceMember, "TaskForceMember", "tfm"
);
object_type!(
    /// An acceptance review (验收).
    AcceptanceReview, "AcceptanceReview", "acc"
);
object_type!(
    /// A line of a review's checklist (验收指标).
    AcceptanceItem, "AcceptanceItem", "aci"
);

const MEMBER: &str = "exists (select 1 from task_force_member m where m.tenant_id = {tenant} \
    and m.task_force_id = {t}.id and m.user_id = {user} and m.left_at is null)";
const FELLOW_MEMBER: &str = "exists (select 1 from task_force_member m where m.tenant_id = {tenant} \
    and m.task_force_id = {t}.task_force_id and m.user_id = {user} and m.left_at is null)";
const UNIT_OF_TASK_FORCE: &str = "exists (select 1 from task_force f join unit s on s.tenant_id = {tenant} \
    and s.id = f.unit_id where f.tenant_id = {tenant} and f.id = {t}.task_force_id and {path:s.path})";

// Between two tenants as wholes: no part of the tree holds a part of them.
gated!(consultation::Entity, Consultation, subtree: "", own: "", agency: "");
gated!(consultation_position::Entity, Consultation, subtree: "", own: "", agency: "");
gated!(acceptance_review::Entity, AcceptanceReview, subtree: "", own: "", agency: "");
gated!(acceptance_item::Entity, AcceptanceReview, subtree: "", own: "", agency: "");
gated!(task_force::Entity, TaskForce, subtree: UNIT_OF_ROW, own: MEMBER, agency: "");
gated!(task_force_member::Entity, TaskForce, subtree: UNIT_OF_TASK_FORCE, own: FELLOW_MEMBER, agency: "");

/// The days of a task force: its own, cut short when it was dissolved.
const AT_WORK: &str = "{t}.valid_from <= {day} and {t}.valid_until >= {day} \
    and ({t}.dissolved_at is null or {civil:t.dissolved_at} > {day})";

const TASK_FORCE_DAYS: &[(&str, &str, Scalar)] = &[
    ("state", "{t}.state", Scalar::String),
    ("from", "{t}.valid_from", Scalar::Date),
    ("until", "{t}.valid_until", Scalar::Date),
];

const SCORE: &str =
    "(select coalesce(sum(i.score), 0) from acceptance_item i where i.tenant_id = {tenant} and i.review_id = {t}.id)";
const FULL_SCORE: &str = "(select coalesce(sum(i.full_score), 0) from acceptance_item i \
    where i.tenant_id = {tenant} and i.review_id = {t}.id)";

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![consultation_type(), position_type(), task_force_type(), member_type(), review_type(), item_type()]
}

fn consultation_type() -> TypeDef {
    use Scalar::{Boolean, DateTime, Int, String as Text};
    TypeDef::over::<consultation::Entity>(
        "Consultation",
        "con",
        "A consultation between a city and one of its counties on a matter (会商), H-01. Both tenants keep it under \
         the same id. Permission: `consultation:read`.",
    )
    .roots("consultation", "consultations")
    .ordered_by("openedAt")
    .field(column("title", "title", Text, "Title (议题).").sorted())
    .field(column("matterKey", "matter_key", Text, "Key of the matter it is about (事项编码).").sorted())
    .field(column("question", "question", Text, "What is to be settled (会商事由)."))
    .field(code::<ConsultationState>("state", "state", "State (状态).").filtered())
    .field(column("peerCode", "peer_code", Text, "Code of the other tenant (对方租户代码).").sorted())
    .field(column("peerName", "peer_name", Text, "Name of the other tenant (对方名称).").sorted())
    .field(column("isOpenedHere", "opened_here", Boolean, "Whether this tenant opened it (本方发起).").filtered())
    .field(column("openedByName", "opened_by_name", Text, "Who opened it (发起人)."))
    .field(column("openedAt", "opened_at", DateTime, "When it was opened (发起时间).").sorted())
    .field(column("conclusion", "conclusion", Text, "What was settled (会商结论).").optional())
    .field(column("concludedByName", "concluded_by_name", Text, "Who concluded it (结论人).").optional())
    .field(column("concludedAt", "concluded_at", DateTime, "When it was concluded (结论时间).").optional().sorted())
    .field(column("version", "version", Int, "Counts changes, the same on both sides; give it as `expectedVersion`."))
    .field(one(
        "matter",
        "Matter",
        "{c}.id = {t}.matter_id",
        "This tenant's version of the matter when it was opened (事项).",
    ))
    .field(one(
        "concludedMatter",
        "Matter",
        "{c}.id = {t}.concluded_matter_id",
        "The version of this tenant's catalogue to which the conclusion is bound (结论所依事项版本), H-01.",
    ))
    .field(one("openedBy", "User", "{c}.id = {t}.opened_by", "Who opened it, if it was opened here (发起人)."))
    .field(many(
        "positions",
        "ConsultationPosition",
        "{c}.consultation_id = {t}.id",
        "What each side said (会商意见).",
    ))
}

fn position_type() -> TypeDef {
    TypeDef::over::<consultation_position::Entity>(
        "ConsultationPosition",
        "cop",
        "What one side of a consultation said (会商意见); a side's last one counts. Permission: `consultation:read`.",
    )
    .ordered_by("at")
    .field(column("isOurs", "is_ours", Scalar::Boolean, "Whether it is this tenant's (是否本方).").filtered())
    .field(column("tenantName", "tenant_name", Scalar::String, "Whose it is (意见方)."))
    .field(code::<Stance>("stance", "stance", "For or against (立场).").filtered())
    .field(column("text", "text", Scalar::String, "In words (意见内容)."))
    .field(column("authorName", "author_name", Scalar::String, "Who recorded it (记录人)."))
    .field(column("at", "at", Scalar::DateTime, "When (时间).").sorted())
    .field(one("consultation", "Consultation", "{c}.id = {t}.consultation_id", "The consultation (会商)."))
    .field(one("author", "User", "{c}.id = {t}.author_id", "Who recorded it, if it was here (记录人)."))
}

fn task_force_type() -> TypeDef {
    use Scalar::{Boolean, Date, DateTime, Int, String as Text};
    TypeDef::over::<task_force::Entity>(
        "TaskForce",
        "tsk",
        "People of several units with rights for a time (专班), C-13: the rights end with it or with its last day. \
         Permission: `task_force:read`.",
    )
    .roots("taskForce", "taskForces")
    .historic(AT_WORK)
    .ordered_by("validFrom")
    .field(column("title", "title", Text, "Title (专班名称).").sorted())
    .field(column("purpose", "purpose", Text, "What it is for (工作任务)."))
    .field(column("validFrom", "valid_from", Date, "First day (开始日期).").sorted())
    .field(column("validUntil", "valid_until", Date, "Last day (截止日期).").sorted())
    .field(code::<TaskForceState>("state", "state", "Whether it was dissolved (状态).").filtered())
    .field(computed(
        "isAtWork",
        Boolean,
        TASK_FORCE_DAYS,
        is_at_work,
        "Whether it is at work today (是否在运行): begun, not over, not dissolved.",
    ))
    .field(column("dissolvedAt", "dissolved_at", DateTime, "When it was dissolved (撤销时间).").optional().sorted())
    .field(column("dissolveReason", "dissolve_reason", Text, "Why it was dissolved (撤销原因).").optional())
    .field(column("createdAt", "created_at", DateTime, "When it was formed (成立时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that leads it (牵头单位).").sorting(&["name", "path"]))
    .field(one("createdBy", "User", "{c}.id = {t}.created_by", "Who formed it (成立人)."))
    .field(one("dissolvedBy", "User", "{c}.id = {t}.dissolved_by", "Who dissolved it (撤销人)."))
    .field(many("members", "TaskForceMember", "{c}.task_force_id = {t}.id", "Members, former ones too (成员)."))
}

fn member_type() -> TypeDef {
    use Scalar::{Date, DateTime, String as Text};
    TypeDef::over::<task_force_member::Entity>(
        "TaskForceMember",
        "tfm",
        "A member of a task force with the role lent for it (专班成员), C-13. Permission: `task_force:read`.",
    )
    .ordered_by("joinedOn")
    .field(column("duty", "duty", Text, "What the member does in it (分工)."))
    .field(column("joinedOn", "joined_on", Date, "First day (加入日期).").sorted())
    .field(column("leftAt", "left_at", DateTime, "When the member left (退出时间).").optional().sorted())
    .field(one("taskForce", "TaskForce", "{c}.id = {t}.task_force_id", "The task force (专班)."))
    .field(one("user", "User", "{c}.id = {t}.user_id", "The user (用户).").sorting(&["name"]))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit the member comes from (来源单位)."))
    .field(one("assignment", "RoleAssignment", "{c}.id = {t}.assignment_id", "The role lent for it (限时授权)."))
}

fn review_type() -> TypeDef {
    use Scalar::{Boolean, DateTime, Int, String as Text};
    TypeDef::over::<acceptance_review::Entity>(
        "AcceptanceReview",
        "acc",
        "A review of a lower tenant's work by the tenant above it (验收), H-01. Both keep it under the same id. \
         Permission: `acceptance_review:read`.",
    )
    .roots("acceptanceReview", "acceptanceReviews")
    .ordered_by("openedAt")
    .field(column("title", "title", Text, "Title (验收名称).").sorted())
    .field(code::<ReviewState>("state", "state", "State (状态).").filtered())
    .field(
        column("isReviewer", "is_reviewer", Boolean, "Whether this tenant reviews the other (本方为验收方).")
            .filtered(),
    )
    .field(column("peerCode", "peer_code", Text, "Code of the other tenant (对方租户代码).").sorted())
    .field(column("peerName", "peer_name", Text, "Name of the other tenant (对方名称).").sorted())
    .field(column("passScore", "pass_score", Int, "What must be reached to pass (合格分).").measured())
    .field(expression("score", SCORE, Int, "What was scored so far (得分).").filtered().measured())
    .field(expression("fullScore", FULL_SCORE, Int, "The most that can be scored (总分).").measured())
    .field(
        column("isPassed", "passed", Boolean, "Whether it was passed (是否通过); absent before the conclusion.")
            .optional()
            .filtered(),
    )
    .field(column("comments", "comments", Text, "The conclusion in words (验收意见).").optional())
    .field(column("openedByName", "opened_by_name", Text, "Who opened it (发起人)."))
    .field(column("openedAt", "opened_at", DateTime, "When it was opened (发起时间).").sorted())
    .field(column("concludedByName", "concluded_by_name", Text, "Who concluded it (结论人).").optional())
    .field(column("concludedAt", "concluded_at", DateTime, "When it was concluded (结论时间).").optional().sorted())
    .field(column("version", "version", Int, "Counts changes, the same on both sides; give it as `expectedVersion`."))
    .field(one("openedBy", "User", "{c}.id = {t}.opened_by", "Who opened it, if it was opened here (发起人)."))
    .field(many("items", "AcceptanceItem", "{c}.review_id = {t}.id", "The checklist (验收清单)."))
}

fn item_type() -> TypeDef {
    use Scalar::{Boolean, Int, String as Text};
    TypeDef::over::<acceptance_item::Entity>(
        "AcceptanceItem",
        "aci",
        "A line of the checklist of a review (验收指标). Permission: `acceptance_review:read`.",
    )
    .ordered_by("position")
    .field(column("criterion", "criterion", Text, "What is looked at (指标)."))
    .field(column("fullScore", "full_score", Int, "The most it can score (满分)."))
    .field(
        column("isMandatory", "is_mandatory", Boolean, "Whether nothing is passed with 0 on it (是否必达).").filtered(),
    )
    .field(column("score", "score", Int, "What it scored (得分); absent until then.").optional().sorted())
    .field(column("comment", "comment", Text, "What the reviewer found (评语).").optional())
    .field(column("position", "position", Int, "Order (顺序).").sorted())
    .field(one("review", "AcceptanceReview", "{c}.id = {t}.review_id", "The review (验收)."))
}

fn is_at_work(row: &Row, moment: &Moment<'_>) -> Json {
    let text = |key: &str| row.get(key).and_then(Json::as_str);
    let day = |key: &str| text(key).and_then(|d| d.parse::<chrono::NaiveDate>().ok());
    let within =
        day("from").is_some_and(|from| from <= moment.today) && day("until").is_some_and(|d| d >= moment.today);
    json!(within && text("state") == Some("ACTIVE"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kernel::calendar::WorkCalendar;

    #[test]
    fn c_13_a_task_force_is_at_work_until_its_last_day() {
        let row = |state: &str| json!({ "state": state, "from": "2025-09-22", "until": "2025-09-30" });
        let on = |day: &str, state: &str| {
            let moment = Moment {
                today: day.parse().unwrap(),
                now: chrono::DateTime::UNIX_EPOCH,
                calendar: WorkCalendar::national(),
            };
            is_at_work(row(state).as_object().unwrap(), &moment)
        };
        assert_eq!((on("2025-09-21", "ACTIVE"), on("2025-09-22", "ACTIVE")), (json!(false), json!(true)));
        assert_eq!((on("2025-09-30", "ACTIVE"), on("2025-10-01", "ACTIVE")), (json!(true), json!(false)));
        assert_eq!(on("2025-09-23", "DISSOLVED"), json!(false));
    }
}
