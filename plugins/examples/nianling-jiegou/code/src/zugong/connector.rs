//! 调用承办单位的系统。用到时在 Cargo.toml 的 default 中加上 "connector"，在 wit/plugin.wit 的 world 中加一行
//! import connector; 并在清单的 [capabilities] 中申请 connectors。

use serde::{Serialize, de::DeserializeOwned};

use super::{Fault, told, written, zugong::plugin::connector as wire};

/// 按原顺序逐个答复；系统不可用时是 `Fault`，由调用者决定怎么办。
pub fn call_many<T: DeserializeOwned>(
    connector: &str,
    operation: &str,
    bodies: &[impl Serialize],
) -> Vec<Result<T, Fault>> {
    let bodies: Vec<String> = bodies.iter().map(|body| written(body)).collect();
    let answers = wire::call_many(connector, operation, &bodies);
    answers.into_iter().map(|answer| told(&answer?)).collect()
}
