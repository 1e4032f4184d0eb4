//! The command line: one file per command.

mod audit;
mod bars;
mod connect;
mod demo;
mod demo_plugins;
mod demo_store;
mod doctor;
mod migrate;
mod plugin;
mod plugin_build;
mod plugin_call;
mod plugin_change;
mod plugin_code;
mod plugin_dev;
mod plugin_folder;
mod plugin_fuzz;
mod plugin_golden;
mod plugin_pack;
mod plugin_quarantine;
mod plugin_recorded;
mod plugin_text;
mod plugin_torture;
mod schema;
mod seed;
mod serve;
mod start;
mod tenant;

use std::{fmt, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::config::{Config, LogFormat};

/// Zugong (组工): a multi-tenant GraphQL platform for organisation departments and establishment offices.
#[derive(Debug, Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "Example:\n  zugong demo\n\nExit status: 0 done, 1 failed, 2 wrong arguments."
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve a ready-made city and districts from one folder, with tokens to try everything.
    Demo(demo::Arguments),
    /// Serve in production.
    Serve(serve::Arguments),
    /// Bring the schema of the database up to date, take a change back, or tell how it stands.
    Migrate(migrate::Arguments),
    /// Open a tenant with its first administrators, or list the tenants.
    Tenant(tenant::Arguments),
    /// Write, check, test and install plug-ins: matters, fields and rules that a tenant adds without code.
    Plugin(plugin::Arguments),
    /// Write reproducible synthetic data for load tests.
    Seed(seed::Arguments),
    /// Print the GraphQL contract.
    Schema(schema::Arguments),
    /// Hold the audit record against its seals.
    Audit(audit::Arguments),
    /// Check configuration, database, cache, keys, clock and schema.
    Doctor(doctor::Arguments),
}

/// Where settings come from; every command that needs the installation's database takes it.
#[derive(Clone, Debug, clap::Args)]
struct ConfigFile {
    /// Configuration file; variables ZUGONG_… of the environment stand over it.
    #[arg(long = "config", env = "ZUGONG_CONFIG", value_name = "FILE")]
    file: Option<PathBuf>,
}

impl ConfigFile {
    fn load(&self) -> Result<Config, Failure> {
        Ok(Config::load(self.file.as_deref())?)
    }
}

/// Why a command failed: one sentence with the cause and the mend.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<crate::config::ConfigError> for Failure {
    fn from(error: crate::config::ConfigError) -> Self {
        Self(error.to_string())
    }
}

impl From<crate::modules::identity::IdentityError> for Failure {
    fn from(error: crate::modules::identity::IdentityError) -> Self {
        Self(error.to_string())
    }
}

impl From<crate::kernel::error::ApiError> for Failure {
    fn from(error: crate::kernel::error::ApiError) -> Self {
        let words = error.message(crate::kernel::session::Locale::En);
        Self(format!("{} ({})", words.trim_end_matches('.'), error.code.as_str()))
    }
}

/// Carries a command out: 0 when it is done, 1 when it failed, with the reason on standard error.
pub fn run(cli: Cli) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&Failure(format!("the system gives no threads: {error}"))),
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Demo(arguments) => demo::run(arguments).await,
            Command::Serve(arguments) => serve::run(arguments).await,
            Command::Migrate(arguments) => migrate::run(arguments).await,
            Command::Tenant(arguments) => tenant::run(arguments).await,
            Command::Plugin(arguments) => plugin::run(arguments).await,
            Command::Seed(arguments) => seed::run(arguments).await,
            Command::Schema(arguments) => schema::run(arguments).await,
            Command::Audit(arguments) => audit::run(arguments).await,
            Command::Doctor(arguments) => doctor::run(arguments).await,
        }
    });
    // What still runs in the background has nothing left to say.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(&failure),
    }
}

fn failed(failure: &Failure) -> ExitCode {
    eprintln!("zugong: {failure}");
    ExitCode::FAILURE
}

/// Writes the log to standard error. `RUST_LOG` says how much, `info` unless it does.
fn log(format: LogFormat, otherwise: &str) {
    use tracing_subscriber::{EnvFilter, fmt as lines};
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(otherwise));
    let lines = lines().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call in one process changes nothing.
    let _ = match format {
        LogFormat::Human => lines.try_init(),
        LogFormat::Json => lines.json().try_init(),
    };
}

/// Writes to standard output. A reader who has seen enough, such as `head`, is no failure.
fn print(text: &str) -> Result<(), Failure> {
    use std::io::{ErrorKind, Write};
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output takes nothing ({error}): look at where it leads")))
        }
        _ => Ok(()),
    }
}
