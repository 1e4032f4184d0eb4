//! What requests cost, what one may cost, and what one may spend.

use serde_json::json;
use zugong::http::{app::HttpSettings, cost::CostSettings};
use zugong_tests::{Actor, Reply, Server, World};

use super::header;

async fn spend(actor: &Actor, query: &str) -> Reply {
    actor.send(json!({ "query": query }), &[("x-zugong-cost", "1")]).await
}

async fn world(cost: CostSettings) -> World {
    World::on(Server::with(HttpSettings { cost, ..HttpSettings::default() }).await).await
}

#[tokio::test]
async fn the_cost_is_told_to_whoever_asks() {
    let world = World::start().await;
    let query = "{ units(first: 10) { totalCount nodes { id name cadres(first: 5) { nodes { id } } } } }";
    let reply = spend(&world.a.superior, query).await;
    let cost = &reply.body["extensions"]["cost"];
    // units, its total, and for each of ten: itself, two fields, and a list of five with one field.
    assert_eq!(cost["requested"], 1 + 50 + 10 * (1 + 2 + 1 + 5 * 2), "{}", reply.text);
    assert_eq!(cost["limit"], 50_000);
    assert!(cost["remaining"].as_u64().unwrap() > 1_000_000);
    assert!(world.a.superior.gql(query, json!({})).await.body.get("extensions").is_none(), "who does not ask");
}

#[tokio::test]
async fn a_hundred_conditions_cost_more_than_none() {
    let world = World::start().await;
    let cost = async |arguments: &str| {
        let reply = spend(&world.a.superior, &format!("{{ units(first: 10{arguments}) {{ nodes {{ id }} }} }}")).await;
        assert_eq!(reply.code(), "none", "{}", reply.text);
        reply.body["extensions"]["cost"]["requested"].as_u64().unwrap()
    };
    let plain = cost("").await;
    assert_eq!(plain, 1 + 10 * 2);
    let conditions = vec!["{code: {ne: \"x\"}}"; 49].join(", ");
    assert_eq!(cost(&format!(", where: {{and: [{conditions}]}}")).await, plain + 1 + 49 * 2);
    assert_eq!(cost(", where: {cadres: {some: {state: {eq: SERVING}}}}").await, plain + 1 + 10 + 2);
    assert_eq!(cost(", orderBy: [{field: PATH}, {field: NAME, direction: DESC}]").await, plain + 1 + 2);
    let groups = "{ cadreAggregate(groupBy: [STATE], having: {count: {gte: 1}}) { groups { count } } }";
    let reply = spend(&world.a.superior, groups).await;
    assert_eq!(reply.body["extensions"]["cost"]["requested"], 50 + 2 + 2, "{}", reply.text);
}

#[tokio::test]
async fn lists_within_lists_end_at_the_limit_before_anything_is_read() {
    let world = World::start().await;
    let within = |inner: usize| {
        format!(
            "{{ units(first: 100) {{ nodes {{ cadres(first: {inner}) {{ nodes {{ appointments(first: 100) \
             {{ nodes {{ id }} }} }} }} }} }} }}"
        )
    };
    assert_eq!(spend(&world.a.superior, &within(2)).await.code(), "none");
    let reply = spend(&world.a.superior, &within(100)).await;
    assert_eq!((reply.status, reply.code()), (400, "COST_LIMIT_EXCEEDED"));
    let message = reply.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("50000") && message.contains("2020201"), "{message}");
    // A variable, a fragment and an alias are seen through.
    let hidden = "query($n: Int) { a: units(first: $n) { ...U } } fragment U on UnitConnection \
                  { nodes { cadres(first: $n) { nodes { appointments(first: $n) { nodes { id } } } } } }";
    let reply = world.a.superior.gql(hidden, json!({ "n": 100 })).await;
    assert_eq!(reply.code(), "COST_LIMIT_EXCEEDED", "{}", reply.text);
    assert_eq!(world.a.superior.gql(hidden, json!({ "n": 5 })).await.code(), "none");
}

#[tokio::test]
async fn who_has_spent_everything_waits_and_nobody_else_does() {
    // Nothing comes back while the test lasts.
    let cost = CostSettings { request: 1_000, client: 2_000, client_per_second: 1, ..CostSettings::default() };
    let world = world(cost).await;
    let dear = "{ units(first: 100) { nodes { id name code path kind } } }";
    let (mut replies, actor) = (vec![], &world.a.junior);
    for _ in 0..5 {
        replies.push(spend(actor, dear).await);
    }
    let codes: Vec<&str> = replies.iter().map(Reply::code).collect();
    assert_eq!(codes, ["none", "none", "none", "THROTTLED", "THROTTLED"]);
    let left: Vec<u64> =
        replies[..3].iter().map(|r| r.body["extensions"]["cost"]["remaining"].as_u64().unwrap()).collect();
    for (left, expected) in left.iter().zip([2_000 - 601, 2_000 - 2 * 601, 2_000 - 3 * 601]) {
        // A point or two may have come back in the meantime.
        assert!((expected..expected + 5).contains(left), "{left} of {expected}");
    }
    let refused = &replies[3];
    assert_eq!(refused.status, 429);
    let seconds: u64 = header(refused, "retry-after").parse().unwrap();
    assert!((380..=404).contains(&seconds), "{seconds}");
    assert_eq!(refused.body["errors"][0]["extensions"]["retryable"], true);
    assert_eq!(spend(&world.a.senior, dear).await.code(), "none", "a colleague has a bucket of his own");
    assert_eq!(spend(&world.b.junior, dear).await.code(), "none");
}

#[tokio::test]
async fn a_tenant_cannot_spend_what_is_another_s() {
    let cost = CostSettings {
        request: 1_000,
        client: 5_000,
        client_per_second: 1,
        tenant: 2_000,
        tenant_per_second: 1,
        ..CostSettings::default()
    };
    let world = world(cost).await;
    let dear = "{ units(first: 100) { nodes { id name code path kind } } }";
    for actor in [&world.a.superior, &world.a.senior, &world.a.junior] {
        assert_eq!(spend(actor, dear).await.code(), "none");
    }
    assert_eq!(spend(&world.a.leader, dear).await.code(), "THROTTLED", "whoever it is");
    // What the tenant lacked was not taken from the caller.
    let cheap = spend(&world.a.leader, "{ version }").await;
    assert_eq!(cheap.body["extensions"]["cost"]["remaining"], 5_000 - 1, "{}", cheap.text);
    for actor in [&world.b.superior, &world.b.senior, &world.b.junior] {
        assert_eq!(spend(actor, dear).await.code(), "none");
    }
}

#[tokio::test]
async fn strangers_are_counted_by_their_address() {
    let cost = CostSettings { anonymous: 20, anonymous_per_second: 1, ..CostSettings::default() };
    let settings = HttpSettings { cost, trusted_hops: 1, ..HttpSettings::default() };
    let server = Server::with(settings).await;
    // Addresses of documentation that no other test uses, since all may share one Redis.
    let ask = async |address: &str| {
        let body = json!({ "query": "{ version }" }).to_string();
        super::post(&server, body, &[super::JSON, ("x-forwarded-for", address)]).await
    };
    let unique: u16 = rand::random();
    let mine = format!("2001:db8:{unique:x}:{:x}::", rand::random::<u16>());
    let start = std::time::Instant::now();
    let mut passed = 0;
    let refused = loop {
        let reply = ask(&format!("{mine}{passed:x}")).await;
        // Twenty, and one for each second that this takes.
        assert!(passed <= 21 + start.elapsed().as_secs(), "{passed}");
        if reply.code() != "none" {
            break reply;
        }
        passed += 1;
    };
    assert!(passed >= 20, "{passed}");
    assert_eq!((refused.status, refused.code()), (429, "THROTTLED"), "one network has one bucket");
    assert_eq!(ask(&format!("2001:db8:{unique:x}:{:x}::1", rand::random::<u16>())).await.code(), "none");
}

#[tokio::test]
async fn replicas_spend_from_one_bucket_where_they_share_a_redis() {
    let cost = CostSettings { request: 1_000, client: 2_000, client_per_second: 1, ..CostSettings::default() };
    let settings = HttpSettings { cost, ..HttpSettings::default() };
    let world = World::on(Server::with(settings.clone()).await).await;
    let replica = world.server.replica_with(settings).await;
    let dear = "{ units(first: 100) { nodes { id name code path kind } } }";
    let mut passed = 0;
    for i in 0..8 {
        let actor = world.a.junior.at(if i % 2 == 0 { &world.server.url } else { &replica.url });
        passed += usize::from(spend(&actor, dear).await.code() == "none");
    }
    // Three times 601 fit into 2,000; each replica alone would let three pass.
    let expected = if zugong_tests::database::redis_url().is_some() { 3 } else { 6 };
    assert_eq!(passed, expected);
}
