//! The ledger of a person (实绩账本), I-06: generated from duties and the record of what was done, never typed.

use std::collections::{HashMap, HashSet};

use async_graphql::SimpleObject;
use chrono::{Datelike, NaiveDate};
use entities::{
    app_user, citizen_matter, task, task_duty, task_file, task_step,
    values::{TaskAction, TaskDutyKind, TaskLamp},
};
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, Condition, Order,
    sea_query::{Query, SelectStatement},
};
use uuid::Uuid;

use crate::{
    graph::{
        payload::Ref,
        scalars::{Gql, Published, whole},
    },
    kernel::{civil::today_in_shanghai, error::ApiError, session::Session, tx::Tx},
    modules::{
        administration::catalogue::User,
        tasks::{
            catalogue::Task,
            rules::ledger::{Duty, Turn, saturation, split, standard_hours, turn},
            settings,
        },
    },
};

/// One entry of a ledger (实绩条目): a duty at a task and what came of it.
#[derive(SimpleObject)]
pub struct LedgerEntry {
    /// The task, which leads to its record and evidence (任务).
    task: Option<Ref<Task>>,
    /// Its title (名称).
    title: String,
    /// Kind of responsibility (责任类型).
    kind: Gql<TaskDutyKind>,
    /// First day (接手日期).
    from: Published<NaiveDate>,
    /// Day it passed to somebody else (移交日期).
    until: Option<Published<NaiveDate>>,
    /// Progress found at the start of the duty or the period (前任基础), percent.
    inherited: i32,
    /// Progress added in the period (任上实绩), percent; for whoever carries the task out.
    own: i32,
    /// What was open at the handover or the period's end (遗留未完成), percent.
    open: i32,
    /// Standard hours of what was added, by difficulty (标准工时). A task with tasks below it has none: they are theirs.
    standard_hours: Published<Decimal>,
    /// Difficulty that they were worked out with, percent (难度系数).
    difficulty: i32,
    /// The lamp that the task kept when it was done (完成时灯色).
    done_lamp: Option<Gql<TaskLamp>>,
    /// Version of the thresholds behind the lamp; 0: the built-in (规则版本).
    rule_version: i32,
    /// Files bound to the task as evidence (佐证材料数).
    evidence: i32,
    /// Mean rating of citizens for matters of the task, 1 to 5, one decimal (群众评价).
    citizen_rating: Option<Published<Decimal>>,
}

/// How somebody did in a key moment (关键时刻表现).
#[derive(SimpleObject)]
pub struct LedgerMoment {
    /// The task that he carried out then (任务).
    task: Option<Ref<Task>>,
    /// Day it was recorded (记录日期).
    on: Published<NaiveDate>,
    /// In words (表现).
    text: String,
    /// Who recorded it (记录人).
    recorded_by: Option<Ref<User>>,
}

/// The ledger of a person for a period (实绩账本), I-06.
#[derive(SimpleObject)]
pub struct PerformanceLedger {
    /// Entries, the earliest duty first (实绩条目).
    entries: Vec<LedgerEntry>,
    /// What was recorded of key moments in it (关键时刻表现), the earliest first.
    key_moments: Vec<LedgerMoment>,
    /// Tasks in it (承担任务数).
    tasks: i32,
    /// Standard hours in all (标准工时合计).
    standard_hours: Published<Decimal>,
    /// Standard hours in percent of the hours that the period has (工作饱和度), one decimal.
    saturation: Option<Published<Decimal>>,
}

/// Works a ledger out: of oneself, or of people whom the right reaches.
pub async fn ledger(
    session: &Session,
    user: Uuid,
    days: (NaiveDate, NaiveDate),
) -> Result<PerformanceLedger, ApiError> {
    let tx = session.read().await?;
    let found = of(&tx, user, days).await;
    tx.rollback().await?;
    found
}

async fn of(tx: &Tx, user: Uuid, days: (NaiveDate, NaiveDate)) -> Result<PerformanceLedger, ApiError> {
    let session = tx.session();
    if user == session.user_id() {
        session.require(Resource::Task, Action::Read)?;
    } else {
        tx.gate_as::<app_user::Entity>(Resource::Statistic, Action::Read)?.id(user).required().await?;
    }
    let mut duties = tx.parts::<task_duty::Entity>().filter(theirs(user, days)).all().await?;
    duties.sort_by_key(|d| (d.started_on, d.id));
    let around = Around::read(tx, user, days).await?;
    let entries: Vec<LedgerEntry> = duties.iter().filter_map(|duty| around.entry(duty, days)).collect();
    let key_moments = around.key_moments(&duties, days);
    let hours: Decimal = entries.iter().map(|entry| entry.standard_hours.0).sum();
    let settings = settings::on(tx, session.today()).await?;
    let months = i64::from(days.1.year() - days.0.year()) * 12 + i64::from(days.1.month()) - i64::from(days.0.month());
    let tasks: HashSet<Uuid> = duties.iter().map(|d| d.task_id).collect();
    Ok(PerformanceLedger {
        tasks: whole(tasks.len()),
        standard_hours: Published(hours),
        saturation: saturation(hours, (months + 1) * settings.month_hours).map(Published),
        key_moments,
        entries,
    })
}

/// Duties of somebody that touch a period.
fn theirs(user: Uuid, days: (NaiveDate, NaiveDate)) -> Condition {
    let still = Condition::any().add(task_duty::Column::EndedOn.is_null()).add(task_duty::Column::EndedOn.gte(days.0));
    Condition::all().add(task_duty::Column::UserId.eq(user)).add(task_duty::Column::StartedOn.lte(days.1)).add(still)
}

/// The tasks of those duties.
fn their_tasks(tenant: Uuid, user: Uuid, days: (NaiveDate, NaiveDate)) -> SelectStatement {
    Query::select()
        .column(task_duty::Column::TaskId)
        .from(task_duty::Entity)
        .and_where(task_duty::Column::TenantId.eq(tenant))
        .cond_where(theirs(user, days))
        .to_owned()
}

/// What belongs to the tasks of a ledger.
struct Around {
    today: NaiveDate,
    tasks: HashMap<Uuid, task::Model>,
    /// Those that the caller may open.
    reached: HashSet<Uuid>,
    /// Those with tasks below them.
    parents: HashSet<Uuid>,
    records: HashMap<Uuid, Vec<(NaiveDate, i32)>>,
    files: HashMap<Uuid, i64>,
    ratings: HashMap<Uuid, Vec<i32>>,
    moments: Vec<task_step::Model>,
}

impl Around {
    async fn read(tx: &Tx, user: Uuid, days: (NaiveDate, NaiveDate)) -> Result<Self, ApiError> {
        let theirs = || their_tasks(tx.tenant_id(), user, days);
        let tasks = tx.parts::<task::Entity>().filter(task::Column::Id.in_subquery(theirs())).all().await?;
        let reached = match tx.gate::<task::Entity>(Action::Read) {
            Ok(rows) => {
                rows.filter(task::Column::Id.in_subquery(theirs())).tally::<(Uuid, i64)>([task::Column::Id]).await?
            }
            Err(_) => vec![],
        };
        let parents: Vec<(Option<Uuid>, i64)> = tx
            .parts::<task::Entity>()
            .filter(task::Column::ParentId.in_subquery(theirs()))
            .tally([task::Column::ParentId])
            .await?;
        let steps = tx
            .parts::<task_step::Entity>()
            .filter(task_step::Column::TaskId.in_subquery(theirs()))
            .filter(task_step::Column::Percent.is_not_null())
            .order_by(task_step::Column::Id, Order::Asc)
            .all()
            .await?;
        let mut records: HashMap<Uuid, Vec<(NaiveDate, i32)>> = HashMap::new();
        for step in steps {
            if let Some(percent) = step.percent {
                records.entry(step.task_id).or_default().push((today_in_shanghai(step.at), percent));
            }
        }
        let moments = tx
            .parts::<task_step::Entity>()
            .filter(task_step::Column::TaskId.in_subquery(theirs()))
            .filter(task_step::Column::Action.eq(TaskAction::KeyMoment))
            .order_by(task_step::Column::At, Order::Asc)
            .all()
            .await?;
        let files: Vec<(Uuid, i64)> = tx
            .parts::<task_file::Entity>()
            .filter(task_file::Column::TaskId.in_subquery(theirs()))
            .tally([task_file::Column::TaskId])
            .await?;
        let rated = tx
            .parts::<citizen_matter::Entity>()
            .filter(citizen_matter::Column::TaskId.in_subquery(theirs()))
            .filter(citizen_matter::Column::Rating.is_not_null())
            .all()
            .await?;
        let mut ratings: HashMap<Uuid, Vec<i32>> = HashMap::new();
        for matter in rated {
            if let (Some(task), Some(rating)) = (matter.task_id, matter.rating) {
                ratings.entry(task).or_default().push(rating);
            }
        }
        Ok(Self {
            today: tx.session().today(),
            tasks: tasks.into_iter().map(|t| (t.id, t)).collect(),
            reached: reached.into_iter().map(|(id, _)| id).collect(),
            parents: parents.into_iter().filter_map(|(id, _)| id).collect(),
            records,
            files: files.into_iter().collect(),
            ratings,
            moments,
        })
    }

    /// Those of tasks that he carried out on that day of the period.
    fn key_moments(&self, duties: &[task_duty::Model], days: (NaiveDate, NaiveDate)) -> Vec<LedgerMoment> {
        let his = |step: &task_step::Model, on: NaiveDate| {
            duties.iter().any(|duty| {
                let carries_out = duty.kind == TaskDutyKind::Executing && duty.task_id == step.task_id;
                carries_out && duty.started_on <= on && duty.ended_on.is_none_or(|end| on <= end)
            })
        };
        let steps = self.moments.iter().map(|step| (step, today_in_shanghai(step.at)));
        steps
            .filter(|(step, on)| days.0 <= *on && *on <= days.1 && his(step, *on))
            .map(|(step, on)| LedgerMoment {
                task: self.reached.contains(&step.task_id).then(|| Ref::new(step.task_id)),
                on: Published(on),
                text: step.note.clone().unwrap_or_default(),
                recorded_by: step.actor_id.map(Ref::new),
            })
            .collect()
    }

    fn turn(&self, duty: &task_duty::Model, task: &task::Model, days: (NaiveDate, NaiveDate)) -> Turn {
        let mut record = self.records.get(&task.id).cloned().unwrap_or_default();
        // Progress that comes up from tasks below leaves no step: what it is now is known today.
        record.push((self.today, task.percent));
        let whole = Duty {
            from: duty.started_on,
            until: duty.ended_on,
            found: duty.inherited_percent,
            left: duty.left_percent.unwrap_or(task.percent),
            finished: task.finished_on,
        };
        turn(whole, &record, days)
    }

    fn entry(&self, duty: &task_duty::Model, days: (NaiveDate, NaiveDate)) -> Option<LedgerEntry> {
        let task = self.tasks.get(&duty.task_id)?;
        let turn = self.turn(duty, task, days);
        let parts = split(turn);
        // Who carries a task out adds what he adds; leading and assisting are listed, not counted again.
        let own = if duty.kind == TaskDutyKind::Executing { parts.own } else { 0 };
        let worth = if self.parents.contains(&task.id) { 0 } else { own };
        let rated = self.ratings.get(&task.id).map_or(&[] as &[i32], Vec::as_slice);
        let sum: i32 = rated.iter().sum();
        Some(LedgerEntry {
            task: self.reached.contains(&task.id).then(|| Ref::new(task.id)),
            title: task.title.clone(),
            kind: Gql(duty.kind),
            from: Published(duty.started_on),
            until: duty.ended_on.map(Published),
            inherited: parts.inherited,
            own,
            open: parts.open,
            standard_hours: Published(standard_hours(task.hours, task.difficulty, worth)),
            difficulty: task.difficulty,
            done_lamp: task.done_lamp.filter(|_| turn.is_done).map(Gql),
            rule_version: task.rule_version,
            evidence: self.files.get(&task.id).map_or(0, |n| whole(*n)),
            citizen_rating: Decimal::from(sum).checked_div(rated.len().into()).map(|m| Published(m.round_dp(1))),
        })
    }
}
