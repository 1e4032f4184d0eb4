//! Dissolves a task force: the roles lent for it end with it.

use async_graphql::InputObject;
use entities::{task_force, values::TaskForceState};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    members::{changed, hold, present},
    words,
};
use crate::{
    kernel::{command::Command, error::Fault, id::Id, tx::Tx},
    modules::{administration::commands::lending, cooperation::catalogue::TaskForce},
};

/// The end of a task force (撤销专班).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskForceDissolveInput {
    /// Which task force.
    pub id: Id<TaskForce>,
    /// The version that you read.
    pub expected_version: i32,
    /// Why (撤销原因), 1 to 1,000 characters.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for TaskForceDissolveInput {
    const NAME: &'static str = "taskForceDissolve";
    const RIGHT: (Resource, Action) = (Resource::TaskForce, Action::Close);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let force = hold(tx, Self::RIGHT.1, self.id.uuid(), self.expected_version).await?;
        let reason = words(&self.reason, 1000, "input.reason")?;
        for member in present(tx, force.id).await? {
            lending::end(tx, member.assignment_id, "input.id").await?;
        }
        tx.change::<task_force::Entity>()
            .id(force.id)
            .set(task_force::Column::State, Expr::value(TaskForceState::Dissolved))
            .set(task_force::Column::DissolvedBy, Expr::value(tx.session().user_id()))
            .set(task_force::Column::DissolvedAt, Expr::value(tx.session().now()))
            .set(task_force::Column::DissolveReason, Expr::value(reason))
            .run()
            .await?;
        changed(tx, &force, "taskForce.dissolved", json!({ "dissolved": true })).await?;
        Ok(force.id)
    }
}
