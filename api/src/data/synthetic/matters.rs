//! The standard catalogue of matters as rows, bound to the units of a tree.
//!
//! The text of the matters is that of `plugins/standard`, which the platform installs in every tenant.

use chrono::{DateTime, NaiveDate, Utc};
use entities::{
    matter, matter_branch, matter_material,
    values::{MaterialPhase, MatterGroup, MatterState, TenantLevel},
};
use serde::Deserialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    data::synthetic::{
        chance::Chance,
        orgs::{Agency, Org},
    },
    modules::matters::install::{CATALOGUE, DEFINITIONS, belongs_to},
};

/// Key of the matter that the demo's cases run by.
pub const RETIREMENT: &str = "retirement";

/// The rows of a catalogue.
#[derive(Debug, Default, PartialEq)]
pub struct Catalogue {
    /// 事项
    pub matters: Vec<matter::Model>,
    /// 联办环节
    pub branches: Vec<matter_branch::Model>,
    /// 材料
    pub materials: Vec<matter_material::Model>,
}

/// What a case must know of its matter.
#[derive(Clone, Debug)]
pub struct Matter {
    /// The matter.
    pub id: Uuid,
    /// Its agencies' parts, in order.
    pub branches: Vec<matter_branch::Model>,
    /// Keys and titles of the materials that must be given now.
    pub materials: Vec<(String, String)>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    key: String,
    title: String,
    group: MatterGroup,
    limit_days: i32,
    baseline_days: i32,
    #[serde(default)]
    baseline_steps: i32,
    visits: i32,
    form: Json,
    branches: Vec<BranchText>,
    materials: Phases,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct BranchText {
    key: String,
    title: String,
    agency: String,
    duty_item: String,
    step: String,
    mandatory: bool,
    limit_days: i32,
    depends_on: Json,
    fields: Json,
    materials: Json,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Phases {
    #[serde(default)]
    before: Vec<MaterialText>,
    current: Vec<MaterialText>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MaterialText {
    key: String,
    title: String,
    mandatory: bool,
    media_types: Json,
    max_bytes: i64,
}

#[derive(Deserialize)]
struct Lists {
    linked: Vec<Entry>,
    city: Vec<Entry>,
    county: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    key: String,
    title: String,
}

impl Catalogue {
    /// The standard catalogue for a tree. Fails only if the files of `plugins/standard` do not fit it.
    pub fn standard(
        chance: &mut Chance,
        org: &Org,
        level: TenantLevel,
        created: DateTime<Utc>,
        from: NaiveDate,
    ) -> Result<Self, serde_json::Error> {
        let tenant = org.units.first().map_or(Uuid::nil(), |root| root.tenant_id);
        let mut out = Self::default();
        let lists: Lists = serde_json::from_str(CATALOGUE)?;
        let mut add = |out: &mut Self, key: String, title: String, group, body: Option<&File>| {
            let id = chance.id(created);
            out.matters.push(matter::Model {
                tenant_id: tenant,
                id,
                key,
                number: 1,
                title,
                group,
                state: MatterState::Active,
                form_schema: body
                    .map_or(json!({ "type": "object", "additionalProperties": false }), |file| file.form.clone()),
                limit_days: body.map_or(2, |file| file.limit_days),
                baseline_days: body.map_or(0, |file| file.baseline_days),
                baseline_steps: body.map_or(0, |file| file.baseline_steps),
                visits: body.map_or(0, |file| file.visits),
                effective_from: from,
                version: 1,
                created_at: created,
            });
            id
        };
        let mut files = vec![];
        for text in DEFINITIONS {
            let file: File = serde_json::from_str(text)?;
            if belongs_to(file.group, level) {
                let id = add(&mut out, file.key.clone(), file.title.clone(), file.group, Some(&file));
                files.push((id, file));
            }
        }
        let others = [
            (lists.linked, MatterGroup::ProvincialLinked),
            (lists.city, MatterGroup::City),
            (lists.county, MatterGroup::County),
        ];
        for (entries, group) in others.into_iter().filter(|(_, group)| belongs_to(*group, level)) {
            for entry in entries {
                add(&mut out, entry.key, entry.title, group, None);
            }
        }
        for (id, file) in files {
            out.parts(chance, org, tenant, id, file, created);
        }
        Ok(out)
    }

    /// The branches and materials of a matter.
    fn parts(&mut self, chance: &mut Chance, org: &Org, tenant: Uuid, id: Uuid, file: File, created: DateTime<Utc>) {
        for (position, text) in (1..).zip(file.branches) {
            self.branches.push(matter_branch::Model {
                tenant_id: tenant,
                id: chance.id(created),
                matter_id: id,
                handling_unit_id: agency_unit(org, &text.agency),
                key: text.key,
                title: text.title,
                duty_item: text.duty_item,
                step: text.step,
                is_mandatory: text.mandatory,
                limit_days: text.limit_days,
                depends_on: text.depends_on,
                fields: text.fields,
                materials: text.materials,
                position,
            });
        }
        let phases = [(MaterialPhase::Before, file.materials.before), (MaterialPhase::Current, file.materials.current)];
        for (phase, texts) in phases {
            for (position, text) in (1..).zip(texts) {
                self.materials.push(matter_material::Model {
                    tenant_id: tenant,
                    id: chance.id(created),
                    matter_id: id,
                    key: text.key,
                    title: text.title,
                    phase,
                    is_mandatory: text.mandatory,
                    media_types: text.media_types,
                    max_bytes: text.max_bytes,
                    position,
                });
            }
        }
    }

    /// What cases of a matter must know; none if the catalogue has no such matter in force.
    pub fn matter(&self, key: &str) -> Option<Matter> {
        let row = self.matters.iter().find(|row| row.key == key && row.state == MatterState::Active)?;
        let mut branches: Vec<_> = self.branches.iter().filter(|b| b.matter_id == row.id).cloned().collect();
        branches.sort_by_key(|branch| branch.position);
        let asked = self.materials.iter().filter(|m| m.matter_id == row.id && m.phase == MaterialPhase::Current);
        let materials = asked.filter(|m| m.is_mandatory).map(|m| (m.key.clone(), m.title.clone())).collect();
        Some(Matter { id: row.id, branches, materials })
    }
}

/// The unit of an agency's word in the files.
fn agency_unit(org: &Org, word: &str) -> Uuid {
    let agency = match word {
        "组织部" => Agency::Organisation,
        "编办" => Agency::Establishment,
        "人社" => Agency::SocialSecurity,
        "医保" => Agency::MedicalInsurance,
        "公积金" => Agency::HousingFund,
        "财政" => Agency::Finance,
        "公安" => Agency::PublicSecurity,
        _ => Agency::Affairs,
    };
    let place = org.agencies.get(&agency).copied().unwrap_or(0);
    org.units.get(place).map_or(Uuid::nil(), |unit| unit.id)
}
