//! `zugong schema`

use std::sync::Arc;

use entities::tenant;
use sea_orm::ColumnTrait;

use crate::{
    cli::{ConfigFile, Failure, connect, log, print},
    graph::{cursor::CursorKey, run::Engine, schema::build},
    kernel::{platform::Platform, session::Reason},
    modules::plugins::{difference, store},
};

/// What `schema` is given.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  zugong schema > schema.graphql\n  zugong schema --tenant haishu\n  zugong schema --errors > docs/errors.md"
)]
pub struct Arguments {
    /// The contract of a tenant with its plug-ins; needs the database. Without it, the base contract.
    #[arg(long, value_name = "CODE", conflicts_with = "errors")]
    tenant: Option<String>,
    /// The error codes, as Markdown.
    #[arg(long)]
    errors: bool,
    #[command(flatten)]
    config: ConfigFile,
}

/// Prints the contract.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    if arguments.errors {
        return print(&crate::kernel::code::render_docs());
    }
    let text = match &arguments.tenant {
        None => base()?,
        Some(code) => {
            let config = arguments.config.load()?;
            log(config.log, "warn");
            connect::require_migrated(config.database()?).await?;
            let platform = connect::configured(&config).await?;
            let text = of_tenant(&platform, code).await;
            platform.close().await;
            text?
        }
    };
    print(&text)
}

/// The base contract.
pub fn base() -> Result<String, Failure> {
    let catalogue = crate::modules::catalogue().map_err(|error| Failure::new(format!("the schema: {error}")))?;
    // Nobody reads through this schema: any key will do.
    let key = CursorKey::random().ok_or_else(|| Failure::new("the system has no randomness"))?;
    Ok(build(Engine::new(Arc::new(catalogue), key)).sdl())
}

/// A tenant's contract, with what its plug-ins add.
async fn of_tenant(platform: &Arc<Platform>, code: &str) -> Result<String, Failure> {
    let tx = platform.system(Reason::Doctor).read_global().await?;
    let tenant = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(code)).one().await?;
    tx.rollback().await?;
    let missing = || Failure::new(format!("there is no tenant {code}: check --tenant"));
    let tenant = tenant.ok_or_else(missing)?;
    let set = platform.plugins_of(tenant.id).await?;
    if set.packages.is_empty() {
        return base();
    }
    let plugins = store::load(platform, tenant.id, &set).await?.plugins;
    difference::sdl(&plugins, &set.slots).map_err(|error| Failure::new(format!("the schema: {error}")))
}
