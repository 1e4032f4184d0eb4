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
};

/// Makes a tenant and the counter of its rights, without which nobody could act in it. Its code is kept
/// in lower case and is unique; `CONFLICT` says that it is taken.
pub async fn create_tenant(
    system: &System,
    code: &str,
    name: &str,
    level: TenantLevel,
    division_code: &str,
    parent: Option<Uuid>,
) -> Result<Uuid, ApiError> {
    let code = code.trim().to_lowercase();
    if code.is_empty() || !code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
        return Err(ApiError::of(Code::BadUserInput).at("code").saying(
            "租户代码只能由小写字母、数字和连字符组成",
            "A tenant's code consists of small letters, digits and hyphens.",
        ));
    }
    let tx = system.begin(None).await?;
    if tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(&code)).count().await? > 0 {
        return Err(ApiError::of(Code::Conflict).at("code").saying("租户代码已存在", "The tenant's code is taken."));
    }
    let id = tx.new_id();
    tx.insert_global(tenant::ActiveModel {
        id: Set(id),
        code: Set(code),
        name: Set(name.to_owned()),
        level: Set(level),
        division_code: Set(division_code.to_owned()),
        parent_id: Set(parent),
        state: Set(TenantState::Active),
        created_at: Set(tx.now()),
    })
    .await?;
    tx.insert_global(authz_version::ActiveModel { tenant_id: Set(id), version: Set(1) }).await?;
    tx.commit().await?;
    Ok(id)
}
