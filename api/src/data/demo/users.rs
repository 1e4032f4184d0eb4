//! The demo's users: one or more for every role, each a person who works where the role says.

use std::collections::HashMap;

use entities::{
    account, account_tenant, app_user, role_assignment, tenant,
    values::{RoleName as Role, UserKind, UserState},
};
use sea_orm::{ColumnTrait, IntoActiveModel, Order};
use uuid::Uuid;

use crate::{
    data::{
        demo::{DemoTenant, DemoUser, Sketch, tenant::Making},
        synthetic::{chance::Chance, matters::Matter, people::Made},
    },
    kernel::{error::ApiError, session::System},
};

/// What each shown user is called, with the role, in the order of the screen.
const SHOWN: [(&str, Role); 9] = [
    ("super", Role::Super),
    ("senior", Role::Senior),
    ("junior", Role::Junior),
    ("applicant", Role::Applicant),
    ("handler", Role::Handler),
    ("leader", Role::Leader),
    ("security_admin", Role::SecurityAdmin),
    ("audit_admin", Role::AuditAdmin),
    ("system_admin", Role::SystemAdmin),
];

/// The users of a tenant, not yet written.
pub(super) struct Users {
    pub(super) accounts: Vec<account::ActiveModel>,
    pub(super) links: Vec<account_tenant::ActiveModel>,
    pub(super) users: Vec<app_user::Model>,
    pub(super) assignments: Vec<role_assignment::Model>,
    pub(super) shown: Vec<DemoUser>,
    /// The user who handles for each agency.
    pub(super) handlers: HashMap<Uuid, Uuid>,
    /// The user who records approvals.
    pub(super) approver: Uuid,
}

impl Users {
    pub(super) fn new() -> Self {
        Self {
            accounts: vec![],
            links: vec![],
            users: vec![],
            assignments: vec![],
            shown: vec![],
            handlers: HashMap::new(),
            approver: Uuid::nil(),
        }
    }

    /// Administrators, leader and handlers.
    pub(super) fn officials(&mut self, chance: &mut Chance, making: &Making<'_>, people: &[Made], matter: &Matter) {
        let units = &making.org.units;
        let Some(root) = units.first() else { return };
        let by_short = |short: &str| units.iter().find(|unit| unit.short_name.as_deref() == Some(short));
        let staff_of = |path: &str, nth: usize| {
            let inside =
                |made: &&Made| units.iter().any(|unit| unit.id == made.person.unit_id && unit.path.starts_with(path));
            people.iter().filter(inside).nth(nth)
        };
        // In a city, which has no towns, the senior administrator is a department's.
        let department = match making.sketch.standing {
            crate::data::synthetic::orgs::Standing::City => by_short("人社局"),
            _ => making.org.departments.first().and_then(|place| units.get(*place)),
        }
        .unwrap_or(root);
        let office = units.iter().find(|unit| unit.parent_id == Some(department.id)).unwrap_or(department);
        let organisation = by_short("组织部").unwrap_or(root);
        let chief = by_short("党委办").unwrap_or(root);
        let medical = matter.branches.iter().find(|branch| branch.key == "medical");
        let agency = medical.and_then(|b| units.iter().find(|unit| unit.id == b.handling_unit_id)).unwrap_or(root);
        for (key, role) in SHOWN {
            // Who it is, and over which unit the role is held.
            let (home, scope, nth) = match role {
                Role::Super => (organisation, root, 1),
                Role::Senior => (department, department, 0),
                Role::Junior => (office, office, 0),
                Role::Handler => (agency, agency, 3),
                Role::Leader => (organisation, root, 0),
                Role::SecurityAdmin => (chief, root, 3),
                Role::AuditAdmin => (chief, root, 4),
                Role::SystemAdmin => (chief, root, 5),
                Role::Applicant => continue,
            };
            let Some(made) = staff_of(&home.path, nth).or_else(|| staff_of(&home.path, 0)) else { continue };
            let user = self.add(chance, making, made, Some(key), role, scope.id);
            match role {
                Role::Super => self.approver = user,
                Role::Handler => _ = self.handlers.insert(agency.id, user),
                _ => {}
            }
        }
        for branch in &matter.branches {
            if self.handlers.contains_key(&branch.handling_unit_id) {
                continue;
            }
            let unit = units.iter().find(|unit| unit.id == branch.handling_unit_id);
            let made = unit.and_then(|unit| staff_of(&unit.path, 2).or_else(|| staff_of(&unit.path, 0)));
            if let Some(made) = made {
                let user = self.add(chance, making, made, None, Role::Handler, branch.handling_unit_id);
                self.handlers.insert(branch.handling_unit_id, user);
            }
        }
    }

    /// Makes a person a user with a role over a unit. Those who are shown get a log-in of their own.
    pub(super) fn add(
        &mut self,
        chance: &mut Chance,
        making: &Making<'_>,
        made: &Made,
        key: Option<&'static str>,
        role: Role,
        scope: Uuid,
    ) -> Uuid {
        let (created, person) = (making.created, &made.person);
        let id = chance.id(created);
        let account_id = key.map(|key| {
            let account = account::Model {
                id: chance.id(created),
                login: login(making.sketch.code, key),
                // Nobody logs in by password: tokens are minted when the demo starts.
                password_hash: None,
                failed_count: 0,
                locked_until: None,
                disabled: false,
                created_at: created,
                updated_at: created,
            };
            let link = account_tenant::Model {
                account_id: account.id,
                tenant_id: making.tenant,
                user_id: id,
                is_default: true,
            };
            let account_id = account.id;
            self.accounts.push(account.into_active_model());
            self.links.push(link.into_active_model());
            account_id
        });
        self.users.push(app_user::Model {
            tenant_id: making.tenant,
            id,
            account_id,
            person_id: Some(person.id),
            name: person.name.clone(),
            kind: UserKind::Human,
            unit_id: person.unit_id,
            state: UserState::Active,
            version: 1,
            created_at: created,
            updated_at: created,
        });
        self.assignments.push(role_assignment::Model {
            tenant_id: making.tenant,
            id: chance.id(created),
            user_id: id,
            role,
            unit_id: scope,
            granted_by: None,
            valid_from: created.date_naive(),
            valid_until: None,
            created_at: created,
            revoked_at: None,
            revoked_by: None,
        });
        if let Some(key) = key {
            self.shown.push(DemoUser { id, key, role, name: person.name.clone() });
        }
        id
    }
}

/// Where a shown user stands in the list.
pub(super) fn place_of(key: &str) -> usize {
    SHOWN.iter().position(|(other, _)| *other == key).unwrap_or(SHOWN.len())
}

/// The log-in of a shown user.
fn login(tenant: &str, key: &str) -> String {
    format!("{tenant}.{key}")
}

/// Finds a tenant with its shown users in a database that has been filled before.
pub(super) async fn find(system: &System, sketch: &Sketch) -> Result<DemoTenant, ApiError> {
    let tx = system.begin(None).await?;
    let row = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(sketch.code)).required().await?;
    let mut users = Vec::new();
    for (key, role) in SHOWN {
        let account = tx.global::<account::Entity>().filter(account::Column::Login.eq(login(sketch.code, key)));
        let account = account.required().await?;
        let link = tx
            .global::<account_tenant::Entity>()
            .filter(account_tenant::Column::AccountId.eq(account.id))
            .filter(account_tenant::Column::TenantId.eq(row.id))
            .order_by(account_tenant::Column::UserId, Order::Asc)
            .required()
            .await?;
        users.push((key, role, link.user_id));
    }
    tx.rollback().await?;
    let tx = system.begin(Some(row.id)).await?;
    let mut shown = Vec::new();
    for (key, role, id) in users {
        let user = tx.parts::<app_user::Entity>().id(id).required().await?;
        shown.push(DemoUser { id, key, role, name: user.name });
    }
    tx.rollback().await?;
    Ok(DemoTenant { id: row.id, code: row.code, name: row.name, users: shown })
}
