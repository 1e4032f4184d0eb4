//! What a component may ask for, and whom.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Instant,
};

/// The platform as a component sees it during one call: whoever implements it knows the tenant and the caller, and
/// answers as it would answer the caller. It is asked from a thread that may block, and answers before `until`.
pub trait Platform: Send + Sync + 'static {
    /// Objects of the plug-in's own data by their ids; `None` for what is not there or not to be seen.
    fn get_many(&self, kind: &str, ids: &[String], until: Instant) -> Result<Vec<Option<String>>, Refused>;
    /// A page of the plug-in's own data.
    fn find(&self, kind: &str, filter: &str, after: Option<&str>, until: Instant) -> Result<String, Refused>;
    /// Objects of a view of the platform's data; `fields` are those that were granted.
    fn read(
        &self,
        view: &str,
        fields: &BTreeSet<String>,
        ids: &[String],
        until: Instant,
    ) -> Result<Vec<String>, Refused>;
    /// Calls of an operation of an agency's system.
    fn call_many(&self, name: &str, operation: &str, bodies: &[String], until: Instant)
    -> Vec<Result<String, Refused>>;
    /// It asked for something by a name that it was not granted, and is told so; `of` is in the component's words.
    fn denied(&self, _asked: &'static str, _of: &str, _until: Instant) {}
    /// A line for the plug-in's log: cut, without control characters.
    fn log(&self, level: u8, message: &str, fields: &str);
}

/// A platform that has nothing to say: for pure hooks and for tests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mute;

impl Platform for Mute {
    fn get_many(&self, _: &str, ids: &[String], _: Instant) -> Result<Vec<Option<String>>, Refused> {
        Ok(vec![None; ids.len()])
    }

    fn find(&self, _: &str, _: &str, _: Option<&str>, _: Instant) -> Result<String, Refused> {
        Err(Refused::Unavailable("there is no data".into()))
    }

    fn read(&self, _: &str, _: &BTreeSet<String>, _: &[String], _: Instant) -> Result<Vec<String>, Refused> {
        Err(Refused::Unavailable("there is no data".into()))
    }

    fn call_many(&self, _: &str, _: &str, bodies: &[String], _: Instant) -> Vec<Result<String, Refused>> {
        bodies.iter().map(|_| Err(Refused::Unavailable("there is no connector".into()))).collect()
    }

    fn log(&self, _: u8, _: &str, _: &str) {}
}

/// Why something was not done; what is said is shown to the plug-in or comes from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// What was given cannot be right.
    BadInput(String),
    /// It is not granted.
    Denied(String),
    /// It cannot be had now.
    Unavailable(String),
    /// It failed.
    Internal(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BadInput(text) => write!(f, "bad input: {text}"),
            Self::Denied(text) => write!(f, "denied: {text}"),
            Self::Unavailable(text) => write!(f, "unavailable: {text}"),
            Self::Internal(text) => write!(f, "internal: {text}"),
        }
    }
}

/// What the tenant's administrator has granted (授权); asked before the platform is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// Views of the platform's data and their fields.
    pub views: BTreeMap<String, BTreeSet<String>>,
    /// Kinds of the plug-in's own data.
    pub kinds: BTreeSet<String>,
    /// Connectors.
    pub connectors: BTreeSet<String>,
}
