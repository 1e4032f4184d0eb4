//! The hostile corpus against the host, and what the corpus cannot do by itself: many at once, given up, kept apart.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use host::{
    Answer, Ask, Code, Context, Declared, Failure, Hook, Host, Limits, Lowered, Mute, Plug, Program, Refusal, Room,
    Settings,
    breaker::State as Rest,
    guests::{ECHO, Guest, NOTHING, TELLS_THE_FORM},
    torture,
};
use uuid::Uuid;

/// One engine for all: each takes a good part of the address space.
fn host() -> Host {
    static HOST: OnceLock<Host> = OnceLock::new();
    let roomy = |pure| Room { wait: Duration::from_secs(60), ..Room::of(pure, 2) };
    let settings = Settings { pure: roomy(true), asking: roomy(false), ..Settings::default() };
    HOST.get_or_init(|| Host::new(settings).unwrap()).clone()
}

fn declared(hook: Hook) -> Declared {
    Declared { hooks: [hook].into(), ..Declared::default() }
}

fn program(hook: Hook, main: &str) -> Arc<Program> {
    host().compile(&Guest::of(hook, main).bytes().unwrap(), &declared(hook)).unwrap()
}

fn plug(tenant: u128, key: &str) -> Plug {
    Plug {
        tenant: Uuid::from_u128(tenant),
        key: key.into(),
        version: "1.0.0".into(),
        revision: 0,
        grants: Arc::default(),
    }
}

async fn ask(program: &Arc<Program>, plug: &Plug, ask: Ask) -> Result<Answer, Failure> {
    host().call(program, plug, Context::default(), ask, Arc::new(Mute)).await
}

fn form(text: &str) -> Ask {
    Ask::Validate { hook: "apply.submit".into(), form: text.into(), before: None }
}

const LOOP: &str = "(func (export \"run\") (param i32) (result i32) (loop $l (br $l)) (unreachable))";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn inv_9_every_attack_comes_to_its_end() {
    let mut told = vec![];
    let outcomes = torture::run(&host(), torture::corpus(), |_| {}).await.unwrap();
    for outcome in &outcomes {
        if !outcome.ok {
            told.push(format!("{}: expected {}, got {}", outcome.name, outcome.expected, outcome.got));
        }
    }
    assert!(told.is_empty(), "{told:#?}");
    assert!(outcomes.len() > 40, "{}", outcomes.len());
    let held: i64 = outcomes.iter().map(|outcome| outcome.memory_mib).sum();
    assert!(held < 128, "the process holds {held} MiB more");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_that_of_the_component() {
    let tells = program(Hook::Validate, TELLS_THE_FORM);
    let Answer::Problems(problems) = ask(&tells, &plug(1, "tells"), form("姓名")).await.unwrap() else { panic!() };
    assert_eq!(problems.len(), 1);
    assert_eq!(problems.first().unwrap().message, "姓名");
    let echo = program(Hook::Resolve, ECHO);
    let parents: Vec<String> = (0..100).map(|n| n.to_string()).collect();
    let question = Ask::Resolve { field: "f".into(), parents: parents.clone(), args: "{}".into() };
    assert_eq!(ask(&echo, &plug(1, "echo"), question).await, Ok(Answer::Values(parents)));
    let health = host().health(Uuid::from_u128(1));
    let of_echo = health.iter().find(|line| &*line.plugin == "echo").unwrap();
    assert_eq!((of_echo.calls, of_echo.hook), (1, Hook::Resolve), "a hundred rows are one call");
}

/// What the form leaves in memory: tells the byte at 3000 as the number of points, then writes 77 there.
const REMEMBERS: &str = r#"
    (func (export "run") (param i32) (result i32)
      (memory.fill (i32.const 64) (i32.const 0) (i32.const 64))
      (i64.store (i32.const 72) (i64.load8_u (i32.const 3000)))
      (i32.store8 (i32.const 3000) (i32.const 77))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.const 16))
"#;

/// Gives as many points as it was asked before, by a count of its own.
const COUNTS: &str = r#"
    (global $calls (mut i64) (i64.const 0))
    (func (export "run") (param i32) (result i32)
      (memory.fill (i32.const 64) (i32.const 0) (i32.const 64))
      (i64.store (i32.const 72) (global.get $calls))
      (global.set $calls (i64.add (global.get $calls) (i64.const 1)))
      (i32.store8 (i32.const 16) (i32.const 0))
      (i32.store (i32.const 20) (i32.const 64))
      (i32.store (i32.const 24) (i32.const 1))
      (i32.const 16))
"#;

async fn points(program: &Arc<Program>, plug: &Plug) -> i64 {
    let question = Ask::Score { scheme: "annual".into(), input: "{}".into() };
    match ask(program, plug, question).await.unwrap() {
        Answer::Lines(lines) => lines.first().unwrap().points,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn points_are_a_function_of_the_input_whatever_a_component_remembers() {
    for (name, main) in [("counts", COUNTS), ("remembers", REMEMBERS)] {
        let program = program(Hook::Score, main);
        for (tenant, revision) in [(11, 0), (11, 0), (11, 0), (12, 0), (11, 1)] {
            let plug = Plug { revision, ..plug(tenant, name) };
            assert_eq!(points(&program, &plug).await, 0, "{name}: it has never been asked before");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_validation_begins_with_clean_memory() {
    let main = REMEMBERS.replace(
        "(i64.store (i32.const 72) (i64.load8_u (i32.const 3000)))",
        r#"
        (if (i32.load8_u (i32.const 3000)) (then unreachable))"#,
    );
    let remembers = program(Hook::Validate, &main);
    for _ in 0..20 {
        assert!(ask(&remembers, &plug(13, "clean"), form("{}")).await.is_ok());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_calls_leave_nothing() {
    let nothing = program(Hook::Score, NOTHING);
    let (host, plug) = (host(), plug(14, "often"));
    let mut stolen = 0;
    for _ in 0..10_000 {
        let question = Ask::Score { scheme: "annual".into(), input: "{\"a\":1}".into() };
        match ask(&nothing, &plug, question).await {
            Ok(answer) => assert_eq!(answer, Answer::Lines(vec![])),
            // A virtual machine that lends its processor to another for 20 ms charges them to the call.
            Err(failure) => {
                assert_eq!(failure, Failure::Ended(Code::Timeout));
                stolen += 1;
            }
        }
    }
    assert!(stolen <= 5, "{stolen} calls that do nothing took too long");
    let health = host.health(plug.tenant).remove(0);
    assert_eq!(health.calls, 10_000);
    assert!(health.memory <= 1024 * 1024, "each begins with what it was compiled with: {}", health.memory);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_nobody_waits_for_leave_nothing() {
    let echo = program(Hook::Resolve, ECHO);
    let endless = program(Hook::Resolve, LOOP);
    let held = || -> i64 {
        let text = std::fs::read_to_string("/proc/self/statm").unwrap();
        text.split_whitespace().nth(1).unwrap().parse::<i64>().unwrap() * 4096
    };
    let before = held();
    for n in 0..10_000u32 {
        // Most are given up before or while they run; some while they would run for ever.
        let program = if n % 100 == 0 { &endless } else { &echo };
        let plug = plug(15, "given-up");
        let mut call = Box::pin(ask(program, &plug, torture::question(Hook::Resolve)));
        let _ = futures_poll_once(&mut call).await;
    }
    // All places are free again, and the plug-in is not blamed for calls that were given up.
    for _ in 0..20 {
        let answer = ask(&echo, &plug(15, "given-up"), torture::question(Hook::Resolve)).await;
        assert!(matches!(answer, Ok(Answer::Values(_))), "{answer:?}");
    }
    let more = (held() - before) / 1024 / 1024;
    assert!(more < 96, "{more} MiB");
}

async fn futures_poll_once<F: Future + Unpin>(future: &mut F) -> bool {
    std::future::poll_fn(|cx| {
        let ready = std::pin::Pin::new(&mut *future).poll(cx).is_ready();
        std::task::Poll::Ready(ready)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plug_in_that_fails_again_and_again_rests_and_its_neighbours_do_not() {
    let traps = program(Hook::Validate, "(func (export \"run\") (param i32) (result i32) (unreachable))");
    let bad = plug(16, "bad");
    for _ in 0..5 {
        assert_eq!(ask(&traps, &bad, form("{}")).await, Err(Failure::Ended(Code::Trap)));
    }
    assert_eq!(ask(&traps, &bad, form("{}")).await, Err(Failure::Ended(Code::Disabled)));
    assert!(matches!(host().rest(bad.tenant, "bad", 0).0, Rest::Open(_)));
    let fine = program(Hook::Validate, NOTHING);
    assert!(ask(&fine, &plug(16, "good"), form("{}")).await.is_ok(), "another plug-in of the tenant");
    assert!(ask(&fine, &plug(17, "bad"), form("{}")).await.is_ok(), "the same plug-in of another tenant");
    // At whichever server the administrator set it to work again: the next call comes with another revision.
    let mended = Plug { revision: 1, ..bad.clone() };
    assert!(ask(&fine, &mended, form("{}")).await.is_ok());
    assert_eq!(host().rest(bad.tenant, "bad", 1).0, Rest::Closed);
    let health = host().health(bad.tenant);
    let line = health.iter().find(|line| &*line.plugin == "bad").unwrap();
    assert_eq!(line.faults.get(&Code::Trap), Some(&5));
    assert_eq!(line.faults.get(&Code::Disabled), Some(&1));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_whether_a_plug_in_rests_leaves_its_try_to_the_call() {
    let own = Host::new(Settings::default()).unwrap();
    let traps = Guest::of(Hook::Validate, "(func (export \"run\") (param i32) (result i32) (unreachable))");
    let program = own.compile(&traps.bytes().unwrap(), &declared(Hook::Validate)).unwrap();
    let bad = plug(21, "bad");
    let call = async || own.call(&program, &bad, Context::default(), form("{}"), Arc::new(Mute)).await;
    for _ in 0..5 {
        assert_eq!(own.at_rest(&bad, Hook::Validate), None);
        assert_eq!(call().await, Err(Failure::Ended(Code::Trap)));
    }
    let rests = || own.at_rest(&bad, Hook::Validate).map(|(failure, _)| failure);
    assert_eq!(rests(), Some(Failure::Ended(Code::Disabled)));
    assert_eq!(own.health(bad.tenant)[0].faults.get(&Code::Disabled), Some(&1), "it counts as a call");
    own.pass(31);
    for _ in 0..2 {
        assert_eq!(rests(), None);
    }
    assert_eq!(call().await, Err(Failure::Ended(Code::Trap)), "it is tried, and rests again");
    assert_eq!(rests(), Some(Failure::Ended(Code::Disabled)));
    assert_eq!(own.at_rest(&Plug { revision: 1, ..bad.clone() }, Hook::Validate), None, "somebody has looked at it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn more_calls_than_there_is_room_for_are_turned_away_and_others_keep_their_room() {
    let room = Room { plugin: 1, tenant: 2, node: 3, wait: Duration::ZERO };
    let narrow = Host::new(Settings { pure: room, asking: room, ..Settings::default() }).unwrap();
    let bytes = Guest::of(Hook::Resolve, LOOP).bytes().unwrap();
    let endless = narrow.compile(&bytes, &declared(Hook::Resolve)).unwrap();
    let call = |tenant, key: &'static str| {
        let (narrow, endless, plug) = (narrow.clone(), endless.clone(), plug(tenant, key));
        async move {
            let question = torture::question(Hook::Resolve);
            narrow.call(&endless, &plug, Context::default(), question, Arc::new(Mute)).await
        }
    };
    let all = tokio::join!(call(1, "a"), call(1, "a"), call(1, "b"), call(1, "c"), call(2, "a"), call(3, "a"));
    let (busy, late) = (Err(Failure::Ended(Code::Busy)), Err(Failure::Ended(Code::Timeout)));
    let all = [all.0, all.1, all.2, all.3, all.4, all.5];
    assert_eq!(all, [late.clone(), busy.clone(), late.clone(), busy.clone(), late, busy]);
}

#[tokio::test(flavor = "multi_thread")]
async fn lowered_limits_hold() {
    let grows = "(func (export \"run\") (param i32) (result i32)
        (drop (memory.grow (i32.const 40))) (unreachable))";
    let bytes = Guest::of(Hook::Validate, grows).bytes().unwrap();
    let lowered = Lowered { memory_mib: Some(1), cpu_ms: None };
    let small = host().compile(&bytes, &Declared { lowered, ..declared(Hook::Validate) }).unwrap();
    assert_eq!(ask(&small, &plug(18, "small"), form("{}")).await, Err(Failure::Ended(Code::Memory)));
    let usual = host().compile(&bytes, &declared(Hook::Validate)).unwrap();
    assert_eq!(ask(&usual, &plug(18, "usual"), form("{}")).await, Err(Failure::Ended(Code::Trap)));
    let long = "x".repeat(Limits::of(Hook::Validate).input + 1);
    assert!(matches!(ask(&usual, &plug(18, "usual"), form(&long)).await, Err(Failure::Said(_))));
    let refused = host().compile(&bytes, &declared(Hook::Score));
    assert!(matches!(refused, Err(Refusal::Export(_))), "{refused:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pure_hook_has_more_memory_only_where_its_manifest_asks_for_it() {
    // 320 pages are 20 MiB.
    let grows = "(func (export \"run\") (param i32) (result i32)
        (drop (memory.grow (i32.const 320))) (unreachable))";
    let with = |memory_mib, hook| Declared { lowered: Lowered { memory_mib, cpu_ms: None }, ..declared(hook) };
    let bytes = Guest::of(Hook::Validate, grows).bytes().unwrap();
    let ends = async |key: &str, memory_mib| {
        let program = host().compile(&bytes, &with(memory_mib, Hook::Validate)).unwrap();
        ask(&program, &plug(20, key), form("{}")).await
    };
    assert_eq!(ends("usual", None).await, Err(Failure::Ended(Code::Memory)));
    assert_eq!(ends("asks", Some(32)).await, Err(Failure::Ended(Code::Trap)), "it has grown, and goes on");
    // What is there from the start is known before anybody asks.
    let large = |hook| Guest { memory: "320", ..Guest::of(hook, NOTHING) }.bytes().unwrap();
    let taken = |hook, memory_mib| host().compile(&large(hook), &with(memory_mib, hook)).map(drop);
    assert!(matches!(taken(Hook::Score, None), Err(Refusal::TooMuch(_))));
    assert_eq!(taken(Hook::Score, Some(32)), Ok(()));
    assert_eq!(taken(Hook::Resolve, None), Ok(()));
    assert!(matches!(taken(Hook::Resolve, Some(16)), Err(Refusal::TooMuch(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn instructions_are_the_same_each_time() {
    let measured = Host::new(Settings { measured: true, ..Settings::default() }).unwrap();
    let declared = declared(Hook::Validate);
    let tells = measured.compile(&Guest::of(Hook::Validate, TELLS_THE_FORM).bytes().unwrap(), &declared).unwrap();
    let endless = measured.compile(&Guest::of(Hook::Validate, LOOP).bytes().unwrap(), &declared).unwrap();
    let mut fuel = vec![];
    for _ in 0..3 {
        let of = plug(19, "measured");
        let (answer, spent) = measured.measure(&tells, &of, Context::default(), form("{}"), Arc::new(Mute)).await;
        assert!(answer.is_ok());
        fuel.push(spent.fuel.unwrap());
    }
    assert!(fuel.iter().all(|one| *one > 0 && Some(one) == fuel.first()), "{fuel:?}");
    let (answer, _) =
        measured.measure(&endless, &plug(19, "endless"), Context::default(), form("{}"), Arc::new(Mute)).await;
    assert_eq!(answer, Err(Failure::Ended(Code::Timeout)));
}
