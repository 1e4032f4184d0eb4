//! Entering the service: recruitment (录用), lateral entry (调任), placement of former officers (军转安置), rule H-05.

use async_graphql::InputObject;
use entities::{
    CodeEnum, cadre,
    decisions::{EntryBar, EntryOrigin},
    person, unit,
    values::{CadreState, CivilServantRank, EffectKind, PersonnelKind, PostLevel, RetirementCategory},
};
use policies::{Action, Resource};
use sea_orm::{ActiveModelTrait, ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;

use super::{
    Decided, Deciding, days,
    facts::{self, PlacesInput, PostsInput, PublicityInput},
    refused, title,
};
use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        error::{Code, Fault, Faults, UserError},
        id::Id,
        partial_date::PartialDate,
        tx::{Tx, plus_one},
    },
    modules::{
        matters::{
            effects::change::{Change, NewPost, unit_ref},
            rules::{
                lateral_entry::{self, Origin, Target},
                recruitment::{self, Barred, confirmed_from},
            },
        },
        organisation::catalogue::Unit,
        personnel::{
            catalogue::Person,
            commands::checks,
            rules::rank::{Kind, PostCategory, check_ranked},
        },
    },
};

/// Somebody who is to enter (拟录用、拟调任人选). The register shows the person as `CANDIDATE` until the case is done.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CandidateInput {
    /// The person (人员), who must not be serving already.
    pub person: Id<Person>,
    /// The unit to serve (录用、调入单位).
    pub unit: Id<Unit>,
    /// By which rules managed (人员性质), E-02: a civil servant or managed alike.
    pub kind: Gql<PersonnelKind>,
    /// Retirement category (退休类别), D-01; it must fit the person's sex.
    pub category: Gql<RetirementCategory>,
    /// Birth recognised in the archive (档案认定出生年月), D-01.
    pub archive_birth: Given<PartialDate>,
    /// Start of work (参加工作时间), J-07.
    pub work_started: Given<PartialDate>,
    /// Months of pension contributions so far (养老保险缴费月数), D-03.
    pub contribution_months: i32,
}

/// What an entry is decided on (录用、调任), H-05.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct EntryInput {
    /// Title of the post (拟任职务), 1 to 100 characters.
    pub title: String,
    /// Leadership level of the post (领导职务层次); of a lateral entry, this or the rank.
    pub level: Option<Gql<PostLevel>>,
    /// Rank (拟任职级), from 四级调研员 on; of a lateral entry, this or the leadership level.
    pub rank: Option<Gql<CivilServantRank>>,
    /// Where the person comes from (调出单位性质); wanted for a lateral entry.
    pub origin: Option<Gql<EntryOrigin>>,
    /// Name of the unit that the person comes from (调出单位).
    pub from_unit: Option<String>,
    /// What bars the person (不得录用情形), as the inspection found.
    #[graphql(default)]
    pub bars: Vec<Gql<EntryBar>>,
    /// Establishment of the unit (编制).
    pub places: PlacesInput,
    /// Leading posts of the level (领导职数); wanted for a leading post.
    pub posts: Option<PostsInput>,
    /// The publicity (公示); wanted unless a former officer is placed.
    pub publicity: Option<PublicityInput>,
}

/// How somebody enters (进入方式).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// 录用
    Recruitment,
    /// 调任
    LateralEntry,
    /// 军转安置
    Placement,
}

impl Way {
    /// The way of a matter, if it is one by which people enter.
    pub fn of(matter: &str) -> Option<Self> {
        match matter {
            "recruitment" => Some(Self::Recruitment),
            "lateral-entry" => Some(Self::LateralEntry),
            "veteran-placement" => Some(Self::Placement),
            _ => None,
        }
    }
}

impl CandidateInput {
    /// The candidate as the register is to show it; the one that is there already, if an earlier approval made it.
    pub async fn settle(&self, tx: &Tx, faults: &mut Faults) -> Result<Option<cadre::Model>, Fault> {
        let (now, today) = (tx.session().now(), tx.session().today());
        let field = |name: &str| format!("input.candidate.{name}");
        let birth = self.archive_birth.get(&field("archiveBirth"), faults);
        let birth = birth.and_then(|date| faults.take(checks::not_future(date, &field("archiveBirth"), today)));
        let started = self.work_started.get(&field("workStarted"), faults);
        if let (Some(birth), Some(started)) = (birth, started) {
            faults.take(checks::after_birth(started, birth, &field("workStarted")));
        }
        let months = checks::contribution_months(self.contribution_months, &field("contributionMonths"));
        let months = faults.take(months);
        if let Some(kind) = Kind::parse(self.kind.0.as_str()) {
            let served = check_ranked(kind, PostCategory::ComprehensiveManagement, None);
            faults.take(served.map_err(|r| refused(&r, &field("kind"))));
        }
        let person = tx.gate::<person::Entity>(Action::Read)?.id(self.person.uuid()).lock().one().await?;
        let unit = tx.gate_as::<unit::Entity>(Resource::Approval, Action::Create)?.id(self.unit.uuid()).one().await?;
        if unit.is_none() {
            faults.add(UserError::of(Code::Unknown, field("unit")));
        }
        let Some(person) = person else {
            faults.add(UserError::of(Code::Unknown, field("person")));
            return Ok(None);
        };
        faults.take(checks::category_fits(self.category.0, &person.sex, &field("category")));
        let standings = tx.parts::<cadre::Entity>().filter(cadre::Column::PersonId.eq(person.id)).all().await?;
        let serves = [CadreState::Probation, CadreState::Serving, CadreState::Retiring];
        if standings.iter().any(|cadre| serves.contains(&cadre.state)) {
            let (zh, en) = ("该人员已是在职干部", "The person is serving as a cadre already.");
            faults.add(UserError::new(Code::AlreadyExists, field("person"), zh, en));
        }
        let (Some(birth), Some(started), Some(months), Some(unit)) = (birth, started, months, unit) else {
            return Ok(None);
        };
        let known = standings.into_iter().find(|c| c.state == CadreState::Candidate && c.unit_id == unit.id);
        let (id, version) = known.map_or((None, 0), |cadre| (Some(cadre.id), cadre.version));
        Ok(Some(cadre::Model {
            tenant_id: tx.tenant_id(),
            id: id.unwrap_or_else(|| tx.new_id()),
            person_id: person.id,
            unit_id: unit.id,
            kind: self.kind.0,
            state: CadreState::Candidate,
            state_since: today,
            rank: None,
            category: self.category.0,
            archive_birth: birth.to_string(),
            work_started: started.to_string(),
            contribution_months: months,
            under_investigation: false,
            // 0: not in the register yet.
            version,
            created_at: now,
            updated_at: now,
        }))
    }
}

/// Puts a candidate into the register, or the one that is there in order.
pub async fn write(tx: &Tx, candidate: &cadre::Model) -> Result<(), Fault> {
    if candidate.version > 0 {
        tx.change::<cadre::Entity>()
            .id(candidate.id)
            .set(cadre::Column::Kind, Expr::value(candidate.kind))
            .set(cadre::Column::Category, Expr::value(candidate.category))
            .set(cadre::Column::ArchiveBirth, Expr::value(candidate.archive_birth.as_str()))
            .set(cadre::Column::WorkStarted, Expr::value(candidate.work_started.as_str()))
            .set(cadre::Column::ContributionMonths, Expr::value(candidate.contribution_months))
            .set(cadre::Column::Version, plus_one(cadre::Column::Version))
            .set(cadre::Column::UpdatedAt, Expr::value(candidate.updated_at))
            .run()
            .await?;
        return Ok(());
    }
    let mut row: cadre::ActiveModel = candidate.clone().into();
    row = row.reset_all();
    row.version = Set(1);
    tx.insert(row).await?;
    tx.touched("Cadre", candidate.id, json!({ "created": true, "state": CadreState::Candidate }));
    Ok(tx.emit("cadre.created", "Cadre", candidate.id, 1, json!({})).await?)
}

impl EntryInput {
    /// Decides on the entry.
    pub fn decide(&self, way: Way, at: &Deciding<'_>, faults: &mut Faults) -> Decided {
        let field = |name: &str| format!("input.entry.{name}");
        let title = title(Some(&self.title), &field("title"), faults);
        let from_unit = self.from_unit.as_deref().and_then(|name| super::title(Some(name), &field("fromUnit"), faults));
        let level = self.level.map_or(PostLevel::NoLeadership, |level| level.0);
        let bars: Vec<Barred> = self.bars.iter().map(|bar| barred(bar.0)).collect();
        faults.extend(recruitment::refusals(&bars).iter().map(|r| refused(r, &field("bars"))));
        self.places.settle(&field("places"), faults);
        facts::settle_posts(self.posts.as_ref(), facts::post(level), &field("posts"), faults);
        let mut public = json!({});
        if let Some(publicity) = &self.publicity {
            let calendar = at.tx.session().calendar();
            public = publicity.settle(&field("publicity"), calendar, at.decided_on, faults);
        } else if way != Way::Placement {
            faults.add(UserError::of(Code::Required, field("publicity")));
        }
        match (way, self.origin) {
            (Way::LateralEntry, None) => faults.add(UserError::of(Code::Required, field("origin"))),
            (Way::LateralEntry, Some(given)) => {
                let rank = self.rank.and_then(|rank| facts::rank(rank.0));
                let target = Target { post: facts::post(level), rank };
                for refusal in lateral_entry::refusals(origin(given.0), target) {
                    let name = if refusal.code == "TARGET_TOO_LOW" { "rank" } else { "origin" };
                    faults.add(refused(&refusal, &field(name)));
                }
            }
            _ => {}
        }
        let mut change = Change::new(EffectKind::Enter, &[CadreState::Candidate], at.effective_on);
        let recruited = way == Way::Recruitment;
        change.state = Some(if recruited { CadreState::Probation } else { CadreState::Serving });
        change.rank = self.rank.map(|rank| rank.0);
        let unit = unit_ref(at.cadre.unit_id);
        change.unit = Some(unit.clone());
        let post = NewPost { unit, title: title.clone().unwrap_or_default(), level, is_main: true, ended_on: None };
        change.post = Some(post);
        let leading = self.level.filter(|level| level.0 != PostLevel::NoLeadership);
        let choice = json!({
            "change": change, "post": title, "postLevel": leading.map(|l| l.0.as_str()), "rank": change.rank,
            "origin": self.origin, "fromUnit": from_unit, "reportedOn": at.effective_on,
            "probationEndsOn": recruited.then(|| confirmed_from(at.effective_on)),
        });
        Decided(days(choice, public))
    }
}

fn barred(bar: EntryBar) -> Barred {
    match bar {
        EntryBar::CriminalPunishment => Barred::CriminalPunishment,
        EntryBar::ExpelledFromParty => Barred::ExpelledFromParty,
        EntryBar::ExpelledFromOffice => Barred::ExpelledFromOffice,
        EntryBar::JointPunishment => Barred::JointPunishment,
        EntryBar::OtherLaw => Barred::OtherLaw,
    }
}

fn origin(given: EntryOrigin) -> Origin {
    match given {
        EntryOrigin::StateEnterprise => Origin::StateEnterprise,
        EntryOrigin::University => Origin::University,
        EntryOrigin::ResearchInstitute => Origin::ResearchInstitute,
        EntryOrigin::PublicInstitution => Origin::PublicInstitution,
        EntryOrigin::CivilService => Origin::CivilService,
        EntryOrigin::Other => Origin::Other,
    }
}
