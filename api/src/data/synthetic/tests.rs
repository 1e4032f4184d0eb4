use std::collections::HashSet;

use chrono::{Datelike, NaiveDate};
use entities::values::{CadreState, RetirementCategory, TenantLevel, UnitKind};
use uuid::Uuid;

use super::{
    chance::Chance,
    identity::IdNumbers,
    matters::Catalogue,
    orgs::{self, Agency, Org, Region, Standing},
    party::{self, Party},
    people::Made,
    places::Places,
    populate::Populace,
    profile::rule_category,
    rows::at,
};
use crate::{
    kernel::{partial_date::PartialDate, year_month::YearMonth},
    modules::{
        organisation::rules::credit_code::CreditCode,
        personnel::rules::{
            code_set::{CodeSets, EDUCATION, ETHNIC_GROUP, POLITICAL_STATUS},
            id_number::{IdNumber, Sex},
            retirement::statutory,
        },
    },
};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

struct World {
    org: Org,
    party: Party,
    people: Vec<Made>,
}

fn world(seed: u64, count: usize) -> World {
    let today = day("2026-11-20");
    let created = at(day("2024-11-20"), 540);
    let mut chance = Chance::new(seed, 0);
    let region = Region {
        tenant: Uuid::from_u128(1),
        division_code: "330203".into(),
        name: "宁波市海曙区".into(),
        full_name: "宁波市海曙区".into(),
        standing: Standing::CityDistrict,
    };
    let org = orgs::grow(&mut chance, &region, created);
    let party = party::set_up(&mut chance, &org, created);
    let places = Places::around("330203");
    let mut numbers = IdNumbers::new();
    let populace = Populace { org: &org, party: &party, places: &places, today, created };
    let mut people = populace.leaders(&mut chance, &mut numbers);
    people.extend(populace.staff(&mut chance, &mut numbers, count - people.len()));
    World { org, party, people }
}

#[test]
fn ten_thousand_identity_numbers_are_valid_and_unique() {
    let people = world(1, 10_000).people;
    assert_eq!(people.len(), 10_000);
    let mut seen = HashSet::new();
    let mut retired_prefixes = 0;
    for made in &people {
        let number = IdNumber::parse(&made.person.id_number).unwrap();
        assert!(seen.insert(number.as_str().to_owned()), "twice");
        assert_eq!(number.birth().to_string(), made.person.birth);
        assert_eq!(if number.sex() == Sex::Male { "1" } else { "2" }, made.person.sex);
        retired_prefixes += usize::from(matches!(number.prefix(), "330204" | "330227" | "330283"));
    }
    assert!(retired_prefixes > 300, "{retired_prefixes}");
}

#[test]
fn credit_codes_are_valid_and_unique_and_offices_have_internal_ones() {
    let org = world(2, 400).org;
    let codes: HashSet<&str> = org.units.iter().map(|unit| unit.code.as_str()).collect();
    assert_eq!(codes.len(), org.units.len());
    for unit in &org.units {
        match unit.kind {
            UnitKind::InternalOffice => assert!(unit.code.starts_with('N')),
            _ => assert_eq!(CreditCode::parse(&unit.code).unwrap().division(), "330203"),
        }
        let parent = org.units.iter().find(|other| Some(other.id) == unit.parent_id);
        assert!(parent.is_none_or(|up| unit.path.starts_with(&up.path)), "{}", unit.name);
    }
    assert_eq!(org.agencies.len(), Agency::ALL.len());
    assert!(org.units.iter().any(|unit| unit.name == "中共宁波市海曙区委组织部"));
    assert!(org.units.iter().any(|unit| unit.name == "宁波市海曙区南门街道办事处"));
}

#[test]
fn the_same_seed_gives_the_same_rows() {
    let rows = |seed| {
        let world = world(seed, 500);
        let people = world.people.into_iter().map(|made| (made.person, made.cadre, made.appointment));
        (world.org.units, world.party.rows, people.collect::<Vec<_>>())
    };
    assert_eq!(rows(5), rows(5));
    assert_ne!(rows(5), rows(6));
}

#[test]
fn ages_categories_and_posts_agree() {
    let today = day("2026-11-20");
    let sets = CodeSets::national();
    for Made { person, cadre, appointment } in world(3, 5_000).people {
        let birth: NaiveDate = person.birth.parse().unwrap();
        let age = today.years_since(birth).unwrap();
        assert!((21..=63).contains(&age), "{age}");
        let archive: PartialDate = cadre.archive_birth.parse().unwrap();
        let month = statutory(rule_category(cadre.category), archive).month;
        assert!(month > YearMonth::of(today), "serves past {month}");
        assert_eq!(person.sex == "1", cadre.category == RetirementCategory::M60);
        let started: PartialDate = cadre.work_started.parse().unwrap();
        assert!(started.year() - birth.year() >= 17, "{} {}", person.birth, cadre.work_started);
        let worked = started.year_month().months_until(YearMonth::of(today));
        assert!((0..=worked).contains(&cadre.contribution_months));
        assert!(appointment.started_on <= today && appointment.cadre_id == cadre.id);
        assert!(matches!(cadre.state, CadreState::Serving | CadreState::Probation));
        assert_eq!(person.party_organisation_id.is_some(), person.joined_party.is_some());
        for (set, code) in [
            (ETHNIC_GROUP, &person.ethnicity),
            (POLITICAL_STATUS, &person.political_status),
            (EDUCATION, person.education.as_ref().unwrap()),
        ] {
            assert!(sets.resolve(set, code, today).is_ok(), "{set} {code}");
        }
    }
}

#[test]
fn whoever_is_to_retire_in_a_month_does() {
    let today = day("2026-11-20");
    let World { org, party, .. } = world(4, 400);
    let places = Places::around("330203");
    let populace = Populace { org: &org, party: &party, places: &places, today, created: at(today, 540) };
    let (mut chance, mut numbers) = (Chance::new(9, 9), IdNumbers::new());
    for later in -24..4 {
        let wanted = YearMonth::of(today).add_months(later);
        let made = populace.retiring(&mut chance, &mut numbers, wanted).unwrap();
        let month = statutory(rule_category(made.cadre.category), made.cadre.archive_birth.parse().unwrap()).month;
        assert!((0..=2).contains(&wanted.months_until(month)), "{wanted} {month}");
        assert!(!made.cadre.under_investigation);
    }
}

#[test]
fn batches_of_different_slots_share_no_identity_number() {
    let (mut chance, birth) = (Chance::new(1, 1), day("1990-01-01"));
    let mut seen = HashSet::new();
    for slot in 0..super::identity::SLOTS {
        let mut numbers = IdNumbers::of_slot(slot);
        for sex in [Sex::Male, Sex::Female] {
            let number = numbers.give(&mut chance, "330203", birth, sex).unwrap();
            assert!(IdNumber::parse(&number).is_ok() && seen.insert(number));
            assert_eq!(numbers.give(&mut chance, "330203", birth, sex), None);
        }
    }
}

#[test]
fn the_standard_matters_fit_the_tree() {
    let org = world(2, 400).org;
    let created = at(day("2024-11-20"), 540);
    let catalogue =
        Catalogue::standard(&mut Chance::new(1, 0), &org, TenantLevel::County, created, day("2024-11-20")).unwrap();
    let matter = catalogue.matter(super::matters::RETIREMENT).unwrap();
    let units: HashSet<Uuid> = matter.branches.iter().map(|branch| branch.handling_unit_id).collect();
    assert_eq!((matter.branches.len(), units.len(), matter.materials.len()), (7, 7, 4));
}

#[test]
fn the_blank_page_is_a_pdf_whose_table_points_at_its_objects() {
    let bytes = super::history::pdf();
    let text = String::from_utf8(bytes).unwrap();
    assert!(infer::get(text.as_bytes()).is_some_and(|kind| kind.mime_type() == "application/pdf"));
    for (number, line) in (1..).zip(text.lines().filter(|line| line.ends_with(" n "))) {
        let place: usize = line[..10].parse().unwrap();
        assert!(text[place..].starts_with(&format!("{number} 0 obj")));
    }
}
