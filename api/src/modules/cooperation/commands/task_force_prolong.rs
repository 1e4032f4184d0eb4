//! Gives a task force another last day.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::task_force;
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    members::{changed, hold, present},
    refused,
};
use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults},
        id::Id,
        tx::Tx,
    },
    modules::{
        administration::commands::lending,
        cooperation::{catalogue::TaskForce, rules::task_force::check_days},
    },
};

/// Another last day of a task force (调整期限).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskForceProlongInput {
    /// Which task force.
    pub id: Id<TaskForce>,
    /// The version that you read.
    pub expected_version: i32,
    /// Last day (截止日期), not in the past, at most 731 days after the first; sooner than before is fine too.
    pub valid_until: Given<NaiveDate>,
}

#[async_trait::async_trait]
impl Command for TaskForceProlongInput {
    const NAME: &'static str = "taskForceProlong";
    const RIGHT: (Resource, Action) = (Resource::TaskForce, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let force = hold(tx, Self::RIGHT.1, self.id.uuid(), self.expected_version).await?;
        let mut faults = Faults::default();
        let until = self.valid_until.get("input.validUntil", &mut faults);
        if let Some(until) = until {
            let fits = check_days(force.valid_from, until, tx.session().today());
            faults.take(fits.map_err(|refusal| refused(refusal, Code::InvalidValue, "input.validUntil")));
        }
        faults.check()?;
        let Some(until) = until else { return Err(Code::InternalServerError.into()) };
        for member in present(tx, force.id).await? {
            lending::move_end(tx, member.assignment_id, until, "input.id").await?;
        }
        tx.change::<task_force::Entity>()
            .id(force.id)
            .set(task_force::Column::ValidUntil, Expr::value(until))
            .run()
            .await?;
        changed(tx, &force, "taskForce.prolonged", json!({ "validUntil": until })).await?;
        Ok(force.id)
    }
}
