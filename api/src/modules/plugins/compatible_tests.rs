//! Tests of what a later version keeps: codes go only where all their values become others that can be told apart.

use declarative::{Package, check, scaffold};

use super::*;
use crate::modules::plugins::store::environment;

const CONTRACT: (&str, &str) = ("contract", "code:use");

/// A version with fields of a cadre, the codes of the set `use`, and what it does to the data of 1.0.0 and undoes again.
fn version(number: &str, codes: &[&str], fields: &[(&str, &str)], steps: Option<(&str, &str)>) -> Plugin {
    let files = scaffold::files("330203.bwly", "bwly", "编外录用").into_iter().map(|(path, text)| {
        let codes: Vec<String> =
            codes.iter().map(|code| format!("{{ code = \"{code}\", title = \"代码\" }}")).collect();
        let mut more = format!("[[codes]]\nkey = \"use\"\ntitle = \"用工\"\nvalues = [{}]\n\n", codes.join(", "));
        for (key, ty) in fields {
            more +=
                &format!("[[field]]\ntarget = \"Cadre\"\nkey = \"{key}\"\ntitle = \"用工方式\"\ntype = \"{ty}\"\n\n");
        }
        if let Some((up, down)) = steps {
            more += &format!("[[migrate]]\nfrom = \"1.0.0\"\nup = {{ {up} }}\ndown = {{ {down} }}\n\n");
        }
        let text = text.replace("version = \"1.0.0\"", &format!("version = \"{number}\""));
        (path.to_string(), text.replace("[[matter]]", &format!("{more}[[matter]]")))
    });
    check(&Package::new(files).unwrap(), &environment()).unwrap_or_else(|faults| panic!("{faults:?}"))
}

/// What is told of a version that follows 1.0.0 with the codes A, B and C.
fn told(after: &Plugin, way: Way) -> Vec<String> {
    let before = version("1.0.0", &["A", "B", "C"], &[CONTRACT], None);
    match compatible(&before, after, way) {
        Ok(()) => vec![],
        Err(Fault::Refused(errors)) => errors.into_iter().map(|error| error.en.into_owned()).collect(),
        Err(other) => panic!("{other:?}"),
    }
}

fn recoded(codes: &[&str], up: &str, down: &str) -> Plugin {
    let step = |codes: &str| format!("recode = {{ \"Cadre.contract\" = {{ {codes} }} }}");
    let (up, down) = (step(up), step(down));
    version("1.1.0", codes, &[CONTRACT], Some((up.as_str(), down.as_str())))
}

#[test]
fn codes_go_where_all_their_values_become_others() {
    let whole = recoded(
        &["B", "A", "DISPATCH"],
        "A = \"B\", B = \"A\", C = \"DISPATCH\"",
        "B = \"A\", A = \"B\", DISPATCH = \"C\"",
    );
    assert_eq!(told(&whole, Way::Migrated), [] as [&str; 0]);
    assert_eq!(told(&whole, Way::Passed), [] as [&str; 0], "the rows tell");
    let stays = "use: there may be data, so its type stays and its codes stay; take another name.";
    assert_eq!(told(&whole, Way::Replaced), [stays], "nothing is carried over where nothing is upgraded");

    let lost = recoded(&["DISPATCH"], "A = \"DISPATCH\"", "DISPATCH = \"A\"");
    assert_eq!(told(&lost, Way::Migrated), ["Cadre.contract: its codes B, C are gone; `recode` gives them others."]);
    let merged = recoded(&["B", "C"], "A = \"B\"", "B = \"A\"");
    let two = "Cadre.contract: two codes would become B, and nobody could tell them apart again.";
    assert_eq!(told(&merged, Way::Migrated), [two]);
    let foreign = recoded(&["A", "B", "C", "Y"], "X = \"Y\"", "Y = \"X\"");
    assert_eq!(told(&foreign, Way::Migrated), ["Cadre.contract: X in `recode` is no code of version 1.0.0."]);
    let no_field = version("1.1.0", &["A", "B"], &[], None);
    assert_eq!(told(&no_field, Way::Migrated), [stays], "values that no field is left for");
}

#[test]
fn a_field_is_recoded_by_the_name_that_it_gets_and_keeps_its_type() {
    let with = |field: (&str, &str), codes: &[&str], up: &str, down: &str| {
        let up = format!("rename = {{ \"Cadre.contract\" = \"sort\" }}, {up}");
        let down = format!("rename = {{ \"Cadre.sort\" = \"contract\" }}, {down}");
        told(&version("1.1.0", codes, &[field], Some((up.as_str(), down.as_str()))), Way::Migrated)
    };
    let (up, down) = ("recode = { \"Cadre.sort\" = { A = \"X\" } }", "recode = { \"Cadre.sort\" = { X = \"A\" } }");
    assert_eq!(with(("sort", "code:use"), &["X", "B", "C"], up, down), [] as [&str; 0]);
    let lost = ["Cadre.sort: its codes C are gone; `recode` gives them others."];
    assert_eq!(with(("sort", "code:use"), &["X", "B"], up, down), lost);
    let typed = ["Cadre.sort: it has the values of contract and with them its type."];
    let none = "recode = {}";
    assert_eq!(with(("sort", "integer"), &["A", "B", "C"], none, none), typed);
    let swap = "recode = { \"Cadre.other\" = { A = \"B\", B = \"A\" } }";
    let another = version("1.1.0", &["A", "B", "C"], &[CONTRACT, ("other", "code:use")], Some((swap, swap)));
    let no_such = ["Cadre.other: version 1.0.0 has no such field whose codes could become others."];
    assert_eq!(told(&another, Way::Migrated), no_such);
}

#[test]
fn what_stands_in_forms_keeps_its_codes() {
    let with_form = |number: &str, code: &str, steps: &str| {
        let files = scaffold::files("330203.bwly", "bwly", "编外录用").into_iter().map(|(path, text)| {
            let text = text.replace("version = \"1.0.0\"", &format!("version = \"{number}\""));
            let text = text.replace("\"FIRST\"", &format!("\"{code}\""));
            (path.to_string(), text.replace("[[matter]]", &format!("{steps}[[matter]]")))
        });
        check(&Package::new(files).unwrap(), &environment()).unwrap_or_else(|faults| panic!("{faults:?}"))
    };
    let steps = "[[migrate]]\nfrom = \"1.0.0\"\nup = { recode = { \"Cadre.kind\" = { FIRST = \"PRIMARY\" } } }\n\
        down = { recode = { \"Cadre.kind\" = { PRIMARY = \"FIRST\" } } }\n\n";
    let before = with_form("1.0.0", "FIRST", "");
    let after = with_form("1.1.0", "PRIMARY", steps);
    for way in [Way::Migrated, Way::Replaced, Way::Passed] {
        assert!(compatible(&before, &after, way).is_err(), "{way:?}");
    }
    assert!(compatible(&before, &before, Way::Replaced).is_ok());
}
