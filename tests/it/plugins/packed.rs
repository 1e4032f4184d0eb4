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
use zugong_tests::{Tenant, World, client::codes};

use super::{
    Files, change,
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

/// What the audit record says of packages that were not taken.
async fn refusals(tenant: &Tenant) -> Vec<Json> {
    let query =
        "{ auditRecords(first: 50, where: { action: { eq: \"pluginRefuse\" } }) { nodes { actorName detail } } }";
    let nodes = tenant.audit.ok(query, json!({})).await["auditRecords"]["nodes"].clone();
    let lines = nodes.as_array().unwrap().iter();
    lines.inspect(|line| assert_eq!(line["actorName"], "superior")).map(|line| line["detail"].clone()).collect()
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
    // The command was undone, and what was tried is on the record all the same.
    let told = refusals(&world.a).await;
    assert_eq!(told.len(), 4, "{told:#?}");
    for line in &told {
        assert_eq!(
            (&line["refused"], &line["codes"], &line["digest"], &line["signedBy"]),
            (&json!("pluginInstall"), &json!(["PLUGIN_REFUSED"]), &json!(files.digest()), &json!([])),
            "{line}"
        );
    }
    assert!(told.iter().any(|line| line["because"].as_str().is_some_and(|why| why.contains("签名不对"))), "{told:#?}");
    assert_eq!(refusals(&world.b).await, Vec::<Json>::new());
    let plugins = world.a.superior.ok("{ plugins { totalCount } }", json!({})).await;
    assert_eq!(plugins["plugins"]["totalCount"], 0);
}

#[tokio::test]
async fn a_key_that_is_trusted_no_more_signs_nothing_that_is_taken() {
    let world = World::start().await;
    let bytes = guest(Hook::Validate, NOTHING);
    let files = with_code("\"validate\"", &bytes);
    let by = |files: &Files, seed: u8| packed(files, Some(&bytes), &[(Role::Publisher, Algorithm::Ed25519, seed)]);
    let trust =
        |keys: &[String]| PluginTrust { trusted_publishers: keys.to_vec(), reviewers: vec![], require_signature: true };
    let ((first, old), (_, new)) = (by(&files, 7), by(&files, 8));
    world.server.platform.trusting(trust(&old));
    world.a.superior.done("pluginInstall", input(&files, &first), "plugin { id }").await;
    // The operator takes the key out of the settings, and the servers begin anew with them.
    let anew = world.server.replica().await;
    anew.platform.trusting(trust(&new));
    let [ours, theirs] = [&world.a, &world.b].map(|tenant| tenant.superior.at(&anew.url));
    let later = files.clone().manifest("version = \"1.0.0\"", "version = \"1.0.1\"");
    let upgraded = ours.mutate("pluginUpgrade", input(&later, &by(&later, 7).0), "plugin { id }").await;
    assert_eq!(codes(&upgraded), ["PLUGIN_REFUSED"], "{upgraded}");
    let installed = theirs.mutate("pluginInstall", input(&files, &first), "plugin { id }").await;
    assert_eq!(codes(&installed), ["PLUGIN_REFUSED"], "what was taken before is not any more: {installed}");
    let signed = json!([{ "as": "publisher", "key": old[0] }]);
    for (tenant, refused, digest) in
        [(&world.a, "pluginUpgrade", later.digest()), (&world.b, "pluginInstall", files.digest())]
    {
        let told = refusals(tenant).await;
        assert_eq!(told.len(), 1, "{told:#?}");
        assert_eq!(
            (&told[0]["refused"], &told[0]["digest"], &told[0]["signedBy"]),
            (&json!(refused), &json!(digest), &signed),
            "{told:#?}"
        );
    }
    ours.done("pluginUpgrade", input(&later, &by(&later, 8).0), "plugin { release }").await;
}

#[tokio::test]
async fn an_older_package_is_as_well_signed_as_ever_and_is_refused_also_after_the_plug_in_was_taken_out() {
    let world = World::start().await;
    let tenant = &world.a;
    let at = |version: &str| Files::new("bwly").manifest("version = \"1.0.0\"", &format!("version = \"{version}\""));
    let sent = |files: &Files| input(files, &packed(files, None, &[(Role::Publisher, Algorithm::Sm2Sm3, 7)]).0);
    let (first, middle, newest) = (Files::new("bwly"), at("1.9.0"), at("1.10.0"));
    let made = tenant.superior.done("pluginInstall", sent(&first), "plugin { id version }").await;
    change(tenant, "pluginEnable", &made["plugin"]).await;
    let upgraded = tenant.superior.done("pluginUpgrade", sent(&newest), "plugin { id version }").await;
    let refused = async |change: &str, files: &Files| {
        let outcome = tenant.superior.mutate(change, sent(files), "plugin { id }").await;
        assert_eq!(codes(&outcome), ["INVALID_VALUE"], "{outcome}");
        assert!(outcome["userErrors"][0]["message"].as_str().unwrap().contains("1.10.0"), "{outcome}");
    };
    refused("pluginUpgrade", &middle).await;
    change(tenant, "pluginRemove", &upgraded["plugin"]).await;
    refused("pluginInstall", &first).await;
    refused("pluginInstall", &middle).await;
    let told = refusals(tenant).await;
    let mut told: Vec<_> = told.iter().map(|line| (line["refused"].as_str(), line["digest"].as_str())).collect();
    told.sort_unstable();
    let (first, middle) = (first.digest(), middle.digest());
    let mut expected = [("pluginInstall", &first), ("pluginInstall", &middle), ("pluginUpgrade", &middle)]
        .map(|(change, digest)| (Some(change), Some(digest.as_str())));
    expected.sort_unstable();
    assert_eq!(told, expected);
    tenant.superior.done("pluginInstall", sent(&newest), "plugin { id }").await;
}

#[tokio::test]
async fn a_version_that_was_gone_back_from_keeps_no_mended_one_out() {
    let world = World::start().await;
    let superior = &world.a.superior;
    let at =
        |version: &str| Files::new("bwly").manifest("version = \"1.0.0\"", &format!("version = \"{version}\"")).input();
    superior.done("pluginInstall", at("1.0.0"), "plugin { id }").await;
    let bad = superior.done("pluginUpgrade", at("2.0.0"), "plugin { id version }").await;
    let back = change(&world.a, "pluginRollback", &bad["plugin"]).await;
    assert_eq!(back["release"], "1.0.0");
    let mended = superior.done("pluginUpgrade", at("1.0.1"), "plugin { release }").await;
    assert_eq!(mended["plugin"]["release"], "1.0.1");
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
