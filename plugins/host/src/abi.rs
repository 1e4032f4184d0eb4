//! The types of `wit/since_1_0` as Rust has them.

use wasmtime::component::{ComponentType, Lift, Lower};

use crate::platform::Refused;

/// On whose behalf and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Context {
    /// Tells this call from every other.
    #[component(name = "call-id")]
    pub call_id: String,
    /// The tenant's code (行政区划代码).
    #[component(name = "tenant-code")]
    pub tenant_code: String,
    /// The moment of the request, in milliseconds of 1970.
    #[component(name = "now-ms")]
    pub now_ms: i64,
    /// The civil date of the request.
    pub today: String,
    /// What the tenant has set for the plug-in, as JSON.
    pub config: String,
    /// Who asks.
    pub actor: String,
    /// In which roles.
    pub roles: Vec<String>,
}

impl Context {
    pub(crate) fn bytes(&self) -> usize {
        let roles: usize = self.roles.iter().map(String::len).sum();
        self.call_id.len() + self.tenant_code.len() + self.today.len() + self.config.len() + self.actor.len() + roles
    }
}

/// How much a problem weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(enum)]
#[repr(u8)]
pub enum Level {
    /// The form is refused.
    #[component(name = "error")]
    Error,
    /// The form is accepted if a reason is given.
    #[component(name = "warn")]
    Warn,
}

/// What is wrong with a form.
#[derive(Clone, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Problem {
    /// The field.
    pub path: String,
    /// A stable word.
    pub code: String,
    /// What is wrong, in Chinese.
    pub message: String,
    /// How much it weighs.
    pub level: Level,
}

/// Points for one item, in hundredths.
#[derive(Clone, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct ScoreLine {
    /// The item.
    pub item: String,
    /// Points, in hundredths.
    pub points: i64,
    /// The most there can be, in hundredths.
    pub max: i64,
    /// Why.
    pub reason: String,
    /// What it rests on.
    pub evidence: Vec<String>,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum Effect {
    /// A field of the plug-in gets a value.
    #[component(name = "set-field")]
    SetField((String, String)),
    /// A task is opened.
    #[component(name = "open-task")]
    OpenTask(String),
    /// Somebody is told.
    #[component(name = "notify")]
    Notify(String),
    /// Another matter is begun.
    #[component(name = "start-matter")]
    StartMatter(String),
}

/// What became of a mutation of the plug-in's own.
#[derive(Clone, Debug, PartialEq, Eq, ComponentType, Lift, Lower)]
#[component(record)]
pub struct Acted {
    /// The answer, as JSON.
    pub answer: String,
    /// Why it is refused, where it is.
    pub problems: Vec<Problem>,
    /// What is to be done.
    pub effects: Vec<Effect>,
}

#[derive(Clone, Debug, ComponentType, Lift, Lower)]
#[component(variant)]
pub enum GuestFault {
    #[component(name = "bad-input")]
    BadInput(String),
    #[component(name = "denied")]
    Denied(String),
    #[component(name = "unavailable")]
    Unavailable(String),
    #[component(name = "internal")]
    Internal(String),
}

impl From<GuestFault> for Refused {
    fn from(fault: GuestFault) -> Self {
        match fault {
            GuestFault::BadInput(text) => Self::BadInput(text),
            GuestFault::Denied(text) => Self::Denied(text),
            GuestFault::Unavailable(text) => Self::Unavailable(text),
            GuestFault::Internal(text) => Self::Internal(text),
        }
    }
}

impl From<Refused> for GuestFault {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::BadInput(text) => Self::BadInput(text),
            Refused::Denied(text) => Self::Denied(text),
            Refused::Unavailable(text) => Self::Unavailable(text),
            Refused::Internal(text) => Self::Internal(text),
        }
    }
}

pub type Outcome<T> = (Result<T, GuestFault>,);
pub type ValidateIn = (Context, String, String, Option<String>);
pub type ScoreIn = (Context, String, String);
pub type OnTransitionIn = (Context, String, String, String);
pub type ResolveIn = (Context, String, Vec<String>, String);
pub type ActIn = (Context, String, String);
