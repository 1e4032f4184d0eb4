//! The organisation tree of a city or district: units with valid codes, and the posts in them.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use entities::{
    unit,
    values::{PostLevel, UnitKind, UnitSequence},
};
use uuid::Uuid;

use crate::{
    data::synthetic::{
        chance::Chance,
        org_table::{Spec, TOWN_CENTRE, TOWN_OFFICES, UNITS},
    },
    modules::{
        organisation::rules::credit_code::CreditCode,
        tenancy::rules::division::{DivisionLevel, Divisions},
    },
};

pub use crate::data::synthetic::org_table::Agency;

/// A place for which a tree is grown.
#[derive(Clone, Debug)]
pub struct Region {
    /// The tenant.
    pub tenant: Uuid,
    /// GB/T 2260 code.
    pub division_code: String,
    /// Name, such as 宁波市.
    pub name: String,
    /// What units are called after, such as 宁波市海曙区.
    pub full_name: String,
    /// Levels of posts there.
    pub standing: Standing,
}

/// How high a place stands, which decides the levels of its posts (B-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// A city of sub-provincial rank (副省级市).
    City,
    /// A district of such a city.
    CityDistrict,
    /// Any other county or district.
    County,
}

impl Standing {
    /// Levels of a bureau's chief, its deputies and the heads of its offices.
    fn levels(self) -> [PostLevel; 3] {
        use PostLevel as L;
        match self {
            Self::City => [L::BureauDeputy, L::DivisionChief, L::DivisionDeputy],
            Self::CityDistrict => [L::DivisionChief, L::DivisionDeputy, L::SectionChief],
            Self::County => [L::SectionChief, L::SectionDeputy, L::NoLeadership],
        }
    }
}

/// A post, or a kind of post of which there are as many as people.
#[derive(Clone, Debug)]
pub struct Post {
    /// Place of the unit in [`Org::units`].
    pub unit: usize,
    /// Level.
    pub level: PostLevel,
    /// Title.
    pub title: String,
    /// Share among the posts without leadership; 0 for a post that one person holds.
    pub weight: u32,
}

/// A tree with its posts.
pub struct Org {
    /// The units, the root first and each after the one above it.
    pub units: Vec<unit::Model>,
    /// Posts that one person holds, then posts that many share.
    pub posts: Vec<Post>,
    /// The agencies of the retirement matter, by place in `units`.
    pub agencies: HashMap<Agency, usize>,
    /// The towns and streets, by place in `units`; in a city, which has none, the bureaus.
    pub departments: Vec<usize>,
}

/// Grows the tree of a place.
pub fn grow(chance: &mut Chance, region: &Region, created: DateTime<Utc>) -> Org {
    let org = Org { units: vec![], posts: vec![], agencies: HashMap::new(), departments: vec![] };
    let mut grower = Grower { chance, region, created, codes: 0, org };
    grower.grow();
    grower.org
}

struct Grower<'a> {
    chance: &'a mut Chance,
    region: &'a Region,
    created: DateTime<Utc>,
    codes: u32,
    org: Org,
}

struct New {
    parent: Option<usize>,
    name: String,
    short: String,
    sequence: UnitSequence,
    kind: UnitKind,
    division: String,
}

impl Grower<'_> {
    fn grow(&mut self) {
        let region = self.region;
        let root = self.add(New {
            parent: None,
            name: region.name.clone(),
            short: region.name.clone(),
            sequence: UnitSequence::Government,
            kind: UnitKind::Organ,
            division: region.division_code.clone(),
        });
        let mut by_short: HashMap<&'static str, usize> = HashMap::new();
        for spec in UNITS {
            let parent = spec.under.and_then(|short| by_short.get(short).copied()).unwrap_or(root);
            let unit = self.bureau(spec, parent);
            by_short.insert(spec.short, unit);
            if let Some(agency) = spec.agency {
                self.org.agencies.insert(agency, unit);
            }
            if region.standing == Standing::City && spec.sequence == UnitSequence::Government {
                self.org.departments.push(unit);
            }
        }
        let towns = Divisions::national().iter().filter(|division| {
            division.level == DivisionLevel::Town
                && division.valid_to.is_none()
                && division.parent.as_deref() == Some(region.division_code.as_str())
        });
        for town in towns {
            let unit = self.town(root, &town.name, &town.code);
            self.org.departments.push(unit);
        }
    }

    fn bureau(&mut self, spec: &Spec, parent: usize) -> usize {
        let region = self.region;
        let place = match spec.name.strip_prefix('委') {
            // 宁波市 + 委组织部 = 中共宁波市委组织部.
            Some(_) => format!("中共{}", region.full_name),
            None => region.full_name.clone(),
        };
        let unit = self.add(New {
            parent: Some(parent),
            name: format!("{place}{}", spec.name),
            short: spec.short.into(),
            sequence: spec.sequence,
            kind: spec.kind,
            division: region.division_code.clone(),
        });
        let [chief, deputy, head] = if spec.kind == UnitKind::PublicInstitution || spec.under.is_some() {
            // What a bureau runs stands one step lower and is not led by officials of rank.
            [region.standing.levels()[2], PostLevel::NoLeadership, PostLevel::NoLeadership]
        } else {
            region.standing.levels()
        };
        let (chief_title, deputy_title) = titles(spec.short);
        self.post(unit, chief, chief_title.into(), 0);
        for _ in 0..if spec.weight >= 4 { 2 } else { 1 } {
            self.post(unit, deputy, deputy_title.into(), 0);
        }
        let office_word = if region.standing == Standing::City { "处" } else { "科" };
        for office in spec.offices {
            let name = office.replace('*', office_word);
            let place = self.add(New {
                parent: Some(unit),
                name: format!("{}{name}", spec.short),
                short: name.clone(),
                sequence: spec.sequence,
                kind: UnitKind::InternalOffice,
                division: region.division_code.clone(),
            });
            if head != PostLevel::NoLeadership {
                self.post(place, head, format!("{name}负责人"), 0);
            }
            self.post(place, PostLevel::NoLeadership, staff_title(spec.kind).into(), spec.weight);
        }
        unit
    }

    fn town(&mut self, root: usize, name: &str, code: &str) -> usize {
        let organ = if name.ends_with("街道") { "办事处" } else { "人民政府" };
        let unit = self.add(New {
            parent: Some(root),
            name: format!("{}{name}{organ}", self.region.full_name),
            short: name.into(),
            sequence: UnitSequence::Township,
            kind: UnitKind::Organ,
            division: code.into(),
        });
        let [chief, deputy, _] = self.region.standing.levels();
        self.post(unit, chief, "党（工）委书记".into(), 0);
        self.post(unit, deputy, if organ == "办事处" { "办事处主任" } else { "镇（乡）长" }.into(), 0);
        self.post(unit, deputy, "党（工）委副书记".into(), 0);
        for office in TOWN_OFFICES {
            let place = self.add(New {
                parent: Some(unit),
                name: format!("{name}{office}"),
                short: (*office).into(),
                sequence: UnitSequence::Township,
                kind: UnitKind::InternalOffice,
                division: code.into(),
            });
            self.post(place, PostLevel::NoLeadership, "工作人员".into(), 3);
        }
        let centre = self.add(New {
            parent: Some(unit),
            name: format!("{}{name}{TOWN_CENTRE}", self.region.full_name),
            short: TOWN_CENTRE.into(),
            sequence: UnitSequence::Institution,
            kind: UnitKind::PublicInstitution,
            division: code.into(),
        });
        self.post(centre, PostLevel::NoLeadership, staff_title(UnitKind::PublicInstitution).into(), 3);
        unit
    }

    fn post(&mut self, unit: usize, level: PostLevel, title: String, weight: u32) {
        self.org.posts.push(Post { unit, level, title, weight });
    }

    fn add(&mut self, new: New) -> usize {
        let id = self.chance.id(self.created);
        let segment = crate::modules::organisation::commands::segment(id);
        let parent = new.parent.and_then(|place| self.org.units.get(place));
        let (parent_id, path) = match parent {
            Some(parent) => (Some(parent.id), format!("{}{segment}", parent.path)),
            None => (None, format!("/{segment}")),
        };
        let siblings = self.org.units.iter().filter(|unit| unit.parent_id == parent_id).count();
        self.codes += 1;
        let code = code(new.kind, &self.region.division_code, self.codes);
        self.org.units.push(unit::Model {
            tenant_id: self.region.tenant,
            id,
            code,
            name: new.name,
            short_name: Some(new.short),
            sequence: new.sequence,
            kind: new.kind,
            division_code: new.division,
            parent_id,
            path,
            position: i32::try_from(siblings + 1).unwrap_or(i32::MAX),
            valid_from: founded(self.chance),
            valid_until: None,
            version: 1,
            created_at: self.created,
            updated_at: self.created,
        });
        self.org.units.len() - 1
    }
}

/// A credit code, or the internal code of an office.
fn code(kind: UnitKind, division: &str, number: u32) -> String {
    let class = match kind {
        UnitKind::InternalOffice => return format!("N{division}{number:05}"),
        UnitKind::Organ => "11",
        UnitKind::ReferencedInstitution | UnitKind::PublicInstitution => "12",
        UnitKind::MassOrganisation => "13",
        UnitKind::CoordinatingBody => "19",
    };
    // Both halves are of the right length and alphabet, so this cannot fail; if it did, the database's
    // unique key and the tests would say so.
    CreditCode::make(&format!("{class}{division}"), &format!("MB{number:06}"))
        .map(|code| code.as_str().to_owned())
        .unwrap_or_default()
}

/// Most units date from the reforms of 2014 and 2019.
fn founded(chance: &mut Chance) -> NaiveDate {
    let years = [(2010, 2), (2014, 3), (2019, 6), (2024, 1)];
    let year = chance.weighted(&years).unwrap_or(2019);
    NaiveDate::from_ymd_opt(year, chance.between(1, 3), 1).unwrap_or_default()
}

fn titles(short: &str) -> (&'static str, &'static str) {
    match short {
        _ if short.ends_with("部") => ("部长", "副部长"),
        _ if short.ends_with("局") => ("局长", "副局长"),
        _ if short.ends_with("馆") => ("馆长", "副馆长"),
        _ if short.ends_with("院") => ("院长", "副院长"),
        "一中" | "实验小学" | "党校" => ("校长", "副校长"),
        "政法委" | "机关工委" | "纪委监委" | "团委" => ("书记", "副书记"),
        "总工会" | "妇联" | "残联" | "科协" => ("主席", "副主席"),
        _ => ("主任", "副主任"),
    }
}

fn staff_title(kind: UnitKind) -> &'static str {
    if kind == UnitKind::PublicInstitution { "专业技术人员" } else { "工作人员" }
}
