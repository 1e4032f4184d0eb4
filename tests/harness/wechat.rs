//! WeChat's server, as far as logging in needs it: `GET /sns/jscode2session`, with its content type, its error numbers
//! and a session key that nobody else must see.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use serde_json::json;
use tokio::net::{TcpListener, TcpStream};

use crate::agency::{question, reply};

/// The session key that goes with every openid.
pub const SESSION_KEY: &str = "HyVFkGl5F5OQWJZZaNzBBg==";

#[derive(Default)]
struct Known {
    /// Openids by mini-program and code, until the code is used.
    codes: HashMap<(String, String), String>,
    /// What is said instead, whatever is asked.
    trouble: Option<i64>,
    /// Forgets that codes have been used, as no WeChat should.
    forgetful: bool,
    asked: usize,
}

pub struct Wechat {
    pub origin: String,
    known: Arc<Mutex<Known>>,
}

impl Wechat {
    /// A WeChat that knows every mini-program by this secret.
    pub async fn start(secret: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let known = Arc::new(Mutex::new(Known::default()));
        let shared = known.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, secret, shared.clone()));
            }
        });
        Self { origin, known }
    }

    /// A person opens a mini-program: gives the code that its client gets.
    pub fn opens(&self, app: &str, openid: &str) -> String {
        let mut known = self.known.lock().unwrap();
        let code = format!("0a3{:029}", known.codes.len() + 1000 * known.asked);
        known.codes.insert((app.into(), code.clone()), openid.into());
        code
    }

    /// From now on it answers with this number, or as it should again.
    pub fn trouble(&self, errcode: Option<i64>) {
        self.known.lock().unwrap().trouble = errcode;
    }

    pub fn forget_what_was_used(&self) {
        self.known.lock().unwrap().forgetful = true;
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.known.lock().unwrap().asked
    }
}

async fn serve(mut stream: TcpStream, secret: &str, known: Arc<Mutex<Known>>) {
    let Some((head, _)) = question(&mut stream).await else { return };
    let target = head.split_whitespace().nth(1).unwrap_or_default();
    let url = reqwest::Url::parse(&format!("http://wechat{target}")).unwrap();
    let given: HashMap<_, _> = url.query_pairs().into_owned().collect();
    let text = |name: &str| given.get(name).cloned().unwrap_or_default();
    let answer = {
        let mut known = known.lock().unwrap();
        known.asked += 1;
        let key = (text("appid"), text("js_code"));
        let openid = if known.forgetful { known.codes.get(&key).cloned() } else { known.codes.remove(&key) };
        match (known.trouble, openid) {
            (Some(errcode), _) => json!({ "errcode": errcode, "errmsg": "system error" }),
            _ if url.path() != "/sns/jscode2session" || text("grant_type") != "authorization_code" => {
                json!({ "errcode": 40002, "errmsg": "invalid grant_type" })
            }
            _ if text("secret") != secret => json!({ "errcode": 40125, "errmsg": "invalid appsecret" }),
            (None, Some(openid)) => json!({ "openid": openid, "session_key": SESSION_KEY }),
            (None, None) => json!({ "errcode": 40029, "errmsg": "invalid code" }),
        }
    };
    reply(&mut stream, "200 OK", "text/plain", &answer.to_string()).await;
}
