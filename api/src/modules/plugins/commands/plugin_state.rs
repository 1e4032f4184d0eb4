//! Sets a plug-in to work, takes it away, back or out.

use async_graphql::InputObject;
use entities::plugin;
use policies::{Action, Resource};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{ApiError, Code, Fault, UserError},
        id::Id,
        tx::Tx,
    },
    modules::plugins::{
        catalogue::Plugin,
        change::{self, Place},
    },
};

/// Plug-ins are the whole tenant's: an administrator of a part of it does not decide about them.
pub(super) fn ours(tx: &Tx) -> Result<(), ApiError> {
    match tx.session().require(Resource::Plugin, Action::Publish)?.tenant {
        true => Ok(()),
        false => Err(ApiError::of(Code::Forbidden)),
    }
}

/// Where and when.
pub(super) fn place(tx: &Tx) -> Place {
    let session = tx.session();
    Place { backend: session.backend(), today: session.today(), level: session.tenant().level }
}

/// The plug-in, if it is as the caller has read it.
async fn found(tx: &Tx, id: &Id<Plugin>, expected: i32) -> Result<plugin::Model, Fault> {
    ours(tx)?;
    let row = tx.gate::<plugin::Entity>(Action::Publish)?.id(id.uuid()).lock().required().await?;
    if row.version != expected {
        let zh = format!("当前版本为 {}", row.version);
        let en = format!("The present version is {}.", row.version);
        return Err(UserError::new(Code::VersionMismatch, "input.expectedVersion", zh, en).into());
    }
    Ok(row)
}

/// To be set to work (启用插件).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginEnableInput {
    /// Which (插件).
    pub id: Id<Plugin>,
    /// The `version` that you have read.
    pub expected_version: i32,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PluginEnableInput {
    const NAME: &'static str = "pluginEnable";
    const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = found(tx, &self.id, self.expected_version).await?;
        change::enable(tx, &row, place(tx)).await?;
        Ok(row.id)
    }
}

/// To be taken away (停用插件).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginDisableInput {
    /// Which (插件).
    pub id: Id<Plugin>,
    /// The `version` that you have read.
    pub expected_version: i32,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PluginDisableInput {
    const NAME: &'static str = "pluginDisable";
    const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = found(tx, &self.id, self.expected_version).await?;
        change::disable(tx, &row).await?;
        Ok(row.id)
    }
}

/// To go back to the version before (回退插件).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginRollbackInput {
    /// Which (插件).
    pub id: Id<Plugin>,
    /// The `version` that you have read.
    pub expected_version: i32,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PluginRollbackInput {
    const NAME: &'static str = "pluginRollback";
    const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = found(tx, &self.id, self.expected_version).await?;
        change::rollback(tx, &row, place(tx)).await?;
        Ok(row.id)
    }
}

/// To be taken out (卸载插件).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginRemoveInput {
    /// Which (插件).
    pub id: Id<Plugin>,
    /// The `version` that you have read.
    pub expected_version: i32,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PluginRemoveInput {
    const NAME: &'static str = "pluginRemove";
    const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = found(tx, &self.id, self.expected_version).await?;
        change::remove(tx, &row).await?;
        Ok(row.id)
    }
}
