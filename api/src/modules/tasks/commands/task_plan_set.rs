//! Plans of years, months and weeks (年月周计划), and what was done of them; a closed month's plan stays as it was.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    month_close, task_plan,
    values::{PlanPeriod, TaskState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::hold::{duties, hold, must_execute, refused};
use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::{Inner, Tx},
        year_month::YearMonth,
    },
    modules::{
        organisation::commands::version_mismatch,
        tasks::{
            catalogue::{Task, TaskPlan},
            rules::period::{Period, add_up, around, begins},
        },
    },
};

/// A plan of a period (周期计划).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskPlanSetInput {
    /// Which task.
    pub task: Id<Task>,
    /// Year, month or week (周期). Months add up to the year, weeks to the month that their Monday lies in.
    pub period: Gql<PlanPeriod>,
    /// First day of the period (周期首日).
    pub starts_on: Given<NaiveDate>,
    /// Planned quantity (计划量), 0 to 1,000,000,000.
    pub planned: i32,
}

/// What was done of a plan (完成量).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskPlanReportInput {
    /// Which plan, of a task that you carry out.
    pub id: Id<TaskPlan>,
    /// The version that you read.
    pub expected_version: i32,
    /// Quantity done so far in the period (完成量), 0 to 1,000,000,000.
    pub done: i32,
}

/// The rule's word for a stored period.
pub fn period_of(period: PlanPeriod) -> Period {
    match period {
        PlanPeriod::Year => Period::Year,
        PlanPeriod::Month => Period::Month,
        PlanPeriod::Week => Period::Week,
    }
}

/// Whether the month of a month plan is closed. The closing's row is looked for under the lock of what it counts.
async fn closed(tx: &Inner, period: PlanPeriod, starts_on: NaiveDate) -> Result<bool, Fault> {
    if period != PlanPeriod::Month {
        return Ok(false);
    }
    let month = YearMonth::of(starts_on).to_string();
    Ok(tx.parts::<month_close::Entity>().filter(month_close::Column::Month.eq(month)).count().await? > 0)
}

fn quantity(n: i32, field: &str, faults: &mut Faults) {
    if !(0..=1_000_000_000).contains(&n) {
        let (zh, en) = ("应为 0 至 1000000000", "Takes 0 to 1,000,000,000.");
        faults.add(UserError::new(Code::InvalidValue, field, zh, en));
    }
}

#[async_trait::async_trait]
impl Command for TaskPlanSetInput {
    const NAME: &'static str = "taskPlanSet";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let task = hold(tx, Action::Update, self.task.uuid(), None).await?.task;
        let mut faults = Faults::default();
        quantity(self.planned, "input.planned", &mut faults);
        if task.state == TaskState::Withdrawn {
            faults.add(UserError::of(Code::NotInState, "input.task"));
        }
        let day = self.starts_on.get("input.startsOn", &mut faults);
        if let Some(day) = day {
            faults.take(begins(period_of(self.period.0), day).map_err(|r| refused(r, "input.startsOn")));
            self.adds_up(tx, task.id, day, &mut faults).await?;
            if closed(tx, self.period.0, day).await? {
                faults.add(UserError::of(Code::MonthClosed, "input.startsOn"));
            }
        }
        faults.check()?;
        let Some(day) = day else { return Err(Code::InternalServerError.into()) };
        let now = tx.session().now();
        let plans = tx.parts::<task_plan::Entity>().filter(task_plan::Column::TaskId.eq(task.id));
        let plans = plans.filter(task_plan::Column::Period.eq(self.period.0));
        let id = match plans.filter(task_plan::Column::StartsOn.eq(day)).one().await? {
            Some(plan) => {
                tx.change::<task_plan::Entity>()
                    .id(plan.id)
                    .set(task_plan::Column::Planned, Expr::value(self.planned))
                    .set(task_plan::Column::Version, Expr::value(plan.version + 1))
                    .set(task_plan::Column::UpdatedAt, Expr::value(now))
                    .run()
                    .await?;
                plan.id
            }
            None => {
                let id = tx.new_id();
                tx.insert(task_plan::ActiveModel {
                    tenant_id: Set(tx.tenant_id()),
                    id: Set(id),
                    task_id: Set(task.id),
                    item_id: Set(task.item_id),
                    unit_id: Set(task.unit_id),
                    period: Set(self.period.0),
                    starts_on: Set(day),
                    planned: Set(self.planned),
                    done: Set(0),
                    version: Set(1),
                    created_at: Set(now),
                    updated_at: Set(now),
                })
                .await?;
                id
            }
        };
        tx.touched("TaskPlan", id, json!({ "planned": self.planned }));
        Ok(id)
    }
}

impl TaskPlanSetInput {
    /// Weeks never ask for more than their month, months for more than their year; a coarser plan that is not there
    /// bounds nothing.
    async fn adds_up(&self, tx: &Inner, task: Uuid, day: NaiveDate, faults: &mut Faults) -> Result<(), Fault> {
        let plans = tx.parts::<task_plan::Entity>().filter(task_plan::Column::TaskId.eq(task)).all().await?;
        let own = self.period.0;
        let coarser = match own {
            PlanPeriod::Year => None,
            PlanPeriod::Month => Some(PlanPeriod::Year),
            PlanPeriod::Week => Some(PlanPeriod::Month),
        };
        let finer = match own {
            PlanPeriod::Year => Some(PlanPeriod::Month),
            PlanPeriod::Month => Some(PlanPeriod::Week),
            PlanPeriod::Week => None,
        };
        let sum_in = |of: PlanPeriod, (first, last): (NaiveDate, NaiveDate), but: Option<NaiveDate>| -> Vec<i32> {
            plans
                .iter()
                .filter(|p| p.period == of && (first..=last).contains(&p.starts_on) && Some(p.starts_on) != but)
                .map(|p| p.planned)
                .collect()
        };
        if let Some(coarser) = coarser {
            let around = around(period_of(coarser), day);
            if let Some(above) = plans.iter().find(|p| p.period == coarser && p.starts_on == around.0) {
                let mut all = sum_in(own, around, Some(day));
                all.push(self.planned);
                faults.take(add_up(above.planned, &all).map_err(|r| refused(r, "input.planned")));
            }
        }
        if let Some(finer) = finer {
            let below = sum_in(finer, around(period_of(own), day), None);
            faults.take(add_up(self.planned, &below).map_err(|r| refused(r, "input.planned")));
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Command for TaskPlanReportInput {
    const NAME: &'static str = "taskPlanReport";
    const RIGHT: (Resource, Action) = (Resource::Task, Action::Submit);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let seen = tx.gate::<task_plan::Entity>(Action::Submit)?.id(self.id.uuid()).required().await?;
        let task = hold(tx, Action::Submit, seen.task_id, None).await?.task;
        let plan = tx.parts::<task_plan::Entity>().id(seen.id).lock().required().await?;
        if plan.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        let mut faults = Faults::default();
        faults.take(must_execute(tx, &duties(tx, task.id).await?));
        quantity(self.done, "input.done", &mut faults);
        if closed(tx, plan.period, plan.starts_on).await? {
            faults.add(UserError::of(Code::MonthClosed, "input.id"));
        }
        faults.check()?;
        tx.change::<task_plan::Entity>()
            .id(plan.id)
            .set(task_plan::Column::Done, Expr::value(self.done))
            .set(task_plan::Column::Version, Expr::value(plan.version + 1))
            .set(task_plan::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        tx.touched("TaskPlan", plan.id, json!({ "done": self.done }));
        tx.emit("taskPlan.reported", "TaskPlan", plan.id, plan.version + 1, json!({})).await?;
        Ok(plan.id)
    }
}
