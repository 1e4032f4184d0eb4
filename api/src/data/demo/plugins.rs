//! The example plug-ins, each in the district that it was written for.

use std::sync::Arc;

use declarative::{Package, Plugin};
use entities::{plugin, plugin_package, values::PluginState};
use sea_orm::ColumnTrait;
use uuid::Uuid;

use super::Sketch;
use crate::{
    kernel::{
        error::{ApiError, Code, Fault},
        platform::Platform,
        session::Reason,
        tx::SystemTx,
    },
    modules::plugins::{
        change::{self, Place},
        store,
    },
};

/// A tenant's code, and the files of its plug-in.
type Example = (&'static str, &'static [(&'static str, &'static str)]);

const EXAMPLES: [Example; 3] = [
    (
        "haishu",
        &[
            ("plugin.toml", include_str!("../../../../plugins/examples/bianwai-luyong/plugin.toml")),
            ("forms/recruit.json", include_str!("../../../../plugins/examples/bianwai-luyong/forms/recruit.json")),
        ],
    ),
    (
        "haishu",
        &[
            ("plugin.toml", include_str!("../../../../plugins/examples/gongjijin-fengcun/plugin.toml")),
            ("forms/seal.json", include_str!("../../../../plugins/examples/gongjijin-fengcun/forms/seal.json")),
            (
                "connectors/seal.json",
                include_str!("../../../../plugins/examples/gongjijin-fengcun/connectors/seal.json"),
            ),
        ],
    ),
    (
        "yinzhou",
        &[
            ("plugin.toml", include_str!("../../../../plugins/examples/xinli-jiankang/plugin.toml")),
            ("forms/support.json", include_str!("../../../../plugins/examples/xinli-jiankang/forms/support.json")),
        ],
    ),
];

/// Installs a tenant's example, if there is one for it.
pub async fn install(tx: &SystemTx, sketch: &Sketch, place: Place) -> Result<(), ApiError> {
    for (_, files) in EXAMPLES.iter().filter(|(code, _)| *code == sketch.code) {
        let texts = files.iter().map(|(path, text)| (path.to_string(), text.to_string()));
        let package = Package::new(texts).map_err(|faults| unfit(&faults))?;
        let plugin = store::checked(package.clone()).await?.map_err(|faults| unfit(&faults))?;
        let id = change::install(tx, &package, &plugin, &[]).await.map_err(failed)?;
        let row = tx.parts::<plugin::Entity>().id(id).required().await?;
        change::enable(tx, &row, place).await.map_err(failed)?;
    }
    Ok(())
}

/// Puts a plug-in to work in a tenant of the demo, or in its own place if it is there; tells whether anything changed.
pub async fn put(
    platform: &Arc<Platform>,
    tenant: Uuid,
    sketch: &Sketch,
    package: &Package,
    plugin: &Plugin,
) -> Result<bool, Fault> {
    let place = Place { backend: platform.backend(), today: platform.clock().today(), level: sketch.level };
    let tx = platform.system(Reason::Provision).begin(Some(tenant)).await?;
    let row = tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(&plugin.key)).lock().one().await?;
    let changed = async {
        let row = match row.filter(|row| row.state != PluginState::Removed) {
            Some(row) => row,
            None => {
                let id = change::install(&tx, package, plugin, &[]).await?;
                let row = tx.parts::<plugin::Entity>().id(id).required().await?;
                change::enable(&tx, &row, place).await?;
                return Ok(true);
            }
        };
        let known = tx.parts::<plugin_package::Entity>().id(row.package_id).required().await?;
        if known.digest == plugin.digest && row.state == PluginState::Enabled {
            return Ok(false);
        }
        change::replace(&tx, &row, package, plugin, place).await?;
        Ok(true)
    };
    match changed.await {
        Ok(changed) => {
            tx.commit().await?;
            Ok(changed)
        }
        Err(fault) => {
            tx.rollback().await?;
            Err(fault)
        }
    }
}

fn unfit(faults: &[declarative::Fault]) -> ApiError {
    tracing::error!(?faults, "an example plug-in is not as it must be");
    ApiError::of(Code::InternalServerError)
}

fn failed(fault: Fault) -> ApiError {
    match fault {
        Fault::Failed(error) => error,
        Fault::Refused(errors) => {
            tracing::error!(?errors, "an example plug-in was refused");
            ApiError::of(Code::InternalServerError)
        }
    }
}
