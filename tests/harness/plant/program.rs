//! The program itself, as an operator starts it.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    free_port,
    process::{ended, signal},
};
use crate::server::{SECRET, client};

/// How long after its start, or after a fault's end, the program may take to answer well.
pub const SOON: Duration = Duration::from_secs(5);

/// The binary that was built with the tests.
pub fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let beside = tests.ancestors().nth(2).unwrap().join("zugong");
    assert!(beside.exists(), "{} is not there: build with `cargo build --workspace`", beside.display());
    beside
}

/// Starts `zugong migrate up`.
pub fn migrate(database: &str) -> Child {
    let mut command = Command::new(program());
    command.args(["migrate", "up"]).env("ZUGONG_DATABASE_URL", database).stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Starts `zugong audit verify` for a tenant by its code.
pub fn verify(database: &str, tenant: &str) -> Child {
    let mut command = Command::new(program());
    command.args(["audit", "verify", "--tenant", tenant]).stdin(Stdio::null());
    command.env("ZUGONG_DATABASE_URL", database).env("ZUGONG_IDENTITY_SECRET", SECRET);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// A server process on a port that it keeps over restarts.
pub struct Program {
    pub url: String,
    settings: Vec<(String, String)>,
    log: TempDir,
    process: Option<Child>,
}

impl Program {
    /// Starts it over a migrated database, without waiting for it.
    pub fn start(database: &str, more: &[(&str, &str)]) -> Self {
        Self::on(free_port(), database, more)
    }

    /// The same on a port that others have to know before.
    pub fn on(port: u16, database: &str, more: &[(&str, &str)]) -> Self {
        let address = format!("127.0.0.1:{port}");
        let own = [
            ("ZUGONG_DATABASE_URL", database),
            ("ZUGONG_LISTEN", &address),
            ("ZUGONG_IDENTITY_SECRET", SECRET),
            ("ZUGONG_IDENTITY_SIGNING_DAYS", "500"),
            ("ZUGONG_CONNECTIONS", "8"),
        ];
        let settings = own.iter().chain(more).map(|(name, value)| ((*name).into(), (*value).into())).collect();
        let mut program =
            Self { url: format!("http://{address}"), settings, log: tempfile::tempdir().unwrap(), process: None };
        program.begin();
        program
    }

    /// Starts the process again.
    pub fn begin(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.log_file()).unwrap();
        let mut command = Command::new(program());
        command.arg("serve").envs(self.settings.iter().cloned()).stdin(Stdio::null());
        let process = command.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap();
        self.process = Some(process);
    }

    /// Waits until it is ready, and tells how long that took.
    pub async fn ready(&self, http: &reqwest::Client) -> Duration {
        let begun = Instant::now();
        loop {
            let asked = http.get(format!("{}/readyz", self.url)).timeout(Duration::from_secs(3)).send().await;
            if asked.is_ok_and(|reply| reply.status() == 200) {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "not ready: {}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it without a word.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            signal(process.id(), "KILL");
            ended(&mut process, Duration::from_secs(5));
        }
    }

    /// Asks it to end, and waits for it.
    pub async fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            signal(process.id(), "TERM");
            tokio::task::spawn_blocking(move || ended(&mut process, Duration::from_secs(30))).await.unwrap();
        }
    }

    /// A figure of its `/metrics` that has no labels; 0 while there is none.
    pub async fn figure(&self, name: &str) -> u64 {
        let text = client().get(format!("{}/metrics", self.url)).send().await.unwrap().text().await.unwrap();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.map_or(0, |figure| figure.trim().parse().unwrap())
    }

    pub fn lives(&mut self) -> bool {
        self.process.as_mut().is_some_and(|process| process.try_wait().unwrap().is_none())
    }

    /// Sends it a signal, by the name that `kill` knows.
    pub fn told(&self, name: &str) {
        let process = self.process.as_ref().unwrap();
        signal(process.id(), name);
    }

    /// MiB of memory that it holds.
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.as_ref().unwrap().id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() / 1024
    }

    /// What it has written.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    fn log_file(&self) -> PathBuf {
        self.log.path().join("log")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
