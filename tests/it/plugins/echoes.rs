//! What a component hears of a connection's secret: nothing, neither by its configuration nor by what goes wrong.

use host::{Hook, guests::Guest};
use serde_json::{Value as Json, json};
use zugong::http::app::HttpSettings;
use zugong_tests::{
    Server, World,
    server::SECRET as OF_THE_SERVER,
    system::{CONNECTOR, Mode, OPERATION, SECRET, System},
};

use super::{
    code::{install, with_code},
    connectors::connect,
    own::grant,
};

const QUERIES: &str = r#"
[[query]]
key = "config"
title = "配置"
type = "json"

[[query]]
key = "insured"
title = "参保"
type = "json"
args = [{ key = "name", title = "姓名", type = "text", required = true }]

[capabilities]
connectors = ["hr-social"]

[[rule]]"#;

/// Answers `Query.config` by its configuration, and any other question by what the system answers or, in quotation
/// marks, by the words that it is told of a failure.
const REPEATS: &str = r#"
    (data (i32.const 1000) "hr-social")
    (data (i32.const 1010) "check")
    (func (export "run") (param $in i32) (result i32)
      (local $answer i32) (local $length i32)
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 400))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.store (i32.const 400) (i32.load offset=32 (local.get $in)))
      (i32.store (i32.const 404) (i32.load offset=36 (local.get $in)))
      (if (i32.eq (i32.load offset=60 (local.get $in)) (i32.const 12)) (then (return (i32.const 16))))
      (call $call (i32.const 1000) (i32.const 9) (i32.const 1010) (i32.const 5)
        (i32.load offset=64 (local.get $in)) (i32.const 1) (i32.const 300))
      (local.set $answer (i32.load (i32.const 300)))
      (if (i32.eqz (i32.load8_u (local.get $answer))) (then
        (i32.store (i32.const 400) (i32.load offset=4 (local.get $answer)))
        (i32.store (i32.const 404) (i32.load offset=8 (local.get $answer)))
        (return (i32.const 16))))
      (local.set $length (i32.load offset=12 (local.get $answer)))
      (i32.store8 (i32.const 3000) (i32.const 34))
      (memory.copy (i32.const 3001) (i32.load offset=8 (local.get $answer)) (local.get $length))
      (i32.store8 (i32.add (i32.const 3001) (local.get $length)) (i32.const 34))
      (i32.store (i32.const 400) (i32.const 3000))
      (i32.store (i32.const 404) (i32.add (local.get $length) (i32.const 2)))
      (i32.const 16))
"#;

#[tokio::test]
async fn a_component_hears_no_secret_by_its_configuration_nor_by_what_goes_wrong() {
    let networks = vec!["127.0.0.0/8".to_string()];
    let server = Server::with(HttpSettings { connector_networks: networks, ..HttpSettings::default() }).await;
    let (world, system) = (World::on(server).await, System::start().await);
    let tenant = &world.a;
    let bytes = Guest { connector: true, ..Guest::of(Hook::Resolve, REPEATS) }.bytes().unwrap();
    let mut files = with_code("\"resolve\"", &bytes).manifest("[[rule]]", QUERIES);
    // By bearer the secret itself is on the way, and whoever is asked could say it again.
    let connector = CONNECTOR.replace("auth = \"hmac-sm3\"", "auth = \"bearer\"");
    let manifest = format!("{}{connector}", files.0["plugin.toml"].as_str().unwrap());
    files.0.insert("plugin.toml".into(), json!(manifest));
    files.0.insert(OPERATION.0.into(), json!(OPERATION.1));
    let plugin = install(tenant, &files, &bytes).await;
    let ask = async |query: &str| {
        let text = tenant.superior.ok(&format!("{{ told: {query} }}"), json!({})).await["told"].clone();
        for secret in [SECRET, OF_THE_SERVER] {
            assert!(!text.to_string().contains(secret), "{text}");
        }
        text
    };
    let insured = "bwly_insured(name: \"王明\")";

    // A configuration is what the administrator wrote, to the letter: no name in it stands for anything.
    let named = json!({
        "secret": "${connector:hr-social}", "token": "{{ hr-social.secret }}", "file": "file:///etc/zugong.toml",
        "env": "$ZUGONG_IDENTITY_SECRET", "of": { "connector": "hr-social", "field": "sealed" },
    });
    grant(tenant, &plugin, json!({ "connectors": ["hr-social"], "config": named })).await;
    assert_eq!(ask(insured).await, "NOT_CONFIGURED");
    connect(tenant, &plugin, &system.url, None).await;
    assert_eq!(ask("bwly_config").await, named);

    let answers = json!({ "passed": true, "message": "已核对参保情况" });
    let says = |answer: Json| Mode::Says(answer.to_string());
    let spelt = SECRET.bytes().map(|byte| format!("\\u{:04x}", byte)).collect::<String>();
    let modes = [
        // In the line that nobody reads, in headers, in an answer, in its other spellings, in what is no answer.
        Mode::Status("500 only-tests-share-this-secret"),
        Mode::Status("403 Forbidden\r\nx-was: only-tests-share-this-secret"),
        Mode::Leads(format!("{}/{SECRET}", system.url)),
        says(json!({ "passed": true, "message": SECRET })),
        says(json!({ "passed": true, "message": "好", SECRET: 1 })),
        Mode::Says(format!("{{\"passed\":true,\"message\":\"{spelt}\"}}")),
        Mode::Says(SECRET.into()),
        Mode::Breaks,
    ];
    let mut told = vec![];
    for mode in modes {
        system.set(mode);
        told.push(ask(insured).await);
        // What goes wrong again and again is not asked any more.
        system.set(Mode::Answers("已核对参保情况", true));
        assert_eq!(ask(insured).await, answers);
    }
    for words in &told {
        let words = words.as_str().unwrap_or_else(|| panic!("something was answered: {words}"));
        assert!(
            words.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_'),
            "a code and no words: {words}"
        );
    }
    assert!(told.contains(&json!("ANSWER_INVALID")) && told.contains(&json!("REDIRECT")), "{told:?}");
    assert_eq!(system.refused(), 0, "each time the secret was used");
    let log = "{ pluginConnectors { nodes { calls(first: 50) { nodes { operation status error } } } } }";
    let log = tenant.superior.ok(log, json!({})).await.to_string();
    assert!(log.contains("ANSWER_INVALID") && !log.contains(SECRET), "{log}");
    assert_eq!(ask("bwly_config").await, named);
}
