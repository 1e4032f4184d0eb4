//! Closes a month (月度结算): its plates are hung and stay; a correction hangs new ones beside the old (I-02).

use std::collections::{BTreeMap, HashSet};

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    month_close, plate, task, task_plan,
    values::{PlanPeriod, PlateColour, TaskState},
    work_item,
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        tx::Tx,
        year_month::YearMonth,
    },
    modules::{
        administration::commands::guard,
        personnel::commands::checks,
        tasks::rules::{
            period::{Period, around},
            plate::{Colour, MonthPlan, plates},
        },
    },
};

/// A month to close (月度结算).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct MonthSettleInput {
    /// The month (月份), over.
    pub month: Given<YearMonth>,
    /// Why it is closed again (更正理由), 1 to 1,000 characters; only with a month that was closed before.
    pub reason: Option<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for MonthSettleInput {
    const NAME: &'static str = "monthSettle";
    const RIGHT: (Resource, Action) = (Resource::WorkItem, Action::Close);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Resource::WorkItem, Action::Close)?;
        let mut faults = Faults::default();
        let month = self.month.get("input.month", &mut faults);
        let reason = self.reason.as_ref().and_then(|r| faults.take(checks::text(r, "input.reason", 1000)));
        faults.check()?;
        let Some(month) = month else { return Err(Code::InternalServerError.into()) };
        let first = NaiveDate::from_ymd_opt(month.year(), month.month(), 1).ok_or(Code::InternalServerError)?;
        let last = around(Period::Month, first).1;
        if last >= tx.session().today() {
            let (zh, en) = (format!("{month} 要到 {last} 才结束"), format!("{month} is over after {last}."));
            return Err(UserError::new(Code::MonthNotOver, "input.month", zh, en).into());
        }
        let name = month.to_string();
        let before = tx.parts::<month_close::Entity>().filter(month_close::Column::Month.eq(&name));
        let before = before.order_by(month_close::Column::Number, Order::Desc).one().await?;
        if before.is_some() && reason.is_none() {
            return Err(UserError::of(Code::MonthClosed, "input.month").into());
        }
        let number = before.map_or(1, |b| b.number + 1);
        let id = tx.new_id();
        // The key is unique: of two who close at once, one tries again and finds the month closed.
        tx.insert(month_close::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            month: Set(name.clone()),
            number: Set(number),
            reason: Set(reason),
            closed_by: Set(tx.session().user_id()),
            closed_at: Set(tx.session().now()),
        })
        .await?;
        let hung = hang(tx, &name, first, number).await?;
        tx.touched("MonthClose", id, json!({ "month": name, "number": number, "plates": hung }));
        tx.emit("month.closed", "MonthClose", id, number, json!({})).await?;
        Ok(id)
    }
}

/// Hangs the plates of a month. The items' rows are locked in order, so that whoever reports late waits and is told.
async fn hang(tx: &Tx, name: &str, first: NaiveDate, number: i32) -> Result<usize, Fault> {
    let plans = || {
        tx.parts::<task_plan::Entity>()
            .filter(task_plan::Column::Period.eq(PlanPeriod::Month))
            .filter(task_plan::Column::StartsOn.eq(first))
    };
    let mut ids: Vec<Uuid> = plans().all().await?.into_iter().map(|p| p.item_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let (mut items, mut withdrawn) = (vec![], HashSet::new());
    // In lots: a statement takes only so many values.
    for some in ids.chunks(500) {
        let rows = tx.parts::<work_item::Entity>().filter(work_item::Column::Id.is_in(some.to_vec()));
        items.extend(rows.order_by(work_item::Column::Id, Order::Asc).lock().all().await?);
    }
    for some in ids.chunks(500) {
        let gone = tx.parts::<task::Entity>().filter(task::Column::State.eq(TaskState::Withdrawn));
        let gone = gone.filter(task::Column::ItemId.is_in(some.to_vec())).all().await?;
        withdrawn.extend(gone.into_iter().map(|task| task.id));
    }
    let mut of_item: BTreeMap<Uuid, Vec<MonthPlan<Uuid>>> = BTreeMap::new();
    for plan in plans().all().await?.into_iter().filter(|p| !withdrawn.contains(&p.task_id)) {
        let month = MonthPlan { unit: plan.unit_id, planned: plan.planned, done: plan.done };
        of_item.entry(plan.item_id).or_default().push(month);
    }
    tx.change::<plate::Entity>()
        .filter(plate::Column::Month.eq(name))
        .filter(plate::Column::IsCurrent.eq(true))
        .set(plate::Column::IsCurrent, Expr::value(false))
        .run()
        .await?;
    let mut rows = vec![];
    for item in items {
        for hung in plates(item.unit_id, of_item.get(&item.id).map_or(&[][..], Vec::as_slice)) {
            rows.push(plate::ActiveModel {
                tenant_id: Set(tx.tenant_id()),
                id: Set(tx.new_id()),
                month: Set(name.to_string()),
                number: Set(number),
                is_current: Set(true),
                item_id: Set(item.id),
                unit_id: Set(hung.unit),
                colour: Set(match hung.colour {
                    Colour::Green => PlateColour::Green,
                    Colour::Yellow => PlateColour::Yellow,
                    Colour::Red => PlateColour::Red,
                }),
                is_joint: Set(hung.is_joint),
                planned: Set(hung.planned),
                done: Set(hung.done),
                created_at: Set(tx.session().now()),
            });
        }
    }
    let count = rows.len();
    tx.insert_many(rows).await?;
    Ok(count)
}
