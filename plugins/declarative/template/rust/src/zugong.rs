//! What a plug-in is written with. It hides the interface between component and platform; leave it as it is.

#![allow(dead_code, reason = "not every plug-in asks for everything")]

use serde::{Serialize, de::DeserializeOwned};

wit_bindgen::generate!({ world: "plugin", path: "wit" });

use exports::zugong::plugin::{resolve, validate};
use zugong::plugin::types::{Ctx, Fault, Level, Problem as WireProblem};

/// 在谁的请求中、何时。一次调用之内时间不动。
pub struct About {
    /// 当天，如 2026-01-01
    pub today: String,
    /// 请求的时刻，1970 年以来的毫秒
    pub now_ms: i64,
    /// 行政区划代码
    pub tenant_code: String,
    /// 操作人
    pub actor: String,
    /// 操作人的角色
    pub roles: Vec<String>,
}

/// 表单的一处问题：字段、代码（不带前缀）、说给人听的话。
pub struct Problem {
    pub path: String,
    pub code: String,
    pub message: String,
    /// 只作提示，不拒绝提交
    pub is_warning: bool,
}

impl Problem {
    /// 拒绝提交的问题。
    pub fn error(path: &str, code: &str, message: &str) -> Self {
        Self { path: path.into(), code: code.into(), message: message.into(), is_warning: false }
    }
}

/// 提交校验。`matter` 是事项的 key。
pub trait Submit {
    type Form: DeserializeOwned;
    fn check(form: Self::Form, matter: &str, about: &About) -> Vec<Problem>;
}

/// 计算字段：一次给出全部对象，按原顺序逐个返回值。
pub trait Resolve {
    type Parent: DeserializeOwned;
    type Value: Serialize;
    fn values(field: &str, parents: Vec<Self::Parent>, about: &About) -> Vec<Option<Self::Value>>;
}

struct Component;
export!(Component);

impl validate::Guest for Component {
    fn run(ctx: Ctx, hook: String, form: String, _before: Option<String>) -> Result<Vec<WireProblem>, Fault> {
        let form = serde_json::from_str(&form).map_err(|error| Fault::BadInput(error.to_string()))?;
        let matter = hook.split('.').next().unwrap_or_default();
        let problems = <crate::Plugin as Submit>::check(form, matter, &about(ctx));
        Ok(problems.into_iter().map(wire).collect())
    }
}

impl resolve::Guest for Component {
    fn run(ctx: Ctx, field: String, parents: Vec<String>, _args: String) -> Result<Vec<String>, Fault> {
        let bad = |error: serde_json::Error| Fault::BadInput(error.to_string());
        let parents = parents.iter().map(|text| serde_json::from_str(text)).collect::<Result<_, _>>().map_err(bad)?;
        let values = <crate::Plugin as Resolve>::values(&field, parents, &about(ctx));
        values.iter().map(serde_json::to_string).collect::<Result<_, _>>().map_err(bad)
    }
}

fn about(ctx: Ctx) -> About {
    let Ctx { today, now_ms, tenant_code, actor, roles, .. } = ctx;
    About { today, now_ms, tenant_code, actor, roles }
}

fn wire(problem: Problem) -> WireProblem {
    let Problem { path, code, message, is_warning } = problem;
    WireProblem { path, code, message, level: if is_warning { Level::Warn } else { Level::Error } }
}
