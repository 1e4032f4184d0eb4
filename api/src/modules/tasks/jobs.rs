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
            notices::{Notice, To, send},
            problem_raise::{Found, grade_of, log, record, routed, stored_grade},
        },
        rules::problem::{escalated, reminder},
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
        for (task, threshold, key) in due {
            if !told.contains(&key) {
                sent += remind_one(&tx, task, threshold, key, today).await?;
            }
        }
        tx.commit().await?;
    }
}

async fn remind_one(
    tx: &SystemTx,
    task: &task::Model,
    threshold: &str,
    key: String,
    today: NaiveDate,
) -> Result<u64, ApiError> {
    let overdue = threshold == "OVERDUE";
    let (kind, level) = match overdue {
        true => (NoticeKind::Overdue, NoticeLevel::Alert),
        false => (NoticeKind::DueSoon, NoticeLevel::Warning),
    };
    let text = format!("任务“{}”应于 {} 完成", task.title, task.plan_end);
    let notice = Notice {
        task: Some(task.id),
        problem: None,
        to: To::Unit(task.unit_id),
        kind,
        level,
        text: &text,
        sender: None,
        key,
    };
    let sent = u64::from(send(tx, notice).await?);
    if overdue && sent > 0 {
        let found = Found {
            task: Some(task),
            matter: None,
            unit: task.unit_id,
            cause: ProblemCause::Delay,
            grade: ProblemGrade::Minor,
            text: &text,
            on: today,
            policy: (None, None),
        };
        record(tx, found, None).await?;
    }
    Ok(sent)
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
    for matter in late.into_iter().filter(|matter| !known.contains(&matter.id)) {
        let text = format!("群众事项 {} 应于 {} 办结，已延误", matter.number, matter.due_on);
        let found = Found {
            task: None,
            matter: Some(matter.id),
            unit: matter.unit_id,
            cause: ProblemCause::Delay,
            grade: ProblemGrade::Minor,
            text: &text,
            on: today,
            policy: (None, None),
        };
        record(&tx, found, None).await?;
    }
    tx.commit().await
}

/// Problems whose days are over rise, each as far as it has to, in a transaction of its own.
async fn escalate(platform: &Arc<Platform>, tenant: Uuid, today: NaiveDate) -> Result<u64, ApiError> {
    let tx = platform.system(Reason::Timer).begin(Some(tenant)).await?;
    let settings = settings::on(&tx, today).await?;
    let open = tx
        .parts::<problem::Entity>()
        .filter(problem::Column::State.eq(ProblemState::Open))
        .filter(problem::Column::Grade.ne(ProblemGrade::Serious))
        .all()
        .await?;
    tx.rollback().await?;
    let mut risen = 0;
    for seen in open {
        if escalated(grade_of(seen.grade), seen.grade_since, today, settings.escalation).is_none() {
            continue;
        }
        let tx = platform.system(Reason::Timer).begin(Some(tenant)).await?;
        let row = tx.parts::<problem::Entity>().id(seen.id).lock().required().await?;
        if row.version != seen.version {
            tx.rollback().await?;
            continue;
        }
        let (mut grade, mut since) = (grade_of(row.grade), row.grade_since);
        while let Some((next, due)) = escalated(grade, since, today, settings.escalation) {
            (grade, since) = (next, due);
            let note = Some(format!("自 {since} 起升级"));
            log(&tx, row.id, ProblemAction::Escalate, None, stored_grade(grade), note).await?;
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
        risen += 1;
    }
    Ok(risen)
}
