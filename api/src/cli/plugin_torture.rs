//! The hostile corpus against this build, for whoever operates it.

use host::{Host, Settings, torture};

use crate::cli::{Failure, plugin::Torture};

/// Lets all attacks loose; fails if one of them does not come to the end that it must come to.
pub async fn run(asked: &Torture) -> Result<String, Failure> {
    let host = Host::new(Settings::default()).map_err(Failure::new)?;
    let outcomes = torture::run(&host, torture::corpus(), |_| {}).await.map_err(Failure::new)?;
    let mut out = String::new();
    for outcome in &outcomes {
        out += &match asked.json {
            true => format!("{}\n", outcome.json()),
            false => {
                let word = if outcome.ok { "如期" } else { "不符" };
                let (name, expected, got) = (outcome.name, &outcome.expected, &outcome.got);
                format!("{word} {name}：应 {expected}，实际 {got}，{} ms，{} MiB\n", outcome.ms, outcome.memory_mib)
            }
        };
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.ok).count();
    match failed {
        0 => Ok(out),
        _ => {
            print!("{out}");
            Err(Failure::new(format!("{failed} 个样本没有得到应有的结果")))
        }
    }
}
