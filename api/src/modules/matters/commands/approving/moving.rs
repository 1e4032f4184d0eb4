//! Moving within the service: transfer (转任), open selection (公开遴选), secondment (挂职交流), rule H-05.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    personnel_effect, unit,
    values::{CadreState, EffectKind, PostLevel},
};
use policies::Action;
use sea_orm::ColumnTrait;
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
    },
    modules::{
        matters::{
            effects::change::{Change, Ends, NewPost, unit_id, unit_ref},
            rules::secondment::{self, Secondment},
        },
        organisation::catalogue::Unit,
    },
};

/// The post that a person moves to (拟任职务).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct MoveInput {
    /// The receiving unit (转入单位), unless it is outside the tenant.
    pub unit: Option<Id<Unit>>,
    /// Name of a receiving unit outside the tenant (本区以外的转入单位); the cadre is then transferred out.
    pub outside: Option<String>,
    /// Title of the new main post (拟任职务), 1 to 100 characters.
    pub title: String,
    /// Its leadership level (领导职务层次); none unless given.
    pub level: Option<Gql<PostLevel>>,
    /// Establishment of the receiving unit (编制); wanted for a unit of the tenant.
    pub places: Option<PlacesInput>,
    /// Leading posts of the level (领导职数); wanted for a leading post in a unit of the tenant.
    pub posts: Option<PostsInput>,
    /// Number of the announcement (遴选公告文号); wanted for an open selection.
    pub announcement_number: Option<String>,
    /// The publicity (公示); wanted for an open selection.
    pub publicity: Option<PublicityInput>,
}

/// A secondment (挂职交流); it begins on the day of effect.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct SecondmentInput {
    /// The unit in which the person works meanwhile (挂职单位).
    pub host: Id<Unit>,
    /// Title of the post there (挂任职务), 1 to 100 characters.
    pub title: String,
    /// Last day (挂职结束日期); the person returns on the next.
    pub ends_on: Given<NaiveDate>,
}

impl MoveInput {
    /// Decides on a transfer, or on an open selection, which is public.
    pub async fn decide(&self, is_open: bool, at: &Deciding<'_>, faults: &mut Faults) -> Result<Decided, Fault> {
        let field = |name: &str| format!("input.move.{name}");
        let title = title(Some(&self.title), &field("title"), faults);
        let from = [CadreState::Probation, CadreState::Serving];
        let mut change = Change::new(EffectKind::Move, &from, at.effective_on);
        change.ends = Ends::All;
        change.last_day = at.effective_on.pred_opt();
        let level = self.level.map_or(PostLevel::NoLeadership, |level| level.0);
        let to = match (&self.unit, &self.outside) {
            (Some(id), None) => {
                let unit = at.tx.gate::<unit::Entity>(Action::Read)?.id(id.uuid()).one().await?;
                match &unit {
                    None => faults.add(UserError::of(Code::Unknown, field("unit"))),
                    Some(unit) if unit.id == at.cadre.unit_id => {
                        faults.add(UserError::of(Code::SameUnit, field("unit")));
                    }
                    Some(unit) => {
                        let (unit, title) = (unit_ref(unit.id), title.clone().unwrap_or_default());
                        change.unit = Some(unit.clone());
                        change.post = Some(NewPost { unit, title, level, is_main: true, ended_on: None });
                    }
                }
                match &self.places {
                    Some(places) => places.settle(&field("places"), faults),
                    None => faults.add(UserError::of(Code::Required, field("places"))),
                }
                facts::settle_posts(self.posts.as_ref(), facts::post(level), &field("posts"), faults);
                unit.map(|unit| unit.name)
            }
            (None, Some(name)) => {
                change.state = Some(CadreState::Transferred);
                super::title(Some(name), &field("outside"), faults)
            }
            _ => {
                let (zh, en) = ("转入单位应填写其一", "One of the two names the receiving unit.");
                faults.add(UserError::new(Code::Required, field("unit"), zh, en));
                None
            }
        };
        let number = self.announcement_number.as_deref().map(str::trim).filter(|number| !number.is_empty());
        let mut public = json!({});
        if let Some(publicity) = &self.publicity {
            let calendar = at.tx.session().calendar();
            public = publicity.settle(&field("publicity"), calendar, at.decided_on, faults);
        } else if is_open {
            faults.add(UserError::of(Code::Required, field("publicity")));
        }
        if is_open && number.is_none() {
            faults.add(UserError::of(Code::Required, field("announcementNumber")));
        }
        let choice = json!({ "change": change, "toUnit": to, "post": title, "announcementNumber": number });
        Ok(Decided(days(choice, public)))
    }
}

impl SecondmentInput {
    /// Decides on a secondment: the relation to the home unit stays, with its place and its posts.
    pub async fn decide(&self, at: &Deciding<'_>, faults: &mut Faults) -> Result<Decided, Fault> {
        let field = |name: &str| format!("input.secondment.{name}");
        let title = title(Some(&self.title), &field("title"), faults);
        let ends_on = self.ends_on.get(&field("endsOn"), faults);
        let host = at.tx.gate::<unit::Entity>(Action::Read)?.id(self.host.uuid()).one().await?;
        if host.is_none() {
            faults.add(UserError::of(Code::Unknown, field("host")));
        }
        let (Some(title), Some(ends_on), Some(host)) = (title, ends_on, host) else { return Ok(Decided(json!({}))) };
        let (home, there) = (at.cadre.unit_id.to_string(), host.id.to_string());
        let new = Secondment { home: &home, host: &there, starts_on: at.effective_on, ends_on };
        let others = others(at).await?;
        let others: Vec<Secondment<'_>> = others
            .iter()
            .map(|(host, starts_on, ends_on)| Secondment {
                home: &home,
                host,
                starts_on: *starts_on,
                ends_on: *ends_on,
            })
            .collect();
        for refusal in secondment::refusals(&new, &others) {
            let at = if refusal.code == "SAME_UNIT" { "host" } else { "endsOn" };
            faults.add(refused(&refusal, &field(at)));
        }
        let mut change = Change::new(EffectKind::Second, &[CadreState::Serving], at.effective_on);
        let unit = unit_ref(host.id);
        let level = PostLevel::NoLeadership;
        change.post = Some(NewPost { unit, title: title.clone(), level, is_main: false, ended_on: Some(ends_on) });
        change.returns_on = ends_on.succ_opt();
        Ok(Decided(json!({
            "change": change, "hostUnit": host.name, "hostPost": title, "startsOn": at.effective_on,
            "endsOn": ends_on,
        })))
    }
}

/// The cadre's other secondments that were carried out or will be: host, first and last day.
async fn others(at: &Deciding<'_>) -> Result<Vec<(String, NaiveDate, NaiveDate)>, Fault> {
    let effects = at
        .tx
        .parts::<personnel_effect::Entity>()
        .filter(personnel_effect::Column::CadreId.eq(at.cadre.id))
        .filter(personnel_effect::Column::Kind.eq(EffectKind::Second))
        .all()
        .await?;
    let stands = |effect: &&personnel_effect::Model| {
        effect.detail.get("reversed").is_none() && effect.detail.get("skipped").is_none()
    };
    let cases: Vec<_> = effects.iter().filter(stands).map(|effect| effect.case_id).collect();
    let mut out = vec![];
    for approval in super::approvals_of(at.tx, cases).await? {
        let Some(Change { effective_on, post: Some(post), .. }) = Change::of(&approval) else { continue };
        if let (Some(host), Some(until)) = (unit_id(&post.unit), post.ended_on) {
            out.push((host.to_string(), effective_on, until));
        }
    }
    Ok(out)
}
