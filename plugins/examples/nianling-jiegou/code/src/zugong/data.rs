//! 读取本插件事项的办件。用到时在 Cargo.toml 的 default 中加上 "data"，在 wit/plugin.wit 的 world 中加一行 import data;
//! 并在清单的 [capabilities] 中申请 data。

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{Fault, told, written, zugong::plugin::data as wire};

/// 一页办件；`next` 为空即最后一页。
#[derive(Clone, Debug, Deserialize)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// 按标识读取办件，按原顺序；看不到的为 `None`。
pub fn get_many<T: DeserializeOwned>(matter: &str, ids: &[String]) -> Result<Vec<Option<T>>, Fault> {
    wire::get_many(matter, ids)?.iter().map(|text| text.as_deref().map(|text| told(text)).transpose()).collect()
}

/// 一页办件。`filter` 如 `{"kind": {"eq": "FIRST"}}`；`after` 是上一页的 `next`。
pub fn find<T: DeserializeOwned>(matter: &str, filter: &impl Serialize, after: Option<&str>) -> Result<Page<T>, Fault> {
    told(&wire::find(matter, &written(filter), after)?)
}
