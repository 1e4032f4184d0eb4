//! Floods by a component in TypeScript: of questions to the platform, and of what it says.

use std::{
    collections::BTreeSet,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use host::{Answer, Ask, Code, Context, Failure, Grants, Hook, Limits, Mute, Platform, Plug, Refused};

use super::{act, goes_on, is_tried, measured, plug};

/// Has nothing to tell, and keeps what it is told and how often it is asked.
#[derive(Default)]
struct Listening {
    lines: Mutex<Vec<(u8, String, String)>>,
    asked: AtomicUsize,
}

impl Listening {
    fn asked(&self) {
        self.asked.fetch_add(1, Ordering::Relaxed);
    }

    fn lines(&self) -> Vec<(u8, String, String)> {
        self.lines.lock().unwrap().clone()
    }
}

impl Platform for Listening {
    fn get_many(&self, kind: &str, ids: &[String], until: Instant) -> Result<Vec<Option<String>>, Refused> {
        self.asked();
        Mute.get_many(kind, ids, until)
    }

    fn find(&self, kind: &str, filter: &str, after: Option<&str>, until: Instant) -> Result<String, Refused> {
        self.asked();
        Mute.find(kind, filter, after, until)
    }

    fn read(
        &self,
        view: &str,
        fields: &BTreeSet<String>,
        ids: &[String],
        until: Instant,
    ) -> Result<Vec<String>, Refused> {
        self.asked();
        Mute.read(view, fields, ids, until)
    }

    fn call_many(&self, name: &str, op: &str, bodies: &[String], until: Instant) -> Vec<Result<String, Refused>> {
        self.asked();
        Mute.call_many(name, op, bodies, until)
    }

    fn log(&self, level: u8, message: &str, fields: &str) {
        self.lines.lock().unwrap().push((level, message.into(), fields.into()));
    }
}

/// One that was granted what it floods.
fn granted(key: &str) -> Plug {
    let one = |name: &str| BTreeSet::from([name.to_string()]);
    let grants = Grants { kinds: one("apply"), connectors: one("hr-social"), ..Grants::default() };
    Plug { grants: Arc::new(grants), ..plug(1, key) }
}

fn field(field: &str) -> Ask {
    Ask::Resolve { field: field.into(), parents: vec!["{}".into()], args: "{}".into() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_questions_ends_with_as_many_as_there_may_be() {
    if !is_tried() {
        return;
    }
    let (host, program) = measured().await;
    let most = usize::try_from(Limits::of(Hook::Resolve).calls).unwrap();
    let floods = [
        ("floods", field("floods"), most),
        ("floods-systems", field("floods-systems"), most),
        // What is refused, and goes on all the same, is a question too; nobody else hears of it.
        ("floods-refused", field("floods-refused"), 0),
        // One question for too much.
        ("floods-rows", field("floods-rows"), 0),
        // What answers from its input alone has no question at all.
        ("asks", act("asks"), 0),
    ];
    for (name, question, asked) in floods {
        let platform = Arc::new(Listening::default());
        let answer = host.call(&program, &granted(name), Context::default(), question, platform.clone()).await;
        assert_eq!(answer, Err(Failure::Ended(Code::HostCalls)), "{name}");
        assert_eq!(platform.asked.load(Ordering::Relaxed), asked, "{name}");
        goes_on(&host, &program, name).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_to_the_log_is_cut_and_moves_nobodys_cursor() {
    if !is_tried() {
        return;
    }
    let (host, program) = measured().await;
    let limits = Limits::of(Hook::Score);
    let says = async |name: &str| {
        let platform = Arc::new(Listening::default());
        let answer = host.call(&program, &granted(name), Context::default(), act(name), platform.clone()).await;
        let lines = platform.lines();
        for text in lines.iter().flat_map(|(_, message, fields)| [message, fields]) {
            let moves = |letter: char| letter.is_control() || "\u{2028}\u{2029}\u{202e}".contains(letter);
            assert!(!text.contains(moves), "{name}: {text:?}");
        }
        let bytes: usize = lines.iter().map(|(_, message, fields)| message.len() + fields.len()).sum();
        assert!(bytes <= limits.log, "{name}: {bytes} bytes");
        goes_on(&host, &program, name).await;
        (answer, lines, bytes)
    };

    // Without end: as many lines as there may be, and the end.
    let (answer, lines, _) = says("logs-many").await;
    assert_eq!(answer, Err(Failure::Ended(Code::HostCalls)));
    assert_eq!(lines.len(), usize::try_from(limits.lines).unwrap());
    assert_eq!(lines.last(), Some(&(1, format!("第 {} 行", limits.lines - 1), "{}".to_string())));

    // Three of a mebibyte: what there is room for, and no harm.
    let (answer, lines, bytes) = says("logs-large").await;
    assert_eq!(answer, Ok(Answer::Lines(vec![])));
    assert!(bytes > limits.log - 8, "{bytes} bytes");
    assert!(lines[0].1.starts_with(r"\u{1b}[31mred\u{d}\u{a}\u{1b}[31mred"), "{:?}", lines[0]);

    // What would colour, beep, turn around or begin a line of its own stands there letter by letter.
    let (answer, lines, _) = says("logs-forged").await;
    assert_eq!(answer, Ok(Answer::Lines(vec![])));
    let message = r"红\u{1b}[31m\u{d}\u{a}2025-09-22 ERROR 伪造\u{7}\u{202e}";
    assert_eq!(lines, [(2, message.to_string(), r#"{"a":"\u{85}\u{2028}"}"#.to_string())]);
}
