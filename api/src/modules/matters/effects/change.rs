//! What an approved matter will do to the personnel register (拟办人员变动), as it stands in the approval.

use chrono::NaiveDate;
use entities::{
    approval,
    values::{CadreState, CivilServantRank, EffectKind, PostLevel},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    kernel::id::{ObjectType, parse, publish},
    modules::organisation::catalogue::Unit,
};

/// Which posts end with the change (免职范围).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ends {
    /// None.
    #[default]
    None,
    /// The main post.
    Main,
    /// All of them.
    All,
}

/// A post that begins with the change (拟任职务).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NewPost {
    /// Where, as a published id.
    pub unit: String,
    /// Its title.
    pub title: String,
    /// Its leadership level.
    pub level: PostLevel,
    /// Whether it is the main post.
    pub is_main: bool,
    /// Its last day, where that is known from the start.
    pub ended_on: Option<NaiveDate>,
}

/// The change as a whole. It is decided with the approval, so that completion has nothing left to decide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// What it is.
    pub kind: EffectKind,
    /// States from which it is possible; in any other the register keeps what is true.
    pub from: Vec<CadreState>,
    /// The first day.
    pub effective_on: NaiveDate,
    /// The new state.
    pub state: Option<CadreState>,
    /// The new rank.
    pub rank: Option<CivilServantRank>,
    /// The unit served from then on, as a published id.
    pub unit: Option<String>,
    /// Which posts end.
    pub ends: Ends,
    /// Their last day.
    pub last_day: Option<NaiveDate>,
    /// The post that begins.
    pub post: Option<NewPost>,
    /// The first day after a secondment.
    pub returns_on: Option<NaiveDate>,
}

impl Change {
    /// A change of a kind from a day on that does nothing yet.
    pub fn new(kind: EffectKind, from: &[CadreState], effective_on: NaiveDate) -> Self {
        Self {
            kind,
            from: from.to_vec(),
            effective_on,
            state: None,
            rank: None,
            unit: None,
            ends: Ends::None,
            last_day: None,
            post: None,
            returns_on: None,
        }
    }

    /// The change that an approval decided; none where the matter changes no register.
    pub fn of(approval: &approval::Model) -> Option<Self> {
        serde_json::from_value(approval.choice.get("change")?.clone()).ok()
    }
}

/// A unit's published id.
pub fn unit_ref(id: Uuid) -> String {
    publish(Unit::PREFIX, id)
}

/// The unit of a published id.
pub fn unit_id(text: &str) -> Option<Uuid> {
    parse(text).map(|(_, id)| id)
}
