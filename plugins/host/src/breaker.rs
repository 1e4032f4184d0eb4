//! Gives a plug-in that fails again and again a rest (熔断), and in the end takes it out of service. Pure: the time is
//! given.

use std::{collections::VecDeque, time::Duration};

const LOOKED_AT: usize = 20;
const TOO_MANY: usize = 5;
const FIRST_REST: Duration = Duration::from_secs(30);
const LONGEST_REST: Duration = Duration::from_secs(3_600);
const OPENINGS: usize = 3;
const WITHIN: Duration = Duration::from_secs(3_600);

/// How it stands with a plug-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Calls pass.
    Closed,
    /// Calls are refused until then.
    Open(Duration),
    /// One call passes; what becomes of it decides.
    Trying,
    /// Calls are refused until an administrator sets it to work again.
    Disabled,
}

/// What the last result has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    #[default]
    None,
    /// It rests from now on.
    Opened,
    /// It is back.
    Closed,
    /// It is out of service.
    Disabled,
}

/// The breaker of one plug-in of one tenant. Moments are the time since any fixed one.
#[derive(Clone, Debug)]
pub struct Breaker {
    results: VecDeque<bool>,
    openings: VecDeque<Duration>,
    rest: Duration,
    state: State,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { results: VecDeque::new(), openings: VecDeque::new(), rest: FIRST_REST, state: State::Closed }
    }
}

impl Breaker {
    /// How it stands.
    pub const fn state(&self) -> State {
        self.state
    }

    /// Whether a call may pass now. Whoever is let through says what became of it by `record`.
    pub fn admit(&mut self, now: Duration) -> bool {
        let passes = self.would_admit(now);
        if passes && matches!(self.state, State::Open(_)) {
            self.state = State::Trying;
        }
        passes
    }

    /// Whether a call would pass now. Nothing changes by it: the one try that ends a rest is still to be had.
    pub fn would_admit(&self, now: Duration) -> bool {
        match self.state {
            State::Closed => true,
            State::Open(until) => now >= until,
            State::Trying | State::Disabled => false,
        }
    }

    /// A call that was let through was given up before it could say anything: the next one may try instead.
    pub fn abandon(&mut self, now: Duration) {
        if self.state == State::Trying {
            self.state = State::Open(now);
        }
    }

    /// What became of a call.
    pub fn record(&mut self, failed: bool, now: Duration) -> Change {
        match self.state {
            State::Disabled | State::Open(_) => Change::None,
            State::Trying if failed => {
                self.rest = (self.rest * 2).min(LONGEST_REST);
                self.open(now)
            }
            State::Trying => {
                self.state = State::Closed;
                self.results.clear();
                Change::Closed
            }
            State::Closed => {
                self.results.push_back(failed);
                if self.results.len() > LOOKED_AT {
                    self.results.pop_front();
                }
                if self.results.iter().filter(|failed| **failed).count() < TOO_MANY {
                    // A whole window without a fault ends the doubling.
                    if self.results.len() == LOOKED_AT && !self.results.contains(&true) {
                        self.rest = FIRST_REST;
                    }
                    return Change::None;
                }
                self.open(now)
            }
        }
    }

    fn open(&mut self, now: Duration) -> Change {
        self.results.clear();
        self.openings.push_back(now);
        while self.openings.front().is_some_and(|first| now.saturating_sub(*first) > WITHIN) {
            self.openings.pop_front();
        }
        if self.openings.len() >= OPENINGS {
            self.state = State::Disabled;
            return Change::Disabled;
        }
        self.state = State::Open(now + self.rest);
        Change::Opened
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn five_faults_in_twenty_calls_open_it_for_thirty_seconds() {
        let mut breaker = Breaker::default();
        for call in 0..100 {
            assert!(breaker.admit(at(0)));
            assert_eq!(breaker.record(call % 5 == 4, at(0)), Change::None, "four in twenty are borne");
        }
        assert_eq!(breaker.record(true, at(1)), Change::Opened, "five are not");
        assert_eq!(breaker.state(), State::Open(at(31)));
        assert!(!breaker.would_admit(at(30)) && !breaker.admit(at(30)));
        assert!(breaker.would_admit(at(31)) && breaker.admit(at(31)), "who only asks takes no try");
        assert!(!breaker.would_admit(at(31)));
        assert!(!breaker.admit(at(31)), "one call tries, the others wait for what becomes of it");
        assert_eq!(breaker.record(false, at(32)), Change::Closed);
        assert!(breaker.admit(at(32)));
    }

    #[test]
    fn the_rest_doubles_and_the_third_opening_in_an_hour_ends_it() {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            breaker.record(true, at(0));
        }
        assert!(breaker.admit(at(30)));
        assert_eq!(breaker.record(true, at(30)), Change::Opened);
        assert_eq!(breaker.state(), State::Open(at(90)));
        assert!(breaker.admit(at(90)));
        assert_eq!(breaker.record(true, at(90)), Change::Disabled);
        assert!(!breaker.admit(at(1_000_000)));
    }

    #[test]
    fn openings_of_another_hour_do_not_count() {
        let mut breaker = Breaker::default();
        for hour in 0..6 {
            let now = at(hour * 4_000);
            assert!(breaker.admit(now), "{hour}");
            breaker.record(false, now);
            for _ in 0..5 {
                breaker.record(true, now);
            }
            assert!(matches!(breaker.state(), State::Open(_)), "{hour}");
        }
    }

    #[test]
    fn a_try_that_was_given_up_leaves_the_next_one_to_try() {
        let mut breaker = Breaker::default();
        for _ in 0..5 {
            breaker.record(true, at(0));
        }
        assert!(breaker.admit(at(30)));
        breaker.abandon(at(31));
        assert!(breaker.admit(at(31)));
    }
}
