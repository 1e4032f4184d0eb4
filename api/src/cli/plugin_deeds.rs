//! Golden tests of what a component wants done: of its mutations, and of moves of its cases.

use chrono::NaiveDate;
use host::{Effect, Level};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::cli::{Failure, plugin_code::Component};

/// A mutation: its arguments, and the answer, the codes of what refuses it, and the effects.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenAct {
    mutation: String,
    today: NaiveDate,
    args: Json,
    #[serde(default)]
    answer: Json,
    #[serde(default)]
    refused: Vec<String>,
    #[serde(default)]
    effects: Vec<Json>,
}

/// A move of a case, and the effects.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GoldenMove {
    case: Json,
    today: NaiveDate,
    from: String,
    to: String,
    effects: Vec<Json>,
}

/// Tries a golden test of a mutation.
pub async fn acted(component: &Component, path: &str, text: &str) -> Result<String, Failure> {
    let golden: GoldenAct = serde_json::from_str(text).map_err(|error| {
        let parts = "mutation, today, args, answer, refused, effects";
        Failure::new(format!("{path}:{}: a test of a mutation has {parts} ({error})", error.line()))
    })?;
    let (acted, took) = component.acted(&golden.mutation, &golden.args, golden.today).await?;
    let errors = acted.problems.iter().filter(|problem| problem.level == Level::Error);
    let refused: Vec<String> = errors.map(|problem| problem.code.clone()).collect();
    let found = match refused.is_empty() {
        true => (parsed(&acted.answer)?, refused, shown(&acted.effects)?),
        // Refused, nothing is answered and nothing done.
        false => (Json::Null, refused, vec![]),
    };
    Ok(judged(path, &took, &(golden.answer, golden.refused, golden.effects), &found))
}

/// Tries a golden test of a move.
pub async fn moved(component: &Component, path: &str, text: &str) -> Result<String, Failure> {
    let golden: GoldenMove = serde_json::from_str(text).map_err(|error| {
        Failure::new(format!("{path}:{}: a test of a move has case, today, from, to, effects ({error})", error.line()))
    })?;
    let (effects, took) = component.effects(&golden.case, (&golden.from, &golden.to), golden.today).await?;
    Ok(judged(path, &took, &golden.effects, &shown(&effects)?))
}

fn judged<T: PartialEq + std::fmt::Debug>(path: &str, took: &str, wanted: &T, found: &T) -> String {
    match wanted == found {
        true => format!("通过 {path}（{took}）\n"),
        false => format!("不符 {path}：应为 {wanted:?}，实际 {found:?}\n"),
    }
}

/// Effects as golden tests write them: `{"set-field": ["stage", "value"]}`, `{"notify": {…}}`.
fn shown(effects: &[Effect]) -> Result<Vec<Json>, Failure> {
    let one = |effect: &Effect| {
        Ok(match effect {
            Effect::SetField((path, value)) => json!({ "set-field": [path, parsed(value)?] }),
            Effect::OpenTask(input) => json!({ "open-task": parsed(input)? }),
            Effect::Notify(input) => json!({ "notify": parsed(input)? }),
            Effect::StartMatter(input) => json!({ "start-matter": parsed(input)? }),
        })
    };
    effects.iter().map(one).collect()
}

fn parsed(text: &str) -> Result<Json, Failure> {
    serde_json::from_str(text).map_err(|error| Failure::new(format!("组件给出的不是 JSON：{error}")))
}
