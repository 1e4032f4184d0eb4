//! Rules on submission (规则): what must hold of a matter's form, and what becomes of a form of which it does not.

use std::collections::BTreeSet;

use super::{Checker, Matter, shown};
use crate::{
    manifest::{Manifest, RuleText},
    rule::Rule,
};

/// What becomes of a form of which a rule does not hold (级别).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleLevel {
    /// It is refused (拒绝).
    Error,
    /// It is taken with a reason (提示).
    Warn,
}

/// A rule on submission.
#[derive(Clone, Debug, PartialEq)]
pub struct MatterRule {
    /// Its name with the prefix: `bwly.age`.
    pub code: String,
    /// The field of the form that is meant.
    pub path: String,
    /// What is said when it does not hold.
    pub message: String,
    /// What becomes of the form then.
    pub level: RuleLevel,
    /// What must hold.
    pub rule: Rule,
}

impl Checker<'_> {
    pub(super) fn rules(&mut self, m: &Manifest, matters: &mut [Matter]) {
        let mut seen = BTreeSet::new();
        for rule in &m.rules {
            self.slug(&rule.code);
            if !seen.insert((rule.on.get_ref(), rule.code.get_ref())) {
                self.fault(&rule.code, "NAME_CLASH", format!("规则 {} 重复", rule.code.get_ref()), "换一个 code");
            }
            self.title(&rule.message);
            let level = self.level(rule);
            let Some(matter) = matters.iter_mut().find(|matter| &matter.key == rule.on.get_ref()) else {
                // A matter whose form is wrong has been told of already.
                if !m.matters.iter().any(|matter| matter.key.get_ref() == rule.on.get_ref()) {
                    let message = format!("没有事项 {}", shown(rule.on.get_ref()));
                    self.fault(&rule.on, "UNKNOWN_MATTER", message, "改为 [[matter]] 的 key");
                }
                continue;
            };
            let names: BTreeSet<String> = matter.fields.iter().map(|f| f.name.clone()).collect();
            if !names.contains(rule.path.get_ref()) {
                let message = format!("表单没有字段 {}", shown(rule.path.get_ref()));
                self.fault(&rule.path, "UNKNOWN_FIELD", message, "改为表单中的字段");
            }
            match Rule::parse(rule.cel.get_ref(), &names) {
                Ok(parsed) => matter.rules.push(MatterRule {
                    code: rule.code.get_ref().clone(),
                    path: rule.path.get_ref().clone(),
                    message: rule.message.get_ref().clone(),
                    level,
                    rule: parsed,
                }),
                Err((code, message, mend)) => self.fault(&rule.cel, code, message, mend),
            }
        }
    }

    fn level(&mut self, rule: &RuleText) -> RuleLevel {
        let Some(level) = &rule.level else { return RuleLevel::Error };
        match level.get_ref().as_str() {
            "error" => {}
            "warn" => return RuleLevel::Warn,
            other => {
                let message = format!("规则没有级别 {}", shown(other));
                self.fault(level, "LEVEL", message, "写成 error（拒绝，不写即是）或 warn（提示，写明理由仍可提交）");
            }
        }
        RuleLevel::Error
    }
}

/// Rules get the prefix that tells them from those of other plug-ins.
pub(super) fn qualified(mut matters: Vec<Matter>, prefix: &str) -> Vec<Matter> {
    for rule in matters.iter_mut().flat_map(|matter| &mut matter.rules) {
        rule.code = format!("{prefix}.{}", rule.code);
    }
    matters
}
