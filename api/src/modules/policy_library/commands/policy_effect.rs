//! Reports what a policy brought in a period, and judges it (政策成效填报、政策评价).

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{policy_document, policy_effect, policy_score, unit, values::PlanPeriod};
use policies::{Action, Resource};
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::{Given, Gql},
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        organisation::catalogue::Unit,
        personnel::commands::checks,
        policy_library::catalogue::PolicyDocument,
        tasks::rules::{
            growth::fen,
            period::{Period, begins},
        },
    },
};

/// What a policy brought in a period (政策成效数据).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PolicyEffectReportInput {
    /// The policy (政策).
    pub policy_document: Id<PolicyDocument>,
    /// The unit that reports (填报单位), within your subtree.
    pub unit: Id<Unit>,
    /// `YEAR` or `MONTH` (周期).
    pub period: Gql<PlanPeriod>,
    /// First day of the period (周期首日), not in the future; a period reported before is corrected.
    pub starts_on: Given<NaiveDate>,
    /// Whom it benefits (受益对象), 1 to 200 characters.
    pub beneficiaries: String,
    /// How many of them (受益数), from 0.
    pub count: i32,
    /// What was paid out, in yuan (兑现额度), from 0, with at most two decimals.
    pub amount: Given<Decimal>,
    /// What came of it (产生效益), 1 to 1,000 characters.
    pub benefit: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// The policy that an input names.
async fn document(
    tx: &Tx,
    id: &Id<PolicyDocument>,
    faults: &mut Faults,
) -> Result<Option<policy_document::Model>, Fault> {
    let found = tx.gate::<policy_document::Entity>(Action::Read)?.id(id.uuid()).one().await?;
    Ok(faults.known(found, "input.policyDocument"))
}

#[async_trait::async_trait]
impl Command for PolicyEffectReportInput {
    const NAME: &'static str = "policyEffectReport";
    const RIGHT: (Resource, Action) = (Resource::PolicyDocument, Action::Submit);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let document = document(tx, &self.policy_document, &mut faults).await?;
        let unit = tx.gate_as::<unit::Entity>(Self::RIGHT.0, Self::RIGHT.1)?.id(self.unit.uuid()).one().await?;
        let unit = faults.known(unit, "input.unit");
        let period = match self.period.0 {
            PlanPeriod::Year => Some(Period::Year),
            PlanPeriod::Month => Some(Period::Month),
            PlanPeriod::Week => None,
        };
        if period.is_none() {
            faults.add(UserError::new(Code::InvalidValue, "input.period", "应为年或月", "Takes YEAR or MONTH."));
        }
        let day = self.starts_on.get("input.startsOn", &mut faults);
        if day.is_some_and(|day| day > tx.session().today()) {
            faults.add(UserError::new(Code::InvalidValue, "input.startsOn", "不得晚于今天", "Not in the future."));
        } else if let (Some(period), Some(day)) = (period, day) {
            faults.take(
                begins(period, day).map_err(|r| UserError::new(Code::InvalidValue, "input.startsOn", r.zh, r.en)),
            );
        }
        let beneficiaries = faults.take(checks::text(&self.beneficiaries, "input.beneficiaries", 200));
        let benefit = faults.take(checks::text(&self.benefit, "input.benefit", 1000));
        if self.count < 0 {
            faults.add(UserError::new(Code::InvalidValue, "input.count", "不得小于 0", "Takes 0 or more."));
        }
        let amount = self.amount.get("input.amount", &mut faults).and_then(|yuan| {
            faults.take(fen(yuan).ok_or_else(|| {
                let (zh, en) =
                    ("应为不小于 0、至多两位小数的金额", "Takes an amount from 0 with at most two decimals.");
                UserError::new(Code::InvalidValue, "input.amount", zh, en)
            }))
        });
        faults.check()?;
        let (Some(document), Some(unit), Some(day)) = (document, unit, day) else {
            return Err(Code::InternalServerError.into());
        };
        let (Some(beneficiaries), Some(benefit), Some(amount)) = (beneficiaries, benefit, amount) else {
            return Err(Code::InternalServerError.into());
        };
        use policy_effect::Column;
        let (user, now) = (tx.session().user_id(), tx.session().now());
        let row = policy_effect::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            document_id: Set(document.id),
            unit_id: Set(unit.id),
            period: Set(self.period.0),
            starts_on: Set(day),
            beneficiaries: Set(beneficiaries.clone()),
            count: Set(self.count),
            amount: Set(amount),
            benefit: Set(benefit.clone()),
            reported_by: Set(user),
            version: Set(0),
            created_at: Set(now),
            updated_at: Set(now),
        };
        // Of two who report at once, both find the one row.
        tx.insert_new(row, [Column::DocumentId, Column::UnitId, Column::Period, Column::StartsOn]).await?;
        let row = tx
            .parts::<policy_effect::Entity>()
            .filter(Column::DocumentId.eq(document.id))
            .filter(Column::UnitId.eq(unit.id))
            .filter(Column::Period.eq(self.period.0))
            .filter(Column::StartsOn.eq(day))
            .lock()
            .required()
            .await?;
        tx.change::<policy_effect::Entity>()
            .id(row.id)
            .set(Column::Beneficiaries, Expr::value(beneficiaries))
            .set(Column::Count, Expr::value(self.count))
            .set(Column::Amount, Expr::value(amount))
            .set(Column::Benefit, Expr::value(benefit))
            .set(Column::ReportedBy, Expr::value(user))
            .set(Column::Version, Expr::value(row.version + 1))
            .set(Column::UpdatedAt, Expr::value(now))
            .run()
            .await?;
        tx.touched("PolicyEffect", row.id, json!({ "startsOn": day, "correction": row.version > 0 }));
        tx.emit("policyEffect.reported", "PolicyEffect", row.id, row.version + 1, json!({})).await?;
        Ok(row.id)
    }
}

/// Three scores of a policy (政策评价).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PolicyScoreSetInput {
    /// The policy (政策).
    pub policy_document: Id<PolicyDocument>,
    /// Whether it is well founded (科学性), 0 to 100.
    pub scientific: i32,
    /// Whether it is fair and proportionate (合理性), 0 to 100.
    pub reasonable: i32,
    /// Whether it fits the place (适用性), 0 to 100.
    pub applicable: i32,
    /// What the scores stand on (评价依据), 1 to 1,000 characters.
    pub basis: String,
}

#[async_trait::async_trait]
impl Command for PolicyScoreSetInput {
    const NAME: &'static str = "policyScoreSet";
    const RIGHT: (Resource, Action) = (Resource::PolicyDocument, Action::Submit);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        use policy_score::Column;
        let mut faults = Faults::default();
        let document = document(tx, &self.policy_document, &mut faults).await?;
        for (n, field) in [
            (self.scientific, "input.scientific"),
            (self.reasonable, "input.reasonable"),
            (self.applicable, "input.applicable"),
        ] {
            if !(0..=100).contains(&n) {
                faults.add(UserError::new(Code::InvalidValue, field, "应为 0 至 100", "Takes 0 to 100."));
            }
        }
        let basis = faults.take(checks::text(&self.basis, "input.basis", 1000));
        faults.check()?;
        let (Some(document), Some(basis)) = (document, basis) else { return Err(Code::InternalServerError.into()) };
        let (user, now) = (tx.session().user_id(), tx.session().now());
        let judge = tx.parts::<entities::app_user::Entity>().id(user).required().await?;
        let row = policy_score::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            document_id: Set(document.id),
            scientific: Set(self.scientific),
            reasonable: Set(self.reasonable),
            applicable: Set(self.applicable),
            basis: Set(basis.clone()),
            unit_id: Set(judge.unit_id),
            scored_by: Set(user),
            version: Set(0),
            created_at: Set(now),
            updated_at: Set(now),
        };
        tx.insert_new(row, [Column::DocumentId, Column::ScoredBy]).await?;
        let row = tx
            .parts::<policy_score::Entity>()
            .filter(Column::DocumentId.eq(document.id))
            .filter(Column::ScoredBy.eq(user))
            .lock()
            .required()
            .await?;
        tx.change::<policy_score::Entity>()
            .id(row.id)
            .set(Column::Scientific, Expr::value(self.scientific))
            .set(Column::Reasonable, Expr::value(self.reasonable))
            .set(Column::Applicable, Expr::value(self.applicable))
            .set(Column::Basis, Expr::value(basis))
            .set(Column::Version, Expr::value(row.version + 1))
            .set(Column::UpdatedAt, Expr::value(now))
            .run()
            .await?;
        tx.touched("PolicyScore", row.id, json!({}));
        Ok(row.id)
    }
}
