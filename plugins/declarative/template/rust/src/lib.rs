mod zugong;

use serde::Deserialize;
use zugong::{About, Fault, Problem, Resolve, Submit};

pub struct Plugin;

#[derive(Deserialize)]
pub struct Apply {
    kind: String,
    reason: Option<String>,
}

// 表单和规则都合格之后才会问到这里。
impl Submit for Plugin {
    type Form = Apply;

    fn check(form: Apply, matter: &str, _about: &About) -> Vec<Problem> {
        let reason = form.reason.as_deref().unwrap_or_default().trim();
        if matter == "apply" && form.kind == "SECOND" && reason.is_empty() {
            return vec![Problem::error("reason", "reason", "第二类须写明申请理由")];
        }
        vec![]
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cadre {
    archive_birth: Option<String>,
}

// 周岁：由档案出生年月算到当天；一次给出一页的全部干部。
impl Resolve for Plugin {
    type Parent = Cadre;
    type Value = i32;

    fn values(_field: &str, parents: Vec<Cadre>, about: &About) -> Result<Vec<Option<i32>>, Fault> {
        let today = months(&about.today);
        let age = |birth: &str| Some((today? - months(birth)?) / 12);
        Ok(parents.iter().map(|cadre| cadre.archive_birth.as_deref().and_then(age)).collect())
    }
}

fn months(day: &str) -> Option<i32> {
    let mut parts = day.split('-').map(str::parse::<i32>);
    let (year, month) = (parts.next()?.ok()?, parts.next()?.ok()?);
    Some(year * 12 + month)
}
