//! What strangers learn of the schema: nothing.

use std::collections::BTreeSet;

use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use zugong_tests::{Server, socket::Socket};

use crate::{
    front::document,
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
        let query = match n % 8 {
            0 => format!("{{ {wrong} {{ id }} }}"),
            1 => format!("{{ units {{ nodes {{ {wrong} }} }} }}"),
            2 => format!("{{ units({wrong}: 1) {{ nodes {{ id }} }} }}"),
            3 => format!("mutation {{ {wrong}(input: {{}}) {{ id }} }}"),
            4 => format!("{{ ... on {wrong} {{ id }} }}"),
            5 => format!("query($v: {wrong}) {{ __typename }}"),
            6 => format!("{{ units(where: {{ {wrong}: {{ eq: 1 }} }}) {{ nodes {{ id }} }} }}"),
            _ => format!("{{ units(orderBy: [{{ field: {wrong} }}]) {{ nodes {{ id }} }} }}"),
        };
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
