//! Processes of ours.

use std::{
    fs,
    process::{Child, Command},
    time::{Duration, Instant},
};

/// Sends a signal to a process, by the name that `kill` knows.
pub fn signal(pid: u32, name: &str) {
    let sent = Command::new("kill").arg(format!("-{name}")).arg(pid.to_string()).status().unwrap();
    // A process that is gone already needs no signal.
    let _ = sent;
}

/// The process and all below it.
pub fn family(pid: u32) -> Vec<u32> {
    let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let children = children.split_whitespace().filter_map(|text| text.parse().ok());
    let mut all = vec![pid];
    all.extend(children.flat_map(family));
    all
}

/// Waits for the end of a process; kills it when it does not come.
pub fn ended(child: &mut Child, within: Duration) {
    let begun = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if begun.elapsed() > within {
            let _ = child.kill();
            let _ = child.wait();
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}
