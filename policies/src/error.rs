//! Why a policy text was refused (策略错误).

use crate::Permission;

/// A name outside its closed list (未知名称).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown {kind} `{value}`")]
pub struct UnknownName {
    /// The list that was searched, such as `role` (词表).
    pub kind: &'static str,
    /// The name that is not in it (名称).
    pub value: String,
}

/// Why a policy text does not compile (策略编译错误). Lines count from 1.
#[derive(Debug, thiserror::Error)]
pub enum PolicyError {
    /// A line names a role, resource, action, scope or effect that does not exist (未知名称).
    #[error("line {line}: {name}")]
    Unknown {
        /// Where (行号).
        line: usize,
        /// What (名称).
        name: UnknownName,
    },
    /// A line is neither a `p` nor a `g` line (未知行类型).
    #[error("line {line}: `{value}` is neither `p` nor `g`")]
    Kind {
        /// Where (行号).
        line: usize,
        /// The first field (首列).
        value: String,
    },
    /// A line has too few or too many fields (列数不符).
    #[error("line {line}: {found} fields instead of {expected}")]
    Fields {
        /// Where (行号).
        line: usize,
        /// Fields the kind of line has (应有列数).
        expected: usize,
        /// Fields it has here (实有列数).
        found: usize,
    },
    /// Resource and action exist but not together (无效权限点).
    #[error("line {line}: `{permission}` is not a permission")]
    NotAPermission {
        /// Where (行号).
        line: usize,
        /// The pair (权限点).
        permission: Permission,
    },
    /// An allow line uses `*`, which would widen with every new name (允许行不得用通配符).
    #[error("line {line}: only a deny line may use `*`")]
    WildcardAllow {
        /// Where (行号).
        line: usize,
    },
    /// A deny line names a narrower scope than the tenant, though it always denies altogether (拒绝行须为全租户).
    #[error("line {line}: a deny line has the scope `tenant`")]
    NarrowDeny {
        /// Where (行号).
        line: usize,
    },
    /// A line repeats an earlier one (重复行).
    #[error("line {line}: repeats line {first}")]
    Duplicate {
        /// Where (行号).
        line: usize,
        /// The earlier line (首次出现的行号).
        first: usize,
    },
    /// A `g` line closes a circle, which would make its roles equal (循环继承).
    #[error("line {line}: `{role}` would inherit from itself")]
    Cycle {
        /// Where (行号).
        line: usize,
        /// The role or group (角色).
        role: &'static str,
    },
    /// The policy engine refused the model or the text (引擎错误).
    #[error("policy engine: {0}")]
    Engine(#[source] Box<casbin::Error>),
    /// The policy engine did not finish at once, though nothing it reads is outside memory (引擎未立即完成).
    #[error("policy engine: suspended while loading from memory")]
    Suspended,
    /// The policy engine reports a rule that the text does not have (引擎与文本不符).
    #[error("policy engine: reports a rule that is not in the text: {0}")]
    Drift(String),
}

impl From<casbin::Error> for PolicyError {
    fn from(error: casbin::Error) -> Self {
        Self::Engine(Box::new(error))
    }
}
