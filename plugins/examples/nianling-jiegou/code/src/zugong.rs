//! What a plug-in is written with. It hides the interface between component and platform; leave it as it is.

#![allow(dead_code, unused_imports, reason = "not every plug-in asks for everything")]

use serde::{Serialize, de::DeserializeOwned};

wit_bindgen::generate!({ world: "plugin", path: "wit" });

#[cfg(feature = "connector")]
pub mod connector;
#[cfg(feature = "data")]
pub mod data;
#[cfg(feature = "log")]
pub mod log;
#[cfg(feature = "core")]
pub mod platform;

#[cfg(feature = "act")]
use exports::zugong::plugin::act;
#[cfg(feature = "on-transition")]
use exports::zugong::plugin::on_transition;
#[cfg(feature = "resolve")]
use exports::zugong::plugin::resolve;
#[cfg(feature = "score")]
use exports::zugong::plugin::score;
#[cfg(feature = "validate")]
use exports::zugong::plugin::validate;
#[cfg(feature = "act")]
use zugong::plugin::types::Acted;
use zugong::plugin::types::Ctx;
#[cfg(any(feature = "act", feature = "on-transition"))]
pub use zugong::plugin::types::Effect;
/// 没有办成的原因：`BadInput` 所给的不对，`Denied` 没有授予，`Unavailable` 暂时没有，`Internal` 出错；各带一句说明。
pub use zugong::plugin::types::Fault;
/// 一项得分：`item` 计分项，`points` 得分、`max` 满分都以百分之一分为单位，`reason` 理由，`evidence` 依据。
#[cfg(feature = "score")]
pub use zugong::plugin::types::ScoreLine;
#[cfg(any(feature = "validate", feature = "act"))]
use zugong::plugin::types::{Level, Problem as WireProblem};

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
    /// 管理员为本插件设置的配置，JSON 对象
    pub config: serde_json::Value,
}

/// 表单的一处问题：字段、代码（不带前缀）、说给人听的话。
pub struct Problem {
    pub path: String,
    pub code: String,
    pub message: String,
    /// 提示：申请人写明理由仍可提交
    pub is_warning: bool,
}

impl Problem {
    /// 拒绝提交的问题。
    pub fn error(path: &str, code: &str, message: &str) -> Self {
        Self { path: path.into(), code: code.into(), message: message.into(), is_warning: false }
    }

    /// 提示：申请人写明理由仍可提交。
    pub fn warning(path: &str, code: &str, message: &str) -> Self {
        Self { is_warning: true, ..Self::error(path, code, message) }
    }
}

/// 提交校验。`matter` 是事项的 key。
pub trait Submit {
    type Form: DeserializeOwned;
    fn check(form: Self::Form, matter: &str, about: &About) -> Vec<Problem>;
}

/// 计分：输入的纯函数。
#[cfg(feature = "score")]
pub trait Score {
    type Input: DeserializeOwned;
    fn count(scheme: &str, input: Self::Input, about: &About) -> Vec<ScoreLine>;
}

/// 计算字段：一次给出全部对象，按原顺序逐个返回值。自有查询是字段 `Query.<key>`，对象是各处的参数。
pub trait Resolve {
    type Parent: DeserializeOwned;
    type Value: Serialize;
    fn values(field: &str, parents: Vec<Self::Parent>, about: &About) -> Result<Vec<Option<Self::Value>>, Fault>;
}

/// 流转之后：返回希望平台去做的事。同一次流转可能问不止一次，每件事只做一次。
#[cfg(feature = "on-transition")]
pub trait Transition {
    type Case: DeserializeOwned;
    fn moved(item: Self::Case, from: &str, to: &str, about: &About) -> Result<Vec<Effect>, Fault>;
}

/// 自有变更的结果。有拒绝的问题则什么都不做。
#[cfg(feature = "act")]
pub struct Outcome<T> {
    pub answer: T,
    pub problems: Vec<Problem>,
    pub effects: Vec<Effect>,
}

/// 自有变更。
#[cfg(feature = "act")]
pub trait Act {
    type Args: DeserializeOwned;
    type Answer: Serialize;
    fn act(mutation: &str, args: Self::Args, about: &About) -> Result<Outcome<Self::Answer>, Fault>;
}

/// 给自己的扩展字段填值。`field` 是字段的 key，或“对象标识.key”。
#[cfg(any(feature = "act", feature = "on-transition"))]
pub fn set_field(field: &str, value: &impl Serialize) -> Effect {
    Effect::SetField((field.into(), written(value)))
}

/// 建立工作事项，内容同 workItemCreate 的输入。
#[cfg(any(feature = "act", feature = "on-transition"))]
pub fn open_task(input: &impl Serialize) -> Effect {
    Effect::OpenTask(written(input))
}

/// 催办一个办件项，内容同 caseItemUrge 的输入。
#[cfg(any(feature = "act", feature = "on-transition"))]
pub fn notify(input: &impl Serialize) -> Effect {
    Effect::Notify(written(input))
}

/// 发起本插件的另一个事项：`matter` 是它的 key，其余同 matterSubmit 的输入。
#[cfg(any(feature = "act", feature = "on-transition"))]
pub fn start_matter(input: &impl Serialize) -> Effect {
    Effect::StartMatter(written(input))
}

struct Component;
export!(Component);

#[cfg(feature = "validate")]
impl validate::Guest for Component {
    fn run(ctx: Ctx, hook: String, form: String, _before: Option<String>) -> Result<Vec<WireProblem>, Fault> {
        let form = asked(&form)?;
        let matter = hook.split('.').next().unwrap_or_default();
        let problems = <crate::Plugin as Submit>::check(form, matter, &about(ctx));
        Ok(problems.into_iter().map(wire).collect())
    }
}

#[cfg(feature = "resolve")]
impl resolve::Guest for Component {
    fn run(ctx: Ctx, field: String, parents: Vec<String>, _args: String) -> Result<Vec<String>, Fault> {
        let parents = parents.iter().map(|text| asked(text)).collect::<Result<Vec<_>, Fault>>()?;
        let values = <crate::Plugin as Resolve>::values(&field, parents, &about(ctx))?;
        values.iter().map(answered).collect()
    }
}

#[cfg(feature = "score")]
impl score::Guest for Component {
    fn run(ctx: Ctx, scheme: String, input: String) -> Result<Vec<ScoreLine>, Fault> {
        let input = asked(&input)?;
        Ok(<crate::Plugin as Score>::count(&scheme, input, &about(ctx)))
    }
}

#[cfg(feature = "on-transition")]
impl on_transition::Guest for Component {
    fn run(ctx: Ctx, item: String, from_state: String, to_state: String) -> Result<Vec<Effect>, Fault> {
        let item = asked(&item)?;
        <crate::Plugin as Transition>::moved(item, &from_state, &to_state, &about(ctx))
    }
}

#[cfg(feature = "act")]
impl act::Guest for Component {
    fn run(ctx: Ctx, mutation: String, args: String) -> Result<Acted, Fault> {
        let args = asked(&args)?;
        let outcome = <crate::Plugin as Act>::act(&mutation, args, &about(ctx))?;
        Ok(Acted {
            answer: answered(&outcome.answer)?,
            problems: outcome.problems.into_iter().map(wire).collect(),
            effects: outcome.effects,
        })
    }
}

fn about(ctx: Ctx) -> About {
    let Ctx { today, now_ms, tenant_code, actor, roles, config, .. } = ctx;
    About { today, now_ms, tenant_code, actor, roles, config: serde_json::from_str(&config).unwrap_or_default() }
}

#[cfg(any(feature = "validate", feature = "act"))]
fn wire(problem: Problem) -> WireProblem {
    let Problem { path, code, message, is_warning } = problem;
    WireProblem { path, code, message, level: if is_warning { Level::Warn } else { Level::Error } }
}

/// 平台所问的。
fn asked<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::BadInput(error.to_string()))
}

/// 答给平台的。
fn answered(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::Internal(error.to_string()))
}

/// 平台所答的。
fn told<T: DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text).map_err(|error| Fault::Internal(error.to_string()))
}

/// 写不成 JSON 的写成 null，由平台拒绝。
fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".into())
}
