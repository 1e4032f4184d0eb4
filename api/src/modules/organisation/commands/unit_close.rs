//! Ends a unit.

use async_graphql::InputObject;
use entities::{cadre, unit, values::CadreState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::organisation::{catalogue::Unit, commands::version_mismatch},
};

/// The end of a unit.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct UnitCloseInput {
    /// Which unit.
    pub id: Id<Unit>,
    /// The version that you read.
    pub expected_version: i32,
    /// Last day (撤销日期), not before the first.
    pub valid_until: Given<chrono::NaiveDate>,
}

#[async_trait::async_trait]
impl Command for UnitCloseInput {
    const NAME: &'static str = "unitClose";
    const RIGHT: (Resource, Action) = (Resource::Unit, Action::Close);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<unit::Entity>(Action::Close)?.id(self.id.uuid()).lock().required().await?;
        let mut faults = Faults::default();
        let last = self.valid_until.get("input.validUntil", &mut faults);
        if last.is_some_and(|day| day < row.valid_from) {
            faults.add(UserError::new(
                Code::InvalidValue,
                "input.validUntil",
                format!("不得早于设立日期 {}", row.valid_from),
                format!("Not before the first day, {}.", row.valid_from),
            ));
        }
        if row.valid_until.is_some() {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        let children = tx
            .parts::<unit::Entity>()
            .filter(unit::Column::ParentId.eq(row.id))
            .filter(unit::Column::ValidUntil.is_null())
            .count()
            .await?;
        let serving = tx
            .parts::<cadre::Entity>()
            .filter(cadre::Column::UnitId.eq(row.id))
            .filter(cadre::Column::State.is_in([CadreState::Probation, CadreState::Serving, CadreState::Retiring]))
            .count()
            .await?;
        if children + serving > 0 {
            faults.add(UserError::new(
                Code::HasChildren,
                "input.id",
                format!("仍有 {children} 个下级机构、{serving} 名在职人员"),
                format!("{children} units and {serving} serving cadres remain."),
            ));
        }
        faults.check()?;
        let closed = tx
            .change::<unit::Entity>()
            .id(row.id)
            .filter(unit::Column::Version.eq(self.expected_version))
            .set(unit::Column::ValidUntil, Expr::value(last))
            .set(unit::Column::Version, plus_one(unit::Column::Version))
            .set(unit::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        if closed == 0 {
            return Err(version_mismatch().into());
        }
        tx.touched("Unit", row.id, json!({ "validUntil": last }));
        tx.emit("unit.closed", "Unit", row.id, self.expected_version + 1, json!({})).await?;
        Ok(row.id)
    }
}
