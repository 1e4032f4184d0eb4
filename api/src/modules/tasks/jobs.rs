//! Timers: owners are reminded of days (临期、逾期提醒), I-04; unresolved problems rise (问题升级), I-05. Replicas may all run
//! them: a key or a version decides who does the work.

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::{Days, NaiveDate};
use entities::{
    citizen_matter, problem, task, task_notice, tenant,
    values::{
        CitizenMatterState, NoticeKind, NoticeLevel, ProblemAction, ProblemCause, ProblemGrade, ProblemState, TaskState,
    },
};
use sea_orm::{ColumnTrait, Order, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{error::ApiError, platform::Platform, session::Reason, task as background, tx::SystemTx},
    modules::tasks::{
        commands::{
            notices::{Notice, To, send_all},
            problem_raise::{Found, grade_of, record_all, routed, step, stored_grade},
        },
        rules::problem::{Escalation, escalated, reminder},
        settings,
    },
};

/// How often the timer looks.
const EVERY: Duration = Duration::from_secs(3600);
/// Rows looked at in one statement.
const PAGE: u64 = 500;

/// Starts the timer: at once, then every hour.
pub fn start(platform: &Arc<Platform>) -> tokio::task::JoinHandle<()> {
    let platform = platform.clone();
    background::spawn("work", async move {
        let mut tick = tokio::time::interval(EVERY);
        loop {
            tick.tick().await;
            if let Err(error) = look(&platform).await {
                tracing::warn!(?error, "work could not be looked after");
            }
        }
    })
}

async fn look(platform: &Arc<Platform>) -> Result<(), ApiError> {
    let tx = platform.system(Reason::Timer).begin(None).await?;
    let tenants = tx.global::<tenant::Entity>().all().await?;
    tx.rollback().await?;
    for tenant in tenants {
        let (reminded, risen) = look_after(platform, tenant.id).await?;
        if reminded + risen > 0 {
            tracing::info!(reminded, risen, "work looked after");
        }
    }
    Ok(())
}

/// Reminds the owners of a tenant and lets its problems rise; tells how many of each.
pub async fn look_after(platform: &Arc<Platform>, tenant: Uuid) -> Result<(u64, u64), ApiError> {
    let today = platform.clock().today();
    let reminded = remind(platform, tenant, today).await?;
    delays(platform, tenant, today).await?;
    Ok((reminded, escalate(platform, tenant, today).await?))
}

/// Open tasks whose last day is near or past: whoever answers for them hears so once for each threshold.
async fn remind(platform: &Arc<Platform>, tenant: Uuid, today: NaiveDate) -> Result<u64, ApiError> {
    let soon = today.checked_add_days(Days::new(3)).unwrap_or(today);
    let (mut sent, mut after) = (0, Uuid::nil());
    loop {
        let tx = platform.system(Reason::Timer).begin(Some(tenant)).await?;
        let page = tx
            .parts::<task::Entity>()
            .filter(task::Column::State.is_in([TaskState::Published, TaskState::Accepted, TaskState::UnderWay]))
            .filter(task::Column::PlanEnd.lte(soon))
            .filter(task::Column::Id.gt(after))
            .order_by(task::Column::Id, Order::Asc)
            .limit(PAGE)
            .all()
            .await?;
        let Some(last) = page.last() else {
            tx.rollback().await?;
            return Ok(sent);
        };
        after = last.id;
        let due = page.iter().filter_map(|task| {
            let threshold = reminder(task.plan_end, today)?;
            // Another last day is another reminder.
            Some((task, threshold, format!("{threshold}:{}:{}", task.id, task.plan_end)))
        });
        let due: Vec<_> = due.collect();
        // Most have been reminded before; what is overdue stays so for long.
        let keys: Vec<&str> = due.iter().map(|(_, _, key)| key.as_str()).collect();
        let told = tx.parts::<task_notice::Entity>().filter(task_notice::Column::Key.is_in(keys)).all().await?;
        let told: HashSet<String> = told.into_iter().map(|notice| notice.key).collect();
        let untold = due.into_iter().filter(|(_, _, key)| !told.contains(key));
        sent +=
            remind_of(&tx, untold.map(|(task, threshold, key)| Reminder::new(task, threshold, key)).collect(), today)
                .await?;
        tx.commit().await?;
    }
}

/// What whoever answers for a task is told.
struct Reminder<'a> {
    task: &'a task::Model,
    overdue: bool,
    key: String,
    text: String,
}

impl<'a> Reminder<'a> {
    fn new(task: &'a task::Model, threshold: &str, key: String) -> Self {
        let text = format!("任务“{}”应于 {} 完成", task.title, task.plan_end);
        Self { task, overdue: threshold == "OVERDUE", key, text }
    }

    fn notice(&self) -> Notice<'_> {
        let (kind, level) = match self.overdue {
            true => (NoticeKind::Overdue, NoticeLevel::Alert),
            false => (NoticeKind::DueSoon, NoticeLevel::Warning),
        };
        Notice {
            task: Some(self.task.id),
            problem: None,
            to: To::Unit(self.task.unit_id),
            kind,
            level,
            text: &self.text,
            sender: None,
            key: self.key.clone(),
        }
    }

    fn problem(&self, today: NaiveDate) -> Found<'_> {
        Found {
            task: Some(self.task),
            matter: None,
            unit: self.task.unit_id,
            cause: ProblemCause::Delay,
            grade: ProblemGrade::Minor,
            text: &self.text,
            on: today,
            policy: (None, None),
        }
    }
}

/// Sends reminders, and makes problems of what is overdue, where no other replica has; tells how many.
async fn remind_of(tx: &SystemTx, reminders: Vec<Reminder<'_>>, today: NaiveDate) -> Result<u64, ApiError> {
    let sent = send_all(tx, reminders.iter().map(Reminder::notice)).await?;
    let sent: HashSet<String> = sent.into_iter().map(|notice| notice.key).collect();
    let overdue = reminders.iter().filter(|one| one.overdue && sent.contains(&one.key));
    record_all(tx, overdue.map(|one| one.problem(today)).collect()).await?;
    Ok(sent.len() as u64)
}

/// Citizens' matters whose last day is past are problems of their own.
async fn delays(platform: &Arc<Platform>, tenant: Uuid, today: NaiveDate) -> Result<(), ApiError> {
    let tx = platform.system(Reason::Timer).begin(Some(tenant)).await?;
    let late = tx
        .parts::<citizen_matter::Entity>()
        .filter(citizen_matter::Column::State.ne(CitizenMatterState::Done))
        .filter(citizen_matter::Column::DueOn.lt(today))
        .all()
        .await?;
    let open = tx
        .parts::<problem::Entity>()
        .filter(problem::Column::State.eq(ProblemState::Open))
        .filter(problem::Column::Cause.eq(ProblemCause::Delay))
        .filter(problem::Column::CitizenMatterId.is_not_null())
        .all()
        .await?;
    let known: HashSet<Uuid> = open.into_iter().filter_map(|problem| problem.citizen_matter_id).collect();
    let late: Vec<_> = late.into_iter().filter(|matter| !known.contains(&matter.id)).collect();
    let text = |m: &citizen_matter::Model| format!("群众事项 {} 应于 {} 办结，已延误", m.number, m.due_on);
    let texts: Vec<String> = late.iter().map(text).collect();
    let found = late.iter().zip(&texts).map(|(matter, text)| Found {
        task: None,
        matter: Some(matter.id),
        unit: matter.unit_id,
        cause: ProblemCause::Delay,
        grade: ProblemGrade::Minor,
        text,
        on: today,
        policy: (None, None),
    });
    record_all(&tx, found.collect()).await?;
    tx.commit().await
}

/// Problems whose days are over rise, each as far as it has to, in a transaction of its own.
async fn escalate(platform: &Arc<Platform>, tenant: Uuid, today: NaiveDate) -> Result<u64, ApiError> {
    let (mut risen, mut after) = (0, Uuid::nil());
    loop {
        let tx = platform.system(Reason::Timer).begin(Some(tenant)).await?;
        let escalation = settings::on(&tx, today).await?.escalation;
        let days = escalation.minor_days.min(escalation.ordinary_days);
        let latest = today.checked_sub_days(Days::new(days.into())).unwrap_or(today);
        let page = tx
            .parts::<problem::Entity>()
            .filter(problem::Column::State.eq(ProblemState::Open))
            .filter(problem::Column::Grade.ne(ProblemGrade::Serious))
            .filter(problem::Column::GradeSince.lte(latest))
            .filter(problem::Column::Id.gt(after))
            .order_by(problem::Column::Id, Order::Asc)
            .limit(PAGE)
            .all()
            .await?;
        tx.rollback().await?;
        let Some(last) = page.last() else { return Ok(risen) };
        after = last.id;
        for seen in &page {
            if escalated(grade_of(seen.grade), seen.grade_since, today, escalation).is_some()
                && rise(platform, seen, today, escalation).await?
            {
                risen += 1;
            }
        }
    }
}

/// Lets a problem rise unless it has changed since it was seen; tells whether it has risen.
async fn rise(
    platform: &Arc<Platform>,
    seen: &problem::Model,
    today: NaiveDate,
    escalation: Escalation,
) -> Result<bool, ApiError> {
    let tx = platform.system(Reason::Timer).begin(Some(seen.tenant_id)).await?;
    let row = tx.parts::<problem::Entity>().id(seen.id).lock().required().await?;
    if row.version != seen.version {
        tx.rollback().await?;
        return Ok(false);
    }
    let (mut grade, mut since) = (grade_of(row.grade), row.grade_since);
    while let Some((next, due)) = escalated(grade, since, today, escalation) {
        (grade, since) = (next, due);
        let note = Some(format!("自 {since} 起升级"));
        tx.insert(step(&tx, row.id, ProblemAction::Escalate, None, stored_grade(grade), note)).await?;
        routed(&tx, &row, stored_grade(grade)).await?;
    }
    tx.change::<problem::Entity>()
        .id(row.id)
        .set(problem::Column::Grade, Expr::value(stored_grade(grade)))
        .set(problem::Column::GradeSince, Expr::value(since))
        .set(problem::Column::Version, Expr::value(row.version + 1))
        .set(problem::Column::UpdatedAt, Expr::value(tx.now()))
        .run()
        .await?;
    tx.emit("problem.escalated", "Problem", row.id, row.version + 1, json!({})).await?;
    tx.commit().await?;
    Ok(true)
}
