//! Adds a member to a task force.

use async_graphql::InputObject;
use policies::{Action, Resource};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::members::{TaskForceMemberInput, changed, hold, join, present};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::cooperation::catalogue::TaskForce,
};

/// A new member of a task force (增加成员).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskForceMemberAddInput {
    /// Which task force.
    pub id: Id<TaskForce>,
    /// The version that you read.
    pub expected_version: i32,
    /// The member (成员), who is not one yet.
    pub member: TaskForceMemberInput,
}

#[async_trait::async_trait]
impl Command for TaskForceMemberAddInput {
    const NAME: &'static str = "taskForceMemberAdd";
    const RIGHT: (Resource, Action) = (Resource::TaskForce, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let force = hold(tx, Self::RIGHT.1, self.id.uuid(), self.expected_version).await?;
        let mut faults = Faults::default();
        if present(tx, force.id).await?.iter().any(|m| m.user_id == self.member.user.uuid()) {
            faults.add(UserError::of(Code::AlreadyExists, "input.member.user"));
        }
        faults.check()?;
        let days = (force.valid_from.max(tx.session().today()), force.valid_until);
        join(tx, force.id, days, &self.member, "input.member", &mut faults).await?;
        faults.check()?;
        changed(tx, &force, "taskForce.memberAdded", json!({ "memberAdded": true })).await?;
        Ok(force.id)
    }
}
