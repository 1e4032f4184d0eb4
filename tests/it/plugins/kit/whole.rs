//! A plug-in in Rust that uses everything that the interface has.

use std::{fs, path::Path};

use serde_json::{Value as Json, json};

const WANTS: &str = r#"
[[mutation]]
key = "register"
title = "登记学时"
type = "json"
args = [{ key = "cadre", title = "干部", type = "text", required = true }]

[[connector]]
name = "training"
title = "培训系统"
auth = "hmac-sm3"
operations = ["connectors/hours.json"]

[capabilities]
core = [{ view = "Cadre", fields = ["rank", "archiveBirth"] }]
data = ["apply"]
connectors = ["training"]
effects = ["set-field", "open-task", "notify", "start-matter"]
"#;

const EXPORTS: [&str; 5] = ["validate", "score", "resolve", "on-transition", "act"];
const IMPORTS: [&str; 4] = ["core", "data", "connector", "log"];

fn replaced(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "{}: {text}", file.display());
    fs::write(file, text.replace(from, to)).unwrap();
}

/// Makes a new plug-in in Rust into one that asks and does everything; how many golden tests it has.
pub fn made(folder: &Path) -> usize {
    let quoted = |names: &[&str]| names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ");
    let features = [EXPORTS.as_slice(), IMPORTS.as_slice()].concat();
    let all = format!("default = [{}]", quoted(&features));
    replaced(&folder.join("code/Cargo.toml"), "default = [\"validate\", \"resolve\"]", &all);
    let lines = |verb: &str, names: &[&str]| names.iter().map(|name| format!("  {verb} {name};\n")).collect::<String>();
    let world = [lines("import", &IMPORTS), lines("export", &EXPORTS)].concat();
    replaced(&folder.join("code/wit/plugin.wit"), "  export validate;\n  export resolve;\n", &world);
    fs::write(folder.join("code/src/lib.rs"), include_str!("author.rs")).unwrap();
    let manifest = folder.join("plugin.toml");
    replaced(&manifest, "hooks = [\"validate\", \"resolve\"]", &format!("hooks = [{}]", quoted(&EXPORTS)));
    fs::write(&manifest, fs::read_to_string(&manifest).unwrap() + WANTS).unwrap();
    fs::create_dir_all(folder.join("connectors")).unwrap();
    fs::write(folder.join("connectors/hours.json"), operation().to_string()).unwrap();
    fs::remove_dir_all(folder.join("tests")).unwrap();
    fs::create_dir(folder.join("tests")).unwrap();
    let tests = tests();
    for (number, test) in tests.iter().enumerate() {
        fs::write(folder.join(format!("tests/{number}.json")), test.to_string()).unwrap();
    }
    tests.len()
}

fn operation() -> Json {
    let object = |name: &str, ty: &str| {
        json!({ "type": "object", "additionalProperties": false, "required": [name],
            "properties": { name: { "type": ty } } })
    };
    json!({ "name": "hours", "title": "查询学时", "method": "POST", "path": "/api/hours", "idempotent": true,
        "request": object("cadre", "string"), "response": object("hours", "integer") })
}

fn tests() -> Vec<Json> {
    let today = "2026-01-01";
    let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "SECOND" });
    let grants = json!({ "core": { "Cadre": ["rank"] }, "data": ["apply"], "connectors": ["training"],
        "effects": ["set-field", "open-task", "notify", "start-matter"] });
    let parents = json!([{ "id": "cad_1" }, { "id": "cad_2" }]);
    let read = |told: Json| json!({ "core.read": { "view": "Cadre", "ids": ["cad_1", "cad_2"], "told": told } });
    let cadres = json!([{ "id": "cad_2", "rank": "R2", "archiveBirth": "1990-01" }]);
    let act = |told: Json, hours: Json, warned: &[&str]| {
        let filter = json!({ "kind": { "eq": "FIRST" } });
        let page = json!({ "items": [{ "id": "cas_1" }, { "id": "cas_2" }], "next": null });
        json!({ "mutation": "register", "today": today, "args": { "cadre": "cad_1" }, "actor": "usr_1",
            "config": { "title": "核对学时" }, "grants": grants,
            "platform": [
                { "data.find": { "matter": "apply", "filter": filter, "told": { "ok": page } } },
                { "data.get-many": { "matter": "apply", "ids": ["cas_1", "cas_2"],
                    "told": { "ok": [{ "id": "cas_1" }, null] } } },
                { "connector.call-many": { "connector": "training", "operation": "hours",
                    "bodies": [{ "cadre": "cad_1" }], "told": [told] } },
            ],
            "answer": { "cases": 1, "hours": hours }, "warned": warned,
            "effects": [
                { "set-field": ["cad_1.kind", "FIRST"] }, { "open-task": { "title": "核对学时" } },
                { "notify": { "by": "usr_1" } }, { "start-matter": { "matter": "apply" } },
            ] })
    };
    vec![
        json!({ "matter": "apply", "today": today, "form": form, "refused": ["rustp.kind"] }),
        json!({ "matter": "apply", "today": today, "form": form, "roles": ["unit.leader"], "refused": [],
            "warned": ["rustp.kind"] }),
        json!({ "scheme": "annual", "today": today, "input": { "done": 2, "total": 3 }, "points": { "按时办结": 66 } }),
        json!({ "field": "rank", "today": today, "parents": parents, "grants": grants,
            "platform": [read(json!({ "ok": cadres }))], "values": [null, "R2"] }),
        json!({ "field": "rank", "today": today, "parents": parents, "grants": grants,
            "platform": [read(json!({ "unavailable": "TIMEOUT" }))], "fails": "unavailable" }),
        json!({ "field": "rank", "today": today, "parents": parents, "fails": "denied" }),
        act(json!({ "ok": { "hours": 40 } }), json!(40), &[]),
        act(json!({ "unavailable": "RESTING" }), json!(null), &["hours"]),
        json!({ "case": { "id": "cas_1" }, "from": "RUNNING", "to": "DONE", "today": today, "grants": grants,
            "effects": [{ "set-field": ["cas_1.kind", "SECOND"] }] }),
    ]
}
