//! Records an approval of a base matter.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{approval, cadre, rule_set, values::ApprovalState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    approving::{
        self, CandidateInput, DeathInput, Deciding, DismissalInput, ElasticInput, EntryInput, MoveInput, PositionInput,
        ResignationInput, SecondmentInput, Way,
    },
    words,
};
use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
        year_month::YearMonth,
    },
    modules::{matters::opening, personnel::catalogue::Cadre},
};

/// A new approval (审批). Besides the common fields it takes the facts of its matter and no others.
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ApprovalCreateInput {
    /// Key of the matter (事项编码), as in `retirement`.
    pub matter_key: String,
    /// For whom (干部); of recruitment, lateral entry and placement, `candidate` instead.
    pub cadre: Option<Id<Cadre>>,
    /// Who is to enter (拟录用、拟调任人选), of recruitment, lateral entry and placement (军转安置).
    pub candidate: Option<CandidateInput>,
    /// Number of the document (文号), 1 to 1,000 characters.
    pub document_number: String,
    /// Day of the decision (批准日期), not in the future; today unless given.
    pub decided_on: Option<Given<NaiveDate>>,
    /// Month it takes effect (生效年月); of a retirement, its last month of service.
    pub effective_month: Given<YearMonth>,
    /// First day of effect (生效日期) in that month, its first unless given; a retirement and a death have their own.
    pub effective_on: Option<Given<NaiveDate>>,
    /// What a retirement is chosen with (弹性退休选择).
    pub elastic: Option<ElasticInput>,
    /// The change of post and rank (职务职级变动).
    pub position: Option<PositionInput>,
    /// What a resignation is decided on (辞去公职).
    pub resignation: Option<ResignationInput>,
    /// What a dismissal or expulsion is decided on (辞退、开除).
    pub dismissal: Option<DismissalInput>,
    /// What is known of a death (死亡).
    pub death: Option<DeathInput>,
    /// Where a transfer or an open selection leads (转任、公开遴选).
    #[graphql(name = "move")]
    pub r#move: Option<MoveInput>,
    /// The secondment (挂职交流).
    pub secondment: Option<SecondmentInput>,
    /// What an entry is decided on (录用、调任、军转安置).
    pub entry: Option<EntryInput>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for ApprovalCreateInput {
    const NAME: &'static str = "approvalCreate";
    const RIGHT: (Resource, Action) = (Resource::Approval, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let today = tx.session().today();
        let mut faults = Faults::default();
        let document = faults.take(words(&self.document_number, "input.documentNumber"));
        let month = self.effective_month.get("input.effectiveMonth", &mut faults);
        let decided_on = match &self.decided_on {
            Some(given) => given.get("input.decidedOn", &mut faults),
            None => Some(today),
        };
        if decided_on.is_some_and(|day| day > today) {
            let (zh, en) = (format!("不得晚于今天 {today}"), format!("Not after today, {today}."));
            faults.add(UserError::new(Code::InvalidValue, "input.decidedOn", zh, en));
        }
        let effective_on = self.first_day(month, &mut faults);
        if let Err(Fault::Refused(errors)) = opening::in_force(tx, &self.matter_key, "input.matterKey").await {
            faults.extend(errors);
        }
        let cadre = self.subject(tx, &mut faults).await?;
        let rules = rules(tx, &self.matter_key, decided_on.unwrap_or(today)).await?;
        let mut decision = json!({});
        if let Some(cadre) = &cadre {
            faults.extend(self.standing(tx, cadre, document.as_deref()).await?);
            if let (Some(month), Some(decided_on), Some(effective_on)) = (month, decided_on, effective_on) {
                let body = rules.as_ref().map_or(json!(null), |rules| rules.body.clone());
                let (matter_key, document) = (self.matter_key.as_str(), self.document_number.trim());
                let at = Deciding { tx, matter_key, cadre, document, decided_on, month, effective_on, rules: body };
                decision = approving::decide(self, &at, &mut faults).await?;
            }
        }
        faults.check()?;
        let (Some(document), Some(month), Some(decided_on), Some(cadre)) = (document, month, decided_on, cadre) else {
            return Err(Code::InternalServerError.into());
        };
        if self.candidate.is_some() {
            approving::write_candidate(tx, &cadre).await?;
        }
        let id = tx.new_id();
        tx.insert(approval::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            matter_key: Set(self.matter_key.clone()),
            cadre_id: Set(cadre.id),
            unit_id: Set(cadre.unit_id),
            document_number: Set(document),
            decided_on: Set(decided_on),
            effective_month: Set(month.to_string()),
            decided_by: Set(tx.session().user_id()),
            rule_version: Set(rules.map_or(0, |rules| rules.number)),
            choice: Set(decision),
            state: Set(ApprovalState::Active),
            revoked_at: Set(None),
            revoke_reason: Set(None),
            version: Set(1),
            created_at: Set(tx.session().now()),
        })
        .await?;
        tx.touched("Approval", id, json!({ "created": true, "matter": self.matter_key }));
        tx.emit("approval.created", "Approval", id, 1, json!({ "matter": self.matter_key })).await?;
        Ok(id)
    }
}

impl ApprovalCreateInput {
    /// The first day of effect, within the month that is named.
    fn first_day(&self, month: Option<YearMonth>, faults: &mut Faults) -> Option<NaiveDate> {
        let month = month?;
        let Some(given) = &self.effective_on else { return Some(month.first_day()) };
        let day = given.get("input.effectiveOn", faults)?;
        if YearMonth::of(day) != month {
            let (zh, en) = (format!("应在 {month} 之内"), format!("A day in {month}."));
            faults.add(UserError::new(Code::InvalidValue, "input.effectiveOn", zh, en));
        }
        Some(day)
    }

    /// Whom it is for, within the caller's reach. Approvals of one cadre come one after another: what is checked
    /// still holds when the row is written.
    async fn subject(&self, tx: &Tx, faults: &mut Faults) -> Result<Option<cadre::Model>, Fault> {
        let enters = Way::of(&self.matter_key).is_some();
        match (&self.cadre, &self.candidate) {
            (Some(id), None) if !enters => {
                let rows = tx.gate_as::<cadre::Entity>(Resource::Approval, Action::Create)?;
                let cadre = rows.id(id.uuid()).lock().one().await?;
                if cadre.is_none() {
                    faults.add(UserError::of(Code::Unknown, "input.cadre"));
                }
                Ok(cadre)
            }
            (None, Some(candidate)) if enters => candidate.settle(tx, faults).await,
            (None, None) => {
                let field = if enters { "input.candidate" } else { "input.cadre" };
                faults.add(UserError::of(Code::Required, field));
                Ok(None)
            }
            _ => {
                let (field, zh, en) = match enters {
                    true => ("input.cadre", "应填写 candidate", "The matter takes a candidate alone."),
                    false => ("input.candidate", "应填写 cadre", "The matter takes a cadre alone."),
                };
                faults.add(UserError::new(Code::InvalidValue, field, zh, en));
                Ok(None)
            }
        }
    }

    /// What the cadre's own standing refuses: an investigation (D-06), a state that the matter does not fit, an
    /// approval that is there already.
    async fn standing(&self, tx: &Tx, cadre: &cadre::Model, document: Option<&str>) -> Result<Vec<UserError>, Fault> {
        let mut found = vec![];
        if cadre.under_investigation && approving::waits_for_investigations(&self.matter_key) {
            found.push(UserError::of(Code::UnderInvestigation, "input.cadre"));
        }
        let known = tx
            .parts::<approval::Entity>()
            .filter(approval::Column::CadreId.eq(cadre.id))
            .filter(approval::Column::MatterKey.eq(&self.matter_key));
        if let Some(number) = document
            && known.filter(approval::Column::DocumentNumber.eq(number)).count().await? > 0
        {
            found.push(UserError::of(Code::AlreadyExists, "input.documentNumber"));
        }
        if !approving::states(&self.matter_key).contains(&cadre.state) {
            let state = entities::CodeEnum::as_str(cadre.state);
            let (zh, en) = (format!("当前状态 {state}，不能办理此事项"), format!("The cadre is {state}."));
            found.push(UserError::new(Code::NotInState, "input.cadre", zh, en));
        }
        if approving::has_open_approval(tx, cadre.id, &self.matter_key).await? {
            let (zh, en) =
                ("该干部已有有效且未办结的同一事项审批", "An approval of the matter stands and is not done.");
            let field = if self.candidate.is_some() { "input.candidate.person" } else { "input.cadre" };
            found.push(UserError::new(Code::AlreadyExists, field, zh, en));
        }
        Ok(found)
    }
}

/// The version of the tenant's thresholds for a matter in force on a day; none means the built-in ones.
async fn rules(tx: &Tx, matter: &str, on: NaiveDate) -> Result<Option<rule_set::Model>, Fault> {
    let newest = tx
        .parts::<rule_set::Entity>()
        .filter(rule_set::Column::Key.eq(matter))
        .filter(rule_set::Column::EffectiveFrom.lte(on))
        .order_by(rule_set::Column::Number, Order::Desc);
    Ok(newest.one().await?)
}
