//! Leaving the service: resignation (辞去公职), dismissal and expulsion (辞退、开除), death (死亡), rules F-11 and
//! H-05. Whoever decides is named; nothing here is decided by a program.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    app_user,
    decisions::{DismissalBar, DismissalGround, DismissalKind},
    personnel_effect,
    values::{CadreState, EffectKind, UserKind},
};
use sea_orm::ColumnTrait;
use serde::Serialize;
use serde_json::json;

use super::{
    Decided, Deciding,
    facts::{self, YearResultInput},
    refused,
};
use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        error::{Code, Fault, Faults, UserError},
        partial_date::PartialDate,
        year_month::YearMonth,
    },
    modules::{
        matters::{
            effects::change::{Change, Ends},
            rules::death::{aftermath, check_day},
        },
        personnel::rules::{
            dismissal::{self, Ground, Protection},
            resignation::{self, MINIMUM_SERVICE_YEARS, decision_due},
        },
    },
};

const SERVING: [CadreState; 2] = [CadreState::Probation, CadreState::Serving];

/// What a resignation is decided on (辞去公职), F-11.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ResignationInput {
    /// Day of the application (申请日期).
    pub applied_on: Given<NaiveDate>,
    /// Whether the person is of the leadership (是否领导成员).
    pub is_leader: bool,
    /// Why (辞职原因), 1 to 1,000 characters.
    pub reason: String,
    /// Day of recruitment (录用日期), where the least time of service applies.
    pub recruited_on: Option<Given<NaiveDate>>,
    /// Whether the post is one of state secrets (涉密等特殊职位).
    #[graphql(default)]
    pub holds_secret_post: bool,
    /// First day after the declassification period (脱密期满日) of such a post left before.
    pub declassified_on: Option<Given<NaiveDate>>,
    /// Whether important business waits that only this person can end (重要公务尚未处理完毕).
    #[graphql(default)]
    pub has_unfinished_business: bool,
    /// Whether the person is under audit (正在接受审计).
    #[graphql(default)]
    pub is_under_audit: bool,
    /// Whether criminal proceedings are not concluded (司法程序尚未终结).
    #[graphql(default)]
    pub is_in_criminal_proceedings: bool,
}

/// What a dismissal or an expulsion is decided on (辞退、开除), F-11.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct DismissalInput {
    /// Dismissal or expulsion (办理类型).
    pub kind: Gql<DismissalKind>,
    /// Ground of a dismissal (辞退情形); wanted for one.
    pub ground: Option<Gql<DismissalGround>>,
    /// Assessments (年度考核结果), for two incompetent years.
    #[graphql(default)]
    pub results: Vec<YearResultInput>,
    /// Days of absence in a row (连续旷工天数), for an absence.
    #[graphql(default)]
    pub consecutive_days: i32,
    /// Days of absence within a year (一年内累计旷工天数), for an absence.
    #[graphql(default)]
    pub days_within_year: i32,
    /// What protects the person from dismissal (不得辞退情形).
    #[graphql(default)]
    pub bars: Vec<Gql<DismissalBar>>,
    /// Why (决定理由), 1 to 1,000 characters.
    pub reason: String,
    /// Day on which the decision was given to the person in writing (书面通知本人日期); not before the decision, not
    /// after it takes effect.
    pub notified_on: Option<Given<NaiveDate>>,
}

/// What is known of a death (死亡), H-05.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct DeathInput {
    /// Day of death (死亡日期).
    pub died_on: Given<NaiveDate>,
    /// Number of the medical certificate (死亡医学证明书编号), 1 to 100 characters.
    pub certificate_number: String,
}

/// Leaving on a day: all posts end the day before, and the state is the new one from then on.
fn leaves(kind: EffectKind, state: CadreState, from: &[CadreState], at: &Deciding<'_>) -> Change {
    let last_day = at.effective_on.pred_opt();
    Change { state: Some(state), ends: Ends::All, last_day, ..Change::new(kind, from, at.effective_on) }
}

impl ResignationInput {
    /// Decides on the resignation.
    pub async fn decide(&self, at: &Deciding<'_>, faults: &mut Faults) -> Result<Decided, Fault> {
        let field = |name: &str| format!("input.resignation.{name}");
        let applied_on = self.applied_on.get(&field("appliedOn"), faults);
        let reason = faults.take(super::super::words(&self.reason, &field("reason")));
        let mut day = |given: &Option<Given<NaiveDate>>, name: &str| {
            given.as_ref().and_then(|given| given.get(&field(name), faults))
        };
        let given = day(&self.recruited_on, "recruitedOn");
        let declassified_on = day(&self.declassified_on, "declassifiedOn");
        let recruited_on = recruited_on(at).await?.or(given);
        let Some(applied_on) = applied_on else { return Ok(Decided(json!({}))) };
        if applied_on > at.decided_on {
            let (zh, en) = (format!("不得晚于批准日期 {}", at.decided_on), format!("Not after {}.", at.decided_on));
            faults.add(UserError::new(Code::InvalidValue, field("appliedOn"), zh, en));
        }
        let years = at.rules["minimumServiceYears"].as_i64().and_then(|years| i32::try_from(years).ok());
        let request = resignation::Request {
            applied_on,
            is_leader: self.is_leader,
            recruited_on,
            minimum_years: years.unwrap_or(MINIMUM_SERVICE_YEARS),
            holds_secret_post: self.holds_secret_post,
            declassified_on,
            unfinished_business: self.has_unfinished_business,
            under_audit: self.is_under_audit,
            // The register's own flag is looked at with the cadre.
            under_investigation: false,
            in_criminal_proceedings: self.is_in_criminal_proceedings,
        };
        faults.extend(resignation::refusals(&request).iter().map(|r| refused(r, "input.resignation")));
        let change = leaves(EffectKind::Resign, CadreState::Resigned, &SERVING, at);
        Ok(Decided(json!({
            "lastDay": change.last_day, "change": change, "appliedOn": applied_on, "isLeader": self.is_leader,
            "reason": reason, "decisionDue": decision_due(applied_on, self.is_leader),
        })))
    }
}

/// The day on which the register took the person in, where a finished recruitment did.
async fn recruited_on(at: &Deciding<'_>) -> Result<Option<NaiveDate>, Fault> {
    let entered = at
        .tx
        .parts::<personnel_effect::Entity>()
        .filter(personnel_effect::Column::CadreId.eq(at.cadre.id))
        .filter(personnel_effect::Column::Kind.eq(EffectKind::Enter))
        .filter(personnel_effect::Column::AppliedAt.is_not_null())
        .all()
        .await?;
    let stands = entered.into_iter().find(|effect| {
        effect.detail.get("reversed").is_none()
            && effect.detail["kept"]["after"]["state"] == json!(CadreState::Probation)
    });
    Ok(stands.map(|effect| effect.effective_on))
}

impl DismissalInput {
    /// Checks what was decided; the decision itself is the named person's.
    pub async fn decide(&self, at: &Deciding<'_>, faults: &mut Faults) -> Result<Decided, Fault> {
        let field = |name: &str| format!("input.dismissal.{name}");
        let user = at.tx.parts::<app_user::Entity>().id(at.tx.session().user_id()).required().await?;
        if user.kind == UserKind::Service {
            faults.add(UserError::of(Code::HumanDecisionRequired, "input.dismissal"));
        }
        let reason = faults.take(super::super::words(&self.reason, &field("reason")));
        match &self.notified_on {
            None => faults.add(UserError::of(Code::NoticeMissing, field("notifiedOn"))),
            Some(given) => {
                let day = given.get(&field("notifiedOn"), faults);
                if day.is_some_and(|day| day < at.decided_on || day > at.effective_on) {
                    let (from, until) = (at.decided_on, at.effective_on);
                    let zh = format!("书面通知应在 {from} 至 {until} 之间");
                    let en = format!("The person is told in writing between {from} and {until}.");
                    faults.add(UserError::new(Code::NoticeMissing, field("notifiedOn"), zh, en));
                }
            }
        }
        let results = facts::results(&self.results, &field("results"), faults);
        let consecutive = facts::count(self.consecutive_days, &field("consecutiveDays"), faults).unwrap_or(0);
        let within_a_year = facts::count(self.days_within_year, &field("daysWithinYear"), faults).unwrap_or(0);
        let ground = self.ground.map(|ground| match ground.0 {
            DismissalGround::TwoIncompetentYears => Ground::TwoIncompetentYears(&results),
            DismissalGround::UnfitAndUnwilling => Ground::UnfitAndUnwilling,
            DismissalGround::RefusesPlacement => Ground::RefusesPlacement,
            DismissalGround::Unreformed => Ground::Unreformed,
            DismissalGround::Absence => Ground::Absence { consecutive, within_a_year },
        });
        match (self.kind.0, ground) {
            (DismissalKind::Dismissal, None) => faults.add(UserError::of(Code::Required, field("ground"))),
            (DismissalKind::Dismissal, Some(ground)) => {
                let bars: Vec<Protection> = self.bars.iter().map(|bar| protection(bar.0)).collect();
                let allowed = dismissal::check(ground, &bars, &self.reason);
                faults.take(allowed.map_err(|r| refused(&r, &field("ground"))));
            }
            // An expulsion is a sanction: what protects from dismissal does not protect from it.
            (DismissalKind::Expulsion, _) => {}
        }
        let change = leaves(EffectKind::Dismiss, CadreState::Dismissed, &SERVING, at);
        let notified_on = self.notified_on.as_ref().map(|given| json!(given));
        Ok(Decided(json!({
            "lastDay": change.last_day, "change": change, "kind": self.kind, "ground": self.ground, "reason": reason,
            "notifiedOn": notified_on, "documentNumber": at.document,
        })))
    }
}

impl DeathInput {
    /// Checks the day, and works out what ends when.
    pub fn decide(&self, at: &Deciding<'_>, faults: &mut Faults) -> Decided {
        let number = self.certificate_number.trim();
        if !(1..=100).contains(&number.chars().count()) {
            let (zh, en) = ("应为 1 至 100 个字符", "Takes 1 to 100 characters.");
            faults.add(UserError::new(Code::InvalidValue, "input.death.certificateNumber", zh, en));
        }
        let Some(died_on) = self.died_on.get("input.death.diedOn", faults) else { return Decided(json!({})) };
        let today = at.tx.session().today();
        let born = at.cadre.archive_birth.parse::<PartialDate>().ok().map(PartialDate::year_month);
        if YearMonth::of(died_on) != at.month {
            let (zh, en) = (format!("应为死亡日期 {died_on} 所在月"), format!("The month of the death, {died_on}."));
            faults.add(UserError::new(Code::InvalidValue, "input.effectiveMonth", zh, en));
        }
        let possible = check_day(died_on, born.unwrap_or(YearMonth::of(died_on)), today);
        faults.take(possible.map_err(|r| refused(&r, "input.death.diedOn")));
        let from = [CadreState::Probation, CadreState::Serving, CadreState::Retiring, CadreState::Retired];
        let mut change = Change::new(EffectKind::Die, &from, died_on);
        change.state = Some(CadreState::Deceased);
        change.ends = Ends::All;
        change.last_day = Some(died_on);
        let ends = aftermath(died_on);
        Decided(json!({
            "change": change, "diedOn": died_on, "certificateNumber": number,
            "lastPaidMonth": ends.last_paid.to_string(), "payStopsMonth": ends.pay_stops.to_string(),
            "lastDuesMonth": ends.last_dues.to_string(), "closedFrom": ends.closed_from,
        }))
    }
}

fn protection(bar: DismissalBar) -> Protection {
    match bar {
        DismissalBar::DisabledOnDuty => Protection::DisabledOnDuty,
        DismissalBar::MedicalPeriod => Protection::MedicalPeriod,
        DismissalBar::Maternity => Protection::Maternity,
        DismissalBar::Other => Protection::Other,
    }
}
