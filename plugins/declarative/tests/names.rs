//! Names that are the language's, the platform's or another plug-in's, and types without an end: none is taken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a test says where")]

use declarative::{Agency, Environment, Package, check, names, scaffold};

const MANIFEST: &str = "plugin.toml";
const FORM: &str = "forms/apply.json";

fn around() -> Environment {
    let agency = |(key, name): (&str, &str)| Agency { key: key.into(), name: name.into() };
    let agencies = [("organisation", "组织部"), ("treasury", "财政")].map(agency).to_vec();
    Environment { agencies, ..Environment::default() }
}

/// The codes of what is wrong with the right plug-in after a change to one of its files; none if it is taken.
fn faults(file: &str, change: impl Fn(String) -> String) -> Vec<&'static str> {
    let files = scaffold::files("330203.bianwai-luyong", "bwly", "编外录用").into_iter();
    let files = files.map(|(path, text)| (path.to_string(), if path == file { change(text) } else { text }));
    let outcome = Package::new(files).and_then(|package| check(&package, &around()).map(drop));
    outcome.err().unwrap_or_default().into_iter().map(|fault| fault.code).collect()
}

/// The same with something replaced in the manifest.
fn manifest(from: &str, to: &str) -> Vec<&'static str> {
    faults(MANIFEST, |text| {
        assert!(text.contains(from), "the manifest has no {from}");
        text.replacen(from, to, 1)
    })
}

#[test]
fn a_name_of_the_language_of_the_platform_or_of_another_plug_in_is_taken_nowhere() {
    assert_eq!(faults(MANIFEST, |text| text), Vec::<&str>::new());
    let long = "x".repeat(41);
    // Of the language, of the platform's types and roots, with another's prefix, with its own, and no name at all.
    let wrong = [
        "__x",
        "__typename",
        "__Schema",
        "Cadre",
        "Query",
        "Mutation",
        "core_apply",
        "other_apply",
        "bwly_apply",
        "_x",
        "1x",
        "",
        "x y",
        "x-y",
        "x.y",
        "申请",
        "x\\u200b",
        long.as_str(),
    ];
    let places = [
        ("key = \"kind\"\ntitle = \"类别\"\nvalues", "key = \"{}\"\ntitle = \"类别\"\nvalues"),
        ("key = \"kind\"\ntitle = \"类别\"\ntype", "key = \"{}\"\ntitle = \"类别\"\ntype"),
        ("key = \"apply\"", "key = \"{}\""),
        ("plural = \"applications\"", "plural = \"{}\""),
    ];
    for name in wrong {
        for (from, to) in places {
            let told = manifest(from, &to.replace("{}", name));
            assert!(told.contains(&"NAME"), "{name} in the place of {from}: {told:?}");
        }
    }
    let own = names::RESERVED.iter().chain(&["__", "_a", "Core", "b_y", "x", "averyverylongprefix", "编外", ""]);
    for prefix in own {
        let told = manifest("prefix = \"bwly\"", &format!("prefix = \"{prefix}\""));
        assert!(told.contains(&"PREFIX"), "{prefix}: {told:?}");
    }
}

/// Whatever a plug-in calls its things: in the schema each begins with the prefix, and no prefix is the beginning of a name of
/// the platform's, none of which has an underscore after its first word.
#[test]
fn a_plug_ins_names_are_its_own_even_where_its_words_are_the_platforms() {
    assert_eq!(manifest("key = \"apply\"", "key = \"cadre\""), ["UNKNOWN_MATTER"], "its rule is of the other name now");
    assert_eq!(names::type_name("bwly", "cadre"), "Bwly_Cadre");
    assert_eq!(names::field_name("bwly", "cadres"), "bwly_cadres");
    // Two words whose types would be one, or one of those that the platform makes of the other.
    for clash in ["kind", "kindWhere", "kindConnection", "kindFormInput", "kindOrderField"] {
        let told = manifest("key = \"apply\"", &format!("key = \"{clash}\""));
        assert!(told.contains(&"NAME_CLASH"), "{clash}: {told:?}");
    }
}

#[test]
fn five_thousand_fields_are_refused_by_the_manifest_and_by_the_form() {
    let many = |count: usize| -> String {
        let field = |at: usize| format!("[[field]]\ntarget=\"Unit\"\nkey=\"f{at}\"\ntitle=\"字段\"\ntype=\"text\"\n");
        (0..count).map(field).collect()
    };
    for (count, code) in [(5_000, "FILE_TOO_LARGE"), (700, "TOO_MANY"), (61, "TOO_MANY")] {
        let told = faults(MANIFEST, |text| format!("{text}\n{}", many(count)));
        assert!(told.contains(&code), "{count}: {told:?}");
    }
    let form = |count: usize| {
        let fields: Vec<String> = (0..count).map(|at| format!("\"f{at}\":{{\"title\":\"项\"}}")).collect();
        let fields = fields.join(",");
        faults(FORM, |_| format!("{{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{{{fields}}}}}"))
    };
    assert!(form(5_000).contains(&"FILE_TOO_LARGE"));
    assert!(form(1_000).contains(&"FIELD_COUNT"));
}

#[test]
fn a_type_never_leads_back_to_itself_however_deep() {
    // A ring of definitions, from the shortest to one that is longer than a form may be deep.
    for length in [1, 2, 20, 200] {
        let part = |at: usize| format!("\"a{at}\": {{\"anyOf\": [{{\"$ref\": \"#/$defs/a{}\"}}]}}", (at + 1) % length);
        let ring: Vec<String> = (0..length).map(part).collect();
        let text = format!(
            "\"$defs\": {{{}}}, \"properties\": {{ \"a\": {{\"title\": \"甲\", \"$ref\": \"#/$defs/a0\"}},",
            ring.join(",")
        );
        let told = faults(FORM, |form| form.replacen("\"properties\": {", &text, 1));
        assert!(told.contains(&"REF_CYCLE"), "{length}: {told:?}");
    }
    // Answers of its own queries are objects of values: an object within one, or a type by its name, is no type.
    for ty in ["object", "ring", "Bwly_Ring", "code:ring", "Cadre", "[text]"] {
        let query = format!(
            "\n[[query]]\nkey = \"ring\"\ntitle = \"环\"\ntype = \"object\"\nfields = [{{ key = \"next\", title = \"下一个\", type = \"{ty}\" }}]\n"
        );
        let told = faults(MANIFEST, |text| format!("{text}{query}"));
        assert!(told.contains(&"TYPE"), "{ty}: {told:?}");
    }
}
