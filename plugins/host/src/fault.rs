//! How a call ends that does not end in an answer.

use std::fmt;

use crate::platform::Refused;

/// Why a call was ended. The spelling is published and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// It took longer than it may, or was not wanted any more.
    Timeout,
    /// It asked for more memory or tables than it may.
    Memory,
    /// It failed by itself: `unreachable`, a stack used up, a division by zero.
    Trap,
    /// What it gave is too large or not what its type says.
    Output,
    /// It asked the platform more often, or for more, than it may.
    HostCalls,
    /// As many calls as there may be are under way.
    Busy,
    /// It wants what it was not granted.
    Denied,
    /// It has failed too often and rests, or was taken out of service.
    Disabled,
}

impl Code {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Timeout,
        Self::Memory,
        Self::Trap,
        Self::Output,
        Self::HostCalls,
        Self::Busy,
        Self::Denied,
        Self::Disabled,
    ];

    /// The published spelling.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Timeout => "PLUGIN_TIMEOUT",
            Self::Memory => "PLUGIN_MEMORY",
            Self::Trap => "PLUGIN_TRAP",
            Self::Output => "PLUGIN_OUTPUT",
            Self::HostCalls => "PLUGIN_HOSTCALLS",
            Self::Busy => "PLUGIN_BUSY",
            Self::Denied => "PLUGIN_DENIED",
            Self::Disabled => "PLUGIN_DISABLED",
        }
    }

    /// Whether it is the plug-in's doing, and so counts against it.
    pub const fn is_its_own(self) -> bool {
        !matches!(self, Self::Busy | Self::Disabled)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The platform ended the call.
    Ended(Code),
    /// The plug-in said that it cannot.
    Said(Refused),
}

impl Failure {
    /// The code under which it is counted and told.
    pub const fn code(&self) -> Option<Code> {
        match self {
            Self::Ended(code) => Some(*code),
            Self::Said(Refused::Denied(_)) => Some(Code::Denied),
            Self::Said(_) => None,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(code) => code.fmt(f),
            Self::Said(refused) => refused.fmt(f),
        }
    }
}

impl std::error::Error for Failure {}

/// Ends a call from within: raised by what the component calls, found again in what the call returns.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Stop(pub Code);

/// The code of what ended a call.
pub fn classify(error: &wasmtime::Error) -> Code {
    use wasmtime::Trap;
    if let Some(Stop(code)) = error.downcast_ref::<Stop>() {
        return *code;
    }
    match error.downcast_ref::<Trap>() {
        Some(Trap::Interrupt | Trap::OutOfFuel) => Code::Timeout,
        Some(
            Trap::StringOutOfBounds
            | Trap::ListOutOfBounds
            | Trap::InvalidDiscriminant
            | Trap::UnalignedPointer
            | Trap::InvalidChar,
        ) => Code::Output,
        Some(_) => Code::Trap,
        None if error.is::<wasmtime::PoolConcurrencyLimitError>() => Code::Busy,
        // Neither ours nor a trap: a value that could not be taken over from the component's memory.
        None => Code::Output,
    }
}
