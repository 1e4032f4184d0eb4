//! The compiled contract (编译后的权限表): one table look-up per role of the caller.

use crate::text::{Contract, Effect, Rule};
use crate::{Action, MODEL_CONF, PolicyError, ROLES_CSV, Resource, Role, ScopeSet, engine};

/// The bit of a cell that says a deny line matched. Scopes use the low bits.
const DENY: u8 = 1 << 7;

type Row = [u8; Action::COUNT];
type Table = [[Row; Resource::COUNT]; Role::COUNT];

/// The answer to "may they" (决定).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Decision {
    /// Whether the action is allowed on some rows at all (是否允许).
    pub allowed: bool,
    /// On which rows; empty when it is not allowed (数据范围).
    pub scopes: ScopeSet,
}

/// A policy line that bears on a decision (命中的策略行).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleHit {
    /// The caller's role that brought the line, itself or by inheritance (角色).
    pub role: Role,
    /// The line number in the text, from 1 (行号).
    pub number: usize,
    /// The line as written (策略行).
    pub line: String,
    /// What the line does (效果).
    pub effect: Effect,
}

/// The compiled contract (编译后的权限表). Immutable and free of locks: share it and swap it whole.
#[derive(Clone, Debug)]
pub struct Compiled {
    cells: Box<Table>,
    rules: Vec<Rule>,
    /// Positions in `rules` by role, for explanations only.
    effective: Vec<Vec<usize>>,
}

/// Compiles the platform's contract (编译平台权限契约).
pub fn compile() -> Result<Compiled, PolicyError> {
    compile_from(ROLES_CSV)
}

/// Compiles any complete policy text (编译策略文本), for example [`ROLES_CSV`] followed by a tenant's additions.
pub fn compile_from(text: &str) -> Result<Compiled, PolicyError> {
    let contract = Contract::read(text)?;
    let effective = engine::effective(&contract, MODEL_CONF)?;
    let mut cells: Box<Table> = Box::new([[[0; Action::COUNT]; Resource::COUNT]; Role::COUNT]);
    for (by_role, positions) in cells.iter_mut().zip(&effective) {
        for rule in positions.iter().filter_map(|position| contract.rules.get(*position)) {
            let bits = match rule.effect {
                Effect::Allow => ScopeSet::of(rule.scope).bits(),
                Effect::Deny => DENY,
            };
            for resource in Resource::ALL {
                for action in Action::ALL.iter().filter(|action| rule.matches(*resource, **action)) {
                    by_role[resource.index()][action.index()] |= bits;
                }
            }
        }
    }
    Ok(Compiled { cells, rules: contract.rules, effective })
}

impl Compiled {
    /// Whether someone with these roles may do it, and on which rows (判定). A deny line of any of the roles wins;
    /// without a role, and for a pair that does not exist, the answer is no.
    pub fn decide(&self, roles: &[Role], resource: Resource, action: Action) -> Decision {
        let cell = roles.iter().fold(0, |cell, role| cell | self.cell(*role, resource, action));
        if cell == 0 || cell & DENY != 0 {
            return Decision::default();
        }
        Decision { allowed: true, scopes: ScopeSet::from_bits(cell) }
    }

    /// Whether a deny line of the role closes the pair (是否被拒绝), as opposed to no line allowing it.
    pub fn denies(&self, role: Role, resource: Resource, action: Action) -> bool {
        self.cell(role, resource, action) & DENY != 0
    }

    /// Every line that bears on [`Self::decide`] (解释). Deny lines come first: allow lines after one are overridden.
    /// No line at all means refused by default.
    pub fn explain(&self, roles: &[Role], resource: Resource, action: Action) -> Vec<RuleHit> {
        let mut hits: Vec<RuleHit> = Role::ALL
            .iter()
            .zip(&self.effective)
            .filter(|(role, _)| roles.contains(role))
            .flat_map(|(role, positions)| positions.iter().map(move |position| (*role, *position)))
            .filter_map(|(role, position)| self.rules.get(position).map(|rule| (role, rule)))
            .filter(|(_, rule)| rule.matches(resource, action))
            .map(|(role, rule)| RuleHit { role, number: rule.line, line: rule.text.clone(), effect: rule.effect })
            .collect();
        hits.sort_by_key(|hit| (hit.effect == Effect::Allow, hit.role, hit.number));
        hits
    }

    fn cell(&self, role: Role, resource: Resource, action: Action) -> u8 {
        self.cells[role.index()][resource.index()][action.index()]
    }
}
