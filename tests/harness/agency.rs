//! A system of an agency, as far as the platform speaks to it: it answers what it knows of a person.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use serde_json::{Value as Json, json};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

pub struct Agency {
    pub url: String,
    /// Signature and body of every question.
    pub asked: Arc<Mutex<Vec<Asked>>>,
    fails: Arc<AtomicBool>,
}

impl Agency {
    /// Answers every question with these values.
    pub async fn start(values: Json) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (asked, fails) = (Arc::new(Mutex::default()), Arc::new(AtomicBool::new(false)));
        let agency = Self { url, asked: asked.clone(), fails: fails.clone() };
        let answer = json!({ "values": values }).to_string();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, answer.clone(), asked.clone(), fails.clone()));
            }
        });
        agency
    }

    /// From now on it says that it is out of order.
    pub fn break_down(&self) {
        self.fails.store(true, Ordering::SeqCst);
    }
}

/// The signature and the body of a question.
pub type Asked = (String, Vec<u8>);

/// One question for each connection.
async fn serve(mut stream: TcpStream, answer: String, asked: Arc<Mutex<Vec<Asked>>>, fails: Arc<AtomicBool>) {
    let Some((head, body)) = question(&mut stream).await else { return };
    asked.lock().unwrap().push((header(&head, "x-zugong-signature"), body));
    let (status, answer) = if fails.load(Ordering::SeqCst) { ("503 Gone", "{}") } else { ("200 OK", &*answer) };
    reply(&mut stream, status, "application/json", answer).await;
}

/// Head and body of the one question of a connection.
pub(crate) async fn question(stream: &mut (impl AsyncRead + Unpin)) -> Option<(String, Vec<u8>)> {
    let mut bytes = vec![];
    loop {
        let mut part = [0; 4096];
        let read = stream.read(&mut part).await.unwrap_or(0);
        bytes.extend_from_slice(&part[..read]);
        if let Some(end) = bytes.windows(4).position(|w| w == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length: usize = header(&head, "content-length").parse().unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return Some((String::from_utf8_lossy(&bytes[..end]).into_owned(), bytes[end + 4..].to_vec()));
            }
        }
        if read == 0 {
            return None;
        }
    }
}

/// Answers it.
pub(crate) async fn reply(stream: &mut TcpStream, status: &str, media: &str, answer: &str) {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {media}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    // Whoever asked may be gone.
    let _ = stream.write_all(format!("{head}{answer}").as_bytes()).await;
}

fn header(head: &str, name: &str) -> String {
    let line = head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_string())
    });
    line.unwrap_or_default()
}
