//! What the policy text means, read naively: no table, no engine, no shared code.

use std::collections::BTreeSet;

pub(super) struct Reference<'a> {
    lines: Vec<Vec<&'a str>>,
}

impl<'a> Reference<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let lines = text.lines().filter(|line| line.starts_with("p,") || line.starts_with("g,"));
        Self { lines: lines.map(|line| line.split(", ").collect()).collect() }
    }

    /// The scopes allowed, or nothing.
    pub(super) fn decide(&self, roles: &[&'a str], resource: &str, action: &str) -> BTreeSet<&'a str> {
        let mut names = roles.to_vec();
        let mut next = 0;
        while next < names.len() {
            let name = names[next];
            let links = self.lines.iter().filter(|line| line[0] == "g" && line[1] == name);
            names.extend(links.map(|line| line[2]));
            next += 1;
        }
        let mut scopes = BTreeSet::new();
        for line in self.lines.iter().filter(|line| line[0] == "p" && names.contains(&line[1])) {
            if (line[2] == resource || line[2] == "*") && (line[3] == action || line[3] == "*") {
                if line[5] == "deny" {
                    return BTreeSet::new();
                }
                scopes.insert(line[4]);
            }
        }
        scopes
    }
}

/// A small generator (SplitMix64), so that a failure repeats from its seed.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).unwrap()
    }

    pub(super) fn pick<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}
