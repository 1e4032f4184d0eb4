//! Records an approval of a base matter.

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{
    approval, cadre, rule_set,
    values::{ApprovalState, CadreState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Order, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    retirement::{Choice, decide},
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
    modules::{
        matters::{effects::RETIREMENT, opening},
        personnel::catalogue::Cadre,
    },
};

/// What a retirement is chosen with beyond its month (弹性退休选择), D-02 to D-04.
#[derive(InputObject, Serialize, Clone, Debug, Default)]
pub struct ElasticInput {
    /// Day of the written notice (书面告知日期); wanted for a month before the statutory one, D-02.
    pub notice_on: Option<Given<NaiveDate>>,
    /// Day of the written choice (书面选择日期) of a woman of category `F60` for a month before 60, D-04.
    pub written_choice_on: Option<Given<NaiveDate>>,
    /// Months of contribution at the chosen month (缴费月数), as certified by the social security office; the
    /// register's figure unless given. D-03.
    pub contribution_months: Option<i32>,
}

/// A new approval (审批).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ApprovalCreateInput {
    /// Key of the matter (事项编码), as in `retirement`.
    pub matter_key: String,
    /// For whom (干部).
    pub cadre: Id<Cadre>,
    /// Number of the document (文号), 1 to 1,000 characters.
    pub document_number: String,
    /// Day of the decision (批准日期), not in the future; today unless given.
    pub decided_on: Option<Given<NaiveDate>>,
    /// Month it takes effect (生效年月); of a retirement, its last month of service.
    pub effective_month: Given<YearMonth>,
    /// What a retirement is chosen with (弹性退休选择).
    pub elastic: Option<ElasticInput>,
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
        let choice = self.choice(&mut faults);
        if let Err(Fault::Refused(errors)) = opening::in_force(tx, &self.matter_key, "input.matterKey").await {
            faults.extend(errors);
        }
        // Approvals of one cadre come one after another: what is checked below still holds when the row is written.
        let cadre =
            tx.gate_as::<cadre::Entity>(Resource::Approval, Action::Create)?.id(self.cadre.uuid()).lock().one().await?;
        let mut decision = json!({});
        match &cadre {
            None => faults.add(UserError::of(Code::Unknown, "input.cadre")),
            Some(cadre) => {
                faults.extend(self.standing(tx, cadre, document.as_deref()).await?);
                if let (RETIREMENT, Some(month)) = (self.matter_key.as_str(), month)
                    && let Some(decided) = faults.take(decide(cadre, month, &choice))
                {
                    decision = decided;
                }
            }
        }
        faults.check()?;
        let (Some(document), Some(month), Some(decided_on), Some(cadre)) = (document, month, decided_on, cadre) else {
            return Err(Code::InternalServerError.into());
        };
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
            rule_version: Set(rule_version(tx, decided_on).await?),
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
    fn choice(&self, faults: &mut Faults) -> Choice {
        let elastic = self.elastic.clone().unwrap_or_default();
        let mut day = |given: &Option<Given<NaiveDate>>, field: &str| {
            given.as_ref().and_then(|g| g.get(&format!("input.elastic.{field}"), faults))
        };
        let notice_on = day(&elastic.notice_on, "noticeOn");
        let written_choice_on = day(&elastic.written_choice_on, "writtenChoiceOn");
        if elastic.contribution_months.is_some_and(|months| !(0..=1200).contains(&months)) {
            let field = "input.elastic.contributionMonths";
            faults.add(UserError::new(Code::InvalidValue, field, "应为 0 至 1200", "Takes 0 to 1,200."));
        }
        Choice { notice_on, written_choice_on, contribution_months: elastic.contribution_months }
    }

    /// What the cadre's own standing refuses: an investigation (D-06), a state past service, an approval
    /// that is there already.
    async fn standing(&self, tx: &Tx, cadre: &cadre::Model, document: Option<&str>) -> Result<Vec<UserError>, Fault> {
        let mut found = vec![];
        if cadre.under_investigation {
            found.push(UserError::of(Code::UnderInvestigation, "input.cadre"));
        }
        let approvals = || {
            tx.parts::<approval::Entity>()
                .filter(approval::Column::CadreId.eq(cadre.id))
                .filter(approval::Column::MatterKey.eq(&self.matter_key))
        };
        if let Some(number) = document
            && approvals().filter(approval::Column::DocumentNumber.eq(number)).count().await? > 0
        {
            found.push(UserError::of(Code::AlreadyExists, "input.documentNumber"));
        }
        if self.matter_key != RETIREMENT {
            return Ok(found);
        }
        if !matches!(cadre.state, CadreState::Probation | CadreState::Serving) {
            let state = entities::CodeEnum::as_str(cadre.state);
            let (zh, en) = (format!("当前状态 {state}，不在职"), format!("The cadre is {state}, not serving."));
            found.push(UserError::new(Code::NotInState, "input.cadre", zh, en));
        }
        if approvals().filter(approval::Column::State.eq(ApprovalState::Active)).count().await? > 0 {
            let (zh, en) = ("该干部已有有效的退休审批", "The cadre has an approval of retirement that stands.");
            found.push(UserError::new(Code::AlreadyExists, "input.cadre", zh, en));
        }
        Ok(found)
    }
}

/// The version of the tenant's retirement rules in force on a day; 0 means the built-in ones.
async fn rule_version(tx: &Tx, on: NaiveDate) -> Result<i32, Fault> {
    let newest = tx
        .parts::<rule_set::Entity>()
        .filter(rule_set::Column::Key.eq(RETIREMENT))
        .filter(rule_set::Column::EffectiveFrom.lte(on))
        .order_by(rule_set::Column::Number, Order::Desc)
        .one()
        .await?;
    Ok(newest.map_or(0, |rules| rules.number))
}
