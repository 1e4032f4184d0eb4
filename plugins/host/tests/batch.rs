//! Points for many inputs as one job: in their order, within limits that all of them share, the same on every machine.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use host::{
    Batch, Code, Context, Counted, Declared, Failure, Hook, Host, Limits, Lowered, MOST_INPUTS, Mute, Plug, Room,
    Scored, Settings, Spent, breaker::State as Rest, guests::Guest,
};
use uuid::Uuid;

fn host() -> Host {
    static HOST: OnceLock<Host> = OnceLock::new();
    let batch = Room { plugin: 4, tenant: 4, node: 4, wait: Duration::from_secs(60) };
    HOST.get_or_init(|| Host::new(Settings { batch, ..Settings::default() }).unwrap()).clone()
}

fn declared(lowered: Lowered) -> Declared {
    Declared { hooks: [Hook::Score].into(), lowered, ..Declared::default() }
}

fn counted(host: &Host, main: &str) -> Arc<Counted> {
    host.compile_counted(&Guest::of(Hook::Score, main).bytes().unwrap(), &declared(Lowered::default())).unwrap()
}

fn plug(key: &str) -> Plug {
    Plug { tenant: Uuid::from_u128(1), key: key.into(), version: "1.0.0".into(), revision: 0, grants: Arc::default() }
}

/// What becomes of these inputs in one job.
async fn job(host: &Host, program: &Arc<Counted>, key: &str, inputs: Vec<String>) -> (Vec<Scored>, Spent) {
    let batch = Batch { scheme: "annual".into(), inputs };
    let (scored, spent) = host.score_many(program, &plug(key), Context::default(), batch, Arc::new(Mute)).await;
    (scored.unwrap(), spent)
}

/// The points of each input, or the code that it ended in.
type Ends = Vec<Result<i64, Code>>;

fn points(scored: &[Scored]) -> Ends {
    let of = |one: &Scored| match one {
        Ok(lines) => Ok(lines.first().unwrap().points),
        Err(Failure::Ended(code)) => Err(*code),
        Err(other) => panic!("{other:?}"),
    };
    scored.iter().map(of).collect()
}

/// Does what its input says, which is one figure: it fails, it does not end, it wants too much, it grows, it talks. What
/// is left gives as many points as it was asked before, by a count of its own.
const ACTS: &str = r#"
    (global $calls (mut i64) (i64.const 0))
    (func (export "run") (param $in i32) (result i32)
      (local $act i32)
      (local.set $act (i32.sub (i32.load8_u (i32.load offset=64 (local.get $in))) (i32.const 48)))
      (if (i32.eq (local.get $act) (i32.const 1)) (then unreachable))
      (if (i32.eq (local.get $act) (i32.const 2)) (then (loop $l (br $l))))
      (if (i32.eq (local.get $act) (i32.const 3)) (then (loop $l (drop (memory.grow (i32.const 16))) (br $l))))
      (if (i32.eq (local.get $act) (i32.const 4)) (then (drop (memory.grow (i32.const 560)))))
      (memory.fill (i32.const 64) (i32.const 0) (i32.const 64))
      (if (i32.eq (local.get $act) (i32.const 5)) (then
        (memory.fill (i32.const 1000) (i32.const 32) (i32.const 100000))
        (i32.store (i32.const 88) (i32.const 1000)) (i32.store (i32.const 92) (i32.const 100000))))
      (i64.store (i32.const 72) (global.get $calls))
      (global.set $calls (i64.add (global.get $calls) (i64.const 1)))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.const 16))
"#;

/// Gives as many points as its input has bytes.
const LENGTHS: &str = r#"
    (func (export "run") (param $in i32) (result i32)
      (memory.fill (i32.const 64) (i32.const 0) (i32.const 64))
      (i64.store (i32.const 72) (i64.extend_i32_u (i32.load offset=68 (local.get $in))))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.const 16))
"#;

fn acts(acts: &str) -> Vec<String> {
    acts.chars().map(String::from).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_come_in_the_order_of_their_inputs_and_are_one_call() {
    let program = counted(&host(), LENGTHS);
    let inputs: Vec<String> = (1..=300).map(|length| "1".repeat(length * 37 % 301)).collect();
    let lengths: Ends = inputs.iter().map(|input| Ok(i64::try_from(input.len()).unwrap())).collect();
    let (scored, spent) = job(&host(), &program, "lengths", inputs).await;
    assert_eq!(points(&scored), lengths);
    assert!(spent.fuel.is_some_and(|fuel| fuel > 300) && spent.memory > 0, "{spent:?}");
    let health = host().health(Uuid::from_u128(1));
    let line = health.iter().find(|line| &*line.plugin == "lengths").unwrap();
    assert_eq!((line.calls, line.hook), (1, Hook::Score));
    assert_eq!(job(&host(), &program, "lengths", vec![]).await.0, vec![]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_input_that_fails_fails_alone_and_the_next_one_begins_anew() {
    let program = counted(&host(), ACTS);
    let (scored, _) = job(&host(), &program, "alone", acts("00100200300")).await;
    let (trap, timeout, memory) = (Err(Code::Trap), Err(Code::Timeout), Err(Code::Memory));
    let expected: Ends = vec![Ok(0), Ok(1), trap, Ok(0), Ok(1), timeout, Ok(0), Ok(1), memory, Ok(0), Ok(1)];
    assert_eq!(points(&scored), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_goes_after_256_inputs_when_it_grows_and_with_its_job() {
    let program = counted(&host(), ACTS);
    for _ in 0..2 {
        let (scored, _) = job(&host(), &program, "goes", acts(&"0".repeat(600))).await;
        let expected: Ends = (0..600).map(|n| Ok(n % 256)).collect();
        assert_eq!(points(&scored), expected, "nothing is left of the job before");
    }
    // 35 of 64 MiB.
    let (scored, spent) = job(&host(), &program, "grows", acts("004000")).await;
    let expected: Ends = [0, 1, 2, 0, 1, 2].into_iter().map(Ok).collect();
    assert_eq!(points(&scored), expected);
    assert!(spent.memory > 32 * 1024 * 1024, "{spent:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_ends_at_the_same_input_by_the_same_instructions_on_every_machine() {
    let another = Host::new(Settings::default()).unwrap();
    let mut outcomes = vec![];
    for host in [host(), host(), another] {
        let program = counted(&host, ACTS);
        // Each that does not end takes its share, which is a tenth; what comes when nothing is left is not asked.
        let (scored, spent) = job(&host, &program, "ends", acts("0220222220220222002")).await;
        outcomes.push((points(&scored), spent.fuel));
    }
    let (first, fuel) = outcomes.first().unwrap().clone();
    assert!(outcomes.iter().all(|one| *one == (first.clone(), fuel)), "{outcomes:?}");
    assert_eq!(first.iter().filter(|one| one.is_ok()).count(), 4, "{first:?}");
    assert_eq!(first.last(), Some(&Err(Code::Timeout)));
    assert_eq!(fuel, Some(200_000_000));
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_share_what_may_be_taken_back() {
    let program = counted(&host(), ACTS);
    // Of 100,000 bytes each, two fit; when one did not, no other is asked about, and none of it is a fault.
    let full = || Err(Code::Output);
    for _ in 0..30 {
        let (scored, _) = job(&host(), &program, "talks", acts("55505555")).await;
        let expected: Ends = vec![Ok(0), Ok(1), full(), full(), full(), full(), full(), full()];
        assert_eq!(points(&scored), expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn more_than_a_job_may_have_is_refused_before_it_begins() {
    let program = counted(&host(), LENGTHS);
    let refused = async |inputs: Vec<String>| {
        let batch = Batch { scheme: "annual".into(), inputs };
        let (outcome, _) = host().score_many(&program, &plug("large"), Context::default(), batch, Arc::new(Mute)).await;
        matches!(outcome, Err(Failure::Said(_)))
    };
    assert!(refused(vec!["1".into(); MOST_INPUTS + 1]).await);
    assert!(refused(vec!["1".repeat(Limits::batch().input)]).await);
    assert!(!refused(vec!["1".into(); MOST_INPUTS]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_has_the_memory_that_its_manifest_asks_for() {
    let bytes = Guest::of(Hook::Score, ACTS).bytes().unwrap();
    let small = Lowered { memory_mib: Some(8), cpu_ms: Some(1) };
    let small = host().compile_counted(&bytes, &declared(small)).unwrap();
    // What a manifest says of time is said of one call, and a job is not held to it.
    let (scored, _) = job(&host(), &small, "small", acts("0402")).await;
    let expected: Ends = vec![Ok(0), Err(Code::Memory), Ok(0), Err(Code::Timeout)];
    assert_eq!(points(&scored), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_in_which_an_input_fails_now_and_then_is_no_fault_and_one_that_fails_is() {
    let program = counted(&host(), ACTS);
    for _ in 0..8 {
        job(&host(), &program, "mostly", acts("0001")).await;
    }
    assert_eq!(host().rest(Uuid::from_u128(1), "mostly", 0).0, Rest::Closed);
    for _ in 0..5 {
        job(&host(), &program, "fails", acts("0101")).await;
    }
    assert!(matches!(host().rest(Uuid::from_u128(1), "fails", 0).0, Rest::Open(_)));
    let batch = Batch { scheme: "annual".into(), inputs: acts("0") };
    let (outcome, _) = host().score_many(&program, &plug("fails"), Context::default(), batch, Arc::new(Mute)).await;
    assert_eq!(outcome, Err(Failure::Ended(Code::Disabled)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plug_in_has_one_job_at_a_time_and_calls_have_their_own_room() {
    let batch = Room { wait: Duration::ZERO, ..Room::batch(8) };
    let narrow = Host::new(Settings { batch, ..Settings::default() }).unwrap();
    let program = counted(&narrow, ACTS);
    let long = |key: &'static str| {
        let (narrow, program) = (narrow.clone(), program.clone());
        async move {
            let batch = Batch { scheme: "annual".into(), inputs: acts("2") };
            let (outcome, _) = narrow.score_many(&program, &plug(key), Context::default(), batch, Arc::new(Mute)).await;
            outcome.map(|scored| points(&scored))
        }
    };
    let all = tokio::join!(long("a"), long("a"), long("b"), long("c"));
    let done: Result<Ends, Failure> = Ok(vec![Err(Code::Timeout)]);
    let busy: Result<Ends, Failure> = Err(Failure::Ended(Code::Busy));
    assert_eq!([all.0, all.1, all.2, all.3], [done.clone(), busy.clone(), done, busy]);
}
