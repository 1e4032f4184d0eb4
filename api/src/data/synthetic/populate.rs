//! People for the posts of a tree.

use chrono::{DateTime, NaiveDate, Utc};
use entities::values::{PersonnelKind, PostLevel, UnitKind};

use crate::{
    data::synthetic::{
        chance::Chance,
        identity::IdNumbers,
        orgs::{Org, Post},
        party::Party,
        people::{self, Made, Place},
        places::Places,
        profile::{Profile, Wanted},
    },
    kernel::year_month::YearMonth,
};

/// A place with its units, to be peopled.
pub struct Populace<'a> {
    /// The tree.
    pub org: &'a Org,
    /// Its party organisations.
    pub party: &'a Party,
    /// Where people come from.
    pub places: &'a Places,
    /// As of which day.
    pub today: NaiveDate,
    /// When the rows were made.
    pub created: DateTime<Utc>,
}

impl Populace<'_> {
    /// Somebody in every post that one person holds.
    pub fn leaders(&self, chance: &mut Chance, numbers: &mut IdNumbers) -> Vec<Made> {
        let posts = self.org.posts.iter().filter(|post| post.weight == 0);
        posts.filter_map(|post| self.one(chance, numbers, post, None)).collect()
    }

    /// So many people in the posts that many share, each post as often as its weight says.
    pub fn staff(&self, chance: &mut Chance, numbers: &mut IdNumbers, count: usize) -> Vec<Made> {
        let table: Vec<(usize, u32)> =
            self.org.posts.iter().enumerate().map(|(place, post)| (place, post.weight)).collect();
        (0..count)
            .filter_map(|_| {
                let post = self.org.posts.get(chance.weighted(&table)?)?;
                self.one(chance, numbers, post, None)
            })
            .collect()
    }

    /// So many people who retire in a month, in the posts that many share.
    pub fn retiring(&self, chance: &mut Chance, numbers: &mut IdNumbers, month: YearMonth) -> Option<Made> {
        let table: Vec<(usize, u32)> =
            self.org.posts.iter().enumerate().map(|(place, post)| (place, post.weight)).collect();
        let post = self.org.posts.get(chance.weighted(&table)?)?;
        self.one(chance, numbers, post, Some(month))
    }

    /// Somebody for a post; none only if the place has no identity number left.
    pub fn one(
        &self,
        chance: &mut Chance,
        numbers: &mut IdNumbers,
        post: &Post,
        retires: Option<YearMonth>,
    ) -> Option<Made> {
        let unit = self.org.units.get(post.unit)?;
        // An internal office is staffed like the unit it belongs to.
        let kind = match unit.kind {
            UnitKind::InternalOffice => {
                self.org.units.iter().find(|other| Some(other.id) == unit.parent_id).map_or(unit.kind, |up| up.kind)
            }
            kind => kind,
        };
        let kind = match kind {
            _ if post.level == PostLevel::NoLeadership && chance.permille(70) => PersonnelKind::Worker,
            UnitKind::PublicInstitution => PersonnelKind::PublicInstitution,
            UnitKind::ReferencedInstitution | UnitKind::MassOrganisation => PersonnelKind::Referenced,
            _ => PersonnelKind::CivilServant,
        };
        let wanted = Wanted { level: post.level, kind, retires };
        let profile = Profile::draw(chance, numbers, self.places, self.today, wanted)?;
        let place = Place {
            tenant: unit.tenant_id,
            unit: unit.id,
            branch: self.party.branches.get(&unit.id).copied(),
            title: if kind == PersonnelKind::Worker { "工勤人员" } else { &post.title },
        };
        Some(people::rows(chance, &profile, place, self.today, self.created))
    }
}
