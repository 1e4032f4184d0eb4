//! What is worked out over work at every question: the board with its charts (天工榜), the ledger (实绩账本), and one's
//! own desk (待办).

pub(in crate::modules::tasks) mod anonymous;
mod board;
mod charts;
mod comparison;
mod counts;
mod desk;
mod growth;
mod ledger;
pub mod performance;
mod share;

use async_graphql::{Context, Enum, Object, Result};
use chrono::NaiveDate;
use entities::values::PlanPeriod;

use crate::{
    graph::{
        scalars::{Given, Gql},
        schema::required,
    },
    kernel::error::{ApiError, Code, Faults},
};

pub use board::TaskBoard;
pub use desk::WorkDesk;

/// Of whom a board is (排行对象).
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum BoardSubject {
    /// 责任单位
    Unit,
    /// 责任人员
    Person,
    /// 事项
    Item,
}

/// Figures over work.
#[derive(Default)]
pub struct TaskQueries;

/// Figures over work.
#[Object]
impl TaskQueries {
    /// The board of a year, month or week (天工榜): tasks of your subtree whose last day lies in it, and the plates of its
    /// months; worked out now. Permission: `statistic:read`. I-03.
    async fn task_board(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of whom (排行对象).")] subject: BoardSubject,
        #[graphql(desc = "Year, month or week (周期).")] period: Gql<PlanPeriod>,
        #[graphql(desc = "A day in the period; today unless given.")] day: Option<Given<NaiveDate>>,
        #[graphql(desc = "At most so many rows, 1 to 200 (条数); 50 unless given.")] first: Option<i32>,
    ) -> Result<Option<TaskBoard>> {
        let session = required(ctx)?;
        let day = asked_day("day", day, session.today())?;
        let first = first.unwrap_or(50);
        if !(1..=200).contains(&first) {
            let (zh, en) = ("first 应为 1 至 200", "`first` takes 1 to 200.");
            return Err(ApiError::of(Code::BadUserInput).at("first").saying(zh, en).into());
        }
        let first = usize::try_from(first).unwrap_or(1);
        let charted = ctx.look_ahead().field("charts").exists();
        Ok(Some(board::board(session, board::Asked { subject, period: period.0, day, first, charted }).await?))
    }

    /// Your own desk (我的工作台): menus by what you may do, tasks that wait for you, unread messages, requests and cases.
    /// Permission: `task:read`. I-04.
    async fn work_desk(&self, ctx: &Context<'_>) -> Result<Option<WorkDesk>> {
        Ok(Some(desk::desk(required(ctx)?).await?))
    }
}

fn asked_day(name: &str, day: Option<Given<NaiveDate>>, today: NaiveDate) -> std::result::Result<NaiveDate, ApiError> {
    let Some(given) = day else { return Ok(today) };
    given.get(name, &mut Faults::default()).ok_or_else(|| {
        let (zh, en) = (format!("{name} 应为日期 YYYY-MM-DD"), format!("`{name}` takes YYYY-MM-DD."));
        ApiError::of(Code::BadUserInput).at(name).saying(zh, en)
    })
}
