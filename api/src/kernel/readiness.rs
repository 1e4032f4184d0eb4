//! Whether this process can serve: database and cache answer, and its clock goes like the database's.
//!
//! What a server writes has its date. The audit record is sealed when it is minutes old, so that a line from a clock that
//! is far behind would come after its time was sealed, and the record would look changed for ever. Such a server writes
//! nothing, whatever it is asked by and whoever asks; it goes on reading.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::kernel::{
    clock::APART,
    error::{ApiError, Code},
    platform::Platform,
    transaction::{Dated, Purpose, Transaction, untimely},
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

/// When this server's clock and the database's were last found to agree. Not every transaction asks: that would be most of
/// what it costs to begin one. It is this server's date that must not fall behind the others', and whether its clock has
/// jumped since then, it knows by itself; but for a machine that was stopped as a whole and has not heard of the time yet,
/// which goes on for a second as if nothing had been.
#[derive(Default)]
pub(in crate::kernel) struct Agreement(Mutex<Option<(Instant, DateTime<Utc>)>>);

/// For so long it is taken for granted.
const AGREED_FOR: Duration = Duration::from_secs(1);
/// By so much a date may differ from what the time that has gone by makes of it; requests date from when they came.
const EVEN: TimeDelta = TimeDelta::seconds(10);

impl Agreement {
    /// Whether a date is good without asking.
    pub(in crate::kernel) fn covers(&self, date: DateTime<Utc>) -> bool {
        let found = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        found.is_some_and(|(at, then)| {
            let since = at.elapsed();
            let expected = then + TimeDelta::from_std(since).unwrap_or_default();
            since <= AGREED_FOR && (date - expected).abs() <= EVEN
        })
    }

    /// Takes note that a date was found good by an answer to what was asked then: a process may stand still in between.
    pub(in crate::kernel) fn found(&self, asked: Instant, date: DateTime<Utc>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((asked, date));
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
            Ok(Ok(())) if timely => Ok(()),
            Ok(Ok(())) => Err(Unready::Clock),
            _ => Err(Unready::Cache),
        }
    }

    /// Begins a transaction that may write under a date; for a log-in, on the connections kept for those.
    ///
    /// # Errors
    ///
    /// `UNAVAILABLE` where the date is not about the database's time: another server may be right.
    pub(in crate::kernel) async fn begin(
        &self,
        tenant: Option<Uuid>,
        date: DateTime<Utc>,
        login: bool,
    ) -> Result<Transaction, ApiError> {
        let dated = (!self.clock().is_held()).then_some(Dated { date, agreement: self.agreement() });
        let purpose = Purpose { tenant, dated, reads: false };
        let begun = if login { self.db().begin_login(purpose).await } else { self.db().begin(purpose).await };
        begun.map_err(|error| if untimely(&error) { wrong_clock() } else { error.into() })
    }

    /// Whether a date is about the database's time, where that has a clock of its own.
    fn timely(&self, date: DateTime<Utc>, database: Option<DateTime<Utc>>) -> bool {
        let database = database.filter(|_| !self.clock().is_held());
        database.is_none_or(|database| (date - database).abs() <= APART)
    }
}

fn wrong_clock() -> ApiError {
    tracing::error!("this server's clock is not the database's: nothing is written");
    ApiError::of(Code::Unavailable).saying(
        "服务器时钟与数据库相差超过 2 分钟，暂不写入",
        "The server's clock and the database's differ by more than two minutes: nothing is written.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_right_is_taken_to_be_right_until_it_jumps() {
        let (agreement, then) = (Agreement::default(), DateTime::UNIX_EPOCH);
        assert!(!agreement.covers(then), "nobody has asked yet");
        agreement.found(Instant::now(), then);
        let seconds = [(-11, false), (-9, true), (0, true), (9, true), (12, false)];
        for (later, is_covered) in seconds {
            assert_eq!(agreement.covers(then + TimeDelta::seconds(later)), is_covered, "{later}");
        }
    }

    #[test]
    fn nothing_is_taken_for_granted_for_long() {
        let before = Instant::now().checked_sub(AGREED_FOR + Duration::from_millis(1)).unwrap();
        let agreement = Agreement(Mutex::new(Some((before, DateTime::UNIX_EPOCH))));
        assert!(!agreement.covers(DateTime::UNIX_EPOCH + TimeDelta::seconds(1)));
    }
}
