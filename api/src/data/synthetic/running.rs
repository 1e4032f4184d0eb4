//! Cases that are still under way, and those that were given up.

use chrono::NaiveDate;
use entities::values::{CaseAction, CaseItemState as Item, CaseState};
use serde_json::json;
use uuid::Uuid;

use crate::{
    data::synthetic::{
        cases::{CaseMaker, Stage, Subject, blank, note},
        chance::Chance,
        rows::at,
    },
    modules::matters::rules::clock::{ClockError, ItemClock},
};

impl CaseMaker<'_> {
    /// A case submitted some working days before a day, as far as its stage says. None where the calendar ends.
    pub fn running(
        &mut self,
        chance: &mut Chance,
        subject: &Subject<'_>,
        approval: Uuid,
        anchor: NaiveDate,
        stage: Stage,
    ) -> Result<(), ClockError> {
        let calendar = self.setting.calendar;
        let back = match stage {
            Stage::Fresh => 0,
            Stage::Halfway => 1,
            Stage::Waiting | Stage::Returned => 2,
            Stage::Overdue => 4,
        };
        let day = calendar.sub_workdays(anchor, back)?;
        let submitted = at(day, chance.between(520, 700));
        let case = self.case(chance, subject, approval, submitted, day);
        self.step(chance, &case, None, CaseAction::Submit, Some(subject.applicant), submitted);
        self.step(chance, &case, None, CaseAction::Start, None, submitted);
        let mut items = Vec::new();
        let branches = self.setting.matter.branches.clone();
        for (place, branch) in branches.iter().enumerate() {
            let mut item = blank(chance, &case, branch, submitted);
            let clock = ItemClock::start(calendar, day, u32::try_from(branch.limit_days).unwrap_or(2))?;
            item.started_on = Some(day);
            item.due_on = Some(clock.due_on);
            let handler = self.setting.handlers.get(&branch.handling_unit_id).copied();
            // The first agency that reads materials is the one with the trouble.
            item.state = match (stage, place) {
                (Stage::Fresh, _) => Item::Pending,
                (Stage::Halfway, 0 | 1) => Item::Done,
                (Stage::Halfway, 2..=4) => Item::Accepted,
                (Stage::Halfway, _) => Item::Pending,
                (Stage::Waiting, 3) => Item::Supplement,
                (Stage::Returned, 2) => Item::Returned,
                (Stage::Overdue, 4) => Item::Accepted,
                (Stage::Waiting | Stage::Returned, 5) => Item::Accepted,
                _ => Item::Done,
            };
            item.remind_on = matches!(item.state, Item::Pending | Item::Accepted).then_some(day);
            let next = calendar.add_workdays(day, back.min(1))?;
            let (accepted, ended) = (at(next, chance.between(720, 740)), at(next, chance.between(750, 1_030)));
            if item.state != Item::Pending {
                item.handler_id = handler;
                item.version = 2;
                item.updated_at = accepted;
                self.step(chance, &case, Some(item.id), CaseAction::Accept, handler, accepted);
            }
            let action = match item.state {
                Item::Done => CaseAction::Finish,
                Item::Supplement => CaseAction::RequestSupplement,
                Item::Returned => CaseAction::Return,
                _ => {
                    items.push(item);
                    continue;
                }
            };
            item.version = 3;
            item.updated_at = ended;
            self.step(chance, &case, Some(item.id), action, handler, ended);
            if item.state == Item::Done {
                item.finished_on = Some(next);
                item.worked_days = i32::try_from(clock.worked_days(calendar, next)?).ok();
                item.result = Some(format!("{}：已办结", branch.title));
            } else {
                item.paused_on = Some(next);
                item.reason = Some(note(action).into());
            }
            if item.state == Item::Supplement {
                item.wanted = json!({ "fields": [], "materials": ["id-card"] });
            }
            items.push(item);
        }
        self.files(chance, subject, &case, &items);
        self.rows.cases.push(case);
        self.rows.items.extend(items);
        Ok(())
    }

    /// A case that its applicant gave up the day after submitting it.
    pub fn cancelled(
        &mut self,
        chance: &mut Chance,
        subject: &Subject<'_>,
        approval: Uuid,
        day: NaiveDate,
    ) -> Result<(), ClockError> {
        let calendar = self.setting.calendar;
        let submitted = at(day, chance.between(520, 700));
        let ended = at(calendar.add_workdays(day, 1)?, chance.between(520, 1_000));
        let mut case = self.case(chance, subject, approval, submitted, day);
        case.state = CaseState::Cancelled;
        case.cancel_reason = Some(note(CaseAction::Cancel).into());
        case.version = 2;
        case.updated_at = ended;
        self.step(chance, &case, None, CaseAction::Submit, Some(subject.applicant), submitted);
        self.step(chance, &case, None, CaseAction::Start, None, submitted);
        self.step(chance, &case, None, CaseAction::Cancel, Some(subject.applicant), ended);
        let mut items = Vec::new();
        for branch in self.setting.matter.branches.clone() {
            let mut item = blank(chance, &case, &branch, submitted);
            let clock = ItemClock::start(calendar, day, u32::try_from(branch.limit_days).unwrap_or(2))?;
            item.state = Item::Cancelled;
            item.started_on = Some(day);
            item.due_on = Some(clock.due_on);
            item.version = 2;
            item.updated_at = ended;
            items.push(item);
        }
        self.files(chance, subject, &case, &items);
        self.rows.cases.push(case);
        self.rows.items.extend(items);
        Ok(())
    }
}
