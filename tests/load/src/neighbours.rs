//! What a tenant's reads take while another tenant installs plug-ins: rounds without and with, in turn.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use declarative::{Package, scaffold};
use serde_json::{Value as Json, json};

use crate::{
    Bench, Outcome,
    bench::{SECRET, answers, rests, zugong},
    drive::{Maker, Round, once, round},
    prepare::{Asker, neighbours},
};

const READ: &str = "query List { cadres(first: 20, where: { state: { eq: SERVING } }) \
    { nodes { id rank person { name } unit { name } } } }";
/// A breath between two plug-ins: an administrator who installs without pause.
const PAUSE: Duration = Duration::from_millis(500);

/// Runs the rounds and prints what they took.
pub async fn run(bench: Bench) -> Outcome<()> {
    let [reader, installer] = neighbours(&bench, SECRET).await?;
    let server = zugong(&bench)?;
    answers(server.port).await?;
    rests(&bench, &server).await;
    let maker = reads(&reader);
    round(server.port, bench.connections, bench.seconds / 2.0, 0, &maker).await?;
    let (mut alone, mut beside) = (vec![], vec![]);
    let installed = AtomicUsize::new(0);
    for number in 0..bench.rounds {
        alone.push(round(server.port, bench.connections, bench.seconds, 0, &maker).await?);
        let stop = AtomicBool::new(false);
        let installing = async {
            let mut n = 0;
            while !stop.load(Ordering::Relaxed) {
                install(server.port, &installer, &format!("n{number}x{n}")).await?;
                installed.fetch_add(1, Ordering::Relaxed);
                n += 1;
                tokio::time::sleep(PAUSE).await;
            }
            Outcome::Ok(())
        };
        let reading = async {
            let reads = round(server.port, bench.connections, bench.seconds, 0, &maker).await;
            stop.store(true, Ordering::Relaxed);
            reads
        };
        let (reads, done) = tokio::join!(reading, installing);
        done?;
        beside.push(reads?);
    }
    println!("{} plug-ins installed, enabled and asked for", installed.load(Ordering::Relaxed));
    told(&[("alone", &alone), ("beside installations", &beside)]);
    Ok(())
}

/// Prints what rounds took, each under its name.
pub fn told(all: &[(&str, &[Round])]) {
    for (name, rounds) in all {
        let middle = |of: fn(&Round) -> f64| median(rounds.iter().map(of).collect());
        let (rps, p50, p99) = (middle(Round::rps), middle(|r| r.quantile(0.5)), middle(|r| r.quantile(0.99)));
        println!("{name:<22} {rps:>8.0} req/s  p50 {p50:>7.2} ms  p99 {p99:>7.2} ms");
    }
}

/// Twenty of a tenant's cadres, as everybody's first page shows them.
pub fn reads(reader: &Asker) -> Maker {
    let (body, headers) = (json!({ "query": READ }).to_string(), format!("authorization: Bearer {}\r\n", reader.token));
    Arc::new(move |_, _| ("/graphql".into(), headers.clone(), body.clone()))
}

fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// Installs and enables a plug-in that nobody else has, and asks for something of it.
async fn install(port: u16, asker: &Asker, prefix: &str) -> Outcome<()> {
    let texts = scaffold::files(&format!("330203.{prefix}"), prefix, "编外录用").into_iter();
    // A tenant has columns for a few indexed fields, and here many plug-ins.
    let plain = |text: String| text.replace("indexed = true ", "indexed = false ");
    let texts: Vec<(String, String)> = texts.map(|(path, text)| (path.to_string(), plain(text))).collect();
    let files: serde_json::Map<String, Json> = texts.iter().map(|(path, text)| (path.clone(), json!(text))).collect();
    let digest = Package::new(texts).map_err(|faults| format!("{faults:?}"))?.digest();
    let query = "mutation($i: PluginInstallInput!) { pluginInstall(input: $i) { plugin { id version } userErrors { code field message } } }";
    let made = ask(port, asker, query, json!({ "i": { "files": files, "digest": digest } })).await?;
    let plugin = &made["data"]["pluginInstall"]["plugin"];
    let query = "mutation($i: PluginEnableInput!) { pluginEnable(input: $i) { plugin { id } userErrors { code field message } } }";
    ask(port, asker, query, json!({ "i": { "id": plugin["id"], "expectedVersion": plugin["version"] } })).await?;
    ask(port, asker, "{ __type(name: \"Mutation\") { fields { name } } }", json!({})).await?;
    Ok(())
}

async fn ask(port: u16, asker: &Asker, query: &str, variables: Json) -> Outcome<Json> {
    let headers = format!("authorization: Bearer {}\r\n", asker.token);
    let body = json!({ "query": query, "variables": variables }).to_string();
    let (_, body) = once(port, ("/graphql".into(), headers, body)).await?;
    let body: Json = serde_json::from_slice(&body)?;
    let payloads = body["data"].as_object().into_iter().flat_map(|data| data.values());
    let told = payloads.filter_map(|payload| payload["userErrors"].as_array()).any(|errors| !errors.is_empty());
    if told || body["errors"].is_array() || !body["data"].is_object() {
        Err(format!("refused: {body}").into())
    } else {
        Ok(body)
    }
}
