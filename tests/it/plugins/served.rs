//! Agencies' systems asked by a server process itself, as an operator runs it: nobody makes its rounds for it.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use zugong_tests::{
    Tenant,
    authority::Authority,
    plant::Site,
    system::{Mode, System},
};

use super::{
    connectors::{apply, connect, files, items},
    install,
};

/// Systems on this machine may be asked.
const LOCAL: (&str, &str) = ("ZUGONG_CONNECTOR_NETWORKS", "127.0.0.0/8");
/// Longer than a server takes to notice anything that it is to do.
const NOTICED: Duration = Duration::from_secs(30);

/// Waits until an item of a case is as it should be.
async fn settled(tenant: &Tenant, case: &Json, key: &str, is_settled: impl Fn(&Json) -> bool) -> Json {
    let begun = Instant::now();
    loop {
        let item = items(tenant, case).await[key].clone();
        if is_settled(&item) {
            return item;
        }
        assert!(begun.elapsed() < NOTICED, "{key} is never settled: {item}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_asks_by_itself_and_settles_the_item() {
    let (mut site, system) = (Site::prepare().await, System::start().await);
    let plugin = install(&site.tenant, &files()).await;
    connect(&site.tenant, &plugin, &system.url, None).await;
    let case = apply(&site.tenant, "applicant").await;
    assert_eq!(system.asked(), 0, "nobody serves yet");
    site.serve(&[LOCAL]);
    site.ready().await;
    // What was waiting when it came. The item is finished first, the call closed after it.
    let first = settled(&site.tenant, &case, "organisation", |item| item["callState"] == "DONE").await;
    assert_eq!((&first["result"], &first["state"]), (&json!("已核对参保情况"), &json!("DONE")), "{first}");
    let second = settled(&site.tenant, &case, "payroll", |item| item["callState"] == "DONE").await;
    assert_eq!((&second["state"], &second["callNote"]), (&json!("PENDING"), &json!("已核对参保情况")), "{second}");
    assert_eq!((system.effects(), system.refused()), (2, 0));

    // What comes while it serves, with a system that is away at first.
    system.set(Mode::Status("503 Service Unavailable"));
    site.tenant.superior = site.at(&site.tenant.superior, 0);
    let case = apply(&site.tenant, "colleague").await;
    let waiting = settled(&site.tenant, &case, "organisation", |item| item["callState"] == "PARKED").await;
    assert_eq!((&waiting["state"], &waiting["callError"]), (&json!("PENDING"), &json!("UNAVAILABLE")), "{waiting}");
    assert!(waiting["pausedOn"].is_string(), "{waiting}");
    // Killed while it waits: whoever comes after it asks.
    site.programs[0].kill();
    system.set(Mode::Answers("已补核", true));
    site.programs[0].begin();
    site.ready().await;
    let done = settled(&site.tenant, &case, "organisation", |item| item["state"] == "DONE").await;
    assert_eq!((&done["result"], &done["pausedOn"]), (&json!("已补核"), &Json::Null), "{done}");
    let steps = done["steps"]["nodes"].as_array().unwrap();
    assert_eq!(steps.iter().filter(|step| step["action"] == "FINISH").count(), 1, "{done}");
    assert_eq!(system.refused(), 0);
    site.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_is_asked_within_tls_if_the_machine_trusts_its_certificate() {
    let mut site = Site::prepare().await;
    let (known, stranger) = (Authority::new(), Authority::new());
    let roots = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(roots.path(), known.pem()).unwrap();
    let trusted = System::start_tls(known.certifies("127.0.0.1")).await;
    let misnamed = System::start_tls(known.certifies("hr.example.gov.cn")).await;
    let unknown = System::start_tls(stranger.certifies("127.0.0.1")).await;
    // A tenant for each, all asked in one round.
    let others = [Tenant::new(&site.server, 'B').await, Tenant::new(&site.server, 'C').await];
    let tenants = [&site.tenant, &others[0], &others[1]];
    let mut cases = vec![];
    for (tenant, system) in tenants.into_iter().zip([&trusted, &misnamed, &unknown]) {
        let plugin = install(tenant, &files()).await;
        connect(tenant, &plugin, &system.url, None).await;
        cases.push(apply(tenant, "applicant").await);
    }
    let roots = roots.path().to_str().unwrap();
    let settings = [LOCAL, ("SSL_CERT_FILE", roots)];
    site.serve(&settings);
    site.ready().await;

    let done = settled(&site.tenant, &cases[0], "organisation", |item| item["state"] == "DONE").await;
    assert_eq!(done["result"], "已核对参保情况", "{done}");
    assert_eq!((trusted.distrusted(), trusted.refused()), (0, 0));
    for ((tenant, case), system) in others.iter().zip(&cases[1..]).zip([&misnamed, &unknown]) {
        let waiting = settled(tenant, case, "organisation", |item| item["callState"] == "PARKED").await;
        let seen = (&waiting["state"], &waiting["callError"]);
        assert_eq!(seen, (&json!("PENDING"), &json!("CONNECT_FAILED")), "{waiting}");
        assert!(waiting["pausedOn"].is_string(), "the clock stands: {waiting}");
        assert!(system.distrusted() > 0, "somebody came and left");
        assert_eq!(system.asked(), 0, "no request was sent");
    }
    site.end().await;
}
