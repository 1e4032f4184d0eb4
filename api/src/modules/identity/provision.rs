//! Accounts, users, roles and keys set up by an operator: `zugong demo`, `zugong seed`, tests.
//!
//! Administrators do the same through commands, which ask for rights; here the operator is trusted.

use chrono::{DateTime, NaiveDate, Utc};
use entities::{
    account, account_tenant, app_user, role_assignment, service_key,
    values::{RoleName, UserKind, UserState},
};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        tx::SystemTx,
    },
    modules::identity::{
        login::{LONGEST, normalise_login},
        opaque,
        passwords::{HashedPassword, check_strength},
        service,
    },
};

/// A user to be made (新建用户).
#[derive(Clone, Debug)]
pub struct NewUser<'a> {
    /// Its log-in, if it has one; services have none.
    pub account: Option<Uuid>,
    /// The person it is.
    pub person: Option<Uuid>,
    /// The unit that manages it.
    pub unit: Uuid,
    /// Display name.
    pub name: &'a str,
    /// Human or service.
    pub kind: UserKind,
}

/// Makes a log-in (账号). The password comes hashed, since hashing takes long and a transaction must not;
/// without one nobody can log in by password.
pub async fn create_account(tx: &SystemTx, login: &str, password: Option<HashedPassword>) -> Result<Uuid, ApiError> {
    let login = normalise_login(login);
    if login.is_empty() || login.len() > LONGEST || login.chars().any(char::is_control) {
        return Err(ApiError::of(Code::BadUserInput).at("login"));
    }
    if tx.global::<account::Entity>().filter(account::Column::Login.eq(&login)).count().await? > 0 {
        return Err(ApiError::of(Code::Conflict).at("login").saying("登录名已存在", "The log-in name is taken."));
    }
    let row = account::ActiveModel {
        id: Set(tx.new_id()),
        login: Set(login),
        password_hash: Set(password.map(|hashed| hashed.0)),
        failed_count: Set(0),
        locked_until: Set(None),
        disabled: Set(false),
        created_at: Set(tx.now()),
        updated_at: Set(tx.now()),
    };
    Ok(tx.insert_global(row).await?.id)
}

/// A first password (初始口令) that nobody chose: 120 random bits that pass the rules for passwords.
pub fn first_password(login: &str) -> Result<String, ApiError> {
    loop {
        let password: String = opaque::text()?.chars().take(20).collect();
        if check_strength(login, &password).is_ok() {
            return Ok(password);
        }
    }
}

/// Makes a user of the transaction's tenant (用户) and, if it has a log-in, the link to it.
pub async fn create_user(tx: &SystemTx, user: NewUser<'_>) -> Result<Uuid, ApiError> {
    let row = tx
        .insert(app_user::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            account_id: Set(user.account),
            person_id: Set(user.person),
            name: Set(user.name.to_owned()),
            kind: Set(user.kind),
            unit_id: Set(user.unit),
            state: Set(UserState::Active),
            version: Set(1),
            created_at: Set(tx.now()),
            updated_at: Set(tx.now()),
        })
        .await?;
    if let Some(account) = user.account {
        link(tx, account, row.id).await?;
    }
    Ok(row.id)
}

/// Lets an account act as a user of the transaction's tenant. The first tenant becomes its default.
pub async fn link(tx: &SystemTx, account: Uuid, user: Uuid) -> Result<(), ApiError> {
    let others = tx.global::<account_tenant::Entity>().filter(account_tenant::Column::AccountId.eq(account));
    let first = others.count().await? == 0;
    tx.insert_global(account_tenant::ActiveModel {
        account_id: Set(account),
        tenant_id: Set(tx.tenant_id()),
        user_id: Set(user),
        is_default: Set(first),
    })
    .await?;
    Ok(())
}

/// Gives a user a role over a unit and all below it from a day on (授权).
pub async fn assign(tx: &SystemTx, user: Uuid, role: RoleName, unit: Uuid, today: NaiveDate) -> Result<Uuid, ApiError> {
    let row = tx
        .insert(role_assignment::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            user_id: Set(user),
            role: Set(role),
            unit_id: Set(unit),
            granted_by: Set(None),
            valid_from: Set(today),
            valid_until: Set(None),
            created_at: Set(tx.now()),
            revoked_at: Set(None),
            revoked_by: Set(None),
        })
        .await?;
    tx.rights_changed().await?;
    Ok(row.id)
}

/// Makes a key for a service user (服务密钥) and returns it; it is shown this once, only its digest stays.
pub async fn create_service_key(
    tx: &SystemTx,
    user: Uuid,
    label: &str,
    privileged: bool,
    expires_at: DateTime<Utc>,
) -> Result<String, ApiError> {
    let owner = tx.parts::<app_user::Entity>().id(user).required().await?;
    if owner.kind != UserKind::Service {
        return Err(ApiError::of(Code::BadUserInput).at("user"));
    }
    let key = format!("{}{}_{}", service::PREFIX, tx.tenant_id().simple(), opaque::text()?);
    tx.insert(service_key::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        user_id: Set(user),
        label: Set(label.to_owned()),
        key_hash: Set(opaque::digest(&key)),
        privileged: Set(privileged),
        created_at: Set(tx.now()),
        expires_at: Set(expires_at),
        revoked_at: Set(None),
    })
    .await?;
    Ok(key)
}

/// Withdraws a service key; it and the tokens given for it are refused at once.
pub async fn revoke_service_key(tx: &SystemTx, key: Uuid) -> Result<bool, ApiError> {
    let changed = tx
        .change::<service_key::Entity>()
        .id(key)
        .filter(service_key::Column::RevokedAt.is_null())
        .set(service_key::Column::RevokedAt, Expr::value(tx.now()))
        .run()
        .await?;
    tx.rights_changed().await?;
    Ok(changed > 0)
}
