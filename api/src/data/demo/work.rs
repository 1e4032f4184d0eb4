//! The demo's work: retirements of the last year, those under way, and people who are about to retire.

use chrono::NaiveDate;
use entities::values::{CadreState, RoleName};

use crate::{
    data::{
        demo::{tenant::Making, users::Users},
        synthetic::{
            cases::{CaseMaker, Hurdle, Setting, Stage, Subject, anchor},
            chance::Chance,
            identity::IdNumbers,
            matters::Matter,
            people::Made,
            populate::Populace,
            profile::rule_category,
            rows::Rows,
        },
    },
    kernel::{partial_date::PartialDate, year_month::YearMonth},
    modules::personnel::rules::retirement::statutory,
};

/// Finished cases of a tenant, as a share of its people.
const FINISHED_PERMILLE: usize = 70;
/// Cases under way: two of each stage.
const STAGES: [Stage; 10] = [
    Stage::Fresh,
    Stage::Halfway,
    Stage::Waiting,
    Stage::Returned,
    Stage::Overdue,
    Stage::Fresh,
    Stage::Halfway,
    Stage::Waiting,
    Stage::Returned,
    Stage::Overdue,
];

/// Makes the cases and the people they concern.
pub(super) fn make(
    chance: &mut Chance,
    making: &Making<'_>,
    matter: &Matter,
    populace: &Populace<'_>,
    numbers: &mut IdNumbers,
    users: &mut Users,
    people: &mut Vec<Made>,
) -> Rows {
    let calendar = making.platform.calendar();
    let handlers = users.handlers.clone();
    let setting = Setting {
        tenant: making.tenant,
        level: making.sketch.level,
        document_prefix: making.sketch.document_prefix,
        calendar,
        matter,
        approver: users.approver,
        handlers: &handlers,
        today: making.today,
        detailed: true,
    };
    let mut maker = CaseMaker::new(setting, 0);
    // Where the calendar ends there are no cases: a date that cannot be computed is worse than none.
    let Ok(anchor) = anchor(calendar, making.today) else { return maker.rows };
    let now = YearMonth::of(making.today);
    let mut subjects = Vec::new();
    // Of the last year, oldest first.
    let finished = making.sketch.people * FINISHED_PERMILLE / 1_000;
    for number in (1..=finished).rev() {
        let back = u32::try_from(8 + number * 230 / finished.max(1)).unwrap_or(8);
        let Ok(day) = calendar.sub_workdays(anchor, back) else { continue };
        let month = YearMonth::of(day).add_months(i32::from(chance.permille(400)));
        let Some(made) = populace.retiring(chance, numbers, month) else { continue };
        subjects.push((made, day, Course::Finished(hurdle(chance))));
    }
    for stage in STAGES {
        let month = now.add_months(chance.between(0, 2));
        let Some(made) = populace.retiring(chance, numbers, month) else { continue };
        subjects.push((made, anchor, Course::Running(stage)));
    }
    for back in [40, 90] {
        let Ok(day) = calendar.sub_workdays(anchor, back) else { continue };
        let Some(made) = populace.retiring(chance, numbers, now.add_months(2)) else { continue };
        subjects.push((made, day, Course::Cancelled));
    }
    // Approved and waiting for their own submission: the first one is the applicant whose token is printed.
    for later in [1, 2, 2, 3] {
        let Some(made) = populace.retiring(chance, numbers, now.add_months(later)) else { continue };
        subjects.push((made, anchor, Course::Approved));
    }
    let mut shown = Some("applicant");
    for (made, day, course) in subjects {
        let key = if course == Course::Approved { shown.take() } else { None };
        let applicant = users.add(chance, making, &made, key, RoleName::Applicant, made.person.unit_id);
        let unit = making.org.units.iter().find(|unit| unit.id == made.person.unit_id);
        let division = unit.map_or(making.sketch.division_code, |unit| &unit.division_code);
        let made = run(chance, &mut maker, made, division, applicant, day, course);
        people.push(made);
    }
    maker.rows
}

#[derive(Clone, Copy, PartialEq)]
enum Course {
    Finished(Option<Hurdle>),
    Running(Stage),
    Cancelled,
    Approved,
}

fn run(
    chance: &mut Chance,
    maker: &mut CaseMaker<'_>,
    mut made: Made,
    division_code: &str,
    applicant: uuid::Uuid,
    day: NaiveDate,
    course: Course,
) -> Made {
    let month = month_of(&made).unwrap_or(YearMonth::of(day));
    let subject = Subject {
        person: &made.person,
        cadre: &made.cadre,
        appointment: &made.appointment,
        division_code,
        month,
        applicant,
    };
    let decided_on = maker.workday_before(day, chance.between(2, 12));
    let approval = maker.approve(chance, &subject, decided_on);
    let outcome = match course {
        Course::Finished(hurdle) => {
            let done = maker.finished(chance, &subject, approval, day, hurdle);
            let finished_on = maker.rows.cases.last().and_then(|case| case.finished_on);
            done.and(finished_on).map(|finished_on| maker.after(month, finished_on))
        }
        Course::Running(stage) => {
            // The calendar reaches this far: `anchor` has seen to it.
            let _ = maker.running(chance, &subject, approval, day, stage);
            None
        }
        Course::Cancelled => {
            let _ = maker.cancelled(chance, &subject, approval, day);
            None
        }
        Course::Approved => None,
    };
    if let Some((state, since)) = outcome {
        made.cadre.state = state;
        made.cadre.state_since = since;
        made.cadre.version = 2;
        if state == CadreState::Retired {
            made.appointment.ended_on =
                Some(crate::data::synthetic::cases::eve(since).max(made.appointment.started_on));
            made.appointment.version = 2;
        }
    }
    made
}

fn month_of(made: &Made) -> Option<YearMonth> {
    let birth: PartialDate = made.cadre.archive_birth.parse().ok()?;
    Some(statutory(rule_category(made.cadre.category), birth).month)
}

fn hurdle(chance: &mut Chance) -> Option<Hurdle> {
    chance.weighted(&[(None, 84), (Some(Hurdle::Supplement), 10), (Some(Hurdle::Return), 6)]).flatten()
}
