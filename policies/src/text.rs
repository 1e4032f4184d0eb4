//! Reads policy text strictly. The engine's own adapters skip what they do not understand and notice a wrong field
//! only when it is evaluated, if ever; a contract has to fail when it is loaded, with the line.

use std::str::FromStr;

use crate::vocabulary::vocabulary;
use crate::{Action, Group, Permission, PolicyError, Resource, Role, Scope, UnknownName};

vocabulary! {
    /// What a policy line does (效果).
    Effect, "effect" {
        Allow "allow" "ALLOW" "gives the right" "允许";
        Deny "deny" "DENY" "takes the right, whatever else gives it" "拒绝";
    }
}

/// The first name of a line: a role, or a group of roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Role(Role),
    Group(Group),
}

impl Subject {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Role(role) => role.as_str(),
            Self::Group(group) => group.as_str(),
        }
    }
}

impl FromStr for Subject {
    type Err = UnknownName;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        Role::from_str(value).map(Self::Role).or_else(|_| Group::from_str(value).map(Self::Group))
    }
}

/// A `p` line. `None` stands for `*`.
#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) line: usize,
    pub(crate) text: String,
    pub(crate) subject: Subject,
    pub(crate) resource: Option<Resource>,
    pub(crate) action: Option<Action>,
    pub(crate) scope: Scope,
    pub(crate) effect: Effect,
}

impl Rule {
    /// The fields as the engine reports them.
    pub(crate) fn fields(&self) -> [&'static str; 5] {
        [
            self.subject.as_str(),
            self.resource.map_or(WILDCARD, Resource::as_str),
            self.action.map_or(WILDCARD, Action::as_str),
            self.scope.as_str(),
            self.effect.as_str(),
        ]
    }

    pub(crate) fn matches(&self, resource: Resource, action: Action) -> bool {
        self.resource.is_none_or(|own| own == resource) && self.action.is_none_or(|own| own == action)
    }
}

/// A `g` line: `child` has whatever `parent` has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Link {
    line: usize,
    pub(crate) child: Subject,
    pub(crate) parent: Subject,
}

/// A policy text that has been read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contract {
    pub(crate) rules: Vec<Rule>,
    pub(crate) links: Vec<Link>,
}

const WILDCARD: &str = "*";

impl Contract {
    pub(crate) fn read(text: &str) -> Result<Self, PolicyError> {
        let mut contract = Self::default();
        for (line, raw) in (1..).zip(text.lines()) {
            let raw = raw.trim();
            if raw.is_empty() || raw.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = raw.split(',').map(str::trim).collect();
            match fields.as_slice() {
                ["p", subject, resource, action, scope, effect] => {
                    contract.add_rule(Rule {
                        line,
                        text: raw.to_owned(),
                        subject: name(line, subject)?,
                        resource: pattern(line, resource)?,
                        action: pattern(line, action)?,
                        scope: name(line, scope)?,
                        effect: name(line, effect)?,
                    })?;
                }
                ["g", child, parent] => {
                    contract.add_link(Link { line, child: name(line, child)?, parent: name(line, parent)? })?;
                }
                ["p", ..] => return Err(PolicyError::Fields { line, expected: 6, found: fields.len() }),
                ["g", ..] => return Err(PolicyError::Fields { line, expected: 3, found: fields.len() }),
                _ => {
                    let value = fields.first().copied().unwrap_or_default().to_owned();
                    return Err(PolicyError::Kind { line, value });
                }
            }
        }
        Ok(contract)
    }

    fn add_rule(&mut self, rule: Rule) -> Result<(), PolicyError> {
        let line = rule.line;
        match (rule.effect, rule.resource, rule.action) {
            (Effect::Allow, None, _) | (Effect::Allow, _, None) => return Err(PolicyError::WildcardAllow { line }),
            (Effect::Deny, ..) if rule.scope != Scope::Tenant => return Err(PolicyError::NarrowDeny { line }),
            (_, Some(resource), Some(action)) => {
                let permission = Permission { resource, action };
                if !permission.exists() {
                    return Err(PolicyError::NotAPermission { line, permission });
                }
            }
            _ => {}
        }
        if let Some(first) = self.rules.iter().find(|other| other.fields() == rule.fields()) {
            return Err(PolicyError::Duplicate { line, first: first.line });
        }
        self.rules.push(rule);
        Ok(())
    }

    fn add_link(&mut self, link: Link) -> Result<(), PolicyError> {
        let same = |other: &&Link| other.child == link.child && other.parent == link.parent;
        if let Some(first) = self.links.iter().find(same) {
            return Err(PolicyError::Duplicate { line: link.line, first: first.line });
        }
        if self.inherits(link.parent, link.child) {
            return Err(PolicyError::Cycle { line: link.line, role: link.child.as_str() });
        }
        self.links.push(link);
        Ok(())
    }

    /// Whether `child` has the rights of `parent`. Ends because no accepted link closes a circle.
    fn inherits(&self, child: Subject, parent: Subject) -> bool {
        child == parent
            || self.links.iter().filter(|link| link.child == child).any(|link| self.inherits(link.parent, parent))
    }
}

fn name<T: FromStr<Err = UnknownName>>(line: usize, value: &str) -> Result<T, PolicyError> {
    value.parse().map_err(|name| PolicyError::Unknown { line, name })
}

fn pattern<T: FromStr<Err = UnknownName>>(line: usize, value: &str) -> Result<Option<T>, PolicyError> {
    if value == WILDCARD { Ok(None) } else { name(line, value).map(Some) }
}
