//! `zugong serve`

use std::net::SocketAddr;

use crate::cli::{ConfigFile, Failure, connect, log, start};

/// What `serve` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  ZUGONG_DATABASE_URL=postgres://zugong@localhost/zugong \\\n  \
                  ZUGONG_IDENTITY_SECRET=$(openssl rand -base64 32) zugong serve --listen 0.0.0.0:8080\n\n\
                  Without a configuration file everything comes from the environment: ZUGONG_DATABASE_URL,\n\
                  ZUGONG_REDIS_URL, ZUGONG_LISTEN, ZUGONG_LOG (human or json), ZUGONG_CONNECTIONS,\n\
                  ZUGONG_GRAPHIQL, ZUGONG_TRUSTED_PROXIES, ZUGONG_ORIGINS, ZUGONG_IDENTITY_…, ZUGONG_LIMITS_…,\n\
                  ZUGONG_COST_…, ZUGONG_SERVER_…, ZUGONG_DOCUMENTS_….")]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
    /// Where to listen; stands over the configuration.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// Serves, if everything is as it must be in production.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let config = arguments.config.load()?;
    log(config.log, "info");
    if config.is_demo_secret {
        return Err(Failure::new(
            "identity.secret is the demo's, which everybody knows: set one of your own, \
             as `openssl rand -base64 32` prints it",
        ));
    }
    connect::require_migrated(config.database()?).await?;
    let listener = start::listen(arguments.listen.unwrap_or(config.listen))?;
    let platform = connect::configured(&config).await?;
    let app = start::app(&platform, config.identity.clone(), config.http()).await?;
    if let Ok(address) = listener.local_addr() {
        tracing::info!(%address, "serving");
    }
    // Held until the last request has been answered.
    let _telemetry = crate::telemetry::start(config.otlp_endpoint.as_deref()).map_err(Failure::new)?;
    start::serve(app, listener).await
}
