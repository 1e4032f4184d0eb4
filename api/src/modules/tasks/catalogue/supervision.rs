//! Problems and what citizens bring forward (问题、群众反映事项), I-05.

use entities::{
    citizen_matter, problem, problem_body, problem_interview, problem_step,
    values::{CitizenMatterState, ProblemAction, ProblemCause, ProblemGrade, ProblemState, SupervisorBody},
};

use crate::{
    graph::catalogue::{
        Scalar::{Boolean, Date, DateTime, Int, String as Text},
        TypeDef, code, column, expression, many, one,
    },
    modules::policy_library::catalogue::OF_PROBLEM,
};

pub(super) fn types() -> Vec<TypeDef> {
    vec![problem_type(), body(), step(), interview(), citizen()]
}

fn problem_type() -> TypeDef {
    TypeDef::over::<problem::Entity>(
        "Problem",
        "prb",
        "A problem found in work (问题): one pool for all supervisors, each problem once. Permission: `problem:read`. I-05.",
    )
    .roots("problem", "problems")
    .ordered_by("raisedOn")
    .field(code::<ProblemCause>("cause", "cause", "Cause (成因).").filtered())
    .field(column("text", "text", Text, "In words (问题描述)."))
    .field(code::<ProblemGrade>("grade", "grade", "Grade; it never falls by itself (等级).").filtered())
    .field(column("gradeSince", "grade_since", Date, "Day it came to this grade (定级日期).").sorted())
    .field(column("raisedOn", "raised_on", Date, "Day it was raised (提出日期).").sorted())
    .field(code::<ProblemState>("state", "state", "State (状态).").filtered())
    .field(column("policyGap", "policy_gap", Text, "What policy is missing (政策缺口).").optional())
    .field(column("proposal", "proposal", Text, "What is proposed (政策建议).").optional())
    .field(column("resolution", "resolution", Text, "How it was mended (解决情况).").optional())
    .field(column("resolvedAt", "resolved_at", DateTime, "When it was closed (解决时间).").optional().sorted())
    .field(column("createdAt", "created_at", DateTime, "When it was recorded (登记时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The task (任务)."))
    .field(one("citizenMatter", "CitizenMatter", "{c}.id = {t}.citizen_matter_id", "The citizen's matter (群众事项)."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that has to mend it (责任单位).").sorting(&["name", "path"]))
    .field(one("resolvedBy", "User", "{c}.id = {t}.resolved_by", "Who closed it (销号人)."))
    .field(many("bodies", "ProblemBody", "{c}.problem_id = {t}.id", "The supervisors that share it (督查主体)."))
    .field(many("steps", "ProblemStep", "{c}.problem_id = {t}.id", "What was done to it (督查留痕), append-only."))
    .field(many("interviews", "ProblemInterview", "{c}.problem_id = {t}.id", "Interviews about it (约谈记录)."))
    .field(many("notices", "TaskNotice", "{c}.problem_id = {t}.id", "Messages about it (通知)."))
    .field(many("policyGaps", "PolicyGap", OF_PROBLEM, "Policy gaps behind it (政策缺口)."))
}

fn body() -> TypeDef {
    TypeDef::over::<problem_body::Entity>(
        "ProblemBody",
        "pbd",
        "A supervisor that shares a problem (督查主体). Permission: `problem:read`. I-05.",
    )
    .ordered_by("joinedAt")
    .field(code::<SupervisorBody>("body", "body", "Which body (督查主体).").filtered())
    .field(column("joinedAt", "joined_at", DateTime, "Since when (加入时间).").sorted())
    .field(one("problem", "Problem", "{c}.id = {t}.problem_id", "The problem (问题)."))
    .field(one("user", "User", "{c}.id = {t}.user_id", "Who brought it in; nobody for the platform (经办人)."))
}

fn step() -> TypeDef {
    TypeDef::over::<problem_step::Entity>(
        "ProblemStep",
        "pst",
        "What was done to a problem (督查留痕). Permission: `problem:read`. I-05.",
    )
    .ordered_by("at")
    .field(code::<ProblemAction>("action", "action", "What (动作).").filtered())
    .field(code::<ProblemGrade>("grade", "grade", "Grade then (当时等级).").filtered())
    .field(column("note", "note", Text, "In words (内容).").optional())
    .field(column("at", "at", DateTime, "When (时间).").sorted())
    .field(one("problem", "Problem", "{c}.id = {t}.problem_id", "The problem (问题)."))
    .field(one("actor", "User", "{c}.id = {t}.actor_id", "Who; nobody for the platform (办理人)."))
}

fn interview() -> TypeDef {
    TypeDef::over::<problem_interview::Entity>(
        "ProblemInterview",
        "pin",
        "An interview about a problem (约谈记录). Permission: `problem:read`. I-05.",
    )
    .ordered_by("heldOn")
    .field(column("heldOn", "held_on", Date, "Day (约谈日期).").sorted())
    .field(column("record", "record", Text, "What was said (谈话记录).").recorded())
    .field(column("createdAt", "created_at", DateTime, "When it was recorded (登记时间).").sorted())
    .field(one("problem", "Problem", "{c}.id = {t}.problem_id", "The problem (问题)."))
    .field(one("interviewee", "User", "{c}.id = {t}.interviewee_id", "With whom (被约谈人)."))
    .field(one("interviewer", "User", "{c}.id = {t}.interviewer_id", "By whom (约谈人)."))
}

fn citizen() -> TypeDef {
    TypeDef::over::<citizen_matter::Entity>(
        "CitizenMatter",
        "ctz",
        "What a citizen brought forward (群众反映事项), with its live state. Permission: `problem:read`. I-05.",
    )
    .roots("citizenMatter", "citizenMatters")
    .ordered_by("receivedOn")
    .field(column("number", "number", Text, "Number (编号).").sorted())
    .field(column("title", "title", Text, "Title (标题).").sorted())
    .field(column("text", "text", Text, "In words (内容)."))
    .field(code::<CitizenMatterState>("state", "state", "State (状态).").filtered())
    .field(column("receivedOn", "received_on", Date, "Day it came in (受理日期).").sorted())
    .field(column("dueOn", "due_on", Date, "Last day (期限).").sorted())
    .field(column("finishedOn", "finished_on", Date, "Day it was settled (办结日期).").optional().sorted())
    .field(
        expression("isDelayed", "{t}.state <> 'DONE' and {t}.due_on < {day}", Boolean, "Whether it is delayed (延误).")
            .filtered(),
    )
    .field(column("answer", "answer", Text, "The answer (答复).").optional())
    .field(column("rating", "rating", Int, "The citizen's rating, 1 to 5 (满意度).").optional().sorted().measured())
    .field(column("createdAt", "created_at", DateTime, "When it was recorded (登记时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit in charge (承办单位).").sorting(&["name", "path"]))
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The task it belongs to (所属任务)."))
    .field(many("problems", "Problem", "{c}.citizen_matter_id = {t}.id", "Problems found in it (问题)."))
}
