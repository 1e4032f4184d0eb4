//! A system of an agency as plug-ins' connectors speak to it: it checks signatures, does what it is asked once for each
//! idempotency key, and fails on demand.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value as Json, json};
use sm3::{Digest, Sm3};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;

use crate::{Actor, agency::question};

/// The secret that the system and the tenant share.
pub const SECRET: &str = "only-tests-share-this-secret";

/// How the system behaves from now on.
#[derive(Clone)]
pub enum Mode {
    /// It answers as it should, with these words and whether the item passes.
    Answers(&'static str, bool),
    /// It says this, signed, whatever was asked.
    Says(String),
    /// It answers with this status line.
    Status(&'static str),
    /// It leads elsewhere.
    Leads(String),
    /// It does what it is asked, and the line breaks before it has said so.
    Breaks,
    /// It takes the question and says nothing.
    Hangs,
    /// Its answer is signed with something else.
    Forged,
    /// It asks us this first, as somebody, and answers as it should whatever it is told.
    CallsBack(Actor, &'static str),
}

#[derive(Default)]
struct Known {
    /// Heads and bodies of what was asked.
    asked: Vec<(String, Json)>,
    /// What was done, by idempotency key.
    done: BTreeMap<String, Json>,
    refused: usize,
    distrusted: usize,
}

pub struct System {
    pub url: String,
    known: Arc<Mutex<Known>>,
    mode: Arc<Mutex<Mode>>,
}

impl System {
    /// A system that takes signed questions, or those with the secret itself.
    pub async fn start() -> Self {
        Self::within(None).await
    }

    /// The same within TLS.
    pub async fn start_tls(acceptor: TlsAcceptor) -> Self {
        Self::within(Some(acceptor)).await
    }

    async fn within(tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scheme = if tls.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}", listener.local_addr().unwrap());
        let known = Arc::<Mutex<Known>>::default();
        let mode = Arc::new(Mutex::new(Mode::Answers("已核对参保情况", true)));
        let system = Self { url, known: known.clone(), mode: mode.clone() };
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mode, known, tls) = (mode.lock().unwrap().clone(), known.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => serve(stream, mode, known).await,
                        // Who does not trust the certificate leaves before the first request.
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => serve(stream, mode, known).await,
                            Err(_) => known.lock().unwrap().distrusted += 1,
                        },
                    }
                });
            }
        });
        system
    }

    pub fn set(&self, mode: Mode) {
        *self.mode.lock().unwrap() = mode;
    }

    /// How often it was asked, rightly or not.
    pub fn asked(&self) -> usize {
        let known = self.known.lock().unwrap();
        known.asked.len() + known.refused
    }

    /// How often it was asked by somebody who does not know the secret.
    pub fn refused(&self) -> usize {
        self.known.lock().unwrap().refused
    }

    /// How often somebody connected and left at the sight of its certificate.
    pub fn distrusted(&self) -> usize {
        self.known.lock().unwrap().distrusted
    }

    /// The bodies of what it was asked.
    pub fn bodies(&self) -> Vec<Json> {
        self.known.lock().unwrap().asked.iter().map(|(_, body)| body.clone()).collect()
    }

    /// How often it did something: once for each idempotency key.
    pub fn effects(&self) -> usize {
        self.known.lock().unwrap().done.len()
    }
}

fn mac(lines: &[&str]) -> String {
    let mut mac = Hmac::<Sm3>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(lines.join("\n").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

fn sum(bytes: &[u8]) -> String {
    hex::encode(Sm3::digest(bytes))
}

fn header<'h>(head: &'h str, name: &str) -> &'h str {
    let of =
        |line: &'h str| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, v)| v.trim());
    head.lines().find_map(of).unwrap_or_default()
}

/// Whether whoever asks knows the secret.
fn is_ours(head: &str, body: &[u8]) -> bool {
    if header(head, "authorization") == format!("Bearer {SECRET}") {
        return true;
    }
    let mut words = head.split_whitespace();
    let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (at, key) = (header(head, "x-zugong-timestamp"), header(head, "idempotency-key"));
    !key.is_empty() && header(head, "x-zugong-signature") == mac(&[method, path, at, key, &sum(body)])
}

async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, mode: Mode, known: Arc<Mutex<Known>>) {
    let Some((head, body)) = question(&mut stream).await else { return };
    if !is_ours(&head, &body) {
        known.lock().unwrap().refused += 1;
        return reply(&mut stream, "401 Unauthorized", "", "{}").await;
    }
    let key = header(&head, "idempotency-key").to_string();
    let asked: Json = serde_json::from_slice(&body).unwrap_or_default();
    known.lock().unwrap().asked.push((head, asked));
    let signed =
        |status: &str, text: &str| format!("x-zugong-signature: {}\r\n", mac(&[status, &key, &sum(text.as_bytes())]));
    let done = |words: &str, passes: bool| {
        let answer = json!({ "passed": passes, "message": words });
        known.lock().unwrap().done.entry(key.clone()).or_insert(answer).to_string()
    };
    match mode {
        Mode::Answers(words, passes) => {
            let text = done(words, passes);
            reply(&mut stream, "200 OK", &signed("200", &text), &text).await;
        }
        Mode::CallsBack(actor, query) => {
            actor.gql(query, json!({})).await;
            let text = done("已核对参保情况", true);
            reply(&mut stream, "200 OK", &signed("200", &text), &text).await;
        }
        Mode::Says(text) => reply(&mut stream, "200 OK", &signed("200", &text), &text).await,
        Mode::Status(status) => reply(&mut stream, status, "", "{}").await,
        Mode::Leads(to) => reply(&mut stream, "307 Temporary Redirect", &format!("location: {to}\r\n"), "").await,
        Mode::Hangs => tokio::time::sleep(std::time::Duration::from_secs(20)).await,
        Mode::Breaks => drop(done("已核对参保情况", true)),
        Mode::Forged => reply(&mut stream, "200 OK", "x-zugong-signature: 00\r\n", &done("已核对参保情况", true)).await,
    }
}

async fn reply(stream: &mut (impl AsyncWrite + Unpin), status: &str, more: &str, answer: &str) {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{more}content-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    // Whoever asked may be gone.
    let _ = stream.write_all(format!("{head}{answer}").as_bytes()).await;
    // Within TLS the end is said as well.
    let _ = stream.shutdown().await;
}

/// A connector for the manifest of the plug-in that `zugong plugin new` writes.
pub const CONNECTOR: &str = r#"
[[connector]]
name = "hr-social"
title = "人社社保系统"
auth = "hmac-sm3"
operations = ["connectors/check.json"]
policy = { timeout_ms = 5000, on_down = "park" }
"#;

/// Its operation's file.
pub const OPERATION: (&str, &str) = (
    "connectors/check.json",
    r#"{
  "name": "check",
  "title": "核对参保",
  "method": "POST",
  "path": "/api/insurance/check",
  "idempotent": true,
  "request": {
    "type": "object", "additionalProperties": false, "required": ["name"],
    "properties": { "name": { "type": "string" }, "kind": { "type": "string" } }
  },
  "response": {
    "type": "object", "additionalProperties": false, "required": ["passed", "message"],
    "properties": { "passed": { "type": "boolean" }, "message": { "type": "string", "maxLength": 200 } }
  }
}
"#,
);
