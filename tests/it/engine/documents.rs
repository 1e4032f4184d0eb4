//! Random documents: what is asked for as a tree, and the same written with aliases, fragments, directives and fields
//! asked for twice.

use rand::{Rng, rngs::StdRng, seq::IndexedRandom};

/// Plain fields, relations to one, lists.
pub type Shape =
    (&'static [&'static str], &'static [(&'static str, &'static str)], &'static [(&'static str, &'static str)]);

/// A field as it is asked for.
pub struct Asked {
    pub key: String,
    pub name: &'static str,
    pub arguments: String,
    pub below: Below,
}

pub enum Below {
    Nothing,
    One(&'static str, Vec<Asked>),
    Many(&'static str, Vec<Part>),
}

/// A field of a connection.
pub enum Part {
    Plain(&'static str),
    Info(Vec<&'static str>),
    Nodes(Vec<Asked>),
    Edges(Vec<Asked>),
}

/// Throws documents from a seed.
pub struct Documents<'d> {
    pub rng: StdRng,
    shape: fn(&str) -> Shape,
    /// Fields of `PageInfo` that tell of cursors; none where edges do not either.
    cursors: Option<&'static [&'static str]>,
    /// More arguments of a list of a type.
    arguments: Box<dyn FnMut(&str) -> String + Send + 'd>,
    fragments: Vec<String>,
}

impl<'d> Documents<'d> {
    pub fn new(
        rng: StdRng,
        shape: fn(&str) -> Shape,
        cursors: Option<&'static [&'static str]>,
        arguments: impl FnMut(&str) -> String + Send + 'd,
    ) -> Self {
        Self { rng, shape, cursors, arguments: Box::new(arguments), fragments: vec![] }
    }

    fn several<T: Copy>(&mut self, from: &[T], most: usize) -> Vec<T> {
        let count = self.rng.random_range(0..=most.min(from.len()));
        from.choose_multiple(&mut self.rng, count).copied().collect()
    }

    fn throw(&mut self, ty: &str, depth: usize) -> Vec<Asked> {
        let (plain, ones, lists) = (self.shape)(ty);
        let mut out = vec![];
        for name in self.several(plain, 4) {
            out.push((name, String::new(), Below::Nothing));
        }
        if depth > 0 {
            for (name, target) in self.several(ones, 1) {
                out.push((name, String::new(), Below::One(target, self.throw(target, depth - 1))));
            }
            for (name, target) in self.several(lists, 1) {
                let (arguments, parts) = self.list(target, depth);
                out.push((name, arguments, Below::Many(target, parts)));
            }
        }
        if out.is_empty() {
            out.push(("id", String::new(), Below::Nothing));
        }
        let alias = |(i, (name, arguments, below)): (usize, (&'static str, String, Below))| {
            let key = if i % 3 != 2 { name.to_string() } else { format!("a{i}_{name}") };
            Asked { key, name, arguments, below }
        };
        out.into_iter().enumerate().map(alias).collect()
    }

    /// The arguments of a list, and what is asked of it.
    pub fn list(&mut self, ty: &'static str, depth: usize) -> (String, Vec<Part>) {
        let size = self.rng.random_range(1..=3);
        let end = *["first", "last"].choose(&mut self.rng).unwrap();
        let mut parts = vec![];
        if self.rng.random_bool(0.4) {
            parts.push(Part::Plain("totalCount"));
        }
        if self.rng.random_bool(0.5) {
            let cursors = self.cursors.unwrap_or_default();
            let all: Vec<&str> = [&["hasNextPage", "hasPreviousPage"], cursors].concat();
            parts.push(Part::Info(self.several(&all, 4)));
        }
        let nodes = self.rng.random_bool(0.5);
        let below = self.throw(ty, depth - 1);
        parts.push(if nodes { Part::Nodes(below) } else { Part::Edges(below) });
        parts.push(Part::Plain("__typename"));
        (format!("({end}: {size}{})", (self.arguments)(ty)), parts)
    }

    /// The document; `declared` are its variables beside `$yes`.
    pub fn whole(&mut self, asked: &[Asked], declared: &str) -> String {
        self.fragments.clear();
        let text = self.written("Query", asked);
        let text = format!("{{ {text} }} {}", self.fragments.join(" "));
        let yes = if text.contains("$yes") { "$yes: Boolean! = true" } else { "" };
        match (yes, declared) {
            ("", "") => text,
            (yes, declared) => format!("query({yes} {declared}) {text}"),
        }
    }

    fn written(&mut self, ty: &str, asked: &[Asked]) -> String {
        let mut out = String::new();
        for field in asked {
            let alias = if field.key == field.name { String::new() } else { format!("{}: ", field.key) };
            let head = format!("{alias}{}{}", field.name, field.arguments);
            let text = match &field.below {
                Below::Nothing => head,
                Below::One(target, below) => {
                    // In two halves, which are one object in the answer.
                    let (one, two) = below.split_at(self.rng.random_range(1..=below.len()));
                    let again = match two {
                        [] => String::new(),
                        two => format!(" ... on {ty} {{ {head} {{ {} }} }}", self.written(target, two)),
                    };
                    format!("{head} {{ {} }}{again}", self.written(target, one))
                }
                Below::Many(target, parts) => {
                    let parts: Vec<String> = parts.iter().map(|p| self.part(target, p)).collect();
                    format!("{head} {{ {} }}", parts.join(" "))
                }
            };
            out.push_str(&format!(" {}", self.wrapped(ty, field, text)));
        }
        out
    }

    fn wrapped(&mut self, ty: &str, field: &Asked, text: String) -> String {
        match self.rng.random_range(0..7) {
            0 => format!("... {{ {text} }}"),
            1 => format!(
                "... on {ty} @include(if: $yes) {{ {text} }} ... on {ty} @skip(if: $yes) {{ skipped: __typename }}"
            ),
            2 if field.name == "id" => format!("... on Node {{ {text} }}"),
            3 if matches!(field.below, Below::Nothing) => format!("{text} {text}"),
            4 => {
                let name = format!("F{}", self.fragments.len());
                self.fragments.push(format!("fragment {name} on {ty} {{ {text} }}"));
                format!("... {name}")
            }
            _ => text,
        }
    }

    fn part(&mut self, ty: &str, part: &Part) -> String {
        let cursor = if self.cursors.is_some() { "cursor" } else { "" };
        match part {
            Part::Plain(name) => name.to_string(),
            Part::Info(names) => format!("pageInfo {{ __typename {} }}", names.join(" ")),
            Part::Nodes(below) => format!("nodes {{ {} }}", self.written(ty, below)),
            Part::Edges(below) => format!("edges {{ {cursor} node {{ {} }} }}", self.written(ty, below)),
        }
    }
}
