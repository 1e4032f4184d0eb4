//! What administrators do to users, rights, keys and rule sets: one use case, one file.

mod assignment_grant;
mod assignment_revoke;
mod duty_delegate;
pub mod guard;
pub(crate) mod lending;
mod rule_set_publish;
mod service_account_create;
mod service_key_revoke;
mod user_create;
mod user_disable;

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use policies::{Action, Resource};

use crate::{
    graph::{
        payload::{Ref, UserErrorObject, carry_out},
        schema::required,
    },
    modules::{
        administration::catalogue::{RoleAssignment, RuleSet, ServiceKey, User},
        identity::Identity,
    },
    payload,
};

pub use assignment_grant::AssignmentGrantInput;
pub use assignment_revoke::AssignmentRevokeInput;
pub use duty_delegate::DutyDelegateInput;
pub use rule_set_publish::RuleSetPublishInput;
pub use service_account_create::{ServiceAccountCreateInput, ServiceAccountMade, ServiceRoleInput};
pub use service_key_revoke::ServiceKeyRevokeInput;
pub use user_create::{UserCreate, UserCreateInput};
pub use user_disable::{SessionsEndInput, UserDisableInput};

payload!(
    /// What became of a change to a user (用户).
    UserPayload { user: User }
);
payload!(
    /// What became of a change to a role assignment (授权).
    RoleAssignmentPayload { role_assignment: RoleAssignment }
);
payload!(
    /// What became of a change to a service key (服务密钥).
    ServiceKeyPayload { service_key: ServiceKey }
);
payload!(
    /// What became of the publication of a rule set (规则集).
    RuleSetPayload { rule_set: RuleSet }
);

/// What became of a new service account (服务账号).
#[derive(SimpleObject)]
pub struct ServiceAccountPayload {
    /// The service account as a user; null when it was refused.
    user: Option<Ref<User>>,
    /// Its key's record; null when it was refused.
    service_key: Option<Ref<ServiceKey>>,
    /// The key itself (密钥), shown this once: only its digest is kept. Null in the answer to a repetition.
    key: Option<String>,
    /// Why the account was refused; empty when it was made.
    user_errors: Vec<UserErrorObject>,
}

/// Changes to users, rights, keys and rule sets.
#[derive(Default)]
pub struct AdministrationMutations;

/// Changes to users, rights, keys and rule sets.
#[Object]
impl AdministrationMutations {
    /// Makes a user with a log-in (新建用户). He has no rights before `assignmentGrant`. Permission: `user:create`.
    async fn user_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new user.")] input: UserCreateInput,
    ) -> Result<Option<UserPayload>> {
        // Asked before the password is hashed: work is not done for whoever may not have it done.
        required(ctx)?.require(Resource::User, Action::Create)?;
        let identity = ctx.data_opt::<Arc<Identity>>().map(Arc::as_ref);
        UserPayload::of(ctx, UserCreate::prepare(input, identity).await?).await
    }

    /// Disables a user and ends his sessions at once (停用用户); never the last security administrator, nor
    /// an administrator whom you could not have appointed, C-13. Permission: `user:disable`.
    async fn user_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which user, and why.")] input: UserDisableInput,
    ) -> Result<Option<UserPayload>> {
        UserPayload::of(ctx, input).await
    }

    /// Ends all sessions of a user in this tenant at once (强制下线). Permission: `user:disable`.
    async fn sessions_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose sessions.")] input: SessionsEndInput,
    ) -> Result<Option<UserPayload>> {
        UserPayload::of(ctx, input).await
    }

    /// Gives a user a role over a unit and all below it (授权), C-13: never beyond your own rights and subtree.
    /// Permission: `assignment:grant`.
    async fn assignment_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, what, where, how long.")] input: AssignmentGrantInput,
    ) -> Result<Option<RoleAssignmentPayload>> {
        RoleAssignmentPayload::of(ctx, input).await
    }

    /// Takes a role back (收回授权), C-13; an administrator's open sessions end at once.
    /// Permission: `assignment:revoke`.
    async fn assignment_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which assignment.")] input: AssignmentRevokeInput,
    ) -> Result<Option<RoleAssignmentPayload>> {
        RoleAssignmentPayload::of(ctx, input).await
    }

    /// Lets a colleague of your agency handle its items while you are on leave (委托办理); the right ends with the last
    /// day. Permission: `case_item:delegate`.
    async fn duty_delegate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, from when, until when.")] input: DutyDelegateInput,
    ) -> Result<Option<RoleAssignmentPayload>> {
        RoleAssignmentPayload::of(ctx, input).await
    }

    /// Makes a service account with roles and a key, which is shown once (新建服务账号).
    /// Permission: `service_account:create`; roles by the rules of `assignmentGrant`, C-13.
    async fn service_account_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new account.")] input: ServiceAccountCreateInput,
    ) -> Result<Option<ServiceAccountPayload>> {
        Ok(Some(match carry_out(ctx, &input).await? {
            Ok(ServiceAccountMade { user, key_id, key }) => ServiceAccountPayload {
                user: Some(Ref::new(user)),
                service_key: Some(Ref::new(key_id)),
                key,
                user_errors: vec![],
            },
            Err(user_errors) => ServiceAccountPayload { user: None, service_key: None, key: None, user_errors },
        }))
    }

    /// Withdraws a service key; it is refused at once (撤销服务密钥). Permission: `service_account:revoke`.
    async fn service_key_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key.")] input: ServiceKeyRevokeInput,
    ) -> Result<Option<ServiceKeyPayload>> {
        ServiceKeyPayload::of(ctx, input).await
    }

    /// Publishes a new version of a rule set (发布规则集), numbered one above the last.
    /// Permission: `rule_set:publish` over the whole tenant.
    async fn rule_set_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new version.")] input: RuleSetPublishInput,
    ) -> Result<Option<RuleSetPayload>> {
        RuleSetPayload::of(ctx, input).await
    }
}
