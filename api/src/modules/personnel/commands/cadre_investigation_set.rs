//! Notes that an investigation of a cadre is pending, or that it is concluded.

use async_graphql::InputObject;
use entities::cadre;
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Tx, plus_one},
    },
    modules::{
        organisation::commands::version_mismatch,
        personnel::{catalogue::Cadre, commands::checks},
    },
};

/// The flag of a pending investigation (审查调查标记), D-06.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CadreInvestigationSetInput {
    /// Which cadre.
    pub id: Id<Cadre>,
    /// The version that you read.
    pub expected_version: i32,
    /// Whether an investigation is pending (是否正在接受审查调查).
    pub under_investigation: bool,
    /// Why (依据), such as the number of the notice, 1 to 500 characters; kept in the audit record only.
    pub reason: String,
}

#[async_trait::async_trait]
impl Command for CadreInvestigationSetInput {
    const NAME: &'static str = "cadreInvestigationSet";
    const RIGHT: (Resource, Action) = (Resource::CadreDiscipline, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let rows = tx.gate_as::<cadre::Entity>(Resource::CadreDiscipline, Action::Update)?;
        let row = rows.id(self.id.uuid()).required().await?;
        let mut faults = Faults::default();
        let reason = faults.take(checks::text(&self.reason, "input.reason", 500));
        if row.under_investigation == self.under_investigation {
            faults.add(UserError::of(Code::NotInState, "input.underInvestigation"));
        }
        faults.check()?;
        let changed = tx
            .change::<cadre::Entity>()
            .id(row.id)
            .filter(cadre::Column::Version.eq(self.expected_version))
            .set(cadre::Column::UnderInvestigation, Expr::value(self.under_investigation))
            .set(cadre::Column::Version, plus_one(cadre::Column::Version))
            .set(cadre::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        if changed == 0 {
            return Err(version_mismatch().into());
        }
        tx.touched("Cadre", row.id, json!({ "changed": ["underInvestigation"], "reason": reason }));
        // The same event as any other change: who may not see the flag learns nothing from the topic.
        tx.emit("cadre.updated", "Cadre", row.id, self.expected_version + 1, json!({})).await?;
        Ok(row.id)
    }
}
