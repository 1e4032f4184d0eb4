//! The host: takes components, asks them, counts what they take and gives those that fail a rest.

use std::{
    collections::HashMap,
    fmt,
    sync::{
        Arc, Mutex, OnceLock, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::{
    abi::Context,
    aside::aside,
    bench::Bench,
    breaker::{Breaker, Change, State as Rest},
    call::{Answer, Ask, call},
    engine::{counting, engine},
    fault::{Code, Failure},
    gates::{Gates, Place},
    limits::{Hook, Limits, Room},
    meter::{Health, Meter, Spent},
    platform::{Grants, Platform},
    program::{Declared, Program, Refusal},
    state::{State, now, on_cpu},
};

/// Instructions that a measured call may take: where time is not looked at, this ends it.
const FUEL: u64 = 200_000_000;

/// Components that come up at once to be tried; a machine has no more processors for it.
const COMPILED: usize = 32;

/// How a host is set up.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Room for pure hooks.
    pub pure: Room,
    /// Room for hooks that ask the platform.
    pub asking: Room,
    /// Room for points for many inputs at once.
    pub batch: Room,
    /// Whether instructions are counted: slower, and the same on every machine. For tests of plug-ins.
    pub measured: bool,
}

impl Default for Settings {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let (pure, asking) = (Room::of(true, cores), Room::of(false, cores));
        Self { pure, asking, batch: Room::batch(cores), measured: false }
    }
}

/// A plug-in of a tenant, as it is called.
#[derive(Clone, Debug)]
pub struct Plug {
    /// The tenant.
    pub tenant: Uuid,
    /// The plug-in's key.
    pub key: Arc<str>,
    /// Its version.
    pub version: Arc<str>,
    /// How often an administrator has changed it: with a higher number its faults are forgotten.
    pub revision: i32,
    /// What it was granted.
    pub grants: Arc<Grants>,
}

/// Runs components. Cheap to clone.
#[derive(Clone)]
pub struct Host(pub(crate) Arc<Inner>);

/// By tenant and plug-in: the revision that they are of, and how it does.
type Breakers = HashMap<(Uuid, Arc<str>), (i32, Breaker)>;

pub(crate) struct Inner {
    bench: Bench,
    /// Where instructions are counted, made when the first job comes that needs it.
    counting: OnceLock<Result<Arc<Bench>, String>>,
    pooled: bool,
    pure: Gates,
    asking: Gates,
    pub(crate) batch: Gates,
    breakers: Mutex<Breakers>,
    meter: Meter,
    began: Instant,
    passed: AtomicU64,
    measured: bool,
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("pooled", &self.0.pooled).finish()
    }
}

/// Says that nobody waits any more, unless the call has ended.
pub(crate) struct Waiting(pub(crate) Arc<AtomicBool>);

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Host {
    /// Sets up the engine.
    pub fn new(settings: Settings) -> Result<Self, String> {
        // For all that may be under way and tried after they were compiled.
        let places = settings.pure.node + settings.asking.node + COMPILED;
        let (engine, pooled) =
            engine(settings.measured, u32::try_from(places).unwrap_or(u32::MAX)).map_err(|error| error.to_string())?;
        Ok(Self(Arc::new(Inner {
            bench: Bench::new(engine)?,
            counting: OnceLock::new(),
            pooled,
            pure: Gates::new(settings.pure),
            asking: Gates::new(settings.asking),
            batch: Gates::new(settings.batch),
            breakers: Mutex::default(),
            meter: Meter::default(),
            began: now(),
            passed: AtomicU64::new(0),
            measured: settings.measured,
        })))
    }

    /// Compiles a component, holds it against its manifest and sees that it comes up within its limits. Takes the
    /// processor for as long as it takes: not to be called where others wait.
    pub fn compile(&self, bytes: &[u8], declared: &Declared) -> Result<Arc<Program>, Refusal> {
        // As much time as there is for any hook: only what a component takes afterwards is its call's.
        let limits = Limits { memory: declared.limits().memory, ..Limits::of(Hook::Resolve).lowered(declared.lowered) };
        self.0.bench.compile(bytes, declared, limits, self.0.fuel()).map(Arc::new)
    }

    /// Asks a plug-in. Dropping the future ends the call within a tick.
    pub async fn call(
        &self,
        program: &Arc<Program>,
        plug: &Plug,
        context: Context,
        ask: Ask,
        platform: Arc<dyn Platform>,
    ) -> Result<Answer, Failure> {
        let (answer, _) = self.measure(program, plug, context, ask, platform).await;
        answer
    }

    /// Asks a plug-in, and says what that took.
    pub async fn measure(
        &self,
        program: &Arc<Program>,
        plug: &Plug,
        context: Context,
        ask: Ask,
        platform: Arc<dyn Platform>,
    ) -> (Result<Answer, Failure>, Spent) {
        let inner = &self.0;
        let hook = ask.hook();
        let mut limits = Limits::of(hook).lowered(program.lowered);
        if inner.measured {
            // Instructions are the limit then, so that a slow machine gives the same result.
            (limits.cpu, limits.total) = (Duration::from_secs(60), Duration::from_secs(60));
        }
        let begun = now();
        let fail = |code: Code| {
            let spent = Spent { wall: begun.elapsed(), ..Spent::default() };
            inner.count(plug, hook, &spent, Some(code));
            (Err(Failure::Ended(code)), spent)
        };
        if !program.runs.contains_key(&hook) {
            return fail(Code::Denied);
        }
        if context.bytes() + ask.bytes() > limits.input {
            let text = format!("the input is larger than {} bytes", limits.input);
            return (Err(Failure::Said(crate::Refused::BadInput(text))), Spent::default());
        }
        let cancelled = Arc::new(AtomicBool::new(false));
        let gates = if hook.is_pure() { &inner.pure } else { &inner.asking };
        let place = match inner.admit(plug, gates).await {
            Ok(place) => place,
            Err(code) => return fail(code),
        };
        let waiting = Waiting(cancelled.clone());
        let job = Job {
            host: self.0.clone(),
            program: program.clone(),
            plug: plug.clone(),
            limits,
            context,
            ask,
            platform,
            cancelled,
            begun,
            place,
        };
        let ended = aside(move || job.run()).await;
        drop(waiting);
        ended.unwrap_or_else(|error| {
            inner.broke_off(plug, &error);
            fail(Code::Trap)
        })
    }

    /// The figures of a tenant's plug-ins since this process began.
    pub fn health(&self, tenant: Uuid) -> Vec<Health> {
        self.0.meter.of(tenant)
    }

    /// How the breaker of a plug-in in this revision stands, and how long it still rests.
    pub fn rest(&self, tenant: Uuid, plugin: &str, revision: i32) -> (Rest, Duration) {
        let breakers = self.0.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let known = breakers.get(&(tenant, plugin.into())).filter(|(of, _)| *of >= revision);
        let state = known.map_or(Rest::Closed, |(_, breaker)| breaker.state());
        match state {
            Rest::Open(until) => (state, until.saturating_sub(self.0.time())),
            other => (other, Duration::ZERO),
        }
    }

    /// How a call ends at once because its plug-in rests or is out of service, counted as a call: for whoever has to do
    /// much before it. One that may pass takes the breaker's try itself, when it comes.
    pub fn at_rest(&self, plug: &Plug, hook: Hook) -> Option<(Failure, Spent)> {
        let inner = &self.0;
        if inner.breaker(plug, |breaker, now| breaker.would_admit(now)) {
            return None;
        }
        let spent = Spent::default();
        inner.count(plug, hook, &spent, Some(Code::Disabled));
        Some((Failure::Ended(Code::Disabled), spent))
    }

    /// Acts as if so many seconds had passed: for tests of what only time brings about.
    pub fn pass(&self, seconds: u64) {
        self.0.passed.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Whether places for instances were made ahead.
    pub fn pooled(&self) -> bool {
        self.0.pooled
    }
}

/// Gives the breaker's try back unless the call has got its place.
struct Undecided<'a> {
    inner: &'a Inner,
    plug: &'a Plug,
    armed: bool,
}

impl Undecided<'_> {
    fn settle(mut self) {
        self.armed = false;
    }
}

impl Drop for Undecided<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.inner.breaker(self.plug, |breaker, now| breaker.abandon(now));
        }
    }
}

impl Inner {
    fn breaker<T>(&self, plug: &Plug, ask: impl FnOnce(&mut Breaker, Duration) -> T) -> T {
        let mut breakers = self.breakers.lock().unwrap_or_else(PoisonError::into_inner);
        let (revision, breaker) = breakers.entry((plug.tenant, plug.key.clone())).or_default();
        // Whoever changed it has looked at it, at whichever server: it begins anew.
        if *revision < plug.revision {
            (*revision, *breaker) = (plug.revision, Breaker::default());
        } else if *revision > plug.revision {
            // Begun before somebody changed it: what becomes of that says nothing about what is there now.
            return ask(&mut Breaker::default(), self.time());
        }
        ask(breaker, self.time())
    }

    fn time(&self) -> Duration {
        self.began.elapsed() + Duration::from_secs(self.passed.load(Ordering::SeqCst))
    }

    fn fuel(&self) -> Option<u64> {
        self.measured.then_some(FUEL)
    }

    /// Where instructions are counted.
    pub(crate) fn counting(&self) -> Result<Arc<Bench>, String> {
        let made = || counting().map_err(|error| error.to_string()).and_then(Bench::new).map(Arc::new);
        self.counting.get_or_init(made).clone()
    }

    /// A place, if the plug-in may be asked now and there is one in time.
    pub(crate) async fn admit(&self, plug: &Plug, gates: &Gates) -> Result<Place, Code> {
        if !self.breaker(plug, |breaker, now| breaker.admit(now)) {
            return Err(Code::Disabled);
        }
        // Given up while waiting for a place: the breaker's one try is to be somebody else's.
        let undecided = Undecided { inner: self, plug, armed: true };
        let Some(place) = gates.enter(plug.tenant, &plug.key).await else { return Err(Code::Busy) };
        undecided.settle();
        Ok(place)
    }

    /// Takes down what became of a call: for the breaker, if somebody still waits, and for the figures.
    pub(crate) fn settled(
        &self,
        plug: &Plug,
        hook: Hook,
        cancelled: &AtomicBool,
        (failed, code): (bool, Option<Code>),
        spent: &mut Spent,
    ) {
        if cancelled.load(Ordering::Relaxed) {
            // Nobody waits: what became of it says nothing about the plug-in.
            self.breaker(plug, |breaker, now| breaker.abandon(now));
            return;
        }
        let change = self.breaker(plug, |breaker, now| breaker.record(failed, now));
        spent.change = change;
        if change != Change::None {
            tracing::warn!(plugin = &*plug.key, tenant = %plug.tenant, ?change, "a plug-in's breaker has changed");
        }
        self.count(plug, hook, spent, code);
    }

    /// A panic of the engine: the instance went with its thread's stack.
    pub(crate) fn broke_off(&self, plug: &Plug, error: &tokio::task::JoinError) {
        tracing::error!(%error, plugin = &*plug.key, "a call of a plug-in broke off");
        self.breaker(plug, |breaker, now| breaker.record(true, now));
    }

    pub(crate) fn count(&self, plug: &Plug, hook: Hook, spent: &Spent, code: Option<Code>) {
        self.meter.count((plug.tenant, plug.key.clone(), plug.version.clone(), hook), spent, code);
    }
}

/// One call on the thread where it runs.
struct Job {
    host: Arc<Inner>,
    program: Arc<Program>,
    plug: Plug,
    limits: Limits,
    context: Context,
    ask: Ask,
    platform: Arc<dyn Platform>,
    cancelled: Arc<AtomicBool>,
    begun: Instant,
    place: Place,
}

impl Job {
    fn run(self) -> (Result<Answer, Failure>, Spent) {
        let Self { host, program, plug, limits, context, ask, platform, cancelled, begun, place } = self;
        let hook = ask.hook();
        let on_cpu_before = on_cpu();
        let ticking = host.bench.ticker.hold();
        let mut spent = Spent::default();
        let answer = (|| {
            let state = State::new(limits, platform, plug.grants.clone(), cancelled.clone());
            // Memory that nobody has written to, every time: a component that remembers would give other points to the
            // second one who asks, and to one who is answered by another server.
            let (mut store, instance) = host.bench.up(&program, state, host.fuel())?;
            let run = program.runs.get(&hook).ok_or(Failure::Ended(Code::Denied))?;
            let answer = call(&mut store, &instance, run, context, ask);
            let state = store.data();
            (spent.memory, spent.host_calls) = (state.peak, state.calls);
            spent.fuel = store.get_fuel().ok().map(|left| FUEL - left);
            answer
        })();
        drop(ticking);
        spent.wall = begun.elapsed();
        spent.cpu = on_cpu().saturating_sub(on_cpu_before);
        let code = answer.as_ref().err().and_then(Failure::code);
        // That the caller may not do what it asked for is no fault of the plug-in.
        let failed = matches!(&answer, Err(Failure::Ended(code)) if code.is_its_own());
        host.settled(&plug, hook, &cancelled, (failed, code), &mut spent);
        drop(place);
        (answer, spent)
    }
}
