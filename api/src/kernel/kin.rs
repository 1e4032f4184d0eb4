//! The one way to rows of another tenant: those that two tenants of which one is directly above the other keep
//! together, each a copy of its own.
//!
//! A consultation and a review are seen by both sides and change on both sides in one transaction. What is
//! reached here is bounded: the other tenant must be the caller's own parent or child and be served, and every
//! change there leaves a line in its audit record that names the caller's tenant.

use entities::{TenantEntity, audit, outbox, tenant, values::TenantState};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel,
    QueryFilter, Set, Statement, Value,
};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::kernel::{
    bus::Hint,
    error::ApiError,
    rows::{Changes, Rows},
    tx::Tx,
};

/// The tenant directly above or below the caller's.
pub struct Kin<'t> {
    tx: &'t Tx,
    tenant: tenant::Model,
    is_above: bool,
}

impl Tx {
    /// The neighbour with this code; none for any other tenant, whether it is there or not.
    pub(crate) async fn kin_of_code(&self, code: &str) -> Result<Option<Kin<'_>>, ApiError> {
        self.kin_where(tenant::Column::Code.eq(code.trim().to_lowercase())).await
    }

    /// The neighbour that a row names.
    pub(crate) async fn kin(&self, id: Uuid) -> Result<Option<Kin<'_>>, ApiError> {
        self.kin_where(tenant::Column::Id.eq(id)).await
    }

    async fn kin_where(&self, which: sea_orm::sea_query::SimpleExpr) -> Result<Option<Kin<'_>>, ApiError> {
        let own = tenant::Entity::find_by_id(self.tenant_id()).one(self.raw().await?).await?;
        let other = tenant::Entity::find().filter(which).one(self.raw().await?).await?;
        let (Some(own), Some(other)) = (own, other) else { return Ok(None) };
        let is_above = own.parent_id == Some(other.id);
        let is_kin = is_above || other.parent_id == Some(own.id);
        Ok((is_kin && other.state == TenantState::Active).then_some(Kin { tx: self, tenant: other, is_above }))
    }
}

impl<'t> Kin<'t> {
    /// The tenant.
    pub fn id(&self) -> Uuid {
        self.tenant.id
    }

    /// Its code.
    pub fn code(&self) -> &str {
        &self.tenant.code
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.tenant.name
    }

    /// Whether it is the one above the caller's.
    pub fn is_above(&self) -> bool {
        self.is_above
    }

    /// The first of its rows that a selection finds.
    pub async fn one<E: TenantEntity>(
        &self,
        narrow: impl FnOnce(Rows<'t, E>) -> Rows<'t, E> + Send,
    ) -> Result<Option<E::Model>, ApiError> {
        self.enter(self.tenant.id).await?;
        let rows = Rows::new(E::find().filter(E::tenant_column().eq(self.tenant.id)), self.tx.book());
        let row = narrow(rows).one().await?;
        self.enter(self.tx.tenant_id()).await?;
        Ok(row)
    }

    /// Adds a row to its side.
    pub async fn insert<A>(&self, mut row: A) -> Result<(), ApiError>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send + 'static,
        A::Entity: TenantEntity,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        row.set(A::Entity::tenant_column(), self.tenant.id.into());
        self.enter(self.tenant.id).await?;
        row.insert(self.tx.raw().await?).await?;
        self.enter(self.tx.tenant_id()).await
    }

    /// Changes rows of its side and tells how many changed.
    pub async fn change<E: TenantEntity>(
        &self,
        how: impl FnOnce(Changes<'t, E>) -> Changes<'t, E> + Send,
    ) -> Result<u64, ApiError> {
        self.enter(self.tenant.id).await?;
        let changes = Changes::new(E::update_many().filter(E::tenant_column().eq(self.tenant.id)), self.tx.book());
        let changed = how(changes).run().await?;
        self.enter(self.tx.tenant_id()).await?;
        Ok(changed)
    }

    /// Changes the copies of both sides alike.
    pub async fn both<E: TenantEntity>(
        &self,
        how: impl Fn(Changes<'t, E>) -> Changes<'t, E> + Send + Sync,
    ) -> Result<(), ApiError> {
        how(self.tx.change::<E>()).run().await?;
        self.change::<E>(&how).await?;
        Ok(())
    }

    /// Writes its audit line and its event of what was done to an object that both keep.
    pub async fn record(
        &self,
        action: &str,
        topic: &str,
        object_type: &'static str,
        object_id: Uuid,
        version: i32,
        detail: Json,
    ) -> Result<(), ApiError> {
        let session = self.tx.session();
        self.insert(audit::ActiveModel {
            tenant_id: Set(self.tenant.id),
            id: Set(self.tx.new_id()),
            actor_id: Set(None),
            actor_name: Set(format!("{} {}", session.tenant().name, session.authority().name)),
            session_id: Set(None),
            action: Set(action.into()),
            object_type: Set(object_type.into()),
            object_id: Set(Some(object_id)),
            request_id: Set(session.request().id.clone()),
            remote: Set(None),
            digest: Set(String::new()),
            detail: Set(detail),
            at: Set(session.now()),
        })
        .await?;
        self.insert(outbox::ActiveModel {
            tenant_id: Set(self.tenant.id),
            id: Set(self.tx.new_id()),
            topic: Set(topic.into()),
            object_type: Set(object_type.into()),
            object_id: Set(object_id),
            object_version: Set(version),
            payload: Set(serde_json::json!({})),
            created_at: Set(session.now()),
        })
        .await?;
        self.tx.hint(Hint::Events(self.tenant.id));
        Ok(())
    }

    /// Says to row-level security which tenant the next statement is for. An error on the way leaves the other
    /// tenant set, in a transaction that PostgreSQL refuses to go on with.
    async fn enter(&self, tenant: Uuid) -> Result<(), ApiError> {
        let txn = self.tx.raw().await?;
        if txn.get_database_backend() == DbBackend::Postgres {
            let sql = "select set_config('app.tenant', $1, true)";
            let values = [Value::from(tenant.to_string())];
            txn.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
        }
        Ok(())
    }
}
