//! Moves a unit with everything below it.

use async_graphql::InputObject;
use entities::unit;
use policies::{Action, Resource};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{Expr, Func},
};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::organisation::{
        catalogue::Unit,
        commands::{segment, version_mismatch},
    },
};

/// Where a unit moves.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct UnitMoveInput {
    /// Which unit.
    pub id: Id<Unit>,
    /// The version that you read.
    pub expected_version: i32,
    /// Its new parent (上级机构).
    pub parent: Id<Unit>,
}

#[async_trait::async_trait]
impl Command for UnitMoveInput {
    const NAME: &'static str = "unitMove";
    const RIGHT: (Resource, Action) = (Resource::Unit, Action::Move);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<unit::Entity>(Action::Move)?.id(self.id.uuid()).lock().required().await?;
        let parent = tx.gate::<unit::Entity>(Action::Move)?.id(self.parent.uuid()).lock().one().await?;
        let parent = parent.ok_or_else(|| UserError::of(Code::Unknown, "input.parent"))?;
        if row.parent_id.is_none() || parent.path.starts_with(&row.path) {
            return Err(UserError::of(Code::CycleInTree, "input.parent").into());
        }
        let moved = tx
            .change::<unit::Entity>()
            .id(row.id)
            .filter(unit::Column::Version.eq(self.expected_version))
            .set(unit::Column::ParentId, Expr::value(parent.id))
            .set(unit::Column::Version, plus_one(unit::Column::Version))
            .set(unit::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        if moved == 0 {
            return Err(version_mismatch().into());
        }
        let path = format!("{}{}", parent.path, segment(row.id));
        move_subtree(tx, &row.path, &path).await?;
        // Scopes are ranges of paths: every administrator of either place sees the new tree from now on.
        tx.rights_changed().await?;
        tx.touched("Unit", row.id, json!({ "from": row.path, "to": path }));
        tx.emit("unit.moved", "Unit", row.id, self.expected_version + 1, json!({})).await?;
        Ok(row.id)
    }
}

/// Rewrites the beginning of every path below, in one statement.
async fn move_subtree(tx: &Tx, old: &str, new: &str) -> Result<(), Fault> {
    let mut end = old.to_string();
    end.pop();
    end.push('0');
    let rest = Func::cust("substr").arg(Expr::col(unit::Column::Path)).arg(Expr::val(old.len() as i32 + 1));
    tx.change::<unit::Entity>()
        .filter(Condition::all().add(unit::Column::Path.gte(old)).add(unit::Column::Path.lt(end)))
        .set(unit::Column::Path, Expr::cust_with_exprs(concatenation(tx), [Expr::val(new), Expr::expr(rest)]))
        .run()
        .await?;
    Ok(())
}

fn concatenation(tx: &Tx) -> &'static str {
    match tx.session().backend() {
        sea_orm::DbBackend::Postgres => "$1 || $2",
        _ => "? || ?",
    }
}
