//! Tenants set up by an operator (开通租户).

use entities::{
    authz_version, tenant,
    values::{TenantLevel, TenantState},
};
use sea_orm::{ColumnTrait, Set};
use uuid::Uuid;

use crate::kernel::{
    error::{ApiError, Code},
    session::System,
    tx::SystemTx,
};

/// A tenant to be made (新租户).
#[derive(Clone, Copy, Debug)]
pub struct NewTenant<'a> {
    /// Unique code: letters, digits and hyphens; kept in lower case.
    pub code: &'a str,
    /// Name.
    pub name: &'a str,
    /// Level.
    pub level: TenantLevel,
    /// GB/T 2260 code.
    pub division_code: &'a str,
    /// The tenant above it.
    pub parent: Option<Uuid>,
}

/// Makes a tenant and the counter of its rights, without which nobody could act in it, and returns the
/// transaction, which goes on in the new tenant. `CONFLICT` says that the code is taken.
pub async fn begin_tenant(system: &System, new: NewTenant<'_>) -> Result<SystemTx, ApiError> {
    let code = new.code.trim().to_lowercase();
    if code.is_empty() || !code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(ApiError::of(Code::BadUserInput).at("code").saying(
            "租户代码只能由小写字母、数字和连字符组成",
            "A tenant's code consists of small letters, digits and hyphens",
        ));
    }
    // Row-level security wants to know the tenant when the transaction begins.
    let id = {
        let tx = system.begin(None).await?;
        let id = tx.new_id();
        tx.rollback().await?;
        id
    };
    let tx = system.begin(Some(id)).await?;
    if tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(&code)).count().await? > 0 {
        return Err(ApiError::of(Code::Conflict).at("code").saying("租户代码已存在", "The tenant's code is taken"));
    }
    tx.insert_global(tenant::ActiveModel {
        id: Set(id),
        code: Set(code),
        name: Set(new.name.to_owned()),
        level: Set(new.level),
        division_code: Set(new.division_code.to_owned()),
        parent_id: Set(new.parent),
        state: Set(TenantState::Active),
        created_at: Set(tx.now()),
    })
    .await?;
    tx.insert_global(authz_version::ActiveModel { tenant_id: Set(id), version: Set(1) }).await?;
    Ok(tx)
}

/// Makes a tenant with nothing in it.
pub async fn create_tenant(
    system: &System,
    code: &str,
    name: &str,
    level: TenantLevel,
    division_code: &str,
    parent: Option<Uuid>,
) -> Result<Uuid, ApiError> {
    let tx = begin_tenant(system, NewTenant { code, name, level, division_code, parent }).await?;
    let id = tx.tenant_id();
    tx.commit().await?;
    Ok(id)
}
