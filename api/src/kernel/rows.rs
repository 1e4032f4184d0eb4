//! Selections and changes that keep the conditions they were born with.

use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, Iterable, Order, PaginatorTrait, PrimaryKeyToColumn, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, TryGetableMany, UpdateMany,
    sea_query::{Expr, ExprTrait, IntoCondition, SimpleExpr},
};
use uuid::Uuid;

use crate::kernel::{
    error::{ApiError, Code, Fault, UserError},
    journal::Book,
    reads::Reads,
};

/// Rows that may be read; conditions can be added, never taken away.
pub struct Rows<'t, E: EntityTrait> {
    select: Select<E>,
    source: Source<'t>,
}

/// Where rows come from.
struct Source<'t> {
    book: &'t Book,
    /// Whether they are kept from changing, for which there must be a transaction.
    keeps: bool,
}

impl<'t> Source<'t> {
    async fn get(&self) -> Result<Reads<'t>, DbErr> {
        if self.keeps {
            self.book.begun().await?;
        }
        self.book.seen().await
    }
}

impl<'t, E: EntityTrait<Model: Sync>> Rows<'t, E> {
    pub(in crate::kernel) fn new(select: Select<E>, book: &'t Book) -> Self {
        Self { select, source: Source { book, keeps: false } }
    }

    /// Narrows.
    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.select = self.select.filter(condition);
        self
    }

    /// Orders.
    pub fn order_by(mut self, column: E::Column, order: Order) -> Self {
        self.select = self.select.order_by(column, order);
        self
    }

    /// At most so many.
    pub fn limit(mut self, n: u64) -> Self {
        self.select = self.select.limit(n);
        self
    }

    /// Keeps the rows from changing until the transaction ends (PostgreSQL; SQLite has one writer anyway).
    pub fn lock(mut self) -> Self {
        self.select = self.select.lock_exclusive();
        self.source.keeps = true;
        self
    }

    /// The same for rows that many may keep at once: whoever changes them waits for all (PostgreSQL).
    pub fn share(mut self) -> Self {
        self.select = self.select.lock_shared();
        self.source.keeps = true;
        self
    }

    /// The first row.
    pub async fn one(self) -> Result<Option<E::Model>, ApiError> {
        Ok(self.select.one(&self.source.get().await?).await?)
    }

    /// The first row, or "not found".
    pub async fn required(self) -> Result<E::Model, ApiError> {
        self.one().await?.ok_or(ApiError::of(Code::NotFound))
    }

    /// All rows.
    pub async fn all(self) -> Result<Vec<E::Model>, ApiError> {
        Ok(self.select.all(&self.source.get().await?).await?)
    }

    /// How many rows there are of each combination of values in some columns: the values, then the count.
    pub async fn tally<T>(self, columns: impl IntoIterator<Item = E::Column>) -> Result<Vec<T>, ApiError>
    where
        T: TryGetableMany + Send + Sync,
    {
        let mut select = self.select.select_only();
        for column in columns {
            select = select.column(column).group_by(column);
        }
        let id = <E::PrimaryKey as Iterable>::iter().next().ok_or(ApiError::of(Code::InternalServerError))?;
        let count = Expr::col((E::default(), id.into_column())).count();
        Ok(select.column_as(count, "n").into_tuple::<T>().all(&self.source.get().await?).await?)
    }

    /// Some columns of all rows, then what is worked out of each.
    pub async fn picked<T>(
        self,
        columns: impl IntoIterator<Item = E::Column>,
        more: impl IntoIterator<Item = SimpleExpr>,
    ) -> Result<Vec<T>, ApiError>
    where
        T: TryGetableMany + Send + Sync,
    {
        let mut select = self.select.select_only();
        for column in columns {
            select = select.column(column);
        }
        for (i, one) in more.into_iter().enumerate() {
            select = select.column_as(one, format!("f{i}"));
        }
        Ok(select.into_tuple::<T>().all(&self.source.get().await?).await?)
    }

    /// Figures of each combination of values in some columns: the values, then the figures.
    pub async fn figures<T>(
        self,
        columns: impl IntoIterator<Item = E::Column>,
        figures: impl IntoIterator<Item = SimpleExpr>,
    ) -> Result<Vec<T>, ApiError>
    where
        T: TryGetableMany + Send + Sync,
    {
        self.grouped(columns, [], figures).await
    }

    /// The same for each combination with what is worked out of a row: the values, what was worked out, the figures.
    pub async fn grouped<T>(
        self,
        columns: impl IntoIterator<Item = E::Column>,
        keys: impl IntoIterator<Item = SimpleExpr>,
        figures: impl IntoIterator<Item = SimpleExpr>,
    ) -> Result<Vec<T>, ApiError>
    where
        T: TryGetableMany + Send + Sync,
    {
        let mut select = self.select.select_only();
        for column in columns {
            select = select.column(column).group_by(column);
        }
        for (i, key) in keys.into_iter().enumerate() {
            // By its name: to PostgreSQL the same expression with parameters is another one.
            select = select.column_as(key, format!("g{i}")).group_by(Expr::col(format!("g{i}")));
        }
        for (i, figure) in figures.into_iter().enumerate() {
            select = select.column_as(figure, format!("f{i}"));
        }
        Ok(select.into_tuple::<T>().all(&self.source.get().await?).await?)
    }

    /// How many.
    pub async fn count(self) -> Result<u64, ApiError> {
        Ok(self.select.count(&self.source.get().await?).await?)
    }
}

impl<E: entities::TenantEntity> Rows<'_, E> {
    /// Narrows to one row of the tenant.
    pub fn id(mut self, id: Uuid) -> Self {
        self.select = self.select.filter(E::id_column().eq(id));
        self
    }
}

/// A change of the rows that satisfy conditions.
pub struct Changes<'t, E: EntityTrait> {
    update: UpdateMany<E>,
    book: &'t Book,
}

impl<'t, E: EntityTrait> Changes<'t, E> {
    pub(in crate::kernel) fn new(update: UpdateMany<E>, book: &'t Book) -> Self {
        Self { update, book }
    }

    /// Narrows.
    pub fn filter(mut self, condition: impl IntoCondition) -> Self {
        self.update = self.update.filter(condition);
        self
    }

    /// Sets a column.
    pub fn set(mut self, column: E::Column, value: impl Into<SimpleExpr>) -> Self {
        self.update = self.update.col_expr(column, value.into());
        self
    }

    /// Carries it out and tells how many rows changed.
    pub async fn run(self) -> Result<u64, ApiError> {
        Ok(self.update.exec(self.book.told().await?).await?.rows_affected)
    }

    /// Carries it out as the last thing that is done, with the events and the record of it, and refuses the command where no
    /// row satisfies the conditions. What comes after it in a command neither reads nor changes anything: on PostgreSQL it
    /// is told with the commit, which saves a round trip. So a command that others run within their own does not use it:
    /// they would learn of the refusal too late.
    pub async fn last(self, refusal: UserError) -> Result<(), Fault> {
        if self.book.waits() {
            return Ok(self.book.wait_to_change(self.update.into_query(), refusal).await?);
        }
        if self.run().await? == 0 { Err(refusal.into()) } else { Ok(()) }
    }

    /// Carries it out and returns the rows as they are now.
    pub async fn returning(self) -> Result<Vec<E::Model>, ApiError> {
        Ok(self.update.exec_with_returning(self.book.told().await?).await?)
    }
}

impl<E: entities::TenantEntity> Changes<'_, E> {
    /// Narrows to one row of the tenant.
    pub fn id(mut self, id: Uuid) -> Self {
        self.update = self.update.filter(E::id_column().eq(id));
        self
    }
}
