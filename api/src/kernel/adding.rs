//! How rows come into a tenant's tables: one or many, always or only where they are new.

use entities::TenantEntity;
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, EntityTrait, IntoActiveModel, Iterable, QueryTrait, TryIntoModel,
    sea_query::OnConflict,
};

use crate::kernel::{error::ApiError, tx::Inner};

/// Rows of one statement: SQLite takes 32,766 parameters, PostgreSQL 65,535; no table has 60 columns.
const BATCH: usize = 500;

impl Inner {
    /// Adds a row, whatever tenant it claims. On PostgreSQL it may wait until something else is asked or changed, and
    /// what is wrong with it is said then.
    pub async fn insert<A>(&self, row: A) -> Result<<A::Entity as EntityTrait>::Model, ApiError>
    where
        A: ActiveModelTrait + ActiveModelBehavior + TryIntoModel<<A::Entity as EntityTrait>::Model> + Send + 'static,
        A::Entity: TenantEntity,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        let row = self.own(row);
        // A row with something left for the database to fill in is known only when it is written.
        let known = if self.book().waits() { row.clone().try_into_model().ok() } else { None };
        let Some(known) = known else { return Ok(row.insert(self.book().told().await?).await?) };
        self.wait::<A>(vec![row]).await?;
        Ok(known)
    }

    /// Adds many rows of one table of the tenant at once.
    pub async fn insert_many<A>(&self, rows: Vec<A>) -> Result<(), ApiError>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send + 'static,
        A::Entity: TenantEntity,
    {
        for batch in self.batches(rows) {
            match self.book().waits() {
                true => self.wait(batch).await?,
                false => {
                    A::Entity::insert_many(batch).exec_without_returning(self.book().told().await?).await?;
                }
            }
        }
        Ok(())
    }

    /// Adds a row unless one with the same values in these columns is there already; tells whether it was added.
    pub async fn insert_new<A>(
        &self,
        row: A,
        same: impl IntoIterator<Item = <A::Entity as EntityTrait>::Column>,
    ) -> Result<bool, ApiError>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send + 'static,
        A::Entity: TenantEntity,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        Ok(!self.insert_missing(vec![row], same).await?.is_empty())
    }

    /// Adds those of the rows that are not there already, by these columns; tells which were added.
    pub async fn insert_missing<A>(
        &self,
        rows: Vec<A>,
        same: impl IntoIterator<Item = <A::Entity as EntityTrait>::Column>,
    ) -> Result<Vec<<A::Entity as EntityTrait>::Model>, ApiError>
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send + 'static,
        A::Entity: TenantEntity,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        let same = std::iter::once(A::Entity::tenant_column()).chain(same);
        let (unless_there, mut added) = (OnConflict::columns(same).do_nothing().to_owned(), vec![]);
        for batch in self.batches(rows) {
            let insert = A::Entity::insert_many(batch).on_conflict(unless_there.clone());
            added.extend(insert.exec_with_returning(self.book().told().await?).await?);
        }
        Ok(added)
    }

    fn own<A>(&self, mut row: A) -> A
    where
        A: ActiveModelTrait,
        A::Entity: TenantEntity,
    {
        row.set(A::Entity::tenant_column(), self.tenant_id().into());
        row
    }

    fn batches<A>(&self, rows: Vec<A>) -> Vec<Vec<A>>
    where
        A: ActiveModelTrait,
        A::Entity: TenantEntity,
    {
        let mut rows = rows.into_iter().map(|row| self.own(row)).peekable();
        let mut batches = vec![];
        while rows.peek().is_some() {
            batches.push(rows.by_ref().take(BATCH).collect());
        }
        batches
    }

    async fn wait<A>(&self, rows: Vec<A>) -> Result<(), ApiError>
    where
        A: ActiveModelTrait,
    {
        let parameters = rows.len() * <<A::Entity as EntityTrait>::Column as Iterable>::iter().count();
        Ok(self.book().wait(A::Entity::insert_many(rows).into_query(), parameters).await?)
    }
}
