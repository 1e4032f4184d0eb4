//! Tasks, who answers for them and what they come after (任务节点、责任人、前后置).

use entities::{
    task, task_duty, task_link,
    values::{TaskCycle, TaskDutyKind, TaskLamp, TaskLevel, TaskState},
};

use super::lamp;
use crate::graph::catalogue::{
    EnumDef,
    Scalar::{Boolean, Date, DateTime, Enum, Int, Json, String as Text},
    TypeDef, code, column, computed, expression, many, one,
};

const LEAF: &str = "not exists (select 1 from task b where b.tenant_id = {tenant} and b.parent_id = {t}.id \
    and b.state <> 'WITHDRAWN')";
const GAP: &str = "case when {t}.state in ('WITHDRAWN', 'REPORTED', 'EVALUATED') or exists (select 1 from task b \
    where b.tenant_id = {tenant} and b.parent_id = {t}.id and b.state <> 'WITHDRAWN') then null \
    when {t}.executor_id is null then 'UNOWNED' when {t}.state = 'PUBLISHED' then 'UNACCEPTED' end";
const READY: &str = "not exists (select 1 from task_link l join task e on e.tenant_id = {tenant} and e.id = l.after_id \
    where l.tenant_id = {tenant} and l.task_id = {t}.id and e.finished_on is null and e.state <> 'WITHDRAWN')";

pub(super) fn types() -> Vec<TypeDef> {
    vec![task_type(), duty(), link()]
}

fn task_type() -> TypeDef {
    let base = TypeDef::over::<task::Entity>(
        "Task",
        "tas",
        "A node of an item's tree (任务节点), at one of four levels, with its lamp. Units below the caller's, items that \
         they lead, and items in which one takes part. Permission: `task:read`. I-01, I-04, I-05, I-07.",
    )
    .roots("task", "tasks")
    .ordered_by("planEnd");
    links(course(content(base)))
}

fn content(ty: TypeDef) -> TypeDef {
    ty.field(column("title", "title", Text, "Title (名称).").sorted())
        .field(code::<TaskLevel>("level", "level", "Level, owned by a level of cadres (层级), I-05.").filtered())
        .field(code::<TaskCycle>("cycle", "cycle", "Yearly, monthly or daily (周期), I-07.").filtered())
        .field(column("path", "path", Text, "Place in the tree (路径): parents before what is below them.").sorted())
        .field(column("position", "position", Int, "Order among its siblings (顺序).").sorted())
        .field(column("mapX", "map_x", Int, "Place on the mind map, to the right (思维导图横坐标)."))
        .field(column("mapY", "map_y", Int, "Place on the mind map, down (思维导图纵坐标)."))
        .field(column("place", "place", Text, "Where it is done (定位).").optional().filtered())
        .field(column("nature", "nature", Text, "What kind of work it is (定性).").optional().sorted())
        .field(column("quantity", "quantity", Int, "How much (定量).").optional().measured())
        .field(column("measure", "measure", Text, "Unit of the quantity (计量单位).").optional())
        .field(column("planStart", "plan_start", Date, "First day (定时：计划开始).").sorted())
        .field(column("planEnd", "plan_end", Date, "Last day (定时：计划完成).").sorted())
        .field(column("difficulty", "difficulty", Int, "Difficulty in percent of the ordinary (难度系数), I-06.").measured())
        .field(column("hours", "hours", Int, "Hours it takes (标准工时), I-06.").measured())
        .field(computed(
            "missing",
            Json,
            lamp::MISSING_NEEDS,
            lamp::lacking,
            "What it lacks of `PLACE`, `NATURE`, `PERSON`, `QUANTITY`, `TIME` (缺项); it is published without none. I-04.",
        ))
}

fn course(ty: TypeDef) -> TypeDef {
    ty.field(code::<TaskState>("state", "state", "Where it stands in the closed loop (闭环状态), I-07.").filtered())
        .field(column("percent", "percent", Int, "Progress in percent (进度).").sorted().measured())
        .field(
            expression(
                "lamp",
                lamp::LAMP,
                Enum(EnumDef::of::<TaskLamp>()),
                "The lamp today (五色灯): red before yellow, blue, green, white. I-01.",
            )
            .filtered(),
        )
        .field(computed(
            "lampReason",
            Text,
            lamp::REASON_NEEDS,
            lamp::lamp_reason,
            "Why (亮灯原因): `NOT_STARTED`, `ON_TRACK`, `AHEAD`, `ERROR_OPEN`, `BEHIND`, `OVERDUE`, `DONE_EARLY`, \
             `DONE_ON_TIME`, `DONE_LATE`. I-01.",
        ))
        .field(
            column("redFrom", "red_from", Date, "From which day it is red if nothing changes (转红日期), I-01.")
                .sorted(),
        )
        .field(column("hasError", "has_error", Boolean, "Whether an error is open (出错), I-01.").filtered())
        .field(column("errorReason", "error_reason", Text, "What is wrong (出错原因).").optional())
        .field(column("isLate", "is_late", Boolean, "Whether it was done after its last day (逾期完成).").filtered())
        .field(expression("isLeaf", LEAF, Boolean, "Whether nothing is below it (末级节点).").filtered())
        .field(expression("isReady", READY, Boolean, "Whether what it comes after is done (前置已完成).").filtered())
        .field(
            expression("gap", GAP, Text, "What a leaf lacks (责任缺口): `UNOWNED`, `UNACCEPTED`, or nothing. I-05.")
                .optional()
                .filtered(),
        )
        .field(column("startedOn", "started_on", Date, "Day it was begun (实际开始).").optional().sorted())
        .field(column("finishedOn", "finished_on", Date, "Day it was done (实际完成).").optional().sorted())
        .field(column("publishedAt", "published_at", DateTime, "When it was published (发布时间).").optional().sorted())
        .field(column("acceptedAt", "accepted_at", DateTime, "When it was accepted (接收时间).").optional().sorted())
        .field(column("evaluatedAt", "evaluated_at", DateTime, "When it was evaluated (评价时间).").optional().sorted())
        .field(column("score", "score", Int, "Evaluation (评价得分), 0 to 100.").optional().sorted().measured())
        .field(column("archivedAt", "archived_at", DateTime, "When it was archived (归档时间).").optional().sorted())
        .field(column("createdAt", "created_at", DateTime, "When it was drawn up (拟定时间).").sorted())
        .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
        .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
}

fn links(ty: TypeDef) -> TypeDef {
    ty.field(one("item", "WorkItem", "{c}.id = {t}.item_id", "Its item (事项).").sorting(&["title", "year"]))
        .field(one("parent", "Task", "{c}.id = {t}.parent_id", "The node above (上级节点)."))
        .field(
            one("unit", "Unit", "{c}.id = {t}.unit_id", "The responsible unit (责任单位).").sorting(&["name", "path"]),
        )
        .field(
            one("executor", "User", "{c}.id = {t}.executor_id", "Who carries it out now (执行责任人).")
                .sorting(&["name"]),
        )
        .field(
            one("service", "WorkService", "{c}.id = {t}.service_id", "The service it serves (服务).")
                .sorting(&["title"]),
        )
        .field(one("standard", "WorkStandard", "{c}.id = {t}.standard_id", "The standard sub-item (标准子项)."))
        .field(one("publishedBy", "User", "{c}.id = {t}.published_by", "Who published it (发布人)."))
        .field(one("acceptedBy", "User", "{c}.id = {t}.accepted_by", "Who accepted it (接收人)."))
        .field(one("evaluatedBy", "User", "{c}.id = {t}.evaluated_by", "Who evaluated it (评价人)."))
        .field(many("children", "Task", "{c}.parent_id = {t}.id", "The nodes below (下级节点)."))
        .field(many(
            "duties",
            "TaskDuty",
            "{c}.task_id = {t}.id",
            "Who answers for it, former ones too (责任人), I-05.",
        ))
        .field(many("earlier", "TaskLink", "{c}.task_id = {t}.id", "What it comes after (前置)."))
        .field(many("later", "TaskLink", "{c}.after_id = {t}.id", "What comes after it (后置)."))
        .field(many("steps", "TaskStep", "{c}.task_id = {t}.id", "What was done to it (办理留痕), append-only."))
        .field(many("files", "TaskFile", "{c}.task_id = {t}.id", "Files bound to it (资料)."))
        .field(many("plans", "TaskPlan", "{c}.task_id = {t}.id", "Plans of periods (周期计划)."))
        .field(many("requests", "TaskRequest", "{c}.task_id = {t}.id", "What other units were asked (协作请求)."))
        .field(many("followers", "TaskFollow", "{c}.task_id = {t}.id", "Who follows it (关注)."))
        .field(many("problems", "Problem", "{c}.task_id = {t}.id", "Problems found in it (问题)."))
        .field(many(
            "citizenMatters",
            "CitizenMatter",
            "{c}.task_id = {t}.id",
            "What citizens brought forward (群众事项).",
        ))
}

fn duty() -> TypeDef {
    TypeDef::over::<task_duty::Entity>(
        "TaskDuty",
        "tdu",
        "Who answers for a task, and how (责任人), from a day until it passes to somebody else. \
         Permission: `task:read`. I-05, I-06.",
    )
    .roots("taskDuty", "taskDuties")
    .ordered_by("startedOn")
    .field(code::<TaskDutyKind>("kind", "kind", "Kind of responsibility (责任类型).").filtered())
    .field(column("startedOn", "started_on", Date, "First day (开始日期).").sorted())
    .field(column("endedOn", "ended_on", Date, "Day it passed to somebody else (移交日期).").optional().sorted())
    .field(column("inheritedPercent", "inherited_percent", Int, "Progress found at the start (接手进度), I-06."))
    .field(column("leftPercent", "left_percent", Int, "Progress left at the end (移交进度), I-06.").optional())
    .field(
        column(
            "isLevelMatched",
            "is_level_matched",
            Boolean,
            "Of whoever leads it: whether his main post was then of the level that owns the task's (对应领导层级); null where \
             no post is known. I-05.",
        )
        .optional()
        .filtered(),
    )
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The task (任务).").sorting(&["planEnd", "title"]))
    .field(one("user", "User", "{c}.id = {t}.user_id", "Who (责任人).").sorting(&["name"]))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "His unit then (所在单位).").sorting(&["name", "path"]))
}

fn link() -> TypeDef {
    TypeDef::over::<task_link::Entity>(
        "TaskLink",
        "tln",
        "One task comes after another (前后置关系). Permission: `task:read`. I-04.",
    )
    .ordered_by("createdAt")
    .field(column("createdAt", "created_at", DateTime, "When it was set (设定时间).").sorted())
    .field(one("task", "Task", "{c}.id = {t}.task_id", "The later (后置任务)."))
    .field(one("after", "Task", "{c}.id = {t}.after_id", "The earlier (前置任务)."))
}
