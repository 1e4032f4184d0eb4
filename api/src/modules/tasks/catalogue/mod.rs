//! What can be read of work: sources, items, tasks, their course, plates and problems.

mod course;
mod export;
mod lamp;
mod plate;
mod point;
mod resource;
mod supervision;
mod task;
mod work;

use entities::{
    citizen_matter, education_point, month_close, performance_export, plate as plate_table, problem, problem_body,
    problem_interview, problem_step, task as task_table, task_duty, task_file, task_follow, task_link, task_notice,
    task_plan, task_request, task_step, work_item, work_resource, work_service, work_source, work_standard,
    work_template,
};

use crate::{gated, graph::catalogue::TypeDef, modules::organisation::catalogue::UNIT_OF_ROW, object_type};

object_type!(
    /// Where work comes from (任务来源).
    WorkSource, "WorkSource", "wsr"
);
object_type!(
    /// A standard sub-item (标准任务子项).
    WorkStandard, "WorkStandard", "wst"
);
object_type!(
    /// A process template (流程模板).
    WorkTemplate, "WorkTemplate", "wtp"
);
object_type!(
    /// A service that tasks serve (服务).
    WorkService, "WorkService", "wsv"
);
object_type!(
    /// What flows into a field of work in a year (领域资源投入).
    WorkResource, "WorkResource", "wrs"
);
object_type!(
    /// An item of work (事项).
    WorkItem, "WorkItem", "wit"
);
object_type!(
    /// A node of an item's tree (任务节点).
    Task, "Task", "tas"
);
object_type!(
    /// A period plan of a task (周期计划).
    TaskPlan, "TaskPlan", "tpl"
);
object_type!(
    /// A message about work (提醒).
    TaskNotice, "TaskNotice", "tno"
);
object_type!(
    /// A request between units (跨部门协作请求).
    TaskRequest, "TaskRequest", "trq"
);
object_type!(
    /// Anonymised figures given away (匿名数据集导出).
    PerformanceExport, "PerformanceExport", "pex"
);
object_type!(
    /// A place where the party's members are taught and served (党建教育点).
    EducationPoint, "EducationPoint", "edp"
);
object_type!(
    /// A month closed (月度结算).
    MonthClose, "MonthClose", "mcl"
);
object_type!(
    /// A plate (三色牌).
    Plate, "Plate", "pla"
);
object_type!(
    /// A problem (问题).
    Problem, "Problem", "prb"
);
object_type!(
    /// What a citizen brought forward (群众反映事项).
    CitizenMatter, "CitizenMatter", "ctz"
);

/// Takes part in an item: holds a duty at any of its tasks.
const TAKES_PART: &str = "exists (select 1 from task_duty d join task k on k.tenant_id = {tenant} and k.id = d.task_id \
    where d.tenant_id = {tenant} and d.user_id = {user} and d.ended_on is null and k.item_id = {t}.id)";
/// The same, of a row that belongs to an item.
const TAKES_PART_OF_ROW: &str = "exists (select 1 from task_duty d join task k on k.tenant_id = {tenant} \
    and k.id = d.task_id where d.tenant_id = {tenant} and d.user_id = {user} and d.ended_on is null \
    and k.item_id = {t}.item_id)";
/// A task of a unit below, or of an item that a unit below leads.
const TASK_OF_UNIT: &str = "(exists (select 1 from unit s where s.tenant_id = {tenant} and s.id = {t}.unit_id \
    and {path:s.path}) or exists (select 1 from work_item i join unit s on s.tenant_id = {tenant} and s.id = i.unit_id \
    where i.tenant_id = {tenant} and i.id = {t}.item_id and {path:s.path}))";
/// What belongs to a task of a unit below.
const PART_OF_UNIT: &str = "exists (select 1 from task k join unit s on s.tenant_id = {tenant} and s.id = k.unit_id \
    where k.tenant_id = {tenant} and k.id = {t}.task_id and {path:s.path})";
/// What belongs to a task of an item in which the caller takes part.
const PART_OF_DUTY: &str = "exists (select 1 from task k join task o on o.tenant_id = {tenant} and o.item_id = k.item_id \
    join task_duty d on d.tenant_id = {tenant} and d.task_id = o.id and d.user_id = {user} and d.ended_on is null \
    where k.tenant_id = {tenant} and k.id = {t}.task_id)";
/// A message to the caller or to his unit.
const RECEIVED: &str = "({t}.receiver_id = {user} or exists (select 1 from app_user a where a.tenant_id = {tenant} \
    and a.id = {user} and a.unit_id = {t}.unit_id))";
/// What the caller's own unit runs.
const OF_MY_UNIT: &str = "exists (select 1 from app_user a where a.tenant_id = {tenant} and a.id = {user} \
    and a.unit_id = {t}.unit_id)";
/// A message within a unit below.
const SENT_BELOW: &str = "exists (select 1 from unit s where s.tenant_id = {tenant} and {path:s.path} \
    and (s.id = {t}.unit_id or exists (select 1 from app_user a where a.tenant_id = {tenant} and a.id = {t}.receiver_id \
    and a.unit_id = s.id)))";
/// A request for a task in whose item the caller takes part, or to his unit.
const ASKED_OF_ME: &str = "(exists (select 1 from app_user a where a.tenant_id = {tenant} and a.id = {user} \
    and a.unit_id = {t}.unit_id) or exists (select 1 from task k join task o on o.tenant_id = {tenant} \
    and o.item_id = k.item_id join task_duty d on d.tenant_id = {tenant} and d.task_id = o.id and d.user_id = {user} \
    and d.ended_on is null where k.tenant_id = {tenant} and k.id = {t}.task_id))";
/// A request from or to a unit below.
const ASKED: &str = "exists (select 1 from unit s where s.tenant_id = {tenant} \
    and s.id in ({t}.unit_id, {t}.from_unit_id) and {path:s.path})";
const PROBLEM_OF_UNIT: &str = "exists (select 1 from problem p join unit s on s.tenant_id = {tenant} and s.id = p.unit_id \
    where p.tenant_id = {tenant} and p.id = {t}.problem_id and {path:s.path})";

gated!(work_source::Entity, WorkItem, subtree: UNIT_OF_ROW, own: "", agency: "");
// Standards, templates and services are the tenant's, so that works can be compared: who sees work sees them all.
gated!(work_standard::Entity, WorkItem, subtree: "1 = 1", own: "1 = 1", agency: "");
gated!(work_template::Entity, WorkItem, subtree: "1 = 1", own: "1 = 1", agency: "");
gated!(work_service::Entity, WorkItem, subtree: "1 = 1", own: "1 = 1", agency: "");
gated!(work_resource::Entity, WorkItem, subtree: "1 = 1", own: "1 = 1", agency: "");
gated!(work_item::Entity, WorkItem, subtree: UNIT_OF_ROW, own: TAKES_PART, agency: "");
gated!(task_table::Entity, Task, subtree: TASK_OF_UNIT, own: TAKES_PART_OF_ROW, agency: "");
gated!(task_duty::Entity, Task, subtree: PART_OF_UNIT, own: PART_OF_DUTY, agency: "");
gated!(task_link::Entity, Task, subtree: PART_OF_UNIT, own: PART_OF_DUTY, agency: "");
gated!(task_step::Entity, Task, subtree: PART_OF_UNIT, own: TAKES_PART_OF_ROW, agency: "");
gated!(task_file::Entity, Task, subtree: PART_OF_UNIT, own: PART_OF_DUTY, agency: "");
gated!(task_plan::Entity, Task, subtree: UNIT_OF_ROW, own: TAKES_PART_OF_ROW, agency: "");
gated!(task_follow::Entity, Task, subtree: PART_OF_UNIT, own: "{t}.user_id = {user}", agency: "");
gated!(task_notice::Entity, Task, subtree: SENT_BELOW, own: RECEIVED, agency: "");
gated!(task_request::Entity, Task, subtree: ASKED, own: ASKED_OF_ME, agency: "");
gated!(month_close::Entity, WorkItem, subtree: "1 = 1", own: "1 = 1", agency: "");
// Over a part of the tenant there would be small groups, so it is for those over the whole.
gated!(performance_export::Entity, Statistic, subtree: "", own: "", agency: "");
gated!(plate_table::Entity, WorkItem, subtree: UNIT_OF_ROW, own: TAKES_PART_OF_ROW, agency: "");
gated!(problem::Entity, Problem, subtree: UNIT_OF_ROW, own: "", agency: "");
gated!(problem_body::Entity, Problem, subtree: PROBLEM_OF_UNIT, own: "", agency: "");
gated!(problem_step::Entity, Problem, subtree: PROBLEM_OF_UNIT, own: "", agency: "");
gated!(problem_interview::Entity, Problem, subtree: PROBLEM_OF_UNIT, own: "", agency: "");
gated!(citizen_matter::Entity, Problem, subtree: UNIT_OF_ROW, own: "", agency: "");
gated!(education_point::Entity, Task, subtree: UNIT_OF_ROW, own: OF_MY_UNIT, agency: "");

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    let mut types = work::types();
    types.extend(task::types());
    types.extend(course::types());
    types.extend(export::types());
    types.extend(plate::types());
    types.extend(point::types());
    types.extend(resource::types());
    types.extend(supervision::types());
    types
}
