//! How long a component keeps a thread: as long as it may and a few looks of the clock that ends it, wherever it loops.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::{
    fs,
    sync::{Arc, OnceLock},
    time::Duration,
};

use host::{
    Code, Context, Declared, Failure, Hook, Host, Limits, Lowered, Mute, Plug, Program, Refusal, Room, Settings,
    guests::{Guest, NOTHING},
    torture,
};
use uuid::Uuid;

/// How often a component is looked at.
const TICK: Duration = Duration::from_millis(5);
/// Of so many tries the quickest counts: on a busy machine the clock itself may have to wait for a processor.
const TRIES: usize = 5;

const LOOP: &str = "(func (export \"run\") (param i32) (result i32) (loop $l (br $l)) (unreachable))";

fn host() -> Host {
    static HOST: OnceLock<Host> = OnceLock::new();
    let roomy = |pure| Room { wait: Duration::from_secs(60), ..Room::of(pure, 2) };
    let settings = Settings { pure: roomy(true), asking: roomy(false), ..Settings::default() };
    HOST.get_or_init(|| Host::new(settings).unwrap()).clone()
}

fn declared(hook: Hook) -> Declared {
    Declared { hooks: [hook].into(), ..Declared::default() }
}

fn plug(key: &str) -> Plug {
    Plug { tenant: Uuid::from_u128(1), key: key.into(), version: "1.0.0".into(), revision: 0, grants: Arc::default() }
}

/// The least time on the processor of some calls that end since they last too long, each of another plug-in: one that
/// fails again and again would not be asked any more.
async fn least(program: &Arc<Program>, hook: Hook, name: &str) -> Duration {
    let mut least = Duration::MAX;
    for attempt in 0..TRIES {
        let (plug, question) = (plug(&format!("{name}-{attempt}")), torture::question(hook));
        let (answer, spent) = host().measure(program, &plug, Context::default(), question, Arc::new(Mute)).await;
        assert_eq!(answer, Err(Failure::Ended(Code::Timeout)), "{name}");
        least = least.min(spent.cpu);
    }
    least
}

fn within(spent: Duration, limit: Duration, what: &str) {
    // To come up and to be ended takes a little, too.
    let most = limit + 4 * TICK;
    assert!(spent <= most, "{what}: {spent:?} on the processor, and it may have {most:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_loop_ends_a_few_ticks_after_its_time_in_every_hook() {
    for hook in Hook::ALL {
        let program = host().compile(&Guest::of(hook, LOOP).bytes().unwrap(), &declared(hook)).unwrap();
        let spent = least(&program, hook, hook.as_str()).await;
        within(spent, Limits::of(hook).cpu, hook.as_str());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_while_the_question_is_handed_over_is_the_components_own_time() {
    let slow = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32) (loop $l (br $l)) (unreachable))"#;
    let guest = Guest { realloc: slow, ..Guest::of(Hook::Validate, NOTHING) };
    let program = host().compile(&guest.bytes().unwrap(), &declared(Hook::Validate)).unwrap();
    let spent = least(&program, Hook::Validate, "realloc").await;
    within(spent, Limits::of(Hook::Validate).cpu, "cabi_realloc");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn less_time_that_a_manifest_asks_for_is_less_time() {
    let lowered = Lowered { cpu_ms: Some(5), memory_mib: None };
    let declared = Declared { lowered, ..declared(Hook::Resolve) };
    let program = host().compile(&Guest::of(Hook::Resolve, LOOP).bytes().unwrap(), &declared).unwrap();
    let spent = least(&program, Hook::Resolve, "lowered").await;
    within(spent, Duration::from_millis(5), "lowered");
}

/// The time on the processor of this thread. Only Linux tells.
fn on_cpu() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
}

/// The least time on the processor that it takes to take a component or to refuse it.
fn to_take(text: &str, is_taken: impl Fn(&Result<Arc<Program>, Refusal>) -> bool) -> Option<Duration> {
    let bytes = Guest::of(Hook::Validate, text).bytes().unwrap();
    let mut least = None;
    for _ in 0..TRIES {
        let before = on_cpu()?;
        let outcome = host().compile(&bytes, &declared(Hook::Validate));
        let spent = on_cpu()?.saturating_sub(before);
        assert!(is_taken(&outcome), "{outcome:?}");
        least = Some(least.map_or(spent, |least: Duration| least.min(spent)));
    }
    least
}

#[test]
fn a_component_that_loops_as_it_comes_up_is_refused_within_the_time_of_one_call() {
    let at_start = format!("(func $s (loop $l (br $l))) (start $s) {NOTHING}");
    let fine = to_take(NOTHING, Result::is_ok);
    let refused = to_take(&at_start, |outcome| matches!(outcome, Err(Refusal::Fails(Code::Timeout))));
    let (Some(fine), Some(refused)) = (fine, refused) else {
        println!("not tried: this system does not tell what a thread takes");
        return;
    };
    // Half as much again for compiling a little more, on a machine that does other things besides.
    within(refused.saturating_sub(fine + fine / 2), Limits::of(Hook::Resolve).cpu, "start");
}
