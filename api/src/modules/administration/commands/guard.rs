//! What administrators may not do to each other (三级分权), C-13.

use entities::{
    app_user, role_assignment, unit,
    values::{RoleName, UserState},
};
use policies::{Action, GrantRefusal, Resource, Role};
use sea_orm::{ColumnTrait, Condition, Order};
use uuid::Uuid;

use crate::kernel::{
    authority::role_of,
    error::{Code, Fault, UserError},
    session::Session,
    tx::Tx,
};

/// Whether the caller may give a role at a unit to somebody who holds these already (C-13).
pub fn may_grant(
    session: &Session,
    existing: &[Role],
    role: RoleName,
    path: &str,
    field: &str,
) -> Result<(), UserError> {
    let holdings: Vec<_> = session.authority().holdings(session.today()).collect();
    let holdings: Vec<(Role, &str)> = holdings.iter().map(|h| (h.role, h.path.as_str())).collect();
    let granted = session.platform().compiled().may_grant(&holdings, existing, role_of(role), path);
    granted.map_err(|refusal| refused(&refusal, field))
}

fn refused(refusal: &GrantRefusal, field: &str) -> UserError {
    let at = |part: &str| if field.is_empty() { format!("input.{part}") } else { format!("{field}.{part}") };
    match refusal {
        GrantRefusal::ExceedsTier { role } => UserError::new(
            Code::GrantExceedsTier,
            at("role"),
            format!("{}超出本人可授予的角色", role.title()),
            format!("{} is beyond what you may grant.", role.screaming()),
        ),
        GrantRefusal::OutsideSubtree { .. } => UserError::of(Code::GrantOutsideSubtree, at("unit")),
        GrantRefusal::RoleConflict { role, held } => UserError::new(
            Code::RoleConflict,
            at("role"),
            format!("该人员已是{}，不得兼任{}", held.title(), role.title()),
            format!("The person is {} and cannot be {} too.", held.screaming(), role.screaming()),
        ),
    }
}

/// The assignments in force or yet to come of a user.
pub async fn assignments(tx: &Tx, user: Uuid) -> Result<Vec<role_assignment::Model>, Fault> {
    let rows = tx.parts::<role_assignment::Entity>().filter(role_assignment::Column::UserId.eq(user));
    Ok(rows.filter(live(tx)).all().await?)
}

fn live(tx: &Tx) -> Condition {
    let until = role_assignment::Column::ValidUntil;
    let unended = Condition::any().add(until.is_null()).add(until.gte(tx.session().today()));
    Condition::all().add(role_assignment::Column::RevokedAt.is_null()).add(unended)
}

/// Every role that the person behind a user holds in the tenant, under whatever user: the three
/// administrators exclude each other by person, not by account.
pub async fn roles_of_person(tx: &Tx, user: &app_user::Model) -> Result<Vec<Role>, Fault> {
    let mut users = vec![user.id];
    if let Some(person) = user.person_id {
        let same = tx.parts::<app_user::Entity>().filter(app_user::Column::PersonId.eq(person)).all().await?;
        users.extend(same.iter().map(|u| u.id));
    }
    let rows = tx.parts::<role_assignment::Entity>().filter(role_assignment::Column::UserId.is_in(users));
    Ok(rows.filter(live(tx)).all().await?.iter().map(|row| role_of(row.role)).collect())
}

/// Whether the caller may take a role away: who could give it there, or a security administrator.
pub fn may_take(session: &Session, role: RoleName, path: &str, field: &str) -> Result<(), UserError> {
    let mut held = session.authority().holdings(session.today());
    if held.any(|h| h.role == Role::SecurityAdmin) {
        return Ok(());
    }
    may_grant(session, &[], role, path, "").map_err(|error| UserError { field: Some(field.into()), ..error })
}

/// Refuses what would cut off an administrator whom the caller could not have appointed.
pub async fn not_above(tx: &Tx, user: Uuid, field: &str) -> Result<(), Fault> {
    for held in assignments(tx, user).await? {
        if is_administrator(held.role) {
            let top = tx.parts::<unit::Entity>().id(held.unit_id).required().await?;
            may_take(tx.session(), held.role, &top.path, field)?;
        }
    }
    Ok(())
}

/// Whether the role is one of the three tiers or of the three separated administrators.
pub fn is_administrator(role: RoleName) -> bool {
    let role = role_of(role);
    role.tier().is_some() || role.is_separated()
}

/// Refuses what would leave the tenant without a security administrator (安全管理员): nobody could appoint
/// another. The rows are locked in order, so that two who revoke each other cannot both succeed.
pub async fn not_the_last_security_admin(tx: &Tx, user: Uuid, field: &str) -> Result<(), Fault> {
    let rows = tx
        .parts::<role_assignment::Entity>()
        .filter(role_assignment::Column::Role.eq(RoleName::SecurityAdmin))
        .filter(live(tx))
        .filter(role_assignment::Column::ValidFrom.lte(tx.session().today()))
        .order_by(role_assignment::Column::Id, Order::Asc)
        .lock()
        .all()
        .await?;
    if !rows.iter().any(|row| row.user_id == user) {
        return Ok(());
    }
    let others: Vec<Uuid> = rows.iter().map(|row| row.user_id).filter(|id| *id != user).collect();
    let left = tx
        .parts::<app_user::Entity>()
        .filter(app_user::Column::Id.is_in(others))
        .filter(app_user::Column::State.eq(UserState::Active))
        .order_by(app_user::Column::Id, Order::Asc)
        .lock()
        .all()
        .await?;
    if left.is_empty() {
        return Err(UserError::new(
            Code::NotInState,
            field,
            "这是本租户唯一的安全管理员，须先有另一名安全管理员",
            "This is the tenant's only security administrator; there must be another first.",
        )
        .into());
    }
    Ok(())
}

/// Whether the caller's right to do this reaches the whole tenant.
pub fn tenant_wide(session: &Session, resource: Resource, action: Action) -> Result<(), Fault> {
    if session.require(resource, action)?.tenant { Ok(()) } else { Err(Code::Forbidden.into()) }
}
