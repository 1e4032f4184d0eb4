//! Which rule and which row condition decided about somebody's access (权限解释).

use async_graphql::{Enum, SimpleObject};
use entities::{CodeEnum, TenantEntity, app_user, values::RoleName};
use policies::{Action, Effect, PERMISSIONS, Permission, Resource, Role, Scope};

use crate::{
    graph::{
        catalogue::{Catalogue, TypeDef},
        payload::Ref,
        scalars::Gql,
    },
    kernel::{
        error::{ApiError, Code},
        explain::Question,
        id,
        reach::{Caller, Reach},
        session::Session,
        tx::Gated,
    },
    modules::organisation::catalogue::Unit,
};

/// Which rows a right reaches (数据范围).
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessScope {
    /// The whole tenant (全租户).
    Tenant,
    /// The unit of the assignment and all below (任职机构及下级).
    Subtree,
    /// Rows about the user (本人).
    Own,
    /// Rows handled by a unit at or below that of the assignment (承办单位).
    Agency,
}

/// What a line of the contract does (效果).
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleEffect {
    /// It gives the right (允许).
    Allow,
    /// It closes it, whichever role brought it (拒绝).
    Deny,
}

/// A line of the permission contract that bears on the decision (命中的策略行).
#[derive(SimpleObject)]
pub struct AccessRule {
    /// The user's role that brought it, itself or by inheritance (角色).
    role: Option<Gql<RoleName>>,
    /// Its line in `policies/roles.csv`, from 1 (行号).
    line: i32,
    /// The line as written (策略行).
    text: String,
    /// What it does (效果).
    effect: RuleEffect,
}

/// A condition on the row that a role of the user brings (数据范围条件).
#[derive(SimpleObject)]
pub struct AccessPredicate {
    /// Which rows (数据范围).
    scope: AccessScope,
    /// The role that brings it (角色).
    role: Option<Gql<RoleName>>,
    /// The unit of the assignment (任职机构).
    unit: Option<Ref<Unit>>,
    /// Whether the object satisfies it (是否满足).
    is_satisfied: bool,
}

/// How a decision came about (权限解释). A deny line wins over everything; otherwise one satisfied
/// predicate is enough; no line at all means refused.
#[derive(SimpleObject)]
pub struct AccessExplanation {
    /// Whether the user may do it to this object (是否允许).
    is_allowed: bool,
    /// Whether the user may act at all (用户是否有效).
    is_user_active: bool,
    /// The resource that protects the object, as the contract names it (资源).
    resource: &'static str,
    /// The action, as the contract names it (操作).
    action: &'static str,
    /// Lines that bear on it; deny lines first (命中的策略行).
    rule_hits: Vec<AccessRule>,
    /// Row conditions that the user's roles bring, each with its verdict (数据范围条件).
    predicates: Vec<AccessPredicate>,
}

/// Explains a decision. An object or user out of the caller's reach is as unknown as another tenant's.
pub async fn explain(
    session: &Session,
    catalogue: &Catalogue,
    object: &str,
    action: &str,
    user: uuid::Uuid,
) -> Result<AccessExplanation, ApiError> {
    let missing = || ApiError::of(Code::NotFound);
    let mine = session.require(Resource::Policy, Action::Explain)?;
    let (prefix, object) = id::parse(object).ok_or_else(missing)?;
    let ty = catalogue.by_prefix(prefix).ok_or_else(missing)?;
    let action = action_of(ty.resource, action)?;
    let caller = session.caller();
    let scope = &<app_user::Entity as Gated>::SCOPE;
    let known = Question { table: app_user::Entity::TABLE, scope, id: user, reach: &mine, caller };
    let target = Question { table: ty.table, scope: &ty.scope, id: object, reach: &mine, caller };
    if !session.reaches(&known).await? || !session.reaches(&target).await? {
        return Err(missing());
    }
    let authority = session.platform().authority_of(session.tenant().id, user).await?.ok_or_else(missing)?;
    let today = session.today();
    let them = authority.caller();

    let mut predicates = vec![];
    let mut roles = vec![];
    for holding in authority.holdings(today) {
        roles.push(holding.role);
        for scope in authority.compiled().decide(&[holding.role], ty.resource, action).scopes.iter() {
            let mut reach = Reach::default();
            reach.add(scope, &holding.path, holding.is_root);
            predicates.push(AccessPredicate {
                scope: published(scope),
                role: name_of(holding.role),
                unit: Some(Ref::new(holding.unit_id)),
                is_satisfied: session.reaches(&row(ty, object, &reach, them)).await?,
            });
        }
    }
    let reach = authority.reach(today, ty.resource, action);
    let is_allowed = !reach.is_empty() && session.reaches(&row(ty, object, &reach, them)).await?;
    let rule_hits = authority.compiled().explain(&roles, ty.resource, action).into_iter().map(|hit| AccessRule {
        role: name_of(hit.role),
        line: i32::try_from(hit.number).unwrap_or(i32::MAX),
        text: hit.line,
        effect: if hit.effect == Effect::Allow { RuleEffect::Allow } else { RuleEffect::Deny },
    });
    Ok(AccessExplanation {
        is_allowed,
        is_user_active: authority.active,
        resource: ty.resource.as_str(),
        action: action.as_str(),
        rule_hits: rule_hits.collect(),
        predicates,
    })
}

fn row<'q>(ty: &'q TypeDef, id: uuid::Uuid, reach: &'q Reach, caller: Caller) -> Question<'q> {
    Question { table: ty.table, scope: &ty.scope, id, reach, caller }
}

/// The action of a name that exists on a resource; `read` and `READ` are the same.
fn action_of(resource: Resource, name: &str) -> Result<Action, ApiError> {
    let action = name.to_lowercase().parse::<Action>().ok();
    action.filter(|action| Permission { resource, action: *action }.exists()).ok_or_else(|| {
        let known = PERMISSIONS.iter().filter(|p| p.resource == resource).map(|p| p.action.as_str());
        let known = known.collect::<Vec<_>>().join(", ");
        ApiError::of(Code::BadUserInput).at("action").saying(
            format!("{}的操作有：{known}", resource.title()),
            format!("The actions of {resource} are: {known}."),
        )
    })
}

fn name_of(role: Role) -> Option<Gql<RoleName>> {
    RoleName::parse(role.screaming()).map(Gql)
}

fn published(scope: Scope) -> AccessScope {
    match scope {
        Scope::Tenant => AccessScope::Tenant,
        Scope::Subtree => AccessScope::Subtree,
        Scope::Own => AccessScope::Own,
        Scope::Agency => AccessScope::Agency,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_action_must_exist_on_the_resource() {
        assert_eq!(action_of(Resource::Cadre, "READ").ok(), Some(Action::Read));
        assert_eq!(action_of(Resource::CaseItem, "request_supplement").ok(), Some(Action::RequestSupplement));
        let refusal = action_of(Resource::Cadre, "fly");
        assert!(refusal.is_err_and(|e| e.message(Default::default()).contains("read, create, update")));
        assert!(action_of(Resource::Cadre, "grant").is_err());
    }

    #[test]
    fn every_role_of_the_contract_has_a_published_name() {
        assert!(Role::ALL.iter().all(|role| name_of(*role).is_some()));
    }
}
