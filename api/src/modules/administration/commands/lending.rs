//! Roles lent for a time on behalf of something else, such as a task force (限时授权), C-13.
//!
//! A loan is an assignment like any other: the gate asks for it and its days at every request, and a change of
//! it moves the version of rights, so that every replica learns of it. Who lends moves the version.

use chrono::NaiveDate;
use entities::{
    app_user, role_assignment, unit,
    values::{RoleName, UserState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use uuid::Uuid;

use super::{assignment_grant, assignment_revoke::take_back, guard};
use crate::kernel::{
    error::{Code, Fault, Faults, UserError},
    tx::Tx,
};

/// A role to be lent.
#[derive(Clone, Copy, Debug)]
pub struct Loan<'a> {
    /// Who receives it.
    pub user: Uuid,
    /// The role.
    pub role: RoleName,
    /// The unit at the top of its scope.
    pub unit: Uuid,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
    /// The input that names all this, as in `input.members.0`.
    pub field: &'a str,
}

/// What became of a loan.
pub struct Lent {
    /// The assignment.
    pub assignment: Uuid,
    /// The user who has it.
    pub user: app_user::Model,
}

/// Lends a role within the caller's own rights and subtree; a fault otherwise.
pub async fn lend(tx: &Tx, loan: &Loan<'_>, faults: &mut Faults) -> Result<Option<Lent>, Fault> {
    tx.session().require(Resource::Assignment, Action::Grant)?;
    let at = |part: &str| format!("{}.{part}", loan.field);
    // Locked like every grant: the three administrators exclude each other.
    let user = tx.gate::<app_user::Entity>(Action::Read)?.id(loan.user).lock().one().await?;
    match &user {
        None => faults.add(UserError::of(Code::Unknown, at("user"))),
        Some(user) if user.state != UserState::Active => faults.add(UserError::of(Code::NotInState, at("user"))),
        Some(_) => {}
    }
    let unit = tx.gate::<unit::Entity>(Action::Read)?.id(loan.unit).one().await?;
    if unit.is_none() {
        faults.add(UserError::of(Code::Unknown, at("unit")));
    }
    let (Some(user), Some(unit)) = (user, unit) else { return Ok(None) };
    let existing = guard::roles_of_person(tx, &user).await?;
    faults.take(guard::may_grant(tx.session(), &existing, loan.role, &unit.path, loan.field));
    if !faults.is_empty() {
        return Ok(None);
    }
    assignment_grant::clear_the_place(tx, user.id, loan.role, unit.id, &at("role")).await?;
    let new = assignment_grant::NewAssignment {
        user: user.id,
        role: loan.role,
        unit: unit.id,
        from: loan.from,
        until: Some(loan.until),
    };
    Ok(Some(Lent { assignment: assignment_grant::insert(tx, &new).await?, user }))
}

/// Ends a loan at once; one that was taken back before stays as it is. Who could not have lent it is refused.
pub async fn end(tx: &Tx, assignment: Uuid, field: &str) -> Result<(), Fault> {
    let row = tx.parts::<role_assignment::Entity>().id(assignment).required().await?;
    if row.revoked_at.is_some() {
        return Ok(());
    }
    may_touch(tx, &row, field).await?;
    take_back(tx, &row).await?;
    Ok(())
}

/// Gives a loan another last day, unless it was taken back. Who could not have lent it is refused.
pub async fn move_end(tx: &Tx, assignment: Uuid, until: NaiveDate, field: &str) -> Result<(), Fault> {
    let row = tx.parts::<role_assignment::Entity>().id(assignment).required().await?;
    if row.revoked_at.is_some() {
        return Ok(());
    }
    may_touch(tx, &row, field).await?;
    tx.change::<role_assignment::Entity>()
        .id(row.id)
        .filter(role_assignment::Column::RevokedAt.is_null())
        .set(role_assignment::Column::ValidUntil, Expr::value(until))
        .run()
        .await?;
    tx.touched("RoleAssignment", row.id, serde_json::json!({ "validUntil": until }));
    Ok(())
}

async fn may_touch(tx: &Tx, row: &role_assignment::Model, field: &str) -> Result<(), Fault> {
    let top = tx.parts::<unit::Entity>().id(row.unit_id).required().await?;
    Ok(guard::may_take(tx.session(), row.role, &top.path, field)?)
}
