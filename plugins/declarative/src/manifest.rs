//! The manifest (清单), as it is written.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

mod own;

pub use own::{CapabilitiesText, EntryText, PartText, ViewText};

/// A text with its place in the manifest.
pub type Told = Spanned<String>;

/// The whole of a manifest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The language of the manifest: `plugin/1`.
    pub api: Told,
    /// What it is.
    pub plugin: Head,
    /// Closed sets of codes (代码集).
    #[serde(default)]
    pub codes: Vec<Codes>,
    /// Fields that it adds to core types (扩展字段).
    #[serde(default, rename = "field")]
    pub fields: Vec<Extension>,
    /// Fields of core types whose values its component works out (计算字段).
    #[serde(default)]
    pub computed: Vec<ComputedText>,
    /// Matters (事项).
    #[serde(default, rename = "matter")]
    pub matters: Vec<MatterText>,
    /// Rules on submission (规则).
    #[serde(default, rename = "rule")]
    pub rules: Vec<RuleText>,
    /// How data of an earlier version is carried over (数据迁移).
    #[serde(default, rename = "migrate")]
    pub migrations: Vec<Migration>,
    /// Systems of agencies that it speaks to (连接器).
    #[serde(default, rename = "connector")]
    pub connectors: Vec<ConnectorText>,
    /// What it has programmed (代码).
    pub code: Option<CodeText>,
    /// Queries that its component answers (自有查询).
    #[serde(default, rename = "query")]
    pub queries: Vec<EntryText>,
    /// Mutations that its component answers (自有变更).
    #[serde(default, rename = "mutation")]
    pub mutations: Vec<EntryText>,
    /// What its component may ask and do once it was granted (能力).
    pub capabilities: Option<CapabilitiesText>,
}

/// A system of an agency that a plug-in speaks to. Where it is and with which secret is never the package's to say.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectorText {
    /// Its name within the plug-in.
    pub name: Told,
    /// What people call it.
    pub title: Told,
    /// How calls prove from whom they come: `hmac-sm3` or `bearer`.
    pub auth: Told,
    /// The files of its operations.
    pub operations: Vec<Told>,
    /// What is done when it does not answer.
    #[serde(default)]
    pub policy: PolicyText,
}

/// What is done when a system does not answer.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyText {
    /// How long a call may take.
    pub timeout_ms: Option<toml::Spanned<u32>>,
    /// `park`, `fail` or `manual`.
    pub on_down: Option<Told>,
}

/// An operation that is called when an item starts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallText {
    /// The connector.
    pub connector: Told,
    /// Its operation.
    pub operation: Told,
    /// What a good answer does: `finish` or `note`.
    pub then: Told,
    /// The text of the answer that is told.
    pub result: Option<Told>,
    /// The truth value of the answer that must be true.
    pub pass: Option<Told>,
}

/// What a plug-in has programmed: a WebAssembly component.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeText {
    /// The file of the component.
    pub component: Told,
    /// SHA-256 of the component: the manifest, and with it the plug-in's digest, stands for these bytes alone.
    pub sha256: Told,
    /// What it is asked: `validate`, `score`, `resolve`, `on-transition`, `act`.
    pub hooks: Vec<Told>,
    /// How much less than it could have it wants.
    #[serde(default)]
    pub limits: LimitsText,
}

/// How much less than it could have a component wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitsText {
    /// Milliseconds on the processor for one call.
    pub cpu_ms: Option<u32>,
    /// Mebibytes of memory.
    pub memory_mib: Option<u32>,
}

/// What a plug-in is.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// The publisher's division and a short name: `330203.bianwai-luyong`.
    pub key: Told,
    /// What people call it.
    pub title: Told,
    /// Three numbers: `1.0.0`.
    pub version: Told,
    /// What all its GraphQL names begin with.
    pub prefix: Told,
    /// In a sentence.
    #[serde(default)]
    pub description: String,
}

/// A closed set of codes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Codes {
    /// Its name after the prefix.
    pub key: Told,
    /// What people call it.
    pub title: Told,
    /// The values, in order.
    pub values: Vec<CodeValue>,
}

/// One code.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeValue {
    /// The code.
    pub code: Told,
    /// What people call it.
    pub title: Told,
}

/// A field of a core type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extension {
    /// The core type.
    pub target: Told,
    /// Its name after the prefix.
    pub key: Told,
    /// What people call it.
    pub title: Told,
    /// `text`, `integer`, `number`, `boolean`, `date` or `code:<set>`.
    #[serde(rename = "type")]
    pub ty: Told,
    /// Whether it is filtered and sorted by an index.
    #[serde(default)]
    pub indexed: bool,
    /// Whether only those may see it who may see people's sensitive data.
    #[serde(default)]
    pub sensitive: bool,
}

/// A field of a core type whose values the component works out.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComputedText {
    /// The core type.
    pub target: Told,
    /// Its name after the prefix; the component is asked for it by this name.
    pub key: Told,
    /// What people call it.
    pub title: Told,
    /// `text`, `integer`, `number`, `boolean`, `date` or `code:<set>`.
    #[serde(rename = "type")]
    pub ty: Told,
    /// Fields of the core type that the component is given of each object.
    pub needs: Vec<Told>,
}

/// A matter.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatterText {
    /// Its name after the prefix.
    pub key: Told,
    /// The name of the list; the key and an `s` unless given.
    pub plural: Option<Told>,
    /// What people call it.
    pub title: Told,
    /// The file of the form.
    pub form: Told,
    /// Promised working days.
    #[serde(default = "two")]
    pub limit_days: u32,
    /// Days it took before.
    #[serde(default)]
    pub baseline_days: u32,
    /// Steps it took before.
    #[serde(default)]
    pub baseline_steps: u32,
    /// Visits to a counter.
    #[serde(default)]
    pub visits: u32,
    /// What each agency does.
    #[serde(default, rename = "branch")]
    pub branches: Vec<BranchText>,
    /// Materials.
    #[serde(default, rename = "material")]
    pub materials: Vec<MaterialText>,
}

/// What one agency does.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BranchText {
    /// Its name within the matter.
    pub key: Told,
    /// What people call it.
    pub title: Told,
    /// An agency of the platform by key or name, or `unit:` and a unified social credit code.
    pub agency: Told,
    /// The duty it acts on.
    pub duty_item: Told,
    /// The business step.
    pub step: Told,
    /// Whether the case waits for it.
    #[serde(default = "yes")]
    pub mandatory: bool,
    /// Promised working days.
    #[serde(default = "two")]
    pub limit_days: u32,
    /// What comes first.
    #[serde(default)]
    pub depends_on: Vec<Told>,
    /// Fields of the form that it sees.
    #[serde(default)]
    pub fields: Vec<Told>,
    /// Materials that it sees.
    #[serde(default)]
    pub materials: Vec<Told>,
    /// The operation of the agency's system that is called when it starts.
    pub call: Option<CallText>,
}

/// A material.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MaterialText {
    /// Its name within the matter.
    pub key: Told,
    /// What people call it.
    pub title: Told,
    /// Whether it was asked for before (`BEFORE`) or is now (`CURRENT`).
    pub phase: Option<Told>,
    /// Whether it must be given.
    #[serde(default = "yes")]
    pub mandatory: bool,
    /// Accepted media types.
    #[serde(default = "usual_media")]
    pub media_types: Vec<String>,
    /// Largest size in bytes.
    #[serde(default = "usual_size")]
    pub max_bytes: u32,
}

/// A rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// The matter.
    pub on: Told,
    /// Its name after the prefix.
    pub code: Told,
    /// The field of the form that is meant.
    pub path: Told,
    /// What must hold.
    pub cel: Told,
    /// What is said when it does not.
    pub message: Told,
    /// What becomes of the form then: `error` refuses it, `warn` wants a reason; `error` unless given.
    pub level: Option<Told>,
}

/// How data of an earlier version is carried over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Migration {
    /// The version before.
    pub from: Told,
    /// What the upgrade does.
    pub up: Steps,
    /// What the way back does.
    pub down: Option<Steps>,
}

/// Steps of a migration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Steps {
    /// Fields that get another name: `"Cadre.old" = "new"`.
    #[serde(default)]
    pub rename: BTreeMap<String, String>,
    /// Fields whose codes become others: `"Cadre.field" = { OLD = "NEW" }`, by the fields' names in this version.
    #[serde(default)]
    pub recode: BTreeMap<String, BTreeMap<String, String>>,
}

fn two() -> u32 {
    2
}

fn yes() -> bool {
    true
}

fn usual_media() -> Vec<String> {
    ["application/pdf", "image/jpeg", "image/png"].map(String::from).to_vec()
}

fn usual_size() -> u32 {
    10 * 1024 * 1024
}
