//! Sources, standards, templates, services and items (来源、标准子项、模板、服务、事项).

use entities::{
    values::{WorkItemClass, WorkItemKind, WorkItemState, WorkSourceKind},
    work_item, work_service, work_source, work_standard, work_template,
};

use crate::{
    graph::catalogue::{
        Scalar::{Date, DateTime, Int, Json, String as Text},
        TypeDef, code, column, expression, many, one,
    },
    modules::policy_library::catalogue::OF_ITEM,
};

const TASKS: &str = "select count(*) from task k where k.tenant_id = {tenant} and k.item_id = {t}.id \
    and k.state <> 'WITHDRAWN'";
const TASKS_DONE: &str = "select count(*) from task k where k.tenant_id = {tenant} and k.item_id = {t}.id \
    and k.finished_on is not null";
const PERCENT: &str = "select coalesce(sum(k.percent) / nullif(count(*), 0), 0) from task k \
    where k.tenant_id = {tenant} and k.item_id = {t}.id and k.parent_id is null and k.state <> 'WITHDRAWN'";
/// The first leaf that waits for somebody's work.
const CURRENT: &str = "{c}.id = (select k.id from task k where k.tenant_id = {tenant} and k.item_id = {t}.id \
    and k.state in ('PUBLISHED', 'ACCEPTED', 'UNDER_WAY') and not exists (select 1 from task b \
    where b.tenant_id = {tenant} and b.parent_id = k.id and b.state <> 'WITHDRAWN') \
    order by k.plan_start, k.plan_end, k.path limit 1)";
const SIMILAR: &str = "{c}.id <> {t}.id and {c}.field = {t}.field and {c}.kind = {t}.kind and {c}.state = 'CLOSED'";

pub(super) fn types() -> Vec<TypeDef> {
    vec![source(), standard(), template(), service(), item()]
}

fn source() -> TypeDef {
    TypeDef::over::<work_source::Entity>(
        "WorkSource",
        "wsr",
        "Where work comes from (任务来源): a clause of a report, an instruction, a project, an indicator; or a batch of \
         matters that another system counts. Permission: `work_item:read`. I-04, K.",
    )
    .roots("workSource", "workSources")
    .ordered_by("receivedOn")
    .field(code::<WorkSourceKind>("kind", "kind", "What it is (来源类型).").filtered())
    .field(column("year", "year", Int, "The year it counts for (年度).").sorted())
    .field(column("title", "title", Text, "Title (标题).").sorted())
    .field(column("text", "text", Text, "The words themselves (原文)."))
    .field(column("document", "document", Text, "Document it stands in (文件).").optional().filtered())
    .field(column("clause", "clause", Text, "Place in the document (条款).").optional())
    .field(column("pieces", "pieces", Int, "How many matters it stands for (件数), 1 unless it is a batch.").measured())
    .field(column("receivedOn", "received_on", Date, "Day it came in (收到日期).").sorted())
    .field(column("createdAt", "created_at", DateTime, "When it was registered (登记时间).").sorted())
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that registered it (登记单位).").sorting(&["name", "path"]))
    .field(one("registeredBy", "User", "{c}.id = {t}.registered_by", "Who registered it (登记人)."))
    .field(many("items", "WorkItem", "{c}.source_id = {t}.id", "Items made from it (生成事项), I-04."))
}

fn standard() -> TypeDef {
    TypeDef::over::<work_standard::Entity>(
        "WorkStandard",
        "wst",
        "A version of a standard sub-item (标准任务子项): with it work of different kinds can be compared. \
         Permission: `work_item:read`. I-06.",
    )
    .roots("workStandard", "workStandards")
    .ordered_by("key")
    .field(column("key", "key", Text, "Which one (标识).").sorted())
    .field(column("number", "number", Int, "Version number (版本).").sorted())
    .field(column("title", "title", Text, "Title (名称).").sorted())
    .field(column("difficulty", "difficulty", Int, "Difficulty in percent of the ordinary (难度系数).").measured())
    .field(column("hours", "hours", Int, "Hours it takes (标准工时).").measured())
    .field(column("createdAt", "created_at", DateTime, "When it was published (发布时间).").sorted())
    .field(one("publishedBy", "User", "{c}.id = {t}.published_by", "Who published it (发布人)."))
}

fn template() -> TypeDef {
    TypeDef::over::<work_template::Entity>(
        "WorkTemplate",
        "wtp",
        "A version of a process as a tree of tasks (流程模板); an item keeps the one that it was made from. \
         Permission: `work_item:read`. I-04.",
    )
    .roots("workTemplate", "workTemplates")
    .ordered_by("key")
    .field(column("key", "key", Text, "Which one (标识).").sorted())
    .field(column("number", "number", Int, "Version number (版本).").sorted())
    .field(column("title", "title", Text, "Title (名称).").sorted())
    .field(column("nodes", "nodes", Json, "The tree (节点)."))
    .field(column("createdAt", "created_at", DateTime, "When it was published (发布时间).").sorted())
    .field(one("publishedBy", "User", "{c}.id = {t}.published_by", "Who published it (发布人)."))
    .field(many("items", "WorkItem", "{c}.template_id = {t}.id", "Items made from it (所建事项)."))
}

fn service() -> TypeDef {
    TypeDef::over::<work_service::Entity>(
        "WorkService",
        "wsv",
        "A service that tasks serve (服务): one of the four sides of the network. Permission: `work_item:read`. I-04.",
    )
    .roots("workService", "workServices")
    .ordered_by("title")
    .field(column("title", "title", Text, "Title (名称).").sorted())
    .field(column("createdAt", "created_at", DateTime, "When it was registered (登记时间).").sorted())
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that offers it (服务单位).").sorting(&["name"]))
    .field(many("tasks", "Task", "{c}.service_id = {t}.id", "Tasks that serve it (任务)."))
}

fn item() -> TypeDef {
    TypeDef::over::<work_item::Entity>(
        "WorkItem",
        "wit",
        "An item of work (事项): what it is measured by, its tree of tasks, policies and its evaluation. \
         Permission: `work_item:read`. I-04.",
    )
    .roots("workItem", "workItems")
    .ordered_by("planEnd")
    .field(column("title", "title", Text, "Title (名称).").sorted())
    .field(code::<WorkItemKind>("kind", "kind", "Construction or indicator (项目类型), K.").filtered())
    .field(code::<WorkItemClass>("class", "class", "Class (项目类别), K.").filtered())
    .field(column("field", "field", Text, "Field of work (领域).").sorted())
    .field(column("indicator", "indicator", Text, "The indicator it serves (指标).").optional().filtered())
    .field(column("year", "year", Int, "Year (年度).").sorted())
    .field(column("planStart", "plan_start", Date, "First day (计划开始).").sorted())
    .field(column("planEnd", "plan_end", Date, "Last day (计划完成).").sorted())
    .field(
        code::<WorkItemState>("state", "state", "State (状态); those closed are the knowledge base (知识库).")
            .filtered(),
    )
    .field(expression("tasksTotal", TASKS, Int, "Tasks that were not withdrawn (节点数).").measured())
    .field(expression("tasksDone", TASKS_DONE, Int, "Tasks done (已完成节点数).").measured())
    .field(expression("percent", PERCENT, Int, "Mean progress of its topmost tasks (总进度), percent.").measured())
    .field(column("score", "score", Int, "Overall evaluation (综合评价), 0 to 100.").optional().sorted().measured())
    .field(column("evaluation", "evaluation", Text, "Overall evaluation in words (综合评价意见).").optional())
    .field(column("closedAt", "closed_at", DateTime, "When it was closed (办结时间).").optional().sorted())
    .field(column("createdAt", "created_at", DateTime, "When it was opened (立项时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes to the item; give it as `expectedVersion`."))
    .field(one("source", "WorkSource", "{c}.id = {t}.source_id", "Where it comes from (来源), I-04."))
    .field(one("template", "WorkTemplate", "{c}.id = {t}.template_id", "The template it was made from (模板)."))
    .field(one("unit", "Unit", "{c}.id = {t}.unit_id", "The unit that leads it (牵头单位).").sorting(&["name", "path"]))
    .field(one("createdBy", "User", "{c}.id = {t}.created_by", "Who opened it (立项人)."))
    .field(one(
        "currentTask",
        "Task",
        CURRENT,
        "The step it has come to (当前环节): the first leaf that waits for work.",
    ))
    .field(many("tasks", "Task", "{c}.item_id = {t}.id", "Its tree (节点树); order by `PATH`."))
    .field(many("steps", "TaskStep", "{c}.item_id = {t}.id", "The timeline (时间轴)."))
    .field(many("plans", "TaskPlan", "{c}.item_id = {t}.id", "Plans of years, months and weeks (年月周计划)."))
    .field(many("plates", "Plate", "{c}.item_id = {t}.id", "Plates (三色牌)."))
    .field(many("policies", "PolicyDocument", OF_ITEM, "Policies that were pushed for it (政策推送)."))
    .field(many("similar", "WorkItem", SIMILAR, "Closed items of its kind and field, for comparison (同类事项)."))
}
