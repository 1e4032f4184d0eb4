//! A naive executor: it asks one field of one object at a time and puts the answers together. One statement for the
//! whole document must give the same bytes and the same errors.

use std::{collections::HashMap, env};

use rand::{SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::{Map, Value as Json, json};
use zugong_tests::{Actor, World};

use super::{
    documents::{Asked, Below, Documents, Part, Shape},
    populate,
};

const DOCUMENTS: usize = 25;
const LISTS: [(&str, &str); 3] = [("units", "Unit"), ("cadres", "Cadre"), ("persons", "Person")];

fn shape(ty: &str) -> Shape {
    match ty {
        "Unit" => (
            &["id", "name", "code", "shortName", "sequence", "position", "validFrom", "updatedAt", "__typename"],
            &[("parent", "Unit")],
            &[("children", "Unit"), ("cadres", "Cadre")],
        ),
        "Cadre" => (
            &["id", "kind", "stateSince", "statutoryRetirementMonth", "latestRetirementMonth", "underInvestigation"],
            &[("person", "Person"), ("unit", "Unit"), ("mainAppointment", "Appointment")],
            &[("appointments", "Appointment")],
        ),
        "Person" => (
            &["id", "name", "birth", "sexName", "age", "idNumber", "idNumberMasked", "education", "__typename"],
            &[("unit", "Unit"), ("partyOrganisation", "PartyOrganisation")],
            &[("cadres", "Cadre")],
        ),
        "Appointment" => {
            (&["id", "title", "level", "isMain", "startedOn", "endedOn"], &[("unit", "Unit"), ("cadre", "Cadre")], &[])
        }
        _ => (&["id", "name", "kind", "__typename"], &[("unit", "Unit")], &[]),
    }
}

/// Asks one field at a time.
struct Walker<'w> {
    actor: &'w Actor,
    known: HashMap<String, (Json, bool)>,
    /// Paths of fields that were refused.
    refused: Vec<Json>,
}

impl Walker<'_> {
    /// A value of one field of an object, or of `Query`; and whether it was refused.
    async fn ask(&mut self, from: Option<(&str, &str)>, text: &str, pointer: &str) -> (Json, bool) {
        let query = match from {
            Some((ty, id)) => format!("{{ node(id: \"{id}\") {{ ... on {ty} {{ {text} }} }} }}"),
            None => format!("{{ {text} }}"),
        };
        let pointer = format!("/data{}{pointer}", if from.is_some() { "/node" } else { "" });
        if let Some(known) = self.known.get(&query) {
            return known.clone();
        }
        let reply = self.actor.gql(&query, json!({})).await;
        let value = reply.body.pointer(&pointer).unwrap_or_else(|| panic!("{query}: {}", reply.text)).clone();
        let answer = (value, reply.body.get("errors").is_some());
        self.known.insert(query, answer.clone());
        answer
    }

    async fn object(&mut self, ty: &str, id: &str, asked: &[Asked], path: &[Json]) -> Json {
        let mut out = Map::new();
        for field in asked {
            let path = [path, &[json!(field.key)]].concat();
            let value = Box::pin(self.field(Some((ty, id)), field, &path)).await;
            out.insert(field.key.clone(), value);
        }
        out.into()
    }

    async fn field(&mut self, from: Option<(&str, &str)>, field: &Asked, path: &[Json]) -> Json {
        let (name, head) = (field.name, format!("{}{}", field.name, field.arguments));
        match &field.below {
            Below::Nothing => {
                let (value, refused) = self.ask(from, name, &format!("/{name}")).await;
                if refused {
                    self.refused.push(json!(path));
                }
                value
            }
            Below::One(target, below) => {
                let (found, refused) = self.ask(from, &format!("{head} {{ id }}"), &format!("/{name}")).await;
                if refused {
                    self.refused.push(json!(path));
                }
                match found["id"].as_str() {
                    Some(id) => self.object(target, id, below, path).await,
                    None => Json::Null,
                }
            }
            Below::Many(target, parts) => {
                let mut out = Map::new();
                for part in parts {
                    let (key, value) = self.part(from, name, &head, target, part, path).await;
                    out.insert(key.into(), value);
                }
                out.into()
            }
        }
    }

    async fn part(
        &mut self,
        from: Option<(&str, &str)>,
        name: &str,
        head: &str,
        target: &str,
        part: &Part,
        path: &[Json],
    ) -> (&'static str, Json) {
        match part {
            Part::Plain(of) => (of, self.ask(from, &format!("{head} {{ {of} }}"), &format!("/{name}/{of}")).await.0),
            Part::Info(names) => {
                let mut out = Map::from_iter([("__typename".to_string(), json!("PageInfo"))]);
                for of in names {
                    let pointer = format!("/{name}/pageInfo/{of}");
                    let value = self.ask(from, &format!("{head} {{ pageInfo {{ {of} }} }}"), &pointer).await.0;
                    out.insert(of.to_string(), value);
                }
                ("pageInfo", out.into())
            }
            Part::Nodes(below) | Part::Edges(below) => {
                let (ids, _) = self.ask(from, &format!("{head} {{ nodes {{ id }} }}"), &format!("/{name}/nodes")).await;
                let edges = format!("{head} {{ edges {{ cursor }} }}");
                let (cursors, _) = self.ask(from, &edges, &format!("/{name}/edges")).await;
                let key = if matches!(part, Part::Nodes(_)) { "nodes" } else { "edges" };
                let mut rows = vec![];
                for (i, row) in ids.as_array().unwrap().iter().enumerate() {
                    let mut path = [path, &[json!(key), json!(i)]].concat();
                    if key == "edges" {
                        path.push(json!("node"));
                    }
                    let node = self.object(target, row["id"].as_str().unwrap(), below, &path).await;
                    rows.push(match key {
                        "nodes" => node,
                        _ => json!({ "cursor": cursors[i]["cursor"], "node": node }),
                    });
                }
                (key, rows.into())
            }
        }
    }
}

#[tokio::test]
async fn one_statement_answers_as_field_by_field() {
    let seed = env::var("ZUGONG_TEST_SEED").ok().and_then(|s| s.parse().ok()).unwrap_or(20_250_922_u64);
    println!("ZUGONG_TEST_SEED={seed}");
    let world = World::start().await;
    populate(&world).await;
    let walked = [&world.a.superior, &world.a.junior, &world.a.leader].map(|actor| async move {
        let mut walker = Walker { actor, known: HashMap::new(), refused: vec![] };
        let (mut asked, mut refusals) = (0, 0);
        for document in 0..DOCUMENTS {
            let rng = StdRng::seed_from_u64(seed + document as u64);
            let mut documents = Documents::new(rng, shape, Some(&["startCursor", "endCursor"]), |_| String::new());
            // Leaders read no people.
            let lists = if actor.name == "leader" { &LISTS[..2] } else { &LISTS[..] };
            let (root, ty) = *lists.choose(&mut documents.rng).unwrap();
            let (arguments, parts) = documents.list(ty, 3);
            let root = Asked { key: "r".into(), name: root, arguments, below: Below::Many(ty, parts) };
            let query = documents.whole(std::slice::from_ref(&root), "");
            let reply = actor.gql(&query, json!({})).await;
            // Now and then the dice throw more than a document may hold.
            if ["QUERY_TOO_LARGE", "COST_LIMIT_EXCEEDED"].contains(&reply.code()) {
                continue;
            }
            asked += 1;
            walker.refused.clear();
            let value = walker.field(None, &root, &[json!("r")]).await;
            assert_eq!(reply.body["data"].to_string(), json!({ "r": value }).to_string(), "{} {query}", actor.name);
            let errors = reply.body["errors"].as_array().into_iter().flatten();
            let paths: Vec<Json> = errors.map(|e| e["path"].clone()).collect();
            let expected: Vec<Json> = walker.refused.iter().take(10).cloned().collect();
            assert_eq!(paths, expected, "{} {query}", actor.name);
            refusals += paths.len();
        }
        assert!(asked * 10 > DOCUMENTS * 8, "{} of {DOCUMENTS} documents were asked", asked);
        refusals
    });
    let refusals = futures::future::join_all(walked).await;
    assert!(refusals[0] == 0 && refusals[1] > 0 && refusals[2] > 0, "{refusals:?}");
}
