//! Charts (图表) as an ECharts option and as SVG, both from the same series, I-03.

use rust_decimal::{Decimal, prelude::ToPrimitive};
use serde_json::{Value as Json, json};

/// Form of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// 饼状图
    Pie,
    /// 柱状图
    Bar,
    /// 折线图
    Lines,
}

/// A series.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Name.
    pub name: String,
    /// A value for each label, or none.
    pub values: Vec<Option<Decimal>>,
}

/// A chart in words and figures.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Form.
    pub form: Form,
    /// Title.
    pub title: String,
    /// Labels.
    pub labels: Vec<String>,
    /// Series.
    pub lines: Vec<Line>,
}

/// Colours of the slices, white first as the lamps are; white is drawn grey to be seen.
const SLICES: [&str; 5] = ["#d9d9d9", "#1677ff", "#52c41a", "#fadb14", "#f5222d"];
const STROKES: [&str; 2] = ["#1677ff", "#f5222d"];

fn number(value: Option<Decimal>) -> Json {
    value.and_then(|v| v.to_f64()).map_or(Json::Null, |v| json!(v))
}

/// An option of ECharts.
pub fn option(drawing: &Drawing) -> Json {
    let title = json!({ "text": drawing.title, "left": "center" });
    match drawing.form {
        Form::Pie => {
            let values = drawing.lines.first().map(|l| l.values.as_slice()).unwrap_or_default();
            let data: Vec<Json> = drawing
                .labels
                .iter()
                .zip(values)
                .zip(SLICES)
                .map(|((name, value), colour)| {
                    json!({ "name": name, "value": number(*value), "itemStyle": { "color": colour } })
                })
                .collect();
            json!({ "title": title, "tooltip": { "trigger": "item" }, "legend": { "bottom": 0 },
                    "series": [{ "type": "pie", "radius": "60%", "data": data }] })
        }
        Form::Bar | Form::Lines => {
            let kind = if drawing.form == Form::Bar { "bar" } else { "line" };
            let series: Vec<Json> = drawing
                .lines
                .iter()
                .map(|line| {
                    let data: Vec<Json> = line.values.iter().map(|v| number(*v)).collect();
                    json!({ "name": line.name, "type": kind, "data": data })
                })
                .collect();
            json!({ "title": title, "tooltip": { "trigger": "axis" }, "legend": { "bottom": 0 },
                    "xAxis": { "type": "category", "data": drawing.labels },
                    "yAxis": { "type": "value", "min": 0, "max": 100 }, "series": series })
        }
    }
}

/// Text that may stand in SVG.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 360.0;
const LEFT: f64 = 50.0;
const TOP: f64 = 50.0;
const BOTTOM: f64 = 290.0;

/// The chart drawn.
pub fn svg(drawing: &Drawing) -> String {
    let body = match drawing.form {
        Form::Pie => pie(drawing),
        Form::Bar => bars(drawing),
        Form::Lines => lines(drawing),
    };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
         font-size=\"12\"><text x=\"{}\" y=\"24\" text-anchor=\"middle\" font-size=\"16\">{}</text>{body}</svg>",
        WIDTH / 2.0,
        escaped(&drawing.title)
    )
}

fn pie(drawing: &Drawing) -> String {
    let values = drawing.lines.first().map(|l| l.values.as_slice()).unwrap_or_default();
    let numbers: Vec<f64> = values.iter().map(|v| v.and_then(|v| v.to_f64()).unwrap_or(0.0)).collect();
    let total: f64 = numbers.iter().sum();
    let (x, y, r) = (220.0, 190.0, 120.0);
    let (mut out, mut from) = (String::new(), 0.0_f64);
    for (i, ((label, n), colour)) in drawing.labels.iter().zip(&numbers).zip(SLICES).enumerate() {
        let part = if total > 0.0 { n / total } else { 0.0 };
        if part >= 1.0 {
            out.push_str(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"{r}\" fill=\"{colour}\"/>"));
        } else if part > 0.0 {
            let to = from + part;
            let at = |turn: f64| {
                let angle = turn * std::f64::consts::TAU - std::f64::consts::FRAC_PI_2;
                (x + r * angle.cos(), y + r * angle.sin())
            };
            let ((ax, ay), (bx, by)) = (at(from), at(to));
            let large = u8::from(part > 0.5);
            out.push_str(&format!(
                "<path d=\"M{x} {y}L{ax:.1} {ay:.1}A{r} {r} 0 {large} 1 {bx:.1} {by:.1}Z\" fill=\"{colour}\"/>"
            ));
            from = to;
        }
        let line = 110.0 + 30.0 * i as f64;
        out.push_str(&format!(
            "<rect x=\"440\" y=\"{}\" width=\"14\" height=\"14\" fill=\"{colour}\"/><text x=\"462\" y=\"{}\">{} {n}</text>",
            line - 12.0,
            line,
            escaped(label)
        ));
    }
    out
}

fn height(value: Option<Decimal>) -> Option<f64> {
    let percent = value?.to_f64()?.clamp(0.0, 100.0);
    Some(BOTTOM - percent / 100.0 * (BOTTOM - TOP))
}

fn axis() -> String {
    let mut out = String::new();
    for percent in [0, 25, 50, 75, 100] {
        let y = BOTTOM - f64::from(percent) / 100.0 * (BOTTOM - TOP);
        out.push_str(&format!(
            "<line x1=\"{LEFT}\" y1=\"{y}\" x2=\"{}\" y2=\"{y}\" stroke=\"#e5e5e5\"/><text x=\"{}\" y=\"{}\" \
             text-anchor=\"end\">{percent}</text>",
            WIDTH - 20.0,
            LEFT - 6.0,
            y + 4.0
        ));
    }
    out
}

fn step(count: usize) -> f64 {
    (WIDTH - LEFT - 20.0) / count.max(1) as f64
}

fn labels(drawing: &Drawing) -> String {
    let width = step(drawing.labels.len());
    let text = |(i, label): (usize, &String)| {
        let short: String = label.chars().take(6).collect();
        let x = LEFT + width * (i as f64 + 0.5);
        format!("<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>", BOTTOM + 18.0, escaped(&short))
    };
    drawing.labels.iter().enumerate().map(text).collect()
}

fn bars(drawing: &Drawing) -> String {
    let width = step(drawing.labels.len());
    let values = drawing.lines.first().map(|l| l.values.as_slice()).unwrap_or_default();
    let bar = |(i, value): (usize, &Option<Decimal>)| {
        let top = height(*value)?;
        let x = LEFT + width * (i as f64 + 0.2);
        Some(format!(
            "<rect x=\"{x:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"#1677ff\"/>",
            width * 0.6,
            BOTTOM - top
        ))
    };
    let drawn: String = values.iter().enumerate().filter_map(bar).collect();
    format!("{}{drawn}{}", axis(), labels(drawing))
}

fn lines(drawing: &Drawing) -> String {
    let width = step(drawing.labels.len());
    let mut out = axis();
    for (i, (line, colour)) in drawing.lines.iter().zip(STROKES).enumerate() {
        let points: Vec<String> = line
            .values
            .iter()
            .enumerate()
            .filter_map(|(i, v)| Some(format!("{:.1},{:.1}", LEFT + width * (i as f64 + 0.5), height(*v)?)))
            .collect();
        let points = points.join(" ");
        let x = LEFT + 180.0 * i as f64;
        out.push_str(&format!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{x}\" y=\"340\" fill=\"{colour}\">{}</text>",
            escaped(&line.name)
        ));
    }
    out.push_str(&labels(drawing));
    out
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn drawing(form: Form, values: &[i64]) -> Drawing {
        Drawing {
            form,
            title: "五色灯 <试>".into(),
            labels: ["白灯", "蓝灯", "绿灯", "黄灯", "红灯"].map(String::from).to_vec(),
            lines: vec![Line { name: "数".into(), values: values.iter().map(|n| Some(Decimal::from(*n))).collect() }],
        }
    }

    #[test]
    fn i_03_a_pie_has_a_slice_for_each_colour_that_is_lit() {
        let pie = drawing(Form::Pie, &[1, 21, 211, 0, 8]);
        assert_eq!(option(&pie)["series"][0]["data"][2]["value"], json!(211.0));
        let drawn = svg(&pie);
        assert_eq!(drawn.matches("<path").count(), 4);
        assert!(drawn.contains("红灯 8") && drawn.contains("&lt;试&gt;"), "{drawn}");
        assert!(svg(&drawing(Form::Pie, &[0, 0, 5, 0, 0])).contains("<circle"));
    }

    #[test]
    fn i_03_what_has_no_value_is_not_drawn() {
        let mut bar = drawing(Form::Bar, &[50, 100]);
        bar.lines[0].values.push(None);
        assert_eq!(svg(&bar).matches("fill=\"#1677ff\"").count(), 2);
        assert_eq!(option(&bar)["series"][0]["data"][2], Json::Null);
        bar.form = Form::Lines;
        assert_eq!(option(&bar)["series"][0]["type"], "line");
        assert_eq!(svg(&bar).matches("<polyline").count(), 1);
    }
}
