//! Disables a user, or only ends his sessions.

use async_graphql::InputObject;
use entities::{app_user, values::UserState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::{
        administration::{catalogue::User, commands::guard},
        organisation::commands::version_mismatch,
        personnel::commands::checks,
    },
};

/// Which user may no longer act, and why.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct UserDisableInput {
    /// Which user.
    pub id: Id<User>,
    /// The version that you read.
    pub expected_version: i32,
    /// Why (停用原因), 1 to 500 characters; kept in the audit record.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for UserDisableInput {
    const NAME: &'static str = "userDisable";
    const RIGHT: (Resource, Action) = (Resource::User, Action::Disable);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<app_user::Entity>(Action::Disable)?.id(self.id.uuid()).required().await?;
        let mut faults = Faults::default();
        let reason = faults.take(checks::text(&self.reason, "input.reason", 500));
        if row.state == UserState::Disabled {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        if row.id == tx.session().user_id() {
            faults.add(UserError::new(Code::InvalidValue, "input.id", "不得停用自己", "Nobody disables himself."));
        }
        faults.check()?;
        guard::not_above(tx, row.id, "input.id").await?;
        guard::not_the_last_security_admin(tx, row.id, "input.id").await?;
        let changed = tx
            .change::<app_user::Entity>()
            .id(row.id)
            .filter(app_user::Column::Version.eq(self.expected_version))
            .set(app_user::Column::State, Expr::value(UserState::Disabled))
            .set(app_user::Column::Version, plus_one(app_user::Column::Version))
            .set(app_user::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        if changed == 0 {
            return Err(version_mismatch().into());
        }
        let ended = tx.logins().end_sessions(row.id).await?;
        // Every replica loads the user anew and finds him disabled; his service keys are refused with him.
        tx.rights_changed().await?;
        tx.touched("User", row.id, json!({ "disabled": true, "reason": reason, "endedSessions": ended }));
        tx.emit("user.disabled", "User", row.id, self.expected_version + 1, json!({})).await?;
        Ok(row.id)
    }
}

/// Whose sessions end.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct SessionsEndInput {
    /// Which user.
    pub user: Id<User>,
}

#[async_trait::async_trait]
impl Command for SessionsEndInput {
    const NAME: &'static str = "sessionsEnd";
    const RIGHT: (Resource, Action) = (Resource::User, Action::Disable);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<app_user::Entity>(Action::Disable)?.id(self.user.uuid()).required().await?;
        guard::not_above(tx, row.id, "input.user").await?;
        let ended = tx.logins().end_sessions(row.id).await?;
        tx.rights_changed().await?;
        tx.touched("User", row.id, json!({ "endedSessions": ended }));
        Ok(row.id)
    }
}
