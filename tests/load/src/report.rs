//! The table and its rows as JSON.

use serde_json::{Value as Json, json};

/// What one server did with one question.
#[derive(Clone)]
pub struct Line {
    pub query: String,
    pub server: &'static str,
    pub rps: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
    pub cpu_us: f64,
    pub db_cpu_us: f64,
    pub rss_mib: f64,
}

/// The rows that `--json` writes.
pub fn rows(lines: &[Line]) -> Json {
    let row = |l: &Line| {
        json!({
            "query": l.query, "server": l.server, "rps": l.rps, "p50_ms": l.p50_ms, "p99_ms": l.p99_ms,
            "cpu_us": l.cpu_us, "db_cpu_us": l.db_cpu_us, "rss_mib": l.rss_mib,
        })
    };
    lines.iter().map(row).collect()
}

/// The table; `ratio` is to the faster yardstick's requests a second.
pub fn table(lines: &[Line]) -> String {
    let mut out = format!(
        "{:<36} {:<15} {:>9} {:>6} {:>8} {:>8} {:>8} {:>8} {:>8}\n",
        "query", "server", "req/s", "ratio", "p50 ms", "p99 ms", "cpu us", "db us", "MiB"
    );
    for line in lines {
        let question = line.query.trim_end_matches(" (new document)");
        let yardsticks = lines.iter().filter(|l| l.query == question && l.server.starts_with("yardstick"));
        let best = yardsticks.map(|l| l.rps).fold(0.0, f64::max);
        let ratio = if best > 0.0 { format!("{:.2}", line.rps / best) } else { "-".into() };
        out += &format!(
            "{:<36} {:<15} {:>9.0} {ratio:>6} {:>8.2} {:>8.2} {:>8.0} {:>8.0} {:>8.0}\n",
            line.query, line.server, line.rps, line.p50_ms, line.p99_ms, line.cpu_us, line.db_cpu_us, line.rss_mib
        );
    }
    out
}
