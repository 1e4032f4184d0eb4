//! Facts that several matters are decided on (审批依据), with what the rules make of them.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    CodeEnum,
    decisions::{EstablishmentKind, YearGrade},
    values::{CivilServantRank, PostLevel},
};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::refused;
use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        calendar::WorkCalendar,
        error::{Code, Faults, UserError},
    },
    modules::{
        matters::rules::vacancy::{Kind, Places, Posts, check_places, check_posts},
        personnel::rules::{
            publicity::{Objection, check_decision, check_length},
            rank::{PostLevel as RulePost, Rank},
            refusal::Refusal,
            tenure::{Grade, YearResult},
        },
    },
};

/// An objection raised while something is public (公示异议).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ObjectionInput {
    /// The day it was registered (登记日期).
    pub raised_on: Given<NaiveDate>,
    /// The day it was resolved (查清处理日期); absent while it is open.
    pub resolved_on: Option<Given<NaiveDate>>,
}

/// The publicity before the decision (公示), B-05 and H-05.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PublicityInput {
    /// Day of publication (发布日期), not counted itself.
    pub published_on: Given<NaiveDate>,
    /// Last day (截止日期); at least the fifth working day after the publication.
    pub until: Given<NaiveDate>,
    /// Objections registered meanwhile (异议); none may be open at the decision.
    #[graphql(default)]
    pub objections: Vec<ObjectionInput>,
}

/// What the receiving unit has of one kind of establishment (编制), as the establishment office certifies it, E-02.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PlacesInput {
    /// Kind of establishment (编制类型).
    pub kind: Gql<EstablishmentKind>,
    /// Approved places (核定编制).
    pub approved: i32,
    /// Places taken (实有).
    pub taken: i32,
    /// Places promised to others (在途核准).
    #[graphql(default)]
    pub promised: i32,
}

/// What the receiving unit has of leading posts of the new post's level (领导职数).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PostsInput {
    /// Approved posts (核定职数).
    pub approved: i32,
    /// Posts taken (实配).
    pub taken: i32,
}

/// A year's approved assessment (年度考核), A-01.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct YearResultInput {
    /// Calendar year (年度).
    pub year: i32,
    /// Result (等次).
    pub grade: Gql<YearGrade>,
    /// Day of its approval (审定日期).
    pub approved_on: Given<NaiveDate>,
}

impl PublicityInput {
    /// Whether the publicity is long enough and over at the decision; returns its days for the form.
    pub fn settle(&self, field: &str, calendar: &WorkCalendar, decided_on: NaiveDate, faults: &mut Faults) -> Json {
        let published = self.published_on.get(&format!("{field}.publishedOn"), faults);
        let until = self.until.get(&format!("{field}.until"), faults);
        let mut objections = vec![];
        for (i, objection) in self.objections.iter().enumerate() {
            let at = |name: &str| format!("{field}.objections.{i}.{name}");
            let raised_on = objection.raised_on.get(&at("raisedOn"), faults);
            let resolved_on = objection.resolved_on.as_ref().and_then(|day| day.get(&at("resolvedOn"), faults));
            if let Some(raised_on) = raised_on {
                objections.push(Objection { raised_on, resolved_on });
            }
        }
        if let (Some(published), Some(until)) = (published, until) {
            let long = check_length(calendar, published, until);
            faults.take(long.map_err(|r| refused(&r, &format!("{field}.until"))));
            // A publicity that was announced for longer is over when it says so.
            let over = check_decision(calendar, published, &objections, decided_on).and_then(|()| {
                let (zh, en) = ("公示期未满", "The publicity is not over");
                let last = Refusal::beyond("PUBLICITY_NOT_OVER", until, decided_on, zh, en);
                if decided_on > until { Ok(()) } else { Err(last) }
            });
            faults.take(over.map_err(|r| refused(&r, &format!("{field}.until"))));
        }
        json!({ "publishedOn": published, "publicityUntil": until })
    }
}

impl PlacesInput {
    /// Whether one more fits the establishment.
    pub fn settle(&self, field: &str, faults: &mut Faults) {
        let mut figure = |value, name: &str| count(value, &format!("{field}.{name}"), faults);
        let figures =
            (figure(self.approved, "approved"), figure(self.taken, "taken"), figure(self.promised, "promised"));
        if let (Some(approved), Some(taken), Some(in_flight)) = figures {
            let kind = kind(self.kind.0);
            let fits = check_places(&Places { kind, approved, taken, in_flight }, kind, 1);
            faults.take(fits.map_err(|r| refused(&r, &format!("{field}.approved"))));
        }
    }
}

impl PostsInput {
    /// Whether one more leading post of the level fits.
    pub fn settle(&self, level: RulePost, field: &str, faults: &mut Faults) {
        let approved = count(self.approved, &format!("{field}.approved"), faults);
        let taken = count(self.taken, &format!("{field}.taken"), faults);
        if let (Some(approved), Some(taken)) = (approved, taken) {
            let fits = check_posts(&Posts { level, approved, taken });
            faults.take(fits.map_err(|r| refused(&r, &format!("{field}.approved"))));
        }
    }
}

/// A leading post wants its figures (职数), any other has none.
pub fn settle_posts(posts: Option<&PostsInput>, level: Option<RulePost>, field: &str, faults: &mut Faults) {
    match (posts, level) {
        (Some(posts), Some(level)) => posts.settle(level, field, faults),
        (None, Some(_)) => faults.add(UserError::of(Code::Required, field)),
        _ => {}
    }
}

/// The years' results, as the rules take them.
pub fn results(given: &[YearResultInput], field: &str, faults: &mut Faults) -> Vec<YearResult> {
    let mut out: Vec<YearResult> = vec![];
    for (i, result) in given.iter().enumerate() {
        if out.iter().any(|one| one.year == result.year) {
            let (zh, en) = ("同一年度只能有一个结果", "A year has one result.");
            faults.add(UserError::new(Code::InvalidValue, format!("{field}.{i}.year"), zh, en));
        }
        if let Some(approved_on) = result.approved_on.get(&format!("{field}.{i}.approvedOn"), faults) {
            out.push(YearResult { year: result.year, grade: grade(result.grade.0), approved_on });
        }
    }
    out
}

/// A number of things.
pub fn count(value: i32, field: &str, faults: &mut Faults) -> Option<u32> {
    let counted =
        u32::try_from(value).map_err(|_| UserError::new(Code::InvalidValue, field, "不得为负数", "Takes 0 or more."));
    faults.take(counted)
}

/// The rule's rank of a stored one.
pub fn rank(stored: CivilServantRank) -> Option<Rank> {
    Rank::parse(stored.as_str())
}

/// The rule's leading post of a stored level; none without leadership.
pub fn post(stored: PostLevel) -> Option<RulePost> {
    RulePost::parse(stored.as_str())
}

fn grade(given: YearGrade) -> Grade {
    match given {
        YearGrade::Excellent => Grade::Excellent,
        YearGrade::Competent => Grade::Competent,
        YearGrade::BasicallyCompetent => Grade::BasicallyCompetent,
        YearGrade::Incompetent => Grade::Incompetent,
        YearGrade::Undetermined => Grade::Undetermined,
        YearGrade::NotAssessed => Grade::NotAssessed,
        YearGrade::Probation => Grade::Probation,
    }
}

fn kind(given: EstablishmentKind) -> Kind {
    match given {
        EstablishmentKind::Administrative => Kind::Administrative,
        EstablishmentKind::PoliticalLegal => Kind::PoliticalLegal,
        EstablishmentKind::Institution => Kind::Institution,
        EstablishmentKind::Worker => Kind::Worker,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b_01_every_stored_rank_and_leading_level_has_its_rule() {
        for (code, _) in CivilServantRank::VALUES {
            assert!(CivilServantRank::parse(code).and_then(rank).is_some(), "{code}");
        }
        for (code, _) in PostLevel::VALUES {
            let known = PostLevel::parse(code).and_then(post).is_some();
            assert_eq!(known, *code != "NO_LEADERSHIP", "{code}");
        }
    }
}
