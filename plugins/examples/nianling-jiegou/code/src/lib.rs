mod zugong;

use serde::Deserialize;
use zugong::{About, Fault, Resolve};

pub struct Plugin;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cadre {
    archive_birth: Option<String>,
}

// 一次给出一页的全部干部，一次算完。
impl Resolve for Plugin {
    type Parent = Cadre;
    type Value = serde_json::Value;

    fn values(field: &str, parents: Vec<Cadre>, about: &About) -> Result<Vec<Option<Self::Value>>, Fault> {
        let today = months(&about.today);
        let age = |cadre: &Cadre| Some((today? - months(cadre.archive_birth.as_deref()?)?) / 12);
        let value = |age: i32| match field {
            "band" => band(age).into(),
            _ => age.into(),
        };
        Ok(parents.iter().map(|cadre| age(cadre).map(value)).collect())
    }
}

/// 周岁按档案出生年月到当月计。
fn months(day: &str) -> Option<i32> {
    let mut parts = day.split('-').map(str::parse::<i32>);
    let (year, month) = (parts.next()?.ok()?, parts.next()?.ok()?);
    Some(year * 12 + month)
}

fn band(age: i32) -> &'static str {
    match age {
        ..=35 => "UP_TO_35",
        36..=45 => "FROM_36",
        46..=55 => "FROM_46",
        _ => "FROM_56",
    }
}
