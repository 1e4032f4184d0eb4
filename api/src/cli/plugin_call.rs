//! What a plug-in's component is asked in a test: what, on what day, on whose behalf, and what the platform tells it
//! meanwhile.

use declarative::Capabilities;
use host::Ask;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::cli::plugin_recorded::Exchange;

/// What is asked.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(untagged)]
pub enum About {
    /// Whether a form may be submitted.
    Form { matter: String, form: Json },
    /// Points.
    Points { scheme: String, input: Json },
    /// Values of a field.
    Values { field: String, parents: Vec<Json> },
    /// A mutation.
    Act { mutation: String, args: Json },
    /// What is to be done after a case has moved.
    Move { case: Json, from: String, to: String },
}

impl About {
    /// The question as the host takes it.
    pub fn ask(&self) -> Ask {
        match self {
            Self::Form { matter, form } => {
                Ask::Validate { hook: format!("{matter}.submit"), form: form.to_string(), before: None }
            }
            Self::Points { scheme, input } => Ask::Score { scheme: scheme.clone(), input: input.to_string() },
            Self::Values { field, parents } => {
                let parents = parents.iter().map(Json::to_string).collect();
                Ask::Resolve { field: field.clone(), parents, args: "{}".into() }
            }
            Self::Act { mutation, args } => Ask::Act { mutation: mutation.clone(), args: args.to_string() },
            Self::Move { case, from, to } => {
                Ask::OnTransition { item: case.to_string(), from: from.clone(), to: to.clone() }
            }
        }
    }
}

/// On whose behalf it is asked, and what the platform tells it. All of it may be left out: then nobody asks, nothing is
/// set and nothing granted.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default)]
pub struct Setting {
    /// Who asks.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub actor: String,
    /// In which roles.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// What the administrator has set for the plug-in.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub config: Map<String, Json>,
    /// What the administrator has granted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grants: Option<Capabilities>,
    /// What the component asks of the platform, and what it is told: all of it, where there is a list at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub platform: Option<Vec<Exchange>>,
}

impl Setting {
    /// The names of its members.
    pub const MEMBERS: [&'static str; 5] = ["actor", "roles", "config", "grants", "platform"];
}
