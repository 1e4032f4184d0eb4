//! The database and the cache, opened as a command needs them, with sentences for what can go wrong.

use std::{path::Path, sync::Arc, time::Duration};

use sea_orm::DatabaseConnection;

use crate::{
    cli::{Failure, log},
    config::Config,
    kernel::{
        bus::Bus,
        calendar::WorkCalendar,
        clock::Clock,
        db::{Db, DbOptions, sqlite_path},
        platform::Platform,
    },
};

/// How the mend for a schema that is behind reads.
const MIGRATE: &str = "run `zugong migrate up`";

/// Opens a connection that may change the schema, with the file beside which migrations lock.
pub async fn owner(url: &str) -> Result<(DatabaseConnection, Option<std::path::PathBuf>), Failure> {
    Db::open_owner(url).await.map_err(|error| unreachable(url, &error))
}

/// Refuses a database whose schema is not that of this program.
pub async fn require_migrated(url: &str) -> Result<(), Failure> {
    if let Some(file) = sqlite_path(url).filter(|file| !file.exists()) {
        return Err(Failure::new(format!("there is no database at {}: {MIGRATE}", file.display())));
    }
    let (db, _) = owner(url).await?;
    let status = migration::status(&db).await;
    let closed = db.close().await;
    let status = status.and_then(|status| closed.map(|()| status)).map_err(|error| unreachable(url, &error))?;
    let missing = status.iter().filter(|(_, applied)| !applied).count();
    if missing > 0 {
        let all = status.len();
        return Err(Failure::new(format!("the schema lacks {missing} of {all} changes: {MIGRATE}")));
    }
    Ok(())
}

/// The shared parts of a server over a database that has been migrated.
/// `redis` is the address and the space in it.
pub async fn platform(options: &DbOptions, redis: Option<(&str, &str)>) -> Result<Arc<Platform>, Failure> {
    over(options, redis, WorkCalendar::national().clone()).await
}

async fn over(
    options: &DbOptions,
    redis: Option<(&str, &str)>,
    calendar: WorkCalendar,
) -> Result<Arc<Platform>, Failure> {
    let db = Db::open(options).await.map_err(|error| unreachable(&options.url, &error))?;
    let bus = match redis {
        Some((url, space)) => Bus::redis(url, space).await.map_err(|error| {
            Failure::new(format!("the cache at {} does not answer ({error}): check redis_url", shown(url)))
        })?,
        None => Bus::local(),
    };
    Platform::new(db, Clock::system(), bus, calendar)
        .map_err(|error| Failure::new(format!("the contract of rights does not compile: {error}")))
}

/// The parts that a configuration describes.
pub async fn configured(config: &Config) -> Result<Arc<Platform>, Failure> {
    let redis = config.redis_url.as_deref().map(|url| (url, config.redis_space.as_str()));
    let platform = over(&config.db_options()?, redis, calendar(config.calendar_file.as_deref())?).await?;
    platform.trusting(config.plugins.clone());
    platform.replica().set_patience(Duration::from_millis(config.plugin_patience_millis.into()));
    Ok(platform)
}

/// The parts that a configuration describes, for an operator's command over a database that is up to date.
pub async fn operated(config: &Config) -> Result<Arc<Platform>, Failure> {
    log(config.log, "warn");
    require_migrated(config.database()?).await?;
    configured(config).await
}

/// The national working days, with those of an operator's file over them.
fn calendar(file: Option<&Path>) -> Result<WorkCalendar, Failure> {
    let national = WorkCalendar::national();
    let Some(file) = file else { return Ok(national.clone()) };
    let wrong = |cause: String| {
        Failure::new(format!("the calendar {} is wrong ({cause}): check calendar_file", file.display()))
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let own = WorkCalendar::from_json(&text).map_err(|error| wrong(error.to_string()))?;
    national.merge(&own).map_err(|error| wrong(error.to_string()))
}

fn unreachable(url: &str, error: &sea_orm::DbErr) -> Failure {
    let cause = error.to_string().replace('\n', " ");
    Failure::new(format!("the database at {} does not answer ({cause}): check database_url", shown(url)))
}

/// An address without the name and password in it.
pub fn shown(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => url.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operators_calendar_adds_years_and_a_wrong_one_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("2027.json");
        let last = |file: &Path| calendar(Some(file)).map(|calendar| calendar.last_year());
        assert_eq!(calendar(None).unwrap().last_year(), Some(2026));
        let year = |year: i32| {
            format!(r#"{{"years":{{"{year}":{{"weekdayHolidays":["{year}-01-01"],"makeUpWorkdays":[]}}}}}}"#)
        };
        std::fs::write(&file, year(2027)).unwrap();
        assert_eq!(last(&file).unwrap(), Some(2027));
        for wrong in [year(2029), "{}".into(), "2027".into()] {
            std::fs::write(&file, wrong).unwrap();
            assert!(last(&file).unwrap_err().to_string().contains("check calendar_file"));
        }
        assert!(last(&folder.path().join("none")).is_err());
    }

    #[test]
    fn a_shown_address_has_no_password() {
        assert_eq!(shown("postgres://zugong:p@ss@db.example/zugong"), "postgres://…@db.example/zugong");
        assert_eq!(shown("sqlite://demo.db"), "sqlite://demo.db");
    }
}
