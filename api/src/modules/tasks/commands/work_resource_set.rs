//! Registers what flows into a field of work in a year (登记领域资源投入), K.

use async_graphql::InputObject;
use entities::work_resource;
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        tx::Tx,
    },
    modules::{administration::commands::guard, personnel::commands::checks, tasks::rules::growth::fen},
};

/// What flows into a field in a year (领域资源投入).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct WorkResourceSetInput {
    /// Field of work (领域), as items name it, 1 to 50 characters.
    pub field: String,
    /// Year (年度), 2000 to 2100.
    pub year: i32,
    /// Amount in yuan (金额), from 0, with at most two decimals; it replaces what was registered before.
    pub amount: Given<Decimal>,
    /// Where the figure stands (依据), 1 to 200 characters.
    pub basis: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for WorkResourceSetInput {
    const NAME: &'static str = "workResourceSet";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Publish);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Resource::WorkItem, Action::Publish)?;
        let mut faults = Faults::default();
        let field = faults.take(checks::text(&self.field, "input.field", 50));
        let basis = faults.take(checks::text(&self.basis, "input.basis", 200));
        if !(2000..=2100).contains(&self.year) {
            faults.add(UserError::new(Code::InvalidValue, "input.year", "应为 2000 至 2100", "Takes 2000 to 2100."));
        }
        let amount = self.amount.get("input.amount", &mut faults).and_then(|yuan| {
            faults.take(fen(yuan).ok_or_else(|| {
                let (zh, en) =
                    ("应为不小于 0、至多两位小数的金额", "Takes an amount from 0 with at most two decimals.");
                UserError::new(Code::InvalidValue, "input.amount", zh, en)
            }))
        });
        faults.check()?;
        let (Some(field), Some(basis), Some(amount)) = (field, basis, amount) else {
            return Err(Code::InternalServerError.into());
        };
        let (user, now) = (tx.session().user_id(), tx.session().now());
        let row = work_resource::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            field: Set(field.clone()),
            year: Set(self.year),
            amount: Set(amount),
            basis: Set(basis.clone()),
            registered_by: Set(user),
            version: Set(0),
            created_at: Set(now),
            updated_at: Set(now),
        };
        // Of two who register a field's first figure at once, both find the one row.
        tx.insert_new(row, [work_resource::Column::Year, work_resource::Column::Field]).await?;
        let row = tx
            .parts::<work_resource::Entity>()
            .filter(work_resource::Column::Year.eq(self.year))
            .filter(work_resource::Column::Field.eq(&field))
            .lock()
            .required()
            .await?;
        tx.change::<work_resource::Entity>()
            .id(row.id)
            .set(work_resource::Column::Amount, Expr::value(amount))
            .set(work_resource::Column::Basis, Expr::value(basis))
            .set(work_resource::Column::RegisteredBy, Expr::value(user))
            .set(work_resource::Column::Version, Expr::value(row.version + 1))
            .set(work_resource::Column::UpdatedAt, Expr::value(now))
            .run()
            .await?;
        let before = if row.version == 0 { None } else { Some(row.amount) };
        tx.touched("WorkResource", row.id, json!({ "fen": amount, "before": before }));
        tx.emit("workResource.set", "WorkResource", row.id, row.version + 1, json!({})).await?;
        Ok(row.id)
    }
}
