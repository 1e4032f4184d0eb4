//! Whether this process can serve: database and cache answer, and its clock goes like the database's.
//!
//! What a server writes has its date. The audit record is sealed when it is minutes old, so that a line from a clock that
//! is far behind would come after its time was sealed, and the record would look changed for ever. Such a server writes
//! nothing, whatever it is asked by and whoever asks; it goes on reading.

use std::{fmt, time::Duration};

use chrono::{DateTime, Utc};

use crate::kernel::{
    clock::APART,
    error::{ApiError, Code},
    platform::Platform,
};

/// Why a server is not ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unready {
    /// The database does not answer.
    Database,
    /// The cache does not answer.
    Cache,
    /// The clock is not the database's.
    Clock,
}

impl fmt::Display for Unready {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Database => "database does not answer",
            Self::Cache => "cache does not answer",
            Self::Clock => "clock differs from the database's",
        })
    }
}

impl Platform {
    /// Whether database and cache answer and the clocks agree.
    pub async fn ready(&self) -> Result<(), Unready> {
        let within = Duration::from_secs(2);
        let Ok(Ok(database)) = tokio::time::timeout(within, self.db().time()).await else {
            return Err(Unready::Database);
        };
        let now = self.clock().now();
        if let Some(database) = database {
            let skew = (now - database).num_milliseconds() as f64 / 1_000.0;
            metrics::gauge!("zugong_clock_skew_seconds").set(skew);
        }
        let timely = self.timely(now, database);
        match tokio::time::timeout(within, self.bus().ping()).await {
            Ok(Ok(())) => timely.map_err(|_| Unready::Clock),
            _ => Err(Unready::Cache),
        }
    }

    /// Refuses to write under a date that is not about the database's time, where that has a clock of its own.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE`: another server may be right.
    pub(in crate::kernel) fn timely(
        &self,
        date: DateTime<Utc>,
        database: Option<DateTime<Utc>>,
    ) -> Result<(), ApiError> {
        let Some(database) = database.filter(|_| !self.clock().is_held()) else { return Ok(()) };
        let skew = date - database;
        if skew.abs() <= APART {
            return Ok(());
        }
        tracing::error!(%skew, "this server's clock is not the database's: nothing is written");
        Err(ApiError::of(Code::Unavailable).saying(
            "服务器时钟与数据库相差超过 2 分钟，暂不写入",
            "The server's clock and the database's differ by more than two minutes: nothing is written.",
        ))
    }
}
