//! What the changes of a task force's members share.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    task_force, task_force_member,
    values::{RoleName, TaskForceState},
};
use policies::Action;
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{expect_version, words};
use crate::{
    graph::scalars::Gql,
    kernel::{
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        administration::{
            catalogue::User,
            commands::lending::{Loan, lend},
        },
        organisation::catalogue::Unit,
    },
};

/// A member and the role lent to him (成员).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskForceMemberInput {
    /// Who (用户), each once.
    pub user: Id<User>,
    /// Which role (角色) until the last day; never beyond your own rights, C-13.
    pub role: Gql<RoleName>,
    /// The unit at the top of its scope (授权机构), within your subtree, C-13.
    pub unit: Id<Unit>,
    /// What the member does (分工), 1 to 200 characters.
    pub duty: String,
}

/// Lends the role and writes the member; returns the unit that he comes from.
pub async fn join(
    tx: &Tx,
    force: Uuid,
    days: (NaiveDate, NaiveDate),
    member: &TaskForceMemberInput,
    field: &str,
    faults: &mut Faults,
) -> Result<Option<Uuid>, Fault> {
    let duty = faults.take(words(&member.duty, 200, &format!("{field}.duty")));
    let loan = Loan {
        user: member.user.uuid(),
        role: member.role.0,
        unit: member.unit.uuid(),
        from: days.0,
        until: days.1,
        field,
    };
    let Some(lent) = lend(tx, &loan, faults).await? else { return Ok(None) };
    tx.insert(task_force_member::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        task_force_id: Set(force),
        user_id: Set(lent.user.id),
        unit_id: Set(lent.user.unit_id),
        duty: Set(duty.unwrap_or_default()),
        assignment_id: Set(lent.assignment),
        joined_on: Set(days.0),
        left_at: Set(None),
    })
    .await?;
    Ok(Some(lent.user.unit_id))
}

/// A task force that is not over, with its row locked.
pub async fn hold(tx: &Tx, action: Action, id: Uuid, expected_version: i32) -> Result<task_force::Model, Fault> {
    let force = tx.gate::<task_force::Entity>(action)?.id(id).lock().required().await?;
    expect_version(expected_version, force.version)?;
    if force.state != TaskForceState::Active || force.valid_until < tx.session().today() {
        return Err(UserError::new(Code::NotInState, "input.id", "专班已结束", "The task force is over.").into());
    }
    Ok(force)
}

/// The members who have not left.
pub async fn present(tx: &Tx, force: Uuid) -> Result<Vec<task_force_member::Model>, Fault> {
    let members = tx.parts::<task_force_member::Entity>();
    let members = members.filter(task_force_member::Column::TaskForceId.eq(force));
    Ok(members.filter(task_force_member::Column::LeftAt.is_null()).all().await?)
}

/// Counts the change of a task force, with its audit line and event, and tells every replica of the rights.
pub async fn changed(tx: &Tx, force: &task_force::Model, topic: &str, detail: serde_json::Value) -> Result<(), Fault> {
    let version = force.version + 1;
    tx.change::<task_force::Entity>()
        .id(force.id)
        .set(task_force::Column::Version, Expr::value(version))
        .set(task_force::Column::UpdatedAt, Expr::value(tx.session().now()))
        .run()
        .await?;
    tx.rights_changed().await?;
    tx.touched("TaskForce", force.id, detail);
    tx.emit(topic, "TaskForce", force.id, version, json!({})).await?;
    Ok(())
}
