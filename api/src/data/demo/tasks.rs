//! Work of a tenant: an item with tasks whose lamps have all five colours, a month that was settled, policies. Officials
//! do it through the commands that everybody uses, so that it is exactly what the platform makes of it.

use std::sync::Arc;

use chrono::{Datelike, Days, NaiveDate};
use entities::{app_user, task, task_plan, unit, values::RoleName};
use sea_orm::ColumnTrait;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    DemoTenant,
    cases::{carried, parsed},
};
use crate::{
    kernel::{
        civil::add_months,
        error::ApiError,
        id::publish,
        platform::Platform,
        session::{RequestInfo, Session},
        year_month::YearMonth,
    },
    modules::{
        policy_library::commands::{PolicyDocumentPublishInput, PolicyDocumentPushInput},
        tasks::commands::{
            TaskAcceptInput, TaskCreateInput, TaskDutySetInput, TaskErrorSetInput, TaskPlanReportInput,
            TaskPlanSetInput, TaskProgressReportInput, TaskPublishInput,
            items::{MonthSettleInput, WorkItemCreateInput, WorkResourceSetInput, WorkSourceRegisterInput},
        },
    },
};

/// A task by what becomes of it.
struct Wish {
    title: &'static str,
    days: (NaiveDate, NaiveDate),
    /// Progress; none for one that nobody has begun.
    percent: Option<i32>,
    has_error: bool,
    /// What is done of ten in the month before.
    done: Option<i32>,
}

/// Who works: an official over the whole tenant, and one of a department who carries out.
struct Cast {
    official: Session,
    executor: Session,
    root: Uuid,
    department: Uuid,
}

impl Cast {
    async fn of(platform: &Arc<Platform>, tenant: &DemoTenant) -> Result<Option<Self>, ApiError> {
        let find = |role| tenant.users.iter().find(|user| user.role == role);
        let (Some(official), Some(executor)) = (find(RoleName::Super), find(RoleName::Senior)) else { return Ok(None) };
        let request = || RequestInfo { id: "demo".into(), ..RequestInfo::default() };
        let official = platform.session(tenant.id, official.id, None, request()).await?;
        let executor = platform.session(tenant.id, executor.id, None, request()).await?;
        let tx = official.begin().await?;
        let root = tx.parts::<unit::Entity>().filter(unit::Column::ParentId.is_null()).required().await?.id;
        let department = tx.parts::<app_user::Entity>().id(executor.user_id()).required().await?.unit_id;
        tx.rollback().await?;
        Ok(Some(Self { official, executor, root, department }))
    }

    /// The input of a change to a task as it is now.
    async fn at(&self, task: Uuid, more: Json) -> Result<Json, ApiError> {
        let tx = self.official.begin().await?;
        let version = tx.parts::<task::Entity>().id(task).required().await?.version;
        tx.rollback().await?;
        let mut input = json!({ "id": publish("tas", task), "expectedVersion": version });
        for (key, value) in more.as_object().into_iter().flatten() {
            input[key] = value.clone();
        }
        Ok(input)
    }

    /// Draws a task up and brings it to where it is wished to be.
    async fn task(&self, item: Uuid, wish: &Wish, month: NaiveDate) -> Result<(), ApiError> {
        let input = json!({
            "workItem": publish("wit", item), "title": wish.title, "unit": publish("uni", self.department),
            "planStart": wish.days.0, "planEnd": wish.days.1, "place": "工业园区", "nature": "建设", "quantity": 10,
            "measure": "项"
        });
        let Some(task) = carried(&self.official, parsed::<TaskCreateInput>(input)?).await? else { return Ok(()) };
        let duty = json!({ "kind": "EXECUTING", "user": publish("usr", self.executor.user_id()) });
        carried(&self.official, parsed::<TaskDutySetInput>(self.at(task, duty).await?)?).await?;
        carried(&self.official, parsed::<TaskPublishInput>(self.at(task, json!({})).await?)?).await?;
        let Some(percent) = wish.percent else { return Ok(()) };
        carried(&self.executor, parsed::<TaskAcceptInput>(self.at(task, json!({})).await?)?).await?;
        let report = json!({ "percent": percent, "note": "按计划推进" });
        carried(&self.executor, parsed::<TaskProgressReportInput>(self.at(task, report).await?)?).await?;
        if wish.has_error {
            let error = json!({ "hasError": true, "note": "材料不齐，退回补正" });
            carried(&self.official, parsed::<TaskErrorSetInput>(self.at(task, error).await?)?).await?;
        }
        let Some(done) = wish.done else { return Ok(()) };
        let plan = json!({ "task": publish("tas", task), "period": "MONTH", "startsOn": month, "planned": 10 });
        let Some(plan) = carried(&self.official, parsed::<TaskPlanSetInput>(plan)?).await? else { return Ok(()) };
        let tx = self.official.begin().await?;
        let version = tx.parts::<task_plan::Entity>().id(plan).required().await?.version;
        tx.rollback().await?;
        let report = json!({ "id": publish("tpl", plan), "expectedVersion": version, "done": done });
        carried(&self.executor, parsed::<TaskPlanReportInput>(report)?).await?;
        Ok(())
    }
}

/// A task of every colour: white, blue, green, yellow, red.
fn wishes(today: NaiveDate, month: NaiveDate) -> [Wish; 5] {
    let back = |days| today.checked_sub_days(Days::new(days)).unwrap_or(today);
    let on = |days| today.checked_add_days(Days::new(days)).unwrap_or(today);
    let wish = |title, days, percent| Wish { title, days, percent, has_error: false, done: None };
    [
        wish("竣工验收", (on(10), on(60)), None),
        wish("招商签约", (back(10), on(30)), Some(70)),
        Wish { done: Some(10), ..wish("园区道路", (month, on(30)), Some(60)) },
        Wish { has_error: true, ..wish("环境评价", (back(20), on(20)), Some(50)) },
        Wish { done: Some(4), ..wish("土地征收", (month, back(1)), Some(60)) },
    ]
}

/// Lays a tenant's work out.
pub async fn lay_out(platform: &Arc<Platform>, tenant: &DemoTenant) -> Result<(), ApiError> {
    let Some(cast) = Cast::of(platform, tenant).await? else { return Ok(()) };
    let (official, today) = (&cast.official, cast.official.today());
    let month = add_months(today.with_day(1).unwrap_or(today), -1);
    let end = today.checked_add_days(Days::new(90)).unwrap_or(today);
    let root = publish("uni", cast.root);
    let source = json!({
        "kind": "REPORT_CLAUSE", "title": "实施生态工业倍增计划", "text": "建设生态工业园区，规上工业增加值增长百分之八",
        "document": "政府工作报告", "clause": "第三部分", "unit": root, "receivedOn": month
    });
    let source = carried(official, parsed::<WorkSourceRegisterInput>(source)?).await?;
    let item = json!({
        "title": "生态工业园区建设", "workSource": source.map(|id| publish("wsr", id)), "kind": "CONSTRUCTION", "class": "BATTLE",
        "field": "生态工业", "indicator": "规上工业增加值", "unit": root, "planStart": month, "planEnd": end
    });
    let Some(item) = carried(official, parsed::<WorkItemCreateInput>(item)?).await? else { return Ok(()) };
    for wish in wishes(today, month) {
        cast.task(item, &wish, month).await?;
    }
    carried(official, parsed::<MonthSettleInput>(json!({ "month": YearMonth::of(month).to_string() }))?).await?;
    for (year, amount) in [(today.year() - 1, "82000000"), (today.year(), "90000000")] {
        let input = json!({ "field": "生态工业", "year": year, "amount": amount, "basis": "年度预算（示例）" });
        carried(official, parsed::<WorkResourceSetInput>(input)?).await?;
    }
    let policy = json!({
        "key": "park", "kind": "POLICY", "level": "COUNTY", "field": "生态工业", "title": "生态工业园区扶持办法（示例）",
        "issuer": tenant.name, "text": "对入园企业给予用地、设备投入和人才补贴，项目建成投产后兑现。", "issuedOn": month,
        "validFrom": month
    });
    if let Some(policy) = carried(official, parsed::<PolicyDocumentPublishInput>(policy)?).await? {
        let push = json!({ "policyDocument": publish("pdc", policy), "workItems": [publish("wit", item)] });
        carried(official, parsed::<PolicyDocumentPushInput>(push)?).await?;
    }
    Ok(())
}
