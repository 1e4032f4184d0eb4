//! A Redis that can be killed, frozen and emptied.

use std::{
    net::TcpStream,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::{
    free_port,
    process::{ended, signal},
};

pub struct OwnRedis {
    port: u16,
    server: Option<Child>,
}

impl OwnRedis {
    /// Starts one; none where Redis is not installed.
    pub async fn start() -> Option<Self> {
        Command::new("redis-server").arg("--version").output().ok()?;
        let mut own = Self { port: free_port(), server: None };
        own.begin().await;
        Some(own)
    }

    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub async fn begin(&mut self) {
        let server = Command::new("redis-server")
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &self.port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        self.server = Some(server);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "Redis does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub fn kill(&mut self) {
        if let Some(mut server) = self.server.take() {
            signal(server.id(), "KILL");
            ended(&mut server, Duration::from_secs(5));
        }
    }

    pub fn signal(&self, name: &str) {
        if let Some(server) = &self.server {
            signal(server.id(), name);
        }
    }

    pub fn flush(&self) {
        let port = self.port.to_string();
        let done = Command::new("redis-cli").args(["-p", &port, "flushall"]).stdout(Stdio::null()).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for OwnRedis {
    fn drop(&mut self) {
        self.kill();
    }
}
