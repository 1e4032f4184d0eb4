//! The one source of the present moment. Rules get dates as arguments; nothing else asks.

use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, SubsecRound, TimeDelta, Utc};

use crate::kernel::civil::today_in_shanghai;

/// Tells the time. Tests may hold it still and move it on.
#[derive(Clone, Default)]
pub struct Clock {
    held: Option<Arc<Mutex<DateTime<Utc>>>>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stands still until it is moved.
    pub fn held_at(instant: DateTime<Utc>) -> Self {
        Self { held: Some(Arc::new(Mutex::new(instant))) }
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
            None => Utc::now(),
        }
        .trunc_subsecs(6)
    }

    /// Today's civil date in Asia/Shanghai.
    pub fn today(&self) -> NaiveDate {
        today_in_shanghai(self.now())
    }
}
