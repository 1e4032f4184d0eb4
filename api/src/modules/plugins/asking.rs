//! The platform as a component sees it during a call (宿主能力): everything is read as the caller would read it, by the
//! same engine, within the capabilities that were granted.

use std::{
    collections::BTreeSet,
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

use declarative::Plugin;
use host::{Platform, Refused};
use tokio::{runtime::Handle, sync::watch};

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::Session,
    },
    modules::plugins::{
        denying::{self, Denial},
        outside, views,
    },
};

/// A caller and the plug-in that asks on their behalf.
pub struct Asking {
    session: Session,
    plugin: Arc<Plugin>,
    occasion: String,
    calls: AtomicUsize,
    caller: watch::Receiver<()>,
    runtime: Handle,
}

/// Whoever asked, as long as they wait: nobody does any more when it is dropped.
#[derive(Debug)]
pub struct Caller {
    _here: watch::Sender<()>,
}

impl Asking {
    /// For a call on behalf of this caller, who is to be kept while they wait.
    pub fn new(session: &Session, plugin: &Arc<Plugin>, occasion: &str) -> (Self, Caller) {
        let (session, plugin, occasion) = (session.clone(), plugin.clone(), occasion.to_string());
        let (here, caller) = watch::channel(());
        let asking = Self { session, plugin, occasion, calls: AtomicUsize::new(0), caller, runtime: Handle::current() };
        (asking, Caller { _here: here })
    }

    /// Waits on the component's thread, and no longer than the call may take.
    fn wait<T>(&self, until: Instant, work: impl Future<Output = Result<T, ApiError>>) -> Result<T, Refused> {
        let answer = self.runtime.block_on(async { tokio::time::timeout_at(until.into(), work).await });
        answer.map_err(|_| Refused::Unavailable("it takes too long".into()))?.map_err(refused)
    }

    /// Hands an answer on. What was not given is on record before; whatever becomes of that, the component hears the same.
    fn handed<T>(
        &self,
        (asked, of): (&'static str, &str),
        unknown: usize,
        answer: Result<T, Refused>,
        until: Instant,
    ) -> Result<T, Refused> {
        let because = match &answer {
            Ok(_) if unknown > 0 => "UNKNOWN",
            Err(Refused::Denied(_)) => "DENIED",
            Err(Refused::BadInput(_)) => "BAD_INPUT",
            _ => return answer,
        };
        self.denies(Denial { asked, of: of.to_string(), because, unknown }, until);
        answer
    }

    fn denies(&self, denial: Denial, until: Instant) {
        let (session, plugin) = (self.session.clone(), self.plugin.clone());
        // It goes on record whether or not there is time left to wait for it.
        let work = self.runtime.spawn(async move { denying::record(&session, &plugin, denial).await });
        let ended = async { work.await.unwrap_or_else(|_| Err(ApiError::of(Code::InternalServerError))) };
        if let Err(refused) = self.wait(until, ended) {
            tracing::error!(%refused, plugin = self.plugin.key, "what a component was denied is not on record");
        }
    }
}

/// What a component is told: a code and no words of the platform's inside.
fn refused(error: ApiError) -> Refused {
    let code = error.code.as_str().to_string();
    match error.code {
        Code::Forbidden | Code::PluginDenied => Refused::Denied(code),
        Code::BadUserInput | Code::GraphqlValidationFailed => Refused::BadInput(code),
        code_of if code_of.retryable() => Refused::Unavailable(code),
        _ => Refused::Internal(code),
    }
}

impl Platform for Asking {
    fn get_many(&self, kind: &str, ids: &[String], until: Instant) -> Result<Vec<Option<String>>, Refused> {
        let found = self.wait(until, views::cases(&self.session, &self.plugin, kind, ids));
        let unknown = found.iter().flatten().filter(|one| one.is_none()).count();
        self.handed(("data.get-many", kind), unknown, found, until)
    }

    fn find(&self, kind: &str, filter: &str, after: Option<&str>, until: Instant) -> Result<String, Refused> {
        let page = self.wait(until, views::find(&self.session, &self.plugin, kind, filter, after));
        self.handed(("data.find", kind), 0, page, until)
    }

    fn read(
        &self,
        view: &str,
        fields: &BTreeSet<String>,
        ids: &[String],
        until: Instant,
    ) -> Result<Vec<String>, Refused> {
        let found = self.wait(until, views::read(&self.session, &self.plugin, view, fields, ids));
        let asked: BTreeSet<&String> = ids.iter().collect();
        let unknown = found.as_ref().map_or(0, |found| asked.len().saturating_sub(found.len()));
        self.handed(("core.read", view), unknown, found, until)
    }

    fn call_many(
        &self,
        name: &str,
        operation: &str,
        bodies: &[String],
        until: Instant,
    ) -> Vec<Result<String, Refused>> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        let call = outside::Call { name, operation, occasion: &self.occasion, number, until, caller: &self.caller };
        let work = async { Ok(outside::call_many(&self.session, &self.plugin, call, bodies).await) };
        self.wait(until, work).unwrap_or_else(|refused| bodies.iter().map(|_| Err(refused.clone())).collect())
    }

    fn denied(&self, asked: &'static str, of: &str, until: Instant) {
        self.denies(Denial { asked, of: of.to_string(), because: "NOT_GRANTED", unknown: 0 }, until);
    }

    fn log(&self, level: u8, message: &str, fields: &str) {
        let (tenant, plugin) = (&self.session.tenant().code, &self.plugin.key);
        tracing::info!(target: "zugong::plugin", tenant, plugin, level, message, fields, "a plug-in says");
    }
}
