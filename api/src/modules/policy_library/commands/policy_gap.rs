//! Opens a policy gap over problems, and answers it with a policy (政策供需对接).

use async_graphql::InputObject;
use entities::{policy_document, policy_gap, policy_gap_problem, problem, values::PolicyGapState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        organisation::commands::version_mismatch,
        personnel::commands::checks,
        policy_library::catalogue::{PolicyDocument, PolicyGap},
        tasks::catalogue::Problem,
    },
};

/// The most problems at once.
const MOST: usize = 50;

/// A policy that is missing (政策缺口).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PolicyGapOpenInput {
    /// The problem that shows it (问题); its unit is the one that needs the policy.
    pub problem: Id<Problem>,
    /// More problems with the same gap (其他问题), at most 50.
    pub more: Option<Vec<Id<Problem>>>,
    /// Title (标题), 1 to 200 characters.
    pub title: String,
    /// What is missing (缺口描述), 1 to 1,000 characters.
    pub text: String,
    /// What is proposed (政策建议), 1 to 1,000 characters.
    pub proposal: Option<String>,
    /// Field of work (领域), 1 to 50 characters.
    pub field: Option<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for PolicyGapOpenInput {
    const NAME: &'static str = "policyGapOpen";
    const RIGHT: (Resource, Action) = (Resource::Problem, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let mut faults = Faults::default();
        let first = tx.gate::<problem::Entity>(Action::Create)?.id(self.problem.uuid()).one().await?;
        let first = faults.known(first, "input.problem");
        let mut more: Vec<Uuid> = self.more.iter().flatten().map(|id| id.uuid()).collect();
        more.sort_unstable();
        more.dedup();
        if more.len() > MOST {
            let (zh, en) = (format!("至多 {MOST} 个"), format!("At most {MOST}."));
            faults.add(UserError::new(Code::InvalidValue, "input.more", zh, en));
        } else {
            let found = tx.gate::<problem::Entity>(Action::Create)?.filter(problem::Column::Id.is_in(more.clone()));
            if usize::try_from(found.count().await?).ok() != Some(more.len()) {
                faults.add(UserError::of(Code::Unknown, "input.more"));
            }
        }
        let title = faults.take(checks::text(&self.title, "input.title", 200));
        let text = faults.take(checks::text(&self.text, "input.text", 1000));
        let proposal = self.proposal.as_ref().and_then(|t| faults.take(checks::text(t, "input.proposal", 1000)));
        let field = self.field.as_ref().and_then(|t| faults.take(checks::text(t, "input.field", 50)));
        faults.check()?;
        let (Some(first), Some(title), Some(text)) = (first, title, text) else {
            return Err(Code::InternalServerError.into());
        };
        let (id, now) = (tx.new_id(), tx.session().now());
        tx.insert(policy_gap::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            title: Set(title),
            text: Set(text),
            proposal: Set(proposal),
            field: Set(field),
            unit_id: Set(first.unit_id),
            state: Set(PolicyGapState::Open),
            document_id: Set(None),
            answer: Set(None),
            opened_by: Set(tx.session().user_id()),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        more.retain(|other| *other != first.id);
        more.push(first.id);
        let link = |problem| policy_gap_problem::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            gap_id: Set(id),
            problem_id: Set(problem),
        };
        tx.insert_many(more.into_iter().map(link).collect()).await?;
        tx.touched("PolicyGap", id, json!({}));
        tx.emit("policyGap.opened", "PolicyGap", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// A policy that answers a gap (政策对接).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PolicyGapAnswerInput {
    /// Which gap, open.
    pub id: Id<PolicyGap>,
    /// The version that you read.
    pub expected_version: i32,
    /// The policy (对接政策).
    pub policy_document: Id<PolicyDocument>,
    /// How it answers it (对接说明), 1 to 1,000 characters.
    pub answer: String,
}

#[async_trait::async_trait]
impl Command for PolicyGapAnswerInput {
    const NAME: &'static str = "policyGapAnswer";
    const RIGHT: (Resource, Action) = (Resource::Problem, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let row = tx.gate::<policy_gap::Entity>(Action::Update)?.id(self.id.uuid()).lock().required().await?;
        if row.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        let mut faults = Faults::default();
        if row.state != PolicyGapState::Open {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        let document = tx.gate::<policy_document::Entity>(Action::Read)?.id(self.policy_document.uuid()).one().await?;
        let document = faults.known(document, "input.policyDocument");
        let answer = faults.take(checks::text(&self.answer, "input.answer", 1000));
        faults.check()?;
        tx.change::<policy_gap::Entity>()
            .id(row.id)
            .set(policy_gap::Column::State, Expr::value(PolicyGapState::Answered))
            .set(policy_gap::Column::DocumentId, Expr::value(document.map(|d| d.id)))
            .set(policy_gap::Column::Answer, Expr::value(answer))
            .set(policy_gap::Column::Version, Expr::value(row.version + 1))
            .set(policy_gap::Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        tx.touched("PolicyGap", row.id, json!({}));
        tx.emit("policyGap.answered", "PolicyGap", row.id, row.version + 1, json!({})).await?;
        Ok(row.id)
    }
}
