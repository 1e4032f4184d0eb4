//! Who may grant which role where (三级分权, 授权规则): never beyond the grantor's own rights or subtree.

use crate::{Action, Compiled, PERMISSIONS, Permission, Resource, Role};

/// A role held at a unit, by the unit's materialised path such as `/0001/0003/` (任职角色).
pub type Holding<'a> = (Role, &'a str);

/// Why a grant is refused (拒绝授权).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantRefusal {
    /// The role is above what the grantor may give, or has rights the grantor has not (越级授权).
    #[error("granting {role} exceeds the grantor's own rights")]
    ExceedsTier {
        /// The role asked for (角色).
        role: Role,
    },
    /// The grantor could give the role, but not at that unit (越界授权). A caller that cannot see the unit gets the
    /// answer of a unit that does not exist.
    #[error("granting {role} outside the grantor's subtree")]
    OutsideSubtree {
        /// The role asked for (角色).
        role: Role,
    },
    /// The person already holds another of the three separated administrators (角色互斥).
    #[error("{role} cannot be held together with {held}")]
    RoleConflict {
        /// The role asked for (角色).
        role: Role,
        /// The role in its way (已有角色).
        held: Role,
    },
}

impl GrantRefusal {
    /// The stable error code (错误码).
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ExceedsTier { .. } => "GRANT_EXCEEDS_TIER",
            Self::OutsideSubtree { .. } => "GRANT_OUTSIDE_SUBTREE",
            Self::RoleConflict { .. } => "ROLE_CONFLICT",
        }
    }
}

impl Role {
    /// The roles a holder may grant (可授予的角色). Nobody grants `security_admin`: it comes with the tenant.
    pub const fn grantable(self) -> &'static [Role] {
        match self {
            Self::Super => &[Self::Super, Self::Senior, Self::Junior, Self::Applicant, Self::Handler, Self::Leader],
            Self::Senior => &[Self::Junior, Self::Applicant, Self::Handler],
            Self::Junior => &[Self::Applicant],
            Self::SecurityAdmin => &[Self::SystemAdmin, Self::AuditAdmin],
            Self::SystemAdmin | Self::AuditAdmin | Self::Applicant | Self::Handler | Self::Leader => &[],
        }
    }
}

/// Whether `inner` is `outer` or lies below it (是否在子树内). Paths are compared by whole segments; one that is not
/// of the form `/0001/0003/` is inside nothing and holds nothing.
pub fn is_inside(outer: &str, inner: &str) -> bool {
    is_path(outer) && is_path(inner) && inner.starts_with(outer)
}

fn is_path(path: &str) -> bool {
    path.strip_prefix('/')
        .and_then(|rest| rest.strip_suffix('/'))
        .is_some_and(|segments| segments.split('/').all(|segment| !segment.is_empty()))
}

/// Whether a person with the existing roles may not have the new one (是否互斥): the three administrators (三员)
/// exclude each other. Granting what is already held is no conflict.
pub fn conflicts(existing: &[Role], new: Role) -> bool {
    conflicting(existing, new).is_some()
}

fn conflicting(existing: &[Role], new: Role) -> Option<Role> {
    existing.iter().copied().find(|held| new.is_separated() && held.is_separated() && *held != new)
}

impl Compiled {
    /// Whether the grantor may give `role` at `target` to a person who holds `existing` (授权校验).
    ///
    /// The role must be grantable by a role the grantor holds over the target, that role must still have
    /// `assignment:grant`, and a tier must not bring a right the grantor lacks there. Conflicts are told last, so that
    /// only who may grant learns what the person holds.
    pub fn may_grant(
        &self,
        grantor: &[Holding<'_>],
        existing: &[Role],
        role: Role,
        target: &str,
    ) -> Result<(), GrantRefusal> {
        let able: Vec<Holding<'_>> =
            grantor.iter().copied().filter(|(held, _)| held.grantable().contains(&role)).collect();
        if able.is_empty() {
            return Err(GrantRefusal::ExceedsTier { role });
        }
        // The three administrators reach the whole tenant wherever they are assigned: no subtree bounds them.
        let reaches = |(_, path): &Holding<'_>| role.is_separated() || is_inside(path, target);
        if !able.iter().any(reaches) {
            return Err(GrantRefusal::OutsideSubtree { role });
        }
        let all: Vec<Role> = grantor.iter().map(|(held, _)| *held).collect();
        let there: Vec<Role> = grantor.iter().filter(|holding| reaches(holding)).map(|(held, _)| *held).collect();
        let granting: Vec<Role> = able.iter().filter(|holding| reaches(holding)).map(|(held, _)| *held).collect();
        let denied =
            |permission: &Permission| all.iter().any(|held| self.denies(*held, permission.resource, permission.action));

        let grant = Permission { resource: Resource::Assignment, action: Action::Grant };
        let may = self.decide(&granting, grant.resource, grant.action).allowed && !denied(&grant);
        let exceeds = role.tier().is_some()
            && PERMISSIONS.iter().any(|permission| {
                let given = self.decide(&[role], permission.resource, permission.action);
                let own = self.decide(&there, permission.resource, permission.action);
                given.allowed && (denied(permission) || !own.scopes.covers(given.scopes))
            });
        if !may || exceeds {
            return Err(GrantRefusal::ExceedsTier { role });
        }
        match conflicting(existing, role) {
            Some(held) => Err(GrantRefusal::RoleConflict { role, held }),
            None => Ok(()),
        }
    }
}
