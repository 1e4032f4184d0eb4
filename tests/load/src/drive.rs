//! Sends the same kind of request over and over on some connections and takes the times.
//!
//! Raw sockets and requests made beforehand: the clients share the machine with what they time, and a client
//! library's own work would make every server look more alike than it is.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

use crate::Outcome;

/// Makes the n-th request of a connection: path, headers and body.
pub type Maker = Arc<dyn Fn(usize, usize) -> (String, String, String) + Send + Sync>;

/// What a round gave.
pub struct Round {
    pub requests: usize,
    pub seconds: f64,
    /// Every request's time in microseconds, ascending.
    pub micros: Vec<u32>,
}

impl Round {
    /// Requests a second.
    pub fn rps(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    /// The time below which this share of requests stayed, in milliseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        let last = self.micros.len().saturating_sub(1);
        self.micros.get((last as f64 * share) as usize).map_or(0.0, |micros| f64::from(*micros) / 1000.0)
    }
}

/// Whether an answer tells of errors, the request's or the user's.
fn failed(body: &[u8]) -> bool {
    let has = |words: &[u8]| body.windows(words.len()).any(|w| w == words);
    has(b"\"errors\":") || has(b"\"userErrors\":[{")
}

/// One request; its status and body.
pub async fn once(port: u16, (path, headers, body): (String, String, String)) -> Outcome<(u16, Vec<u8>)> {
    let mut connection = Connection::open(port).await?;
    connection.ask(&path, &headers, &body).await?;
    Ok((connection.status, connection.body))
}

/// Requests on all connections for some seconds, one after the other. An answer that is not 200, or that holds errors,
/// ends them.
pub async fn round(port: u16, connections: usize, seconds: f64, start: usize, maker: &Maker) -> Outcome<Round> {
    paced(port, (connections, None), seconds, start, maker).await
}

/// The same where each connection sends a request so often, unless the one before is still under way.
pub async fn paced(
    port: u16,
    (connections, every): (usize, Option<Duration>),
    seconds: f64,
    start: usize,
    maker: &Maker,
) -> Outcome<Round> {
    let began = Instant::now();
    let end = began + Duration::from_secs_f64(seconds);
    let mut tasks = JoinSet::new();
    for number in 0..connections {
        let maker = maker.clone();
        tasks.spawn(async move {
            let mut connection = Connection::open(port).await?;
            let mut micros = Vec::with_capacity(4096);
            let mut n = start;
            // Connections do not send at the same moments.
            let mut pace = every.map(|every| {
                let first = tokio::time::Instant::now() + every.mul_f64(number as f64 / connections as f64);
                tokio::time::interval_at(first, every)
            });
            while Instant::now() < end {
                if let Some(pace) = &mut pace {
                    pace.tick().await;
                }
                let (path, headers, body) = maker(number, n);
                let sent = Instant::now();
                connection.ask(&path, &headers, &body).await?;
                micros.push(u32::try_from(sent.elapsed().as_micros()).unwrap_or(u32::MAX));
                if connection.status != 200 || failed(&connection.body) {
                    let text = String::from_utf8_lossy(&connection.body);
                    return Err(format!("{} {path} {body}: {text}", connection.status).into());
                }
                n += 1;
            }
            Outcome::Ok(micros)
        });
    }
    let mut micros = vec![];
    while let Some(done) = tasks.join_next().await {
        micros.extend(done??);
    }
    let seconds = began.elapsed().as_secs_f64();
    micros.sort_unstable();
    Ok(Round { requests: micros.len(), seconds, micros })
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    status: u16,
    body: Vec<u8>,
}

impl Connection {
    async fn open(port: u16) -> Outcome<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port)).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![], status: 0, body: vec![] })
    }

    async fn ask(&mut self, path: &str, headers: &str, body: &str) -> Outcome<()> {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.stream.write_all(request.as_bytes()).await?;
        self.buffer.clear();
        let (head, length) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server hung up".into());
            }
            if let Some(end) = self.buffer.windows(4).position(|w| w == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.buffer[..end]).to_lowercase();
                self.status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).unwrap_or(0);
                let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
                break (end + 4, length.and_then(|l| l.trim().parse::<usize>().ok()).ok_or("no content-length")?);
            }
        };
        while self.buffer.len() < head + length {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err("the server hung up".into());
            }
        }
        self.body.clear();
        self.body.extend_from_slice(&self.buffer[head..head + length]);
        Ok(())
    }
}
