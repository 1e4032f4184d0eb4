//! How a case begins (办件受理): its items, materials and first steps, all in the caller's transaction (H-03).

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use entities::{
    agency_route, approval, case_item, case_item_material, case_material, matter, matter_branch, matter_case, unit,
    values::{CaseAction, CaseItemState, CaseKind, CaseState, MatterState, TenantLevel},
};
use sea_orm::{ColumnTrait, Order, Set};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    kernel::{
        calendar::WorkCalendar,
        error::{Code, Fault, UserError},
        flow::{Branch, Flow},
        tx::Tx,
    },
    modules::{
        matters::{
            rules::{clock::ItemClock, jurisdiction},
            steps::{self, Step},
            warned,
        },
        plugins::{connectors::queue, transitions::queue::moved, warnings::Acknowledged},
    },
};

/// What a new case is made of.
pub struct Opening<'a> {
    /// Ordinary or reversal.
    pub kind: CaseKind,
    /// The start point.
    pub approval: &'a approval::Model,
    /// The version of the matter, with its branches.
    pub matter: &'a matter::Model,
    /// The branches in their order.
    pub branches: &'a [matter_branch::Model],
    /// Who submits.
    pub applicant: Uuid,
    /// The one form.
    pub form: Json,
    /// Keys of materials with their files.
    pub materials: Vec<(String, Uuid)>,
    /// Warnings in spite of which it is submitted.
    pub warned: Option<Acknowledged>,
}

/// The version of a matter that new cases begin with, unless the tenant's catalogue has none in force.
pub async fn in_force(tx: &Tx, key: &str, field: &str) -> Result<matter::Model, Fault> {
    let matter = tx
        .parts::<matter::Entity>()
        .filter(matter::Column::Key.eq(key))
        .filter(matter::Column::State.is_in([MatterState::Active, MatterState::Announced]))
        .filter(matter::Column::EffectiveFrom.lte(tx.session().today()))
        .order_by(matter::Column::Number, Order::Desc)
        .one()
        .await?;
    matter.ok_or_else(|| {
        let (zh, en) = (format!("事项 {key} 未开通"), format!("The tenant offers no matter {key}."));
        UserError::new(Code::MatterNotOffered, field, zh, en).into()
    })
}

/// The branches of a version of a matter, in their order.
pub async fn branches(tx: &Tx, matter: Uuid) -> Result<Vec<matter_branch::Model>, Fault> {
    let branches = tx.parts::<matter_branch::Entity>().filter(matter_branch::Column::MatterId.eq(matter));
    Ok(branches.order_by(matter_branch::Column::Position, Order::Asc).all().await?)
}

/// The flow that a matter's branches make.
pub fn flow(branches: &[matter_branch::Model]) -> Result<Flow, Fault> {
    let branch = |b: &matter_branch::Model| Branch {
        key: b.key.clone(),
        depends_on: texts(&b.depends_on),
        mandatory: b.is_mandatory,
        limit_days: u32::try_from(b.limit_days).unwrap_or(0),
    };
    Flow::new(branches.iter().map(branch).collect()).map_err(|faults| {
        tracing::error!(?faults, "a matter's flow is not well defined");
        Code::InternalServerError.into()
    })
}

/// The texts of a JSON list.
pub fn texts(list: &Json) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_string).collect()
}

/// The clock of an item that starts today, or the refusal where the calendar ends (H-04).
pub fn start_clock(calendar: &WorkCalendar, today: NaiveDate, limit_days: i32) -> Result<ItemClock, Fault> {
    ItemClock::start(calendar, today, u32::try_from(limit_days).unwrap_or(0)).map_err(|error| {
        UserError::new(Code::CalendarExhausted, "input", "工作日历尚未公布到所需日期", error.to_string()).into()
    })
}

impl Opening<'_> {
    /// Writes the case with everything that belongs to it. All items that wait for nothing start at this
    /// instant (H-03).
    pub async fn write(self, tx: &Tx) -> Result<Uuid, Fault> {
        let (now, today) = (tx.session().now(), tx.session().today());
        let unit = tx.parts::<unit::Entity>().id(self.approval.unit_id).required().await?;
        let id = tx.new_id();
        tx.insert(matter_case::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            number: Set(number(&unit.division_code, today, id)),
            kind: Set(self.kind),
            matter_id: Set(self.matter.id),
            approval_id: Set(self.approval.id),
            cadre_id: Set(self.approval.cadre_id),
            unit_id: Set(unit.id),
            applicant_id: Set(self.applicant),
            form: Set(self.form.clone()),
            warnings: Set(warned::with(&json!([]), self.warned.as_ref(), None, now)),
            state: Set(CaseState::Running),
            level: Set(level(&unit.division_code)),
            division_code: Set(unit.division_code.clone()),
            submitted_at: Set(now),
            submitted_on: Set(today),
            finished_at: Set(None),
            finished_on: Set(None),
            worked_days: Set(None),
            cancel_reason: Set(None),
            offline_steps: Set(0),
            // It begins with two steps.
            version: Set(2),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        let (mut materials, mut rows) = (HashMap::new(), vec![]);
        for (key, attachment) in &self.materials {
            let own = tx.new_id();
            materials.insert(key.as_str(), own);
            rows.push(material(tx, (id, own), key, *attachment));
        }
        tx.insert_many(rows).await?;
        let flow = flow(self.branches)?;
        let keys = self.branches.iter().map(|branch| branch.key.as_str());
        let routes =
            tx.parts::<agency_route::Entity>().filter(agency_route::Column::BranchKey.is_in(keys)).all().await?;
        let ready: BTreeSet<&str> = flow.ready(&BTreeSet::new()).into_iter().collect();
        let (mut items, mut links, mut started) = (vec![], vec![], vec![]);
        for branch in self.branches {
            let handler = routed(&routes, branch, &unit.division_code);
            let item = tx.new_id();
            let starts = ready.contains(branch.key.as_str());
            items.push(new_item(tx, (id, item), branch, handler, starts, now)?);
            started.extend(starts.then_some((branch.key.as_str(), item)));
            let seen = texts(&branch.materials).into_iter().filter_map(|key| materials.get(key.as_str()).copied());
            links.extend(seen.map(|material| link_row(tx, item, material)));
        }
        tx.insert_many(items).await?;
        tx.insert_many(links).await?;
        for (branch, item) in started {
            queue::item_started(tx, self.matter, self.kind, branch, item).await?;
        }
        moved(tx, self.matter, id, "", "RUNNING").await?;
        let actor = Some(tx.session().user_id());
        let reason = self.warned.as_ref().map(|warned| warned.reason.as_str());
        let step = |action, note| Step { case_id: id, item_id: None, action, actor, note };
        let steps =
            [(step(CaseAction::Submit, reason), "case.submitted"), (step(CaseAction::Start, None), "case.started")];
        steps::begin(tx, &steps, "RUNNING").await?;
        Ok(id)
    }
}

/// An item of a case that is being opened: its ids are those of the case and its own.
fn new_item(
    tx: &Tx,
    (case_id, id): (Uuid, Uuid),
    branch: &matter_branch::Model,
    handling_unit: Uuid,
    starts: bool,
    now: DateTime<Utc>,
) -> Result<case_item::ActiveModel, Fault> {
    let clock = match starts {
        true => Some(start_clock(tx.session().calendar(), tx.session().today(), branch.limit_days)?),
        false => None,
    };
    Ok(case_item::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(id),
        case_id: Set(case_id),
        branch_id: Set(branch.id),
        key: Set(branch.key.clone()),
        title: Set(branch.title.clone()),
        handling_unit_id: Set(handling_unit),
        is_mandatory: Set(branch.is_mandatory),
        state: Set(if starts { CaseItemState::Pending } else { CaseItemState::Waiting }),
        limit_days: Set(branch.limit_days),
        started_on: Set(clock.map(|c| c.started_on)),
        due_on: Set(clock.map(|c| c.due_on)),
        remind_on: Set(clock.map(|c| c.started_on)),
        paused_on: Set(None),
        paused_days: Set(0),
        finished_on: Set(None),
        worked_days: Set(None),
        reason: Set(None),
        wanted: Set(json!({})),
        handler_id: Set(None),
        result: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    })
}

/// The unit that handles a branch for a division: that of the nearest route, else the matter's own.
fn routed(routes: &[agency_route::Model], branch: &matter_branch::Model, division: &str) -> Uuid {
    let fitting: Vec<&agency_route::Model> = routes.iter().filter(|route| route.branch_key == branch.key).collect();
    let nearest = jurisdiction::nearest(fitting.iter().map(|route| route.division_code.as_str()), division);
    nearest.and_then(|place| fitting.get(place)).map_or(branch.handling_unit_id, |route| route.unit_id)
}

/// Adds a material to a case.
pub async fn add_material(tx: &Tx, case_id: Uuid, key: &str, attachment_id: Uuid) -> Result<Uuid, Fault> {
    Ok(tx.insert(material(tx, (case_id, tx.new_id()), key, attachment_id)).await?.id)
}

/// A material of a case: its ids are those of the case and its own.
fn material(tx: &Tx, (case_id, id): (Uuid, Uuid), key: &str, attachment_id: Uuid) -> case_material::ActiveModel {
    case_material::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(id),
        case_id: Set(case_id),
        key: Set(key.to_string()),
        attachment_id: Set(attachment_id),
        created_at: Set(tx.session().now()),
    }
}

/// Lets an item see a material of its case.
pub async fn link(tx: &Tx, case_item_id: Uuid, case_material_id: Uuid) -> Result<(), Fault> {
    tx.insert(link_row(tx, case_item_id, case_material_id)).await?;
    Ok(())
}

fn link_row(tx: &Tx, case_item_id: Uuid, case_material_id: Uuid) -> case_item_material::ActiveModel {
    case_item_material::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        case_item_id: Set(case_item_id),
        case_material_id: Set(case_material_id),
    }
}

/// A case's number (办件编号): division, date, and eight characters of the id, which no counter has to hand out.
pub fn number(division: &str, on: NaiveDate, id: Uuid) -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let tail: String = (0..8)
        .rev()
        .map(|place| {
            let digit = (id.as_u128() >> (place * 5)) & 31;
            char::from(DIGITS[digit as usize])
        })
        .collect();
    format!("{division}-{}-{tail}", on.format("%Y%m%d"))
}

/// The level a division is of, by its GB/T 2260 code (J-01).
pub fn level(division: &str) -> TenantLevel {
    match (division.ends_with("0000"), division.ends_with("00")) {
        (true, _) => TenantLevel::Province,
        (_, true) => TenantLevel::City,
        _ => TenantLevel::County,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn h_01_case_number_names_place_and_day_and_is_the_ids() {
        let on = "2026-11-22".parse().unwrap();
        let id = |n: u128| Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 | n);
        assert_eq!(number("330203", on, id(0)), "330203-20261122-00000000");
        assert_eq!(number("330203", on, id(31)), "330203-20261122-0000000Z");
        assert_eq!(number("330203", on, id((1 << 40) - 1)), "330203-20261122-ZZZZZZZZ");
        assert_ne!(number("330203", on, id(1 << 39)), number("330203", on, id(0)));
    }

    #[test]
    fn j_01_level_of_a_division() {
        assert_eq!(level("330000"), TenantLevel::Province);
        assert_eq!(level("330200"), TenantLevel::City);
        assert_eq!(level("330203"), TenantLevel::County);
    }

    #[test]
    fn h_04_a_clock_stops_where_the_calendar_ends() {
        let calendar = WorkCalendar::default();
        let refusal = start_clock(&calendar, "2025-09-26".parse().unwrap(), 2).unwrap_err();
        assert!(matches!(refusal, Fault::Refused(errors) if errors[0].code == Code::CalendarExhausted));
    }
}
