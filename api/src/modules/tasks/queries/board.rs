//! The board (天工榜), I-03.

use std::collections::{BTreeSet, HashMap};

use async_graphql::{ID, SimpleObject};
use chrono::NaiveDate;
use entities::{app_user, task, unit, values::PlanPeriod, work_item};
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::ColumnTrait;
use uuid::Uuid;

use super::{
    BoardSubject,
    charts::{self, Chart},
    counts,
};
use crate::{
    graph::scalars::{Published, whole},
    kernel::{error::ApiError, id::publish, session::Session, tx::Tx, year_month::YearMonth},
    modules::tasks::{
        rules::{
            board::{Figures, Lamps, Plates, order, rate},
            period::{Period, around},
        },
        settings,
    },
};

/// Lamps by colour (亮灯数), white among them: the total is always the sum.
#[derive(SimpleObject, Clone, Debug)]
pub struct LampCounts {
    /// All lamps (总灯数).
    total: i32,
    /// 白灯
    white: i32,
    /// 蓝灯
    blue: i32,
    /// 绿灯
    green: i32,
    /// 黄灯
    yellow: i32,
    /// 红灯
    red: i32,
    /// White lamps in percent of all (白灯率), one decimal; null of none, like the others.
    white_rate: Option<Published<Decimal>>,
    /// Blue lamps in percent of all (蓝灯率).
    blue_rate: Option<Published<Decimal>>,
    /// Green lamps in percent of all (绿灯率).
    green_rate: Option<Published<Decimal>>,
    /// Yellow lamps in percent of all (黄灯率).
    yellow_rate: Option<Published<Decimal>>,
    /// Red lamps in percent of all (红灯率).
    red_rate: Option<Published<Decimal>>,
}

/// Plates by colour (亮牌数).
#[derive(SimpleObject, Clone, Debug)]
pub struct PlateCounts {
    /// All plates (总牌数).
    total: i32,
    /// 绿牌
    green: i32,
    /// 黄牌
    yellow: i32,
    /// 红牌
    red: i32,
    /// Green plates in percent of all (绿牌率), one decimal; null of none, like the others.
    green_rate: Option<Published<Decimal>>,
    /// Yellow plates in percent of all (黄牌率).
    yellow_rate: Option<Published<Decimal>>,
    /// Red plates in percent of all (红牌率).
    red_rate: Option<Published<Decimal>>,
}

/// A row of the board (天工榜名次).
#[derive(SimpleObject, Clone, Debug)]
pub struct BoardRow {
    /// Place, from 1 (名次).
    rank: i32,
    /// Id of the unit, user or item.
    id: ID,
    /// Its name (名称).
    name: String,
    /// Tasks planned for the period (计划数).
    planned: i32,
    /// Those done (完成数).
    done: i32,
    /// Done in percent of planned (计划完成率), one decimal; null of none.
    completion_rate: Option<Published<Decimal>>,
    /// Lamps (亮灯).
    lamps: LampCounts,
    /// Plates (亮牌).
    plates: PlateCounts,
    /// Score out of 100 by the tenant's weights (KPI 得分); null of nothing.
    score: Option<Published<Decimal>>,
}

/// The board of a period (天工榜), I-03.
#[derive(SimpleObject)]
pub struct TaskBoard {
    /// First day of the period (起始日期).
    from: Published<NaiveDate>,
    /// Last day of the period (截止日期).
    to: Published<NaiveDate>,
    /// The rows in order (排行).
    rows: Vec<BoardRow>,
    /// Rows there are in all (上榜总数).
    total_rows: i32,
    /// Tasks planned (计划数).
    planned: i32,
    /// Those done (完成数).
    done: i32,
    /// Done in percent of planned (计划完成率), one decimal; null of none.
    completion_rate: Option<Published<Decimal>>,
    /// All lamps (亮灯).
    lamps: LampCounts,
    /// All plates (亮牌).
    plates: PlateCounts,
    /// Units that have a plate (亮牌单位数).
    plated_units: i32,
    /// Items that have a plate (亮牌项目数).
    plated_items: i32,
    /// Lamps as a pie, completion as bars, completion and red lamps by month as two lines (饼状图、柱状图、双折线图).
    charts: Vec<Chart>,
    /// Version of the rule set `tasks` behind the score; 0: the built-in.
    rule_version: i32,
}

fn share(part: i64, of: i64) -> Option<Published<Decimal>> {
    rate(part, of).map(Published)
}

fn lamps(l: &Lamps) -> LampCounts {
    let all = l.total();
    LampCounts {
        total: whole(all),
        white: whole(l.white),
        blue: whole(l.blue),
        green: whole(l.green),
        yellow: whole(l.yellow),
        red: whole(l.red),
        white_rate: share(l.white, all),
        blue_rate: share(l.blue, all),
        green_rate: share(l.green, all),
        yellow_rate: share(l.yellow, all),
        red_rate: share(l.red, all),
    }
}

fn plates(p: &Plates) -> PlateCounts {
    let all = p.total();
    PlateCounts {
        total: whole(all),
        green: whole(p.green),
        yellow: whole(p.yellow),
        red: whole(p.red),
        green_rate: share(p.green, all),
        yellow_rate: share(p.yellow, all),
        red_rate: share(p.red, all),
    }
}

fn add(sum: &mut Figures, other: &Figures) {
    sum.planned += other.planned;
    sum.done += other.done;
    for (to, from) in [
        (&mut sum.lamps.white, other.lamps.white),
        (&mut sum.lamps.blue, other.lamps.blue),
        (&mut sum.lamps.green, other.lamps.green),
        (&mut sum.lamps.yellow, other.lamps.yellow),
        (&mut sum.lamps.red, other.lamps.red),
        (&mut sum.plates.green, other.plates.green),
        (&mut sum.plates.yellow, other.plates.yellow),
        (&mut sum.plates.red, other.plates.red),
    ] {
        *to += from;
    }
}

/// What is asked for.
pub struct Asked {
    /// Of whom.
    pub subject: BoardSubject,
    /// Year, month or week.
    pub period: PlanPeriod,
    /// A day in it.
    pub day: NaiveDate,
    /// At most so many rows.
    pub first: usize,
    /// Whether the charts are wanted, one of which shows the whole year.
    pub charted: bool,
}

/// Works the board out.
pub async fn board(session: &Session, asked: Asked) -> Result<TaskBoard, ApiError> {
    session.require(Resource::Statistic, Action::Read)?;
    let tx = session.read().await?;
    let found = gather(&tx, asked).await;
    tx.rollback().await?;
    found
}

async fn gather(tx: &Tx, asked: Asked) -> Result<TaskBoard, ApiError> {
    let Asked { subject, period, day, first, charted } = asked;
    let today = tx.session().today();
    let days = around(super::super::commands::period_of(period), day);
    let column = match subject {
        BoardSubject::Unit => task::Column::UnitId,
        BoardSubject::Person => task::Column::ExecutorId,
        BoardSubject::Item => task::Column::ItemId,
    };
    let mut found = counts::by(tx, column, days, today).await?;
    // A week has no plates of its own: those of its months are looked at.
    let months = (YearMonth::of(days.0).to_string(), YearMonth::of(days.1).to_string());
    let hung = counts::plates(tx, months).await?;
    let (mut units, mut items, mut all) = (BTreeSet::new(), BTreeSet::new(), Figures::default());
    for (unit, item, plates) in &hung {
        units.insert(*unit);
        items.insert(*item);
        let one = Figures { plates: *plates, ..Figures::default() };
        add(&mut all, &one);
        match subject {
            BoardSubject::Unit => add(found.entry(*unit).or_default(), &one),
            BoardSubject::Item => add(found.entry(*item).or_default(), &one),
            BoardSubject::Person => {}
        }
    }
    let names = names(tx, subject, found.keys().copied().collect()).await?;
    let mut rows: Vec<(Uuid, String, Figures)> = found
        .into_iter()
        .filter_map(|(id, figures)| {
            let (code, name) = names.get(&id)?.clone();
            Some((id, name, Figures { code, ..figures }))
        })
        .collect();
    rows.sort_by(|a, b| order(&a.2, &b.2));
    let tasks_only = |f: &Figures| Figures { plates: Plates::default(), ..f.clone() };
    rows.iter().for_each(|(_, _, figures)| add(&mut all, &tasks_only(figures)));
    let settings = settings::on(tx, today).await?;
    let year = around(Period::Year, day);
    let history = if charted { counts::by_day(tx, year, today).await? } else { vec![] };
    let prefix = match subject {
        BoardSubject::Unit => "uni",
        BoardSubject::Person => "usr",
        BoardSubject::Item => "wit",
    };
    let shown: Vec<BoardRow> = rows
        .iter()
        .take(first)
        .zip(1..)
        .map(|((id, name, f), rank)| BoardRow {
            rank,
            id: ID(publish(prefix, *id)),
            name: name.clone(),
            planned: whole(f.planned),
            done: whole(f.done),
            completion_rate: share(f.done, f.planned),
            lamps: lamps(&f.lamps),
            plates: plates(&f.plates),
            score: f.score(settings.weights).map(Published),
        })
        .collect();
    let bars = rows.iter().take(first).map(|(_, name, f)| (name.clone(), rate(f.done, f.planned))).collect();
    Ok(TaskBoard {
        from: Published(days.0),
        to: Published(days.1),
        total_rows: whole(rows.len().try_into().unwrap_or(i64::MAX)),
        planned: whole(all.planned),
        done: whole(all.done),
        completion_rate: share(all.done, all.planned),
        lamps: lamps(&all.lamps),
        plates: plates(&all.plates),
        plated_units: whole(units.len().try_into().unwrap_or(i64::MAX)),
        plated_items: whole(items.len().try_into().unwrap_or(i64::MAX)),
        charts: charts::of_board(&all.lamps, bars, &history, year.0),
        rows: shown,
        rule_version: settings.version,
    })
}

/// Code and name of units, people or items.
async fn names(tx: &Tx, subject: BoardSubject, ids: Vec<Uuid>) -> Result<HashMap<Uuid, (String, String)>, ApiError> {
    // People and items have no code of their own.
    let coded = |(id, name): (Uuid, String)| (id, (id.to_string(), name));
    let mut out = HashMap::new();
    for some in ids.chunks(1000) {
        match subject {
            BoardSubject::Unit => {
                use unit::Column::{Code, Id, Name};
                let rows = tx.parts::<unit::Entity>().filter(Id.is_in(some.to_vec()));
                let rows: Vec<(Uuid, String, String)> = rows.picked([Id, Code, Name], []).await?;
                out.extend(rows.into_iter().map(|(id, code, name)| (id, (code, name))));
            }
            BoardSubject::Person => {
                use app_user::Column::{Id, Name};
                let rows = tx.parts::<app_user::Entity>().filter(Id.is_in(some.to_vec()));
                out.extend(rows.picked::<(Uuid, String)>([Id, Name], []).await?.into_iter().map(coded));
            }
            BoardSubject::Item => {
                use work_item::Column::{Id, Title};
                let rows = tx.parts::<work_item::Entity>().filter(Id.is_in(some.to_vec()));
                out.extend(rows.picked::<(Uuid, String)>([Id, Title], []).await?.into_iter().map(coded));
            }
        }
    }
    Ok(out)
}
