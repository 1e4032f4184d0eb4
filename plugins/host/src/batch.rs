//! Points for many inputs as one job (批量计分): within limits that all of them share, and ended by instructions and not by
//! time, so that the same job ends at the same input on every machine.
//!
//! That takes an engine of its own, which counts them: what is compiled for it is slower, and calls one at a time have a
//! shorter end by the clock.

use std::{
    fmt,
    sync::{Arc, atomic::AtomicBool},
    time::Instant,
};

use wasmtime::{
    Store,
    component::{ComponentExportIndex, Instance},
};

use crate::{
    abi::{Context, ScoreLine},
    aside::aside,
    bench::Bench,
    call::{Answer, Ask, call},
    fault::{Code, Failure, classify},
    gates::Place,
    limits::{Hook, Limits, Lowered},
    meter::Spent,
    platform::{Platform, Refused},
    program::{Declared, Program, Refusal},
    runtime::{Host, Inner, Plug, Waiting},
    state::{State, now, on_cpu},
};

/// Inputs of one job.
pub const MOST_INPUTS: usize = 1_000;

/// Instructions of one job.
const FUEL: u64 = 200_000_000;

/// Instructions that one of its inputs may take: one that never ends leaves the most of them to the others.
const SHARE: u64 = FUEL / 10;

/// Inputs after which an instance goes.
const CALLS: u32 = 256;

/// Of so many inputs that were asked about one may fail; where it is more, the job is a fault of the plug-in.
const FINE: usize = 4;

/// A component that was compiled so that its instructions are counted.
pub struct Counted {
    program: Program,
    bench: Arc<Bench>,
}

impl fmt::Debug for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Counted").field(&self.program).finish()
    }
}

/// What points are wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The scheme.
    pub scheme: String,
    /// What the points depend on, as JSON each.
    pub inputs: Vec<String>,
}

/// The points for one input, or why there are none.
pub type Scored = Result<Vec<ScoreLine>, Failure>;

/// What became of a job: something for each input, or why there was no job.
pub type Job = Result<Vec<Scored>, Failure>;

/// What a manifest says of time is said of one call, and so is memory beyond what a call has anyway: a job has more of it.
fn limits(lowered: Lowered) -> Limits {
    let call = Limits::of(Hook::Score);
    let wants_less = call.lowered(lowered).memory < call.memory;
    Limits::batch().lowered(Lowered { cpu_ms: None, memory_mib: lowered.memory_mib.filter(|_| wants_less) })
}

impl Host {
    /// Compiles a component for jobs. Takes the processor for as long as it takes: not to be called where others wait.
    pub fn compile_counted(&self, bytes: &[u8], declared: &Declared) -> Result<Arc<Counted>, Refusal> {
        let bench = self.0.counting().map_err(Refusal::Invalid)?;
        let program = bench.compile(bytes, declared, limits(declared.lowered), Some(SHARE))?;
        Ok(Arc::new(Counted { program, bench }))
    }

    /// Asks a plug-in for points for many inputs, one after the other, and says what that took together. Dropping the
    /// future ends the job within a tick.
    pub async fn score_many(
        &self,
        program: &Arc<Counted>,
        plug: &Plug,
        context: Context,
        batch: Batch,
        platform: Arc<dyn Platform>,
    ) -> (Job, Spent) {
        let inner = &self.0;
        let limits = limits(program.program.lowered);
        let begun = now();
        let fail = |code: Code| {
            let spent = Spent { wall: begun.elapsed(), ..Spent::default() };
            inner.count(plug, Hook::Score, &spent, Some(code));
            (Err(Failure::Ended(code)), spent)
        };
        if !program.program.runs.contains_key(&Hook::Score) {
            return fail(Code::Denied);
        }
        let bytes = context.bytes() + batch.scheme.len() + batch.inputs.iter().map(String::len).sum::<usize>();
        if bytes > limits.input || batch.inputs.len() > MOST_INPUTS {
            let text = format!("more than {MOST_INPUTS} inputs or {} bytes", limits.input);
            return (Err(Failure::Said(Refused::BadInput(text))), Spent::default());
        }
        let place = match inner.admit(plug, &inner.batch).await {
            Ok(place) => place,
            Err(code) => return fail(code),
        };
        let cancelled = Arc::new(AtomicBool::new(false));
        let waiting = Waiting(cancelled.clone());
        let task = Task {
            host: inner.clone(),
            program: program.clone(),
            plug: plug.clone(),
            limits,
            context,
            batch,
            platform,
            cancelled,
            begun,
            place,
        };
        let ended = aside(move || task.run()).await;
        drop(waiting);
        match ended {
            Ok((scored, spent)) => (Ok(scored), spent),
            Err(error) => {
                inner.broke_off(plug, &error);
                fail(Code::Trap)
            }
        }
    }
}

/// A job on the thread where it runs.
struct Task {
    host: Arc<Inner>,
    program: Arc<Counted>,
    plug: Plug,
    limits: Limits,
    context: Context,
    batch: Batch,
    platform: Arc<dyn Platform>,
    cancelled: Arc<AtomicBool>,
    begun: Instant,
    place: Place,
}

impl Task {
    fn run(self) -> (Vec<Scored>, Spent) {
        let Self { host, program, plug, limits, context, batch, platform, cancelled, begun, place } = self;
        let Batch { scheme, inputs } = batch;
        let on_cpu_before = on_cpu();
        let ticking = program.bench.ticker.hold();
        let state = State::new(limits, platform, plug.grants.clone(), cancelled.clone());
        let mut work = Work::new(&program, state);
        let mut scored = Vec::with_capacity(inputs.len());
        for input in inputs {
            scored.push(work.next(context.clone(), Ask::Score { scheme: scheme.clone(), input }));
        }
        let mut spent = work.spent();
        let failed = work.faults * FINE > work.asked;
        drop(work);
        drop(ticking);
        spent.wall = begun.elapsed();
        spent.cpu = on_cpu().saturating_sub(on_cpu_before);
        let code = scored.iter().find_map(|one| one.as_ref().err().and_then(Failure::code));
        host.settled(&plug, Hook::Score, &cancelled, (failed, code), &mut spent);
        drop(place);
        (scored, spent)
    }
}

/// An instance that is asked about one input after the other.
struct Warm {
    store: Store<State>,
    instance: Instance,
    calls: u32,
}

/// A job at work, and what is left of its limits.
struct Work<'a> {
    program: &'a Counted,
    run: Option<&'a ComponentExportIndex>,
    /// Instructions that are left.
    fuel: u64,
    /// Bytes of answers that are left.
    room: usize,
    /// How many there may be in all.
    whole: usize,
    /// What was used of the other limits, while there is no instance that knows it.
    idle: Option<State>,
    warm: Option<Warm>,
    /// Inputs that it was asked about.
    asked: usize,
    /// Those of them that ended in a code of its own.
    faults: usize,
}

impl<'a> Work<'a> {
    fn new(program: &'a Counted, state: State) -> Self {
        let (run, room) = (program.program.runs.get(&Hook::Score), state.limits.output);
        Self { program, run, fuel: FUEL, room, whole: room, idle: Some(state), warm: None, asked: 0, faults: 0 }
    }

    fn state(&self) -> Option<&State> {
        self.warm.as_ref().map(|warm| warm.store.data()).or(self.idle.as_ref())
    }

    fn spent(&self) -> Spent {
        let (memory, host_calls) = self.state().map_or((0, 0), |state| (state.peak, state.calls));
        Spent { memory, host_calls, fuel: Some(FUEL - self.fuel), ..Spent::default() }
    }

    /// The points for the next input. Where nothing is left for it, it is not even asked about.
    fn next(&mut self, context: Context, ask: Ask) -> Scored {
        let goes_on = self.fuel > 0 && self.state().is_some_and(|state| state.may_go_on().is_ok());
        let (true, Some(run)) = (goes_on, self.run) else { return Err(Failure::Ended(Code::Timeout)) };
        if self.room == 0 {
            return Err(Failure::Ended(Code::Output));
        }
        self.asked += 1;
        let before = self.room;
        let scored = self.points(run, context, ask);
        match &scored {
            // It might have fitted where others had not answered before: what is left is no room for any more.
            Err(Failure::Ended(Code::Output)) if before < self.whole => self.room = 0,
            Err(Failure::Ended(code)) if code.is_its_own() => self.faults += 1,
            _ => {}
        }
        scored
    }

    fn points(&mut self, run: &ComponentExportIndex, context: Context, ask: Ask) -> Scored {
        let share = self.fuel.min(SHARE);
        let mut warm = self.up(share)?;
        warm.store.data_mut().limits.output = self.room;
        let answer = call(&mut warm.store, &warm.instance, run, context, ask);
        self.fuel -= share - left(&warm.store, share);
        warm.calls += 1;
        // One that has failed is not to be asked again, nor one that grows: the next input begins with clean memory.
        let state = warm.store.data();
        if answer.is_ok() && warm.calls < CALLS && state.memory() <= state.limits.memory / 2 {
            self.warm = Some(warm);
        } else {
            self.idle = Some(warm.store.into_data().anew());
        }
        let answer = answer?;
        self.room = self.room.saturating_sub(answer.bytes());
        match answer {
            Answer::Lines(lines) => Ok(lines),
            _ => Err(Failure::Ended(Code::Output)),
        }
    }

    /// The instance that is there or a new one, with so many instructions.
    fn up(&mut self, share: u64) -> Result<Warm, Failure> {
        let ended = |error: wasmtime::Error| Failure::Ended(classify(&error));
        if let Some(mut warm) = self.warm.take() {
            warm.store.set_fuel(share).map_err(ended)?;
            return Ok(warm);
        }
        let state = self.idle.take().ok_or(Failure::Ended(Code::Trap))?;
        let mut store = state.into_store(&self.program.bench.engine, Some(share)).map_err(ended)?;
        match self.program.program.pre.instantiate(&mut store) {
            Ok(instance) => Ok(Warm { store, instance, calls: 0 }),
            Err(error) => {
                self.fuel -= share - left(&store, share);
                self.idle = Some(store.into_data().anew());
                Err(ended(error))
            }
        }
    }
}

/// What is left of so many instructions.
fn left(store: &Store<State>, share: u64) -> u64 {
    store.get_fuel().unwrap_or(0).min(share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_takes_memory_from_a_job_only_where_it_wants_less_than_a_call_has() {
        let of = |memory_mib| limits(Lowered { cpu_ms: Some(1), memory_mib });
        let asked = [None, Some(0), Some(8), Some(15), Some(16), Some(24), Some(32), Some(64)];
        let mib = asked.map(|memory_mib| of(memory_mib).memory / (1024 * 1024));
        assert_eq!(mib, [64, 1, 8, 15, 64, 64, 64, 64]);
        assert_eq!(of(Some(32)), Limits::batch(), "nor does it take time");
    }
}
