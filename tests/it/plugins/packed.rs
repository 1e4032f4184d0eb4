//! Packed plug-ins over the API: verified, with their signers on the record, and held to what the installation trusts.

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use declarative::{
    Package,
    archive::{self, Archive},
    signature::{Algorithm, Role},
};
use host::{Hook, guests::NOTHING};
use serde_json::{Value as Json, json};
use zugong::{kernel::trust::PluginTrust, modules::plugins::signing};
use zugong_tests::World;

use super::{
    Files,
    code::{guest, with_code},
};

/// A plug-in packed, and its signers' public keys.
fn packed(files: &Files, component: Option<&[u8]>, signing: &[(Role, Algorithm, u8)]) -> (String, Vec<String>) {
    let texts = files.0.iter().map(|(path, text)| (path.clone(), text.as_str().unwrap().to_string()));
    let mut package = Package::new(texts).unwrap();
    if let Some(bytes) = component {
        package = package.with(bytes.to_vec());
    }
    let mut archive = Archive { sums: archive::sums(&package), package, signatures: vec![] };
    let sign = |(role, algorithm, seed): &(Role, Algorithm, u8)| {
        signing::sign(&mut archive, *role, *algorithm, &[*seed; 32]).unwrap()
    };
    let keys = signing.iter().map(sign).collect();
    (BASE64.encode(archive::pack(&archive.package, &archive.signatures)), keys)
}

fn input(files: &Files, archive: &str) -> Json {
    json!({ "archive": archive, "digest": files.digest() })
}

#[tokio::test]
async fn a_packed_plug_in_is_checked_installed_upgraded_and_its_signers_are_on_the_record() {
    let world = World::start().await;
    let tenant = &world.a;
    let bytes = guest(Hook::Validate, NOTHING);
    let files = with_code("\"validate\"", &bytes);
    let both = [(Role::Publisher, Algorithm::Sm2Sm3, 7), (Role::Reviewer, Algorithm::Ed25519, 8)];
    let (archive, keys) = packed(&files, Some(&bytes), &both);
    let query = "query($archive: String, $files: JSON) { pluginCheck(archive: $archive, files: $files) {
        digest key signers { role key } faults { file code } } }";
    let checked = async |variables: Json| tenant.superior.ok(query, variables).await["pluginCheck"].clone();
    let seen = checked(json!({ "archive": archive })).await;
    assert_eq!(seen["digest"], json!(files.digest()), "{seen}");
    let signers = json!([{ "role": "publisher", "key": keys[0] }, { "role": "reviewer", "key": keys[1] }]);
    assert_eq!((&seen["signers"], &seen["faults"]), (&signers, &json!([])));
    let fault = async |variables: Json| checked(variables).await["faults"][0]["code"].clone();
    assert_eq!(fault(json!({ "archive": archive, "files": files.0 })).await, "ARCHIVE");
    assert_eq!(fault(json!({})).await, "ARCHIVE");
    assert_eq!(fault(json!({ "archive": "?" })).await, "ARCHIVE");

    let installed = tenant.superior.done("pluginInstall", input(&files, &archive), "plugin { id version }").await;
    let id = installed["plugin"]["id"].clone();
    let enable = json!({ "id": id, "expectedVersion": installed["plugin"]["version"] });
    tenant.superior.done("pluginEnable", enable, "plugin { state }").await;
    let later = files.clone().manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    let (archive, _) = packed(&later, Some(&bytes), &[]);
    tenant.superior.done("pluginUpgrade", input(&later, &archive), "plugin { id }").await;
    let records = "{ auditRecords(where: { action: { in: [\"pluginInstall\", \"pluginUpgrade\"] } }) {
        nodes { action detail } } }";
    let records = tenant.audit.ok(records, json!({})).await["auditRecords"]["nodes"].clone();
    let of = |action: &str| {
        let all = records.as_array().unwrap();
        all.iter().find(|line| line["action"] == action).unwrap()["detail"]["signedBy"].clone()
    };
    let signed = json!([{ "as": "publisher", "key": keys[0] }, { "as": "reviewer", "key": keys[1] }]);
    assert_eq!((of("pluginInstall"), of("pluginUpgrade")), (signed, json!([])));
}

#[tokio::test]
async fn what_was_changed_after_signing_is_refused() {
    let world = World::start().await;
    let files = Files::new("bwly");
    let (whole, _) = packed(&files, None, &[(Role::Publisher, Algorithm::Ed25519, 7)]);
    let refused = async |archive: &str| {
        let outcome = world.a.superior.mutate("pluginInstall", input(&files, archive), "plugin { id }").await;
        let error = outcome["userErrors"][0].clone();
        assert_eq!((&error["code"], &error["field"]), (&json!("PLUGIN_REFUSED"), &json!("input.archive")), "{outcome}");
        error["message"].as_str().unwrap().to_string()
    };
    let bent = |change: fn(&str) -> String| {
        let mut archive = archive::unpack(&BASE64.decode(&whole).unwrap()).unwrap();
        let key = archive.signatures[0].key.clone();
        archive.signatures[0].key = change(&key);
        BASE64.encode(archive::pack(&archive.package, &archive.signatures))
    };
    assert!(refused(&bent(|_| "AAAA".into())).await.contains("签名不对"));
    let mut bytes = BASE64.decode(&whole).unwrap();
    bytes[600] ^= 1;
    refused(&BASE64.encode(bytes)).await;
    refused("not base64").await;
    let neither = world.a.superior.mutate("pluginInstall", json!({ "digest": files.digest() }), "plugin { id }").await;
    assert_eq!(neither["userErrors"][0]["code"], "PLUGIN_REFUSED", "{neither}");
}

#[tokio::test]
async fn where_signatures_are_asked_for_code_without_them_is_refused() {
    let world = World::start().await;
    let superior = &world.a.superior;
    let bytes = guest(Hook::Validate, NOTHING);
    let files = with_code("\"validate\"", &bytes);
    let (by_one, publishers) = packed(&files, Some(&bytes), &[(Role::Publisher, Algorithm::Sm2Sm3, 7)]);
    let both = [(Role::Publisher, Algorithm::Sm2Sm3, 7), (Role::Reviewer, Algorithm::Sm2Sm3, 8)];
    let (by_both, keys) = packed(&files, Some(&bytes), &both);
    let (by_others, _) = packed(&files, Some(&bytes), &[(Role::Publisher, Algorithm::Ed25519, 9)]);
    let (by_nobody, _) = packed(&files, Some(&bytes), &[]);
    world.server.platform.trusting(PluginTrust {
        trusted_publishers: publishers,
        reviewers: vec![keys[1].clone()],
        require_signature: true,
    });
    let mut plain = files.input();
    plain["component"] = json!(BASE64.encode(&bytes));
    let archives = [&by_one, &by_others, &by_nobody].map(|archive| input(&files, archive));
    for sent in archives.into_iter().chain([plain]) {
        let outcome = superior.mutate("pluginInstall", sent, "plugin { id }").await;
        let error = &outcome["userErrors"][0];
        assert_eq!((&error["code"], &error["field"]), (&json!("PLUGIN_REFUSED"), &json!("input.archive")), "{outcome}");
    }
    superior.done("pluginInstall", input(&files, &by_both), "plugin { id }").await;
    // What is only described needs no signature.
    superior.done("pluginInstall", Files::new("other").input(), "plugin { id }").await;
}
