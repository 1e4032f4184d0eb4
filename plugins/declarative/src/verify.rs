//! The whole of a plug-in, checked: nothing of it is taken in before everything of it is right.

mod capability;
mod code;
mod computed;
mod connector;
mod entry;
mod extension;
mod matter;
mod migration;
mod outline;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::{
    fault::{Fault, Faults},
    form::FormField,
    manifest::{Manifest, Told},
    names,
    package::{MANIFEST, Package},
    place,
};

/// An agency that matters may name (承办单位).
#[derive(Clone, Debug)]
pub struct Agency {
    /// Its key, as in `establishment`.
    pub key: String,
    /// What people call it, as in 编办.
    pub name: String,
}

/// What a plug-in is checked against.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Agencies that the platform knows by name.
    pub agencies: Vec<Agency>,
    /// Core types, and of each the fields that a component may be given: what whoever sees the object sees.
    pub readable: BTreeMap<String, BTreeSet<String>>,
    /// Permissions that there are, as in `cadre:read`.
    pub permissions: BTreeSet<String>,
}

/// Core types that may be extended.
pub const TARGETS: [&str; 3] = ["Cadre", "Case", "Unit"];
const MAX_MATTERS: usize = 50;
const MAX_EXTENSIONS: usize = 60;
const MAX_CODES: usize = 30;
const MAX_VALUES: usize = 200;
const MAX_RULES: usize = 100;
const MAX_CONNECTORS: usize = 10;
const MAX_ENTRIES: usize = 50;
/// Names that the platform makes of a type's name.
const DERIVED: [&str; 14] = [
    "Where",
    "ListWhere",
    "Order",
    "OrderField",
    "Connection",
    "Edge",
    "Filter",
    "Aggregate",
    "FormInput",
    "SubmitInput",
    "SubmitPayload",
    "Input",
    "Payload",
    "Answer",
];

/// A closed set of codes (代码集): key, title, and codes with their titles.
pub type CodeSet = (String, String, Vec<(String, String)>);

/// A field that gets another name when one comes from a version (改名): version, core type, before, now.
pub type Rename = (String, String, String, String);

/// A plug-in that was checked.
#[derive(Clone, Debug)]
pub struct Plugin {
    /// The publisher's division and a short name.
    pub key: String,
    /// What people call it (名称).
    pub title: String,
    /// Three numbers.
    pub version: String,
    /// What all its GraphQL names begin with.
    pub prefix: String,
    /// In a sentence.
    pub description: String,
    /// What tells it from every other.
    pub digest: String,
    /// Closed sets of codes: key, title, and codes with their titles.
    pub codes: Vec<CodeSet>,
    /// Fields of core types.
    pub fields: Vec<Field>,
    /// Fields of core types whose values its component works out.
    pub computed: Vec<Computed>,
    /// Matters.
    pub matters: Vec<Matter>,
    /// Fields that get another name when one comes from a version.
    pub renames: Vec<Rename>,
    /// Fields whose codes become others when one comes from a version, after they got their names.
    pub recodes: Vec<Recode>,
    /// Systems of agencies that it speaks to.
    pub connectors: Vec<Connector>,
    /// What it has programmed.
    pub code: Option<Code>,
    /// Queries that its component answers.
    pub queries: Vec<Entry>,
    /// Mutations that its component answers.
    pub mutations: Vec<Entry>,
    /// What its component may ask and do once it was granted.
    pub capabilities: Capabilities,
}

pub use capability::{Capabilities, EFFECTS};
pub use code::{Code, HOOKS, MOST_MEMORY_MIB};
pub use computed::Computed;
pub use connector::{Auth, Call, Connector, OnDown, Operation, Then};
pub use entry::{Entry, Part, Shape, answer_type};
pub use extension::Field;
pub use migration::Recode;
pub use outline::outline;
pub use rules::{MatterRule, RuleLevel};

impl Plugin {
    /// The codes of a set, in order; none if there is no such set.
    pub fn codes_of(&self, set: &str) -> impl Iterator<Item = &str> {
        let values = self.codes.iter().find(|(key, ..)| key == set).map(|(_, _, values)| values.as_slice());
        values.unwrap_or_default().iter().map(|(code, _)| code.as_str())
    }
}

/// A matter with everything that belongs to it (事项).
#[derive(Clone, Debug, PartialEq)]
pub struct Matter {
    /// Its name without the prefix.
    pub key: String,
    /// The name of its list, without the prefix.
    pub plural: String,
    /// What people call it.
    pub title: String,
    /// The form's schema, as it is stored.
    pub form: Json,
    /// The form's fields.
    pub fields: Vec<FormField>,
    /// The matter as the platform's catalogue describes its own.
    pub definition: Json,
    /// The rules on submission.
    pub rules: Vec<MatterRule>,
    /// What agencies' systems are asked when items start, by branch.
    pub calls: BTreeMap<String, Call>,
}

/// Checks a plug-in and lists everything that is wrong with it.
pub fn check(package: &Package, around: &Environment) -> Result<Plugin, Vec<Fault>> {
    match examined(package, around) {
        (Some((plugin, _)), faults) if faults.is_empty() => Ok(plugin),
        (_, faults) => Err(faults.into_list()),
    }
}

/// What could be made out of a plug-in, with its manifest, and everything that is wrong with it.
fn examined(package: &Package, around: &Environment) -> (Option<(Plugin, Manifest)>, Faults) {
    let text = package.text(MANIFEST).unwrap_or_default();
    let mut faults = Faults::default();
    let manifest = match place::depth(text) {
        // The parser of the manifest goes down with every bracket.
        deep if deep > 16 => {
            faults.add(MANIFEST, 1, "TOML", "清单嵌套过深", "按文档的结构书写");
            return (None, faults);
        }
        _ => toml::from_str::<Manifest>(text),
    };
    let manifest = match manifest {
        Ok(manifest) => manifest,
        Err(error) => {
            let line = error.span().map_or(1, |span| place::line(text, span.start));
            let said = error.message().lines().next().unwrap_or_default().to_string();
            faults.add(MANIFEST, line, "TOML", format!("清单读不懂：{said}"), "对照文档改正键名和写法");
            return (None, faults);
        }
    };
    let mut checker =
        Checker { package, around, text, faults, names: BTreeSet::new(), has_matters: !manifest.matters.is_empty() };
    let plugin = checker.whole(&manifest);
    let faults = checker.faults;
    (plugin.map(|plugin| (plugin, manifest)), faults)
}

struct Checker<'c> {
    package: &'c Package,
    around: &'c Environment,
    text: &'c str,
    faults: Faults,
    /// Type names so far.
    names: BTreeSet<String>,
    has_matters: bool,
}

impl Checker<'_> {
    fn fault(&mut self, at: &Told, code: &'static str, message: impl Into<String>, mend: impl Into<String>) {
        let line = place::line(self.text, at.span().start);
        self.faults.add(MANIFEST, line, code, message, mend);
    }

    fn whole(&mut self, m: &Manifest) -> Option<Plugin> {
        if m.api.get_ref() != "plugin/1" {
            self.fault(&m.api, "API", format!("不支持 api = \"{}\"", m.api.get_ref()), "写成 api = \"plugin/1\"");
        }
        let head = &m.plugin;
        if !names::is_plugin_key(head.key.get_ref()) {
            self.fault(&head.key, "KEY", "插件标识不合规", "写成 行政区划代码.名称，如 330203.bianwai-luyong");
        }
        self.title(&head.title);
        if names::version(head.version.get_ref()).is_none() {
            self.fault(&head.version, "VERSION", "版本号不合规", "写成三段数字，如 1.0.0");
        }
        if !names::is_prefix(head.prefix.get_ref()) {
            self.fault(&head.prefix, "PREFIX", "前缀不合规或为平台保留", "用 2 至 12 个小写字母或数字，如 bwly");
        }
        let counts = [
            (m.matters.len(), MAX_MATTERS, "事项"),
            (m.fields.len(), MAX_EXTENSIONS, "扩展字段"),
            (m.computed.len(), MAX_EXTENSIONS, "计算字段"),
            (m.codes.len(), MAX_CODES, "代码集"),
            (m.rules.len(), MAX_RULES, "规则"),
            (m.connectors.len(), MAX_CONNECTORS, "连接器"),
            (m.queries.len(), MAX_ENTRIES, "自有查询"),
            (m.mutations.len(), MAX_ENTRIES, "自有变更"),
        ];
        for (count, most, what) in counts.into_iter().filter(|(count, most, _)| count > most) {
            self.fault(&head.key, "TOO_MANY", format!("{what}有 {count} 个，上限 {most}"), "拆成多个插件");
        }
        // What is beyond the limit is not looked at: the answer comes as quickly as for a small one.
        if !self.faults.is_empty() && counts.iter().any(|(count, most, _)| count > most) {
            return None;
        }
        let codes = self.codes(m);
        let sets: BTreeMap<String, Vec<String>> = codes
            .iter()
            .map(|(key, _, values)| (key.clone(), values.iter().map(|(code, _)| code.clone()).collect()))
            .collect();
        let fields = self.extensions(&m.fields, &sets);
        let connectors = self.connectors(&m.connectors);
        let (mut matters, mut roots) = (vec![], BTreeSet::new());
        for matter in &m.matters {
            matters.extend(self.matter(matter, &sets, &connectors, &mut roots));
        }
        self.rules(m, &mut matters);
        let (renames, recodes) = self.migrations(m, &fields, &sets);
        let computed = self.computed(m, &sets);
        let queries = self.queries(m, &sets, &mut roots);
        let mutations = self.mutations(m, &sets);
        let capabilities = self.capabilities(m);
        let code = m.code.as_ref().and_then(|code| self.code(code));
        if m.matters.is_empty() && m.fields.is_empty() && m.code.is_none() {
            self.fault(&head.key, "EMPTY", "插件既没有事项也没有扩展字段", "写上 [[matter]] 或 [[field]]");
        }
        Some(Plugin {
            key: head.key.get_ref().clone(),
            title: head.title.get_ref().clone(),
            version: head.version.get_ref().clone(),
            prefix: head.prefix.get_ref().clone(),
            description: head.description.chars().take(500).collect(),
            digest: self.package.digest(),
            codes,
            fields,
            computed,
            matters: rules::qualified(matters, head.prefix.get_ref()),
            renames,
            recodes,
            connectors,
            code,
            queries,
            mutations,
            capabilities,
        })
    }

    fn title(&mut self, title: &Told) {
        if !names::is_title(title.get_ref()) {
            self.fault(title, "TITLE", "名称应为 1 至 60 个字符的中文", "写上中文名称");
        }
    }

    fn key(&mut self, key: &Told) -> bool {
        let fine = names::is_key(key.get_ref());
        if !fine {
            let message = format!("名称 {} 不合规", shown(key.get_ref()));
            self.fault(key, "NAME", message, "以小写字母开头，只用字母和数字，不带前缀，至多 40 个字符");
        }
        fine
    }

    /// Takes a type's name, with those that the platform makes of it.
    fn type_name(&mut self, key: &Told) {
        let name = names::type_name("x", key.get_ref());
        let all: Vec<String> =
            std::iter::once(name.clone()).chain(DERIVED.iter().map(|suffix| format!("{name}{suffix}"))).collect();
        if all.iter().any(|name| self.names.contains(name)) {
            self.fault(key, "NAME_CLASH", format!("名称 {} 与另一个类型重名", key.get_ref()), "换一个名称");
        }
        self.names.extend(all);
    }

    fn codes(&mut self, m: &Manifest) -> Vec<CodeSet> {
        let mut out = vec![];
        for set in &m.codes {
            self.key(&set.key);
            self.type_name(&set.key);
            self.title(&set.title);
            if set.values.is_empty() || set.values.len() > MAX_VALUES {
                let message = format!("代码集有 {} 个代码，应为 1 至 {MAX_VALUES} 个", set.values.len());
                self.fault(&set.key, "CODE_COUNT", message, "增减代码");
            }
            let mut seen = BTreeSet::new();
            for value in set.values.iter().take(MAX_VALUES) {
                if !names::is_code(value.code.get_ref()) {
                    let message = format!("代码 {} 不合规", shown(value.code.get_ref()));
                    self.fault(&value.code, "CODE", message, "用大写字母、数字和单个下划线，如 LABOUR_DISPATCH");
                }
                if !seen.insert(value.code.get_ref()) {
                    self.fault(&value.code, "CODE", format!("代码 {} 出现两次", value.code.get_ref()), "删去一个");
                }
                self.title(&value.title);
            }
            let values = set.values.iter().map(|v| (v.code.get_ref().clone(), v.title.get_ref().clone()));
            out.push((set.key.get_ref().clone(), set.title.get_ref().clone(), values.collect()));
        }
        out
    }
}

/// A text of the manifest in a message: whatever it is, it is short.
fn shown(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
