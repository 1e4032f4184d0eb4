//! The charts of a board (图表): series, an ECharts option, and SVG.

use async_graphql::{Enum, SimpleObject};
use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::{
    graph::scalars::{JsonText, Published},
    modules::tasks::rules::{
        board::{Figures, Lamps, rate},
        chart::{self, Drawing, Form, Line},
    },
};

/// Kind of a chart (图表类型).
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChartKind {
    /// 饼状图
    Pie,
    /// 柱状图
    Bar,
    /// 双折线图
    DoubleLine,
}

/// A series of a chart (数据序列).
#[derive(SimpleObject, Clone, Debug)]
pub struct ChartSeries {
    /// Name in Chinese (名称).
    name: String,
    /// A value for each label; null where there is none (数值).
    values: Vec<Option<Published<Decimal>>>,
}

/// A chart (图表), I-03.
#[derive(SimpleObject, Clone, Debug)]
pub struct Chart {
    /// Kind (图表类型).
    kind: ChartKind,
    /// Title in Chinese (标题).
    title: String,
    /// Labels in Chinese (标签).
    labels: Vec<String>,
    /// Series, each with a value for each label (数据序列).
    series: Vec<ChartSeries>,
    /// The same as an option of ECharts, which a mini-program draws (ECharts 配置).
    option: JsonText,
    /// The same drawn, for a document (SVG 图).
    svg: String,
}

fn made(drawing: Drawing) -> Chart {
    let (option, svg): (Json, String) = (chart::option(&drawing), chart::svg(&drawing));
    Chart {
        kind: match drawing.form {
            Form::Pie => ChartKind::Pie,
            Form::Bar => ChartKind::Bar,
            Form::Lines => ChartKind::DoubleLine,
        },
        title: drawing.title,
        labels: drawing.labels,
        series: drawing
            .lines
            .into_iter()
            .map(|line| ChartSeries {
                name: line.name,
                values: line.values.into_iter().map(|v| v.map(Published)).collect(),
            })
            .collect(),
        option: JsonText(option),
        svg,
    }
}

/// Lamps as a pie, completion as bars, completion and red lamps of the year's months as two lines.
pub fn of_board(
    lamps: &Lamps,
    bars: Vec<(String, Option<Decimal>)>,
    history: &[(NaiveDate, Figures)],
    year: NaiveDate,
) -> Vec<Chart> {
    let counts = [lamps.white, lamps.blue, lamps.green, lamps.yellow, lamps.red];
    let pie = Drawing {
        form: Form::Pie,
        title: "五色灯".into(),
        labels: ["白灯", "蓝灯", "绿灯", "黄灯", "红灯"].map(String::from).to_vec(),
        lines: vec![Line { name: "亮灯数".into(), values: counts.map(|n| Some(Decimal::from(n))).to_vec() }],
    };
    let (labels, values) = bars.into_iter().unzip();
    let bar = Drawing {
        form: Form::Bar,
        title: "计划完成率".into(),
        labels,
        lines: vec![Line { name: "完成率（%）".into(), values }],
    };
    let month = |m: u32| {
        history.iter().filter(|(day, _)| (day.year(), day.month()) == (year.year(), m)).fold(
            (0, 0, 0, 0),
            |(planned, done, red, all), (_, f)| {
                (planned + f.planned, done + f.done, red + f.lamps.red, all + f.lamps.total())
            },
        )
    };
    let months: Vec<(i64, i64, i64, i64)> = (1..=12).map(month).collect();
    let lines = Drawing {
        form: Form::Lines,
        title: format!("{} 年各月完成率与红灯率", year.year()),
        labels: (1..=12).map(|m| format!("{m} 月")).collect(),
        lines: vec![
            Line {
                name: "完成率（%）".into(),
                values: months.iter().map(|(planned, done, ..)| rate(*done, *planned)).collect(),
            },
            Line {
                name: "红灯率（%）".into(),
                values: months.iter().map(|(_, _, red, all)| rate(*red, *all)).collect(),
            },
        ],
    };
    [pie, bar, lines].map(made).to_vec()
}
