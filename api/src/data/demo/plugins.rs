//! The example plug-ins, each in the district that it was written for.

use declarative::Package;
use entities::plugin;

use super::Sketch;
use crate::{
    kernel::{
        error::{ApiError, Code, Fault},
        tx::SystemTx,
    },
    modules::plugins::{
        change::{self, Place},
        store,
    },
};

/// A tenant's code, and the files of its plug-in.
type Example = (&'static str, &'static [(&'static str, &'static str)]);

const EXAMPLES: [Example; 2] = [
    (
        "haishu",
        &[
            ("plugin.toml", include_str!("../../../../plugins/examples/bianwai-luyong/plugin.toml")),
            ("forms/recruit.json", include_str!("../../../../plugins/examples/bianwai-luyong/forms/recruit.json")),
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
