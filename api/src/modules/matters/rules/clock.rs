//! The working-day clock of an item (事项计时) and its lamp, rule H-04.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::kernel::calendar::{CalendarError, WorkCalendar};

/// The clock of an item (事项计时, H-04): working days from the day after the start, standing still
/// while the applicant must act.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ItemClock {
    /// The day the item came (受理起算日); it is not counted itself.
    pub started_on: NaiveDate,
    /// The promised working days (承诺工作日).
    pub limit_days: u32,
    /// The last day in time (应办结日), until 24:00.
    pub due_on: NaiveDate,
    /// The day the clock was stopped (暂停日), none while it runs.
    pub paused_on: Option<NaiveDate>,
    /// Working days that earlier pauses took (累计暂停工作日).
    pub paused_days: u32,
}

/// The lamp of an item (亮灯, H-04); not the lamps of task supervision (I-01).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Lamp {
    /// Less than half of the time is used (绿灯).
    Green,
    /// Half of the time or more is used (黄灯).
    Amber,
    /// Past the due day (红灯).
    Red,
}

/// Why the clock refuses (H-04).
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ClockError {
    /// The calendar does not reach that far.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// The clock stands already.
    #[error("the clock has been standing since {0}")]
    AlreadyPaused(NaiveDate),
    /// The clock runs.
    #[error("the clock is running")]
    NotPaused,
    /// The day lies before the one it must follow.
    #[error("{actual} is before {limit}")]
    Backwards {
        /// The earliest possible day.
        limit: NaiveDate,
        /// The day given.
        actual: NaiveDate,
    },
}

impl ClockError {
    /// The stable code of this refusal.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Calendar(error) => error.code(),
            Self::AlreadyPaused(_) => "CLOCK_ALREADY_PAUSED",
            Self::NotPaused => "CLOCK_NOT_PAUSED",
            Self::Backwards { .. } => "CLOCK_BACKWARDS",
        }
    }
}

impl ItemClock {
    /// Starts the clock: due on the `limit_days`-th working day after the start.
    pub fn start(cal: &WorkCalendar, started_on: NaiveDate, limit_days: u32) -> Result<Self, ClockError> {
        let due_on = cal.add_workdays(started_on, limit_days)?;
        Ok(Self { started_on, limit_days, due_on, paused_on: None, paused_days: 0 })
    }

    /// Stops the clock while the applicant must act (暂停计时); the pause day is not consumed.
    pub fn pause(self, on: NaiveDate) -> Result<Self, ClockError> {
        match self.paused_on {
            Some(since) => Err(ClockError::AlreadyPaused(since)),
            None if on < self.started_on => Err(ClockError::Backwards { limit: self.started_on, actual: on }),
            None => Ok(Self { paused_on: Some(on), ..self }),
        }
    }

    /// Lets the clock go on (恢复计时): the resume day takes the place of the pause day, so what was
    /// left then is left now, and what was overdue stays overdue by as much.
    pub fn resume(self, cal: &WorkCalendar, on: NaiveDate) -> Result<Self, ClockError> {
        let paused_on = self.paused_on.ok_or(ClockError::NotPaused)?;
        if on < paused_on {
            return Err(ClockError::Backwards { limit: paused_on, actual: on });
        }
        let standing = workdays_from(cal, paused_on, on)?;
        let due_on = if self.due_on < paused_on {
            let overdue = workdays_from(cal, self.due_on, paused_on)? - u32::from(cal.is_workday(self.due_on)?);
            cal.sub_workdays(on, overdue + 1)?
        } else {
            let remaining = cal.workdays_between(paused_on, self.due_on)? + u32::from(cal.is_workday(paused_on)?);
            match remaining {
                0 => on,
                r => cal.add_workdays(cal.first_workday_on_or_after(on)?, r - 1)?,
            }
        };
        let paused_days = self.paused_days.saturating_add(standing);
        Ok(Self { due_on, paused_on: None, paused_days, ..self })
    }

    /// The lamp today: amber when half of the time is used, red past the due day. A finished item
    /// keeps the lamp of its last day, a standing clock that of its pause day.
    pub fn lamp(
        &self,
        cal: &WorkCalendar,
        today: NaiveDate,
        finished_on: Option<NaiveDate>,
    ) -> Result<Lamp, ClockError> {
        let stops = [finished_on, self.paused_on];
        let day = stops.into_iter().flatten().fold(today, NaiveDate::min);
        if day > self.due_on {
            return Ok(Lamp::Red);
        }
        let remaining = cal.workdays_between(day, self.due_on)?;
        let used = self.limit_days.saturating_sub(remaining);
        let is_half = u64::from(used) * 2 >= u64::from(self.limit_days);
        Ok(if is_half { Lamp::Amber } else { Lamp::Green })
    }

    /// The first day after `today` on which a running clock's lamp is another (下次变灯日); none when it stays.
    pub fn turns_on(&self, cal: &WorkCalendar, today: NaiveDate) -> Result<Option<NaiveDate>, ClockError> {
        let now = self.lamp(cal, today, None)?;
        let mut day = today;
        while day <= self.due_on {
            let Some(next) = day.succ_opt() else { break };
            day = next;
            if self.lamp(cal, day, None)? != now {
                return Ok(Some(day));
            }
        }
        Ok(None)
    }

    /// The working days the item took up to a day (办理工作日), pauses left out.
    pub fn worked_days(&self, cal: &WorkCalendar, finished_on: NaiveDate) -> Result<u32, ClockError> {
        let (end, pause_day) = match self.paused_on {
            Some(paused_on) if paused_on <= finished_on => {
                (paused_on, u32::from(paused_on > self.started_on && cal.is_workday(paused_on)?))
            }
            _ => (finished_on, 0),
        };
        let days = cal.workdays_between(self.started_on, end)?;
        Ok(days.saturating_sub(pause_day).saturating_sub(self.paused_days))
    }
}

/// The working days x with `from <= x < until`.
fn workdays_from(cal: &WorkCalendar, from: NaiveDate, until: NaiveDate) -> Result<u32, ClockError> {
    if until <= from {
        return Ok(0);
    }
    let first = u32::from(cal.is_workday(from)?);
    let last = u32::from(cal.is_workday(until)?);
    Ok(cal.workdays_between(from, until)? + first - last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn started(on: &str, limit: u32) -> ItemClock {
        ItemClock::start(WorkCalendar::national(), day(on), limit).unwrap()
    }

    fn resumed(clock: ItemClock, pause: &str, resume: &str) -> ItemClock {
        clock.pause(day(pause)).unwrap().resume(WorkCalendar::national(), day(resume)).unwrap()
    }

    fn lamp(clock: &ItemClock, today: &str) -> Lamp {
        clock.lamp(WorkCalendar::national(), day(today), None).unwrap()
    }

    fn worked(clock: &ItemClock, until: &str) -> u32 {
        clock.worked_days(WorkCalendar::national(), day(until)).unwrap()
    }

    #[test]
    fn h_04_a_lamp_turns_at_half_of_the_time_and_past_the_due_day() {
        let (cal, clock) = (WorkCalendar::national(), started("2025-09-22", 2));
        let turns = |today: &str| clock.turns_on(cal, day(today)).unwrap();
        assert_eq!(turns("2025-09-22"), Some(day("2025-09-23")));
        assert_eq!(turns("2025-09-23"), Some(day("2025-09-25")));
        assert_eq!((turns("2025-09-25"), turns("2025-12-01")), (None, None));
        // Over the holiday of October nothing turns.
        let clock = started("2025-09-29", 4);
        assert_eq!(clock.turns_on(cal, day("2025-09-30")).unwrap(), Some(day("2025-10-09")));
    }

    #[test]
    fn h_04_due() {
        assert_eq!(started("2025-09-26", 2).due_on, day("2025-09-29"));
        assert_eq!(started("2025-09-30", 2).due_on, day("2025-10-10"));
        let error = ItemClock::start(WorkCalendar::national(), day("2026-12-31"), 2).unwrap_err();
        assert_eq!(error.code(), "CALENDAR_OUT_OF_RANGE");
    }

    #[test]
    fn h_04_lamp() {
        let clock = started("2025-09-26", 2);
        assert_eq!((lamp(&clock, "2025-09-26"), lamp(&clock, "2025-09-27")), (Lamp::Green, Lamp::Green));
        assert_eq!((lamp(&clock, "2025-09-28"), lamp(&clock, "2025-09-29")), (Lamp::Amber, Lamp::Amber));
        assert_eq!((lamp(&clock, "2025-09-30"), lamp(&clock, "2025-10-01")), (Lamp::Red, Lamp::Red));
        let finished = clock.lamp(WorkCalendar::national(), day("2026-05-20"), Some(day("2025-09-28")));
        assert_eq!((finished, worked(&clock, "2025-09-28")), (Ok(Lamp::Amber), 1));
        let three = started("2025-03-03", 3);
        assert_eq!((lamp(&three, "2025-03-04"), lamp(&three, "2025-03-05")), (Lamp::Green, Lamp::Amber));
    }

    #[test]
    fn h_04_pause_keeps_what_is_left() {
        // Five days from Monday 3 March: due on the 10th; stopped on Thursday the 6th, so the 6th,
        // 7th and 10th are left and run from Wednesday the 12th.
        let clock = started("2025-03-03", 5);
        let after = resumed(clock, "2025-03-06", "2025-03-12");
        assert_eq!((after.due_on, after.paused_days, after.paused_on), (day("2025-03-14"), 4, None));
        assert_eq!((worked(&after, "2025-03-14"), lamp(&after, "2025-03-17")), (5, Lamp::Red));
        let twice = resumed(after, "2025-03-13", "2025-03-17");
        assert_eq!((twice.due_on, worked(&twice, "2025-03-18")), (day("2025-03-18"), 5));
        assert_eq!(resumed(clock, "2025-03-06", "2025-03-06"), clock);
        // Stopped and resumed at a weekend: the whole next week counts.
        assert_eq!(resumed(clock, "2025-03-08", "2025-03-16").due_on, day("2025-03-17"));
    }

    #[test]
    fn h_04_pause_on_the_start_day() {
        let clock = resumed(started("2025-09-26", 2), "2025-09-26", "2025-10-09");
        assert_eq!((clock.due_on, worked(&clock, "2025-10-11")), (day("2025-10-11"), 2));
        assert_eq!(worked(&clock, "2025-10-09"), 0);
    }

    #[test]
    fn h_04_a_standing_clock_is_frozen() {
        let clock = started("2025-03-03", 5).pause(day("2025-03-04")).unwrap();
        assert_eq!((lamp(&clock, "2025-06-03"), worked(&clock, "2025-06-03")), (Lamp::Green, 0));
        // No date after the pause is asked for, so the calendar's end does not matter either.
        assert_eq!(lamp(&clock, "2031-01-01"), Lamp::Green);
    }

    #[test]
    fn h_04_overdue_stays_overdue() {
        // Due on 5 March, stopped on the 10th: the 6th and 7th are overdue and stay so.
        let clock = resumed(started("2025-03-03", 2), "2025-03-10", "2025-03-20");
        assert_eq!((clock.due_on, clock.paused_days), (day("2025-03-17"), 8));
        let overdue = WorkCalendar::national().workdays_between(clock.due_on, day("2025-03-19"));
        assert_eq!((overdue, lamp(&clock, "2025-03-20")), (Ok(2), Lamp::Red));
        assert_eq!(worked(&clock, "2025-03-20"), 5);
        let next_day = resumed(started("2025-03-03", 2), "2025-03-06", "2025-03-20");
        assert_eq!((next_day.due_on, lamp(&next_day, "2025-03-20")), (day("2025-03-19"), Lamp::Red));
    }

    #[test]
    fn h_04_refusals() {
        let clock = started("2025-03-03", 2);
        let cal = WorkCalendar::national();
        assert_eq!(clock.resume(cal, day("2025-03-04")), Err(ClockError::NotPaused));
        assert_eq!(clock.pause(day("2025-03-02")).unwrap_err().code(), "CLOCK_BACKWARDS");
        let paused = clock.pause(day("2025-03-04")).unwrap();
        let again = paused.pause(day("2025-03-05"));
        assert_eq!(again, Err(ClockError::AlreadyPaused(day("2025-03-04"))));
        assert_eq!(paused.resume(cal, day("2025-03-03")).unwrap_err().code(), "CLOCK_BACKWARDS");
    }
}
