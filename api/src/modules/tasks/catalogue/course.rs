//! What happens to tasks: steps, files, plans of periods, messages, requests (留痕、资料、计划、提醒、协作).

use entities::{
    task_file, task_follow, task_notice, task_plan, task_request, task_step,
    values::{FileRetention, NoticeKind, NoticeLevel, PlanPeriod, RequestState, TaskAction},
};

use crate::graph::catalogue::{
    Scalar::{Boolean, Date, DateTime, Int, String as Text},
    TypeDef, code, column, expression, one,
};

pub(super) fn types() -> Vec<TypeDef> {
    vec![step(), file(), plan(), follow(), notice(), request()]
}

fn step() -> TypeDef {
    TypeDef::over::<task_step::Entity>(
        "TaskStep",
        "tst",
        "What was done to a task (办理留痕): never changed, only added to. Permission: `task:read`. I-04, I-07.",
    )
    .roots("taskStep", "taskSteps")
    .ordered_by("at")
    .field(code::<TaskAction>("action", "action", "What (动作).").filtered())
    .field(column("note", "note", Text, "In words (内容).").optional())
    .field(column("percent", "percent", Int, "Progress then (当时进度).").optional())
    .field(column("at", "at", DateTime, "When (时间).").sorted())
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The task (任务)."))
    .field(one("item", "WorkItem", "{c}.id = {t}.item_id", "Its item (事项)."))
    .field(one("actor", "User", "{c}.id = {t}.actor_id", "Who; nobody for the platform (办理人).").sorting(&["name"]))
}

fn file() -> TypeDef {
    TypeDef::over::<task_file::Entity>(
        "TaskFile",
        "tfi",
        "A file bound to a task (任务资料). Permission: `task:read`. I-07.",
    )
    .roots("taskFile", "taskFiles")
    .ordered_by("createdAt")
    .field(column("class", "class", Text, "Class of the file (资料类别).").sorted())
    .field(code::<FileRetention>("retention", "retention", "How long it is kept (保管期限).").filtered())
    .field(column("reference", "reference", Text, "Where another system keeps it (跨系统引用).").optional().filtered())
    .field(column("createdAt", "created_at", DateTime, "When it was bound (绑定时间).").sorted())
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The task (任务)."))
    .field(one("attachment", "Attachment", "{c}.id = {t}.attachment_id", "The file (文件)."))
    .field(one("boundBy", "User", "{c}.id = {t}.bound_by", "Who bound it (绑定人)."))
}

fn plan() -> TypeDef {
    TypeDef::over::<task_plan::Entity>(
        "TaskPlan",
        "tpl",
        "What a task has to reach in a year, month or week (周期计划); finer plans never ask for more than the coarser. \
         Permission: `task:read`. I-02, I-03.",
    )
    .roots("taskPlan", "taskPlans")
    .ordered_by("startsOn")
    .field(code::<PlanPeriod>("period", "period", "Year, month or week (周期).").filtered())
    .field(column("startsOn", "starts_on", Date, "First day of the period (周期首日).").sorted())
    .field(column("planned", "planned", Int, "Planned quantity (计划量).").sorted().measured())
    .field(column("done", "done", Int, "Quantity done (完成量).").sorted().measured())
    .field(expression("isMet", "{t}.done >= {t}.planned", Boolean, "Whether the plan is met (是否完成).").filtered())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The task (任务)."))
    .field(one("item", "WorkItem", "{c}.id = {t}.item_id", "Its item (事项)."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The responsible unit (责任单位).").sorting(&["name", "path"]))
}

fn follow() -> TypeDef {
    TypeDef::over::<task_follow::Entity>(
        "TaskFollow",
        "tfo",
        "Who follows a task (关注). Permission: `task:read`. I-07.",
    )
    .ordered_by("createdAt")
    .field(column("createdAt", "created_at", DateTime, "Since when (关注时间).").sorted())
    .field(column("isTop", "is_top", Boolean, "Whether it is kept on top of his list (置顶).").filtered())
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The task (任务)."))
    .field(one("user", "User", "{c}.id = {t}.user_id", "Who (关注人)."))
}

fn notice() -> TypeDef {
    TypeDef::over::<task_notice::Entity>(
        "TaskNotice",
        "tno",
        "A message to a person or a unit about work (提醒), with delivery and receipt; each is given once. \
         Permission: `task:read`. I-04.",
    )
    .roots("taskNotice", "taskNotices")
    .ordered_by("createdAt")
    .field(code::<NoticeKind>("kind", "kind", "What it is about (类型).").filtered())
    .field(code::<NoticeLevel>("level", "level", "How urgent (预警级别).").filtered())
    .field(column("text", "text", Text, "In words (内容)."))
    .field(column("createdAt", "created_at", DateTime, "When it arrived (送达时间).").sorted())
    .field(column("readAt", "read_at", DateTime, "When it was read (签收时间).").optional().sorted())
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The task (任务)."))
    .field(one("problem", "Problem", "{c}.id = {t}.problem_id", "The problem (问题)."))
    .field(one("receiver", "User", "{c}.id = {t}.receiver_id", "To whom, if to a person (接收人)."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "To which unit, if to no one in particular (接收单位)."))
    .field(one("sender", "User", "{c}.id = {t}.sender_id", "Who sent it; nobody for the platform (发送人)."))
    .field(one("readBy", "User", "{c}.id = {t}.read_by", "Who read it (签收人)."))
}

fn request() -> TypeDef {
    TypeDef::over::<task_request::Entity>(
        "TaskRequest",
        "trq",
        "What one unit asks of another for a task (跨部门协作请求), with an owner and a last day. \
         Permission: `task:read`. I-04.",
    )
    .roots("taskRequest", "taskRequests")
    .ordered_by("dueOn")
    .field(column("text", "text", Text, "What is asked (请求内容)."))
    .field(column("dueOn", "due_on", Date, "Last day (期限).").sorted())
    .field(code::<RequestState>("state", "state", "State (状态).").filtered())
    .field(
        expression(
            "isOverdue",
            "{t}.state = 'OPEN' and {t}.due_on < {day}",
            Boolean,
            "Whether its last day is past (逾期).",
        )
        .filtered(),
    )
    .field(column("answer", "answer", Text, "The answer (答复).").optional())
    .field(column("answeredAt", "answered_at", DateTime, "When it was answered (答复时间).").optional().sorted())
    .field(column("createdAt", "created_at", DateTime, "When it was asked (提出时间).").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The task (任务)."))
    .field(one("fromUnit", "Unit", "{c}.id = {t}.from_unit_id", "Who asks (请求单位)."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "Who is asked: its owner (承接单位).").sorting(&["name"]))
    .field(one("askedBy", "User", "{c}.id = {t}.asked_by", "The user who asked (提出人)."))
    .field(one("answeredBy", "User", "{c}.id = {t}.answered_by", "The user who answered (答复人)."))
}
