//! Asks for anonymised figures to be given away, and decides on it (匿名数据集导出): two people, K-anon.

use async_graphql::{Context, InputObject, Object, Result as Answer};
use chrono::Datelike;
use entities::{
    app_user, performance_export,
    values::{ExportState, UserKind},
};
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
        administration::commands::guard,
        organisation::commands::version_mismatch,
        personnel::commands::checks,
        tasks::{catalogue::PerformanceExport, queries::anonymous, settings},
    },
    payload,
};

/// A request for anonymised figures (匿名数据集导出申请).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PerformanceExportRequestInput {
    /// The year that the figures are of (年度), 2000 to now.
    pub year: i32,
    /// Who gets them (接收方), 1 to 200 characters.
    pub recipient: String,
    /// What for (用途), 1 to 1,000 characters.
    pub purpose: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

fn by_a_person(tx: &Tx, faults: &mut Faults) {
    if tx.session().authority().kind == UserKind::Service {
        faults.add(UserError::of(Code::HumanDecisionRequired, "input"));
    }
}

#[async_trait::async_trait]
impl Command for PerformanceExportRequestInput {
    const NAME: &'static str = "performanceExportRequest";
    const RIGHT: (Resource, Action) = (Resource::Statistic, Action::Submit);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Resource::Statistic, Action::Submit)?;
        let mut faults = Faults::default();
        by_a_person(tx, &mut faults);
        let recipient = faults.take(checks::text(&self.recipient, "input.recipient", 200));
        let purpose = faults.take(checks::text(&self.purpose, "input.purpose", 1000));
        let now_year = tx.session().today().year();
        if !(2000..=now_year).contains(&self.year) {
            let (zh, en) = (format!("应为 2000 至 {now_year}"), format!("Takes 2000 to {now_year}."));
            faults.add(UserError::new(Code::InvalidValue, "input.year", zh, en));
        }
        faults.check()?;
        let (Some(recipient), Some(purpose)) = (recipient, purpose) else {
            return Err(Code::InternalServerError.into());
        };
        let (id, now) = (tx.new_id(), tx.session().now());
        tx.insert(performance_export::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            year: Set(self.year),
            recipient: Set(recipient),
            purpose: Set(purpose),
            state: Set(ExportState::Requested),
            requested_by: Set(tx.session().user_id()),
            decided_by: Set(None),
            decided_at: Set(None),
            reason: Set(None),
            smallest: Set(None),
            content: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        tx.touched("PerformanceExport", id, json!({ "year": self.year }));
        tx.emit("performanceExport.requested", "PerformanceExport", id, 1, json!({})).await?;
        Ok(id)
    }
}

/// A decision on a request (导出审批).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PerformanceExportDecideInput {
    /// Which request, open, and of somebody else.
    pub id: Id<PerformanceExport>,
    /// The version that you read.
    pub expected_version: i32,
    /// Whether the figures are given (是否同意).
    pub approved: bool,
    /// Why not (不同意理由), 1 to 1,000 characters; with a refusal.
    pub reason: Option<String>,
}

#[async_trait::async_trait]
impl Command for PerformanceExportDecideInput {
    const NAME: &'static str = "performanceExportDecide";
    const RIGHT: (Resource, Action) = (Resource::Statistic, Action::Publish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Resource::Statistic, Action::Publish)?;
        let rows = tx.gate::<performance_export::Entity>(Action::Publish)?;
        let row = rows.id(self.id.uuid()).lock().required().await?;
        if row.version != self.expected_version {
            return Err(version_mismatch().into());
        }
        let mut faults = Faults::default();
        by_a_person(tx, &mut faults);
        if row.state != ExportState::Requested {
            faults.add(UserError::of(Code::NotInState, "input.id"));
        }
        if same_person(tx, row.requested_by).await? {
            faults.add(UserError::of(Code::SecondPersonRequired, "input.id"));
        }
        let reason = self.reason.as_ref().and_then(|r| faults.take(checks::text(r, "input.reason", 1000)));
        if !self.approved && self.reason.is_none() {
            faults.add(UserError::of(Code::ReasonMissing, "input.reason"));
        }
        faults.check()?;
        let session = tx.session();
        let smallest = settings::on(tx, session.today()).await?.smallest;
        let content = match self.approved {
            true => Some(anonymous::figures(tx, row.year, smallest).await?.ok_or_else(|| {
                let (zh, en) = (format!("不足 {smallest} 人"), format!("There are fewer than {smallest} people."));
                UserError::new(Code::TooFewPeople, "input.id", zh, en)
            })?),
            false => None,
        };
        let state = if self.approved { ExportState::Approved } else { ExportState::Refused };
        let shown = content.is_some().then(|| i32::try_from(smallest).unwrap_or(i32::MAX));
        tx.change::<performance_export::Entity>()
            .id(row.id)
            .filter(performance_export::Column::Version.eq(row.version))
            .set(performance_export::Column::State, Expr::value(state))
            .set(performance_export::Column::DecidedBy, Expr::value(session.user_id()))
            .set(performance_export::Column::DecidedAt, Expr::value(session.now()))
            .set(performance_export::Column::Reason, Expr::value(reason.filter(|_| !self.approved)))
            .set(performance_export::Column::Smallest, Expr::value(shown))
            .set(performance_export::Column::Content, Expr::value(content))
            .set(performance_export::Column::Version, Expr::value(row.version + 1))
            .set(performance_export::Column::UpdatedAt, Expr::value(session.now()))
            .run()
            .await?;
        tx.touched("PerformanceExport", row.id, json!({ "state": state }));
        tx.emit("performanceExport.decided", "PerformanceExport", row.id, row.version + 1, json!({})).await?;
        Ok(row.id)
    }
}

/// Whether a user is the caller, or another user of the same person.
async fn same_person(tx: &Tx, user: Uuid) -> Result<bool, Fault> {
    let (own, session) = (tx.session().user_id(), tx.session());
    let other = tx.parts::<app_user::Entity>().id(user).one().await?.and_then(|user| user.person_id);
    Ok(own == user || (other.is_some() && other == session.caller().person))
}

payload!(
    /// What became of a request for anonymised figures (匿名数据集导出).
    PerformanceExportPayload { performance_export: PerformanceExport }
);

/// Giving anonymised figures away.
#[derive(Default)]
pub struct ExportMutations;

/// Giving anonymised figures away.
#[Object]
impl ExportMutations {
    /// Asks for anonymised figures of a year to be given to somebody outside (申请匿名数据集导出).
    /// Permission: `statistic:submit` over the whole tenant. K-anon.
    async fn performance_export_request(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which year, for whom and what for.")] input: PerformanceExportRequestInput,
    ) -> Answer<Option<PerformanceExportPayload>> {
        PerformanceExportPayload::of(ctx, input).await
    }

    /// Decides on such a request (匿名数据集导出审批): another person than who asked. The figures are worked out now, with
    /// small groups suppressed, and stay as they are. Permission: `statistic:publish` over the whole tenant. K-anon.
    async fn performance_export_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request, and the decision.")] input: PerformanceExportDecideInput,
    ) -> Answer<Option<PerformanceExportPayload>> {
        PerformanceExportPayload::of(ctx, input).await
    }
}
