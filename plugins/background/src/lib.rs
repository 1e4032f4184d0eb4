//! Threads for what may wait (后台线程): they get less of the processor than others, and give it up at once when another
//! thread wakes.
//!
//! Less alone is not enough. Whatever its priority, a thread that Linux has chosen runs for a while undisturbed, some
//! milliseconds until the next tick of its clock, and whoever has to answer a request waits for that several times over.
//! A thread that asks for longer turns than others (since Linux 6.12) is one that they may interrupt; it is owed no more of
//! the processor for it.

use std::io;

/// Nanoseconds: longer than the turns that threads have which ask for none, and no longer, since who is not owed the processor
/// yet when it wakes still waits for as long (before Linux 6.17; then it waits no longer than for others).
#[cfg(target_os = "linux")]
const TURN: u64 = 10_000_000;

/// Has the calling thread stand back by so many steps of `nice`, and be interrupted by whoever wakes. A system that knows
/// no turns only has it stand back.
///
/// # Errors
/// The system does not allow it or does not have it; the thread goes on as it did.
#[cfg(target_os = "linux")]
pub fn stand_back(nice: i32) -> io::Result<()> {
    let wanted = libc::sched_attr {
        size: size_of::<libc::sched_attr>() as u32,
        sched_policy: libc::SCHED_OTHER as u32,
        sched_flags: 0,
        sched_nice: nice,
        sched_priority: 0,
        sched_runtime: TURN,
        sched_deadline: 0,
        sched_period: 0,
    };
    // SAFETY: the kernel reads `size` bytes at the address, which are those of a value that lives longer than the call, and
    // keeps no pointer to it; thread 0 is the one that calls.
    let done = unsafe { libc::syscall(libc::SYS_sched_setattr, 0, &raw const wanted, 0) };
    if done == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Has the calling thread stand back.
///
/// # Errors
/// Always: it is known of Linux only.
#[cfg(not(target_os = "linux"))]
pub fn stand_back(_: i32) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::thread;

    use super::*;

    /// How the calling thread is treated: its `nice`, and how long its turns are, 0 where the system knows none.
    fn treated() -> (i32, u64) {
        // SAFETY: every field is a number, for which zero is a value.
        let mut found: libc::sched_attr = unsafe { std::mem::zeroed() };
        let size = size_of::<libc::sched_attr>();
        // SAFETY: the kernel writes at most `size` bytes to the address, which belong to a value that outlives the call.
        let done = unsafe { libc::syscall(libc::SYS_sched_getattr, 0, &raw mut found, size, 0) };
        assert_eq!(done, 0, "{}", io::Error::last_os_error());
        (found.sched_nice, found.sched_runtime)
    }

    #[test]
    fn one_thread_stands_back_and_takes_long_turns_and_the_others_go_on_as_before() {
        let before = treated();
        let there = thread::spawn(|| {
            stand_back(19).unwrap();
            treated()
        });
        let turn = if before.1 == 0 { 0 } else { TURN };
        assert_eq!(there.join().unwrap(), (19, turn));
        assert_eq!(treated(), before);
    }
}
