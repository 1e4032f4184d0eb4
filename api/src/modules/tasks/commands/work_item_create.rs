//! Opens an item of work, from a source and perhaps by a template (生成事项), and closes it with an overall evaluation.

use std::collections::BTreeMap;

use async_graphql::InputObject;
use chrono::{Datelike, Days, NaiveDate};
use entities::{
    task, task_link,
    values::{TaskState, WorkItemClass, WorkItemKind, WorkItemState},
    work_item, work_source, work_template,
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    hold::{refused, tell},
    sources::unit_within,
    task_create::{NewTask, level_of},
};
use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        organisation::{catalogue::Unit, commands::version_mismatch},
        personnel::commands::checks,
        tasks::{
            catalogue::{WorkItem, WorkSource, WorkTemplate},
            rules::{
                lamp::Span,
                split::{Level, level_under, within},
                template::Node,
            },
            settings,
        },
    },
};

/// A new item (事项).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct WorkItemCreateInput {
    /// Title (名称), 1 to 200 characters.
    pub title: String,
    /// Where it comes from (来源).
    pub work_source: Option<Id<WorkSource>>,
    /// Construction or indicator (项目类型).
    pub kind: Gql<WorkItemKind>,
    /// Class (项目类别).
    pub class: Gql<WorkItemClass>,
    /// Field of work (领域), 1 to 50 characters.
    pub field: String,
    /// The indicator it serves (指标), 1 to 200 characters.
    pub indicator: Option<String>,
    /// The unit that leads it (牵头单位), within your subtree.
    pub unit: Id<Unit>,
    /// First day (计划开始).
    pub plan_start: Given<NaiveDate>,
    /// Last day (计划完成), at most ten years later.
    pub plan_end: Given<NaiveDate>,
    /// A template (模板), whose tree is made with it, for the leading unit to begin with.
    pub work_template: Option<Id<WorkTemplate>>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for WorkItemCreateInput {
    const NAME: &'static str = "workItemCreate";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let (user, now) = (tx.session().user_id(), tx.session().now());
        let mut faults = Faults::default();
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        let field = faults.take(checks::text(&self.field, "input.field", 50));
        let indicator = self.indicator.as_ref().and_then(|i| faults.take(checks::text(i, "input.indicator", 200)));
        let start = self.plan_start.get("input.planStart", &mut faults);
        let end = self.plan_end.get("input.planEnd", &mut faults);
        if let (Some(start), Some(end)) = (start, end) {
            let longest = start.checked_add_days(Days::new(3660)).unwrap_or(NaiveDate::MAX);
            faults.take(within((start, end), (start, longest)).map_err(|r| refused(r, "input.planEnd")));
        }
        let unit = unit_within(tx, Self::RIGHT, &self.unit, &mut faults).await?;
        let source = match &self.work_source {
            Some(id) => {
                let row = tx.gate::<work_source::Entity>(Action::Create)?.id(id.uuid()).one().await?;
                if row.is_none() {
                    faults.add(UserError::of(Code::Unknown, "input.workSource"));
                }
                row.map(|row| row.id)
            }
            None => None,
        };
        let template = match &self.work_template {
            Some(id) => {
                let row = tx.parts::<work_template::Entity>().id(id.uuid()).one().await?;
                if row.is_none() {
                    faults.add(UserError::of(Code::Unknown, "input.workTemplate"));
                }
                row
            }
            None => None,
        };
        faults.check()?;
        let (Some(title), Some(field), Some(start), Some(end), Some(unit)) = (title, field, start, end, unit) else {
            return Err(Code::InternalServerError.into());
        };
        let item = tx
            .insert(work_item::ActiveModel {
                tenant_id: Set(tx.tenant_id()),
                id: Set(tx.new_id()),
                title: Set(title),
                source_id: Set(source),
                kind: Set(self.kind.0),
                class: Set(self.class.0),
                field: Set(field),
                indicator: Set(indicator),
                unit_id: Set(unit),
                year: Set(start.year()),
                plan_start: Set(start),
                plan_end: Set(end),
                state: Set(WorkItemState::Open),
                template_id: Set(template.as_ref().map(|t| t.id)),
                score: Set(None),
                evaluation: Set(None),
                closed_by: Set(None),
                closed_at: Set(None),
                created_by: Set(user),
                events: Set(0),
                version: Set(1),
                created_at: Set(now),
                updated_at: Set(now),
            })
            .await?;
        tell(tx, item.id, None, "workItem.created").await?;
        if let Some(template) = template {
            grow(tx, &item, &template).await?;
        }
        tx.touched("WorkItem", item.id, json!({ "class": item.class }));
        Ok(item.id)
    }
}

/// Makes a template's tree, its days counted from the item's first.
async fn grow(tx: &Tx, item: &work_item::Model, template: &work_template::Model) -> Result<(), Fault> {
    let nodes: Vec<Node> =
        serde_json::from_value(template.nodes.clone()).map_err(|_| Fault::from(Code::InternalServerError))?;
    let settings = settings::on(tx, tx.session().today()).await?;
    let mut made: BTreeMap<&str, task::Model> = BTreeMap::new();
    for (i, node) in nodes.iter().enumerate() {
        let day = |n: u32| item.plan_start.checked_add_days(Days::new(n.into())).unwrap_or(NaiveDate::MAX);
        let span = Span { start: day(node.from_day), end: day(node.to_day) };
        let fits = within((span.start, span.end), (item.plan_start, item.plan_end));
        fits.map_err(|r| refused(r, "input.planEnd"))?;
        let parent = node.parent.as_deref().and_then(|key| made.get(key));
        let level = level_under(parent.map(|p| level_of(p.level))).unwrap_or(Level::Process);
        let position = i32::try_from(i).unwrap_or(i32::MAX);
        let new = NewTask { item, parent, level, title: node.title.clone(), unit: item.unit_id, span, position };
        let row = task::ActiveModel {
            nature: Set(node.nature.clone()),
            quantity: Set(node.quantity),
            measure: Set(node.measure.clone()),
            hours: Set(node.hours),
            ..new.row(tx, &settings)
        };
        let task = tx.insert(row).await?;
        for key in &node.after {
            let Some(earlier) = made.get(key.as_str()) else { continue };
            tx.insert(task_link::ActiveModel {
                tenant_id: Set(tx.tenant_id()),
                id: Set(tx.new_id()),
                task_id: Set(task.id),
                after_id: Set(earlier.id),
                created_at: Set(tx.session().now()),
            })
            .await?;
        }
        made.insert(&node.key, task);
    }
    Ok(())
}

/// An item to close (事项办结).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct WorkItemCloseInput {
    /// Which item, all of whose tasks were evaluated or withdrawn.
    pub id: Id<WorkItem>,
    /// The version that you read.
    pub expected_version: i32,
    /// Overall evaluation (综合评价), 0 to 100.
    pub score: i32,
    /// The same in words (综合评价意见), 1 to 1,000 characters.
    pub evaluation: String,
}

#[async_trait::async_trait]
impl Command for WorkItemCloseInput {
    const NAME: &'static str = "workItemClose";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Close);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let item = tx.gate::<work_item::Entity>(Action::Close)?.id(self.id.uuid()).lock().required().await?;
        if item.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        let mut faults = Faults::default();
        let evaluation = faults.take(checks::text(&self.evaluation, "input.evaluation", 1000));
        if !(0..=100).contains(&self.score) {
            faults.add(UserError::new(Code::InvalidValue, "input.score", "应为 0 至 100", "Takes 0 to 100."));
        }
        if item.state == WorkItemState::Closed {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        let open = tx.parts::<task::Entity>().filter(task::Column::ItemId.eq(item.id));
        let open = open.filter(task::Column::State.is_not_in([TaskState::Evaluated, TaskState::Withdrawn]));
        let open = open.count().await?;
        if open > 0 {
            let (zh, en) = (format!("还有 {open} 项任务未评价"), format!("{open} tasks are not evaluated."));
            faults.add(UserError::new(Code::TasksBelowOpen, "input.id", zh, en));
        }
        faults.check()?;
        let (user, now) = (tx.session().user_id(), tx.session().now());
        tx.change::<work_item::Entity>()
            .id(item.id)
            .set(work_item::Column::State, Expr::value(WorkItemState::Closed))
            .set(work_item::Column::Score, Expr::value(self.score))
            .set(work_item::Column::Evaluation, Expr::value(evaluation))
            .set(work_item::Column::ClosedBy, Expr::value(user))
            .set(work_item::Column::ClosedAt, Expr::value(now))
            .set(work_item::Column::Version, Expr::value(item.version + 1))
            .set(work_item::Column::UpdatedAt, Expr::value(now))
            .run()
            .await?;
        tx.touched("WorkItem", item.id, json!({ "score": self.score }));
        tell(tx, item.id, None, "workItem.closed").await?;
        Ok(item.id)
    }
}
