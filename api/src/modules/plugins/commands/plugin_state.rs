//! Sets a plug-in to work, takes it away, back or out.

use async_graphql::InputObject;
use entities::{plugin, values::PluginEpochAction};
use policies::{Action, Resource};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{ApiError, Code, Fault, UserError},
        id::Id,
        session::Session,
        tx::{Advice, Tx},
    },
    modules::plugins::{
        catalogue::Plugin,
        change::{self, Place},
        epochs::{activating::activate, preparing::rehearsed},
    },
};

/// Plug-ins are the whole tenant's: an administrator of a part of it does not decide about them.
pub(super) fn ours(session: &Session) -> Result<(), ApiError> {
    match session.require(Resource::Plugin, Action::Publish)?.tenant {
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
pub(super) async fn found(tx: &Tx, id: &Id<Plugin>, expected: i32) -> Result<plugin::Model, Fault> {
    ours(tx.session())?;
    let row = tx.gate::<plugin::Entity>(Action::Publish)?.id(id.uuid()).lock().required().await?;
    if row.version != expected {
        let zh = format!("当前版本为 {}", row.version);
        let en = format!("The present version is {}.", row.version);
        return Err(UserError::new(Code::VersionMismatch, "input.expectedVersion", zh, en).into());
    }
    Ok(row)
}

/// Declares what is done to a plug-in that is named by its id and version.
macro_rules! state_input {
    ($(#[doc = $doc:literal])+ $name:ident, $mutation:literal, $action:ident, |$tx:ident, $row:ident| $change:expr) => {
        $(#[doc = $doc])+
        #[derive(InputObject, Serialize, Clone, Debug)]
        pub struct $name {
            /// Which (插件).
            pub id: Id<Plugin>,
            /// The `version` that you have read.
            pub expected_version: i32,
            /// Your key for this change: the same key and input again do nothing more for 72 hours.
            pub idempotency_key: Option<String>,
        }

        #[async_trait::async_trait]
        impl Command for $name {
            const NAME: &'static str = $mutation;
            const RIGHT: (Resource, Action) = (Resource::Plugin, Action::Publish);
            type Output = Uuid;

            fn idempotency_key(&self) -> Option<&str> {
                self.idempotency_key.as_deref()
            }

            async fn prepare(&self, session: &Session) -> Result<Advice, Fault> {
                rehearsed(session, self, PluginEpochAction::$action, None).await
            }

            async fn run(&self, $tx: &Tx) -> Result<Uuid, Fault> {
                let $row = found($tx, &self.id, self.expected_version).await?;
                $change.await?;
                activate($tx, $tx.advice().next()).await?;
                Ok($row.id)
            }
        }
    };
}

state_input!(
    /// To be set to work (启用插件).
    PluginEnableInput, "pluginEnable", Enable, |tx, row| change::enable(tx, &row, place(tx))
);
state_input!(
    /// To be taken away (停用插件).
    PluginDisableInput, "pluginDisable", Disable, |tx, row| change::disable(tx, &row)
);
state_input!(
    /// To go back to the version before (回退插件).
    PluginRollbackInput, "pluginRollback", Rollback, |tx, row| change::rollback(tx, &row, place(tx))
);
state_input!(
    /// To be taken out (卸载插件).
    PluginRemoveInput, "pluginRemove", Remove, |tx, row| change::remove(tx, &row)
);
