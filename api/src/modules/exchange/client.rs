//! The way out: one request to a peer's node, never inside a transaction.

use std::time::Duration;

use reqwest::redirect::Policy;

use crate::modules::exchange::{envelope::SIGNATURE, rules::endpoint::origin};

/// How long a peer may take for everything.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read.
const LARGEST: usize = 64 * 1024;
/// The longest reason that is kept.
const REASON: usize = 300;

/// Speaks to the nodes that the operator allows.
pub struct Client {
    http: reqwest::Client,
    origins: Vec<String>,
}

impl Client {
    /// A client for these origins; fails with a sentence when one of them is none.
    pub fn new(origins: &[String]) -> Result<Self, String> {
        let allowed = |text: &String| origin(text).ok_or(format!("`{text}` is no origin like http://host:port"));
        let origins: Vec<String> = origins.iter().map(allowed).collect::<Result<_, _>>()?;
        // No redirects and no proxy of the environment: where a message goes is the operator's list alone.
        let secured = origins.iter().any(|origin| origin.starts_with("https:"));
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().timeout(PATIENCE);
        // Reading the system's certificates takes a while, for nothing where no peer has one.
        let http = http.tls_built_in_root_certs(secured).build();
        Ok(Self { http: http.map_err(|error| error.to_string())?, origins })
    }

    /// Sends bytes with their signature and returns the answer; otherwise why not, in a few words.
    pub async fn post(&self, to: &str, path: &str, bytes: Vec<u8>, signature: &str) -> Result<Vec<u8>, String> {
        if !self.origins.iter().any(|allowed| allowed == to) {
            return Err(format!("the operator does not allow {to} (exchange_origins)"));
        }
        let request = self.http.post(format!("{to}{path}")).header("content-type", "application/json");
        let sent = request.header(SIGNATURE, signature).body(bytes).send().await;
        let mut response = sent.map_err(|error| shortened(&error.without_url()))?;
        if !response.status().is_success() {
            return Err(format!("answered {}", response.status().as_u16()));
        }
        let mut answer = vec![];
        while let Some(part) = response.chunk().await.map_err(|error| shortened(&error.without_url()))? {
            answer.extend_from_slice(&part);
            if answer.len() > LARGEST {
                return Err("answered with too much".into());
            }
        }
        Ok(answer)
    }
}

fn shortened(error: &reqwest::Error) -> String {
    error.to_string().chars().take(REASON).collect()
}
