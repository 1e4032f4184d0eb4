//! Documents that kill, stall or fill a server elsewhere.

use std::time::{Duration, Instant};

use serde_json::json;
use zugong::{
    http::guard::{Limits, check},
    kernel::error::Code,
};
use zugong_tests::{
    Reply, Server, World,
    cpu::processor,
    hostile::{Comes, Hostile, Mutator, REFUSALS, corpus},
};

use crate::front::{GRAPHQL, JSON, document, post};

pub(super) const AT_ONCE: Duration = Duration::from_millis(50);
pub(super) const SHORT: usize = 4096;

/// Runs something up to six times until it is quick enough; the best processor time counts.
pub(super) async fn quick<T>(mut work: impl AsyncFnMut() -> T) -> (T, Duration) {
    let mut best = Duration::MAX;
    let mut left = 6;
    loop {
        let (start, before) = (Instant::now(), processor());
        let done = work().await;
        let worked = processor().zip(before).map(|(after, before)| after.saturating_sub(before));
        best = best.min(worked.unwrap_or_else(|| start.elapsed()));
        left -= 1;
        if best < AT_ONCE || left == 0 {
            return (done, best);
        }
    }
}

/// What is wrong with the answer to a hostile request.
async fn fault(server: &Server, hostile: &Hostile) -> Option<String> {
    let (reply, took) = quick(async || post(server, hostile.body.clone(), &[JSON, GRAPHQL]).await).await;
    let start: String = reply.text.chars().take(200).collect();
    let Reply { status, .. } = reply;
    let code = reply.code();
    let refused = REFUSALS.contains(&code) && (400..500).contains(&status) && reply.body.get("data").is_none();
    let passed = matches!(code, "none" | "UNAUTHENTICATED") && [200, 401].contains(&status);
    let as_agreed = match hostile.comes {
        Comes::Through => passed,
        Comes::To(codes) => refused && codes.contains(&code),
        Comes::Either => refused || passed || (status == 200 && REFUSALS.contains(&code)),
    };
    let wrong = !as_agreed || took >= AT_ONCE || reply.text.len() >= SHORT;
    wrong.then(|| format!("{}: {status} {took:?} {} bytes {start}", hostile.name, reply.text.len()))
}

/// Threats 1, 3 to 8: every document of the corpus is refused or answered at once and shortly, and the server
/// goes on.
#[tokio::test]
async fn every_hostile_request_comes_to_what_it_must() {
    let server = Server::start().await;
    assert_eq!(document(&server, "{__typename}").await.code(), "none");
    let corpus = corpus();
    assert!(corpus.len() >= 300, "{}", corpus.len());
    let mut wrong = vec![];
    for hostile in &corpus {
        wrong.extend(fault(&server, hostile).await);
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), corpus.len(), wrong.join("\n"));
    assert_eq!(document(&server, "{__typename}").await.text, r#"{"data":{"__typename":"Query"}}"#);
}

/// Threats 1, 3 to 8: thousands of documents that nobody wrote are judged by the guard at once.
#[tokio::test]
async fn the_guard_judges_what_nobody_wrote_at_once() {
    let mut mutator = Mutator::new(20_250_922);
    let (mut accepted, mut slow) = (0, vec![]);
    for n in 0..5_000 {
        let text = mutator.document();
        let (checked, took) = quick(async || check(&text, &Limits::default())).await;
        accepted += usize::from(checked.is_ok());
        if let Err(error) = checked {
            let known =
                [Code::QueryTooLarge, Code::CostLimitExceeded, Code::GraphqlParseFailed, Code::GraphqlValidationFailed];
            assert!(known.contains(&error.code), "{n}: {error:?}");
        }
        if took >= AT_ONCE {
            slow.push(format!("{n} took {took:?}: {}", text.chars().take(200).collect::<String>()));
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
    assert!((100..4_900).contains(&accepted), "{accepted} of 5,000 accepted: the mutations prove nothing");
}

/// Threats 1, 3 to 8: what passes the guard ends in an answer or in a refusal, never in a fault of ours.
#[tokio::test]
async fn what_passes_the_guard_never_fails_inside() {
    let world = World::start().await;
    let mut mutator = Mutator::new(4_711);
    let mut sent = 0;
    for _ in 0..4_000 {
        let text = mutator.document();
        if check(&text, &Limits::default()).is_err() {
            continue;
        }
        sent += 1;
        let reply = world.a.superior.gql(&text, json!({})).await;
        let codes = reply.body["errors"]
            .as_array()
            .map_or(vec![], |all| all.iter().map(|e| &e["extensions"]["code"]).collect());
        assert!(reply.status < 500 && !codes.contains(&&json!("INTERNAL_SERVER_ERROR")), "{text}\n{}", reply.text);
        assert!(codes.iter().all(|code| code.is_string()), "{text}\n{}", reply.text);
    }
    assert!(sent > 100, "only {sent} were sent");
}
