//! 读取平台的数据。用到时在 Cargo.toml 的 default 中加上 "core"，在 wit/plugin.wit 的 world 中加一行 import core;
//! 并在清单的 [capabilities] 中申请 core。

use serde::de::DeserializeOwned;

use super::{Fault, told, zugong::plugin::core as wire};

/// 核心类型。
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// 干部
    Cadre,
    /// 办件
    Case,
    /// 单位
    Unit,
}

impl View {
    fn name(self) -> &'static str {
        match self {
            Self::Cadre => "Cadre",
            Self::Case => "Case",
            Self::Unit => "Unit",
        }
    }
}

/// 按标识读取一个核心类型的对象：只有授予的字段，只有操作人看得到的对象。
pub fn read<T: DeserializeOwned>(view: View, ids: &[String]) -> Result<Vec<T>, Fault> {
    wire::read(view.name(), ids)?.iter().map(|text| told(text)).collect()
}
