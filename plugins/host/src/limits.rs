//! What one call may take, and how many there may be at once.

use std::time::Duration;

/// What a component can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Hook {
    /// Whether a form may be submitted (校验).
    Validate,
    /// Points (计分).
    Score,
    /// What is to be done after a matter has moved on (流转后).
    OnTransition,
    /// Values of a field, many at once (取值).
    Resolve,
    /// A mutation of its own (自有变更).
    Act,
}

impl Hook {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Validate, Self::Score, Self::OnTransition, Self::Resolve, Self::Act];

    /// As manifests and figures spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Validate => "validate",
            Self::Score => "score",
            Self::OnTransition => "on-transition",
            Self::Resolve => "resolve",
            Self::Act => "act",
        }
    }

    /// The hook of a spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hook| hook.as_str() == text)
    }

    /// The interface that a component exports for it.
    pub fn interface(self) -> String {
        format!("zugong:plugin/{}@1.0.0", self.as_str())
    }

    /// Whether it answers from what it is given alone.
    pub const fn is_pure(self) -> bool {
        matches!(self, Self::Validate | Self::Score)
    }
}

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// What one call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time on the processor. It is the thread's own, so that a busy machine does not end an innocent call.
    pub cpu: Duration,
    /// Time in all, waiting for answers included.
    pub total: Duration,
    /// Bytes of all memories together.
    pub memory: usize,
    /// As many as a manifest may ask for.
    pub most: usize,
    /// Elements of one table.
    pub table: usize,
    /// Bytes given.
    pub input: usize,
    /// Bytes taken back.
    pub output: usize,
    /// Bytes of log.
    pub log: usize,
    /// Lines of log, however short.
    pub lines: u32,
    /// Questions to the platform.
    pub calls: u32,
    /// Objects asked for in them.
    pub rows: u32,
}

impl Limits {
    /// Those of a hook.
    pub const fn of(hook: Hook) -> Self {
        let pure = hook.is_pure();
        Self {
            cpu: Duration::from_millis(if pure { 20 } else { 50 }),
            total: Duration::from_millis(if pure { 1_000 } else { 3_000 }),
            // What comes from JavaScript brings an interpreter with it, and asks for the most.
            memory: if pure { 16 * MIB } else { 32 * MIB },
            most: 32 * MIB,
            table: 10_000,
            input: 256 * KIB,
            output: if pure { 64 * KIB } else { 256 * KIB },
            log: 8 * KIB,
            lines: 200,
            calls: if pure { 0 } else { 32 },
            rows: if pure { 0 } else { 1_000 },
        }
    }

    /// Those of points for many inputs, all of them together (批量计分). Instructions end it sooner than time, so that it
    /// ends at the same input everywhere; the time in all is longer, since other threads have the processor first.
    pub const fn batch() -> Self {
        Self {
            cpu: Duration::from_secs(1),
            total: Duration::from_secs(10),
            memory: 64 * MIB,
            most: 64 * MIB,
            table: 10_000,
            input: 1024 * KIB,
            output: 256 * KIB,
            log: 64 * KIB,
            lines: 1_600,
            calls: 32,
            rows: 5_000,
        }
    }

    /// As a plug-in asks for: for less than it could have, never for more.
    pub fn lowered(mut self, by: Lowered) -> Self {
        if let Some(cpu) = by.cpu_ms {
            self.cpu = self.cpu.min(Duration::from_millis(cpu.max(1)));
        }
        if let Some(memory) = by.memory_mib {
            self.memory = self.most.min((memory.max(1) as usize).saturating_mul(MIB));
        }
        self
    }
}

/// How much less than it could have a plug-in wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lowered {
    /// Milliseconds on the processor.
    pub cpu_ms: Option<u64>,
    /// Mebibytes of memory; a pure hook has half of what it could have unless it says so. A job has less than its own
    /// only where this is less than that half.
    pub memory_mib: Option<u32>,
}

/// How many calls may be under way at once, and how long one waits for a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Of one plug-in of one tenant.
    pub plugin: usize,
    /// Of one tenant.
    pub tenant: usize,
    /// On this node.
    pub node: usize,
    /// How long one waits.
    pub wait: Duration,
}

impl Room {
    /// Room for pure hooks or for the others, on a machine with so many processors.
    pub const fn of(pure: bool, cores: usize) -> Self {
        let wait = Duration::from_millis(100);
        if pure {
            Self { plugin: 4, tenant: 8, node: 2 * cores, wait }
        } else {
            Self { plugin: 8, tenant: 16, node: 64, wait }
        }
    }

    /// Room for points for many inputs at once: a job takes longer than a call, and whoever waits for one does, too.
    pub const fn batch(cores: usize) -> Self {
        let node = if cores < 2 { 1 } else { cores / 2 };
        Self { plugin: 1, tenant: 2, node, wait: Duration::from_secs(2) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plug_in_has_less_where_it_asks_for_less_and_never_more_than_there_is() {
        for hook in Hook::ALL {
            let usual = Limits::of(hook);
            let asked = |cpu_ms, memory_mib| usual.lowered(Lowered { cpu_ms, memory_mib });
            assert_eq!(asked(None, None), usual);
            let more = asked(Some(10_000), Some(4_000_000_000));
            assert_eq!(more, Limits { memory: 32 * MIB, ..usual }, "{}", hook.as_str());
            let less = asked(Some(5), Some(0));
            assert_eq!((less.cpu, less.memory), (Duration::from_millis(5), MIB));
            assert_eq!(Hook::parse(hook.as_str()), Some(hook));
        }
    }

    #[test]
    fn a_pure_hook_has_half_the_memory_until_its_manifest_asks_for_all() {
        let of = |hook, memory_mib| Limits::of(hook).lowered(Lowered { cpu_ms: None, memory_mib }).memory / MIB;
        for hook in Hook::ALL {
            let usual = if hook.is_pure() { 16 } else { 32 };
            let all = [None, Some(8), Some(16), Some(24), Some(32), Some(33)].map(|asked| of(hook, asked));
            assert_eq!(all, [usual, 8, 16, 24, 32, 32], "{}", hook.as_str());
        }
    }

    #[test]
    fn a_job_has_more_than_a_call_and_less_room() {
        let (job, call) = (Limits::batch(), Limits::of(Hook::Score));
        assert_eq!((job.memory, job.input, job.output, job.log), (64 * MIB, MIB, 256 * KIB, 64 * KIB));
        assert_eq!((job.calls, job.rows, job.cpu), (32, 5_000, Duration::from_secs(1)));
        assert!(job.cpu > call.cpu && job.total > call.total && job.lines > call.lines);
        assert_eq!([1, 2, 8, 9].map(|cores| Room::batch(cores).node), [1, 1, 4, 4]);
        assert_eq!((Room::batch(8).plugin, Room::batch(8).tenant), (1, 2));
    }
}
