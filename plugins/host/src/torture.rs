//! The hostile corpus (恶意样本): components that do what a component must not be able to do, each with the end that it
//! must come to. For tests, and for operators who want to see it on their own machine.

mod corpus;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

pub use corpus::corpus;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    Answer, Ask, Code, Context, Declared, Failure, Grants, Hook, Host, Mute, Platform, Plug, Refused,
    guests::{ECHO, Guest},
    state::now,
};

/// How an attack must end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// It is not taken.
    Refused,
    /// It is not taken, since it does not come up.
    Fails(Code),
    /// The call ends in the code.
    Ends(Code),
    /// It does no harm and is answered.
    Answered,
}

impl End {
    /// As reports spell it.
    pub fn as_str(self) -> String {
        match self {
            Self::Refused => "refused".into(),
            Self::Fails(code) => format!("refused:{code}"),
            Self::Ends(code) => code.to_string(),
            Self::Answered => "answered".into(),
        }
    }
}

/// One attack.
#[derive(Clone, Debug)]
pub struct Attack {
    /// What it does.
    pub name: &'static str,
    /// How it must end.
    pub end: End,
    hook: Hook,
    data: bool,
    bytes: Result<Vec<u8>, String>,
}

impl Attack {
    /// What its component is asked.
    pub const fn hook(&self) -> Hook {
        self.hook
    }

    /// Its component, or what is wrong with its text.
    pub fn component(&self) -> Result<&[u8], &str> {
        self.bytes.as_deref().map_err(String::as_str)
    }
}

/// What became of an attack.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What it did.
    pub name: &'static str,
    /// How it had to end.
    pub expected: String,
    /// How it ended.
    pub got: String,
    /// Whether it ended so, and another tenant's plug-in answered afterwards as if nothing had been.
    pub ok: bool,
    /// How long it took, compiling included.
    pub ms: u128,
    /// How much more memory the process held afterwards.
    pub memory_mib: i64,
}

impl Outcome {
    /// As one line of a report.
    pub fn json(&self) -> Json {
        json!({
            "name": self.name, "expected": self.expected, "got": self.got, "ok": self.ok,
            "ms": u64::try_from(self.ms).unwrap_or(u64::MAX), "memory_mib": self.memory_mib,
        })
    }
}

/// What a plug-in of the corpus is asked.
pub fn question(hook: Hook) -> Ask {
    match hook {
        Hook::Validate => Ask::Validate { hook: "apply.submit".into(), form: r#"{"name":"x"}"#.into(), before: None },
        Hook::Score => Ask::Score { scheme: "annual".into(), input: "{}".into() },
        Hook::Act => Ask::Act { mutation: "register".into(), args: "{}".into() },
        Hook::OnTransition => Ask::OnTransition { item: "{}".into(), from: "a".into(), to: "b".into() },
        Hook::Resolve => {
            Ask::Resolve { field: "f".into(), parents: vec!["1".into(), "2".into(), "3".into()], args: "{}".into() }
        }
    }
}

/// Counts what reaches the log.
#[derive(Default)]
struct Counting(AtomicUsize);

impl Platform for Counting {
    fn get_many(&self, kind: &str, ids: &[String], until: Instant) -> Result<Vec<Option<String>>, Refused> {
        Mute.get_many(kind, ids, until)
    }

    fn find(&self, kind: &str, filter: &str, after: Option<&str>, until: Instant) -> Result<String, Refused> {
        Mute.find(kind, filter, after, until)
    }

    fn read(
        &self,
        view: &str,
        fields: &std::collections::BTreeSet<String>,
        ids: &[String],
        until: Instant,
    ) -> Result<Vec<String>, Refused> {
        Mute.read(view, fields, ids, until)
    }

    fn call_many(&self, name: &str, op: &str, bodies: &[String], until: Instant) -> Vec<Result<String, Refused>> {
        Mute.call_many(name, op, bodies, until)
    }

    fn log(&self, _: u8, message: &str, fields: &str) {
        self.0.fetch_add(message.len() + fields.len(), Ordering::Relaxed);
    }
}

/// A plug-in of a tenant of the corpus.
fn plug(tenant: u128, key: &str, kinds: &[&str]) -> Plug {
    let grants = Grants { kinds: kinds.iter().map(|kind| (*kind).to_string()).collect(), ..Grants::default() };
    Plug {
        tenant: Uuid::from_u128(tenant),
        key: key.into(),
        version: "1.0.0".into(),
        revision: 0,
        grants: Arc::new(grants),
    }
}

/// Carries the attacks out, one after the other, on behalf of one tenant, and asks another's plug-in after each.
pub async fn run(host: &Host, attacks: Vec<Attack>, mut each: impl FnMut(&Outcome)) -> Result<Vec<Outcome>, String> {
    let innocent = Guest::of(Hook::Resolve, ECHO).bytes()?;
    let declared = Declared { hooks: [Hook::Resolve].into(), ..Declared::default() };
    let innocent = host.compile(&innocent, &declared).map_err(|refusal| refusal.to_string())?;
    let neighbour = plug(2, "innocent", &[]);
    let mut all = vec![];
    for attack in attacks {
        let (begun, held) = (now(), held());
        let (got, clean) = carry_out(host, &attack).await?;
        let ask = question(Hook::Resolve);
        let after = host.call(&innocent, &neighbour, Context::default(), ask, Arc::new(Mute)).await;
        let unharmed = after == Ok(Answer::Values(vec!["1".into(), "2".into(), "3".into()]));
        let expected = attack.end.as_str();
        let outcome = Outcome {
            name: attack.name,
            ok: got == expected && unharmed && clean,
            expected,
            got,
            ms: begun.elapsed().as_millis(),
            memory_mib: self::held() - held,
        };
        each(&outcome);
        all.push(outcome);
    }
    Ok(all)
}

async fn carry_out(host: &Host, attack: &Attack) -> Result<(String, bool), String> {
    let bytes = attack.bytes.clone().map_err(|error| format!("{}: {error}", attack.name))?;
    let declared = Declared { hooks: [attack.hook].into(), data: attack.data, ..Declared::default() };
    let program = match host.compile(&bytes, &declared) {
        Ok(program) => program,
        Err(crate::Refusal::Fails(code)) => return Ok((End::Fails(code).as_str(), true)),
        Err(refusal) => {
            tracing::debug!(%refusal, attack = attack.name, "refused");
            return Ok((End::Refused.as_str(), true));
        }
    };
    // The flood is of questions that are granted (their kind is four zero bytes); one attack asks what is not.
    let granted: &[&str] = if attack.end == End::Ends(Code::Denied) { &[] } else { &["\0\0\0\0"] };
    let log = Arc::new(Counting::default());
    let ask = question(attack.hook);
    let answer = host.call(&program, &plug(1, attack.name, granted), Context::default(), ask, log.clone()).await;
    let got = match answer {
        Ok(_) => End::Answered.as_str(),
        Err(Failure::Said(Refused::Denied(_))) => Code::Denied.to_string(),
        Err(failure) => failure.to_string(),
    };
    Ok((got, log.0.load(Ordering::Relaxed) <= 8 * 1024))
}

/// Mebibytes that the process holds; 0 where the system does not tell.
fn held() -> i64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: i64 = pages.split_whitespace().nth(1).and_then(|word| word.parse().ok()).unwrap_or(0);
    pages * 4 / 1024
}
