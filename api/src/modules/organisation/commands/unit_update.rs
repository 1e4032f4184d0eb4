//! Changes what a unit is called and how it is classed.

use async_graphql::InputObject;
use entities::{
    unit,
    values::{UnitKind, UnitSequence},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::Gql,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::organisation::{
        catalogue::Unit,
        commands::{name, version_mismatch},
    },
};

/// Changes to a unit; what is left out stays as it is.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct UnitUpdateInput {
    /// Which unit.
    pub id: Id<Unit>,
    /// The version that you read.
    pub expected_version: i32,
    /// Full name (全称), 1 to 200 characters.
    pub name: Option<String>,
    /// Short name (简称), 1 to 200 characters.
    pub short_name: Option<String>,
    /// Sequence (机构序列).
    pub sequence: Option<Gql<UnitSequence>>,
    /// Kind (机构性质).
    pub kind: Option<Gql<UnitKind>>,
    /// Order among siblings.
    pub position: Option<i32>,
}

#[async_trait::async_trait]
impl Command for UnitUpdateInput {
    const NAME: &'static str = "unitUpdate";
    const RIGHT: (Resource, Action) = (Resource::Unit, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<unit::Entity>(Action::Update)?.id(self.id.uuid()).required().await?;
        let mut faults = Faults::default();
        let mut change = tx
            .change::<unit::Entity>()
            .id(row.id)
            .filter(unit::Column::Version.eq(self.expected_version))
            .set(unit::Column::Version, plus_one(unit::Column::Version))
            .set(unit::Column::UpdatedAt, Expr::value(tx.session().now()));
        let mut changed = vec![];
        for (column, field, text) in
            [(unit::Column::Name, "name", &self.name), (unit::Column::ShortName, "shortName", &self.short_name)]
        {
            if let Some(text) = text
                && let Some(text) = faults.take(name(text, &format!("input.{field}")))
            {
                change = change.set(column, Expr::value(text));
                changed.push(field);
            }
        }
        if let Some(sequence) = self.sequence {
            change = change.set(unit::Column::Sequence, Expr::value(sequence.0));
            changed.push("sequence");
        }
        if let Some(kind) = self.kind {
            change = change.set(unit::Column::Kind, Expr::value(kind.0));
            changed.push("kind");
        }
        if let Some(position) = self.position {
            change = change.set(unit::Column::Position, Expr::value(position));
            changed.push("position");
        }
        if changed.is_empty() && faults.is_empty() {
            faults.add(UserError::new(Code::Required, "input", "没有要修改的内容", "Nothing to change was given."));
        }
        faults.check()?;
        change.last(version_mismatch()).await?;
        tx.touched("Unit", row.id, json!({ "changed": changed }));
        tx.emit("unit.updated", "Unit", row.id, self.expected_version.saturating_add(1), json!({})).await?;
        Ok(row.id)
    }
}
