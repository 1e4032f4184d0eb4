//! What the schemas of tenants with plug-ins take: time to make each, and memory to keep them.

use std::{sync::Arc, time::Instant};

use declarative::{Package, Plugin, scaffold};
use zugong::{
    graph::{cursor::CursorKey, run::Engine, schema::build_with_inputs},
    modules::plugins::{change, schema, store},
};

use crate::Outcome;

/// What `plugins` is given.
#[derive(clap::Args, Clone)]
pub struct Plugins {
    /// Tenants, each with plug-ins that nobody else has.
    #[arg(long, default_value_t = 200)]
    tenants: usize,
    /// Plug-ins of each.
    #[arg(long, default_value_t = 5)]
    each: usize,
    /// Schemas that are kept at the same time; the server bounds them by bytes.
    #[arg(long, default_value_t = 200)]
    kept: usize,
}

/// Makes the schemas one after another and prints what they took.
pub fn run(asked: &Plugins) -> Outcome<()> {
    let ours = Arc::new(zugong::modules::catalogue()?);
    let base = Engine::new(ours, CursorKey::random().ok_or("no randomness")?);
    let inputs = Arc::new(build_with_inputs(base.clone(), None)?.inputs);
    let before = resident()?;
    let mut kept = std::collections::VecDeque::new();
    let mut times = vec![];
    let mut bytes = 0;
    for tenant in 0..asked.tenants {
        let plugins = (0..asked.each).map(|i| one(tenant, i)).collect::<Outcome<Vec<_>>>()?;
        let slots = plugins.iter().fold(vec![], |_, plugin| change::planned(&[], plugin));
        let started = Instant::now();
        let catalogue = schema::catalogue(&plugins, &slots)?;
        let engine = base.over(Arc::new(catalogue));
        let made = build_with_inputs(engine.clone(), Some(&inputs))?;
        times.push(started.elapsed());
        bytes = made.bytes;
        kept.push_back((made, engine));
        if kept.len() > asked.kept {
            kept.pop_front();
        }
    }
    times.sort();
    let at = |part: usize| times.get(times.len() * part / 100).copied().unwrap_or_default();
    let after = resident()?;
    println!("{} schemas of {} plug-ins, {} kept, said to take {bytes} bytes", asked.tenants, asked.each, kept.len());
    println!("made in: median {:?}, p95 {:?}, slowest {:?}", at(50), at(95), times.last().copied().unwrap_or_default());
    println!("resident: {} MiB before, {} MiB after", before / 1024, after / 1024);
    println!("each kept: {} KiB", (after.saturating_sub(before)) / kept.len().max(1));
    Ok(())
}

fn one(tenant: usize, number: usize) -> Outcome<Arc<Plugin>> {
    let prefix = format!("t{tenant}p{number}");
    let files = scaffold::files(&format!("330203.{prefix}"), &prefix, "编外录用");
    let texts = files.into_iter().map(|(path, text)| (path.to_string(), text));
    let package = Package::new(texts).map_err(|faults| format!("{faults:?}"))?;
    let plugin = declarative::check(&package, &store::environment()).map_err(|faults| format!("{faults:?}"))?;
    Ok(Arc::new(plugin))
}

/// Resident memory of this process, in KiB.
fn resident() -> Outcome<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
