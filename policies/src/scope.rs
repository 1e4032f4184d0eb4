//! Scopes (数据范围): which rows a right reaches.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Which rows a right reaches (数据范围). The database applies it; the contract only names it.
    Scope, "scope" {
        Tenant "tenant" "TENANT" "the whole tenant" "全租户";
        Subtree "subtree" "SUBTREE" "the unit of the assignment and all below" "任职机构及下级";
        Own "own" "OWN" "rows about the subject" "本人";
        Agency "agency" "AGENCY" "rows handled by a unit in the subtree of the assignment" "承办单位";
    }
}

impl Scope {
    /// The letter in the permission matrix (矩阵字母).
    pub const fn letter(self) -> char {
        match self {
            Self::Tenant => 'T',
            Self::Subtree => 'S',
            Self::Own => 'O',
            Self::Agency => 'A',
        }
    }
}

/// A set of scopes; the reach is their union (数据范围集合).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ScopeSet(u8);

impl ScopeSet {
    /// No scope, no rows (空集).
    pub const EMPTY: Self = Self(0);

    const MASK: u8 = (1 << Scope::COUNT) - 1;

    /// The set of one scope (单元素集合).
    pub const fn of(scope: Scope) -> Self {
        Self(1 << scope.index())
    }

    /// One bit per scope in the order of [`Scope::ALL`] (位表示).
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// The set of those bits; bits that name no scope are dropped (由位表示构造).
    pub const fn from_bits(bits: u8) -> Self {
        Self(bits & Self::MASK)
    }

    /// Whether the set names no scope (是否为空).
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Whether the scope is in the set (是否包含).
    pub const fn contains(self, scope: Scope) -> bool {
        self.0 & Self::of(scope).0 != 0
    }

    /// Both sets together (并集).
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether every row `other` reaches is certainly reached by `self` (是否覆盖). Only the whole tenant is known to
    /// hold the others: a subject's own rows and the rows an agency handles may lie outside the subtree.
    pub const fn covers(self, other: Self) -> bool {
        self.contains(Scope::Tenant) || other.0 & !self.0 == 0
    }

    /// The scopes in the order of [`Scope::ALL`] (逐个取出).
    pub fn iter(self) -> impl Iterator<Item = Scope> {
        Scope::ALL.iter().copied().filter(move |scope| self.contains(*scope))
    }
}

impl FromIterator<Scope> for ScopeSet {
    fn from_iter<I: IntoIterator<Item = Scope>>(scopes: I) -> Self {
        scopes.into_iter().fold(Self::EMPTY, |set, scope| set.union(Self::of(scope)))
    }
}
