//! What a manifest says of root fields of the plug-in's own, and of what its component may ask and do.

use serde::Deserialize;

use super::Told;

/// A query or mutation of the plug-in's own (自有查询、自有变更), which its component answers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EntryText {
    /// Its name after the prefix; the component is asked for it by this name.
    pub key: Told,
    /// What people call it.
    pub title: Told,
    /// What it answers: `text`, `integer`, `number`, `boolean`, `date`, `json`, `code:<set>`, or `object` with `fields`.
    #[serde(rename = "type")]
    pub ty: Told,
    /// Whether it answers a list of those.
    #[serde(default)]
    pub list: bool,
    /// What an object consists of.
    #[serde(default)]
    pub fields: Vec<PartText>,
    /// What is given.
    #[serde(default)]
    pub args: Vec<PartText>,
    /// The permission without which it is not asked, as in `cadre:read`.
    pub requires: Option<Told>,
}

/// An argument, or a field of an answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartText {
    /// Its name.
    pub key: Told,
    /// What people call it.
    pub title: Told,
    /// `text`, `integer`, `number`, `boolean`, `date`, `json` or `code:<set>`.
    #[serde(rename = "type")]
    pub ty: Told,
    /// Whether it must be given, or is always there.
    #[serde(default)]
    pub required: bool,
}

/// What the component may ask and do, once the tenant's administrator has granted it (能力).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CapabilitiesText {
    /// Fields of core types that it may read.
    #[serde(default)]
    pub core: Vec<ViewText>,
    /// Its own matters whose cases it may read.
    #[serde(default)]
    pub data: Vec<Told>,
    /// Its connectors that it may call.
    #[serde(default)]
    pub connectors: Vec<Told>,
    /// What it may have done: `set-field`, `open-task`, `notify`, `start-matter`.
    #[serde(default)]
    pub effects: Vec<Told>,
}

/// Fields of a core type.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ViewText {
    /// The core type.
    pub view: Told,
    /// Its fields.
    pub fields: Vec<Told>,
}
