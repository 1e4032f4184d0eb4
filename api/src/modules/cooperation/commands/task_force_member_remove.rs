//! Lets a member of a task force go.

use async_graphql::InputObject;
use entities::task_force_member;
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::members::{changed, hold, present};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        administration::commands::lending,
        cooperation::catalogue::{TaskForce, TaskForceMember},
    },
};

/// A member who leaves (成员退出).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskForceMemberRemoveInput {
    /// Which task force.
    pub id: Id<TaskForce>,
    /// The version that you read.
    pub expected_version: i32,
    /// The member, who has not left yet.
    pub member: Id<TaskForceMember>,
}

#[async_trait::async_trait]
impl Command for TaskForceMemberRemoveInput {
    const NAME: &'static str = "taskForceMemberRemove";
    const RIGHT: (Resource, Action) = (Resource::TaskForce, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let force = hold(tx, Self::RIGHT.1, self.id.uuid(), self.expected_version).await?;
        let members = present(tx, force.id).await?;
        let Some(member) = members.iter().find(|m| m.id == self.member.uuid()) else {
            return Err(UserError::of(Code::Unknown, "input.member").into());
        };
        lending::end(tx, member.assignment_id, "input.member").await?;
        tx.change::<task_force_member::Entity>()
            .id(member.id)
            .set(task_force_member::Column::LeftAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        changed(tx, &force, "taskForce.memberRemoved", json!({ "memberRemoved": true })).await?;
        Ok(force.id)
    }
}
