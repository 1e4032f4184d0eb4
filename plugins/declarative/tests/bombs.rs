//! Bombs (炸弹): small texts that are large to take in. Each is refused at once, and the process is hardly larger for it.
//!
//! One test, so that nothing else in the process is counted.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a test says where")]

use std::{
    fs,
    time::{Duration, Instant},
};

use declarative::{Agency, Environment, Package, check, scaffold};

const MANIFEST: &str = "plugin.toml";
const FORM: &str = "forms/apply.json";
/// Of so many tries the quickest counts: other things happen on the machine, too.
const TRIES: usize = 3;
/// As a release is built; without optimisation everything takes some times as long.
const TIME: Duration = Duration::from_millis(if cfg!(debug_assertions) { 1_000 } else { 100 });
const MEMORY_KIB: u64 = 64 * 1024;

fn around() -> Environment {
    let agency = |(key, name): (&str, &str)| Agency { key: key.into(), name: name.into() };
    let agencies = [("organisation", "组织部"), ("treasury", "财政")].map(agency).to_vec();
    Environment { agencies, ..Environment::default() }
}

/// The right plug-in with something else in one of its files.
fn with(file: &str, from: &str, to: &str) -> Vec<(String, String)> {
    let files = scaffold::files("330203.bianwai-luyong", "bwly", "编外录用");
    let put = |(path, text): (&str, String)| {
        assert!(path != file || text.contains(from), "{file} has no {from}");
        (path.to_string(), if path == file { text.replacen(from, to, 1) } else { text })
    };
    files.into_iter().map(put).collect()
}

fn rule(cel: &str) -> Vec<(String, String)> {
    with(MANIFEST, "cel = \"age(form.birthDate, today) >= 18\"", &format!("cel = '''{cel}'''"))
}

/// A form whose first field is this.
fn field(schema: &str) -> Vec<(String, String)> {
    let name = "{\"title\": \"姓名\", \"type\": \"string\", \"minLength\": 1, \"maxLength\": 50}";
    with(FORM, name, &format!("{{\"title\": \"姓名\", {schema}}}"))
}

fn pattern(text: &str) -> Vec<(String, String)> {
    field(&format!("\"type\": \"string\", \"pattern\": \"{text}\""))
}

/// A form with these definitions, the first of which, `a0`, is that of its first field.
fn definitions(all: &[String]) -> Vec<(String, String)> {
    let name = "\"properties\": {";
    let text =
        format!("\"$defs\": {{{}}}, {name} \"a\": {{\"title\": \"甲\", \"$ref\": \"#/$defs/a0\"}},", all.join(","));
    with(FORM, name, &text)
}

fn whole(file: &str, text: &str) -> Vec<(String, String)> {
    let files = with(file, "", "").into_iter();
    files.map(|(path, old)| (path.clone(), if path == file { text.to_string() } else { old })).collect()
}

type Bomb = (&'static str, Vec<(String, String)>);

fn rules() -> Vec<Bomb> {
    let ors = |count: usize| vec!["true"; count].join("||");
    vec![
        ("round brackets, closed", rule(&format!("{}true{}", "(".repeat(900), ")".repeat(900)))),
        ("round brackets, open", rule(&"(".repeat(1_900))),
        ("square brackets, open", rule(&"[".repeat(1_900))),
        ("curly brackets, open", rule(&"{".repeat(1_900))),
        ("calls within calls", rule(&format!("{}1{} > 0", "size(".repeat(300), ")".repeat(300)))),
        ("choices within choices", rule(&format!("{}true{}", "true ? ".repeat(140), " : true".repeat(140)))),
        ("choices without an end", rule(&"true ? ".repeat(280))),
        ("negations", rule(&format!("{}true", "!".repeat(1_900)))),
        ("signs", rule(&format!("{}1 > 0", "-".repeat(1_900)))),
        ("members of members", rule(&format!("form{} == 1", ".name".repeat(380)))),
        ("items of items", rule(&format!("form.name{} == 1", "[0]".repeat(600)))),
        ("alternatives", rule(&ors(290))),
        ("alternatives beyond the length", rule(&ors(400))),
        ("a hundred thousand alternatives", rule(&ors(100_000))),
        ("lists in lists in lists", rule("form.name.all(a, form.name.all(b, form.name.all(c, c == a)))")),
        ("a list that doubles", rule("[1].map(a, [a, a]).map(b, [b, b]).map(c, [c, c]).all(d, true)")),
        ("a pattern in a rule", rule("form.name.matches('(a+)+$')")),
        ("a counted pattern in a rule", rule("form.name.matches('a{1000}{1000}{1000}')")),
    ]
}

fn forms() -> Vec<Bomb> {
    let reference = |to: usize| format!("{{\"$ref\": \"#/$defs/a{to}\"}}");
    let twice = |at: usize| format!("\"a{at}\": {{\"allOf\": [{0}, {0}]}}", reference(at + 1));
    let doubling: Vec<String> = (0..60).map(twice).chain(["\"a60\": {\"type\": \"string\"}".to_string()]).collect();
    let ring: Vec<String> =
        (0..20).map(|at| format!("\"a{at}\": {{\"anyOf\": [{}]}}", reference((at + 1) % 20))).collect();
    let own = ["\"a0\": {\"$ref\": \"#/$defs/a0\"}".to_string()];
    let fields: Vec<String> = (0..5_000).map(|at| format!("\"f{at}\":{{}}")).collect();
    let fields =
        format!("{{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{{{}}}}}", fields.join(","));
    vec![
        ("a reference to itself", definitions(&own)),
        ("a ring of references", definitions(&ring)),
        ("references that double", definitions(&doubling)),
        ("a reference to another machine", field("\"$ref\": \"https://example.com/form.json\"")),
        ("a reference to the metadata address", field("\"$ref\": \"http://169.254.169.254/latest\"")),
        ("a reference to a file", field("\"$ref\": \"file:///etc/passwd\"")),
        ("a dynamic reference", field("\"$dynamicRef\": \"#a\"")),
        ("repetition in repetition", pattern("^(a+)+$")),
        ("repetition in repetition, bounded", pattern("^((((a{9}){9}){9}){9})$")),
        ("repetition after repetition", pattern("a{1000}{1000}{1000}")),
        ("a reference back", pattern("^(a*)*\\\\1$")),
        ("ten thousand deep", whole(FORM, &"{\"not\":".repeat(9_000))),
        ("ten thousand brackets", whole(FORM, &"[".repeat(10_000))),
        ("five thousand fields", whole(FORM, &fields)),
        ("a manifest ten thousand deep", whole(MANIFEST, &format!("a = {}", "[".repeat(10_000)))),
        ("brackets that a comment hides", whole(MANIFEST, &format!("# \"\na = {}", "[".repeat(10_000)))),
        ("a manifest of names within names", whole(MANIFEST, &format!("a{} = 1", ".a".repeat(20_000)))),
        ("a table of names within names", whole(MANIFEST, &format!("[a{}]", ".a".repeat(20_000)))),
    ]
}

/// A figure of this process in KiB; none where the system does not tell.
fn figure(name: &str) -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn is_refused(files: &[(String, String)]) -> bool {
    Package::new(files.to_vec()).and_then(|package| check(&package, &around())).is_err()
}

#[test]
fn every_bomb_is_refused_within_its_time_and_its_memory() {
    assert!(!is_refused(&with(MANIFEST, "", "")), "the right plug-in is taken");
    let bombs: Vec<Bomb> = rules().into_iter().chain(forms()).collect();
    let before = figure("VmRSS");
    let mut wrong = vec![];
    for (name, files) in &bombs {
        let mut least = Duration::MAX;
        for _ in 0..TRIES {
            let begun = Instant::now();
            if !is_refused(files) {
                wrong.push(format!("{name} is taken"));
            }
            least = least.min(begun.elapsed());
        }
        if least > TIME {
            wrong.push(format!("{name} takes {least:?}"));
        }
        // The most that there ever was: whatever went again is in it.
        let more = figure("VmHWM").zip(before).map_or(0, |(most, before)| most.saturating_sub(before));
        if more > MEMORY_KIB {
            wrong.push(format!("{name}: the process was {more} KiB larger"));
            break;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
