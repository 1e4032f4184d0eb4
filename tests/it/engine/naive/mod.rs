//! Random documents, answered by the read engine and by a second executor that shares nothing with it but the rows:
//! async-graphql's, which resolves field by field on lists in memory. Answers and errors are the same.

mod schema;

use std::collections::BTreeSet;

use async_graphql::{PathSegment, Request, Response, Variables};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Map, Value as Json, json};
use zugong_tests::Actor;

use self::schema::{Naive, Sight, naive};
use super::{
    documents::{Asked, Below, Documents, Shape},
    orders::argument,
    random::{
        callers,
        dice::Dice,
        rows::{List, PERSONS, Rows, UNITS},
        seed, world,
    },
};

const DOCUMENTS: u64 = 60;

/// Errors that are told of one answer.
const TOLD: usize = 10;

fn shape(ty: &str) -> Shape {
    match ty {
        "Unit" => (
            &[
                "id",
                "name",
                "code",
                "shortName",
                "sequence",
                "path",
                "position",
                "validFrom",
                "validUntil",
                "__typename",
            ],
            &[("parent", "Unit")],
            &[("children", "Unit")],
        ),
        _ => (
            &["id", "name", "nativePlace", "ethnicity", "birth", "joinedParty", "idNumber", "__typename"],
            &[("unit", "Unit")],
            &[],
        ),
    }
}

/// A document with its variables.
struct Thrown {
    text: String,
    variables: Json,
}

/// A document of up to three lists, each below with its own conditions and order.
fn throw(rows: &Rows, sensitive: bool, seed: u64) -> Thrown {
    let mut dice = Dice { rng: StdRng::seed_from_u64(seed), rows, sensitive };
    // The other executor leaves out what a default would include.
    let (mut variables, mut declared) = (Map::from_iter([("yes".to_string(), json!(true))]), String::new());
    let text = {
        let arguments = |ty: &str| {
            let list: &List = if ty == "Unit" { &UNITS } else { &PERSONS };
            let (number, mut out) = (variables.len(), String::new());
            if dice.rng.random_bool(0.4) {
                let name = format!("c{number}");
                declared.push_str(&format!("${name}: {ty}Where "));
                out.push_str(&format!(", where: ${name}"));
                variables.insert(name, dice.condition(list, 1));
            }
            let name = format!("o{number}");
            declared.push_str(&format!("${name}: [{ty}Order!] "));
            out.push_str(&format!(", orderBy: ${name}"));
            variables.insert(name, argument(&dice.keys(list)));
            out
        };
        let mut documents = Documents::new(StdRng::seed_from_u64(seed), shape, None, arguments);
        let lists = documents.rng.random_range(1..=3);
        let mut root = |i: usize| {
            let (name, ty) = if documents.rng.random_bool(0.6) { ("units", "Unit") } else { ("persons", "Person") };
            let (arguments, parts) = documents.list(ty, 3);
            Asked { key: format!("r{i}"), name, arguments, below: Below::Many(ty, parts) }
        };
        let roots: Vec<Asked> = (0..lists).map(&mut root).collect();
        documents.whole(&roots, "DECLARED")
    };
    Thrown { text: text.replace("DECLARED", &declared), variables: variables.into() }
}

fn paths(response: &Response) -> BTreeSet<String> {
    let part = |segment: &PathSegment| match segment {
        PathSegment::Field(name) => json!(name),
        PathSegment::Index(index) => json!(index),
    };
    response.errors.iter().map(|error| json!(error.path.iter().map(part).collect::<Vec<_>>()).to_string()).collect()
}

/// How many errors both answers tell of; none where the document holds more than one may.
async fn same(actor: &Actor, naive: &Naive, thrown: &Thrown, case: &str) -> Option<usize> {
    let Thrown { text, variables } = thrown;
    let reply = actor.gql(text, variables.clone()).await;
    if ["QUERY_TOO_LARGE", "COST_LIMIT_EXCEEDED"].contains(&reply.code()) {
        return None;
    }
    let request = Request::new(text).variables(Variables::from_json(variables.clone()));
    let expected = naive.execute(request).await;
    let data = serde_json::to_value(&expected.data).unwrap();
    assert_eq!(reply.body["data"].to_string(), data.to_string(), "{case}: {text} {variables} {:?}", expected.errors);
    let errors = reply.body["errors"].as_array().into_iter().flatten();
    let told: Vec<String> = errors.map(|error| error["path"].to_string()).collect();
    let all = paths(&expected);
    assert_eq!(told.len(), all.len().min(TOLD), "{case}: {text} {variables}");
    assert!(told.iter().all(|path| all.contains(path)), "{case}: {told:?} of {all:?}");
    Some(told.len())
}

#[tokio::test]
async fn a_second_executor_gives_the_same_answers() {
    let (world, seed) = (world().await, seed());
    let all = Rows::read(&world).await;
    let asked = callers(&world).into_iter().enumerate().map(|(i, (actor, top, sensitive))| {
        let rows = all.below(top);
        let naive = naive(Sight { rows: all.below(top), sensitive });
        async move {
            let (mut answered, mut refusals) = (0, 0);
            for document in 0..DOCUMENTS {
                let thrown = throw(&rows, sensitive, seed + 1_000 * i as u64 + document);
                let case = format!("document {document} of {} seed {seed}", actor.name);
                if let Some(told) = same(actor, &naive, &thrown, &case).await {
                    answered += 1;
                    refusals += told;
                }
            }
            assert!(answered * 10 > DOCUMENTS * 8, "{answered} of {DOCUMENTS} documents were answered");
            assert_eq!(refusals == 0, sensitive, "{}", actor.name);
        }
    });
    futures::future::join_all(asked).await;
}
