//! What belongs to one instance: its limits, what it has used of them, and the functions that it may call.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};
use wasmtime::{
    Engine, ResourceLimiter, Store, StoreContextMut, UpdateDeadline,
    component::{Linker, LinkerInstance},
};

use crate::{
    abi::GuestFault,
    engine::{MOST_MEMORIES, MOST_TABLES},
    fault::{Code, Stop},
    limits::Limits,
    platform::{Grants, Platform, Refused},
};

/// Bytes that one value taken over from a component may have, whatever the component says of its length.
const TAKEN_OVER: usize = 2 * 1024 * 1024;

pub struct State {
    pub limits: Limits,
    pub platform: Arc<dyn Platform>,
    pub grants: Arc<Grants>,
    pub cancelled: Arc<AtomicBool>,
    begun_on_cpu: Duration,
    until: Instant,
    pub calls: u32,
    rows: u32,
    lines: u32,
    logged: usize,
    memory: usize,
    /// The most memory that there was.
    pub peak: usize,
}

impl State {
    pub fn new(limits: Limits, platform: Arc<dyn Platform>, grants: Arc<Grants>, cancelled: Arc<AtomicBool>) -> Self {
        Self {
            limits,
            platform,
            grants,
            cancelled,
            begun_on_cpu: on_cpu(),
            until: now() + limits.total,
            calls: 0,
            rows: 0,
            lines: 0,
            logged: 0,
            memory: 0,
            peak: 0,
        }
    }

    /// For another instance that goes on with the same job: what was used of the limits is used.
    pub fn anew(self) -> Self {
        Self { memory: 0, ..self }
    }

    /// Bytes of all memories together, as they are now.
    pub const fn memory(&self) -> usize {
        self.memory
    }

    /// The processor's time since the call began.
    pub fn spent(&self) -> Duration {
        on_cpu().saturating_sub(self.begun_on_cpu)
    }

    /// A store with this state, whose component is looked at each time that the engine's epoch moves.
    pub fn into_store(self, engine: &Engine, fuel: Option<u64>) -> wasmtime::Result<Store<Self>> {
        let mut store = Store::new(engine, self);
        store.limiter(|state| state);
        store.set_hostcall_fuel(TAKEN_OVER);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|store| {
            store.data().may_go_on()?;
            Ok(UpdateDeadline::Continue(1))
        });
        if let Some(fuel) = fuel {
            store.set_fuel(fuel)?;
        }
        Ok(store)
    }

    /// Whether there is time left, and somebody who waits.
    pub fn may_go_on(&self) -> Result<(), Stop> {
        let over = self.cancelled.load(Ordering::Relaxed) || now() > self.until || self.spent() > self.limits.cpu;
        if over { Err(Stop(Code::Timeout)) } else { Ok(()) }
    }

    fn asks(&mut self, rows: usize) -> Result<Instant, Stop> {
        self.may_go_on()?;
        self.calls = self.calls.saturating_add(1);
        self.rows = self.rows.saturating_add(u32::try_from(rows).unwrap_or(u32::MAX));
        if self.calls > self.limits.calls || self.rows > self.limits.rows {
            return Err(Stop(Code::HostCalls));
        }
        Ok(self.until)
    }

    fn logs(&mut self, level: u8, message: &str, fields: &str) -> Result<(), Stop> {
        self.may_go_on()?;
        self.lines += 1;
        if self.lines > self.limits.lines {
            return Err(Stop(Code::HostCalls));
        }
        let mut left = self.limits.log.saturating_sub(self.logged);
        let (message, fields) = (plain(message, &mut left), plain(fields, &mut left));
        self.logged = self.limits.log - left;
        if !message.is_empty() {
            self.platform.log(level, &message, &fields);
        }
        Ok(())
    }
}

/// Text for a log: as much as there is room for, and nothing that moves the reader's cursor.
fn plain(text: &str, left: &mut usize) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        let shown = if letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}') {
            letter.escape_unicode().to_string()
        } else {
            letter.to_string()
        };
        if shown.len() > *left {
            break;
        }
        *left -= shown.len();
        out.push_str(&shown);
    }
    out
}

/// The time that this thread has had of a processor.
pub fn on_cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

/// How long something takes is measured here and nowhere else; no answer depends on it.
pub fn now() -> Instant {
    Instant::now()
}

impl ResourceLimiter for State {
    fn memory_growing(&mut self, current: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        let total = self.memory.saturating_sub(current).saturating_add(desired);
        if total > self.limits.memory {
            return Err(Stop(Code::Memory).into());
        }
        self.memory = total;
        self.peak = self.peak.max(total);
        Ok(true)
    }

    fn table_growing(&mut self, _: usize, desired: usize, _: Option<usize>) -> wasmtime::Result<bool> {
        if desired > self.limits.table { Err(Stop(Code::Memory).into()) } else { Ok(true) }
    }

    fn instances(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        MOST_MEMORIES as usize
    }

    fn tables(&self) -> usize {
        MOST_TABLES as usize
    }
}

/// Interfaces that every component may import.
pub const ALWAYS: [&str; 2] = ["zugong:plugin/types@1.0.0", "zugong:plugin/log@1.0.0"];
/// The plug-in's own data.
pub const DATA: &str = "zugong:plugin/data@1.0.0";
/// The platform's data.
pub const CORE: &str = "zugong:plugin/core@1.0.0";
/// Systems of agencies.
pub const CONNECTOR: &str = "zugong:plugin/connector@1.0.0";

type Answered<T> = wasmtime::Result<(Result<T, GuestFault>,)>;

/// All that components can import; which of it one may is asked when it is put in.
pub fn linker(engine: &Engine) -> wasmtime::Result<Linker<State>> {
    let mut linker = Linker::new(engine);
    linker.instance(ALWAYS[0])?;
    linker.instance(ALWAYS[1])?.func_wrap(
        "write",
        |mut store: StoreContextMut<'_, State>, (level, message, fields): (u8, String, String)| {
            Ok(store.data_mut().logs(level, &message, &fields)?)
        },
    )?;
    data(&mut linker.instance(DATA)?)?;
    linker.instance(CORE)?.func_wrap(
        "read",
        |mut store: StoreContextMut<'_, State>, (view, ids): (String, Vec<String>)| -> Answered<Vec<String>> {
            let until = store.data_mut().asks(ids.len())?;
            let state = store.data();
            let Some(fields) = state.grants.views.get(&view) else {
                return Ok((denied(state, "core.read", &view, until),));
            };
            Ok((state.platform.read(&view, fields, &ids, until).map_err(Into::into),))
        },
    )?;
    linker.instance(CONNECTOR)?.func_wrap(
        "call-many",
        |mut store: StoreContextMut<'_, State>,
         (name, operation, bodies): (String, String, Vec<String>)|
         -> wasmtime::Result<(Vec<Result<String, GuestFault>>,)> {
            let until = store.data_mut().asks(bodies.len())?;
            let state = store.data();
            if !state.grants.connectors.contains(&name) {
                // Told once, however many bodies there are.
                let refused = denied::<()>(state, "connector.call-many", &name, until);
                return Ok((bodies.iter().map(|_| refused.clone().map(|()| String::new())).collect(),));
            }
            let answers = state.platform.call_many(&name, &operation, &bodies, until);
            Ok((answers.into_iter().map(|answer| answer.map_err(Into::into)).collect(),))
        },
    )?;
    Ok(linker)
}

fn data(of: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    of.func_wrap(
        "get-many",
        |mut store: StoreContextMut<'_, State>, (kind, ids): (String, Vec<String>)| -> Answered<Vec<Option<String>>> {
            let until = store.data_mut().asks(ids.len())?;
            let state = store.data();
            if !state.grants.kinds.contains(&kind) {
                return Ok((denied(state, "data.get-many", &kind, until),));
            }
            Ok((state.platform.get_many(&kind, &ids, until).map_err(Into::into),))
        },
    )?;
    of.func_wrap(
        "find",
        |mut store: StoreContextMut<'_, State>,
         (kind, filter, after): (String, String, Option<String>)|
         -> Answered<String> {
            let until = store.data_mut().asks(1)?;
            let state = store.data();
            if !state.grants.kinds.contains(&kind) {
                return Ok((denied(state, "data.find", &kind, until),));
            }
            Ok((state.platform.find(&kind, &filter, after.as_deref(), until).map_err(Into::into),))
        },
    )
}

fn denied<T>(state: &State, asked: &'static str, what: &str, until: Instant) -> Result<T, GuestFault> {
    state.platform.denied(asked, what, until);
    let what: String = what.chars().take(60).collect();
    Err(Refused::Denied(format!("{what} is not granted")).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_line_is_cut_and_cannot_move_the_cursor() {
        let mut left = 40;
        assert_eq!(plain("红\u{1b}[31m\n", &mut left), "红\\u{1b}[31m\\u{a}");
        assert_eq!(plain(&"a".repeat(1 << 20), &mut left).len(), 40 - 18);
        assert_eq!(left, 0);
    }
}
