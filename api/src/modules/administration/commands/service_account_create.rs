//! Makes a service account with its roles and a key.

use async_graphql::InputObject;
use aws_lc_rs::rand;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    app_user, service_key, unit,
    values::{RoleName, UserKind, UserState},
};
use policies::{Action, Resource, Role};
use sea_orm::Set;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        authority::role_of,
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        administration::commands::{
            assignment_grant::{NewAssignment, insert},
            guard,
        },
        organisation::catalogue::Unit,
        personnel::commands::checks,
    },
};

/// A key serves this long unless said otherwise.
const USUAL: TimeDelta = TimeDelta::days(365);
/// No key serves longer.
const LONGEST: TimeDelta = TimeDelta::days(731);
/// Roles of one account.
const MAX_ROLES: usize = 10;

/// A role for a service account.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ServiceRoleInput {
    /// Which role (角色); never beyond your own rights, C-13.
    pub role: Gql<RoleName>,
    /// The unit at the top of its scope (授权机构), within your subtree, C-13.
    pub unit: Id<Unit>,
}

/// A new service account (服务账号) with a key.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ServiceAccountCreateInput {
    /// Name of the program (名称), 1 to 100 characters.
    pub name: String,
    /// The unit that answers for it (管理单位).
    pub unit: Id<Unit>,
    /// What the key is for (用途), 1 to 100 characters.
    pub label: String,
    /// Its roles, at most 10; whoever may not grant roles leaves them to somebody who may.
    #[graphql(default)]
    pub roles: Vec<ServiceRoleInput>,
    /// Whether the key may read diagnostics (可读诊断信息); only for whoever has `diagnostics:sql`.
    #[graphql(default)]
    pub is_privileged: bool,
    /// When the key expires (失效时间): within two years; in a year unless given.
    pub expires_at: Option<Given<DateTime<Utc>>>,
    /// Your key for this change. A repetition does not show the service key again.
    pub idempotency_key: Option<String>,
}

/// What was made. The key itself is never stored, not even as the outcome under an idempotency key.
#[derive(Serialize, Deserialize)]
pub struct ServiceAccountMade {
    /// The service user.
    pub user: Uuid,
    /// The key's row.
    pub key_id: Uuid,
    /// The key, in the first answer only.
    #[serde(skip)]
    pub key: Option<String>,
}

#[async_trait::async_trait]
impl Command for ServiceAccountCreateInput {
    const NAME: &'static str = "serviceAccountCreate";
    const RIGHT: (Resource, Action) = (Resource::ServiceAccount, Action::Create);
    type Output = ServiceAccountMade;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<ServiceAccountMade, Fault> {
        let (session, now) = (tx.session(), tx.session().now());
        let mut faults = Faults::default();
        let name = faults.take(checks::text(&self.name, "input.name", 100));
        let label = faults.take(checks::text(&self.label, "input.label", 100));
        let expires = match &self.expires_at {
            Some(given) => given.get("input.expiresAt", &mut faults),
            None => Some(now + USUAL),
        };
        if expires.is_some_and(|at| at <= now || at > now + LONGEST) {
            let (zh, en) = ("应在今后 731 天以内", "Takes a time within the next 731 days.");
            faults.add(UserError::new(Code::InvalidValue, "input.expiresAt", zh, en));
        }
        if self.is_privileged && session.reach(Resource::Diagnostics, Action::Sql).is_empty() {
            faults.add(UserError::of(Code::GrantExceedsTier, "input.isPrivileged"));
        }
        let unit = tx.gate_as::<unit::Entity>(Resource::ServiceAccount, Action::Create)?;
        let unit = unit.id(self.unit.uuid()).one().await?;
        if unit.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.unit"));
        }
        let roles = self.allowed_roles(tx, &mut faults).await?;
        faults.check()?;
        let (Some(name), Some(label), Some(expires), Some(unit)) = (name, label, expires, unit) else {
            return Err(Code::InternalServerError.into());
        };
        let user = tx.new_id();
        tx.insert(app_user::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(user),
            account_id: Set(None),
            person_id: Set(None),
            name: Set(name),
            kind: Set(UserKind::Service),
            unit_id: Set(unit.id),
            state: Set(UserState::Active),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        for (role, unit) in roles {
            insert(tx, &NewAssignment { user, role, unit, from: session.today(), until: None }).await?;
        }
        let (key_id, key) = (tx.new_id(), new_key(tx.tenant_id())?);
        tx.insert(service_key::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(key_id),
            user_id: Set(user),
            label: Set(label),
            key_hash: Set(hex::encode(Sha256::digest(&key))),
            privileged: Set(self.is_privileged),
            created_at: Set(now),
            expires_at: Set(expires),
            revoked_at: Set(None),
        })
        .await?;
        tx.rights_changed().await?;
        tx.touched("User", user, json!({ "created": true, "service": true }));
        tx.touched("ServiceKey", key_id, json!({ "created": true, "privileged": self.is_privileged }));
        tx.emit("user.created", "User", user, 1, json!({})).await?;
        Ok(ServiceAccountMade { user, key_id, key: Some(key) })
    }
}

impl ServiceAccountCreateInput {
    /// The roles that the caller may give, by the same rule as any grant (C-13).
    async fn allowed_roles(&self, tx: &Tx, faults: &mut Faults) -> Result<Vec<(RoleName, Uuid)>, Fault> {
        if self.roles.len() > MAX_ROLES {
            let (zh, en) = (format!("至多 {MAX_ROLES} 个角色"), format!("At most {MAX_ROLES} roles."));
            return Err(UserError::new(Code::InvalidValue, "input.roles", zh, en).into());
        }
        let (mut out, mut held): (Vec<(RoleName, Uuid)>, Vec<Role>) = (vec![], vec![]);
        for (i, wanted) in self.roles.iter().enumerate() {
            let at = format!("input.roles.{i}");
            let unit = tx.gate::<unit::Entity>(Action::Read)?.id(wanted.unit.uuid()).one().await?;
            let Some(unit) = unit else {
                faults.add(UserError::of(Code::Unknown, format!("{at}.unit")));
                continue;
            };
            faults.take(guard::may_grant(tx.session(), &held, wanted.role.0, &unit.path, &at));
            if out.contains(&(wanted.role.0, unit.id)) {
                faults.add(UserError::of(Code::AlreadyExists, at));
            }
            held.push(role_of(wanted.role.0));
            out.push((wanted.role.0, unit.id));
        }
        Ok(out)
    }
}

/// `zgk_<tenant>_<256 random bits>`, the form that log-in by service key reads.
fn new_key(tenant: Uuid) -> Result<String, Fault> {
    let mut bytes = [0u8; 32];
    rand::fill(&mut bytes).map_err(|_| Code::InternalServerError)?;
    Ok(format!("zgk_{}_{}", tenant.simple(), URL_SAFE_NO_PAD.encode(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_that_is_kept_has_no_key_in_it() {
        let made = ServiceAccountMade { user: Uuid::nil(), key_id: Uuid::nil(), key: Some("zgk_secret".into()) };
        let kept = serde_json::to_string(&made).unwrap_or_default();
        assert!(!kept.contains("zgk_"), "{kept}");
        let again: Option<ServiceAccountMade> = serde_json::from_str(&kept).ok();
        assert_eq!(again.map(|made| made.key), Some(None));
    }

    #[test]
    fn a_key_names_its_tenant_and_is_never_the_same() {
        let tenant = Uuid::from_u128(7);
        let keys: Vec<String> = (0..2).filter_map(|_| new_key(tenant).ok()).collect();
        assert!(keys.iter().all(|key| key.starts_with("zgk_00000000000000000000000000000007_") && key.len() == 80));
        assert_ne!(keys.first(), keys.last());
    }
}
