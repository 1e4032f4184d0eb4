//! Components that are compiled while somebody waits for them (编译): once however many wait, and to the end if all of them
//! have gone. What is refused is remembered for a while, so that it is not compiled for each call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use futures::future::BoxFuture;
use host::{Host, Refusal};
use moka::sync::Cache;
use tokio::{sync::watch, task::JoinError};

use crate::{kernel::task, modules::plugins::code};

/// Refusals that are remembered.
const REFUSALS: u64 = 1_000;
/// For so long: another release of the host, which begins with none, is the only thing that could think otherwise.
const REMEMBERED: Duration = Duration::from_secs(60);

/// What the names of all interfaces begin with that a manifest could declare.
const OURS: &str = "zugong:plugin/";

/// Why there is no component that could be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit {
    /// What is told of it.
    pub words: String,
    /// What it imports that no manifest could declare.
    pub foreign: Option<String>,
    /// Whether it lies with the component, so that it is the same the next time.
    lasting: bool,
}

impl Unfit {
    /// Something in the way that may be gone the next time.
    pub fn passing(words: impl Into<String>) -> Self {
        Self { words: words.into(), foreign: None, lasting: false }
    }
}

impl From<Refusal> for Unfit {
    fn from(refusal: Refusal) -> Self {
        let (words, lasting) = (refusal.to_string(), refusal.is_lasting());
        let foreign = match refusal {
            // One of the platform's own may be declared by another manifest, or come with a later release.
            Refusal::Import(name) if !name.starts_with(OURS) => Some(name),
            _ => None,
        };
        Self { words, foreign, lasting }
    }
}

impl From<JoinError> for Unfit {
    fn from(error: JoinError) -> Self {
        Self { words: error.to_string(), foreign: None, lasting: error.is_panic() }
    }
}

/// What becomes of compiling a component.
pub type Outcome<T> = Result<Arc<T>, Unfit>;

/// Where the outcome is told; there is none until then.
type Told<T> = watch::Receiver<Option<Outcome<T>>>;

/// The components of one engine that this process has compiled, is compiling or has refused.
pub struct Components<T> {
    compiled: Cache<String, Arc<T>>,
    refused: Cache<String, Unfit>,
    under_way: Mutex<HashMap<String, Told<T>>>,
}

impl<T> Components<T> {
    fn under_way(&self) -> MutexGuard<'_, HashMap<String, Told<T>>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Send + Sync + 'static> Components<T> {
    /// None yet, and at most so many at a time.
    pub fn keeping(most: u64) -> Self {
        Self::remembering(most, REMEMBERED)
    }

    fn remembering(most: u64, refusals: Duration) -> Self {
        let refused = Cache::builder().max_capacity(REFUSALS).time_to_live(refusals).build();
        Self { compiled: Cache::new(most), refused, under_way: Mutex::default() }
    }

    /// The component of a key, which this work makes unless it is there or others are making it. Dropping the future ends
    /// the waiting and not the work.
    pub async fn get(&'static self, key: String, work: BoxFuture<'static, Outcome<T>>) -> Outcome<T> {
        let mut waited = false;
        loop {
            if let Some(known) = self.known(&key) {
                return known;
            }
            let (told, flight) = self.flight(&key);
            let Some(flight) = flight else {
                // What was in the way of somebody else's work need not be in the way of one's own. Twice it is.
                match ended(told).await {
                    Some(outcome) if waited || settles(&outcome) => return outcome,
                    _ => waited = true,
                }
                continue;
            };
            task::spawn("compile", async move {
                // Another's may have ended between the look and the flight.
                let outcome = match self.known(&flight.key) {
                    Some(known) => known,
                    None => work.await,
                };
                flight.end(outcome);
            });
            return ended(told).await.unwrap_or_else(|| Err(Unfit::passing("编译中断")));
        }
    }

    /// What is known of a key without anybody's work.
    pub fn known(&self, key: &str) -> Option<Outcome<T>> {
        self.compiled.get(key).map(Ok).or_else(|| self.refused.get(key).map(Err))
    }

    /// Where the outcome for a key will be told, and the flight itself for whoever has begun it.
    fn flight(&'static self, key: &str) -> (Told<T>, Option<Flight<T>>) {
        let mut under_way = self.under_way();
        if let Some(told) = under_way.get(key) {
            return (told.clone(), None);
        }
        let (tell, told) = watch::channel(None);
        under_way.insert(key.into(), told.clone());
        (told, Some(Flight { of: self, key: key.into(), tell, outcome: None }))
    }
}

/// Work under way for a key. Whichever way it ends, by a panic or with its runtime, the key is free again before anybody
/// is told.
struct Flight<T: 'static> {
    of: &'static Components<T>,
    key: String,
    tell: watch::Sender<Option<Outcome<T>>>,
    outcome: Option<Outcome<T>>,
}

impl<T: Send + Sync + 'static> Flight<T> {
    fn end(mut self, outcome: Outcome<T>) {
        match &outcome {
            Ok(component) => self.of.compiled.insert(self.key.clone(), component.clone()),
            Err(unfit) if unfit.lasting => self.of.refused.insert(self.key.clone(), unfit.clone()),
            Err(_) => {}
        }
        self.outcome = Some(outcome);
    }
}

impl<T: 'static> Drop for Flight<T> {
    fn drop(&mut self) {
        self.of.under_way().remove(&self.key);
        if let Some(outcome) = self.outcome.take() {
            self.tell.send_replace(Some(outcome));
        }
    }
}

/// Whether everybody who waits for it is content with it.
fn settles<T>(outcome: &Outcome<T>) -> bool {
    outcome.as_ref().err().is_none_or(|unfit| unfit.lasting)
}

/// The outcome of a flight, unless it broke off.
async fn ended<T>(mut told: Told<T>) -> Option<Outcome<T>> {
    told.wait_for(Option::is_some).await.ok().and_then(|outcome| outcome.clone())
}

/// Compiles, on the threads of plug-ins, what is at hand or has to be fetched first.
pub fn compile<T: Send + Sync + 'static>(
    bytes: BoxFuture<'static, Result<Vec<u8>, Unfit>>,
    work: impl FnOnce(&Host, &[u8]) -> Result<Arc<T>, Refusal> + Send + 'static,
) -> BoxFuture<'static, Outcome<T>> {
    Box::pin(async move {
        let bytes = bytes.await?;
        let (started, host) = (Instant::now(), code::host().map_err(|_| Unfit::passing("插件宿主不可用"))?);
        let compiled = host::aside(move || work(host, &bytes)).await;
        metrics::histogram!("zugong_plugin_compile_seconds").record(started.elapsed().as_secs_f64());
        Ok(compiled??)
    })
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::atomic::{AtomicUsize, Ordering},
    };

    use futures::future::join_all;
    use tokio::{
        runtime::Builder,
        sync::oneshot,
        time::{sleep, timeout},
    };

    use super::*;

    const A_WHILE: Duration = Duration::from_millis(30);

    fn components(refusals: Duration) -> &'static Components<u32> {
        Box::leak(Box::new(Components::remembering(8, refusals)))
    }

    fn makes(component: u32) -> BoxFuture<'static, Outcome<u32>> {
        Box::pin(async move { Ok(Arc::new(component)) })
    }

    fn is_not_wanted() -> BoxFuture<'static, Outcome<u32>> {
        Box::pin(async { panic!("it is compiled again") })
    }

    #[tokio::test]
    async fn what_its_caller_has_left_is_compiled_for_the_next_one() {
        let all = components(REMEMBERED);
        let (finish, finished) = oneshot::channel();
        let work = async move {
            finished.await.unwrap();
            makes(7).await
        };
        assert!(timeout(A_WHILE, all.get("a".into(), Box::pin(work))).await.is_err(), "the caller goes away");
        finish.send(()).unwrap();
        assert_eq!(all.get("a".into(), is_not_wanted()).await, Ok(Arc::new(7)));
    }

    #[tokio::test]
    async fn however_many_ask_it_is_compiled_once_and_for_its_own_key() {
        let (all, made) = (components(REMEMBERED), Arc::new(AtomicUsize::new(0)));
        let asked = (0..20).map(|n| {
            let (key, made) = (if n % 2 == 0 { "even" } else { "odd" }, made.clone());
            let work = async move {
                made.fetch_add(1, Ordering::SeqCst);
                sleep(A_WHILE).await;
                makes(n % 2).await
            };
            all.get(key.into(), Box::pin(work))
        });
        let outcomes = join_all(asked).await;
        let expected: Vec<Outcome<u32>> = (0..20).map(|n| Ok(Arc::new(n % 2))).collect();
        assert_eq!((outcomes, made.load(Ordering::SeqCst)), (expected, 2));
    }

    #[tokio::test]
    async fn a_refusal_is_remembered_for_a_while() {
        let all = components(Duration::from_secs(1));
        let unfit = Unfit::from(Refusal::Import("wasi:clocks/wall-clock".into()));
        assert_eq!(unfit.foreign.as_deref(), Some("wasi:clocks/wall-clock"));
        let (refused, again): (Outcome<u32>, _) = (Err(unfit.clone()), Err(unfit));
        assert_eq!(all.get("a".into(), Box::pin(async move { again })).await, refused);
        assert_eq!(all.get("a".into(), is_not_wanted()).await, refused, "with what it imports");
        sleep(Duration::from_millis(1_100)).await;
        assert_eq!(all.get("a".into(), makes(1)).await, Ok(Arc::new(1)));
    }

    #[tokio::test]
    async fn what_lies_not_with_the_component_is_not_remembered() {
        let all = components(REMEMBERED);
        for unfit in [Unfit::passing("UNAVAILABLE"), Unfit::from(Refusal::Fails(host::Code::Busy))] {
            let told = unfit.clone();
            assert_eq!(all.get("a".into(), Box::pin(async move { Err(told) })).await, Err(unfit));
        }
        assert_eq!(all.get("a".into(), makes(1)).await, Ok(Arc::new(1)));
    }

    #[tokio::test]
    async fn whoever_waits_for_work_that_fails_does_it_himself() {
        for breaks in [true, false] {
            let all = components(REMEMBERED);
            let fails = async move {
                sleep(A_WHILE).await;
                assert!(!breaks, "it breaks off");
                Err(Unfit::passing("UNAVAILABLE"))
            };
            let (first, second) = tokio::join!(all.get("a".into(), Box::pin(fails)), all.get("a".into(), makes(2)));
            assert!(first.is_err(), "{first:?}");
            assert_eq!(second, Ok(Arc::new(2)), "{breaks}");
        }
    }

    #[test]
    fn work_that_went_with_its_runtime_is_begun_anew() {
        let all = components(REMEMBERED);
        let runtime = || Builder::new_current_thread().enable_time().build().unwrap();
        let first = runtime();
        let waited = first.block_on(async { timeout(A_WHILE, all.get("a".into(), Box::pin(pending()))).await });
        assert!(waited.is_err());
        drop(first);
        assert_eq!(runtime().block_on(all.get("a".into(), makes(3))), Ok(Arc::new(3)));
    }
}
