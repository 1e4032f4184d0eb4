//! The hostile corpus of `plugins/host`, put in, asked and taken out through the API as an administrator with bad
//! intentions does.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD as BASE64};
use declarative::{Package, scaffold};
use futures::future::join_all;
use host::{
    Hook,
    guests::{Guest, NOTHING},
};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{Outcome, drive::once, prepare::Asker};

/// Calls of one plug-in at once: after as many faults it rests anyway.
const CALLS: usize = 5;
/// How often somebody asks so many at once.
const PACE: Duration = Duration::from_millis(50);
/// Answers a field of each parent by the number one.
const ONES: &str = r#"
    (data (i32.const 1000) "1")
    (func (export "run") (param $in i32) (result i32)
      (local $at i32) (local $end i32)
      (local.set $at (i32.const 2048))
      (local.set $end (i32.add (local.get $at) (i32.mul (i32.load offset=68 (local.get $in)) (i32.const 8))))
      (block $done (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (i32.store (local.get $at) (i32.const 1000))
        (i32.store offset=4 (local.get $at) (i32.const 1))
        (local.set $at (i32.add (local.get $at) (i32.const 8)))
        (br $next)))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 2048))
      (i32.store (i32.const 24) (i32.load offset=68 (local.get $in)))
      (i32.const 16))
"#;

/// How often something ended in a code.
pub type Ends = BTreeMap<String, usize>;
/// What is asked of a component, and its bytes.
pub type Component = (Hook, Vec<u8>);

/// Somebody who puts plug-ins in and asks them.
pub struct Attacking {
    port: u16,
    asker: Asker,
    cadre: Uuid,
    file: Option<Uuid>,
    next: AtomicUsize,
}

/// A plug-in that was put in: what it is taken out with, and the question that reaches its component.
pub struct PutIn {
    plugin: Json,
    question: Option<(String, Json)>,
}

impl Attacking {
    /// An administrator of a tenant, with a cadre and a file of it for submissions.
    pub fn new(port: u16, asker: Asker, cadre: Uuid, file: Option<Uuid>) -> Self {
        Self { port, asker, cadre, file, next: AtomicUsize::new(0) }
    }

    /// Puts components in, each as a plug-in that nobody has had before; those that are refused are left out.
    pub async fn put_in(&self, components: &[Component]) -> Outcome<Vec<PutIn>> {
        let mut all = vec![];
        for (hook, bytes) in components {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            // A run before this one on the same rows has left its cases.
            let prefix = format!("h{}x{number}", std::process::id());
            let input = input(&prefix, *hook, bytes)?;
            let made = self.command("pluginInstall", "PluginInstallInput", input, "plugin { id version }").await?;
            let Some(plugin) = made["plugin"].as_object() else { continue };
            let enable = json!({ "id": plugin["id"], "expectedVersion": plugin["version"] });
            let mut enabled =
                self.command("pluginEnable", "PluginEnableInput", enable, "plugin { id version }").await?;
            let question = self.question(&prefix, *hook, &plugin["id"]).await?;
            all.push(PutIn { plugin: enabled["plugin"].take(), question });
        }
        Ok(all)
    }

    /// Asks one after the other, each so often at once, at a steady pace.
    pub async fn ask_in_turn(&self, put_in: &[PutIn], stop: Arc<AtomicBool>, ends: &mut Ends) -> Outcome<()> {
        let mut pace = tokio::time::interval(PACE);
        for (query, variables) in put_in.iter().filter_map(|one| one.question.as_ref()).cycle() {
            pace.tick().await;
            if stop.load(Ordering::Relaxed) {
                break;
            }
            for answer in join_all((0..CALLS).map(|_| self.ask(query, variables.clone()))).await {
                *ends.entry(end(&answer?)).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Takes them out again; one that the platform has taken out of service has another version by now.
    pub async fn take_out(&self, put_in: Vec<PutIn>) -> Outcome<()> {
        for PutIn { plugin, .. } in put_in {
            let found = self.ask("query($i: ID!) { plugin(id: $i) { version } }", json!({ "i": plugin["id"] })).await?;
            let remove = json!({ "id": plugin["id"], "expectedVersion": found["data"]["plugin"]["version"] });
            self.command("pluginRemove", "PluginRemoveInput", remove, "plugin { id }").await?;
        }
        Ok(())
    }

    /// Puts them in and takes them out until somebody says stop.
    pub async fn put_in_and_take_out(&self, components: &[Component], stop: Arc<AtomicBool>) -> Outcome<()> {
        for component in components.iter().cycle() {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            let put_in = self.put_in(std::slice::from_ref(component)).await?;
            self.take_out(put_in).await?;
        }
        Ok(())
    }

    /// What reaches a component.
    async fn question(&self, prefix: &str, hook: Hook, plugin: &Json) -> Outcome<Option<(String, Json)>> {
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
                if made["approval"].is_null() {
                    return Err(format!("no approval: {made}").into());
                }
                let file = format!("att_{}", self.file.unwrap_or_default().simple());
                let form = json!({ "name": "王明", "birthDate": "1990-05-01", "kind": "FIRST" });
                let input = json!({ "approval": made["approval"]["id"], "form": form,
                    "materials": [{ "key": "application", "attachment": file }] });
                let query = "mutation($i: MatterSubmitInput!) { matterSubmit(input: $i) { case { id } userErrors { code message } } }";
                (query.to_string(), json!({ "i": input }))
            }
            // No attack of the corpus has these; what they may take is what `resolve` may.
            Hook::OnTransition | Hook::Act => return Ok(None),
        };
        Ok(Some(one))
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

/// What is put in and asked as an attack is and does no harm, so that what differs is the attack's own. No two are the
/// same to the server.
pub fn innocent(number: usize, hook: Hook) -> Outcome<Component> {
    let main = if hook == Hook::Resolve { ONES } else { NOTHING };
    let own = format!(r#"{main} (data (i32.const 40000) "{number}")"#);
    Ok((hook, Guest::of(hook, &own).bytes()?))
}

/// How an answer ended.
fn end(answer: &Json) -> String {
    let error = answer["errors"][0]["extensions"]["code"].as_str();
    let refusals = answer["data"]["matterSubmit"]["userErrors"][0]["message"].as_str();
    // A submission tells of the component's end in words: the code is among them.
    let told = refusals.and_then(|words| {
        words.split(|c: char| !c.is_ascii_uppercase() && c != '_').find(|w| w.starts_with("PLUGIN_"))
    });
    error.or(told).or(refusals).unwrap_or("answered").to_string()
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
