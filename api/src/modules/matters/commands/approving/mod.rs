//! What an approval of each matter is decided on, and what it will bring (审批依据), rules B-02 to B-06, D-02 to D-04,
//! F-11, H-05. A refusal of a rule reaches the client under the rule's own code.

mod entry;
mod facts;
mod leaving;
mod moving;
mod position;
mod retirement;

use chrono::NaiveDate;
use entities::{
    approval, cadre, matter_case,
    values::{ApprovalState, CadreState, CaseKind, CaseState},
};
use sea_orm::ColumnTrait;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::ApprovalCreateInput;
use crate::{
    kernel::{
        error::{Code, Fault, Faults, UserError},
        tx::Tx,
        year_month::YearMonth,
    },
    modules::{
        matters::effects::RETIREMENT,
        personnel::{commands::checks, rules::refusal::Refusal},
    },
};

pub use entry::{CandidateInput, EntryInput, Way, write as write_candidate};
pub use leaving::{DeathInput, DismissalInput, ResignationInput};
pub use moving::{MoveInput, SecondmentInput};
pub use position::PositionInput;
pub use retirement::ElasticInput;

/// What every decision knows.
pub struct Deciding<'t> {
    /// The transaction.
    pub tx: &'t Tx,
    /// Key of the matter.
    pub matter_key: &'t str,
    /// For whom.
    pub cadre: &'t cadre::Model,
    /// Number of the document.
    pub document: &'t str,
    /// Day of the decision.
    pub decided_on: NaiveDate,
    /// Month of effect.
    pub month: YearMonth,
    /// First day of effect.
    pub effective_on: NaiveDate,
    /// The tenant's thresholds for the matter; null where it has none of its own.
    pub rules: Json,
}

/// What a decision was made on, for the approval, and the change that it brings.
pub struct Decided(pub Json);

/// Which facts a matter is decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Facts {
    Elastic,
    Position,
    Resignation,
    Dismissal,
    Death,
    Move,
    Secondment,
    Entry,
    /// A matter that changes no register.
    None,
}

impl Facts {
    fn of(matter: &str) -> Self {
        match matter {
            RETIREMENT => Self::Elastic,
            "rank-change" => Self::Position,
            "resignation" => Self::Resignation,
            "dismissal" => Self::Dismissal,
            "death" => Self::Death,
            "transfer" | "open-selection" => Self::Move,
            "secondment" => Self::Secondment,
            _ if Way::of(matter).is_some() => Self::Entry,
            _ => Self::None,
        }
    }
}

/// Decides on an approval and lists every fault; what is returned is stored with it.
pub async fn decide(input: &ApprovalCreateInput, at: &Deciding<'_>, faults: &mut Faults) -> Result<Json, Fault> {
    superfluous(input, Facts::of(at.matter_key), faults);
    let wanted = |name: &str| UserError::of(Code::Required, format!("input.{name}"));
    let decided = match Facts::of(at.matter_key) {
        Facts::Elastic => {
            let elastic = input.elastic.clone().unwrap_or_default();
            return Ok(elastic.decide(at, faults));
        }
        Facts::None => return Ok(json!({})),
        Facts::Position => match &input.position {
            Some(facts) => facts.decide(at, faults).await?,
            None => return missing(wanted("position"), faults),
        },
        Facts::Resignation => match &input.resignation {
            Some(facts) => facts.decide(at, faults).await?,
            None => return missing(wanted("resignation"), faults),
        },
        Facts::Dismissal => match &input.dismissal {
            Some(facts) => facts.decide(at, faults).await?,
            None => return missing(wanted("dismissal"), faults),
        },
        Facts::Death => match &input.death {
            Some(facts) => facts.decide(at, faults),
            None => return missing(wanted("death"), faults),
        },
        Facts::Move => match &input.r#move {
            Some(facts) => facts.decide(at.matter_key == "open-selection", at, faults).await?,
            None => return missing(wanted("move"), faults),
        },
        Facts::Secondment => match &input.secondment {
            Some(facts) => facts.decide(at, faults).await?,
            None => return missing(wanted("secondment"), faults),
        },
        Facts::Entry => match (&input.entry, Way::of(at.matter_key)) {
            (Some(facts), Some(way)) => facts.decide(way, at, faults),
            _ => return missing(wanted("entry"), faults),
        },
    };
    Ok(decided.0)
}

fn missing(error: UserError, faults: &mut Faults) -> Result<Json, Fault> {
    faults.add(error);
    Ok(json!({}))
}

/// Facts of another matter are a mistake of the caller, not something to pass over.
fn superfluous(input: &ApprovalCreateInput, wanted: Facts, faults: &mut Faults) {
    let given = [
        (Facts::Elastic, "elastic", input.elastic.is_some()),
        (Facts::Position, "position", input.position.is_some()),
        (Facts::Resignation, "resignation", input.resignation.is_some()),
        (Facts::Dismissal, "dismissal", input.dismissal.is_some()),
        (Facts::Death, "death", input.death.is_some()),
        (Facts::Move, "move", input.r#move.is_some()),
        (Facts::Secondment, "secondment", input.secondment.is_some()),
        (Facts::Entry, "entry", input.entry.is_some()),
    ];
    for (facts, name, is_given) in given {
        if is_given && facts != wanted {
            let (zh, en) = ("与所批事项无关", "The matter is not decided on this.");
            faults.add(UserError::new(Code::InvalidValue, format!("input.{name}"), zh, en));
        }
    }
}

/// States in which a matter may be approved for a cadre.
pub fn states(matter: &str) -> &'static [CadreState] {
    use CadreState::{Candidate, Probation, Retired, Retiring, Serving};
    match Facts::of(matter) {
        Facts::Position | Facts::Secondment => &[Serving],
        Facts::Elastic | Facts::Resignation | Facts::Dismissal | Facts::Move => &[Probation, Serving],
        Facts::Entry => &[Candidate],
        Facts::Death | Facts::None => &[Probation, Serving, Retiring, Retired],
    }
}

/// Whether a pending investigation keeps the matter from being approved and submitted: not the end of a life, and not
/// what an investigation may lead to.
pub fn waits_for_investigations(matter: &str) -> bool {
    !matches!(Facts::of(matter), Facts::Death | Facts::Dismissal)
}

/// A rule's refusal as the client's, at the field that is meant.
pub fn refused(refusal: &Refusal, field: &str) -> UserError {
    let code = match refusal.code {
        "CALENDAR_OUT_OF_RANGE" => Code::CalendarExhausted,
        code => Code::ALL.iter().copied().find(|one| one.as_str() == code).unwrap_or(Code::InvalidValue),
    };
    UserError::new(code, field, refusal.zh.clone(), refusal.en.clone())
}

/// A title of 1 to 100 characters, if one is given.
fn title(given: Option<&str>, field: &str, faults: &mut Faults) -> Option<String> {
    given.and_then(|text| faults.take(checks::text(text, field, 100)))
}

/// The decision with the days of its publicity.
fn days(mut choice: Json, public: Json) -> Json {
    if let (Json::Object(choice), Json::Object(public)) = (&mut choice, public) {
        choice.extend(public);
    }
    choice
}

/// The approvals of some cases that stand.
async fn approvals_of(tx: &Tx, cases: Vec<Uuid>) -> Result<Vec<approval::Model>, Fault> {
    let cases = tx.parts::<matter_case::Entity>().filter(matter_case::Column::Id.is_in(cases)).all().await?;
    let approvals = tx
        .parts::<approval::Entity>()
        .filter(approval::Column::Id.is_in(cases.iter().map(|case| case.approval_id)))
        .filter(approval::Column::State.eq(ApprovalState::Active));
    Ok(approvals.all().await?)
}

/// Whether the cadre has an approval of the matter that stands and whose case is not done.
pub async fn has_open_approval(tx: &Tx, cadre: Uuid, matter: &str) -> Result<bool, Fault> {
    let approvals = tx
        .parts::<approval::Entity>()
        .filter(approval::Column::CadreId.eq(cadre))
        .filter(approval::Column::MatterKey.eq(matter))
        .filter(approval::Column::State.eq(ApprovalState::Active))
        .all()
        .await?;
    let done = tx
        .parts::<matter_case::Entity>()
        .filter(matter_case::Column::ApprovalId.is_in(approvals.iter().map(|a| a.id)))
        .filter(matter_case::Column::Kind.eq(CaseKind::Ordinary))
        .filter(matter_case::Column::State.eq(CaseState::Done))
        .count()
        .await?;
    Ok((done as usize) < approvals.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_refusal_of_a_rule_has_a_code_of_its_own() {
        for code in [
            "RANK_NOT_APPLICABLE",
            "NOT_STEPWISE",
            "TENURE_TOO_SHORT",
            "QUOTA_EXCEEDED",
            "POSTS_EXCEEDED",
            "NO_VACANCY",
            "KIND_MISMATCH",
            "PUBLICITY_TOO_SHORT",
            "PUBLICITY_NOT_OVER",
            "OBJECTION_OPEN",
            "MINIMUM_SERVICE",
            "DECLASSIFICATION_PERIOD",
            "UNFINISHED_BUSINESS",
            "UNDER_AUDIT",
            "UNDER_INVESTIGATION",
            "CRIMINAL_PROCEEDINGS",
            "DISMISSAL_BARRED",
            "DISMISSAL_GROUND",
            "REASON_MISSING",
            "DEATH_DATE",
            "BARRED_PERSON",
            "PROBATION_NOT_OVER",
            "ORIGIN_NOT_ELIGIBLE",
            "TARGET_TOO_LOW",
            "SAME_UNIT",
            "PERIOD_REVERSED",
            "PERIOD_OVERLAPS",
        ] {
            assert_eq!(refused(&Refusal::new(code, "", ""), "input").code.as_str(), code);
        }
        let calendar = refused(&Refusal::new("CALENDAR_OUT_OF_RANGE", "", ""), "input");
        assert_eq!(calendar.code, Code::CalendarExhausted);
    }

    #[test]
    fn h_05_a_matter_with_an_effect_is_decided_on_facts() {
        for key in [
            "recruitment",
            "transfer",
            "lateral-entry",
            "open-selection",
            "secondment",
            "rank-change",
            "resignation",
            "dismissal",
            "retirement",
            "death",
        ] {
            let outcome = crate::modules::matters::rules::outcome::of(key);
            assert_eq!(outcome.is_some(), Facts::of(key) != Facts::None, "{key}");
        }
        assert_eq!(Facts::of("parking-permit"), Facts::None);
    }
}
