//! The five lamps (五色灯), rule I-01: where a task stands against its plan.
//!
//! What is expected of a task grows with the days only, so that two days say all that time will do to its lamp: the
//! first red one and the last blue one. They are worked out whenever the task changes; between changes the lamp follows
//! from them and the day.

use chrono::{Days, NaiveDate};

/// A lamp (灯).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lamp {
    /// 白灯：已定位
    White,
    /// 蓝灯：超前
    Blue,
    /// 绿灯：正常
    Green,
    /// 黄灯：出错
    Yellow,
    /// 红灯：滞后
    Red,
}

/// The thresholds (阈值), in percent and days; a tenant's rule set `tasks` may change them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Thresholds {
    /// So far behind what is expected is red.
    pub red_gap: i32,
    /// So far ahead of it is blue.
    pub blue_gap: i32,
    /// Done so many days before the last one is blue.
    pub blue_days: u32,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { red_gap: 20, blue_gap: 20, blue_days: 1 }
    }
}

/// The plan of a task (计划起止), both days in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// First day.
    pub start: NaiveDate,
    /// Last day.
    pub end: NaiveDate,
}

/// What time will do to a task's lamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// The first red day.
    pub red_from: NaiveDate,
    /// The last blue day, if there is one.
    pub blue_until: Option<NaiveDate>,
}

/// Works out the outlook of a task that is not done.
pub fn outlook(span: Span, percent: i32, thresholds: Thresholds) -> Outlook {
    let over = next(span.end, 1);
    let length = i64::from(u32::try_from((span.end - span.start).num_days()).unwrap_or(0));
    let behind = i64::from(percent + thresholds.red_gap);
    let red_from = match (behind <= 100, length) {
        (false, _) => over,
        // Nothing is expected before the only day, everything on it.
        (true, 0) => span.start,
        (true, n) => next(span.start, (behind.max(0) * n + 99) / 100).min(over),
    };
    let ahead = i64::from(percent - thresholds.blue_gap);
    let blue_until = match (ahead, length) {
        (a, _) if a < 0 => None,
        (_, 0) => span.start.pred_opt(),
        (a, n) => Some(next(span.start, a * n / 100)),
    };
    Outlook { red_from, blue_until }
}

fn next(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_days(Days::new(days.unsigned_abs())).unwrap_or(NaiveDate::MAX)
}

/// The lamp that a task keeps which was done on a day, and whether it was done late.
pub fn done(span: Span, finished_on: NaiveDate, thresholds: Thresholds) -> (Lamp, bool) {
    let days = (span.end - finished_on).num_days();
    match days {
        d if d < 0 => (Lamp::Red, true),
        d if d >= i64::from(thresholds.blue_days) => (Lamp::Blue, false),
        _ => (Lamp::Green, false),
    }
}

/// How a task stands.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    /// What time will do.
    pub outlook: Outlook,
    /// Whether it has been begun.
    pub is_started: bool,
    /// Whether an error is open.
    pub has_error: bool,
    /// The lamp it keeps, if it is done.
    pub done: Option<Lamp>,
}

/// The lamp on a day. Of a task that is neither begun nor far enough behind the light is white, as at its start.
pub fn lamp(standing: &Standing, today: NaiveDate) -> Lamp {
    if let Some(lamp) = standing.done {
        return lamp;
    }
    if standing.outlook.red_from <= today {
        Lamp::Red
    } else if standing.has_error {
        Lamp::Yellow
    } else if standing.outlook.blue_until.is_some_and(|day| today <= day) {
        Lamp::Blue
    } else if standing.is_started {
        Lamp::Green
    } else {
        Lamp::White
    }
}

/// Why a lamp is what it is (亮灯原因), a stable word.
pub fn reason(standing: &Standing, end: NaiveDate, today: NaiveDate) -> &'static str {
    match (lamp(standing, today), standing.done.is_some()) {
        (Lamp::Red, true) => "DONE_LATE",
        (Lamp::Blue, true) => "DONE_EARLY",
        (_, true) => "DONE_ON_TIME",
        (Lamp::Red, false) if today > end => "OVERDUE",
        (Lamp::Red, false) => "BEHIND",
        (Lamp::Yellow, false) => "ERROR_OPEN",
        (Lamp::Blue, false) => "AHEAD",
        (Lamp::Green, false) => "ON_TRACK",
        (Lamp::White, false) => "NOT_STARTED",
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn june(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2025, 6, day).unwrap()
    }

    const fn span(start: NaiveDate, end: NaiveDate) -> Span {
        Span { start, end }
    }

    fn on(day: NaiveDate, percent: i32, has_error: bool) -> Lamp {
        let outlook = outlook(span(june(1), june(10)), percent, Thresholds::default());
        lamp(&Standing { outlook, is_started: percent > 0, has_error, done: None }, day)
    }

    #[test]
    fn i_01_the_five_lamps() {
        assert_eq!(on(june(5), 45, false), Lamp::Green);
        assert_eq!(on(june(5), 70, false), Lamp::Blue);
        assert_eq!(on(june(5), 20, false), Lamp::Red);
        assert_eq!(on(june(5), 45, true), Lamp::Yellow);
        assert_eq!(on(june(11), 90, false), Lamp::Red);
        assert_eq!(on("2025-05-31".parse().unwrap(), 0, false), Lamp::White);
        assert_eq!(on(june(5), 20, true), Lamp::Red, "red goes before yellow");
    }

    #[test]
    fn i_01_a_plan_of_one_day() {
        let one = span(june(5), june(5));
        let out = outlook(one, 50, Thresholds::default());
        let standing = Standing { outlook: out, is_started: true, has_error: false, done: None };
        // e = 0 before, 1 from the day on.
        assert_eq!(lamp(&standing, june(4)), Lamp::Blue);
        assert_eq!(lamp(&standing, june(5)), Lamp::Red);
        assert_eq!(outlook(one, 90, Thresholds::default()).red_from, june(6));
    }

    #[test]
    fn i_01_what_is_done_keeps_its_lamp() {
        let plan = span(june(1), june(10));
        assert_eq!(done(plan, june(9), Thresholds::default()), (Lamp::Blue, false));
        assert_eq!(done(plan, june(10), Thresholds::default()), (Lamp::Green, false));
        assert_eq!(done(plan, june(11), Thresholds::default()), (Lamp::Red, true));
    }

    /// The two days say the same as the rule's own words, worked out for every day.
    #[test]
    fn i_01_the_outlook_is_the_definition() {
        let thresholds = Thresholds::default();
        for length in [0, 1, 3, 9, 30] {
            let plan = span(june(1), june(1).checked_add_days(Days::new(length)).unwrap());
            for percent in 0..100 {
                let out = outlook(plan, percent, thresholds);
                for offset in 0..45_u64 {
                    let today = "2025-05-25".parse::<NaiveDate>().unwrap().checked_add_days(Days::new(offset)).unwrap();
                    // e and p in hundredths of the length, so that nothing is rounded.
                    let whole = (plan.end - plan.start).num_days();
                    let gone = (today - plan.start).num_days();
                    let (expected, scale) = match whole {
                        0 => (i64::from(gone >= 0) * 100, 1),
                        n => (gone.clamp(0, n) * 100, n),
                    };
                    let ahead = i64::from(percent) * scale - expected;
                    let red = today > plan.end || -ahead >= i64::from(thresholds.red_gap) * scale;
                    let blue = ahead >= i64::from(thresholds.blue_gap) * scale;
                    assert_eq!(out.red_from <= today, red, "{length} {percent} {today}");
                    let is_blue = out.blue_until.is_some_and(|d| today <= d);
                    assert_eq!(is_blue && !red, blue && !red, "{length} {percent} {today}");
                }
            }
        }
    }

    #[test]
    fn i_01_every_lamp_has_its_reason() {
        let outlook = outlook(span(june(1), june(10)), 20, Thresholds::default());
        let standing = Standing { outlook, is_started: true, has_error: false, done: None };
        assert_eq!(reason(&standing, june(10), june(5)), "BEHIND");
        assert_eq!(reason(&standing, june(10), june(11)), "OVERDUE");
        assert_eq!(reason(&standing, june(10), june(3)), "ON_TRACK");
        let done = Standing { done: Some(Lamp::Red), ..standing };
        assert_eq!(reason(&done, june(10), june(20)), "DONE_LATE");
    }
}
