//! How a change of a tenant's plug-ins comes to work on all replicas (插件代次): it is tried in a transaction that is
//! undone, all replicas prepare for the set that it leads to, and only then it is made. Nothing of an epoch that was
//! only prepared is at work.

pub mod activating;
pub mod catalogue;
pub mod given_up;
pub mod preparing;
pub mod watching;

use entities::{plugin_epoch, values::PluginEpochState};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::kernel::{
    error::{ApiError, Code},
    extension::PluginSet,
    tx::Inner,
};

/// What was prepared, for the transaction that makes the change.
#[derive(Clone, Debug)]
pub enum Prepared {
    /// The change was refused when it was tried.
    Refused,
    /// It makes no difference to the set that has this digest.
    Unchanged(String),
    /// Replicas are ready for the set that has this digest.
    Epoch(Uuid, String),
}

fn packages(set: &PluginSet) -> Json {
    set.packages.iter().map(|(id, digest)| json!({ "package": id, "digest": digest })).collect()
}

fn slots(set: &PluginSet) -> Json {
    set.slots.iter().map(|(target, field, slot)| json!([target, field, slot])).collect()
}

/// The set of an epoch.
fn set_of(epoch: &plugin_epoch::Model) -> Result<PluginSet, ApiError> {
    let package = |entry: &Json| {
        let id = Uuid::try_parse(entry["package"].as_str()?).ok()?;
        Some((id, entry["digest"].as_str()?.to_string()))
    };
    let packages = epoch.packages.as_array().into_iter().flatten().map(package).collect::<Option<Vec<_>>>();
    let slots = serde_json::from_value(epoch.slots.clone()).ok();
    match (packages, slots) {
        (Some(packages), Some(slots)) => Ok(PluginSet::new(packages, slots)),
        _ => Err(ApiError::of(Code::InternalServerError)),
    }
}

/// Gives up epochs that are being prepared: one, or all but one.
async fn abandon(tx: &Inner, which: sea_orm::sea_query::SimpleExpr) -> Result<(), ApiError> {
    tx.change::<plugin_epoch::Entity>()
        .filter(plugin_epoch::Column::State.eq(PluginEpochState::Preparing))
        .filter(which)
        .set(plugin_epoch::Column::State, Expr::value(PluginEpochState::Abandoned))
        .run()
        .await
        .map(drop)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use entities::values::PluginEpochAction;

    use super::*;

    #[test]
    fn a_set_survives_its_row() {
        let slot = |text: &str| (text.to_string(), format!("{text}_kind"), "t1".to_string());
        for set in [
            PluginSet::default(),
            PluginSet::new(
                vec![(Uuid::from_u128(1), "aa".into()), (Uuid::from_u128(2), "bb".into())],
                vec![slot("Cadre")],
            ),
        ] {
            let mut row = plugin_epoch::Model {
                tenant_id: Uuid::nil(),
                id: Uuid::nil(),
                number: None,
                state: PluginEpochState::Preparing,
                plugin_id: Uuid::nil(),
                action: PluginEpochAction::Enable,
                packages: packages(&set),
                slots: slots(&set),
                replica_id: Uuid::nil(),
                created_at: DateTime::UNIX_EPOCH,
                activated_at: None,
            };
            assert_eq!(set_of(&row).unwrap(), set);
            row.packages = json!([{ "package": "no id" }]);
            assert!(set_of(&row).is_err());
        }
    }
}
