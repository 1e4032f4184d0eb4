//! Threads for what plug-ins cost (旁路线程): components run and are compiled there, and schemas with their fields are
//! made. They get the processor after those that answer requests and give it up to them at once, so that one tenant's
//! plug-ins do not hold up another tenant's reads; and however many of them wait, the threads for other blocking work stay
//! free.

use std::sync::{LazyLock, Once};

use rustix::process::{getpriority_process, setpriority_process};
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinError, spawn_blocking},
};

/// How much they stand back, in steps of the system's own measure: about a tenth of the processor beside a thread
/// that always wants it. With less, a call within its limits would run out of time where all processors are taken.
const STANDS_BACK: i32 = 10;

static THREADS: LazyLock<Option<Runtime>> = LazyLock::new(|| {
    let stand_back = || {
        // A process that stands back itself is not to stand back less.
        let nice = getpriority_process(None).map_or(STANDS_BACK, |nice| nice.max(STANDS_BACK));
        let interrupted = background::stand_back(nice).map_err(|error| error.to_string());
        let done = interrupted.or_else(|_| setpriority_process(None, nice).map_err(|error| error.to_string()));
        if let Err(error) = done {
            static TOLD: Once = Once::new();
            TOLD.call_once(|| tracing::warn!(error, "work of plug-ins does not stand back behind requests"));
        }
    };
    let threads = Builder::new_current_thread().thread_name("plug-in").on_thread_start(stand_back).build();
    threads.inspect_err(|error| tracing::warn!(%error, "plug-ins have no threads of their own")).ok()
});

/// Carries out work of a plug-in where it keeps nobody else waiting. It ends even if nobody waits for it any more.
pub async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, JoinError> {
    match &*THREADS {
        Some(threads) => threads.spawn_blocking(work),
        None => spawn_blocking(work),
    }
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_of_plug_ins_stands_back_and_other_work_does_not() {
        let before = getpriority_process(None).unwrap();
        let aside = aside(|| getpriority_process(None).unwrap()).await.unwrap();
        let other = spawn_blocking(|| getpriority_process(None).unwrap()).await.unwrap();
        assert_eq!((aside, other), (before.max(STANDS_BACK), before));
        assert_eq!(getpriority_process(None).unwrap(), before);
    }
}
