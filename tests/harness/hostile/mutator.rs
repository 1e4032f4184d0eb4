//! Damaged and recombined documents, any number, the same for the same seed.

use rand::{Rng, SeedableRng, rngs::StdRng};

use super::corpus;

/// Longer seeds are cut: what matters about them is known, and the mutations should be many.
const LONGEST_SEED: usize = 6_000;

/// What a mutation may put anywhere.
const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "\"",
    "\"\"\"",
    "\\",
    "\n",
    "#",
    ",",
    ":",
    "...",
    "@",
    "!",
    "$v",
    "=",
    "&",
    "|",
    "on",
    "null",
    "true",
    "query",
    "fragment",
    "F0",
    "__typename",
    "units",
    "nodes",
    "first:1",
    "1e400",
    "-",
    "0.",
    "\u{feff}",
    "\u{0}",
    "组",
    "{units{nodes{id}}}",
    "[[[[[[[[",
    "{a:{a:{a:",
    "...on Query{",
    "\"\\uD800\"",
];

/// Makes documents from those of the corpus.
pub struct Mutator {
    random: StdRng,
    seeds: Vec<Vec<char>>,
}

impl Mutator {
    pub fn new(seed: u64) -> Self {
        let texts = corpus().into_iter().filter_map(|h| h.document);
        let seeds = texts.map(|text| text.chars().take(LONGEST_SEED).collect()).collect();
        Self { random: StdRng::seed_from_u64(seed), seeds }
    }

    /// The next document.
    pub fn document(&mut self) -> String {
        let mut text = self.seed();
        for _ in 0..self.random.random_range(1..=6) {
            self.change(&mut text);
        }
        text.into_iter().collect()
    }

    fn seed(&mut self) -> Vec<char> {
        let at = self.random.random_range(0..self.seeds.len());
        self.seeds[at].clone()
    }

    fn change(&mut self, text: &mut Vec<char>) {
        if text.is_empty() {
            *text = self.seed();
        }
        let (a, b) = (self.random.random_range(0..=text.len()), self.random.random_range(0..=text.len()));
        let range = a.min(b)..a.max(b);
        match self.random.random_range(0..6) {
            0 => drop(text.drain(range)),
            1 => {
                let piece = PIECES[self.random.random_range(0..PIECES.len())];
                text.splice(a..a, piece.chars());
            }
            2 => {
                let piece: Vec<char> = text[range].iter().take(200).copied().collect();
                let times = self.random.random_range(1..60);
                text.splice(a.min(b)..a.min(b), piece.repeat(times));
            }
            3 => {
                let other = self.seed();
                let from = self.random.random_range(0..=other.len());
                text.truncate(a);
                text.extend(&other[from..]);
            }
            4 => {
                if let Some(c) = text.get_mut(a) {
                    *c = char::from_u32(self.random.random_range(0..0x3000)).unwrap_or(' ');
                }
            }
            _ => text.truncate(a),
        }
    }
}
