//! What a user may do at this moment: roles with their place in the tree, compiled into reaches.
//!
//! Loaded once per user and version of the tenant's rights, shared by requests, thrown away when the
//! version moves. Casbin is never asked per row or field: the contract is compiled into a table.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;
use entities::{
    app_user, auth_session, role_assignment, unit,
    values::{UserKind, UserState},
};
use policies::{Action, Compiled, Resource, Role};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::kernel::{
    reach::{Caller, Reach},
    transaction::Transaction,
};

/// A role held at a place of the organisation tree for a time.
#[derive(Clone, Debug)]
pub struct Holding {
    /// The assignment's row.
    pub id: Uuid,
    /// The role.
    pub role: Role,
    /// The unit at the top of its scope.
    pub unit_id: Uuid,
    /// That unit's path.
    pub path: String,
    /// Whether that unit is the root of the tree.
    pub is_root: bool,
    from: NaiveDate,
    /// Last day, if it is bounded.
    pub until: Option<NaiveDate>,
}

/// A user's standing, as loaded.
#[derive(Clone, Debug)]
pub struct Authority {
    /// The user.
    pub user_id: Uuid,
    /// The person the user is.
    pub person_id: Option<Uuid>,
    /// Display name.
    pub name: String,
    /// Human or service.
    pub kind: UserKind,
    /// Whether the user may act at all.
    pub active: bool,
    /// Live sessions, and what the client of each calls itself.
    pub sessions: HashMap<Uuid, String>,
    holdings: Vec<Holding>,
    compiled: Arc<Compiled>,
}

impl Authority {
    /// The roles in force on a day.
    pub fn holdings(&self, today: NaiveDate) -> impl Iterator<Item = &Holding> {
        self.holdings.iter().filter(move |h| h.from <= today && h.until.is_none_or(|until| today <= until))
    }

    /// The contract's table.
    pub fn compiled(&self) -> &Compiled {
        &self.compiled
    }

    /// Who asks, for row conditions.
    pub fn caller(&self) -> Caller {
        Caller { user: self.user_id, person: self.person_id }
    }

    /// The rows a right reaches on a day; empty when there is no such right. A deny line of any role wins.
    pub fn reach(&self, today: NaiveDate, resource: Resource, action: Action) -> Reach {
        let mut reach = Reach::default();
        if !self.active || self.holdings(today).any(|h| self.compiled.denies(h.role, resource, action)) {
            return reach;
        }
        for holding in self.holdings(today) {
            for scope in self.compiled.decide(&[holding.role], resource, action).scopes.iter() {
                reach.add(scope, &holding.path, holding.is_root);
            }
        }
        reach
    }

    /// Reads a user's standing. The transaction is the tenant's.
    pub(in crate::kernel) async fn load(
        txn: &Transaction,
        compiled: Arc<Compiled>,
        tenant: Uuid,
        user: Uuid,
        now: chrono::DateTime<chrono::Utc>,
    ) -> Result<Option<Self>, DbErr> {
        let Some(row) = app_user::Entity::find_by_id((tenant, user)).one(txn).await? else { return Ok(None) };
        let assigned = role_assignment::Entity::find()
            .filter(role_assignment::Column::TenantId.eq(tenant))
            .filter(role_assignment::Column::UserId.eq(user))
            .filter(role_assignment::Column::RevokedAt.is_null())
            .all(txn)
            .await?;
        let units = unit::Entity::find()
            .filter(unit::Column::TenantId.eq(tenant))
            .filter(unit::Column::Id.is_in(assigned.iter().map(|a| a.unit_id)))
            .all(txn)
            .await?;
        let sessions = auth_session::Entity::find()
            .filter(auth_session::Column::TenantId.eq(tenant))
            .filter(auth_session::Column::UserId.eq(user))
            .filter(auth_session::Column::RevokedAt.is_null())
            .filter(auth_session::Column::ExpiresAt.gt(now))
            .all(txn)
            .await?;
        let holdings = assigned
            .iter()
            .filter_map(|a| {
                let unit = units.iter().find(|u| u.id == a.unit_id)?;
                Some(Holding {
                    id: a.id,
                    role: role_of(a.role),
                    unit_id: a.unit_id,
                    path: unit.path.clone(),
                    is_root: unit.parent_id.is_none(),
                    from: a.valid_from,
                    until: a.valid_until,
                })
            })
            .collect();
        Ok(Some(Self {
            user_id: row.id,
            person_id: row.person_id,
            name: row.name,
            kind: row.kind,
            active: row.state == UserState::Active,
            sessions: sessions.into_iter().map(|s| (s.id, s.client)).collect(),
            holdings,
            compiled,
        }))
    }
}

/// The policy's word for a stored role.
pub fn role_of(name: entities::values::RoleName) -> Role {
    use entities::values::RoleName as N;
    match name {
        N::Super => Role::Super,
        N::Senior => Role::Senior,
        N::Junior => Role::Junior,
        N::SystemAdmin => Role::SystemAdmin,
        N::SecurityAdmin => Role::SecurityAdmin,
        N::AuditAdmin => Role::AuditAdmin,
        N::Applicant => Role::Applicant,
        N::Handler => Role::Handler,
        N::Leader => Role::Leader,
    }
}
