//! What a component may ask and do once it was granted: what is not declared can never be granted.

use std::collections::{BTreeMap, BTreeSet};

use super::{Checker, shown};
use crate::manifest::{Manifest, Told};

/// What a component may have done.
pub const EFFECTS: [&str; 4] = ["set-field", "open-task", "notify", "start-matter"];

/// What a component may ask and do (能力): as a manifest requests it, and as a tenant's administrator grants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Capabilities {
    /// Fields of core types that it may read, by type.
    pub core: BTreeMap<String, BTreeSet<String>>,
    /// Its own matters whose cases it may read.
    pub data: BTreeSet<String>,
    /// Its connectors that it may call.
    pub connectors: BTreeSet<String>,
    /// What it may have done, of [`EFFECTS`].
    pub effects: BTreeSet<String>,
}

impl Capabilities {
    /// What is in both: requested and granted.
    pub fn and(&self, granted: &Self) -> Self {
        let both = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.intersection(b).cloned().collect();
        let core = self.core.iter().filter_map(|(view, fields)| {
            let fields: BTreeSet<String> = both(fields, granted.core.get(view)?);
            (!fields.is_empty()).then(|| (view.clone(), fields))
        });
        Self {
            core: core.collect(),
            data: both(&self.data, &granted.data),
            connectors: both(&self.connectors, &granted.connectors),
            effects: both(&self.effects, &granted.effects),
        }
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Checker<'_> {
    pub(super) fn capabilities(&mut self, m: &Manifest) -> Capabilities {
        let Some(text) = &m.capabilities else { return Capabilities::default() };
        let first = text.core.first().map(|view| &view.view);
        let any = first.or(text.data.first()).or(text.connectors.first()).or(text.effects.first());
        if let (Some(any), None) = (any, &m.code) {
            self.fault(any, "CAPABILITY", "没有组件而申请了能力", "写上 [code]，或去掉 [capabilities]");
        }
        let mut out = Capabilities::default();
        for view in &text.core {
            self.target(&view.view);
            let readable = self.around.readable.get(view.view.get_ref());
            for field in &view.fields {
                if readable.is_some_and(|fields| !fields.contains(field.get_ref())) {
                    let message = format!("{} 没有可读取的字段 {}", shown(view.view.get_ref()), shown(field.get_ref()));
                    let fields: Vec<&str> = readable.into_iter().flatten().map(String::as_str).collect();
                    self.fault(field, "UNKNOWN_FIELD", message, format!("可用：{}", fields.join("、")));
                }
            }
            let fields = view.fields.iter().map(|field| field.get_ref().clone());
            out.core.entry(view.view.get_ref().clone()).or_default().extend(fields);
        }
        let matters: Vec<&str> = m.matters.iter().map(|matter| matter.key.get_ref().as_str()).collect();
        let connectors: Vec<&str> = m.connectors.iter().map(|connector| connector.name.get_ref().as_str()).collect();
        out.data = self.known(&text.data, &matters, "事项");
        out.connectors = self.known(&text.connectors, &connectors, "连接器");
        out.effects = self.known(&text.effects, &EFFECTS, "后续动作");
        out
    }

    fn known(&mut self, told: &[Told], known: &[&str], what: &str) -> BTreeSet<String> {
        for name in told.iter().filter(|name| !known.contains(&name.get_ref().as_str())) {
            let message = format!("没有{what} {}", shown(name.get_ref()));
            self.fault(name, "CAPABILITY", message, format!("可用：{}", known.join("、")));
        }
        told.iter().map(|name| name.get_ref().clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_force_was_requested_and_granted() {
        let set = |names: &[&str]| names.iter().map(|name| name.to_string()).collect::<BTreeSet<_>>();
        let requested = Capabilities {
            core: [("Cadre".to_string(), set(&["rank", "state"])), ("Unit".to_string(), set(&["name"]))].into(),
            effects: set(&["notify"]),
            ..Capabilities::default()
        };
        let granted = Capabilities {
            core: [("Cadre".to_string(), set(&["rank", "gender"]))].into(),
            effects: set(&["notify", "open-task"]),
            ..Capabilities::default()
        };
        let both = requested.and(&granted);
        assert_eq!(both.core, [("Cadre".to_string(), set(&["rank"]))].into());
        assert_eq!(both.effects, set(&["notify"]));
        assert!(requested.and(&Capabilities::default()).is_empty());
    }
}
