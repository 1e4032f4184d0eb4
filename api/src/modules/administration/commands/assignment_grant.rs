//! Gives a role over a part of the tree.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    app_user, role_assignment, unit,
    values::{RoleName, UserState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        administration::{catalogue::User, commands::guard},
        organisation::catalogue::Unit,
    },
};

/// A role for a user over a unit and all below it (授权).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AssignmentGrantInput {
    /// Who receives it (用户).
    pub user: Id<User>,
    /// Which role (角色); never beyond your own rights, C-13.
    pub role: Gql<RoleName>,
    /// The unit at the top of its scope (授权机构), within your subtree, C-13.
    pub unit: Id<Unit>,
    /// First day (生效日期), not in the past; today unless given.
    pub valid_from: Option<Given<NaiveDate>>,
    /// Last day (失效日期); unbounded unless given.
    pub valid_until: Option<Given<NaiveDate>>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for AssignmentGrantInput {
    const NAME: &'static str = "assignmentGrant";
    const RIGHT: (Resource, Action) = (Resource::Assignment, Action::Grant);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let today = tx.session().today();
        let mut faults = Faults::default();
        let from = match &self.valid_from {
            Some(given) => given.get("input.validFrom", &mut faults),
            None => Some(today),
        };
        let until = self.valid_until.as_ref().and_then(|given| given.get("input.validUntil", &mut faults));
        if let Some(from) = from {
            faults.take(not_before(from, today, "input.validFrom"));
            faults.take(until.map_or(Ok(()), |until| not_before(until, from, "input.validUntil")));
        }
        // Locked, so that two grants to one user see each other: the three administrators exclude each other.
        let user = tx.gate::<app_user::Entity>(Action::Read)?.id(self.user.uuid()).lock().one().await?;
        let user = faults.usable(user, |user| user.state == UserState::Active, "input.user");
        // A unit out of sight is the same as none; one in sight but out of the subtree is refused by name.
        let unit = tx.gate::<unit::Entity>(Action::Read)?.id(self.unit.uuid()).one().await?;
        let unit = faults.known(unit, "input.unit");
        if let (Some(user), Some(unit)) = (&user, &unit) {
            let existing = guard::roles_of_person(tx, user).await?;
            faults.take(guard::may_grant(tx.session(), &existing, self.role.0, &unit.path, ""));
        }
        faults.check()?;
        let (Some(user), Some(unit), Some(from)) = (user, unit, from) else {
            return Err(Code::InternalServerError.into());
        };
        clear_the_place(tx, user.id, self.role.0, unit.id, "input.role").await?;
        let id = insert(tx, &NewAssignment { user: user.id, role: self.role.0, unit: unit.id, from, until }).await?;
        tx.rights_changed().await?;
        Ok(id)
    }
}

fn not_before(day: NaiveDate, first: NaiveDate, field: &str) -> Result<(), UserError> {
    if day >= first {
        return Ok(());
    }
    Err(UserError::new(Code::InvalidValue, field, format!("不得早于 {first}"), format!("Not before {first}.")))
}

/// One role of one user at one unit is in force at most once: an expired one makes room, a live one refuses.
pub(super) async fn clear_the_place(tx: &Tx, user: Uuid, role: RoleName, unit: Uuid, field: &str) -> Result<(), Fault> {
    let same = tx
        .parts::<role_assignment::Entity>()
        .filter(role_assignment::Column::UserId.eq(user))
        .filter(role_assignment::Column::Role.eq(role))
        .filter(role_assignment::Column::UnitId.eq(unit))
        .filter(role_assignment::Column::RevokedAt.is_null())
        .one()
        .await?;
    let Some(same) = same else { return Ok(()) };
    if same.valid_until.is_none_or(|until| until >= tx.session().today()) {
        return Err(UserError::of(Code::AlreadyExists, field).into());
    }
    tx.change::<role_assignment::Entity>()
        .id(same.id)
        .set(role_assignment::Column::RevokedAt, Expr::value(tx.session().now()))
        .set(role_assignment::Column::RevokedBy, Expr::value(tx.session().user_id()))
        .run()
        .await?;
    Ok(())
}

/// An assignment that has been found allowed.
pub(super) struct NewAssignment {
    pub(super) user: Uuid,
    pub(super) role: RoleName,
    pub(super) unit: Uuid,
    pub(super) from: NaiveDate,
    pub(super) until: Option<NaiveDate>,
}

/// Writes an assignment with its audit line and event; the caller moves the version of rights.
pub(super) async fn insert(tx: &Tx, new: &NewAssignment) -> Result<Uuid, Fault> {
    let id = tx.new_id();
    tx.insert(role_assignment::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(id),
        user_id: Set(new.user),
        role: Set(new.role),
        unit_id: Set(new.unit),
        granted_by: Set(Some(tx.session().user_id())),
        valid_from: Set(new.from),
        valid_until: Set(new.until),
        created_at: Set(tx.session().now()),
        revoked_at: Set(None),
        revoked_by: Set(None),
    })
    .await?;
    tx.touched("RoleAssignment", id, json!({ "granted": new.role, "validUntil": new.until }));
    tx.touched("User", new.user, json!({ "granted": new.role }));
    tx.emit("assignment.granted", "RoleAssignment", id, 1, json!({})).await?;
    Ok(id)
}
