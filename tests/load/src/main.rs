//! Times the server against two hand-written yardsticks over the same rows, with the same connections, in one
//! run, and prints a table. Never a test: what it prints depends on the machine, the ratios much less.

mod attacking;
mod bench;
mod cases;
mod cost;
mod drive;
mod hostile;
mod neighbours;
mod plugins;
mod pooled;
mod prepare;
mod report;
mod yardstick;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Whatever goes wrong ends the run with its words.
type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Starts the servers, times them and prints the table.
    Bench(Bench),
    /// Times a tenant's reads while another tenant installs plug-ins, against those without.
    Neighbours(Bench),
    /// Times a tenant's reads while another tenant's plug-ins do all that a component must not be able to do, against those
    /// without.
    Hostile(Bench),
    /// The same for each of them by itself, against one that does no harm.
    Each(Bench),
    /// Serves one of the yardsticks.
    Yardstick(Yardstick),
    /// Makes the schemas of many tenants with plug-ins, and tells the time and the memory that they took.
    Plugins(plugins::Plugins),
}

/// What `bench` is given.
#[derive(clap::Args, Clone)]
struct Bench {
    /// A seeded database, as its owner.
    #[arg(long)]
    database: String,
    /// The same as a superuser, whom row-level security does not bind: the yardsticks do without it.
    #[arg(long)]
    superuser: String,
    /// The server's program.
    #[arg(long)]
    zugong: PathBuf,
    /// The process of the database server, whose children's time counts as the database's.
    #[arg(long)]
    postgres_pid: u32,
    /// Open connections.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Seconds of each round.
    #[arg(long, default_value_t = 5.0)]
    seconds: f64,
    /// Rounds of each server and query, taken in turn; the median counts.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Requests a second of each connection of a neighbour (`hostile`, `each`); as many as it can unless given.
    #[arg(long)]
    rate: Option<f64>,
    /// Only queries whose name contains this.
    #[arg(long, default_value = "")]
    only: String,
    /// Where to write the rows as JSON.
    #[arg(long)]
    json: Option<PathBuf>,
}

/// What `yardstick` is given.
#[derive(clap::Args, Clone)]
struct Yardstick {
    #[arg(long)]
    database: String,
    #[arg(long)]
    port: u16,
    #[arg(long, value_enum)]
    mode: Mode,
}

/// Who makes the JSON.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// PostgreSQL.
    Json,
    /// Rust, from binary rows.
    Rows,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Into::into).and_then(|runtime| {
            runtime.block_on(async {
                match cli.command {
                    Command::Bench(arguments) => bench::run(arguments).await,
                    Command::Neighbours(arguments) => neighbours::run(arguments).await,
                    Command::Hostile(arguments) => hostile::run(arguments).await,
                    Command::Each(arguments) => hostile::each(arguments).await,
                    Command::Yardstick(arguments) => yardstick::serve(arguments).await,
                    Command::Plugins(arguments) => plugins::run(&arguments),
                }
            })
        });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("zugong-load: {error}");
            ExitCode::FAILURE
        }
    }
}
