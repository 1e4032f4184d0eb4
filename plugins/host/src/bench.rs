//! What components are compiled for and come up on: an engine, what they import there, and the clock that ends them.

use std::{fmt, sync::Arc};

use wasmtime::{
    Engine, Store,
    component::{Instance, Linker},
};

use crate::{
    engine::Ticker,
    fault::{Code, Failure, classify},
    limits::Limits,
    platform::Mute,
    program::{Declared, Program, Refusal},
    state::{State, linker},
};

pub struct Bench {
    pub engine: Engine,
    linker: Linker<State>,
    pub ticker: Ticker,
}

impl fmt::Debug for Bench {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bench").finish_non_exhaustive()
    }
}

impl Bench {
    /// Over an engine.
    pub fn new(engine: Engine) -> Result<Self, String> {
        let linker = linker(&engine).map_err(|error| error.to_string())?;
        let ticker = Ticker::start(&engine).map_err(|error| error.to_string())?;
        Ok(Self { engine, linker, ticker })
    }

    /// Compiles a component, holds it against its manifest and sees that it comes up within the limits.
    pub fn compile(
        &self,
        bytes: &[u8],
        declared: &Declared,
        limits: Limits,
        fuel: Option<u64>,
    ) -> Result<Program, Refusal> {
        let program = Program::compile(&self.engine, &self.linker, bytes, declared)?;
        let state = State::new(limits, Arc::new(Mute), Arc::default(), Arc::default());
        let _ticking = self.ticker.hold();
        let up = self.up(&program, state, fuel);
        up.map_err(|failure| Refusal::Fails(failure.code().unwrap_or(Code::Trap)))?;
        Ok(program)
    }

    /// An instance of a component, with so many instructions where they are counted.
    pub fn up(&self, program: &Program, state: State, fuel: Option<u64>) -> Result<(Store<State>, Instance), Failure> {
        let ended = |error: wasmtime::Error| Failure::Ended(classify(&error));
        let mut store = state.into_store(&self.engine, fuel).map_err(ended)?;
        let instance = program.pre.instantiate(&mut store).map_err(ended)?;
        Ok((store, instance))
    }
}
