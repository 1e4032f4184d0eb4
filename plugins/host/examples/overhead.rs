//! How much a call costs besides what the component itself takes: `cargo run --release -p host --example overhead
//! [component.wasm HOOK INPUT]`. `INPUT` is JSON: a form, what points depend on, or a list of parents.
#![allow(clippy::expect_used, clippy::print_stdout)]

use std::{sync::Arc, time::Instant};

use host::{
    Ask, Batch, Context, Declared, Hook, Host, Lowered, Mute, Plug, Program, Settings,
    guests::{ECHO, Guest, NOTHING, TELLS_THE_FORM},
    torture,
};
use uuid::Uuid;

const CALLS: usize = 5_000;

#[tokio::main]
async fn main() {
    let host = Host::new(Settings::default()).expect("an engine");
    println!("places for instances made ahead: {}", host.pooled());
    let form = format!("{{\"text\":\"{}\"}}", "x".repeat(500));
    let validate = Ask::Validate { hook: "apply.submit".into(), form: form.clone(), before: None };
    let score = Ask::Score { scheme: "annual".into(), input: form };
    let parents = (0..100).map(|n| format!("{{\"id\":{n}}}")).collect();
    let resolve = Ask::Resolve { field: "f".into(), parents, args: "{}".into() };
    for (name, hook, main, ask) in [
        ("validate, 0.5 KB in and out", Hook::Validate, TELLS_THE_FORM, validate),
        ("score, 0.5 KB in", Hook::Score, NOTHING, score),
        ("resolve of 100 parents", Hook::Resolve, ECHO, resolve),
    ] {
        let bytes = Guest::of(hook, main).bytes().expect("a component");
        let declared = Declared { hooks: [hook].into(), ..Declared::default() };
        let program = host.compile(&bytes, &declared).expect("a component that is taken");
        measure(&host, name, &program, ask).await;
    }
    let bytes = Guest::of(Hook::Score, NOTHING).bytes().expect("a component");
    many(&host, "score", &bytes, "{}").await;
    let mut given = std::env::args().skip(1);
    if let (Some(file), Some(hook), Some(input)) = (given.next(), given.next(), given.next()) {
        let hook = Hook::parse(&hook).expect("a hook");
        let ask = match hook {
            Hook::Validate => Ask::Validate { hook: "apply.submit".into(), form: input.clone(), before: None },
            Hook::Score => Ask::Score { scheme: "annual".into(), input: input.clone() },
            Hook::Resolve => {
                let parents: Vec<serde_json::Value> = serde_json::from_str(&input).expect("a list of parents");
                let parents = parents.iter().map(ToString::to_string).collect();
                Ask::Resolve { field: std::env::var("FIELD").unwrap_or_default(), parents, args: "{}".into() }
            }
            Hook::OnTransition | Hook::Act => torture::question(hook),
        };
        let bytes = std::fs::read(&file).expect("the component");
        // As a manifest asks for whose component brings an interpreter.
        let lowered = Lowered { memory_mib: Some(32), cpu_ms: None };
        let declared = Declared { hooks: [hook].into(), lowered, ..Declared::default() };
        let begun = Instant::now();
        let program = host.compile(&bytes, &declared).unwrap_or_else(|refusal| {
            println!("{file}: {refusal}");
            std::process::exit(1)
        });
        println!("{file}: {} bytes compiled in {:?}", bytes.len(), begun.elapsed());
        measure(&host, &file, &program, ask).await;
        if hook == Hook::Score {
            many(&host, &file, &bytes, &input).await;
        }
    }
}

/// How long a job of so many inputs takes, for each of them.
async fn many(host: &Host, name: &str, bytes: &[u8], input: &str) {
    let declared = Declared {
        hooks: [Hook::Score].into(),
        lowered: Lowered { memory_mib: Some(32), cpu_ms: None },
        ..Declared::default()
    };
    let program = host.compile_counted(bytes, &declared).expect("a component that is taken");
    let plug = plug();
    for count in [1, 10, 100, 1_000] {
        let batch = Batch { scheme: "annual".into(), inputs: vec![input.to_string(); count] };
        let (outcome, spent) = host.score_many(&program, &plug, context(), batch, Arc::new(Mute)).await;
        let scored = outcome.expect("a job").iter().filter(|one| one.is_ok()).count();
        let each = spent.wall / u32::try_from(count).unwrap_or(1);
        println!("{name}, {count} inputs as one job: {scored} scored, {each:?} each, {:?} instructions", spent.fuel);
    }
}

fn plug() -> Plug {
    Plug { tenant: Uuid::nil(), key: "overhead".into(), version: "1".into(), revision: 0, grants: Arc::default() }
}

fn context() -> Context {
    Context { config: "{}".into(), today: "2026-01-01".into(), ..Context::default() }
}

async fn measure(host: &Host, name: &str, program: &Arc<Program>, ask: Ask) {
    let (plug, context) = (plug(), context());
    let mut took = vec![];
    for call in 0..CALLS + 500 {
        let begun = Instant::now();
        let answer = host.call(program, &plug, context.clone(), ask.clone(), Arc::new(Mute)).await;
        answer.expect("an answer");
        if call >= 500 {
            took.push(begun.elapsed());
        }
    }
    took.sort();
    let at = |of_hundred: usize| took.get(took.len() * of_hundred / 100).copied().unwrap_or_default();
    println!("{name}: p50 {:?}, p90 {:?}, p99 {:?}", at(50), at(90), at(99));
}
