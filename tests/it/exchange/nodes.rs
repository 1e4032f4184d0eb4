//! Two processes that tell each other, one of which is away for a while.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use zugong_tests::{
    Actor, Server, Tenant,
    database::TestDatabase,
    plant::{Program, free_port},
    server::client,
};

use super::{key_of, register};

/// However busy the machine is, this is enough.
const LONG: Duration = Duration::from_secs(90);

struct Node {
    database: TestDatabase,
    program: Program,
    tenant: Tenant,
}

impl Node {
    async fn start(canary: char, port: u16, other: u16) -> Self {
        let database = TestDatabase::apart().await;
        let tenant = Tenant::new(&Server::at(&database.url).await, canary).await;
        let origin = format!("http://127.0.0.1:{other}");
        let program = Program::on(port, &database.url, &[("ZUGONG_EXCHANGE_ORIGINS", &origin)]);
        program.ready(&client()).await;
        let mut node = Self { database, program, tenant };
        node.tenant.superior = node.tenant.superior.at(&node.program.url);
        node
    }

    fn superior(&self) -> &Actor {
        &self.tenant.superior
    }

    async fn end(mut self) {
        self.program.stop().await;
        self.database.remove().await;
    }
}

/// Asks until the answer is as wanted.
async fn until(actor: &Actor, query: &str, variables: Json, wanted: impl Fn(&Json) -> bool) -> Json {
    let begun = Instant::now();
    loop {
        let seen = actor.ok(query, variables.clone()).await;
        if wanted(&seen) {
            return seen;
        }
        assert!(begun.elapsed() < LONG, "never: {seen}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

const MESSAGE: &str = "query($id: ID!) { exchangeMessage(id: $id) { state attempts lastError receipt } }";

async fn notice(from: &Actor, to: &Json, title: &str) -> Json {
    let input = json!({ "peer": to, "title": title, "text": "请知悉" });
    from.done("exchangeNoticeSend", input, "exchangeMessage { id }").await["exchangeMessage"]["id"].clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h_06_case_data_go_up_and_notices_down_though_a_node_is_away() {
    let (upper, lower) = (free_port(), free_port());
    let mut city = Node::start('S', upper, lower).await;
    let mut county = Node::start('X', lower, upper).await;
    let (city_key, county_key) = (key_of(city.superior()).await, key_of(county.superior()).await);
    let down = register(city.superior(), &county.tenant.code, &county.program.url, &county_key, false).await;
    register(county.superior(), &city.tenant.code, &city.program.url, &city_key, true).await;

    // Up: a case with its progress, and nothing of the person.
    let case = county.tenant.open_case("applicant", "2025-07").await;
    let cases =
        "{ receivedCases { nodes { number itemsDone itemsTotal peer { code } } } receivedMessages { nodes { body } } }";
    let of_county = |seen: &Json, done: i64| {
        let nodes = seen["receivedCases"]["nodes"].as_array().unwrap();
        nodes.iter().any(|n| n["peer"]["code"] == json!(county.tenant.code) && n["itemsDone"] == done)
    };
    let seen = until(city.superior(), cases, json!({}), |seen| of_county(seen, 0)).await;
    let text = seen.to_string();
    assert!(!text.contains("applicantX") && !text.contains(county.tenant.id("idNumber:applicant")), "{text}");
    let item = case["items"]["nodes"].as_array().unwrap().iter().find(|i| i["key"] == "medical").unwrap();
    let input = json!({ "id": item["id"], "expectedVersion": item["version"] });
    let accepted = county.superior().done("caseItemAccept", input, "caseItem { id version }").await["caseItem"].clone();
    let input = json!({ "id": accepted["id"], "expectedVersion": accepted["version"], "result": "已办理" });
    county.superior().done("caseItemFinish", input, "caseItem { state }").await;
    until(city.superior(), cases, json!({}), |seen| of_county(seen, 1)).await;

    // Down, while the county is away and the city itself is killed in between.
    county.program.kill();
    let told = notice(city.superior(), &down, "改革通知").await;
    let waiting = |seen: &Json| {
        let message = &seen["exchangeMessage"];
        message["attempts"].as_i64().unwrap() >= 2 && !message["lastError"].is_null()
    };
    let seen = until(city.superior(), MESSAGE, json!({ "id": told }), waiting).await;
    assert_eq!(
        (&seen["exchangeMessage"]["state"], &seen["exchangeMessage"]["receipt"]),
        (&json!("PENDING"), &Json::Null)
    );
    city.program.kill();
    let http = client();
    for program in [&mut county.program, &mut city.program] {
        program.begin();
        program.ready(&http).await;
    }
    let delivered = |seen: &Json| seen["exchangeMessage"]["state"] == "DELIVERED";
    let seen = until(city.superior(), MESSAGE, json!({ "id": told }), delivered).await;
    assert_eq!(seen["exchangeMessage"]["receipt"]["by"], json!(county.tenant.code));
    let query = "query($code: String!) { receivedMessages(where: { kind: { eq: NOTICE }, peer: { code: { eq: $code } } }) { nodes { body } } }";
    let come = county.superior().ok(query, json!({ "code": city.tenant.code })).await;
    let come = come["receivedMessages"]["nodes"].as_array().unwrap();
    assert_eq!((come.len(), &come[0]["body"]["title"]), (1, &json!("改革通知")));
    city.end().await;
    county.end().await;
}
