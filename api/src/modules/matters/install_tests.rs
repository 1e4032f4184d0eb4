//! Tests of the standard catalogue: every definition can run, and what no source gives is marked.

#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::*;

fn named(key: &str) -> Definition {
    definitions().unwrap().into_iter().find(|definition| definition.key == key).unwrap()
}

fn current(definition: &Definition) -> &[MaterialDefinition] {
    &definition.materials[&MaterialPhase::Current]
}

fn before(definition: &Definition) -> &[MaterialDefinition] {
    definition.materials.get(&MaterialPhase::Before).map_or(&[], Vec::as_slice)
}

/// The codes of a filled-in form's faults.
fn faults(key: &str, form: Json) -> Vec<(Code, String)> {
    let compiled = Form::cached(&named(key).form, FORMATS).unwrap();
    let mut faults: Vec<_> =
        compiled.faults(&form, "form").into_iter().map(|error| (error.code, error.field.unwrap())).collect();
    faults.sort();
    faults
}

#[test]
fn h_02_every_base_matter_has_a_definition_that_can_run() {
    let definitions = definitions().unwrap();
    let keys: Vec<&str> = definitions.iter().map(|definition| definition.key.as_str()).collect();
    let expected = [
        "recruitment",
        "transfer",
        "lateral-entry",
        "open-selection",
        "secondment",
        "rank-change",
        "resignation",
        "dismissal",
        "retirement",
        "veteran-placement",
        "death",
        "parking-permit",
        "transfer-application",
        "lateral-entry-application",
    ];
    assert_eq!(keys, expected);
    for definition in &definitions {
        check(definition).unwrap();
        assert!(!definition.branches.is_empty() && !current(definition).is_empty(), "{}", definition.key);
        let outcome = crate::modules::matters::rules::outcome::of(&definition.key);
        let applies = definition.key.ends_with("-application") || definition.key == "parking-permit";
        assert_eq!(outcome.is_none(), applies, "{}", definition.key);
    }
}

#[test]
fn h_02_groups_of_the_catalogue() {
    let titles: Titles = parse(CATALOGUE).unwrap();
    assert_eq!(titles.unsure, [MatterGroup::ProvincialBase, MatterGroup::ProvincialLinked]);
    let definitions = definitions().unwrap();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut keys = HashSet::new();
    let listed = [
        (&titles.linked, MatterGroup::ProvincialLinked),
        (&titles.city, MatterGroup::City),
        (&titles.county, MatterGroup::County),
    ];
    let listed = listed.into_iter().flat_map(|(titles, group)| titles.iter().map(move |t| (t.key.as_str(), group)));
    for (key, group) in definitions.iter().map(|d| (d.key.as_str(), d.group)).chain(listed) {
        assert!(keys.insert(key), "{key} is there twice");
        *counts.entry(entities::CodeEnum::as_str(group)).or_default() += 1;
    }
    let expected = [("CITY", 5), ("COUNTY", 2), ("PROVINCIAL_BASE", 9), ("PROVINCIAL_LINKED", 10)];
    assert_eq!(counts, BTreeMap::from(expected));
}

#[test]
fn h_02_a_level_has_the_provincial_groups_and_its_own() {
    use MatterGroup::{City, County, ProvincialBase, ProvincialLinked};
    let groups = |level| [ProvincialBase, ProvincialLinked, City, County].map(|group| belongs_to(group, level));
    assert_eq!(groups(TenantLevel::Province), [true, true, false, false]);
    assert_eq!(groups(TenantLevel::City), [true, true, true, false]);
    assert_eq!(groups(TenantLevel::County), [true, true, false, true]);
}

#[test]
fn h_01_every_branch_names_agency_duty_and_step() {
    let mut agencies: BTreeMap<String, String> = BTreeMap::new();
    for definition in definitions().unwrap() {
        for branch in definition.branches {
            let place = format!("{} {}", definition.key, branch.key);
            for text in [&branch.title, &branch.agency, &branch.duty_item, &branch.step] {
                assert!(!text.trim().is_empty(), "{place}");
            }
            // A key is one agency's in every matter, because the tenant's map goes by keys.
            let agency = agencies.entry(branch.key).or_insert_with(|| branch.agency.clone());
            assert_eq!(*agency, branch.agency, "{place}");
        }
    }
    let keys = branch_keys().unwrap();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>(), agencies.keys().collect::<BTreeSet<_>>());
    assert_eq!(keys.len(), agencies.len());
}

#[test]
fn h_03_every_field_is_seen_by_an_agency_and_every_material_needed_by_one() {
    for definition in definitions().unwrap() {
        let branches = &definition.branches;
        let properties = definition.form["properties"].as_object().unwrap();
        for (name, property) in properties {
            assert!(branches.iter().any(|b| b.fields.contains(name)), "{} {name}", definition.key);
            assert!(property["title"].as_str().is_some_and(|title| !title.is_empty()), "{} {name}", definition.key);
            let known = |source: &str| {
                let (person, cadre) = (["person.idNumber", "person.name"], ["cadre.unit", "cadre.post", "cadre.rank"]);
                person.contains(&source) || cadre.contains(&source) || source.starts_with("approval.")
            };
            assert!(property["x-source"].as_str().is_none_or(known), "{} {name} has no such source", definition.key);
        }
        for material in current(&definition) {
            let needed = branches.iter().any(|b| b.materials.contains(&material.key));
            assert!(needed, "{} {}", definition.key, material.key);
        }
        let required = definition.form["required"].as_array().unwrap();
        assert!(required.iter().all(|name| properties.contains_key(name.as_str().unwrap())), "{}", definition.key);
    }
}

#[test]
fn h_02_what_no_source_gives_is_left_out_and_marked() {
    for definition in definitions().unwrap() {
        let is_unsure = |part| definition.unsure.contains(&part);
        let key = &definition.key;
        assert_eq!(definition.baseline_steps == 0, is_unsure(Unsure::BaselineSteps), "{key}");
        assert!(!before(&definition).is_empty() || is_unsure(Unsure::MaterialsBefore), "{key}");
        assert!(is_unsure(Unsure::Agencies) && is_unsure(Unsure::Form), "{key}");
        assert_eq!(is_unsure(Unsure::BaselineDays), key != "retirement", "{key}");
        assert!(is_unsure(Unsure::MaterialsCurrent), "{key}");
    }
}

#[test]
fn h_03_all_branches_start_at_once_and_promise_two_working_days() {
    for definition in definitions().unwrap() {
        assert_eq!((definition.limit_days, definition.baseline_days, definition.visits), (2, 20, 0));
        assert!(definition.branches.iter().all(|b| b.limit_days == 2 && b.depends_on.is_empty()));
    }
}

#[test]
fn h_03_retirement_has_seven_agencies_and_22_materials_became_5() {
    let definition = named("retirement");
    assert_eq!(definition.branches.len(), 7);
    assert!(definition.branches.iter().all(|branch| branch.mandatory));
    assert_eq!((before(&definition).len(), current(&definition).len()), (22, 5));
}

#[test]
fn h_05_a_secondment_leaves_insurance_and_establishment_alone() {
    let keys: Vec<String> = named("secondment").branches.into_iter().map(|branch| branch.key).collect();
    assert_eq!(keys, ["organisation", "office-affairs", "party-membership", "personnel-file"]);
}

#[test]
fn h_05_lateral_entry_names_a_post_or_a_rank_high_enough() {
    let form = named("lateral-entry").form;
    let ranks: Vec<&str> =
        form["properties"]["rank"]["enum"].as_array().unwrap().iter().flat_map(Json::as_str).collect();
    assert_eq!(ranks, ["COUNSEL_1", "COUNSEL_2", "CONSULTANT_1", "CONSULTANT_2", "CONSULTANT_3", "CONSULTANT_4"]);
    let mut filled = json!({
        "idNumber": "11010519491231002X", "name": "王建国", "effectiveMonth": "2025-07", "phone": "13800000000",
        "fromUnit": "甲大学", "toUnit": "科技局", "post": "副局长", "origin": "UNIVERSITY",
        "publishedOn": "2025-04-28", "publicityUntil": "2025-05-08", "bankName": "中国工商银行",
        "bankAccount": "622202100000000001", "pensionAccount": "330203001", "medicalAccount": "330203002",
        "housingFundAccount": "330203003", "isPartyMember": false, "commutingAllowance": true
    });
    assert_eq!(faults("lateral-entry", filled.clone()), [(Code::InvalidValue, "form".into())]);
    filled["rank"] = json!("PRINCIPAL_CLERK_1");
    assert_eq!(faults("lateral-entry", filled.clone()), [(Code::InvalidValue, "form.rank".into())]);
    filled["rank"] = json!("CONSULTANT_4");
    assert_eq!(faults("lateral-entry", filled), []);
}

#[test]
fn h_03_what_one_answer_makes_necessary_is_asked_for() {
    let mut filled = json!({
        "idNumber": "11010519491231002X", "name": "王建国", "effectiveMonth": "2025-07", "phone": "13800000000",
        "unit": "财政局", "change": "BOTH", "publishedOn": "2025-04-28", "publicityUntil": "2025-05-08",
        "commutingAllowance": true
    });
    let missing = |names: &[&str]| names.iter().map(|n| (Code::Required, format!("form.{n}"))).collect::<Vec<_>>();
    assert_eq!(faults("rank-change", filled.clone()), missing(&["toPost", "toRank"]));
    filled["change"] = json!("RANK");
    assert_eq!(faults("rank-change", filled.clone()), missing(&["toRank"]));
    filled["toRank"] = json!("PRINCIPAL_CLERK_1");
    assert_eq!(faults("rank-change", filled), []);
}

#[test]
fn h_03_a_branch_cannot_name_what_is_not_there() {
    let mut definition = named("retirement");
    definition.branches[0].fields.push("salary".into());
    assert_eq!(check(&definition).unwrap_err().code, Code::BadUserInput);
    let mut definition = named("death");
    definition.branches[0].materials.push("payslip".into());
    assert_eq!(check(&definition).unwrap_err().code, Code::BadUserInput);
}

#[test]
fn h_03_branches_cannot_wait_for_each_other() {
    let mut definition = named("transfer");
    definition.branches[0].depends_on.push("establishment".into());
    check(&definition).unwrap();
    definition.branches[1].depends_on.push("organisation".into());
    assert_eq!(check(&definition).unwrap_err().code, Code::BadUserInput);
}
