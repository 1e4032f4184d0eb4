//! What strangers learn of the schema: nothing.

use std::collections::BTreeSet;

use host::Hook;
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use zugong_tests::{
    Actor, Reply, Server, World,
    socket::{Heard, Socket},
};

use crate::{
    front::document,
    identity::keys::key,
    plugins::code::{TRAPS, guest, install, with_code},
    sockets::{subscribe, word},
};

/// Names of the schema that are no ordinary words of an error message.
fn words(sdl: &str) -> BTreeSet<String> {
    let mut quoted = false;
    let code = sdl.split("\"\"\"").filter(|_| {
        quoted = !quoted;
        quoted
    });
    let names = code.flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric())).filter(|name| name.len() >= 5);
    let long = |name: &&str| name.chars().skip(1).any(char::is_uppercase) || name.len() >= 12;
    names.filter(long).map(String::from).collect()
}

/// One letter missing, doubled, exchanged or added.
fn misspelt(word: &str, random: &mut StdRng) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    let at = random.random_range(1..letters.len());
    match random.random_range(0..4) {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at - 1]),
        2 => letters[at] = if letters[at] == 'z' { 'q' } else { 'z' },
        _ => letters.push('x'),
    }
    letters.into_iter().collect()
}

/// A document that is wrong by one word, in the place of a field, an argument, a type, a condition or a value.
fn with_mistake(n: usize, wrong: &str) -> String {
    match n % 8 {
        0 => format!("{{ {wrong} {{ id }} }}"),
        1 => format!("{{ units {{ nodes {{ {wrong} }} }} }}"),
        2 => format!("{{ units({wrong}: 1) {{ nodes {{ id }} }} }}"),
        3 => format!("mutation {{ {wrong}(input: {{}}) {{ id }} }}"),
        4 => format!("{{ ... on {wrong} {{ id }} }}"),
        5 => format!("query($v: {wrong}) {{ __typename }}"),
        6 => format!("{{ units(where: {{ {wrong}: {{ eq: 1 }} }}) {{ nodes {{ id }} }} }}"),
        _ => format!("{{ units(orderBy: [{{ field: {wrong} }}]) {{ nodes {{ id }} }} }}"),
    }
}

/// Threat 9: a thousand misspellings, and no answer to a stranger holds a word of the schema that was not asked.
#[tokio::test]
async fn a_thousand_misspellings_teach_a_stranger_nothing() {
    let server = Server::start().await;
    let sdl = include_str!("../../../schema.graphql");
    let words = words(sdl);
    assert!(words.len() > 300, "{}", words.len());
    let all: Vec<&String> = words.iter().collect();
    let mut random = StdRng::seed_from_u64(9);
    let mut taught = BTreeSet::new();
    for n in 0..1_000 {
        let wrong = misspelt(all[random.random_range(0..all.len())], &mut random);
        if sdl.contains(&wrong) {
            continue;
        }
        let query = with_mistake(n, &wrong);
        let reply = document(&server, &query).await;
        assert!(["GRAPHQL_VALIDATION_FAILED", "UNAUTHENTICATED"].contains(&reply.code()), "{query}: {}", reply.text);
        let said = reply.body["errors"].as_array().unwrap().iter().map(|error| error["message"].to_string());
        let answer = said.collect::<String>().replace(&wrong, "…");
        let told = words.iter().filter(|word| !query.contains(*word) && answer.contains(&***word));
        taught.extend(told.map(|word| format!("{word} by {query}: {answer}")));
    }
    assert!(
        taught.is_empty(),
        "{} answers teach:\n{}",
        taught.len(),
        taught.into_iter().take(8).collect::<Vec<_>>().join("\n")
    );
}

/// Threat 9: whether or not a member may introspect, a misspelling is answered to him letter for letter like a word that
/// resembles none: nothing hints at what was meant.
#[tokio::test]
async fn a_misspelling_is_answered_like_a_word_that_resembles_none() {
    const NONSENSE: &str = "Zqjxzqjx";
    let world = World::start().await;
    let sdl = include_str!("../../../schema.graphql");
    let all: Vec<String> = words(sdl).into_iter().collect();
    let mut random = StdRng::seed_from_u64(27);
    for actor in [&world.a.junior, &world.a.applicant] {
        let said = async |n: usize, word: &str| {
            let reply = actor.gql(&with_mistake(n, word), json!({})).await;
            assert_eq!(reply.code(), "GRAPHQL_VALIDATION_FAILED", "{word}: {}", reply.text);
            let messages = reply.body["errors"].as_array().unwrap().iter().map(|error| error["message"].to_string());
            messages.collect::<Vec<_>>().join("\n").replace(word, "…")
        };
        for n in 0..200 {
            let wrong = misspelt(&all[random.random_range(0..all.len())], &mut random);
            if !sdl.contains(&wrong) {
                assert_eq!(said(n, &wrong).await, said(n, NONSENSE).await, "{} {wrong}", actor.name);
            }
        }
    }
}

/// Introspection as it is, under another name, in a fragment, by the name of a type, and between other fields; with the
/// key under which it is answered.
const SHAPES: [(&str, &str); 6] = [
    ("__schema", "{ __schema { types { name } } }"),
    ("a", "{ a: __schema { queryType { name } } }"),
    ("__schema", "{ ...F } fragment F on Query { __schema { directives { name } } }"),
    ("__type", "{ ...on Query { ...{ __type(name: \"Unit\") { name fields { name } } } } }"),
    ("__schema", "query A { version __schema { mutationType { name fields { name } } } }"),
    ("b", "query A($n: String! = \"Unit\") { version b: __type(name: $n) { name } }"),
];

/// What somebody is answered to a document over a POST, a GET, a stream of events and a socket.
async fn over_every_transport(server: &Server, token: Option<&str>, query: &str) -> Vec<(&'static str, String)> {
    let bearer = |request: reqwest::RequestBuilder| match token {
        Some(token) => request.bearer_auth(token),
        None => request,
    };
    let (url, body) = (format!("{}/graphql", server.url), json!({ "query": query }));
    let mut out = vec![];
    for (name, request) in [
        ("POST", server.http.post(&url).json(&body)),
        ("GET", server.http.get(&url).query(&[("query", query)]).header("x-graphql-csrf", "1")),
        ("stream", server.http.post(format!("{url}/stream")).json(&body)),
    ] {
        out.push((name, Reply::of(bearer(request).send().await.unwrap()).await.text));
    }
    let mut socket = Socket::greeted(&server.url, token).await;
    socket.say(subscribe("1", query, json!({}))).await;
    out.push(("socket", word(socket.hear().await).to_string()));
    // A user has five of them: this one is given back.
    socket.bid_farewell().await;
    while !matches!(socket.hear().await, Heard::Closed(_)) {}
    out
}

/// Whether an answer shows anything of the schema.
fn shows(told: &str) -> bool {
    ["\"name\"", "\"types\"", "\"fields\"", "\"Query\"", "Unit"].iter().any(|word| told.contains(word))
}

/// Threat 9: a stranger reads the schema in no shape and over no transport, not even whether a name of it is right.
#[tokio::test]
async fn the_schema_is_closed_to_strangers_in_every_shape_over_every_transport() {
    let server = Server::start().await;
    for (_, query) in SHAPES {
        for (transport, told) in over_every_transport(&server, None, query).await {
            assert!(told.contains("UNAUTHENTICATED"), "{transport} {query}: {told}");
            assert!(!shows(&told) && told.len() < 4_096, "{transport} {query}: {told}");
        }
    }
    // What a client needs to tell objects apart is no secret.
    for (transport, told) in over_every_transport(&server, None, "{ __typename }").await {
        assert!(told.contains("\"Query\""), "{transport}: {told}");
    }
}

/// Threat 9: of those with a token, whoever sets up clients and plug-ins reads the schema in every shape over every
/// transport, person or program, and nobody else does in any: the field is null with `FORBIDDEN` at its key, and the
/// fields beside it are answered.
#[tokio::test]
async fn the_schema_is_open_to_administrators_of_every_tier_and_to_nobody_else() {
    let world = World::start().await;
    let a = &world.a;
    // A key that may read diagnostics has no other right by that.
    let key = key(&world, a, true).await;
    for actor in [&a.superior, &a.senior, &a.junior, &a.service] {
        for (at, query) in SHAPES {
            for (transport, told) in over_every_transport(&world.server, actor.token.as_deref(), query).await {
                let start: String = told.chars().take(300).collect();
                let open = told.contains(&format!("\"{at}\":{{")) && told.contains("\"name\"");
                assert!(open && !told.contains("\"errors\""), "{} {transport} {query}: {start}", actor.name);
            }
        }
    }
    let handler = &a.handlers["medical"];
    let closed = [&a.applicant, handler, &a.leader, &a.system, &a.security, &a.audit];
    let closed = closed.iter().map(|actor| (actor.name, actor.token.as_deref()));
    for (name, token) in closed.chain([("a program", Some(key.as_str()))]) {
        for (at, query) in SHAPES {
            for (transport, told) in over_every_transport(&world.server, token, query).await {
                let refused = ["\"code\":\"FORBIDDEN\"", &format!("\"path\":[\"{at}\"]"), &format!("\"{at}\":null")]
                    .iter()
                    .all(|word| told.contains(word));
                assert!(refused && !shows(&told), "{name} {transport} {query}: {told}");
                assert_eq!(told.contains("\"version\":\""), query.contains("version"), "{name} {transport}: {told}");
            }
        }
        for (transport, told) in over_every_transport(&world.server, token, "{ __typename units { __typename } }").await
        {
            assert!(told.contains("\"Query\"") && !told.contains("\"errors\""), "{name} {transport}: {told}");
        }
    }
}

/// Threat 9: what a plug-in of A adds to the schema is in nobody's schema but A's: neither by introspection nor by the
/// words of a mistake, over any transport.
#[tokio::test]
async fn what_a_plug_in_adds_is_in_its_tenants_schema_alone() {
    let world = World::start().await;
    let traps = guest(Hook::Validate, TRAPS);
    install(&world.a, &with_code("\"validate\"", &traps), &traps).await;
    let names = "{ __schema { types { name } } }";
    let base: BTreeSet<String> = types(&world.b.superior).await;
    let added: Vec<String> = types(&world.a.superior).await.difference(&base).cloned().collect();
    assert!(!added.is_empty(), "the plug-in adds no type");
    for name in &added {
        let query = format!("{{ __type(name: \"{name}\") {{ name }} }}");
        for (actor, seen) in [(&world.a.junior, true), (&world.b.superior, false)] {
            for (transport, told) in over_every_transport(&world.server, actor.token.as_deref(), &query).await {
                assert_eq!(told.contains(&format!("\"name\":\"{name}\"")), seen, "{transport} {name}: {told}");
            }
        }
        for (transport, told) in over_every_transport(&world.server, world.b.superior.token.as_deref(), names).await {
            assert!(!told.contains(&format!("\"{name}\"")), "{transport} shows {name}");
        }
        let theirs =
            world.b.superior.gql(&format!("{{ ...F }} fragment F on {name} {{ __typename }}"), json!({})).await;
        let none = world.b.superior.gql("{ ...F } fragment F on Zgnone { __typename }", json!({})).await;
        let message = |reply: &zugong_tests::Reply| reply.body["errors"][0]["message"].as_str().unwrap().to_string();
        assert_eq!(message(&theirs).replace(name, "…"), message(&none).replace("Zgnone", "…"));
    }
}

/// The names of the types that somebody is told.
async fn types(actor: &Actor) -> BTreeSet<String> {
    let data = actor.ok("{ __schema { types { name } } }", json!({})).await;
    let types = data["__schema"]["types"].as_array().unwrap();
    types.iter().map(|ty| ty["name"].as_str().unwrap().to_string()).collect()
}

/// Threat 9: over a socket the schema is as closed as over a request.
#[tokio::test]
async fn a_strangers_socket_reads_no_schema() {
    let server = Server::start().await;
    let mut socket = Socket::greeted(&server.url, None).await;
    for query in [
        "{ __schema { types { name } } }",
        "{ a: __schema { queryType { name } } }",
        "{ ...F } fragment F on Query { __type(name: \"Unit\") { name } }",
        "subscription { __schema { types { name } } }",
    ] {
        socket.say(subscribe("1", query, json!({}))).await;
        let answer = word(socket.hear().await).to_string();
        assert!(!answer.contains("\"name\"") && !answer.contains("\"types\""), "{query}: {answer}");
        if answer.contains("\"next\"") {
            assert_eq!(word(socket.hear().await)["type"], "complete", "{query}");
        }
    }
}
