//! The platform as a test has written it down (录制的答复): what a component asks of it, and what it is told, be it that
//! it cannot have it.

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};

use host::{Mute, Platform, Refused};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// A question of a component and what it is told.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub enum Exchange {
    /// Objects of the platform.
    #[serde(rename = "core.read")]
    Read { view: String, ids: Vec<String>, told: Told<Vec<Json>> },
    /// Cases of its own matters by their ids; `null` for one that is not there or not to be seen.
    #[serde(rename = "data.get-many")]
    GetMany { matter: String, ids: Vec<String>, told: Told<Vec<Json>> },
    /// A page of them.
    #[serde(rename = "data.find")]
    Find {
        matter: String,
        filter: Json,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<String>,
        told: Told<Json>,
    },
    /// An agency's system, which answers each body by itself.
    #[serde(rename = "connector.call-many")]
    Call { connector: String, operation: String, bodies: Vec<Json>, told: Vec<Told<Json>> },
}

/// What is told: `{"ok": …}`, or why there is nothing, as in `{"unavailable": "TIMEOUT"}`.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum Told<T> {
    /// The answer.
    Ok(T),
    /// What was given cannot be right.
    BadInput(String),
    /// It is not granted.
    Denied(String),
    /// It cannot be had now.
    Unavailable(String),
    /// It failed.
    Internal(String),
}

impl<T> Told<T> {
    fn into_result(self) -> Result<T, Refused> {
        Err(match self {
            Self::Ok(answer) => return Ok(answer),
            Self::BadInput(words) => Refused::BadInput(words),
            Self::Denied(words) => Refused::Denied(words),
            Self::Unavailable(words) => Refused::Unavailable(words),
            Self::Internal(words) => Refused::Internal(words),
        })
    }
}

impl Exchange {
    /// The same question, which the platform does not answer now.
    pub fn refused(&mut self, words: &str) {
        match self {
            Self::Read { told, .. } | Self::GetMany { told, .. } => *told = Told::Unavailable(words.into()),
            Self::Find { told, .. } => *told = Told::Unavailable(words.into()),
            Self::Call { told, .. } => told.iter_mut().for_each(|one| *one = Told::Unavailable(words.into())),
        }
    }

    /// The question alone, for people.
    fn question(&self) -> String {
        match self {
            Self::Read { view, ids, .. } => format!("core.read {view} {ids:?}"),
            Self::GetMany { matter, ids, .. } => format!("data.get-many {matter} {ids:?}"),
            Self::Find { matter, filter, after, .. } => {
                format!("data.find {matter} {filter} {}", after.as_deref().unwrap_or_default())
            }
            Self::Call { connector, operation, bodies, .. } => {
                format!("connector.call-many {connector} {operation} {}", Json::Array(bodies.clone()))
            }
        }
    }
}

/// A platform that tells what was written down, each answer once, and has nothing else to say.
pub struct Recorded {
    /// Whether there is a list at all: then all that is asked has to be on it.
    listed: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    left: Vec<Exchange>,
    unlisted: Vec<String>,
    refused: bool,
}

impl Recorded {
    /// One that tells this.
    pub fn new(exchanges: Option<&[Exchange]>) -> Self {
        let left = exchanges.unwrap_or_default().to_vec();
        Self { listed: exchanges.is_some(), state: Mutex::new(State { left, ..State::default() }) }
    }

    /// What was asked and not written down, and what was written down and not asked.
    pub fn odd(&self) -> Vec<String> {
        let state = self.state();
        let unlisted = state.unlisted.iter().map(|question| format!("问了没有记录的 {question}"));
        let left = state.left.iter().map(|exchange| format!("没有问到所记录的 {}", exchange.question()));
        unlisted.chain(left).collect()
    }

    /// Whether the component was refused something.
    pub fn has_refused(&self) -> bool {
        self.state().refused
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is told to the first of the questions that is this one; each is told once. `asked` is the question for people.
    fn told<T>(&self, asked: String, pick: impl Fn(&Exchange) -> Option<T>) -> Option<T> {
        let mut state = self.state();
        let found = state.left.iter().enumerate().find_map(|(place, exchange)| Some((place, pick(exchange)?)));
        match found {
            Some((place, told)) => {
                state.left.remove(place);
                Some(told)
            }
            None => {
                state.refused = true;
                if self.listed {
                    state.unlisted.push(asked);
                }
                None
            }
        }
    }

    fn noted<T>(&self, told: Told<T>) -> Result<T, Refused> {
        let told = told.into_result();
        if told.is_err() {
            self.state().refused = true;
        }
        told
    }
}

/// Of an object its id and the fields that were granted, as the platform tells it.
fn granted(mut object: Json, fields: &BTreeSet<String>) -> String {
    if let Some(members) = object.as_object_mut() {
        members.retain(|name, _| name == "id" || fields.contains(name));
    }
    object.to_string()
}

/// What a component wrote, to be compared: the order of members says nothing.
fn parsed(text: &str) -> Json {
    serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.into()))
}

impl Platform for Recorded {
    fn get_many(&self, kind: &str, ids: &[String], until: Instant) -> Result<Vec<Option<String>>, Refused> {
        let told = self.told(format!("data.get-many {kind} {ids:?}"), |exchange| match exchange {
            Exchange::GetMany { matter, ids: these, told } if matter == kind && these == ids => Some(told.clone()),
            _ => None,
        });
        let Some(told) = told else { return Mute.get_many(kind, ids, until) };
        let objects = self.noted(told)?.into_iter();
        Ok(objects.map(|object| (!object.is_null()).then(|| object.to_string())).collect())
    }

    fn find(&self, kind: &str, filter: &str, after: Option<&str>, until: Instant) -> Result<String, Refused> {
        let wanted = parsed(filter);
        let asked = format!("data.find {kind} {filter} {}", after.unwrap_or_default());
        let told = self.told(asked, |exchange| match exchange {
            Exchange::Find { matter, filter, after: this, told }
                if matter == kind && *filter == wanted && this.as_deref() == after =>
            {
                Some(told.clone())
            }
            _ => None,
        });
        let Some(told) = told else { return Mute.find(kind, filter, after, until) };
        self.noted(told).map(|page| page.to_string())
    }

    fn read(
        &self,
        view: &str,
        fields: &BTreeSet<String>,
        ids: &[String],
        until: Instant,
    ) -> Result<Vec<String>, Refused> {
        let told = self.told(format!("core.read {view} {ids:?}"), |exchange| match exchange {
            Exchange::Read { view: of, ids: these, told } if of == view && these == ids => Some(told.clone()),
            _ => None,
        });
        let Some(told) = told else { return Mute.read(view, fields, ids, until) };
        Ok(self.noted(told)?.into_iter().map(|object| granted(object, fields)).collect())
    }

    fn call_many(
        &self,
        name: &str,
        operation: &str,
        bodies: &[String],
        until: Instant,
    ) -> Vec<Result<String, Refused>> {
        let wanted: Vec<Json> = bodies.iter().map(|body| parsed(body)).collect();
        let asked = format!("connector.call-many {name} {operation} [{}]", bodies.join(","));
        let told = self.told(asked, |exchange| match exchange {
            // As many answers as there are questions, or it is no record of this call.
            Exchange::Call { connector, operation: this, bodies: these, told }
                if connector == name && this == operation && *these == wanted && told.len() == wanted.len() =>
            {
                Some(told.clone())
            }
            _ => None,
        });
        let Some(told) = told else { return Mute.call_many(name, operation, bodies, until) };
        told.into_iter().map(|one| self.noted(one).map(|answer| answer.to_string())).collect()
    }

    fn log(&self, _: u8, _: &str, _: &str) {}
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn exchanges(list: Json) -> Vec<Exchange> {
        serde_json::from_value(list).unwrap()
    }

    #[test]
    fn what_was_written_down_is_told_once_and_failures_are_told_as_such() {
        let list = exchanges(json!([
            { "core.read": { "view": "Cadre", "ids": ["a"], "told": { "ok": [{ "id": "a", "rank": "R", "secret": 1 }] } } },
            { "core.read": { "view": "Cadre", "ids": ["a"], "told": { "denied": "FORBIDDEN" } } },
            { "data.get-many": { "matter": "apply", "ids": ["x", "y"], "told": { "ok": [null, { "id": "y" }] } } },
            { "data.find": { "matter": "apply", "filter": { "a": 1, "b": 2 }, "told": { "unavailable": "RESTING" } } },
            { "connector.call-many": { "connector": "hr", "operation": "pay", "bodies": [{ "n": 1 }, { "n": 2 }],
              "told": [{ "ok": { "done": true } }, { "unavailable": "TIMEOUT" }] } },
        ]));
        let text = serde_json::to_string(&list).unwrap();
        assert_eq!(serde_json::from_str::<Vec<Exchange>>(&text).unwrap(), list, "{text}");
        let platform = Recorded::new(Some(&list));
        let until = Instant::now();
        let fields = BTreeSet::from(["rank".to_string()]);
        let read = || platform.read("Cadre", &fields, &["a".into()], until);
        assert_eq!(read().unwrap(), [r#"{"id":"a","rank":"R"}"#]);
        assert!(!platform.has_refused());
        assert_eq!(read(), Err(Refused::Denied("FORBIDDEN".into())));
        assert!(platform.has_refused());
        let cases = platform.get_many("apply", &["x".into(), "y".into()], until).unwrap();
        assert_eq!(cases, [None, Some(r#"{"id":"y"}"#.to_string())]);
        let page = platform.find("apply", r#"{"b":2,"a":1}"#, None, until);
        assert_eq!(page, Err(Refused::Unavailable("RESTING".into())));
        let answers = platform.call_many("hr", "pay", &[r#"{"n":1}"#.into(), r#"{"n":2}"#.into()], until);
        let wanted = [Ok(r#"{"done":true}"#.to_string()), Err(Refused::Unavailable("TIMEOUT".into()))];
        assert_eq!(answers, wanted);
        assert_eq!(platform.odd(), Vec::<String>::new());
        assert!(read().is_err());
        assert_eq!(platform.odd(), [r#"问了没有记录的 core.read Cadre ["a"]"#]);
    }

    #[test]
    fn what_is_not_asked_is_told_and_what_no_platform_says_is_no_record() {
        let list = exchanges(json!([
            { "core.read": { "view": "Unit", "ids": [], "told": { "ok": [] } } },
        ]));
        assert_eq!(Recorded::new(Some(&list)).odd(), ["没有问到所记录的 core.read Unit []"]);
        let none = Recorded::new(None);
        assert!(none.find("apply", "{}", None, Instant::now()).is_err());
        assert_eq!(none.odd(), Vec::<String>::new(), "a test without a list says nothing of what is asked");
        for wrong in [
            json!({ "core.read": { "view": "Unit", "ids": [], "told": { "gone": "x" } } }),
            json!({ "core.read": { "view": "Unit", "ids": [], "told": { "ok": [] }, "more": 1 } }),
            json!({ "core.write": { "view": "Unit", "ids": [], "told": { "ok": [] } } }),
            json!({ "core.read": { "view": "Unit", "ids": [] } }),
        ] {
            assert!(serde_json::from_value::<Exchange>(wrong.clone()).is_err(), "{wrong}");
        }
    }
}
