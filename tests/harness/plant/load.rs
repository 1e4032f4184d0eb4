//! Clients that write all the time, remember what they were told, and try again as a good client does.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value as Json, json};
use tokio::task::JoinHandle;
use zugong::modules::organisation::rules::credit_code::CreditCode;

use crate::{Probe, leaks};

const CREATE: &str =
    "mutation($input: UnitCreateInput!) { unitCreate(input: $input) { unit { id code } userErrors { code } } }";

/// What the clients saw.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The key of each acknowledged unit with its id.
    pub acknowledged: BTreeMap<u32, String>,
    /// Replies that were errors, by code.
    pub refused: BTreeMap<String, u32>,
    /// Requests that no server took.
    pub lost: u32,
    /// Requests that a server took and did not answer.
    pub cut: u32,
    /// What no client should see.
    pub wrong: Vec<String>,
    /// When the last good answer came.
    pub last_good: Option<Instant>,
}

/// The clients at work.
pub struct Load {
    stop: Arc<AtomicBool>,
    outcome: Arc<Mutex<Outcome>>,
    clients: Vec<JoinHandle<()>>,
}

struct Client {
    urls: Vec<String>,
    token: String,
    parent: String,
    next: Arc<AtomicU32>,
    stop: Arc<AtomicBool>,
    outcome: Arc<Mutex<Outcome>>,
    http: reqwest::Client,
}

impl Load {
    /// So many clients set up units below `parent`; each tries the next server when one does not answer.
    pub fn start(clients: usize, urls: &[String], token: &str, parent: &str) -> Self {
        let (stop, outcome) = (Arc::new(AtomicBool::new(false)), Arc::<Mutex<Outcome>>::default());
        let next = Arc::new(AtomicU32::new(50_000_000));
        let clients = (0..clients).map(|_| Client {
            urls: urls.to_vec(),
            token: token.into(),
            parent: parent.into(),
            next: next.clone(),
            stop: stop.clone(),
            outcome: outcome.clone(),
            // Each request has a connection of its own: one that is reused may be closed at that moment.
            http: reqwest::Client::builder()
                .tls_built_in_root_certs(false)
                .pool_max_idle_per_host(0)
                .timeout(Duration::from_secs(15))
                .build()
                .unwrap(),
        });
        let clients = clients.map(|client| tokio::spawn(client.work())).collect();
        Self { stop, outcome, clients }
    }

    pub fn seen(&self) -> Outcome {
        self.outcome.lock().unwrap().clone()
    }

    /// Waits until an answer is good that was asked for after this moment.
    pub async fn good_again(&self, since: Instant, within: Duration) -> Duration {
        while self.seen().last_good.is_none_or(|good| good < since) {
            assert!(since.elapsed() < within, "no good answer within {within:?}: {:?}", self.seen());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        since.elapsed()
    }

    /// Every request that was begun is brought to its end; the servers must answer by now.
    pub async fn end(self) -> Outcome {
        self.stop.store(true, Ordering::Relaxed);
        for client in self.clients {
            client.await.unwrap();
        }
        self.outcome.lock().unwrap().clone()
    }
}

impl Client {
    async fn work(self) {
        while !self.stop.load(Ordering::Relaxed) {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let begun = Instant::now();
            for attempt in 0.. {
                if self.attempt(number, attempt).await {
                    break;
                }
                if begun.elapsed() > Duration::from_secs(60) {
                    self.note(|seen| seen.wrong.push(format!("{number} was never acknowledged")));
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }

    fn note(&self, write: impl FnOnce(&mut Outcome)) {
        write(&mut self.outcome.lock().unwrap());
    }

    /// One request; whether it was acknowledged.
    async fn attempt(&self, number: u32, attempt: usize) -> bool {
        let code = CreditCode::make("11330203", &format!("{number:08}")).unwrap().as_str().to_string();
        let input = json!({ "parent": self.parent, "code": code, "name": format!("机构{number}"),
            "sequence": "GOVERNMENT", "kind": "ORGAN", "idempotencyKey": format!("load-{number}") });
        let asked = Instant::now();
        let url = &self.urls[(number as usize + attempt) % self.urls.len()];
        let request = self.http.post(format!("{url}/graphql")).bearer_auth(&self.token);
        let sent = request.json(&json!({ "query": CREATE, "variables": { "input": input } })).send().await;
        let text = match sent {
            Ok(reply) => reply.text().await,
            Err(error) => Err(error),
        };
        let text = match text {
            Ok(text) => text,
            Err(error) => {
                self.note(|seen| if error.is_connect() { seen.lost += 1 } else { seen.cut += 1 });
                return false;
            }
        };
        let Ok(body) = serde_json::from_str::<Json>(&text) else {
            self.note(|seen| seen.wrong.push(format!("no JSON: {text}")));
            return false;
        };
        if !leaks::told(&body["errors"].to_string()).is_empty() {
            self.note(|seen| seen.wrong.push(text.clone()));
        }
        let made = &body["data"]["unitCreate"];
        if made["userErrors"] == json!([]) && made["unit"]["code"] == json!(code) {
            let id = made["unit"]["id"].as_str().unwrap_or_default().to_string();
            self.note(|seen| {
                seen.acknowledged.insert(number, id);
                seen.last_good = seen.last_good.max(Some(asked));
            });
            return true;
        }
        let error = &body["errors"][0]["extensions"];
        let code = error["code"].as_str().unwrap_or("none").to_string();
        // A unit that was made, but could not be read just then, has its payload and an error: asked for again.
        if error["retryable"] != json!(true) {
            self.note(|seen| seen.wrong.push(text.clone()));
        }
        self.note(|seen| *seen.refused.entry(code).or_default() += 1);
        false
    }
}

impl Outcome {
    /// I1, I2, I4 and I8: what was acknowledged is there, once, with its event, its audit line and its outcome
    /// under the key; and what was seen meanwhile was fit to be seen.
    pub async fn check(&self, probe: &Probe, before: i64) {
        assert!(
            self.wrong.is_empty(),
            "{} answers are not as promised: {:#?}",
            self.wrong.len(),
            &self.wrong[..self.wrong.len().min(5)]
        );
        let made = probe.count("unit").await - before;
        let acknowledged = i64::try_from(self.acknowledged.len()).unwrap();
        assert_eq!(made, acknowledged, "units and acknowledgements: {:?}", self.refused);
        for id in self.acknowledged.values() {
            let number = zugong::kernel::id::parse(id).unwrap().1;
            assert_eq!(probe.count_where("unit", "id = $2", vec![number.into()]).await, 1, "{id} is lost");
            let audit = "action = 'unitCreate' and object_id = $2";
            assert_eq!(probe.count_where("audit", audit, vec![number.into()]).await, 1, "{id} in the audit record");
            assert_eq!(probe.count_where("outbox", "object_id = $2", vec![number.into()]).await, 1, "{id} as an event");
        }
        assert_eq!(probe.count_where("idempotency", "key like 'load-%'", vec![]).await, acknowledged, "kept outcomes");
    }
}
