//! The run: starts the three servers, compares their answers, times them in turn.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::Value as Json;

use crate::{
    Bench, Outcome,
    cases::{Case, LANES, cases},
    cost::{children_micros, cpu_micros, resident_mib},
    drive::{Maker, Round, once, round},
    prepare::{Facts, facts},
    report::{Line, rows, table},
};

/// 32 bytes that only this run uses.
pub const SECRET: &str = "bG9hZC1vbmx5LXNlY3JldC1vZi0zMi1ieXRlcy0hISE=";
/// Connections to the database, of every server.
const POOL: usize = 16;
/// Microseconds of processor time in a second that are nothing.
const IDLE: u64 = 30_000;
/// Seconds without anything after which nothing more is expected.
const QUIET: usize = 4;
/// What takes longer goes on beside what is timed.
const LONGEST: Duration = Duration::from_secs(600);

/// A server, what it is asked, and the requests.
type Runner<'a> = (&'a Server, String, Maker);

/// A server as a process of its own; it ends with the run.
pub struct Server {
    name: &'static str,
    pub port: u16,
    child: Child,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Does the whole run.
pub async fn run(bench: Bench) -> Outcome<()> {
    let facts = Arc::new(facts(&bench, SECRET).await?);
    let servers =
        [zugong(&bench)?, yardstick(&bench, "json", "yardstick-json")?, yardstick(&bench, "rows", "yardstick-rows")?];
    for server in &servers {
        answers(server.port).await?;
    }
    rests(&bench, &servers[0]).await;
    let (mut lines, mut failures) = (vec![], vec![]);
    let mut lane = 0;
    for case in cases().into_iter().filter(|case| case.name.contains(&bench.only)) {
        if !case.writes
            && let Err(error) = compare(&case, &facts, &servers).await
        {
            failures.push(error.to_string());
            continue;
        }
        let mut runners: Vec<Runner<'_>> = vec![];
        for server in &servers {
            let maker = match server.name {
                "zugong" => case.for_server(&facts, lane, false),
                _ => case.for_yardstick(&facts, lane),
            };
            runners.push((server, case.name.into(), maker));
            lane += 1;
        }
        let fresh = case.for_server(&facts, lane, true);
        runners.push((&servers[0], format!("{} (new document)", case.name), fresh));
        lane = (lane + 1) % (LANES + 1);
        match timed(&bench, &runners).await {
            Ok(taken) => {
                print!("{}", table(&taken));
                lines.extend(taken);
            }
            // The other questions still have their times.
            Err(error) => failures.push(format!("{}: {error}", case.name)),
        }
    }
    println!("\n{}", table(&lines));
    if let Some(path) = &bench.json {
        std::fs::write(path, serde_json::to_vec_pretty(&rows(&lines))?)?;
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

/// Waits until the server and the database have done what was due: reminders and problems of overdue work, which seeded
/// rows have had none of. It would be timed along with what is asked.
pub async fn rests(bench: &Bench, server: &Server) {
    let used = || cpu_micros(server.child.id()) + children_micros(bench.postgres_pid);
    let (began, mut quiet) = (Instant::now(), 0);
    while quiet < QUIET && began.elapsed() < LONGEST {
        let before = used();
        tokio::time::sleep(Duration::from_secs(1)).await;
        // A child that ends takes its time along: it was at work.
        let is_quiet = used().checked_sub(before).is_some_and(|used| used < IDLE);
        quiet = if is_quiet { quiet + 1 } else { 0 };
    }
    let seconds = began.elapsed().as_secs();
    println!("what was due took {seconds} s{}", if quiet < QUIET { " and is not done" } else { "" });
}

/// Every runner in turn, round after round, so that what else the machine does falls on all alike.
async fn timed(bench: &Bench, runners: &[Runner<'_>]) -> Outcome<Vec<Line>> {
    let mut start = 0;
    for (server, _, maker) in runners {
        start += 1_000_000;
        round(server.port, bench.connections, bench.seconds / 4.0, start, maker).await?;
    }
    let mut taken: Vec<Vec<(Round, f64, f64)>> = runners.iter().map(|_| vec![]).collect();
    for _ in 0..bench.rounds.max(1) {
        for ((server, _, maker), taken) in runners.iter().zip(&mut taken) {
            start += 1_000_000;
            let pid = server.child.id();
            let before = (cpu_micros(pid), children_micros(bench.postgres_pid));
            let round = round(server.port, bench.connections, bench.seconds, start, maker).await?;
            let used = |after: u64, before: u64| after.saturating_sub(before) as f64 / round.requests.max(1) as f64;
            let (cpu, db) = (used(cpu_micros(pid), before.0), used(children_micros(bench.postgres_pid), before.1));
            taken.push((round, cpu, db));
        }
    }
    let line = |((server, query, _), mut taken): (&Runner<'_>, Vec<(Round, f64, f64)>)| {
        taken.sort_by(|a, b| a.0.rps().total_cmp(&b.0.rps()));
        let (round, cpu_us, db_cpu_us) = taken.swap_remove(taken.len() / 2);
        Line {
            query: query.clone(),
            server: server.name,
            rps: round.rps(),
            p50_ms: round.quantile(0.5),
            p99_ms: round.quantile(0.99),
            cpu_us,
            db_cpu_us,
            rss_mib: resident_mib(server.child.id()),
        }
    };
    Ok(runners.iter().zip(taken).map(line).collect())
}

/// The same question must get the same data from all three, or the times mean nothing.
async fn compare(case: &Case, facts: &Arc<Facts>, servers: &[Server]) -> Outcome<()> {
    for n in 0..20 {
        let mut answers = vec![];
        for server in servers {
            let maker = match server.name {
                "zugong" => case.for_server(facts, 0, false),
                _ => case.for_yardstick(facts, 0),
            };
            let (_, body) = once(server.port, maker(0, n)).await?;
            let mut body: Json = serde_json::from_slice(&body)?;
            answers.push(body["data"].take());
        }
        if answers.iter().any(|answer| answer.is_null() || *answer != answers[0]) {
            return Err(format!("{}: the servers disagree: {answers:#?}", case.name).into());
        }
    }
    Ok(())
}

fn free_port() -> Outcome<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Starts the server.
pub fn zugong(bench: &Bench) -> Outcome<Server> {
    let port = free_port()?;
    // One client sends what hundreds would: it is charged as ever, out of a bucket that does not run dry.
    let buckets = ["CLIENT", "TENANT"].iter().flat_map(|whose| {
        let size = (format!("ZUGONG_COST_{whose}"), "1000000000000");
        [size, (format!("ZUGONG_COST_{whose}_PER_SECOND"), "1000000000000")]
    });
    let child = Command::new(&bench.zugong)
        .arg("serve")
        .envs(buckets)
        .env("ZUGONG_DATABASE_URL", &bench.database)
        .env("ZUGONG_IDENTITY_SECRET", SECRET)
        .env("ZUGONG_LISTEN", format!("127.0.0.1:{port}"))
        .env("ZUGONG_CONNECTIONS", POOL.to_string())
        .env("RUST_LOG", "warn")
        .stdout(Stdio::null())
        .spawn()?;
    Ok(Server { name: "zugong", port, child })
}

fn yardstick(bench: &Bench, mode: &str, name: &'static str) -> Outcome<Server> {
    let port = free_port()?;
    let child = Command::new(std::env::current_exe()?)
        .args(["yardstick", "--database", &bench.superuser, "--port", &port.to_string(), "--mode", mode])
        .spawn()?;
    Ok(Server { name, port, child })
}

/// Waits until somebody listens.
pub async fn answers(port: u16) -> Outcome<()> {
    for _ in 0..200 {
        if tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(format!("nobody listens on port {port}").into())
}
