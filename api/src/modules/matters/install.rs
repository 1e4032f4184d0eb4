//! The standard catalogue of matters (标准事项目录), put into a tenant as data (H-02).

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use declarative::names::{is_key as is_name, is_prefix};
use entities::{
    CodeEnum, matter,
    values::{JoinMode, MaterialPhase, MatterGroup, MatterState, TenantLevel},
};
use sea_orm::ColumnTrait;
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        flow::{Branch, Flow},
        forms::Form,
        tx::Inner,
    },
    modules::matters::{
        forms::FORMATS,
        rules::join::{self, Quorum},
    },
};

mod writing;

pub use writing::write;

/// The matters that have a file of their own in `plugins/standard`, in the order of the catalogue (H-02).
pub const DEFINITIONS: [&str; 14] = [
    include_str!("../../../../plugins/standard/recruitment.json"),
    include_str!("../../../../plugins/standard/transfer.json"),
    include_str!("../../../../plugins/standard/lateral-entry.json"),
    include_str!("../../../../plugins/standard/open-selection.json"),
    include_str!("../../../../plugins/standard/secondment.json"),
    include_str!("../../../../plugins/standard/rank-change.json"),
    include_str!("../../../../plugins/standard/resignation.json"),
    include_str!("../../../../plugins/standard/dismissal.json"),
    include_str!("../../../../plugins/standard/retirement.json"),
    include_str!("../../../../plugins/standard/veteran-placement.json"),
    include_str!("../../../../plugins/standard/death.json"),
    include_str!("../../../../plugins/standard/parking-permit.json"),
    include_str!("../../../../plugins/standard/transfer-application.json"),
    include_str!("../../../../plugins/standard/lateral-entry-application.json"),
];
/// The other matters of the standard catalogue: titles alone.
pub const CATALOGUE: &str = include_str!("../../../../plugins/standard/catalogue.json");

/// The most branches of a matter, and materials of a phase.
const MAX_BRANCHES: usize = 50;
const MAX_MATERIALS: usize = 200;
/// The promise for every matter, in working days (H-04).
const LIMIT_DAYS: i32 = 2;

/// A matter with everything that belongs to it, as a file of `plugins/standard` has it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// Stable key.
    pub key: String,
    /// Title.
    pub title: String,
    /// Group of the catalogue.
    pub group: MatterGroup,
    limit_days: i32,
    baseline_days: i32,
    /// 0 where no source says it.
    #[serde(default)]
    baseline_steps: i32,
    visits: i32,
    /// What no source gives and is a default of ours, to be looked at by whoever takes the matter into use.
    #[allow(dead_code, reason = "read by people")]
    #[serde(default)]
    unsure: Vec<Unsure>,
    /// When its cases are done; all mandatory items unless said otherwise.
    #[serde(default)]
    join: JoinDefinition,
    form: Json,
    branches: Vec<BranchDefinition>,
    #[serde(default)]
    materials: HashMap<MaterialPhase, Vec<MaterialDefinition>>,
}

impl Definition {
    /// Keys of its branches, each of which wants a handling unit.
    pub fn branch_keys(&self) -> impl Iterator<Item = &str> {
        self.branches.iter().map(|branch| branch.key.as_str())
    }
}

/// Where a version stands in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edition {
    /// Its number, from 1.
    pub number: i32,
    /// In force, or announced.
    pub state: MatterState,
    /// The first day on which it is in force.
    pub effective_from: NaiveDate,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct BranchDefinition {
    key: String,
    title: String,
    /// The default agency's usual name, for people; the unit comes from the tenant's map.
    #[allow(dead_code, reason = "read by people")]
    agency: String,
    duty_item: String,
    step: String,
    mandatory: bool,
    limit_days: u32,
    depends_on: Vec<String>,
    fields: Vec<String>,
    materials: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct MaterialDefinition {
    key: String,
    title: String,
    mandatory: bool,
    media_types: Vec<String>,
    max_bytes: i64,
}

/// When cases are done (汇合方式).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct JoinDefinition {
    mode: JoinMode,
    /// How many, of `AT_LEAST`.
    #[serde(default)]
    needed: usize,
}

impl Default for JoinDefinition {
    fn default() -> Self {
        Self { mode: JoinMode::All, needed: 0 }
    }
}

/// The rule's quorum of a stored one.
pub fn quorum(mode: JoinMode, needed: usize) -> Quorum {
    match mode {
        JoinMode::All => Quorum::All,
        JoinMode::Any => Quorum::Any,
        JoinMode::AtLeast => Quorum::AtLeast(needed),
    }
}

/// A part of a definition that the sources leave open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Unsure {
    Agencies,
    BaselineDays,
    BaselineSteps,
    Form,
    MaterialsBefore,
    MaterialsCurrent,
}

#[derive(Debug, Deserialize)]
struct Titles {
    /// Groups whose official list was not found (H-02).
    #[allow(dead_code, reason = "read by people")]
    unsure: Vec<MatterGroup>,
    linked: Vec<Title>,
    city: Vec<Title>,
    county: Vec<Title>,
}

#[derive(Debug, Deserialize)]
struct Title {
    key: String,
    title: String,
}

/// Keys of the branches of the standard matters, each of which wants a handling unit (承办单位). A key is the same
/// agency's in every matter, so it is named once.
pub fn branch_keys() -> Result<Vec<String>, ApiError> {
    let mut keys = vec![];
    for branch in definitions()?.into_iter().flat_map(|definition| definition.branches) {
        if !keys.contains(&branch.key) {
            keys.push(branch.key);
        }
    }
    Ok(keys)
}

/// Puts the standard catalogue into the tenant; what is there already stays. `units` says which unit
/// handles each branch. City and county tenants get their own groups besides the provincial ones.
pub async fn install_standard(
    tx: &Inner,
    level: TenantLevel,
    units: &HashMap<String, Uuid>,
    today: NaiveDate,
) -> Result<(), ApiError> {
    for definition in definitions()?.iter().filter(|definition| belongs_to(definition.group, level)) {
        install(tx, definition, units, today).await?;
    }
    let titles: Titles = parse(CATALOGUE)?;
    let groups = [
        (titles.linked, MatterGroup::ProvincialLinked),
        (titles.city, MatterGroup::City),
        (titles.county, MatterGroup::County),
    ];
    for (titles, group) in groups.into_iter().filter(|(_, group)| belongs_to(*group, level)) {
        for title in titles {
            let bare = Definition {
                key: title.key,
                title: title.title,
                group,
                limit_days: LIMIT_DAYS,
                baseline_days: 0,
                baseline_steps: 0,
                visits: 0,
                unsure: vec![],
                join: JoinDefinition::default(),
                form: json!({ "type": "object", "additionalProperties": false }),
                branches: vec![],
                materials: HashMap::new(),
            };
            install(tx, &bare, units, today).await?;
        }
    }
    Ok(())
}

/// Whether tenants of a level have a group's matters.
pub fn belongs_to(group: MatterGroup, level: TenantLevel) -> bool {
    match group {
        MatterGroup::ProvincialBase | MatterGroup::ProvincialLinked => true,
        MatterGroup::City => level == TenantLevel::City,
        MatterGroup::County => level == TenantLevel::County,
    }
}

async fn install(
    tx: &Inner,
    definition: &Definition,
    units: &HashMap<String, Uuid>,
    today: NaiveDate,
) -> Result<(), ApiError> {
    check(definition)?;
    let present = tx.parts::<matter::Entity>().filter(matter::Column::Key.eq(&definition.key)).count().await?;
    if present > 0 {
        return Ok(());
    }
    let first = Edition { number: 1, state: MatterState::Active, effective_from: today };
    write(tx, definition, units, first).await?;
    Ok(())
}

/// Puts a version of a matter into the tenant's catalogue, described as a file of `plugins/standard` is. It is the one
/// that new cases begin with; those under way stay with theirs.
pub async fn publish(
    tx: &Inner,
    definition: &Json,
    number: i32,
    units: &HashMap<String, Uuid>,
    today: NaiveDate,
) -> Result<Uuid, ApiError> {
    let definition: Definition = serde_json::from_value(definition.clone()).map_err(|error| {
        tracing::error!(%error, "a matter is not described as it must be");
        ApiError::of(Code::InternalServerError)
    })?;
    // The key begins with the plug-in's prefix, which no other key can have.
    let named = definition.key.split_once('.').is_some_and(|(prefix, key)| is_prefix(prefix) && is_name(key));
    check_named(&definition, named)?;
    let edition = Edition { number, state: MatterState::Active, effective_from: today };
    write(tx, &definition, units, edition).await
}

/// Whether a text can be the key of a matter or branch.
pub fn is_key(text: &str) -> bool {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain && (1..=64).contains(&text.len())
}

/// A definition that could not run is refused whole, before any row is written.
pub fn check(definition: &Definition) -> Result<(), ApiError> {
    check_named(definition, is_key(&definition.key))
}

/// See [`check`]; `named` tells whether the key is one.
fn check_named(definition: &Definition, named: bool) -> Result<(), ApiError> {
    let wrong = |what: String| {
        let key = &definition.key;
        Err(ApiError::of(Code::BadUserInput)
            .saying(format!("事项 {key} 的定义有误：{what}"), format!("The matter {key} is not well defined: {what}.")))
    };
    let length = definition.title.trim().chars().count();
    if !named || !(1..=100).contains(&length) {
        return wrong("a key takes small letters, digits and `-`, at most 64; a title 1 to 100 characters".into());
    }
    let counts = [definition.limit_days, definition.baseline_days, definition.baseline_steps, definition.visits];
    let days = definition.branches.iter().all(|branch| (1..=1000).contains(&branch.limit_days));
    if counts.iter().any(|count| !(0..=10_000).contains(count)) || !days {
        return wrong("days, steps and visits are 0 to 10,000, the limit of a branch 1 to 1,000".into());
    }
    if definition.branches.len() > MAX_BRANCHES || definition.materials.values().any(|m| m.len() > MAX_MATERIALS) {
        return wrong(format!("at most {MAX_BRANCHES} branches and {MAX_MATERIALS} materials of a phase"));
    }
    for (phase, materials) in &definition.materials {
        let mut keys = HashSet::new();
        if let Some(twice) = materials.iter().find(|material| !keys.insert(material.key.as_str())) {
            return wrong(format!("the material {} is there twice in {}", twice.key, phase.as_str()));
        }
    }
    if let Err(error) = Form::cached(&definition.form, FORMATS) {
        return wrong(error.to_string());
    }
    let branch = |b: &BranchDefinition| Branch {
        key: b.key.clone(),
        depends_on: b.depends_on.clone(),
        mandatory: b.mandatory,
        limit_days: b.limit_days,
    };
    if let Err(faults) = Flow::new(definition.branches.iter().map(branch).collect()) {
        return wrong(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "));
    }
    let mandatory = definition.branches.iter().filter(|branch| branch.mandatory).map(|branch| branch.key.as_str());
    let joined = definition.join;
    if !join::check(quorum(joined.mode, joined.needed), &mandatory.collect()) {
        return wrong(format!("so many mandatory branches are not there: {}", joined.needed.max(1)));
    }
    let current = definition.materials.get(&MaterialPhase::Current).map_or(&[][..], Vec::as_slice);
    for branch in &definition.branches {
        if let Some(field) = branch.fields.iter().find(|f| definition.form["properties"].get(f.as_str()).is_none()) {
            return wrong(format!("{} names the field {field}, which the form lacks", branch.key));
        }
        if let Some(key) = branch.materials.iter().find(|m| current.iter().all(|c| &c.key != *m)) {
            return wrong(format!("{} names the material {key}, which is not asked for", branch.key));
        }
    }
    Ok(())
}

fn no_unit(key: &str) -> ApiError {
    ApiError::of(Code::BadUserInput)
        .saying(format!("环节 {key} 没有承办单位"), format!("The branch {key} has no handling unit."))
}

fn definitions() -> Result<Vec<Definition>, ApiError> {
    DEFINITIONS.into_iter().map(parse).collect()
}

fn parse<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    serde_json::from_str(text).map_err(|error| {
        tracing::error!(%error, "the standard catalogue does not parse");
        ApiError::of(Code::InternalServerError)
    })
}

#[cfg(test)]
#[path = "install_tests.rs"]
mod tests;
