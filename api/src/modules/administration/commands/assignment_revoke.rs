//! Takes a role back.

use async_graphql::InputObject;
use entities::{role_assignment, unit, values::RoleName};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, UserError},
        id::Id,
        tx::Tx,
    },
    modules::administration::{catalogue::RoleAssignment, commands::guard},
};

/// Which role is taken back.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AssignmentRevokeInput {
    /// Which assignment.
    pub id: Id<RoleAssignment>,
}

#[async_trait::async_trait]
impl Command for AssignmentRevokeInput {
    const NAME: &'static str = "assignmentRevoke";
    const RIGHT: (Resource, Action) = (Resource::Assignment, Action::Revoke);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<role_assignment::Entity>(Action::Revoke)?.id(self.id.uuid()).required().await?;
        if row.revoked_at.is_some() {
            return Err(UserError::of(Code::NotInState, "input.id").into());
        }
        let top = tx.parts::<unit::Entity>().id(row.unit_id).required().await?;
        guard::may_take(tx.session(), row.role, &top.path, "input.id")?;
        if row.role == RoleName::SecurityAdmin {
            guard::not_the_last_security_admin(tx, row.user_id, "input.id").await?;
        }
        if !take_back(tx, &row).await? {
            return Err(UserError::of(Code::NotInState, "input.id").into());
        }
        tx.rights_changed().await?;
        Ok(row.id)
    }
}

/// Ends an assignment with its audit lines and event, unless somebody else just did; the caller moves the
/// version of rights.
pub(super) async fn take_back(tx: &Tx, row: &role_assignment::Model) -> Result<bool, Fault> {
    let taken = tx
        .change::<role_assignment::Entity>()
        .id(row.id)
        .filter(role_assignment::Column::RevokedAt.is_null())
        .set(role_assignment::Column::RevokedAt, Expr::value(tx.session().now()))
        .set(role_assignment::Column::RevokedBy, Expr::value(tx.session().user_id()))
        .run()
        .await?;
    if taken == 0 {
        return Ok(false);
    }
    // C-13: removing an administrator ends his open sessions at once. Others keep theirs, with fewer rights.
    let ended = match guard::is_administrator(row.role) {
        true => tx.logins().end_sessions(row.user_id).await?,
        false => 0,
    };
    tx.touched("RoleAssignment", row.id, json!({ "revoked": row.role }));
    tx.touched("User", row.user_id, json!({ "revoked": row.role, "endedSessions": ended }));
    tx.emit("assignment.revoked", "RoleAssignment", row.id, 1, json!({})).await?;
    Ok(true)
}
