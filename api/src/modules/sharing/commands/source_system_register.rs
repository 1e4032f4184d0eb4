//! Registers a source system.

use async_graphql::InputObject;
use entities::{source_system, unit, values::PeerState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{exchange::rules::endpoint::origin, organisation::catalogue::Unit, personnel::commands::checks},
};

/// The most fields that one system gives.
const FIELDS: usize = 100;

/// A new source system (数据来源系统).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct SourceSystemRegisterInput {
    /// Stable key (系统编码): small letters, digits, hyphens; at most 64.
    pub key: String,
    /// Title (系统名称), 1 to 100 characters.
    pub title: String,
    /// The agency that owns the data (数据责任单位), within your subtree.
    pub unit: Id<Unit>,
    /// Origin of the system (接口地址), as in `http://host:8080`; left out where the agency works in its inbox. It is not
    /// asked unless the operator allows the origin.
    pub endpoint: Option<String>,
    /// Names of the form fields that it gives (提供字段), 1 to 100.
    pub fields: Vec<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for SourceSystemRegisterInput {
    const NAME: &'static str = "sourceSystemRegister";
    const RIGHT: (Resource, Action) = (Resource::SharedData, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let title = faults.take(checks::text(&self.title, "input.title", 100));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=64).contains(&self.key.len()) || !self.key.chars().all(plain) {
            let (zh, en) =
                ("应为至多 64 个小写字母、数字或连字符", "Takes up to 64 small letters, digits and hyphens.");
            faults.add(UserError::new(Code::InvalidFormat, "input.key", zh, en));
        }
        let endpoint = self.endpoint.as_deref().map(origin);
        if endpoint == Some(None) {
            let (zh, en) = ("应为 http://主机:端口", "Takes http://host:port and nothing else.");
            faults.add(UserError::new(Code::InvalidFormat, "input.endpoint", zh, en));
        }
        let name = |text: &String| (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric());
        if !(1..=FIELDS).contains(&self.fields.len()) || !self.fields.iter().all(name) {
            let (zh, en) = ("应为 1 至 100 个表单项名称", "Takes 1 to 100 names of form fields.");
            faults.add(UserError::new(Code::InvalidValue, "input.fields", zh, en));
        }
        let unit = tx.gate_as::<unit::Entity>(Self::RIGHT.0, Self::RIGHT.1)?.id(self.unit.uuid()).one().await?;
        if unit.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.unit"));
        }
        let same = tx.parts::<source_system::Entity>().filter(source_system::Column::Key.eq(&self.key));
        if same.count().await? > 0 {
            faults.add(UserError::of(Code::AlreadyExists, "input.key"));
        }
        faults.check()?;
        let (Some(title), Some(unit)) = (title, unit) else { return Err(Code::InternalServerError.into()) };
        let id = tx.new_id();
        tx.insert(source_system::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            key: Set(self.key.clone()),
            title: Set(title),
            unit_id: Set(unit.id),
            endpoint: Set(endpoint.flatten()),
            fields: Set(json!(self.fields)),
            state: Set(PeerState::Active),
            registered_by: Set(tx.session().user_id()),
            version: Set(1),
            created_at: Set(tx.session().now()),
        })
        .await?;
        tx.touched("SourceSystem", id, json!({ "registered": self.key, "fields": self.fields }));
        tx.emit("sourceSystem.registered", "SourceSystem", id, 1, json!({})).await?;
        Ok(id)
    }
}
