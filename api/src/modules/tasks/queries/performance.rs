//! What came of people's work, and how work and resources are shared (实绩研判), I-06 and K.

use async_graphql::{Context, Object, Result};
use chrono::NaiveDate;

use super::{
    BoardSubject, asked_day,
    comparison::{self, PerformanceComparison},
    growth::{self, WorkGrowth},
    ledger::{self, PerformanceLedger},
    share::{self, PerformanceShare},
};
use crate::{
    graph::{scalars::Given, schema::required},
    kernel::{
        error::{ApiError, Code},
        id::Id,
    },
    modules::administration::catalogue::User,
};

/// What is asked about results.
#[derive(Default)]
pub struct PerformanceQueries;

/// What is asked about results.
#[Object]
impl PerformanceQueries {
    /// The ledger of a person (实绩账本), generated from duties and what was done in the period, never typed.
    /// Permission: `statistic:read`; of oneself `task:read` is enough. I-06.
    async fn performance_ledger(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose (责任人).")] user: Id<User>,
        #[graphql(desc = "First day (起始日期).")] from: Given<NaiveDate>,
        #[graphql(desc = "Last day (截止日期), not before the first.")] to: Given<NaiveDate>,
    ) -> Result<Option<PerformanceLedger>> {
        let session = required(ctx)?;
        let days = (asked_day("from", Some(from), session.today())?, asked_day("to", Some(to), session.today())?);
        if days.1 < days.0 {
            let (zh, en) = (format!("不得早于 {}", days.0), format!("`to` is before `from`, {}.", days.0));
            return Err(ApiError::of(Code::BadUserInput).at("to").saying(zh, en).into());
        }
        Ok(Some(ledger::ledger(session, user.uuid(), days).await?))
    }

    /// How the tasks of a year are shared among serving cadres (实绩分布): the top's part, sex and age, little load.
    /// Permission: `statistic:read`. I-06, K.
    async fn performance_share(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The year (年度), 2000 to 2100.")] year: i32,
        #[graphql(desc = "How many percent of the people are the top (前列比例), 1 to 100; 20 unless given.")] percent: Option<i32>,
        #[graphql(desc = "Little load for how many years up to this one (连续年数), 1 to 5; 1 unless given.")]
        years: Option<i32>,
    ) -> Result<Option<PerformanceShare>> {
        let session = required(ctx)?;
        let year = within("year", year, 2000, 2100)?;
        let percent = within("percent", percent.unwrap_or(20), 1, 100)?;
        let years = within("years", years.unwrap_or(1), 1, 5)?;
        Ok(Some(share::share(session, year, percent.unsigned_abs(), years).await?))
    }

    /// People, or units, compared by standard hours (实绩比较): hours made comparable by difficulty, with each factor.
    /// Permission: `statistic:read`. I-06.
    async fn performance_comparison(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The year (年度), 2000 to 2100.")] year: i32,
        #[graphql(desc = "`PERSON` or `UNIT` (比较对象).")] subject: BoardSubject,
        #[graphql(desc = "At most so many rows, 1 to 200 (条数); 50 unless given.")] first: Option<i32>,
    ) -> Result<Option<PerformanceComparison>> {
        let session = required(ctx)?;
        let year = within("year", year, 2000, 2100)?;
        let first = within("first", first.unwrap_or(50), 1, 200)?;
        if subject == BoardSubject::Item {
            let (zh, en) = ("subject 应为 PERSON 或 UNIT", "`subject` takes PERSON or UNIT.");
            return Err(ApiError::of(Code::BadUserInput).at("subject").saying(zh, en).into());
        }
        let first = usize::try_from(first).unwrap_or(1);
        Ok(Some(comparison::comparison(session, year, subject, first).await?))
    }

    /// Tasks against resources by field over years (任务与资源增长比较): fields that outgrow their resources, and those
    /// that shrink while resources stay. Permission: `statistic:read`. K.
    async fn work_growth(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First year (起始年度), 2000 to 2100.")] from_year: i32,
        #[graphql(desc = "Last year (截止年度), 1 to 9 years later.")] to_year: i32,
    ) -> Result<Option<WorkGrowth>> {
        let session = required(ctx)?;
        let from = within("fromYear", from_year, 2000, 2100)?;
        let to = within("toYear", to_year, from + 1, from + 9)?;
        Ok(Some(growth::growth(session, from, to).await?))
    }
}

fn within(name: &str, n: i32, least: i32, most: i32) -> std::result::Result<i32, ApiError> {
    if (least..=most).contains(&n) {
        return Ok(n);
    }
    let (zh, en) = (format!("{name} 应为 {least} 至 {most}"), format!("`{name}` takes {least} to {most}."));
    Err(ApiError::of(Code::BadUserInput).at(name).saying(zh, en))
}
