//! `zugong doctor`

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::{
    cli::{ConfigFile, Failure, connect, log, print, schema},
    config::Config,
    kernel::{clock::Clock, platform::Platform, readiness::Unready},
    modules::{
        identity::Identity,
        plugins::outgrown::{self, RefusedPlugin},
    },
};

/// What `doctor` is given.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  zugong doctor --config /etc/zugong.toml\n\nExit status 1 if anything is wrong.")]
pub struct Arguments {
    #[command(flatten)]
    config: ConfigFile,
}

/// The seconds by which the database's clock may differ from ours.
const SKEW_SECONDS: i64 = 2;

/// Looks at one thing after the other and says what is wrong.
#[derive(Default)]
struct Report {
    wrong: usize,
}

impl Report {
    fn fine(&self, what: &str, text: impl std::fmt::Display) {
        self.say(format!("ok     {what}: {text}\n"));
    }

    fn wrong(&mut self, what: &str, text: impl std::fmt::Display) {
        self.wrong += 1;
        self.say(format!("WRONG  {what}: {text}\n"));
    }

    fn say(&self, line: String) {
        // The exit status tells the outcome even where nobody reads the lines.
        let _ = print(&line);
    }

    fn judge<T>(&mut self, what: &str, outcome: Result<T, Failure>, fine: &str) -> Option<T> {
        match outcome {
            Ok(value) => {
                self.fine(what, fine);
                Some(value)
            }
            Err(failure) => {
                self.wrong(what, failure);
                None
            }
        }
    }
}

/// Checks everything that can be checked from here.
pub async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut report = Report::default();
    let config = report.judge("configuration", arguments.config.load(), "every setting is known");
    if let Some(config) = config {
        log(config.log, "error");
        check(&mut report, &config).await;
    }
    match schema::base() {
        Ok(text) => report.fine("contract", format!("sha256 {}", hex::encode(Sha256::digest(text)))),
        Err(failure) => report.wrong("contract", failure),
    }
    match report.wrong {
        0 => Ok(()),
        1 => Err(Failure::new("one thing is wrong: see above")),
        n => Err(Failure::new(format!("{n} things are wrong: see above"))),
    }
}

async fn check(report: &mut Report, config: &Config) {
    if config.is_demo_secret {
        report.wrong("secret", "it is the demo's, which everybody knows: set identity.secret to one of your own");
    }
    let url = match config.database() {
        Ok(url) => url,
        Err(error) => return report.wrong("database", error),
    };
    let migrated = connect::require_migrated(url).await;
    if report.judge("migrations", migrated, "the schema is this program's").is_none() {
        return;
    }
    let Some(platform) = report.judge("connections", connect::configured(config).await, "opened") else { return };
    database(report, &platform).await;
    plugins(report, &platform).await;
    match platform.ready().await {
        Err(what @ (Unready::Database | Unready::Cache)) => report.wrong("cache", format!("the {what} within 2 s")),
        // At the clock it has looked above, and more closely.
        Ok(()) | Err(Unready::Clock) if config.redis_url.is_some() => report.fine("cache", "answers"),
        Ok(()) | Err(Unready::Clock) => report.fine("cache", "in this process, so only one process may serve"),
    }
    match Identity::start(platform.clone(), config.identity.clone()).await {
        Ok(_) => report.fine("keys", "open, and one signs"),
        Err(error) => report.wrong("keys", error),
    }
    match platform.calendar().last_year() {
        Some(year) => report.fine("calendar", format!("working days are known to the end of {year}")),
        None => report.wrong("calendar", "no year is known: this build's holiday table is broken"),
    }
    platform.close().await;
}

/// What this program refuses of what an earlier release has taken.
async fn plugins(report: &mut Report, platform: &Arc<Platform>) {
    let refused = match outgrown::everywhere(platform).await {
        Ok(refused) => refused,
        Err(error) => return report.wrong("plug-ins", Failure::from(error)),
    };
    if refused.is_empty() {
        report.fine("plug-ins", "all that are installed are in order");
    }
    for RefusedPlugin { tenant, key, release, refused } in refused {
        let mend = "have it upgraded, or removed";
        report.wrong("plug-ins", format!("{key} {release} of {tenant} is refused ({mend}): {}", refused.words));
    }
}

async fn database(report: &mut Report, platform: &Arc<Platform>) {
    let before = Clock::system().now();
    let checkup = match platform.checkup().await {
        Ok(checkup) => checkup,
        Err(error) => return report.wrong("database", format!("{error}: check its log")),
    };
    report.fine("database", &checkup.version);
    let skew = (checkup.time - before).num_seconds().abs();
    if skew > SKEW_SECONDS {
        let text = format!("the database's clock differs by {skew} s: let both machines keep time by NTP");
        report.wrong("clock", text);
    } else {
        report.fine("clock", "ours and the database's agree");
    }
    let Some(security) = checkup.security else { return };
    if security.passes {
        let text = format!("{} passes row-level security: take superuser and bypassrls from it", security.role);
        report.wrong("row-level security", text);
    } else if !security.open_tables.is_empty() {
        let text = format!("not forced on {}: run `zugong migrate up`", security.open_tables.join(", "));
        report.wrong("row-level security", text);
    } else {
        report.fine("row-level security", format!("forced on every tenant's table, served as {}", security.role));
    }
}
