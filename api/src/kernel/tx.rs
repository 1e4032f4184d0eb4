//! A transaction that stays inside a tenant, and the gate through which its rows are reached.

use std::{
    any::Any,
    ops::Deref,
    sync::{Arc, Mutex, PoisonError},
};

use entities::{GlobalEntity, TenantEntity, audit, authz_version, outbox};
use policies::Action;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, Condition, DbBackend, EntityTrait, IntoActiveModel,
    QueryFilter, Set, Value,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::kernel::{
    bus::Hint,
    clock::Clock,
    error::{ApiError, Code, Fault},
    journal::{Book, Journal},
    platform::Platform,
    reach::{Binder, ScopeRules},
    rows::{Changes, Rows},
    session::Session,
    transaction::Transaction,
};

/// A table whose rows a right can reach: what protects it and how it is tied to the tree.
pub trait Gated: TenantEntity {
    /// What protects it.
    const RESOURCE: policies::Resource;
    /// How its rows are tied to the organisation tree and to people.
    const SCOPE: ScopeRules;
}

/// A line of the audit record.
#[derive(Clone, Debug)]
pub struct Touched {
    /// GraphQL type of the object.
    pub object_type: &'static str,
    /// The object.
    pub object_id: Uuid,
    /// What changed, without sensitive values.
    pub detail: Json,
}

/// A user's transaction.
pub struct Tx {
    inner: Inner,
    session: Session,
    advice: Advice,
}

/// What a command asked before its transaction began.
#[derive(Default)]
pub struct Advice(Vec<Box<dyn Any + Send + Sync>>);

impl Advice {
    /// This answer.
    pub fn of<T: Any + Send + Sync>(answer: T) -> Self {
        Self(vec![Box::new(answer)])
    }

    /// These answers and those.
    pub fn and(mut self, others: Self) -> Self {
        self.0.extend(others.0);
        self
    }
}

/// The platform's own transaction.
pub struct SystemTx {
    inner: Inner,
    platform: Arc<Platform>,
}

/// What both kinds of transaction can do inside a tenant.
pub struct Inner {
    book: Book,
    tenant: Uuid,
    clock: Clock,
    log: Mutex<Log>,
}

#[derive(Default)]
struct Log {
    touched: Vec<Touched>,
    hints: Vec<Hint>,
    journal: Journal,
}

impl Tx {
    pub(in crate::kernel) fn new(txn: Transaction, session: Session) -> Self {
        let clock = session.platform().clock().clone();
        let inner = Inner { book: Book::new(txn), tenant: session.tenant().id, clock, log: Mutex::default() };
        Self { inner, session, advice: Advice::default() }
    }

    /// The transaction with what was asked before it.
    pub(in crate::kernel) fn advised(self, advice: Advice) -> Self {
        Self { advice, ..self }
    }

    /// What was asked of this kind before it.
    pub fn advice<T: Any>(&self) -> impl Iterator<Item = &T> {
        self.advice.0.iter().filter_map(|answer| answer.downcast_ref())
    }

    /// Who works.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The gate: rows of the tenant that the caller's right to do this reaches.
    pub fn gate<E: Gated>(&self, action: Action) -> Result<Rows<'_, E>, ApiError> {
        self.gate_as::<E>(E::RESOURCE, action)
    }

    /// The gate under another resource's right, for actions that a parent's right covers.
    pub fn gate_as<E: Gated>(&self, resource: policies::Resource, action: Action) -> Result<Rows<'_, E>, ApiError> {
        let reach = self.session.require(resource, action)?;
        let mut binder = GateBinder { backend: self.session.backend(), tenant: self.inner.tenant, values: vec![] };
        let mut rows = self.inner.parts::<E>();
        if let Some(sql) = reach.condition(&E::SCOPE, E::TABLE, self.session.caller(), &mut binder) {
            rows = rows.filter(Condition::all().add(Expr::cust_with_values(sql, binder.values)));
        }
        Ok(rows)
    }

    /// Commits, then tells the other replicas what they should look at.
    ///
    /// # Errors
    ///
    /// `CONFLICT` also where a change that was to be made at the end found nothing to change.
    pub async fn commit(self) -> Result<(), ApiError> {
        self.conclude().await.map_err(failed)
    }

    /// The same; a change at the end that found nothing to change is refused in its own words.
    pub(in crate::kernel) async fn conclude(self) -> Result<(), Fault> {
        let platform = self.session.platform().clone();
        self.inner.commit(&platform).await
    }

    /// Undoes everything.
    pub async fn rollback(self) -> Result<(), ApiError> {
        Ok(self.inner.book.rollback().await?)
    }
}

impl SystemTx {
    pub(in crate::kernel) fn new(txn: Transaction, platform: Arc<Platform>, tenant: Uuid) -> Self {
        let clock = platform.clock().clone();
        Self { inner: Inner { book: Book::new(txn), tenant, clock, log: Mutex::default() }, platform }
    }

    /// Rows of a table that belongs to no tenant.
    pub fn global<E: GlobalEntity>(&self) -> Rows<'_, E> {
        Rows::new(E::find(), &self.inner.book)
    }

    /// Changes rows of a table that belongs to no tenant.
    pub fn change_global<E: GlobalEntity>(&self) -> Changes<'_, E> {
        Changes::new(E::update_many(), &self.inner.book)
    }

    /// Adds a row to a table that belongs to no tenant.
    pub async fn insert_global<A>(&self, row: A) -> Result<<A::Entity as EntityTrait>::Model, ApiError>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send + 'static,
        A::Entity: GlobalEntity,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        Ok(row.insert(self.inner.book.told().await?).await?)
    }

    /// Commits, then tells the other replicas what they should look at.
    pub async fn commit(self) -> Result<(), ApiError> {
        self.inner.commit(&self.platform).await.map_err(failed)
    }

    /// Undoes everything.
    pub async fn rollback(self) -> Result<(), ApiError> {
        Ok(self.inner.book.rollback().await?)
    }
}

impl Deref for Tx {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl Deref for SystemTx {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.inner
    }
}

impl Inner {
    /// The tenant.
    pub fn tenant_id(&self) -> Uuid {
        self.tenant
    }

    /// Rows of the tenant without a right of their own: parts of an object that has passed the gate.
    pub fn parts<E: TenantEntity>(&self) -> Rows<'_, E> {
        Rows::new(E::find().filter(E::tenant_column().eq(self.tenant)), &self.book)
    }

    /// Changes rows of the tenant under conditions; the database decides races.
    pub fn change<E: TenantEntity>(&self) -> Changes<'_, E> {
        Changes::new(E::update_many().filter(E::tenant_column().eq(self.tenant)), &self.book)
    }

    /// The present moment.
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.now()
    }

    /// A new id; ids grow with time, so that new rows lie together.
    #[allow(clippy::disallowed_methods, reason = "the only place that makes ids")]
    pub fn new_id(&self) -> Uuid {
        Uuid::now_v7()
    }

    /// Adds an event to the outbox, which is written with the commit, and asks subscribers to look.
    pub async fn emit(
        &self,
        topic: &str,
        object_type: &'static str,
        object_id: Uuid,
        version: i32,
        payload: Json,
    ) -> Result<(), ApiError> {
        let event = outbox::ActiveModel {
            tenant_id: Set(self.tenant),
            id: Set(self.new_id()),
            topic: Set(topic.into()),
            object_type: Set(object_type.into()),
            object_id: Set(object_id),
            object_version: Set(version),
            payload: Set(payload),
            created_at: Set(self.clock.now()),
        };
        let mut log = self.log();
        log.journal.events.push(event);
        log.hints.push(Hint::Events(self.tenant));
        Ok(())
    }

    /// Notes for the audit record that an object was touched.
    pub fn touched(&self, object_type: &'static str, object_id: Uuid, detail: Json) {
        self.log().touched.push(Touched { object_type, object_id, detail });
    }

    /// Moves the version of the tenant's rights, so that every replica loads them anew.
    pub async fn rights_changed(&self) -> Result<(), ApiError> {
        authz_version::Entity::update_many()
            .col_expr(authz_version::Column::Version, Expr::col(authz_version::Column::Version).add(1))
            .filter(authz_version::Column::TenantId.eq(self.tenant))
            .exec(self.book.told().await?)
            .await?;
        let row = authz_version::Entity::find_by_id(self.tenant).one(self.book.told().await?).await?;
        let version = row.ok_or(ApiError::of(Code::InternalServerError))?.version;
        self.log().hints.push(Hint::Rights(self.tenant, version));
        Ok(())
    }

    pub(in crate::kernel) fn take_touched(&self) -> Vec<Touched> {
        std::mem::take(&mut self.log().touched)
    }

    /// Adds a line to the audit record.
    pub(in crate::kernel) fn record(&self, mut line: audit::ActiveModel) {
        line.tenant_id = Set(self.tenant);
        self.log().journal.records.push(line);
    }

    /// The database's side, for what the kernel asks without the gate.
    pub(in crate::kernel) async fn raw(&self) -> Result<&Transaction, ApiError> {
        Ok(self.book.told().await?)
    }

    pub(in crate::kernel) fn book(&self) -> &Book {
        &self.book
    }

    pub(in crate::kernel) fn hint(&self, hint: Hint) {
        self.log().hints.push(hint);
    }

    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn commit(self, platform: &Platform) -> Result<(), Fault> {
        let Log { mut hints, journal, .. } = self.log.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(refusal) = self.book.commit(journal).await? {
            return Err(refusal.into());
        }
        hints.dedup();
        for hint in hints {
            // In this process at once, not when the hint comes round.
            if let Hint::Rights(tenant, version) = hint {
                platform.heard(tenant, version);
            }
            platform.bus().tell(hint);
        }
        Ok(())
    }
}

fn failed(fault: Fault) -> ApiError {
    match fault {
        Fault::Failed(error) => error,
        Fault::Refused(_) => ApiError::of(Code::Conflict),
    }
}

struct GateBinder {
    backend: DbBackend,
    tenant: Uuid,
    values: Vec<Value>,
}

impl Binder for GateBinder {
    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        match self.backend {
            DbBackend::Postgres => format!("${}", self.values.len()),
            _ => "?".into(),
        }
    }

    fn tenant(&mut self) -> String {
        self.bind(self.tenant.into())
    }
}

/// `column + 1`, for counters that concurrent changes share.
pub fn plus_one(column: impl sea_orm::sea_query::IntoColumnRef) -> SimpleExpr {
    Expr::col(column).add(1)
}
