//! Connectors that are not as they must be are refused with the line and the mend, and a right one is taken.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "a test says where")]

use declarative::{Agency, Auth, Environment, Fault, OnDown, Package, Plugin, Then, check, scaffold};

const MANIFEST: &str = "plugin.toml";
const OPERATION: &str = "connectors/check.json";
const CONNECTOR: &str = r#"
[[connector]]
name = "hr-social"
title = "人社社保系统"
auth = "hmac-sm3"
operations = ["connectors/check.json"]
policy = { timeout_ms = 2000, on_down = "park" }
"#;
const CALL: &str =
    r#"call = { connector = "hr-social", operation = "check", then = "finish", result = "message", pass = "passed" }"#;
const CHECK: &str = r#"{
  "name": "check",
  "title": "核对参保",
  "method": "POST",
  "path": "/api/insurance/check",
  "idempotent": true,
  "request": {
    "type": "object", "additionalProperties": false, "required": ["name"],
    "properties": { "name": { "type": "string" }, "kind": { "type": "string" } }
  },
  "response": {
    "type": "object", "additionalProperties": false, "required": ["passed", "message"],
    "properties": { "passed": { "type": "boolean" }, "message": { "type": "string", "maxLength": 200 } }
  }
}
"#;

fn files() -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = scaffold::files("330203.bianwai-luyong", "bwly", "编外录用")
        .into_iter()
        .map(|(path, text)| (path.to_string(), text))
        .collect();
    let manifest = &mut files.iter_mut().find(|(path, _)| path == MANIFEST).unwrap().1;
    *manifest =
        manifest.replacen("fields = [\"name\", \"kind\"]\n", &format!("fields = [\"name\", \"kind\"]\n{CALL}\n"), 1);
    manifest.push_str(CONNECTOR);
    files.push((OPERATION.into(), CHECK.into()));
    files
}

fn checked(files: Vec<(String, String)>) -> Result<Plugin, Vec<Fault>> {
    let agency = |(key, name): (&str, &str)| Agency { key: key.into(), name: name.into() };
    let around = Environment {
        agencies: [("organisation", "组织部"), ("treasury", "财政")].map(agency).to_vec(),
        ..Environment::default()
    };
    Package::new(files).and_then(|package| check(&package, &around))
}

fn broken(file: &str, from: &str, to: &str, code: &str) {
    let mut files = files();
    let text = &mut files.iter_mut().find(|(path, _)| path == file).unwrap().1;
    assert!(text.contains(from), "{file} has no {from}");
    let line = text[..text.find(from).unwrap()].matches('\n').count() + 1;
    *text = text.replacen(from, to, 1);
    let faults = checked(files).err().unwrap_or_default();
    let fault =
        faults.iter().find(|f| f.code == code).unwrap_or_else(|| panic!("{to:.60} gave {faults:?}, not {code}"));
    assert!(!fault.message.is_empty() && !fault.mend.is_empty() && fault.file == file, "{fault:?}");
    // What is missing is noticed at the end, and what is too deep before anything is read.
    let anywhere = ["OPERATION", "FORM_TOO_DEEP"].contains(&code);
    assert!(anywhere || fault.line.abs_diff(line) <= 6, "{code}: line {} and not {line}", fault.line);
}

#[test]
fn a_right_connector_is_taken() {
    let plugin = checked(files()).unwrap_or_else(|faults| panic!("{faults:?}"));
    let connector = &plugin.connectors[0];
    assert_eq!((connector.auth, connector.on_down, connector.timeout_ms), (Auth::HmacSm3, OnDown::Park, 2000));
    let call = &plugin.matters[0].calls["payroll"];
    assert_eq!(
        (call.then, call.result.as_deref(), call.pass.as_deref()),
        (Then::Finish, Some("message"), Some("passed"))
    );
    assert_eq!(connector.operation("check").unwrap().asked().collect::<Vec<_>>(), ["name", "kind"]);
}

#[test]
fn a_package_says_nothing_of_where_a_system_is() {
    for path in ["http://10.0.0.1/x", "//evil/x", "/../x", "/a?b=c", "x", "/@host", "/%2e%2e/x"] {
        broken(OPERATION, "/api/insurance/check", path, "CONNECTOR_PATH");
    }
    broken(MANIFEST, "auth = \"hmac-sm3\"", "auth = \"hmac-sm3\"\nbase = \"http://10.0.0.1\"", "TOML");
    broken(MANIFEST, "auth = \"hmac-sm3\"", "auth = \"hmac-sm3\"\nsecret = \"x\"", "TOML");
    broken(OPERATION, "\"method\": \"POST\",", "\"method\": \"POST\", \"host\": \"evil\",", "OPERATION");
}

#[test]
fn what_is_declared_wrong_is_named() {
    broken(MANIFEST, "auth = \"hmac-sm3\"", "auth = \"basic\"", "CONNECTOR_AUTH");
    broken(MANIFEST, "name = \"hr-social\"\ntitle", "name = \"HR\"\ntitle", "NAME");
    broken(MANIFEST, "timeout_ms = 2000", "timeout_ms = 60000", "CONNECTOR_POLICY");
    broken(MANIFEST, "on_down = \"park\"", "on_down = \"wait\"", "CONNECTOR_POLICY");
    broken(MANIFEST, "operations = [\"connectors/check.json\"]", "operations = []", "CONNECTOR_OPERATIONS");
    broken(MANIFEST, "operations = [\"connectors/check.json\"]", "operations = [\"connectors/other.json\"]", "NO_FILE");
    broken(MANIFEST, "operations = [\"connectors/check.json\"]", "operations = [\"../../etc/passwd\"]", "PATH");
    let twice = "operations = [\"connectors/check.json\", \"connectors/check.json\"]";
    broken(MANIFEST, "operations = [\"connectors/check.json\"]", twice, "NAME_CLASH");
    broken(OPERATION, "\"POST\"", "\"GET\"", "CONNECTOR_METHOD");
    broken(OPERATION, "\"title\": \"核对参保\"", "\"title\": \"check\"", "TITLE");
    broken(OPERATION, "\"idempotent\": true,", "", "OPERATION");
    broken(OPERATION, "\"name\": \"check\"", "\"name\": \"Check it\"", "NAME");
    broken(
        OPERATION,
        "\"type\": \"object\", \"additionalProperties\": false, \"required\": [\"name\"]",
        "\"type\": \"object\"",
        "FORM_SHAPE",
    );
    broken(OPERATION, "{ \"type\": \"string\" }, \"kind\"", "{ \"type\": \"strin\" }, \"kind\"", "SCHEMA");
    broken(OPERATION, "{ \"type\": \"string\" }, \"kind\"", "{ \"$ref\": \"http://evil/x\" }, \"kind\"", "REMOTE_REF");
    broken(OPERATION, "\"maxLength\": 200", "\"pattern\": \"^(a+)+$\"", "PATTERN");
    broken(OPERATION, "\"maxLength\": 200", "\"unknownWord\": 1", "SCHEMA_WORD");
    broken(OPERATION, "{ \"type\": \"boolean\" }", &"{\"not\":".repeat(30), "FORM_TOO_DEEP");
}

#[test]
fn what_a_step_calls_is_there() {
    broken(MANIFEST, "connector = \"hr-social\"", "connector = \"hr\"", "UNKNOWN_CONNECTOR");
    broken(MANIFEST, "operation = \"check\"", "operation = \"chek\"", "UNKNOWN_OPERATION");
    broken(MANIFEST, "then = \"finish\"", "then = \"dismiss\"", "CALL_THEN");
    broken(MANIFEST, "result = \"message\"", "result = \"passed\"", "CALL_ANSWER");
    broken(MANIFEST, "pass = \"passed\"", "pass = \"message\"", "CALL_ANSWER");
    // A system learns no more than its agency sees.
    broken(MANIFEST, "fields = [\"name\", \"kind\"]\n", "fields = [\"name\"]\n", "CALL_FIELDS");
}
