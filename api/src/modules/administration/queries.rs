//! What the administration answers besides its types: who one is, why something is allowed, who touched what.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::NaiveDate;
use entities::{
    CodeEnum, audit,
    values::{RoleName, TenantLevel, UserKind},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order};

use crate::{
    graph::{
        payload::Ref,
        run::Engine,
        scalars::{Gql, Published},
        schema::required,
    },
    kernel::{
        error::{ApiError, Code},
        id::{self, Id},
        session::Session,
    },
    modules::{
        administration::{
            catalogue::{AuditRecord, User},
            explain::{AccessExplanation, explain},
            sealing::{self, answer::AuditVerification, verifying::verify},
        },
        identity::Identity,
        organisation::catalogue::Unit,
        personnel::catalogue::Person,
    },
};

/// The tenant that the caller works in (当前租户).
#[derive(SimpleObject)]
pub struct ViewerTenant {
    /// Short code (租户代码).
    code: String,
    /// Chinese name (名称).
    name: String,
    /// Level in the tree of divisions (层级).
    level: Gql<TenantLevel>,
    /// GB/T 2260 code (行政区划代码), J-01.
    division_code: String,
}

/// A role that the caller holds today (当前角色).
#[derive(SimpleObject)]
pub struct ViewerRole {
    /// The role (角色).
    role: Option<Gql<RoleName>>,
    /// The unit at the top of its scope (授权机构).
    unit: Option<Ref<Unit>>,
    /// Last day (失效日期); null when unbounded.
    valid_until: Option<Published<NaiveDate>>,
}

/// The caller (当前用户).
#[derive(SimpleObject)]
pub struct Viewer {
    /// Display name (姓名).
    name: String,
    /// Human or service (账号类型).
    kind: Gql<UserKind>,
    /// The user (用户).
    user: Option<Ref<User>>,
    /// The person the user is (人员), if any.
    person: Option<Ref<Person>>,
    /// The tenant (租户).
    tenant: ViewerTenant,
    /// Roles in force today (当前角色).
    roles: Vec<ViewerRole>,
}

impl Viewer {
    fn of(session: &Session) -> Self {
        let (authority, tenant) = (session.authority(), session.tenant());
        let roles = authority.holdings(session.today()).map(|holding| ViewerRole {
            role: RoleName::parse(holding.role.screaming()).map(Gql),
            unit: Some(Ref::new(holding.unit_id)),
            valid_until: holding.until.map(Published),
        });
        Self {
            name: authority.name.clone(),
            kind: Gql(authority.kind),
            user: Some(Ref::new(authority.user_id)),
            person: authority.person_id.map(Ref::new),
            tenant: ViewerTenant {
                code: tenant.code.clone(),
                name: tenant.name.clone(),
                level: Gql(tenant.level),
                division_code: tenant.division_code.clone(),
            },
            roles: roles.collect(),
        }
    }
}

/// Answers about the caller, about rights and about the audit record.
#[derive(Default)]
pub struct AdministrationQueries;

/// Answers about the caller, about rights and about the audit record.
#[Object]
impl AdministrationQueries {
    /// Who is asking (当前用户): the user, the tenant and the roles in force. Permission: any log-in.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        Ok(Some(Viewer::of(required(ctx)?)))
    }

    /// Why a user may or may not do something to an object (权限解释): the lines of the contract and the row
    /// conditions that decided. `NOT_FOUND` for an object or user out of reach. Permission: `policy:explain`.
    async fn explain_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The object's id, of any type.")] object: ID,
        #[graphql(desc = "The action as the contract names it, such as `read` or `update`.")] action: String,
        #[graphql(desc = "Whose access.")] user: Id<User>,
    ) -> Result<Option<AccessExplanation>> {
        let session = required(ctx)?;
        let catalogue = ctx.data_unchecked::<Engine>().catalogue();
        Ok(Some(explain(session, catalogue, &object, &action, user.uuid()).await?))
    }

    /// What was done to one object, latest first (对象审计轨迹), J-10. Permission: `audit:read`.
    async fn audit_trail(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The object's id, of any type.")] object: ID,
        #[graphql(desc = "At most so many lines, 1 to 100.", default = 20)] first: i32,
    ) -> Result<Option<Vec<Ref<AuditRecord>>>> {
        let session = required(ctx)?;
        let first = bounded(first)?;
        let tx = session.read().await?;
        let rows = tx.gate::<audit::Entity>(Action::Read)?;
        let (_, object) = id::parse(&object).unwrap_or(("", uuid::Uuid::nil()));
        let rows = rows
            .filter(audit::Column::ObjectId.eq(object))
            .order_by(audit::Column::At, Order::Desc)
            .order_by(audit::Column::Id, Order::Desc)
            .limit(first)
            .all()
            .await?;
        tx.rollback().await?;
        Ok(Some(rows.iter().map(|row| Ref::new(row.id)).collect()))
    }

    /// Whether the audit record is as it was when it was sealed (审计校验): each seal of a part of the chain against its
    /// lines, the one before and the installation's key. Permission: `audit:read`.
    async fn audit_verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Seals after this number; 0 for the first.", default = 0)] after: i32,
        #[graphql(desc = "At most so many seals, 1 to 100.", default = 100)] first: i32,
    ) -> Result<Option<AuditVerification>> {
        let session = required(ctx)?;
        session.require(Resource::Audit, Action::Read)?;
        let first = bounded(first)?;
        if after < 0 {
            let error = ApiError::of(Code::BadUserInput).at("after");
            return Err(error.saying("after 不小于 0", "after is 0 or more.").into());
        }
        let identity = ctx.data_opt::<Arc<Identity>>().ok_or(ApiError::of(Code::Unavailable))?;
        let key = sealing::key(identity, session.tenant().id)?;
        let tx = session.read().await?;
        let found = verify(&tx, &key, after, first).await;
        tx.rollback().await?;
        Ok(Some(AuditVerification::of(found?)))
    }
}

/// How many may be asked for at once.
fn bounded(first: i32) -> Result<u64, ApiError> {
    u64::try_from(first).ok().filter(|n| (1..=100).contains(n)).ok_or_else(|| {
        ApiError::of(Code::BadUserInput).at("first").saying("first 应为 1 至 100", "first takes 1 to 100.")
    })
}
