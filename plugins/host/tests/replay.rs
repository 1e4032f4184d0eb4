//! The same question gets the same answer from every host, whether it counts instructions or not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::sync::Arc;

use host::{
    Answer, Ask, Context, Declared, Hook, Host, Mute, Plug, Room, ScoreLine, Settings,
    guests::{FLOATS, Guest},
};
use uuid::Uuid;

fn host(measured: bool) -> Host {
    let wide = |pure| Room { wait: std::time::Duration::from_secs(60), ..Room::of(pure, 2) };
    Host::new(Settings { pure: wide(true), asking: wide(false), measured, ..Settings::default() }).unwrap()
}

/// The points of a component that is compiled for this question, as it is where it was forgotten since the last one.
async fn lines(host: &Host, input: &str) -> Vec<ScoreLine> {
    let declared = Declared { hooks: [Hook::Score].into(), ..Declared::default() };
    let program = host.compile(&Guest::of(Hook::Score, FLOATS).bytes().unwrap(), &declared).unwrap();
    let plug = Plug {
        tenant: Uuid::nil(),
        key: "floats".into(),
        version: "1.0.0".into(),
        revision: 0,
        grants: Arc::default(),
    };
    let ask = Ask::Score { scheme: "annual".into(), input: input.into() };
    match host.call(&program, &plug, Context::default(), ask, Arc::new(Mute)).await.unwrap() {
        Answer::Lines(lines) => lines,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_counts_instructions_and_one_that_does_not_give_the_same_points() {
    let (counting, plain) = (host(true), host(false));
    let mut sums = vec![];
    for length in [0, 1, 2, 7, 100, 5_000] {
        let input: String = (0..length).map(|n| char::from(b' ' + u8::try_from(n * 37 % 90).unwrap())).collect();
        let (one, other) = (lines(&counting, &input).await, lines(&plain, &input).await);
        assert_eq!(one, other, "{length} bytes");
        sums.push(one.first().unwrap().points);
        // What is no number has one spelling: no sign of the processor's, and nothing left in it of what went in.
        let nan = one.get(1).unwrap();
        assert_eq!((nan.points, nan.max), (0x7ff8_0000_0000_0000 >> 33, 0), "{length} bytes");
    }
    sums.sort_unstable();
    sums.dedup();
    assert_eq!(sums.len(), 6, "points that do not hang on the input prove nothing: {sums:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_that_is_compiled_again_answers_as_before() {
    let host = host(false);
    let first = lines(&host, "一").await;
    for _ in 0..3 {
        assert_eq!(lines(&host, "一").await, first);
    }
}
