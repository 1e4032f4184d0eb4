//! Data migrations: what they do is known before anybody upgrades, and so is the way back.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a test says where")]

use declarative::{Agency, Environment, Package, Plugin, check, scaffold};

/// The scaffold with another set of codes, fields that have it, and a migration from 0.9.0.
fn migrated(migrate: &str) -> Result<Plugin, Vec<&'static str>> {
    let added = "[[codes]]\nkey = \"use\"\ntitle = \"用工方式\"\nvalues = [\n  { code = \"DISPATCH\", title = \"派遣\" },\n  \
        { code = \"CONTRACT\", title = \"合同\" },\n]\n\n[[field]]\ntarget = \"Cadre\"\nkey = \"contract\"\ntitle = \"用工方式\"\n\
        type = \"code:use\"\nindexed = true\n\n[[field]]\ntarget = \"Unit\"\nkey = \"quota\"\ntitle = \"名额\"\ntype = \"integer\"\n\n";
    let files = scaffold::files("330203.bianwai-luyong", "bwly", "编外录用").into_iter().map(|(path, text)| {
        let more = if path == "plugin.toml" {
            format!("\n{added}[[migrate]]\nfrom = \"0.9.0\"\n{migrate}\n")
        } else {
            String::new()
        };
        (path.to_string(), text + &more)
    });
    let agency = |(key, name): (&str, &str)| Agency { key: key.into(), name: name.into() };
    let around = Environment {
        agencies: [("organisation", "组织部"), ("treasury", "财政")].map(agency).to_vec(),
        ..Environment::default()
    };
    check(&Package::new(files).unwrap(), &around).map_err(|faults| {
        for fault in &faults {
            assert!(fault.line > 50 && !fault.message.is_empty() && !fault.mend.is_empty(), "{fault:?}");
        }
        faults.iter().map(|fault| fault.code).collect()
    })
}

/// Codes of the contract's field, there and back.
fn recoded(up: &str, down: &str) -> Result<Plugin, Vec<&'static str>> {
    let step = |codes: &str| format!("{{ recode = {{ \"Cadre.contract\" = {{ {codes} }} }} }}");
    migrated(&format!("up = {}\ndown = {}", step(up), step(down)))
}

fn faults(found: Result<Plugin, Vec<&'static str>>) -> Vec<&'static str> {
    found.unwrap_err()
}

#[test]
fn codes_become_others_and_again_what_they_were() {
    let plugin = recoded("A = \"DISPATCH\", B = \"CONTRACT\"", "DISPATCH = \"A\", CONTRACT = \"B\"").unwrap();
    let step = &plugin.recodes[0];
    assert_eq!((step.from.as_str(), step.target.as_str(), step.field.as_str()), ("0.9.0", "Cadre", "contract"));
    assert_eq!((step.codes["A"].as_str(), step.back()["CONTRACT"].as_str()), ("DISPATCH", "B"));
    assert_eq!(plugin.codes_of("use").collect::<Vec<_>>(), ["DISPATCH", "CONTRACT"]);
    assert_eq!(plugin.codes_of("none").count(), 0);
    let swap =
        recoded("DISPATCH = \"CONTRACT\", CONTRACT = \"DISPATCH\"", "CONTRACT = \"DISPATCH\", DISPATCH = \"CONTRACT\"");
    assert_eq!(swap.unwrap().recodes[0].back()["CONTRACT"], "DISPATCH");
    // One stands in the place of another, which has gone further.
    assert!(recoded("A = \"DISPATCH\", DISPATCH = \"CONTRACT\"", "DISPATCH = \"A\", CONTRACT = \"DISPATCH\"").is_ok());
}

#[test]
fn a_way_back_on_which_one_has_to_guess_is_none() {
    let none = migrated("up = { recode = { \"Cadre.contract\" = { A = \"DISPATCH\" } } }");
    assert_eq!(faults(none), ["NO_DOWN"]);
    assert_eq!(faults(recoded("A = \"DISPATCH\"", "DISPATCH = \"B\"")), ["NO_DOWN"], "it leads elsewhere");
    assert_eq!(faults(recoded("A = \"DISPATCH\", B = \"CONTRACT\"", "DISPATCH = \"A\"")), ["NO_DOWN"], "half of it");
    assert_eq!(
        faults(recoded("A = \"DISPATCH\", B = \"DISPATCH\"", "DISPATCH = \"B\"")),
        ["NO_DOWN"],
        "two become one"
    );
    let both = recoded("CONTRACT = \"DISPATCH\"", "DISPATCH = \"CONTRACT\"");
    assert_eq!(faults(both), ["NO_DOWN"], "what is written afterwards would become one with what was there");
}

#[test]
fn codes_that_a_field_has_not_are_not_given() {
    assert_eq!(faults(recoded("A = \"LEASED\"", "LEASED = \"A\"")), ["MIGRATION"]);
    assert_eq!(faults(recoded("DISPATCH = \"DISPATCH\"", "DISPATCH = \"DISPATCH\"")), ["MIGRATION"]);
    assert_eq!(faults(recoded("\"a' or '1'\" = \"DISPATCH\"", "DISPATCH = \"a' or '1'\"")), ["MIGRATION"]);
    assert_eq!(faults(recoded("", "")), ["MIGRATION"]);
    let of = |path: &str| {
        let step = |codes: &str| format!("{{ recode = {{ \"{path}\" = {{ {codes} }} }} }}");
        faults(migrated(&format!("up = {}\ndown = {}", step("A = \"DISPATCH\""), step("DISPATCH = \"A\""))))
    };
    for path in ["Cadre.nothing", "Unit.quota", "Unit.contract", "contract", "Cadre"] {
        assert_eq!(of(path), ["MIGRATION"], "{path}");
    }
    let step = "up = { recode = { \"Cadre.contract\" = { A = \"DISPATCH\" } } }\ndown = { recode = { \"Cadre.contract\" = { DISPATCH = \"A\" } } }";
    assert_eq!(faults(migrated(&format!("{step}\n\n[[migrate]]\nfrom = \"0.9.0\"\n{step}"))), ["MIGRATION"], "once");
    assert!(migrated(&format!("{step}\n\n[[migrate]]\nfrom = \"0.8.0\"\n{step}")).is_ok(), "from each version");
}

#[test]
fn a_field_that_gets_another_name_is_recoded_under_that() {
    let both = |path: &str| {
        let (up, down) = ("\"Cadre.sort\" = \"contract\"", "\"Cadre.contract\" = \"sort\"");
        migrated(&format!(
            "up = {{ rename = {{ {up} }}, recode = {{ \"{path}\" = {{ A = \"DISPATCH\" }} }} }}\n\
             down = {{ rename = {{ {down} }}, recode = {{ \"{path}\" = {{ DISPATCH = \"A\" }} }} }}"
        ))
    };
    assert!(both("Cadre.contract").is_ok());
    assert_eq!(faults(both("Cadre.sort")), ["MIGRATION"]);
}
