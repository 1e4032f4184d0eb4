//! Items of work with trees of four levels (事项与四级分解, I-05), their leaves carried out so far by chance, and what
//! stands above them added up as the platform adds it up.

use chrono::{DateTime, Days, NaiveDate, Utc};
use entities::{
    task, task_duty, task_step,
    values::{TaskAction, TaskCycle, TaskDutyKind, TaskLevel, TaskState, WorkItemClass, WorkItemKind, WorkItemState},
    work_item,
};
use uuid::Uuid;

use crate::{
    data::synthetic::{chance::Chance, rows::Rows, rows::at},
    modules::tasks::{
        commands::stored_lamp,
        rules::{
            course::rolled_up,
            lamp::{Span, Thresholds, done, outlook},
        },
    },
};

/// Tasks of an item: one, with three below it at each of three levels.
pub const NODES: u64 = 1 + 3 + 9 + 27;

const LEVELS: [(TaskLevel, &str); 4] =
    [(TaskLevel::Task, "任务"), (TaskLevel::Project, "项目"), (TaskLevel::Plan, "计划"), (TaskLevel::Process, "进程")];
const FIELDS: [&str; 6] = ["生态工业", "乡村振兴", "民生实事", "城市建设", "营商环境", "基层治理"];

/// Where trees grow.
pub struct Ground<'a> {
    /// The tenant.
    pub tenant: Uuid,
    /// Units that lead items and tasks.
    pub units: &'a [Uuid],
    /// Who carries tasks out.
    pub users: &'a [Uuid],
    /// Who publishes and judges.
    pub publisher: Uuid,
    /// As of which day.
    pub today: NaiveDate,
}

/// What a task's days and people are drawn from.
struct Place {
    item: Uuid,
    parent: Option<Uuid>,
    path: String,
    depth: usize,
    span: Span,
    unit: Uuid,
}

impl Ground<'_> {
    /// Grows an item with its tree.
    pub fn grow(&self, chance: &mut Chance, number: u64, rows: &mut Rows) {
        let start = self.today.checked_sub_days(Days::new(chance.between(20, 300))).unwrap_or(self.today);
        let end = start.checked_add_days(Days::new(chance.between(120, 360))).unwrap_or(start);
        let created = at(start, 540);
        let (Some(unit), Some(field)) = (chance.one(self.units).copied(), chance.one(&FIELDS)) else { return };
        let item = work_item::Model {
            tenant_id: self.tenant,
            id: chance.id(created),
            title: format!("{field}事项{number}"),
            source_id: None,
            kind: if chance.permille(600) { WorkItemKind::Construction } else { WorkItemKind::Indicator },
            class: if chance.permille(700) { WorkItemClass::Battle } else { WorkItemClass::KeyWork },
            field: (*field).to_string(),
            indicator: None,
            unit_id: unit,
            year: chrono::Datelike::year(&start),
            plan_start: start,
            plan_end: end,
            state: WorkItemState::Open,
            template_id: None,
            score: None,
            evaluation: None,
            closed_by: None,
            closed_at: None,
            created_by: self.publisher,
            events: 0,
            version: 1,
            created_at: created,
            updated_at: created,
        };
        let top = Place { item: item.id, parent: None, path: "/".into(), depth: 0, span: Span { start, end }, unit };
        rows.work_items.push(item);
        self.node(chance, top, 0, created, rows);
    }

    /// Grows a task with what is below it; returns its progress, hours and whether it is done.
    fn node(
        &self,
        chance: &mut Chance,
        place: Place,
        position: i32,
        created: DateTime<Utc>,
        rows: &mut Rows,
    ) -> (i32, i32, Option<NaiveDate>) {
        let Some((level, word)) = LEVELS.get(place.depth).copied() else { return (0, 0, None) };
        let id = chance.id(created);
        let path = format!("{}{}/", place.path, id.simple());
        let (place_of, executor) = (rows.tasks.len(), chance.one(self.users).copied());
        let hours = chance.between(4, 80);
        rows.tasks.push(self.draft(&place, id, path.clone(), (level, word, position, hours), created));
        let leaf = place.depth + 1 == LEVELS.len();
        let (percent, finished, started) = if leaf {
            self.carry_out(chance, &place, id, executor, created, rows)
        } else {
            let mut below = vec![];
            for n in 0..3 {
                let span = third(place.span, n);
                let unit = chance.one(self.units).copied().unwrap_or(place.unit);
                let child = Place { parent: Some(id), path: path.clone(), depth: place.depth + 1, span, unit, ..place };
                below.push(self.node(chance, child, i32::try_from(n).unwrap_or(0), created, rows));
            }
            let shares: Vec<(i32, i32)> = below.iter().map(|(percent, hours, _)| (*percent, *hours)).collect();
            let percent = rolled_up(&shares);
            (percent, None, (percent > 0).then_some(place.span.start))
        };
        let look = outlook(place.span, percent, Thresholds::default());
        if let Some(task) = rows.tasks.get_mut(place_of) {
            task.percent = percent;
            (task.red_from, task.blue_until) = (look.red_from, look.blue_until);
            (task.started_on, task.finished_on) = (started, finished);
            task.state = match (finished, started) {
                (Some(_), _) => TaskState::Evaluated,
                (None, Some(_)) => TaskState::UnderWay,
                (None, None) => TaskState::Published,
            };
            if let Some(day) = finished {
                let (lamp, is_late) = done(place.span, day, Thresholds::default());
                (task.done_lamp, task.is_late) = (Some(stored_lamp(lamp)), is_late);
                (task.evaluated_by, task.evaluated_at) = (Some(self.publisher), Some(at(day, 1000)));
                task.score = Some(chance.between(60, 100));
            }
            if started.is_some() {
                (task.accepted_by, task.accepted_at) = (executor, Some(at(place.span.start, 560)));
            }
            task.executor_id = executor;
            task.has_error = leaf && finished.is_none() && started.is_some() && chance.permille(60);
        }
        if let Some(user) = executor {
            rows.duties.push(self.duty(chance, &place, id, user, created));
        }
        (percent, hours, finished)
    }

    /// What has come of a leaf by today: its progress, the day it was done and the day it was begun.
    fn carry_out(
        &self,
        chance: &mut Chance,
        place: &Place,
        id: Uuid,
        actor: Option<Uuid>,
        created: DateTime<Utc>,
        rows: &mut Rows,
    ) -> (i32, Option<NaiveDate>, Option<NaiveDate>) {
        self.step(chance, place, id, (TaskAction::Publish, Some(self.publisher), None), created, rows);
        if place.span.start > self.today || chance.permille(60) {
            return (0, None, None);
        }
        let over = place.span.end < self.today;
        let finished = (over && !chance.permille(150)).then(|| {
            let late = chance.between(0, 12);
            place.span.end.checked_sub_days(Days::new(6)).and_then(|day| day.checked_add_days(Days::new(late)))
        });
        let finished = finished.flatten().map(|day| day.clamp(place.span.start, self.today));
        let percent = if finished.is_some() { 100 } else { chance.between(5, 95) };
        let begun = at(place.span.start, 560);
        self.step(chance, place, id, (TaskAction::Accept, actor, None), begun, rows);
        self.step(chance, place, id, (TaskAction::Progress, actor, Some(percent / 2)), begun, rows);
        match finished {
            Some(day) => {
                self.step(chance, place, id, (TaskAction::Feedback, actor, Some(100)), at(day, 900), rows);
                let judged = (TaskAction::Evaluate, Some(self.publisher), Some(100));
                self.step(chance, place, id, judged, at(day, 1000), rows);
            }
            None => self.step(chance, place, id, (TaskAction::Progress, actor, Some(percent)), begun, rows),
        }
        (percent, finished, Some(place.span.start))
    }

    fn step(
        &self,
        chance: &mut Chance,
        place: &Place,
        task_id: Uuid,
        (action, actor_id, percent): (TaskAction, Option<Uuid>, Option<i32>),
        at: DateTime<Utc>,
        rows: &mut Rows,
    ) {
        rows.task_steps.push(task_step::Model {
            tenant_id: self.tenant,
            id: chance.id(at),
            task_id,
            item_id: place.item,
            action,
            actor_id,
            note: None,
            percent,
            at,
        });
    }

    fn duty(
        &self,
        chance: &mut Chance,
        place: &Place,
        task_id: Uuid,
        user_id: Uuid,
        at: DateTime<Utc>,
    ) -> task_duty::Model {
        task_duty::Model {
            tenant_id: self.tenant,
            id: chance.id(at),
            task_id,
            kind: TaskDutyKind::Executing,
            user_id,
            unit_id: place.unit,
            started_on: place.span.start,
            ended_on: None,
            inherited_percent: 0,
            left_percent: None,
            is_level_matched: None,
        }
    }

    fn draft(
        &self,
        place: &Place,
        id: Uuid,
        path: String,
        (level, word, position, hours): (TaskLevel, &str, i32, i32),
        created: DateTime<Utc>,
    ) -> task::Model {
        task::Model {
            tenant_id: self.tenant,
            id,
            item_id: place.item,
            parent_id: place.parent,
            path,
            level,
            cycle: TaskCycle::Monthly,
            title: format!("{word}{}", position + 1),
            position,
            map_x: position * 100,
            map_y: i32::try_from(place.depth).unwrap_or(0) * 100,
            place: Some("县城".into()),
            nature: Some("建设".into()),
            quantity: Some(10),
            measure: Some("项".into()),
            unit_id: place.unit,
            executor_id: None,
            service_id: None,
            standard_id: None,
            difficulty: 100,
            hours,
            plan_start: place.span.start,
            plan_end: place.span.end,
            state: TaskState::Draft,
            percent: 0,
            started_on: None,
            finished_on: None,
            is_late: false,
            has_error: false,
            error_reason: None,
            red_from: place.span.end,
            blue_until: None,
            done_lamp: None,
            rule_version: 0,
            published_by: Some(self.publisher),
            published_at: Some(created),
            accepted_by: None,
            accepted_at: None,
            evaluated_by: None,
            evaluated_at: None,
            score: None,
            archived_at: None,
            version: 1,
            created_at: created,
            updated_at: created,
        }
    }
}

/// A third of a plan's days, the last one with what is left over.
fn third(span: Span, n: u64) -> Span {
    let days = u64::try_from((span.end - span.start).num_days()).unwrap_or(0);
    let after = |days| span.start.checked_add_days(Days::new(days)).unwrap_or(span.end);
    let end = if n == 2 { span.end } else { after((days + 1) * (n + 1) / 3).pred_opt().unwrap_or(span.end) };
    Span { start: after((days + 1) * n / 3), end: end.max(after((days + 1) * n / 3)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn i_05_a_tree_keeps_the_rules_of_trees() {
        let today: NaiveDate = "2026-10-30".parse().unwrap();
        let (units, users) = ([Uuid::from_u128(1), Uuid::from_u128(2)], [Uuid::from_u128(3)]);
        let ground = Ground { tenant: Uuid::nil(), units: &units, users: &users, publisher: Uuid::from_u128(4), today };
        let grow = || {
            let (mut chance, mut rows) = (Chance::new(5, 0), Rows::default());
            (0..20).for_each(|n| ground.grow(&mut chance, n, &mut rows));
            rows
        };
        let rows = grow();
        assert_eq!(rows, grow(), "the same seed, the same trees");
        assert_eq!((rows.work_items.len() as u64, rows.tasks.len() as u64), (20, 20 * NODES));
        for task in &rows.tasks {
            let (start, end) = task.parent_id.map_or_else(
                || rows.work_items.iter().find(|i| i.id == task.item_id).map(|i| (i.plan_start, i.plan_end)).unwrap(),
                |id| rows.tasks.iter().find(|t| t.id == id).map(|t| (t.plan_start, t.plan_end)).unwrap(),
            );
            assert!(start <= task.plan_start && task.plan_start <= task.plan_end && task.plan_end <= end);
            assert_eq!(task.finished_on.is_some(), task.done_lamp.is_some());
            assert!(task.finished_on.is_none_or(|day| task.plan_start <= day && day <= today));
            let below: Vec<(i32, i32)> =
                rows.tasks.iter().filter(|t| t.parent_id == Some(task.id)).map(|t| (t.percent, t.hours)).collect();
            if !below.is_empty() {
                assert_eq!((task.percent, below.len()), (rolled_up(&below), 3));
            }
        }
        let done = rows.tasks.iter().filter(|task| task.finished_on.is_some()).count();
        assert!(done > 50 && done < rows.tasks.len(), "{done}");
    }
}
