//! Retirement cases that ran by the rules: approval, submission, seven agencies at once, working days only.

use std::collections::HashMap;

use chrono::{DateTime, Days, NaiveDate, Utc};
use entities::{
    appointment, approval, cadre, case_item, matter_case, person, personnel_effect,
    values::{ApprovalState, CadreState, CaseAction, CaseItemState, CaseKind, CaseState, EffectKind, TenantLevel},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    data::synthetic::{
        chance::Chance,
        matters::Matter,
        rows::{Rows, at},
    },
    kernel::{
        calendar::{CalendarError, WorkCalendar},
        year_month::YearMonth,
    },
    modules::{
        matters::{
            opening,
            rules::clock::{ClockError, ItemClock},
        },
        personnel::rules::forecast,
    },
};

/// Where cases run and who acts in them.
pub struct Setting<'a> {
    /// The tenant.
    pub tenant: Uuid,
    /// Its level.
    pub level: TenantLevel,
    /// What its documents' numbers begin with, such as 甬.
    pub document_prefix: &'a str,
    /// Working days.
    pub calendar: &'a WorkCalendar,
    /// The matter.
    pub matter: &'a Matter,
    /// The user who records approvals.
    pub approver: Uuid,
    /// The users who handle, by unit.
    pub handlers: &'a HashMap<Uuid, Uuid>,
    /// Today.
    pub today: NaiveDate,
    /// Whether to keep every step and file, or only the case and its items.
    pub detailed: bool,
}

/// Whom a case concerns.
pub struct Subject<'a> {
    /// The person.
    pub person: &'a person::Model,
    /// The cadre.
    pub cadre: &'a cadre::Model,
    /// The main post.
    pub appointment: &'a appointment::Model,
    /// The division of the unit served.
    pub division_code: &'a str,
    /// The month of retirement.
    pub month: YearMonth,
    /// The user who submits.
    pub applicant: Uuid,
}

/// What stood in a finished item's way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hurdle {
    /// Something had to be supplied (补正).
    Supplement,
    /// It was returned and submitted again (退回).
    Return,
}

/// How far a running case has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Every agency has still to accept it.
    Fresh,
    /// Some have accepted, some have finished.
    Halfway,
    /// One waits for the applicant, the others go on.
    Waiting,
    /// One has returned it, the others go on.
    Returned,
    /// One is past its day, the others have finished.
    Overdue,
}

/// Makes cases one after the other.
pub struct CaseMaker<'a> {
    /// Where the rows gather.
    pub rows: Rows,
    pub(super) setting: Setting<'a>,
    serial: u32,
}

impl<'a> CaseMaker<'a> {
    /// Starts; numbers of documents and cases count on from here.
    pub fn new(setting: Setting<'a>, serial: u32) -> Self {
        Self { rows: Rows::default(), setting, serial }
    }

    /// Approves a retirement on a day.
    pub fn approve(&mut self, chance: &mut Chance, subject: &Subject<'_>, decided_on: NaiveDate) -> Uuid {
        use chrono::Datelike;
        self.serial += 1;
        let created = at(decided_on, chance.between(520, 1_000));
        let id = chance.id(created);
        self.rows.approvals.push(approval::Model {
            tenant_id: self.setting.tenant,
            id,
            matter_key: super::matters::RETIREMENT.into(),
            cadre_id: subject.cadre.id,
            unit_id: subject.cadre.unit_id,
            document_number: format!("{}组退〔{}〕{}号", self.setting.document_prefix, decided_on.year(), self.serial),
            decided_on,
            effective_month: subject.month.to_string(),
            decided_by: self.setting.approver,
            rule_version: 1,
            choice: json!({
                "elastic": "STATUTORY",
                "statutoryMonth": subject.month.to_string(),
                "noticeOn": null,
                "writtenChoiceOn": null,
                "contributionMonths": subject.cadre.contribution_months,
            }),
            state: ApprovalState::Active,
            revoked_at: None,
            revoke_reason: None,
            version: 1,
            created_at: created,
        });
        id
    }

    /// A case submitted on a day and finished one or two working days later, or a little more if a hurdle
    /// stood in its way. None if that would be today or later, or where the calendar ends.
    pub fn finished(
        &mut self,
        chance: &mut Chance,
        subject: &Subject<'_>,
        approval: Uuid,
        day: NaiveDate,
        hurdle: Option<Hurdle>,
    ) -> Option<()> {
        let calendar = self.setting.calendar;
        let plans: Vec<Plan> = self.plan(chance, day, hurdle).ok()?;
        let (finished_on, minute) = plans.iter().map(|plan| (plan.end, plan.end_minute)).max()?;
        if finished_on >= self.setting.today {
            return None;
        }
        let worked = plans.iter().map(|plan| plan.clock.worked_days(calendar, plan.end).unwrap_or(0)).max()?;
        let submitted = at(day, chance.between(520, 990));
        let mut case = self.case(chance, subject, approval, submitted, day);
        case.state = CaseState::Done;
        case.finished_at = Some(at(finished_on, minute));
        case.finished_on = Some(finished_on);
        case.worked_days = i32::try_from(worked).ok();
        case.version = 2;
        case.updated_at = at(finished_on, minute);
        let setting = &self.setting;
        let mut items = Vec::new();
        for (branch, plan) in setting.matter.branches.iter().zip(&plans) {
            let mut item = blank(chance, &case, branch, submitted);
            let worked = plan.clock.worked_days(calendar, plan.end).unwrap_or(0);
            item.state = CaseItemState::Done;
            item.started_on = Some(day);
            item.due_on = Some(plan.clock.due_on);
            item.paused_days = i32::try_from(plan.clock.paused_days).unwrap_or(0);
            item.finished_on = Some(plan.end);
            item.worked_days = i32::try_from(worked).ok();
            item.handler_id = setting.handlers.get(&branch.handling_unit_id).copied();
            item.result = Some(format!("{}：已办结", branch.title));
            item.version = 3;
            item.updated_at = at(plan.end, plan.end_minute);
            items.push(item);
        }
        let effective_on = forecast::post_freed_on(subject.month);
        let applied = effective_on <= setting.today;
        let applied_at = applied.then(|| at(effective_on, 5));
        let effect = personnel_effect::Model {
            tenant_id: setting.tenant,
            id: chance.id(at(finished_on, minute)),
            case_id: case.id,
            cadre_id: subject.cadre.id,
            kind: EffectKind::Retire,
            effective_on,
            applied_at,
            detail: json!({
                "state": subject.cadre.state,
                "stateSince": subject.cadre.state_since,
                "ended": if applied { vec![subject.appointment.id] } else { vec![] },
            }),
            created_at: at(finished_on, minute),
        };
        if setting.detailed {
            self.history(chance, &case, &items, &plans, hurdle);
            self.files(chance, subject, &case, &items);
            self.rows.effects.push(effect);
        }
        self.rows.cases.push(case);
        self.rows.items.extend(items);
        Some(())
    }

    /// So many working days before a day; the day itself where the calendar begins.
    pub fn workday_before(&self, day: NaiveDate, days: u32) -> NaiveDate {
        self.setting.calendar.sub_workdays(day, days).unwrap_or(day)
    }

    /// The state that a finished case leaves a cadre in, and since when.
    pub fn after(&self, month: YearMonth, finished_on: NaiveDate) -> (CadreState, NaiveDate) {
        let effective_on = forecast::post_freed_on(month);
        if effective_on <= self.setting.today {
            (CadreState::Retired, effective_on)
        } else {
            (CadreState::Retiring, finished_on)
        }
    }

    pub(super) fn case(
        &mut self,
        chance: &mut Chance,
        subject: &Subject<'_>,
        approval: Uuid,
        submitted: DateTime<Utc>,
        day: NaiveDate,
    ) -> matter_case::Model {
        let id = chance.id(submitted);
        matter_case::Model {
            tenant_id: self.setting.tenant,
            id,
            number: opening::number(subject.division_code, day, id),
            kind: CaseKind::Ordinary,
            matter_id: self.setting.matter.id,
            approval_id: approval,
            cadre_id: subject.cadre.id,
            unit_id: subject.cadre.unit_id,
            applicant_id: subject.applicant,
            form: form(chance, subject),
            warnings: json!([]),
            state: CaseState::Running,
            level: self.setting.level,
            division_code: subject.division_code.into(),
            submitted_at: submitted,
            submitted_on: day,
            finished_at: None,
            finished_on: None,
            worked_days: None,
            cancel_reason: None,
            offline_steps: 0,
            version: 1,
            created_at: submitted,
            updated_at: submitted,
        }
    }

    /// When each agency finishes. The hurdle is the first agency's that needs materials.
    fn plan(&self, chance: &mut Chance, day: NaiveDate, hurdle: Option<Hurdle>) -> Result<Vec<Plan>, ClockError> {
        let calendar = self.setting.calendar;
        let mut left = hurdle;
        let mut plans = Vec::new();
        for branch in &self.setting.matter.branches {
            let clock = ItemClock::start(calendar, day, u32::try_from(branch.limit_days).unwrap_or(2))?;
            let has_materials = branch.materials.as_array().is_some_and(|keys| !keys.is_empty());
            let end_minute = chance.between(545, 1_030);
            let accepted_minute = chance.between(515, 540);
            let Some(_) = left.filter(|_| has_materials) else {
                let days = if chance.permille(620) { 1 } else { 2 };
                let end = calendar.add_workdays(day, days)?;
                plans.push(Plan { clock, end, end_minute, accepted_minute, stopped: None });
                continue;
            };
            left = None;
            let stop = calendar.add_workdays(day, 1)?;
            let go = calendar.add_workdays(stop, chance.between(1, 3))?;
            let clock = clock.pause(stop)?.resume(calendar, go)?;
            let stopped = Some((stop, go));
            let end = calendar.add_workdays(go, 1)?.min(clock.due_on);
            plans.push(Plan { clock, end, end_minute, accepted_minute, stopped });
        }
        Ok(plans)
    }
}

/// How one agency's item went.
pub(super) struct Plan {
    pub(super) clock: ItemClock,
    pub(super) end: NaiveDate,
    pub(super) end_minute: u32,
    pub(super) accepted_minute: u32,
    /// Between which days it stood still.
    pub(super) stopped: Option<(NaiveDate, NaiveDate)>,
}

/// An item just made.
pub(super) fn blank(
    chance: &mut Chance,
    case: &matter_case::Model,
    branch: &entities::matter_branch::Model,
    created: DateTime<Utc>,
) -> case_item::Model {
    case_item::Model {
        tenant_id: case.tenant_id,
        id: chance.id(created),
        case_id: case.id,
        branch_id: branch.id,
        key: branch.key.clone(),
        title: branch.title.clone(),
        handling_unit_id: branch.handling_unit_id,
        is_mandatory: branch.is_mandatory,
        state: CaseItemState::Pending,
        limit_days: branch.limit_days,
        started_on: None,
        due_on: None,
        remind_on: None,
        paused_on: None,
        paused_days: 0,
        finished_on: None,
        worked_days: None,
        reason: None,
        wanted: json!({}),
        handler_id: None,
        result: None,
        version: 1,
        created_at: created,
        updated_at: created,
    }
}

/// The one form, as the matter's schema wants it.
fn form(chance: &mut Chance, subject: &Subject<'_>) -> serde_json::Value {
    let bank = chance.one(&["中国工商银行", "中国农业银行", "中国银行", "中国建设银行", "宁波银行"]).copied();
    json!({
        "idNumber": subject.person.id_number,
        "name": subject.person.name,
        "phone": subject.person.phone,
        "address": format!("浙江省{}幸福路{}号", subject.person.native_place.as_deref().unwrap_or_default().trim_start_matches("浙江"), chance.between(1, 300)),
        "retirementMonth": subject.month.to_string(),
        "elastic": "STATUTORY",
        "bankName": bank,
        "bankAccount": format!("6222{}", chance.digits(15)),
        "pensionAccount": chance.digits(10),
        "annuityAccount": chance.digits(10),
        "medicalAccount": chance.digits(10),
        "housingFundAccount": chance.digits(12),
        "housingFundWithdrawal": true,
        "hasCommuterCar": false,
        "commutingAllowance": true,
        "accessCardReturned": true,
    })
}

/// The last working day before today on which a case can still run within the calendar.
pub fn anchor(calendar: &WorkCalendar, today: NaiveDate) -> Result<NaiveDate, CalendarError> {
    let year = calendar.last_year().ok_or(CalendarError::Empty)?;
    let last = NaiveDate::from_ymd_opt(year, 12, 15).unwrap_or(today);
    calendar.sub_workdays(today.min(last), 1)
}

/// The day before.
pub fn eve(day: NaiveDate) -> NaiveDate {
    day.checked_sub_days(Days::new(1)).unwrap_or(day)
}

/// What an action of a step is called when it is told in words.
pub(super) fn note(action: CaseAction) -> &'static str {
    match action {
        CaseAction::RequestSupplement => "身份证复印件不清晰，请重新上传",
        CaseAction::Supply => "已重新上传身份证",
        CaseAction::Return => "档案出生时间与申请表不一致，请核实",
        CaseAction::Resubmit => "已核实并修改",
        CaseAction::Cancel => "本人申请暂缓办理",
        _ => "",
    }
}
