//! How long one serves before the next rank (任职年限) and from when one may be promoted, rules B-02 and B-03.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::rank::{PostLevel, Rank};
use super::refusal::{Refusal, ensure};
use crate::kernel::civil::add_months;

/// Months by which an excellent year shortens the term (优秀缩短任职年限), A-07.
const EXCELLENT_MONTHS: i32 = 6;

/// A post or a rank (职务或职级).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// A leadership post of a level (领导职务).
    Post(PostLevel),
    /// A rank (职级).
    Rank(Rank),
}

/// A time on a post or rank (任职经历), from the first day to the day before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// What was held.
    pub position: Position,
    /// The first day.
    pub since: NaiveDate,
    /// The first day on which it was no longer held, none while it is.
    pub until: Option<NaiveDate>,
}

/// The result of a year's assessment (年度考核结果), A-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grade {
    /// 优秀
    Excellent,
    /// 称职
    Competent,
    /// 基本称职
    BasicallyCompetent,
    /// 不称职
    Incompetent,
    /// 不定等次
    Undetermined,
    /// 不进行考核
    NotAssessed,
    /// 试用期，写评语不定等次
    Probation,
}

/// A year's approved result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct YearResult {
    /// The calendar year.
    pub year: i32,
    /// The result.
    pub grade: Grade,
    /// The day of its approval (审定日期).
    pub approved_on: NaiveDate,
}

/// What the sources leave open (B-03); a tenant may set it otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TenureRules {
    /// The year in which the rank began belongs to the old rank, not to the one held on 31 December.
    pub start_year_is_old: bool,
    /// Years on probation count.
    pub probation_counts: bool,
}

/// Years of service that a rank asks for on the level below (B-02); none for the lowest rank.
pub fn needed_years(to: Rank) -> Option<i32> {
    match to {
        Rank::Counsel1 | Rank::Counsel2 => Some(4),
        Rank::Consultant1 => Some(3),
        Rank::Clerk2 => None,
        _ => Some(2),
    }
}

/// From where one is promoted to a rank (B-02): the rank below, or the post that is its equal. Time on both
/// adds up.
pub fn sources(to: Rank) -> Vec<Position> {
    let Some(below) = to.below() else { return vec![] };
    let post = below.equal_post().map(Position::Post);
    post.into_iter().chain([Position::Rank(below)]).collect()
}

/// Since when one has served without a break on the level from which one is promoted (任现职级起始日); none
/// who does not on that day.
pub fn served_since(to: Rank, holdings: &[Holding], on: NaiveDate) -> Option<NaiveDate> {
    let sources = sources(to);
    let on_level = || holdings.iter().filter(|h| h.since <= on && sources.contains(&h.position));
    let mut start = on_level().filter(|h| h.until.is_none_or(|day| day > on)).map(|h| h.since).min()?;
    while let Some(earlier) =
        on_level().filter(|h| h.since < start && h.until.is_none_or(|day| day >= start)).map(|h| h.since).min()
    {
        start = earlier;
    }
    Some(start)
}

/// The first day of eligibility (可晋升起始日, B-03): months of years that do not count are left out, and each
/// excellent year shortens the term by six months from the day of its approval. A year that does not count is
/// left out as soon as it is known, whenever that was approved. To be eligible is no right to be promoted.
pub fn eligible_from(to: Rank, start: NaiveDate, results: &[YearResult], rules: TenureRules) -> Option<NaiveDate> {
    let months = needed_years(to)? * 12;
    let years: BTreeMap<i32, &YearResult> = results.iter().map(|result| (result.year, result)).collect();
    let uncounted: BTreeSet<i32> = years.values().filter(|r| !counts(r.grade, rules)).map(|r| r.year).collect();
    let first = start.year() + i32::from(rules.start_year_is_old);
    let mut approvals: Vec<NaiveDate> = years
        .values()
        .filter(|result| result.grade == Grade::Excellent && result.year >= first)
        .map(|result| result.approved_on)
        .collect();
    approvals.sort_unstable();
    let full = due(start, months, &uncounted);
    let shortened = (1..).zip(approvals).map(|(excellent, approved)| {
        due(start, (months - EXCELLENT_MONTHS * excellent).max(0), &uncounted).max(approved)
    });
    Some(shortened.fold(full, NaiveDate::min))
}

/// Whether a promotion to a rank on a day keeps to the steps and the terms (逐级晋升, B-02, B-03).
pub fn check(
    to: Rank,
    on: NaiveDate,
    holdings: &[Holding],
    results: &[YearResult],
    rules: TenureRules,
) -> Result<(), Refusal> {
    let Some(start) = served_since(to, holdings, on) else {
        let limit: Vec<&str> = sources(to).into_iter().map(title).collect();
        let current = holdings.iter().filter(|h| h.since <= on && h.until.is_none_or(|day| day > on));
        let actual: Vec<&str> = current.map(|h| title(h.position)).collect();
        let actual = if actual.is_empty() { "无".to_string() } else { actual.join("、") };
        let zh = "职级应当逐级晋升，须现任下一层次";
        return Err(Refusal::beyond(
            "NOT_STEPWISE",
            limit.join("、"),
            actual,
            zh,
            "A rank is reached step by step, from the level below it",
        ));
    };
    match eligible_from(to, start, results, rules) {
        Some(limit) => ensure(on >= limit, || {
            Refusal::beyond("TENURE_TOO_SHORT", limit, on, "任职年限不足", "The time on the level below is too short")
        }),
        None => Ok(()),
    }
}

fn title(position: Position) -> &'static str {
    match position {
        Position::Post(post) => post.title(),
        Position::Rank(rank) => rank.title(),
    }
}

fn counts(grade: Grade, rules: TenureRules) -> bool {
    match grade {
        Grade::Excellent | Grade::Competent => true,
        Grade::Probation => rules.probation_counts,
        Grade::BasicallyCompetent | Grade::Incompetent | Grade::Undetermined | Grade::NotAssessed => false,
    }
}

/// The day on which the months are served when whole calendar years are left out.
fn due(start: NaiveDate, months: i32, uncounted: &BTreeSet<i32>) -> NaiveDate {
    let first_of = |year: i32| NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or(NaiveDate::MAX);
    let mut begin = start;
    while uncounted.contains(&begin.year()) {
        begin = first_of(begin.year() + 1);
    }
    let mut skipped = 0;
    loop {
        let day = add_months(begin, months + 12 * skipped);
        let within = uncounted.iter().filter(|year| begin <= first_of(**year) && first_of(**year) < day).count();
        let within = i32::try_from(within).unwrap_or(i32::MAX);
        if within == skipped {
            return day;
        }
        skipped = within;
    }
}

#[cfg(test)]
#[path = "tenure_tests.rs"]
mod tests;
