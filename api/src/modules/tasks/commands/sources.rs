//! Registers where work comes from, services, and publishes standards and templates (来源、服务、标准子项、模板).

use async_graphql::InputObject;
use chrono::{Datelike, NaiveDate};
use entities::{unit, values::WorkSourceKind, work_service, work_source, work_standard, work_template};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::hold::refused;
use crate::{
    graph::scalars::{Given, Gql, JsonText},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        administration::commands::guard,
        organisation::catalogue::Unit,
        personnel::commands::checks,
        tasks::rules::template::{Node, check},
    },
};

/// Where work comes from (任务来源).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct WorkSourceRegisterInput {
    /// What it is (来源类型).
    pub kind: Gql<WorkSourceKind>,
    /// Title (标题), 1 to 200 characters.
    pub title: String,
    /// The words themselves (原文), 1 to 4,000 characters.
    pub text: String,
    /// Document it stands in (文件), 1 to 200 characters.
    pub document: Option<String>,
    /// Place in the document (条款), 1 to 100 characters.
    pub clause: Option<String>,
    /// The unit that registers it (登记单位), within your subtree.
    pub unit: Id<Unit>,
    /// Day it came in (收到日期), not in the future.
    pub received_on: Given<NaiveDate>,
    /// How many matters it stands for (件数), 1 unless given; more for a batch that another system counts.
    pub pieces: Option<i32>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for WorkSourceRegisterInput {
    const NAME: &'static str = "workSourceRegister";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        let text = faults.take(checks::text(&self.text, "input.text", 4000));
        let document = self.document.as_ref().and_then(|d| faults.take(checks::text(d, "input.document", 200)));
        let clause = self.clause.as_ref().and_then(|c| faults.take(checks::text(c, "input.clause", 100)));
        let day = self.received_on.get("input.receivedOn", &mut faults);
        if day.is_some_and(|d| d > tx.session().today()) {
            let (zh, en) = ("不得晚于今天", "Not in the future.");
            faults.add(UserError::new(Code::InvalidValue, "input.receivedOn", zh, en));
        }
        let pieces = self.pieces.unwrap_or(1);
        if !(1..=10_000_000).contains(&pieces) {
            let (zh, en) = ("应为 1 至 10000000", "Takes 1 to 10,000,000.");
            faults.add(UserError::new(Code::InvalidValue, "input.pieces", zh, en));
        }
        let unit = unit_within(tx, Self::RIGHT, &self.unit, &mut faults).await?;
        faults.check()?;
        let (Some(title), Some(text), Some(day), Some(unit)) = (title, text, day, unit) else {
            return Err(Code::InternalServerError.into());
        };
        let id = tx.new_id();
        tx.insert(work_source::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            kind: Set(self.kind.0),
            year: Set(day.year()),
            title: Set(title),
            text: Set(text),
            document: Set(document),
            clause: Set(clause),
            pieces: Set(pieces),
            unit_id: Set(unit),
            received_on: Set(day),
            registered_by: Set(tx.session().user_id()),
            created_at: Set(tx.session().now()),
        })
        .await?;
        tx.touched("WorkSource", id, json!({ "kind": self.kind.0 }));
        tx.emit("workSource.registered", "WorkSource", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// A unit that the caller's right to do this reaches.
pub async fn unit_within(
    tx: &Tx,
    right: (Resource, Action),
    unit: &Id<Unit>,
    faults: &mut Faults,
) -> Result<Option<Uuid>, Fault> {
    let row = tx.gate_as::<unit::Entity>(right.0, right.1)?.id(unit.uuid()).one().await?;
    if row.is_none() {
        faults.add(UserError::of(Code::Unknown, "input.unit"));
    }
    Ok(row.map(|row| row.id))
}

/// A service that tasks serve (服务).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct WorkServiceRegisterInput {
    /// Title (名称), 1 to 200 characters.
    pub title: String,
    /// The unit that offers it (服务单位), within your subtree.
    pub unit: Id<Unit>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for WorkServiceRegisterInput {
    const NAME: &'static str = "workServiceRegister";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        let unit = unit_within(tx, Self::RIGHT, &self.unit, &mut faults).await?;
        faults.check()?;
        let (Some(title), Some(unit)) = (title, unit) else { return Err(Code::InternalServerError.into()) };
        let id = tx.new_id();
        tx.insert(work_service::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            title: Set(title),
            unit_id: Set(unit),
            created_at: Set(tx.session().now()),
        })
        .await?;
        tx.touched("WorkService", id, json!({}));
        Ok(id)
    }
}

/// A version of a standard sub-item (标准任务子项).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct WorkStandardPublishInput {
    /// Which one (标识), 1 to 64 characters; a key that is there gets its next version.
    pub key: String,
    /// Title (名称), 1 to 200 characters.
    pub title: String,
    /// Difficulty in percent of the ordinary (难度系数), 10 to 1,000.
    pub difficulty: i32,
    /// Hours it takes (标准工时), 1 to 10,000.
    pub hours: i32,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for WorkStandardPublishInput {
    const NAME: &'static str = "workStandardPublish";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Resource::WorkItem, Action::Publish)?;
        let mut faults = Faults::default();
        let key = faults.take(checks::text(&self.key, "input.key", 64));
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        for (n, least, most, field) in
            [(self.difficulty, 10, 1000, "input.difficulty"), (self.hours, 1, 10_000, "input.hours")]
        {
            if !(least..=most).contains(&n) {
                let (zh, en) = (format!("应为 {least} 至 {most}"), format!("Takes {least} to {most}."));
                faults.add(UserError::new(Code::InvalidValue, field, zh, en));
            }
        }
        faults.check()?;
        let (Some(key), Some(title)) = (key, title) else { return Err(Code::InternalServerError.into()) };
        let last = tx.parts::<work_standard::Entity>().filter(work_standard::Column::Key.eq(&key));
        let last = last.order_by(work_standard::Column::Number, Order::Desc).one().await?;
        let id = tx.new_id();
        tx.insert(work_standard::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            key: Set(key.clone()),
            number: Set(last.map_or(1, |last| last.number + 1)),
            title: Set(title),
            difficulty: Set(self.difficulty),
            hours: Set(self.hours),
            published_by: Set(tx.session().user_id()),
            created_at: Set(tx.session().now()),
        })
        .await?;
        tx.touched("WorkStandard", id, json!({ "key": key }));
        Ok(id)
    }
}

/// A version of a process template (流程模板).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct WorkTemplatePublishInput {
    /// Which one (标识), 1 to 64 characters; a key that is there gets its next version.
    pub key: String,
    /// Title (名称), 1 to 200 characters.
    pub title: String,
    /// The tree (节点): a list of at most 200 objects with `key`, `title`, `parent`, `after`, `fromDay`, `toDay`, `nature`,
    /// `quantity`, `measure`, `hours`, each after those that it names. Days count from the item's first.
    pub nodes: JsonText,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for WorkTemplatePublishInput {
    const NAME: &'static str = "workTemplatePublish";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Resource::WorkItem, Action::Publish)?;
        let mut faults = Faults::default();
        let key = faults.take(checks::text(&self.key, "input.key", 64));
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        let nodes: Option<Vec<Node>> = faults.take(serde_json::from_value(self.nodes.0.clone()).map_err(|_| {
            let (zh, en) = ("应为节点对象的列表", "Takes a list of nodes.");
            UserError::new(Code::InvalidTemplate, "input.nodes", zh, en)
        }));
        if let Some(nodes) = &nodes {
            faults.take(check(nodes).map_err(|r| refused(r, "input.nodes")));
        }
        faults.check()?;
        let (Some(key), Some(title)) = (key, title) else { return Err(Code::InternalServerError.into()) };
        let last = tx.parts::<work_template::Entity>().filter(work_template::Column::Key.eq(&key));
        let last = last.order_by(work_template::Column::Number, Order::Desc).one().await?;
        let id = tx.new_id();
        tx.insert(work_template::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            key: Set(key.clone()),
            number: Set(last.map_or(1, |last| last.number + 1)),
            title: Set(title),
            nodes: Set(self.nodes.0.clone()),
            published_by: Set(tx.session().user_id()),
            created_at: Set(tx.session().now()),
        })
        .await?;
        tx.touched("WorkTemplate", id, json!({ "key": key }));
        Ok(id)
    }
}
