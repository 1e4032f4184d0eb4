//! `zugong seed`

use std::time::{Duration, Instant};

use crate::{
    cli::{ConfigFile, Failure, bars::Bar, connect, log, print},
    data::load::{SeedOptions, seed},
    kernel::db::DbOptions,
};

/// What `seed` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  zugong seed --cadres 200000 --tasks 1000000 --tenants 4 --seed 1\n\n\
                  The same seed writes the same rows. The tenants are called seed-<division code> and must not\n\
                  exist yet, so seed an empty, migrated database.")]
pub struct Arguments {
    /// People, over all tenants.
    #[arg(long, default_value_t = SeedOptions::default().cadres, value_parser = clap::value_parser!(u64).range(1..=50_000_000))]
    cadres: u64,
    /// Rows of work (cases and their items), over all tenants.
    #[arg(long, default_value_t = SeedOptions::default().tasks, value_parser = clap::value_parser!(u64).range(0..=200_000_000))]
    tasks: u64,
    /// Tasks in the trees of items of work, over all tenants.
    #[arg(long, default_value_t = SeedOptions::default().nodes, value_parser = clap::value_parser!(u64).range(0..=50_000_000))]
    nodes: u64,
    /// Tenants, each a county of Zhejiang.
    #[arg(long, default_value_t = SeedOptions::default().tenants, value_parser = clap::value_parser!(u32).range(1..=90))]
    tenants: u32,
    /// Where chance begins.
    #[arg(long, default_value_t = SeedOptions::default().seed)]
    seed: u64,
    /// Connections that write at once.
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    connections: u32,
    #[command(flatten)]
    config: ConfigFile,
}

/// Writes the rows.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let config = arguments.config.load()?;
    log(config.log, "warn");
    let url = config.database()?;
    connect::require_migrated(url).await?;
    // A batch is large and the disk may be slow.
    let statement_timeout = Duration::from_secs(600);
    let options = DbOptions { statement_timeout, ..DbOptions::of(url, arguments.connections) };
    let platform = connect::platform(&options, None).await?;
    let options = SeedOptions {
        cadres: arguments.cadres,
        tasks: arguments.tasks,
        nodes: arguments.nodes,
        tenants: arguments.tenants,
        seed: arguments.seed,
        connections: arguments.connections as usize,
    };
    let started = Instant::now();
    let outcome = seed(&platform, &options, &Bar::default(), async || analyse(url).await).await;
    platform.close().await;
    let summary = outcome?;
    analyse(url).await;
    let seconds = started.elapsed().as_secs_f64();
    print(&format!(
        "{} rows ({} cadres, {} of cases, {} tasks) in {} tenants, {seconds:.1} s, {:.0} rows/s: {}\n",
        summary.rows,
        summary.cadres,
        summary.tasks,
        summary.nodes,
        summary.tenants.len(),
        summary.rows as f64 / seconds.max(0.001),
        summary.tenants.join(" ")
    ))
}

/// Lets the database count its rows, so that it plans for what is there. A failure costs time, not rows.
async fn analyse(url: &str) {
    use sea_orm::ConnectionTrait;
    let counted = match connect::owner(url).await {
        Ok((db, _)) => {
            let tables = migration::table_names();
            // SQLite takes one table or none.
            let names = if url.starts_with("sqlite:") { String::new() } else { tables.join(", ") };
            let counted = db.execute_unprepared(&format!("analyze {names}")).await;
            counted.and(db.close().await).map_err(|error| Failure::new(error.to_string()))
        }
        Err(failure) => Err(failure),
    };
    if let Err(error) = counted {
        tracing::warn!(%error, "the database did not count its rows");
    }
}
