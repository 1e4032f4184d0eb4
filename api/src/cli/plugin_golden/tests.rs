//! What a test may write down of the platform, and what becomes of it.

use std::{fs, path::Path};

use host::{Hook, guests::Guest};
use sha2::{Digest, Sha256};

use super::*;
use crate::cli::{plugin_fuzz, plugin_text};

const WANTS: &str = r#"
[[query]]
key = "look"
title = "查看干部"
type = "json"
args = [{ key = "id", title = "干部", type = "text", required = true }]

[capabilities]
core = [{ view = "Cadre", fields = ["rank", "archiveBirth"] }]
"#;

/// The example with a component that answers by the cadre of `{"id":".."}` as the platform tells it, or refuses as the
/// platform does; `before` stands before its answer.
fn folder(before: &str) -> tempfile::TempDir {
    let main = format!(
        r#"
    (data (i32.const 1000) "Cadre")
    (func (export "run") (param $in i32) (result i32)
      (local $parent i32)
      (local.set $parent (i32.load offset=64 (local.get $in)))
      (i32.store (i32.const 200) (i32.add (i32.load (local.get $parent)) (i32.const 7)))
      (i32.store (i32.const 204) (i32.sub (i32.load offset=4 (local.get $parent)) (i32.const 9)))
      (call $read (i32.const 1000) (i32.const 5) (i32.const 200) (i32.const 1) (i32.const 300))
      {before}
      (i32.const 300))"#
    );
    let component = Guest { core: true, ..Guest::of(Hook::Resolve, &main) }.bytes().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("plugins/examples/bianwai-luyong");
    let dir = tempfile::tempdir().unwrap();
    for place in ["forms", "tests", "failures"] {
        fs::create_dir(dir.path().join(place)).unwrap();
    }
    for file in fs::read_dir(example.join("forms")).unwrap() {
        let file = file.unwrap();
        fs::copy(file.path(), dir.path().join("forms").join(file.file_name())).unwrap();
    }
    fs::write(dir.path().join("plugin.wasm"), &component).unwrap();
    let sha256 = hex::encode(Sha256::digest(&component));
    let manifest = fs::read_to_string(example.join("plugin.toml")).unwrap();
    let code = format!("\n[code]\ncomponent = \"plugin.wasm\"\nsha256 = \"{sha256}\"\nhooks = [\"resolve\"]\n");
    fs::write(dir.path().join("plugin.toml"), format!("{manifest}{WANTS}{code}")).unwrap();
    dir
}

/// A test of the query with more members.
fn looks(more: Json) -> Json {
    let mut test = json!({ "field": "Query.look", "today": "2026-01-01", "parents": [{ "id": "cad_1" }] });
    test.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    test
}

fn told(told: Json) -> Json {
    json!([{ "core.read": { "view": "Cadre", "ids": ["cad_1"], "told": told } }])
}

fn write(dir: &tempfile::TempDir, path: &str, test: &Json) {
    fs::write(dir.path().join(path), test.to_string()).unwrap();
}

#[tokio::test]
async fn what_the_platform_tells_and_refuses_is_written_in_the_test() {
    let dir = folder("");
    let grants = json!({ "core": { "Cadre": ["rank"] } });
    let cadre = json!({ "id": "cad_1", "rank": "A", "archiveBirth": "1990-01" });
    let (answer, down) = (told(json!({ "ok": [cadre] })), told(json!({ "unavailable": "RESTING" })));
    let seen = json!([{ "id": "cad_1", "rank": "A" }]);
    write(&dir, "tests/a.json", &looks(json!({ "grants": grants, "platform": answer, "values": seen })));
    write(&dir, "tests/b.json", &looks(json!({ "grants": grants, "platform": down, "fails": "unavailable" })));
    let asked = json!({ "actor": "usr_1", "roles": ["unit.leader"], "config": { "most": 3 }, "fails": "denied" });
    write(&dir, "tests/c.json", &looks(asked));
    let passed = plugin_text::test(dir.path()).await.unwrap();
    assert_eq!(passed.matches("通过").count(), 3, "{passed}");

    // Another answer than the one that is told, and another question than the one that is recorded.
    let other = json!([{ "id": "cad_1", "rank": "B" }]);
    write(&dir, "tests/a.json", &looks(json!({ "grants": grants, "platform": answer, "values": other })));
    let failed = plugin_text::test(dir.path()).await.unwrap_err().to_string();
    assert!(failed.contains("1 个测试不符") && failed.contains("不符 tests/a.json"), "{failed}");
    let unasked = json!([{ "core.read": { "view": "Cadre", "ids": ["cad_2"], "told": { "ok": [] } } }]);
    write(&dir, "tests/a.json", &looks(json!({ "grants": grants, "platform": unasked, "values": seen })));
    let failed = plugin_text::test(dir.path()).await.unwrap_err().to_string();
    assert!(failed.contains(r#"问了没有记录的 core.read Cadre ["cad_1"]"#), "{failed}");
    assert!(failed.contains(r#"没有问到所记录的 core.read Cadre ["cad_2"]"#), "{failed}");

    for (wrong, words) in [
        (json!({ "grant": {}, "values": seen }), "not grant"),
        (json!({ "grants": { "all": true }, "values": seen }), "tests/a.json"),
        (json!({ "grants": { "core": { "Cadre": ["idNumber"] } }, "values": seen }), "没有申请"),
        (json!({ "fails": "gone" }), "does not fail as gone"),
        (json!({ "fails": "denied", "values": seen }), "either"),
        (json!({}), "either"),
    ] {
        write(&dir, "tests/a.json", &looks(wrong));
        let refused = plugin_text::test(dir.path()).await.unwrap_err().to_string();
        assert!(refused.contains(words), "{words}: {refused}");
    }
}

#[tokio::test]
async fn a_call_that_failed_because_the_platform_refused_fails_again() {
    let traps = folder("(if (i32.load8_u (i32.const 300)) (then unreachable))");
    let call = |told: Json| looks(json!({ "grants": { "core": { "Cadre": ["rank"] } }, "platform": told }));
    let asked = async |dir: &tempfile::TempDir, told: Json| {
        write(dir, "failures/1.json", &call(told));
        plugin_fuzz::replay(dir.path(), &dir.path().join("failures/1.json")).await
    };
    let down = || told(json!({ "unavailable": "TIMEOUT" }));
    let failed = asked(&traps, down()).await.unwrap_err().to_string();
    assert!(failed.contains("PLUGIN_TRAP"), "{failed}");
    let cadre = json!({ "id": "cad_1", "rank": "A" });
    assert!(asked(&traps, told(json!({ "ok": [cadre] }))).await.unwrap().contains("现在有回答"));
    // Mended, it says what it was told.
    assert!(asked(&folder(""), down()).await.unwrap().contains("现在有回答"));
}
