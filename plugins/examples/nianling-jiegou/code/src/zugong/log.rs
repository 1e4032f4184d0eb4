//! 写日志。用到时在 Cargo.toml 的 default 中加上 "log"，在 wit/plugin.wit 的 world 中加一行 import log;
//! 不用申请能力。不写个人信息。

use serde::Serialize;

use super::{written, zugong::plugin::log as wire};

/// 一行日志：级别由插件自定，如 0 调试、1 消息、2 警告、3 错误；`fields` 是附带的内容。
pub fn write(level: u8, message: &str, fields: &impl Serialize) {
    wire::write(level, message, &written(fields));
}
