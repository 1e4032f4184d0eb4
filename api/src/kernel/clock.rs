//! The one source of the present moment. Rules get dates as arguments; nothing else asks.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};

use crate::kernel::civil::today_in_shanghai;

/// By so much a server's clock may differ from the database's (PostgreSQL). With the time that a transaction may take it
/// stays far below the time after which the audit record is sealed.
pub const APART: TimeDelta = TimeDelta::minutes(2);

/// Tells the time. Tests may hold it still and move it on.
#[derive(Clone, Default)]
pub struct Clock {
    held: Option<Arc<Mutex<DateTime<Utc>>>>,
    ahead: TimeDelta,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until it is moved.
    pub fn held_at(instant: DateTime<Utc>) -> Self {
        Self { held: Some(Arc::new(Mutex::new(instant))), ..Self::default() }
    }

    /// The clock of a machine that is wrong by so much; for tests.
    pub fn wrong_by(ahead: TimeDelta) -> Self {
        Self { ahead, ..Self::default() }
    }

    /// Whether it goes by itself alone.
    pub fn is_held(&self) -> bool {
        self.held.is_some()
    }

    /// Moves a held clock on; the machine's clock cannot be moved.
    pub fn advance(&self, by: TimeDelta) {
        if let Some(held) = &self.held {
            *held.lock().unwrap_or_else(PoisonError::into_inner) += by;
        }
    }

    /// Sets a held clock.
    pub fn set(&self, instant: DateTime<Utc>) {
        if let Some(held) = &self.held {
            *held.lock().unwrap_or_else(PoisonError::into_inner) = instant;
        }
    }

    /// Now, in microseconds: what both databases can keep.
    #[allow(clippy::disallowed_methods, reason = "the only place that may ask the machine")]
    pub fn now(&self) -> DateTime<Utc> {
        match &self.held {
            Some(held) => *held.lock().unwrap_or_else(PoisonError::into_inner),
            None => Utc::now() + self.ahead,
        }
        .trunc_subsecs(6)
    }

    /// Today's civil date in Asia/Shanghai.
    pub fn today(&self) -> NaiveDate {
        today_in_shanghai(self.now())
    }
}
