//! `zugong migrate`

use clap::ValueEnum;

use crate::cli::{ConfigFile, Failure, connect, log, print};

/// What `migrate` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  ZUGONG_DATABASE_URL=postgres://owner@localhost/zugong zugong migrate up\n\n\
                  Several may start at once: one works, the others wait for it.")]
pub struct Arguments {
    /// What to do.
    #[arg(value_enum, default_value = "up")]
    action: Action,
    #[command(flatten)]
    config: ConfigFile,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Action {
    /// Carry out every change that is missing.
    Up,
    /// Take the newest change back, with its data.
    Down,
    /// List the changes and whether they have been carried out.
    Status,
    /// Print the whole schema as SQL; needs no database.
    Dump,
}

/// Moves the schema.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    if let Action::Dump = arguments.action {
        return print(&migration::dump());
    }
    let config = arguments.config.load()?;
    log(config.log, "warn");
    let url = config.database()?;
    let (db, file) = connect::owner(url).await?;
    let failed = |what: &str, error: &dyn std::fmt::Display| {
        let error = error.to_string().replace('\n', " ");
        Failure::new(format!("{what} ({error}): look at `zugong migrate status` and the database's log"))
    };
    match arguments.action {
        Action::Up => migration::up(&db, file.as_deref()).await.map_err(|e| failed("a change failed", &e))?,
        Action::Down => {
            migration::down(&db, file.as_deref())
                .await
                .map_err(|e| failed("the change could not be taken back", &e))?;
        }
        Action::Status | Action::Dump => {}
    }
    let status = migration::status(&db).await.map_err(|e| failed("the history cannot be read", &e))?;
    for (name, applied) in status {
        print(&format!("{} {name}\n", if applied { "applied" } else { "missing" }))?;
    }
    db.close().await.map_err(|e| failed("the connection did not close", &e))
}
