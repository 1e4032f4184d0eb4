mod zugong;

use serde::{Deserialize, Serialize};
use serde_json::json;
use zugong::{
    About, Act, Effect, Fault, Outcome, Problem, Resolve, Score, ScoreLine, Submit, Transition, connector, data, log,
    notify, open_task,
    platform::{self, View},
    set_field, start_matter,
};

pub struct Plugin;

#[derive(Deserialize)]
pub struct Apply {
    kind: String,
}

impl Submit for Plugin {
    type Form = Apply;

    fn check(form: Apply, _matter: &str, about: &About) -> Vec<Problem> {
        match form.kind.as_str() {
            "SECOND" if about.roles.iter().any(|role| role == "unit.leader") => {
                vec![Problem::warning("kind", "kind", "由负责人提交第二类")]
            }
            "SECOND" => vec![Problem::error("kind", "kind", "只有负责人可以提交第二类")],
            _ => vec![],
        }
    }
}

#[derive(Deserialize)]
pub struct Annual {
    done: i64,
    total: i64,
}

impl Score for Plugin {
    type Input = Annual;

    fn count(_scheme: &str, input: Annual, _about: &About) -> Vec<ScoreLine> {
        let points = if input.total > 0 { 100 * input.done / input.total } else { 0 };
        let reason = format!("{} 件中 {} 件", input.total, input.done);
        vec![ScoreLine { item: "按时办结".into(), points, max: 100, reason, evidence: vec![] }]
    }
}

#[derive(Deserialize)]
pub struct Named {
    id: String,
}

#[derive(Deserialize)]
struct Cadre {
    id: String,
    rank: Option<String>,
}

impl Resolve for Plugin {
    type Parent = Named;
    type Value = String;

    fn values(_field: &str, parents: Vec<Named>, _about: &About) -> Result<Vec<Option<String>>, Fault> {
        let ids: Vec<String> = parents.into_iter().map(|parent| parent.id).collect();
        let cadres: Vec<Cadre> = platform::read(View::Cadre, &ids)?;
        log::write(1, "ranks", &json!({ "asked": ids.len(), "found": cadres.len() }));
        Ok(ids.iter().map(|id| cadres.iter().find(|cadre| cadre.id == *id)?.rank.clone()).collect())
    }
}

#[derive(Deserialize)]
pub struct Register {
    cadre: String,
}

#[derive(Serialize)]
pub struct Registered {
    cases: usize,
    hours: Option<i64>,
}

#[derive(Deserialize)]
struct Hours {
    hours: i64,
}

impl Act for Plugin {
    type Args = Register;
    type Answer = Registered;

    fn act(_mutation: &str, args: Register, about: &About) -> Result<Outcome<Registered>, Fault> {
        let page = data::find::<Named>("apply", &json!({ "kind": { "eq": "FIRST" } }), None)?;
        let ids: Vec<String> = page.items.into_iter().map(|case| case.id).collect();
        let cases = data::get_many::<Named>("apply", &ids)?.into_iter().flatten().count();
        let told = connector::call_many::<Hours>("training", "hours", &[json!({ "cadre": args.cadre })]);
        // 系统不可用时不拒绝，学时以后再补。
        let hours = told.into_iter().flatten().next().map(|told| told.hours);
        let effects = vec![
            set_field(&format!("{}.kind", args.cadre), &"FIRST"),
            open_task(&json!({ "title": about.config["title"] })),
            notify(&json!({ "by": about.actor })),
            start_matter(&json!({ "matter": "apply" })),
        ];
        let unknown = hours.is_none().then(|| Problem::warning("cadre", "hours", "学时暂时查不到"));
        Ok(Outcome { answer: Registered { cases, hours }, problems: unknown.into_iter().collect(), effects })
    }
}

impl Transition for Plugin {
    type Case = Named;

    fn moved(item: Named, _from: &str, to: &str, _about: &About) -> Result<Vec<Effect>, Fault> {
        Ok(match to {
            "DONE" => vec![set_field(&format!("{}.kind", item.id), &"SECOND")],
            _ => vec![],
        })
    }
}
