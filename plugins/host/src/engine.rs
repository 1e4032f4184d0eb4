//! The engine: what of WebAssembly there is, and the clock that ends calls.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, Thread},
    time::Duration,
};

use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::limits::{Hook, Limits};

/// How often a running component is looked at.
pub const TICK: Duration = Duration::from_millis(5);

/// The largest memory for which a place is made. What runs in places are calls; jobs, which have more, run on the
/// engine that counts.
const MOST_MEMORY: usize = Limits::of(Hook::Resolve).most;

/// How many memories one component may have.
pub const MOST_MEMORIES: u32 = 4;

/// How many tables one component may have.
pub const MOST_TABLES: u32 = 8;

fn config(measured: bool) -> Config {
    let mut config = Config::new();
    config.wasm_component_model(true);
    config.epoch_interruption(true).consume_fuel(measured);
    config.max_wasm_stack(512 * 1024).wasm_backtrace_max_frames(None);
    // The same input gives the same bytes on every machine.
    config.cranelift_nan_canonicalization(true).wasm_relaxed_simd(false);
    // What wasmtime puts between the parts of a component has two memories, the one's and the other's.
    config.wasm_memory64(false).wasm_multi_memory(true).memory_init_cow(true);
    config
}

/// Core instances that one component may have.
const MOST_CORES: u32 = 16;

fn pooled(places: u32) -> PoolingAllocationConfig {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(places).total_core_instances(places.saturating_mul(MOST_CORES));
    pool.total_memories(places.saturating_mul(MOST_MEMORIES)).total_tables(places.saturating_mul(MOST_TABLES));
    pool.max_core_instances_per_component(MOST_CORES).max_memories_per_component(MOST_MEMORIES);
    pool.max_tables_per_component(MOST_TABLES).max_memory_size(MOST_MEMORY).table_elements(10_000);
    pool.linear_memory_keep_resident(1024 * 1024);
    pool
}

/// An engine with places for so many components made ahead or, where the system does not give the addresses for it,
/// without; and whether it has them.
pub fn engine(measured: bool, places: u32) -> wasmtime::Result<(Engine, bool)> {
    let mut with_places = config(measured);
    with_places.allocation_strategy(InstanceAllocationStrategy::Pooling(pooled(places)));
    match Engine::new(&with_places) {
        Ok(engine) => Ok((engine, true)),
        Err(error) => {
            tracing::warn!(%error, "no places for instances can be made ahead; each is made when it is needed");
            Ok((Engine::new(&config(measured))?, false))
        }
    }
}

/// An engine that counts instructions, for a few long jobs at a time: places for them are made when they are needed.
pub fn counting() -> wasmtime::Result<Engine> {
    Engine::new(&config(true))
}

/// Moves the engine's epoch while calls are under way, and sleeps otherwise. Ends with the engine.
#[derive(Debug)]
pub struct Ticker {
    shared: Arc<Shared>,
    thread: Thread,
}

#[derive(Debug)]
struct Shared {
    under_way: AtomicUsize,
    asleep: AtomicBool,
    ended: AtomicBool,
}

/// While it is held, the epoch moves.
pub struct Ticking<'a>(&'a Shared);

impl Drop for Ticking<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Ticker {
    /// Begins.
    pub fn start(engine: &Engine) -> std::io::Result<Self> {
        let shared = Arc::new(Shared {
            under_way: AtomicUsize::new(0),
            asleep: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        });
        let (engine, its) = (engine.weak(), shared.clone());
        let handle = thread::Builder::new().name("plug-in clock".into()).spawn(move || {
            // After a second without calls it sleeps: an idle node is not woken two hundred times a second.
            let mut idle = 0;
            while !its.ended.load(Ordering::SeqCst) {
                idle = if its.under_way.load(Ordering::SeqCst) == 0 { idle + 1 } else { 0 };
                if idle < 200 {
                    thread::sleep(TICK);
                } else {
                    its.asleep.store(true, Ordering::SeqCst);
                    if its.under_way.load(Ordering::SeqCst) == 0 && !its.ended.load(Ordering::SeqCst) {
                        thread::park();
                    }
                    its.asleep.store(false, Ordering::SeqCst);
                    idle = 0;
                }
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(Self { shared, thread: handle.thread().clone() })
    }

    /// A call is under way.
    pub fn hold(&self) -> Ticking<'_> {
        self.shared.under_way.fetch_add(1, Ordering::SeqCst);
        if self.shared.asleep.load(Ordering::SeqCst) {
            self.thread.unpark();
        }
        Ticking(&self.shared)
    }
}

impl Drop for Ticker {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::SeqCst);
        self.thread.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_has_room_for_the_memory_of_any_call() {
        for hook in Hook::ALL {
            assert_eq!(Limits::of(hook).most, MOST_MEMORY, "{}", hook.as_str());
        }
    }
}
