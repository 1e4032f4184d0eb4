//! Counts of tasks by lamp and of plates by colour, in the database: a row for each unit, person or item, or day.

use std::collections::HashMap;

use chrono::NaiveDate;
use entities::{
    plate, task,
    values::{PlateColour, TaskLamp, TaskState},
};
use policies::{Action, Resource};
use sea_orm::{
    ColumnTrait, Condition,
    sea_query::{CaseStatement, Expr, ExprTrait, SimpleExpr},
};
use uuid::Uuid;

use crate::{
    kernel::{error::ApiError, rows::Rows, tx::Tx},
    modules::tasks::rules::board::{Figures, Lamps, Plates},
};

/// Counts of one group: planned, done, then lamps white, blue, green, yellow, red.
pub type Tally = (i64, i64, i64, i64, i64, i64, i64);

/// The caller's tasks whose last day lies in a period.
fn tasks<'t>(tx: &'t Tx, days: (NaiveDate, NaiveDate)) -> Result<Rows<'t, task::Entity>, ApiError> {
    Ok(tx
        .gate_as::<task::Entity>(Resource::Statistic, Action::Read)?
        .filter(task::Column::PlanEnd.between(days.0, days.1))
        .filter(task::Column::State.is_not_in([TaskState::Draft, TaskState::Withdrawn])))
}

/// The same conditions as `rules::lamp::lamp`, for counting.
fn lit(lamp: TaskLamp, today: NaiveDate) -> Condition {
    use task::Column::{BlueUntil, DoneLamp, HasError, RedFrom, StartedOn};
    let calm = || Condition::all().add(RedFrom.gt(today)).add(HasError.eq(false));
    let not_blue = || calm().add(Condition::any().add(BlueUntil.is_null()).add(BlueUntil.lt(today)));
    let now = match lamp {
        TaskLamp::Red => Condition::all().add(RedFrom.lte(today)),
        TaskLamp::Yellow => Condition::all().add(RedFrom.gt(today)).add(HasError.eq(true)),
        TaskLamp::Blue => calm().add(BlueUntil.gte(today)),
        TaskLamp::Green => not_blue().add(StartedOn.is_not_null()),
        TaskLamp::White => not_blue().add(StartedOn.is_null()),
    };
    Condition::any().add(DoneLamp.eq(lamp)).add(now.add(DoneLamp.is_null()))
}

fn figures(today: NaiveDate) -> Vec<SimpleExpr> {
    let count = |condition: Condition| {
        let one: SimpleExpr = CaseStatement::new().case(condition, 1).finally(0).into();
        one.sum()
    };
    let mut out =
        vec![Expr::col(task::Column::Id).count(), count(Condition::all().add(task::Column::FinishedOn.is_not_null()))];
    let lamps = [TaskLamp::White, TaskLamp::Blue, TaskLamp::Green, TaskLamp::Yellow, TaskLamp::Red];
    out.extend(lamps.map(|lamp| count(lit(lamp, today))));
    out
}

/// What a tally says.
fn read((planned, done, white, blue, green, yellow, red): Tally) -> Figures {
    Figures { planned, done, lamps: Lamps { white, blue, green, yellow, red }, ..Figures::default() }
}

/// Tasks by unit, person or item.
pub async fn by(
    tx: &Tx,
    column: task::Column,
    days: (NaiveDate, NaiveDate),
    today: NaiveDate,
) -> Result<HashMap<Uuid, Figures>, ApiError> {
    type Row = (Option<Uuid>, i64, i64, i64, i64, i64, i64, i64);
    let rows: Vec<Row> = tasks(tx, days)?.figures([column], figures(today)).await?;
    let known = rows.into_iter().filter_map(|(id, a, b, c, d, e, f, g)| Some((id?, read((a, b, c, d, e, f, g)))));
    Ok(known.collect())
}

/// Tasks by their last day.
pub async fn by_day(
    tx: &Tx,
    days: (NaiveDate, NaiveDate),
    today: NaiveDate,
) -> Result<Vec<(NaiveDate, Figures)>, ApiError> {
    type Row = (NaiveDate, i64, i64, i64, i64, i64, i64, i64);
    let rows: Vec<Row> = tasks(tx, days)?.figures([task::Column::PlanEnd], figures(today)).await?;
    Ok(rows.into_iter().map(|(day, a, b, c, d, e, f, g)| (day, read((a, b, c, d, e, f, g)))).collect())
}

/// Plates in force by unit and item, of months between two.
pub async fn plates(tx: &Tx, months: (String, String)) -> Result<Vec<(Uuid, Uuid, Plates)>, ApiError> {
    let rows: Vec<(Uuid, Uuid, PlateColour, i64)> = tx
        .gate_as::<plate::Entity>(Resource::Statistic, Action::Read)?
        .filter(plate::Column::IsCurrent.eq(true))
        .filter(plate::Column::Month.between(months.0, months.1))
        .tally([plate::Column::UnitId, plate::Column::ItemId, plate::Column::Colour])
        .await?;
    Ok(rows
        .into_iter()
        .map(|(unit, item, colour, n)| {
            let plates = match colour {
                PlateColour::Green => Plates { green: n, ..Plates::default() },
                PlateColour::Yellow => Plates { yellow: n, ..Plates::default() },
                PlateColour::Red => Plates { red: n, ..Plates::default() },
            };
            (unit, item, plates)
        })
        .collect())
}
