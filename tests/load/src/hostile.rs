//! What a tenant's reads take while another tenant's plug-ins attack: rounds without and with, in turn. The attacks are the
//! hostile corpus of `plugins/host`, put in, asked and taken out through the API as an administrator with bad intentions does.

use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use declarative::{Package, scaffold};
use futures::future::join_all;
use host::{
    Hook,
    guests::{Guest, NOTHING},
    torture::corpus,
};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    Bench, Outcome,
    bench::{SECRET, answers, zugong},
    drive::{once, round},
    neighbours::{reads, told},
    prepare::{Asker, neighbours, subject},
};

/// Calls of each attack: after as many faults a plug-in rests anyway.
const CALLS: usize = 5;
/// A larger component does not fit into a request.
const LARGEST: usize = 150 * 1024;

/// How often something ended in a code.
type Ends = BTreeMap<String, usize>;
/// What is asked of a component, and its bytes.
type Component = (Hook, Vec<u8>);

/// Runs the rounds and prints what they took.
pub async fn run(bench: Bench) -> Outcome<()> {
    let [reader, attacker] = neighbours(&bench, SECRET).await?;
    let (cadre, files) = subject(&bench, &attacker).await?;
    let server = zugong(&bench)?;
    answers(server.port).await?;
    let maker = reads(&reader);
    round(server.port, bench.connections, bench.seconds / 2.0, 0, &maker).await?;
    let attacking = Attacking { port: server.port, asker: attacker, cadre, file: files.first().copied() };
    let attacks = corpus().into_iter().filter(|attack| attack.name.contains(&bench.only));
    let attacks = attacks.filter_map(|attack| Some((attack.hook(), attack.component().ok()?.to_vec())));
    let attacks: Vec<Component> = attacks.filter(|(_, bytes)| bytes.len() <= LARGEST).collect();
    // What is put in and asked in the same way and does no harm: the rest is the attacks' own.
    let innocent = vec![(Hook::Validate, Guest::of(Hook::Validate, NOTHING).bytes()?)];
    let (mut alone, mut beside, mut ends) = (vec![], [vec![], vec![]], Ends::new());
    let mut next = 0;
    for _ in 0..bench.rounds.max(1) {
        alone.push(round(server.port, bench.connections, bench.seconds, 0, &maker).await?);
        for (components, (beside, ends)) in
            [&innocent, &attacks].into_iter().zip(beside.iter_mut().zip([&mut Ends::new(), &mut ends]))
        {
            let stop = AtomicBool::new(false);
            let putting_in = attacking.one_after_the_other(components, &mut next, &stop, ends);
            let reading = async {
                let reads = round(server.port, bench.connections, bench.seconds, 0, &maker).await;
                stop.store(true, Ordering::Relaxed);
                reads
            };
            let (reads, done) = tokio::join!(reading, putting_in);
            done?;
            beside.push(reads?);
        }
    }
    for (end, times) in &ends {
        println!("{times:>8} {end}");
    }
    let [innocent, attacks] = &beside;
    told(&[("alone", &alone), ("beside the innocent", innocent), ("beside attacks", attacks)]);
    Ok(())
}

struct Attacking {
    port: u16,
    asker: Asker,
    cadre: Uuid,
    file: Option<Uuid>,
}

impl Attacking {
    /// Carries them out until somebody says stop.
    async fn one_after_the_other(
        &self,
        components: &[Component],
        next: &mut usize,
        stop: &AtomicBool,
        ends: &mut Ends,
    ) -> Outcome<()> {
        while let Some((hook, bytes)) = components.get(*next % components.len().max(1)) {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            *next += 1;
            self.carry_out(*hook, bytes, *next, ends).await?;
        }
        Ok(())
    }

    /// Puts a component in as a plug-in that nobody has had before, asks it so often at once, and takes it out.
    async fn carry_out(&self, hook: Hook, bytes: &[u8], number: usize, ends: &mut Ends) -> Outcome<()> {
        let prefix = format!("h{number}");
        let input = input(&prefix, hook, bytes)?;
        let made = self.command("pluginInstall", "PluginInstallInput", input, "plugin { id version }").await?;
        let Some(plugin) = made["plugin"].as_object() else {
            *ends.entry(format!("refused ({})", made["userErrors"][0]["code"])).or_default() += 1;
            return Ok(());
        };
        let enable = json!({ "id": plugin["id"], "expectedVersion": plugin["version"] });
        let enabled = self.command("pluginEnable", "PluginEnableInput", enable, "plugin { id version }").await?;
        let calls = self.calls(&prefix, hook, &plugin["id"]).await?;
        let calls = join_all(calls.iter().map(|(query, variables)| self.ask(query, variables.clone())));
        for answer in calls.await {
            *ends.entry(end(&answer?)).or_default() += 1;
        }
        let remove = json!({ "id": plugin["id"], "expectedVersion": enabled["plugin"]["version"] });
        self.command("pluginRemove", "PluginRemoveInput", remove, "plugin { id }").await?;
        Ok(())
    }

    /// The questions of one attack.
    async fn calls(&self, prefix: &str, hook: Hook, plugin: &Json) -> Outcome<Vec<(String, Json)>> {
        let one = match hook {
            Hook::Score => (
                "query($p: ID!) { pluginScore(plugin: $p, scheme: \"annual\", input: {}) { item } }".to_string(),
                json!({ "p": plugin }),
            ),
            Hook::Resolve => (format!("{{ cadres(first: 20) {{ nodes {{ id {prefix}_value }} }} }}"), json!({})),
            Hook::Validate => {
                let approval = json!({ "matterKey": format!("{prefix}.apply"), "documentNumber": prefix,
                    "cadre": format!("cad_{}", self.cadre.simple()), "effectiveMonth": "2026-01" });
                let made = self.command("approvalCreate", "ApprovalCreateInput", approval, "approval { id }").await?;
                let file = format!("att_{}", self.file.unwrap_or_default().simple());
                let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "FIRST" });
                let input = json!({ "approval": made["approval"]["id"], "form": form,
                    "materials": [{ "key": "application", "attachment": file }] });
                let query = "mutation($i: MatterSubmitInput!) { matterSubmit(input: $i) { case { id } userErrors { code message } } }";
                (query.to_string(), json!({ "i": input }))
            }
            // No attack of the corpus has these; what they may take is what `resolve` may.
            Hook::OnTransition | Hook::Act => return Ok(vec![]),
        };
        Ok(vec![one; CALLS])
    }

    /// A mutation's payload, refusals and all.
    async fn command(&self, field: &str, kind: &str, input: Json, selection: &str) -> Outcome<Json> {
        let query =
            format!("mutation($i: {kind}!) {{ {field}(input: $i) {{ {selection} userErrors {{ code message }} }} }}");
        let mut answer = self.ask(&query, json!({ "i": input })).await?;
        match answer["data"][field].take() {
            Json::Null => Err(format!("{field}: {answer}").into()),
            payload => Ok(payload),
        }
    }

    async fn ask(&self, query: &str, variables: Json) -> Outcome<Json> {
        let headers = format!("authorization: Bearer {}\r\n", self.asker.token);
        let body = json!({ "query": query, "variables": variables }).to_string();
        let (_, body) = once(self.port, ("/graphql".into(), headers, body)).await?;
        Ok(serde_json::from_slice(&body)?)
    }
}

/// How an answer ended.
fn end(answer: &Json) -> String {
    let error = answer["errors"][0]["extensions"]["code"].as_str();
    let refusals = answer["data"]["matterSubmit"]["userErrors"][0]["message"].as_str();
    // A submission tells of the component's end in words: the code is among them.
    let told = refusals.and_then(|words| {
        words.split(|c: char| !c.is_ascii_uppercase() && c != '_').find(|w| w.starts_with("PLUGIN_"))
    });
    error.or(told).or(refusals.map(|_| "refused otherwise")).unwrap_or("answered").to_string()
}

/// The plug-in that `zugong plugin new` writes, with a component that is asked this.
fn input(prefix: &str, hook: Hook, bytes: &[u8]) -> Outcome<Json> {
    let code = format!(
        "[code]\ncomponent = \"plugin.wasm\"\nsha256 = \"{}\"\nhooks = [\"{}\"]\n\n{}[[rule]]",
        hex::encode(Sha256::digest(bytes)),
        hook.as_str(),
        match hook {
            Hook::Resolve =>
                "[[computed]]\ntarget = \"Cadre\"\nkey = \"value\"\ntitle = \"值\"\ntype = \"integer\"\nneeds = [\"rank\"]\n\n",
            _ => "",
        }
    );
    let texts = scaffold::files(&format!("330203.{prefix}"), prefix, "编外录用").into_iter();
    let changed = |text: String| text.replace("indexed = true ", "indexed = false ").replacen("[[rule]]", &code, 1);
    let texts: Vec<(String, String)> = texts.map(|(path, text)| (path.to_string(), changed(text))).collect();
    let files: Map<String, Json> = texts.iter().map(|(path, text)| (path.clone(), json!(text))).collect();
    let digest = Package::new(texts).map_err(|faults| format!("{faults:?}"))?.digest();
    Ok(json!({ "files": files, "digest": digest, "component": BASE64.encode(bytes) }))
}
