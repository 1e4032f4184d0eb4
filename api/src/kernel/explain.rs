//! Whether a row lies within somebody's reach, asked by an administrator who explains a decision.

use sea_orm::{DbBackend, Value};
use uuid::Uuid;

use crate::kernel::{
    db::tenant_expression,
    error::ApiError,
    reach::{Binder, Caller, Reach, ScopeRules},
    session::Session,
};

/// One question: does the reach, seen as this caller, hold the row?
pub(crate) struct Question<'q> {
    /// The table of a type of the catalogue.
    pub table: &'static str,
    /// How its rows are tied to the tree and to people.
    pub scope: &'q ScopeRules,
    /// The row.
    pub id: Uuid,
    /// The reach in question, not necessarily the session's.
    pub reach: &'q Reach,
    /// As whom the row conditions are read.
    pub caller: Caller,
}

impl Session {
    /// Whether the tenant has the row and the reach holds it. Nothing of the row is told but this.
    pub(crate) async fn reaches(&self, question: &Question<'_>) -> Result<bool, ApiError> {
        let Question { table, scope, id, reach, caller } = *question;
        let mut binder = Places { backend: self.backend(), values: vec![] };
        let tenant = binder.tenant();
        let place = binder.bind(id.into());
        let condition = reach.condition(scope, "x", caller, &mut binder).unwrap_or_else(|| "1 = 1".into());
        let found =
            format!("exists (select 1 from {table} x where x.tenant_id = {tenant} and x.id = {place} and {condition})");
        let body = format!("case when {found} then 'yes' else 'no' end");
        Ok(self.json(&body, binder.values).await?.as_deref() == Some("yes"))
    }
}

/// Parameters after the first, which is the tenant.
struct Places {
    backend: DbBackend,
    values: Vec<Value>,
}

impl Binder for Places {
    fn bind(&mut self, value: Value) -> String {
        self.values.push(value);
        match self.backend {
            DbBackend::Postgres => format!("${}", self.values.len() + 1),
            _ => format!("?{}", self.values.len() + 1),
        }
    }

    fn tenant(&mut self) -> String {
        tenant_expression(self.backend).into()
    }
}
