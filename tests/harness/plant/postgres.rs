//! A PostgreSQL that loses nothing that it has acknowledged: unlike that of `tests/run`, it waits for the disk.

use std::{
    fs,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

use super::{
    free_port,
    process::{ended, family, signal},
};

pub struct OwnPostgres {
    folder: TempDir,
    bin: PathBuf,
    port: u16,
    server: Option<Child>,
}

impl OwnPostgres {
    /// Starts one; none where PostgreSQL is not installed.
    pub async fn start() -> Option<Self> {
        let bin = programs()?;
        let folder = tempfile::tempdir().unwrap();
        let mut own = Self { folder, bin, port: free_port(), server: None };
        let path = own.folder.path().to_path_buf();
        // The server refuses to run as root, and its user must pass through the folder.
        Command::new("chmod").arg("777").arg(&path).status().unwrap();
        let made = own
            .command("initdb")
            .args(["--pgdata=data", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"])
            .arg("--no-sync")
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        own.begin().await;
        own.sql("postgres", "create role owner login createdb createrole nosuperuser");
        own.sql("postgres", "create database zugong owner owner");
        Some(own)
    }

    /// The address for the program and the tests.
    pub fn url(&self) -> String {
        self.url_of("zugong")
    }

    pub fn url_of(&self, database: &str) -> String {
        format!("postgres://owner@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs a statement as the superuser.
    pub fn sql(&self, database: &str, sql: &str) {
        let url = format!("postgres://postgres@127.0.0.1:{}/{database}", self.port);
        let done =
            self.command("psql").args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "-c", sql]).arg(url).output();
        let done = done.unwrap();
        assert!(done.status.success(), "{sql}: {}", String::from_utf8_lossy(&done.stderr));
    }

    /// Starts the server over what is on the disk, and waits until it answers.
    pub async fn begin(&mut self) {
        let log = fs::OpenOptions::new().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let server = self
            .command("postgres")
            .args(["-D", "data", "-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1"])
            .args(["-c", "unix_socket_directories=", "-c", "max_connections=60", "-c", "shared_buffers=32MB"])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        self.server = Some(server);
        let begun = Instant::now();
        while !self.answers() {
            assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL does not start");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    fn answers(&self) -> bool {
        let port = self.port.to_string();
        self.command("pg_isready").args(["--quiet", "--host=127.0.0.1", "--port", &port]).status().unwrap().success()
    }

    /// Stops it as a power cut does: nothing is written any more, the log is replayed at the next start.
    pub fn stop_at_once(&mut self) {
        if let Some(mut server) = self.server.take() {
            signal(server.id(), "QUIT");
            ended(&mut server, Duration::from_secs(20));
        }
    }

    /// Every process of it stands still, with its connections open.
    pub fn freeze(&self) {
        self.everywhere("STOP");
    }

    pub fn thaw(&self) {
        self.everywhere("CONT");
    }

    fn everywhere(&self, name: &str) {
        for pid in self.server.iter().flat_map(|server| family(server.id())) {
            signal(pid, name);
        }
    }

    fn command(&self, name: &str) -> Command {
        let program = self.bin.join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path()).stdin(Stdio::null());
        command
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.thaw();
        self.stop_at_once();
    }
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

/// The folder of the newest server's programs.
fn programs() -> Option<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir("/usr/lib/postgresql").ok()?.flatten().map(|e| e.path().join("bin")).collect();
    found.retain(|folder| folder.join("initdb").exists() && folder.join("postgres").exists());
    found.sort();
    found.pop()
}
