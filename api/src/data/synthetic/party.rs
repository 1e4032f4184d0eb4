//! The party organisations of a place: the working committee of its organs, a branch or a general branch
//! with branches in every unit, a committee in every town.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entities::{
    party_organisation, unit,
    values::{PartyOrganisationKind as Kind, UnitKind, UnitSequence},
};
use uuid::Uuid;

use crate::data::synthetic::{chance::Chance, orgs::Org};

/// The organisations of a place, and where the people of a unit belong.
pub struct Party {
    /// The rows, each after the one above it.
    pub rows: Vec<party_organisation::Model>,
    /// The branch of each unit's people.
    pub branches: HashMap<Uuid, Uuid>,
}

/// Sets the party organisations of a tree up.
pub fn set_up(chance: &mut Chance, org: &Org, created: DateTime<Utc>) -> Party {
    let mut party = Party { rows: vec![], branches: HashMap::new() };
    let Some(root) = org.units.first() else { return party };
    let seat = org.units.iter().find(|unit| unit.short_name.as_deref() == Some("机关工委")).unwrap_or(root);
    let top = party.add(chance, None, seat, format!("中共{}", seat.name), Kind::Committee, created);
    for unit in org.units.iter().filter(|unit| unit.parent_id == Some(root.id)) {
        let below: Vec<&unit::Model> = inside(org, unit).collect();
        let kind = match (unit.sequence, below.len()) {
            (UnitSequence::Township, _) => Kind::Committee,
            (_, 0..=2) => Kind::Branch,
            (_, 3..=5) => Kind::GeneralBranch,
            _ => Kind::Committee,
        };
        let word = match kind {
            Kind::Committee => "委员会",
            Kind::GeneralBranch => "总支部委员会",
            _ => "支部委员会",
        };
        let short = unit.short_name.as_deref().unwrap_or(&unit.name);
        let own = party.add(chance, Some(top), unit, format!("中共{short}{word}"), kind, created);
        let mut last = own;
        for (number, place) in below.iter().enumerate() {
            // Two offices share a branch; a town's offices and any institution have their own.
            let shares = place.kind == UnitKind::InternalOffice && unit.sequence != UnitSequence::Township;
            if kind == Kind::Branch || shares && number % 2 == 1 {
                party.branches.insert(place.id, party.rows[last].id);
                continue;
            }
            let name = place.short_name.as_deref().unwrap_or(&place.name);
            last = party.add(chance, Some(own), place, format!("中共{short}{name}支部委员会"), Kind::Branch, created);
        }
        // The leaders of a unit belong to its first branch.
        let first = if kind == Kind::Branch { own } else { (own + 1).min(party.rows.len() - 1) };
        party.branches.insert(unit.id, party.rows[first].id);
    }
    party
}

fn inside<'a>(org: &'a Org, unit: &'a unit::Model) -> impl Iterator<Item = &'a unit::Model> {
    org.units.iter().filter(|other| other.id != unit.id && other.path.starts_with(&unit.path))
}

impl Party {
    fn add(
        &mut self,
        chance: &mut Chance,
        parent: Option<usize>,
        unit: &unit::Model,
        name: String,
        kind: Kind,
        created: DateTime<Utc>,
    ) -> usize {
        let id = chance.id(created);
        let segment = crate::modules::organisation::commands::segment(id);
        let above = parent.and_then(|place| self.rows.get(place));
        let (parent_id, path) = match above {
            Some(above) => (Some(above.id), format!("{}{segment}", above.path)),
            None => (None, format!("/{segment}")),
        };
        self.rows.push(party_organisation::Model {
            tenant_id: unit.tenant_id,
            id,
            name,
            kind,
            parent_id,
            path,
            unit_id: unit.id,
            valid_from: unit.valid_from,
            valid_until: None,
            version: 1,
            created_at: created,
            updated_at: created,
        });
        self.branches.insert(unit.id, id);
        self.rows.len() - 1
    }
}
