//! Broken plug-ins: each is refused with the line and the mend, quickly, and a right one is taken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a test says where")]

use std::time::{Duration, Instant};

use declarative::{Agency, Environment, Fault, Package, RuleLevel, check, scaffold};

fn around() -> Environment {
    let fields = ["id", "rank"].map(String::from);
    let readable = [("Cadre".to_string(), fields.into())].into();
    let agency = |(key, name): (&str, &str)| Agency { key: key.into(), name: name.into() };
    Environment {
        agencies: [("organisation", "组织部"), ("treasury", "财政")].map(agency).to_vec(),
        readable,
        permissions: ["cadre:read".to_string()].into(),
    }
}

fn right() -> Vec<(String, String)> {
    let files = scaffold::files("330203.bianwai-luyong", "bwly", "编外录用");
    files.into_iter().map(|(path, text)| (path.to_string(), text)).collect()
}

/// Checks the right plug-in after a change to one of its files.
fn changed(file: &str, change: impl FnOnce(String) -> String) -> Result<(), Vec<Fault>> {
    let mut files = right();
    let text = &mut files.iter_mut().find(|(path, _)| path == file).unwrap().1;
    *text = change(std::mem::take(text));
    Package::new(files).and_then(|package| check(&package, &around()).map(drop))
}

const MANIFEST: &str = "plugin.toml";
const FORM: &str = "forms/apply.json";

/// A change of the manifest: what is replaced by what, and the code and line of the fault that it brings.
fn manifest(from: &str, to: &str, code: &str) {
    broken(MANIFEST, from, to, code);
}

fn broken(file: &str, from: &str, to: &str, code: &str) {
    let text = right().into_iter().find(|(path, _)| path == file).unwrap().1;
    assert!(text.contains(from), "{file} has no {from}");
    let started = Instant::now();
    let faults = changed(file, |text| text.replacen(from, to, 1)).err().unwrap_or_default();
    assert!(started.elapsed() < Duration::from_secs(5), "{code}: {:?}", started.elapsed());
    let found = faults.iter().find(|f| f.code == code);
    let fault = found.unwrap_or_else(|| panic!("{to:.60} gave {faults:?} and not {code}"));
    assert!(fault.line >= 1 && !fault.message.is_empty() && !fault.mend.is_empty(), "{fault:?}");
    // The line is that of the change, or of the table or array that it stands in.
    let at = text.find(from).unwrap();
    let line = text[..at].matches('\n').count() + 1;
    // What is not closed is noticed at the end.
    let end = if code == "JSON" { 20 } else { 2 };
    let until = line + from.matches('\n').count() + to.matches('\n').count() + end;
    assert!((line.saturating_sub(8)..=until).contains(&fault.line), "{code}: line {} and not {line}", fault.line);
}

fn form(from: &str, to: &str, code: &str) {
    broken(FORM, from, to, code);
}

#[test]
fn the_scaffold_is_right_and_a_digest_is_its_own() {
    let package = Package::new(right()).unwrap();
    let plugin = check(&package, &around()).unwrap_or_else(|faults| panic!("{faults:?}"));
    assert_eq!((plugin.prefix.as_str(), plugin.matters.len(), plugin.fields.len()), ("bwly", 1, 1));
    assert_eq!(plugin.matters[0].rules[0].code, "bwly.age");
    assert_eq!(plugin.digest, package.digest());
}

#[test]
fn a_rule_refuses_unless_its_level_says_that_it_warns() {
    let level = |line: &str| {
        let mut files = right();
        let text = &mut files.iter_mut().find(|(path, _)| path == MANIFEST).unwrap().1;
        text.push_str(line);
        let plugin = check(&Package::new(files).unwrap(), &around()).unwrap_or_else(|faults| panic!("{faults:?}"));
        plugin.matters[0].rules[0].level
    };
    assert_eq!(level(""), RuleLevel::Error);
    assert_eq!(level("level = \"error\"\n"), RuleLevel::Error);
    assert_eq!(level("level = \"warn\"\n"), RuleLevel::Warn);
    for wrong in ["fatal", "", "WARN", "warning"] {
        manifest(
            "message = \"年龄须满18周岁\"",
            &format!("message = \"年龄须满18周岁\"\nlevel = \"{wrong}\""),
            "LEVEL",
        );
    }
    manifest("message = \"年龄须满18周岁\"", "message = \"年龄须满18周岁\"\nlevel = 2", "TOML");
}

#[test]
fn names_that_break_the_rules_are_refused() {
    manifest("api = \"plugin/1\"", "api = \"plugin/9\"", "API");
    manifest("330203.bianwai-luyong", "bianwai", "KEY");
    manifest("330203.bianwai-luyong", "../../etc/passwd", "KEY");
    manifest("prefix = \"bwly\"", "prefix = \"编外\"", "PREFIX");
    manifest("prefix = \"bwly\"", "prefix = \"core\"", "PREFIX");
    manifest("prefix = \"bwly\"", "prefix = \"b_y\"", "PREFIX");
    manifest("version = \"1.0.0\"", "version = \"1.0\"", "VERSION");
    manifest("title = \"编外录用\"", "title = \"recruiting\"", "TITLE");
    manifest("key = \"kind\"", "key = \"__x\"", "NAME");
    manifest("key = \"apply\"", "key = \"bwly_apply\"", "NAME");
    manifest("key = \"apply\"", "key = \"kind\"", "NAME_CLASH");
    manifest("key = \"apply\"", "key = \"kindWhere\"", "NAME_CLASH");
    manifest("plural = \"applications\"", "plural = \"apply\"", "NAME_CLASH");
    manifest("code = \"FIRST\"", "code = \"first\"", "CODE");
    manifest("code = \"SECOND\"", "code = \"FIRST\"", "CODE");
}

#[test]
fn a_manifest_that_does_not_hold_together_is_refused() {
    manifest("[plugin]", "[plugin", "TOML");
    manifest("indexed = true", "indexd = true", "TOML");
    manifest("api = ", &format!("deep = {}1{}\napi = ", "[".repeat(500), "]".repeat(500)), "TOML");
    manifest("target = \"Cadre\"", "target = \"Account\"", "TARGET");
    manifest("type = \"code:kind\"", "type = \"code:nothing\"", "TYPE");
    manifest("type = \"code:kind\"", "type = \"boolean\"", "INDEX");
    manifest("form = \"forms/apply.json\"", "form = \"forms/none.json\"", "NO_FILE");
    manifest("form = \"forms/apply.json\"", "form = \"../../etc/passwd\"", "PATH");
    manifest("limit_days = 2 ", "limit_days = 0 ", "DAYS");
    manifest("agency = \"财政\"", "agency = \"海事局\"", "UNKNOWN_AGENCY");
    manifest("depends_on = [\"organisation\"]", "depends_on = [\"nobody\"]", "UNKNOWN_BRANCH");
    manifest("depends_on = [\"organisation\"]", "depends_on = [\"payroll\"]", "BRANCH_CYCLE");
    manifest("fields = [\"name\", \"kind\"]", "fields = [\"salary\"]", "UNKNOWN_FIELD");
    manifest("materials = [\"application\"]", "materials = [\"diploma\"]", "UNKNOWN_MATERIAL");
    manifest("on = \"apply\"", "on = \"leave\"", "UNKNOWN_MATTER");
    manifest("path = \"birthDate\"", "path = \"born\"", "UNKNOWN_FIELD");
    let twice = "[[rule]]               # 提交时的规则";
    let many = |n: usize| {
        (0..n)
            .map(|i| format!("[[field]]\ntarget=\"Unit\"\nkey=\"f{i}\"\ntitle=\"字段\"\ntype=\"text\"\n"))
            .collect::<String>()
    };
    let faults = changed(MANIFEST, |text| text.replace(twice, &format!("{}{twice}", many(1_000)))).unwrap_err();
    assert_eq!(faults[0].code, "TOO_MANY");
    let down = "[[migrate]]\nfrom = \"0.9.0\"\nup = { rename = { \"Cadre.sort\" = \"kind\" } }\n";
    let migrated = |more: &str| changed(MANIFEST, |text| format!("{text}\n{down}{more}"));
    assert_eq!(migrated("").unwrap_err()[0].code, "NO_DOWN");
    assert_eq!(migrated("down = { rename = { \"Cadre.kind\" = \"other\" } }").unwrap_err()[0].code, "NO_DOWN");
    assert_eq!(migrated("down = { rename = { \"Cadre.kind\" = \"sort\" } }"), Ok(()));
}

#[test]
fn a_form_that_is_wrong_or_hostile_is_refused() {
    let name = "{\"title\": \"姓名\", \"type\": \"string\", \"minLength\": 1, \"maxLength\": 50}";
    let as_name = |text: &str, code| form(name, text, code);
    as_name("{\"title\": \"姓名\", \"$ref\": \"#/$defs/none\"}", "BAD_REF");
    as_name("{\"title\": \"姓名\", \"$ref\": \"https://example.com/a.json\"}", "REMOTE_REF");
    as_name("{\"title\": \"姓名\", \"type\": \"string\", \"pattern\": \"^(a+)+$\"}", "PATTERN");
    as_name("{\"title\": \"姓名\", \"type\": \"string\", \"pattern\": \"(?=x)y\"}", "PATTERN");
    as_name("{\"title\": \"姓名\", \"type\": \"string\", \"pattern\": \"[\"}", "SCHEMA");
    as_name("{\"title\": \"姓名\", \"type\": \"strang\"}", "SCHEMA");
    as_name("{\"title\": \"姓名\", \"type\": \"string\", \"format\": \"hostname\"}", "FORMAT");
    as_name("{\"title\": \"姓名\", \"type\": \"array\"}", "LIST_UNBOUNDED");
    as_name("{\"title\": \"姓名\", \"type\": \"string\", \"$dynamicRef\": \"#a\"}", "SCHEMA_WORD");
    as_name("{\"title\": \"姓名\", \"type\": \"string\", \"x-source\": \"person.salary\"}", "SOURCE");
    as_name("{\"title\": \"姓名\", \"type\": \"string\", \"x-ui\": {\"widget\": \"iframe\"}}", "UI_HINT");
    as_name("{\"type\": \"string\"}", "TITLE");
    as_name("{\"title\": \"姓名\", \"type\": \"string\"", "JSON");
    form("\"name\": {", "\"__name\": {", "NAME");
    form("\"x-code\": \"kind\"", "\"x-code\": \"sort\"", "UNKNOWN_CODES");
    form("\"enum\": [\"FIRST\", \"SECOND\"]", "\"enum\": [\"FIRST\"]", "CODES_DIFFER");
    form("\"required\": [\"name\"", "\"required\": [\"nobody\"", "UNKNOWN_FIELD");
    form("\"additionalProperties\": false", "\"additionalProperties\": true", "FORM_SHAPE");
    let with_defs = |defs: &str| {
        let text =
            format!("\"$defs\": {defs}, \"properties\": {{ \"a\": {{\"title\": \"甲\", \"$ref\": \"#/$defs/a0\"}},");
        changed(FORM, |form| form.replacen("\"properties\": {", &text, 1)).unwrap_err()[0].code
    };
    assert_eq!(
        with_defs("{\"a0\": {\"anyOf\": [{\"$ref\": \"#/$defs/b\"}]}, \"b\": {\"$ref\": \"#/$defs/a0\"}}"),
        "REF_CYCLE"
    );
    // Each definition names the next twice: small to write, two to the power of forty to write out.
    let doubling: Vec<String> = (0..40)
        .map(|i| {
            format!("\"a{i}\": {{\"allOf\": [{{\"$ref\": \"#/$defs/a{0}\"}}, {{\"$ref\": \"#/$defs/a{0}\"}}]}}", i + 1)
        })
        .chain(["\"a40\": {\"type\": \"string\"}".to_string()])
        .collect();
    assert_eq!(with_defs(&format!("{{{}}}", doubling.join(","))), "FORM_TOO_LARGE");
    let deep = format!("{}{}", "{\"not\":".repeat(10_000), "{}") + &"}".repeat(10_000);
    let faults = changed(FORM, |_| deep.chars().take(60_000).collect()).unwrap_err();
    assert_eq!(faults[0].code, "FORM_TOO_DEEP");
    let fields: Vec<String> = (0..5_000).map(|i| format!("\"f{i}\":{{}}")).collect();
    let many =
        format!("{{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{{{}}}}}", fields.join(","));
    assert!(changed(FORM, |_| many).unwrap_err().iter().any(|f| matches!(f.code, "FIELD_COUNT" | "FILE_TOO_LARGE")));
}

#[test]
fn a_rule_that_is_wrong_or_hostile_is_refused() {
    let rule = "cel = \"age(form.birthDate, today) >= 18\"";
    let cel = |text: &str, code| manifest(rule, &format!("cel = '''{text}'''"), code);
    cel("age(form.birthDate, today) >= ", "CEL_SYNTAX");
    cel("form.salary > 1", "CEL_UNKNOWN");
    cel("form.name.matches('(a+)+')", "PATTERN");
    cel(&"(".repeat(400), "CEL_TOO_DEEP");
    cel(&vec!["form.name == 'x'"; 400].join(" || "), "CEL_TOO_LONG");
    cel(&vec!["true"; 290].join("||"), "CEL_TOO_LARGE");
    cel("form.kind.all(a, form.kind.all(b, form.kind.all(c, c == a)))", "CEL_NESTED");
    cel("[1].map(a, [a, a]).map(b, [b, b]).all(c, true)", "CEL_NOT_ALLOWED");
    cel("timestamp('2020-01-01T00:00:00Z') == null", "CEL_NOT_ALLOWED");
    let faults = changed(MANIFEST, |text| text.replacen("form.birthDate", &"true || ".repeat(100_000), 1)).unwrap_err();
    assert!(matches!(faults[0].code, "FILE_TOO_LARGE" | "CEL_TOO_LONG"), "{faults:?}");
}

#[test]
fn a_package_stays_within_its_folder_and_its_size() {
    let with = |path: &str, text: String| {
        let mut files = right();
        files.push((path.into(), text));
        Package::new(files).unwrap_err()[0].code
    };
    for path in ["../../etc/cron.d/x", "/etc/passwd", "forms/../../x.json", "a\\b.json", "C:/x.json", ".git/config"] {
        assert_eq!(with(path, "{}".into()), "PATH", "{path}");
    }
    assert_eq!(with("big.json", " ".repeat(70_000)), "FILE_TOO_LARGE");
    let none: Vec<(String, String)> = right().into_iter().skip(1).collect();
    assert_eq!(Package::new(none).unwrap_err()[0].code, "NO_MANIFEST");
    let many = (0..100).map(|i| (format!("f{i}.json"), String::new())).chain(right());
    assert_eq!(Package::new(many).unwrap_err()[0].code, "PACKAGE_TOO_LARGE");
}

#[cfg(unix)]
#[test]
fn a_folder_is_read_without_following_links() {
    let folder = std::env::temp_dir().join(format!("zugong-plugin-{}", std::process::id()));
    std::fs::create_dir_all(folder.join("forms")).unwrap();
    for (path, text) in right().into_iter().filter(|(path, _)| !path.starts_with("tests/")) {
        std::fs::write(folder.join(path), text).unwrap();
    }
    assert!(Package::read(&folder).is_ok());
    std::os::unix::fs::symlink("/etc/passwd", folder.join("forms/link.json")).unwrap();
    let faults = Package::read(&folder).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    assert_eq!(faults[0].code, "PATH");
}

const CODE: &str = "\n[code]\ncomponent = \"plugin.wasm\"\nsha256 = \"{sha}\"\nhooks = [\"validate\"]\n";

/// The right plug-in with a component; `{sha}` stands for that of the bytes.
fn with_code(code: &str, bytes: Option<&[u8]>) -> Result<declarative::Plugin, Vec<Fault>> {
    let mut files = right();
    let sha = "0a1b".repeat(16);
    let text = &mut files.iter_mut().find(|(path, _)| path == MANIFEST).unwrap().1;
    *text += &code.replace("{sha}", &sha);
    let mut package = Package::new(files).unwrap();
    if let Some(bytes) = bytes {
        package = package.with(bytes.to_vec());
    }
    check(&package, &around())
}

#[test]
fn code_is_declared_with_its_digest_and_hooks() {
    let plugin = with_code(CODE, None).unwrap();
    let code = plugin.code.unwrap();
    assert_eq!((code.component.as_str(), code.hooks.len(), code.limits.cpu_ms), ("plugin.wasm", 1, None));
    let lowered = CODE.to_string() + "limits = { cpu_ms = 5, memory_mib = 8 }\n";
    assert_eq!(with_code(&lowered, None).unwrap().code.unwrap().limits.memory_mib, Some(8));

    let faults =
        |code: &str, bytes| with_code(code, bytes).unwrap_err().into_iter().map(|f| f.code).collect::<Vec<_>>();
    let told = with_code(CODE, Some(b"abc")).unwrap_err();
    assert_eq!(told.first().unwrap().code, "COMPONENT_DIGEST");
    let sha = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert!(told.first().unwrap().mend.contains(sha), "the mend is the line to be written: {told:?}");
    assert!(with_code(&CODE.replace("{sha}", sha), Some(b"abc")).is_ok());
    assert_eq!(faults(&CODE.replace("{sha}", "abc"), None), ["COMPONENT_DIGEST"]);
    assert_eq!(faults(&CODE.replace("plugin.wasm", "../plugin.wasm"), None), ["COMPONENT"]);
    assert_eq!(faults(&CODE.replace("plugin.wasm", "plugin.so"), None), ["COMPONENT"]);
    assert_eq!(faults(&CODE.replace("\"validate\"", "\"delete\""), None), ["HOOK"]);
    assert_eq!(faults(&CODE.replace("\"validate\"", ""), None), ["HOOK"]);
    for memory in [0, 33] {
        assert_eq!(faults(&format!("{CODE}limits = {{ memory_mib = {memory} }}\n"), None), ["LIMITS"], "{memory}");
    }
    assert!(with_code(&format!("{CODE}limits = {{ memory_mib = 32 }}\n"), None).is_ok());
    assert_eq!(faults(&(CODE.to_string() + "network = true\n"), None), ["TOML"]);
}

#[test]
fn computed_fields_say_what_they_need_and_have_somebody_to_ask() {
    let field = "\n[[computed]]\ntarget = \"Cadre\"\nkey = \"digit\"\ntitle = \"尾数\"\ntype = \"integer\"\nneeds = [\"rank\"]\n";
    let asked = CODE.replace("validate", "resolve");
    let plugin = with_code(&(asked.clone() + field), None).unwrap();
    assert_eq!((plugin.computed[0].key.as_str(), plugin.computed[0].needs.len()), ("digit", 1));
    let faults = |text: String| with_code(&text, None).unwrap_err().into_iter().map(|f| f.code).collect::<Vec<_>>();
    assert_eq!(faults(CODE.to_string() + field), ["HOOK"], "nobody to ask");
    assert_eq!(faults(asked.clone()), ["HOOK"], "nothing to be asked");
    let changed = |from: &str, to: &str| faults(asked.clone() + &field.replace(from, to));
    assert_eq!(changed("\"rank\"", "\"idNumber\""), ["UNKNOWN_FIELD"], "nothing that is not everybody's to see");
    assert_eq!(changed("[\"rank\"]", "[]"), ["NEEDS"]);
    assert_eq!(changed("Cadre", "Person"), ["TARGET"]);
    assert_eq!(changed("\"integer\"", "\"money\""), ["TYPE"]);
    assert_eq!(changed("\"digit\"", "\"__digit\""), ["NAME"]);
    assert_eq!(faults(asked.clone() + field + field), ["NAME_CLASH"]);
}

#[test]
fn a_mutation_has_no_argument_of_a_name_that_the_platform_gives_every_mutation() {
    let told = |key: &str| {
        let mutation = "\n[[mutation]]\nkey = \"register\"\ntitle = \"登记\"\ntype = \"json\"\nargs = [{ key = \"NAME\", title = \"说明\", type = \"text\" }]\n";
        with_code(&(CODE.replace("validate", "act") + &mutation.replace("NAME", key)), None)
    };
    assert!(told("note").is_ok());
    for key in ["idempotencyKey", "warningReason"] {
        assert_eq!(told(key).unwrap_err().iter().map(|fault| fault.code).collect::<Vec<_>>(), ["NAME_CLASH"], "{key}");
    }
}
