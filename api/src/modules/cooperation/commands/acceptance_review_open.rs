//! Opens the review of a lower tenant on both sides.

use async_graphql::InputObject;
use entities::{acceptance_item, acceptance_review, values::ReviewState};
use policies::{Action, Resource};
use sea_orm::Set;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{refused, words};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        tx::Tx,
    },
    modules::{
        administration::commands::guard,
        cooperation::rules::acceptance::{Line, check_list},
    },
};

/// The most lines of a checklist.
const LINES: usize = 100;

/// A line of a checklist (验收指标).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AcceptanceItemInput {
    /// What is looked at (指标), 1 to 500 characters.
    pub criterion: String,
    /// The most it can score (满分), 1 to 1,000.
    pub full_score: i32,
    /// Whether nothing is passed with 0 on it (必达).
    #[graphql(default)]
    pub is_mandatory: bool,
}

/// A new review (验收).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AcceptanceReviewOpenInput {
    /// Code of a tenant directly below (被验收租户代码).
    pub peer_code: String,
    /// Title (验收名称), 1 to 200 characters.
    pub title: String,
    /// What must be reached to pass (合格分), at most what the checklist can score.
    pub pass_score: i32,
    /// The checklist (验收清单) in its order, 1 to 100 lines.
    pub items: Vec<AcceptanceItemInput>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

impl AcceptanceReviewOpenInput {
    /// The checklist as it will be kept.
    fn checklist(&self, faults: &mut Faults) -> Vec<(String, Line)> {
        if !(1..=LINES).contains(&self.items.len()) {
            let (zh, en) = ("应为 1 至 100 条指标", "Takes 1 to 100 lines.");
            faults.add(UserError::new(Code::InvalidValue, "input.items", zh, en));
            return vec![];
        }
        let mut lines = vec![];
        for (i, item) in self.items.iter().enumerate() {
            let criterion = faults.take(words(&item.criterion, 500, &format!("input.items.{i}.criterion")));
            if !(1..=1000).contains(&item.full_score) {
                let (zh, en) = ("应为 1 至 1000", "Takes 1 to 1,000.");
                faults.add(UserError::new(Code::InvalidValue, format!("input.items.{i}.fullScore"), zh, en));
            }
            let line = Line { full: item.full_score, mandatory: item.is_mandatory, score: None };
            lines.push((criterion.unwrap_or_default(), line));
        }
        let bare: Vec<Line> = lines.iter().map(|(_, line)| *line).collect();
        let fits = check_list(&bare, self.pass_score);
        faults.take(fits.map_err(|refusal| refused(refusal, Code::InvalidValue, "input.passScore")));
        lines
    }
}

#[async_trait::async_trait]
impl Command for AcceptanceReviewOpenInput {
    const NAME: &'static str = "acceptanceReviewOpen";
    const RIGHT: (Resource, Action) = (Resource::AcceptanceReview, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let session = tx.session();
        guard::tenant_wide(session, Self::RIGHT.0, Self::RIGHT.1)?;
        let mut faults = Faults::default();
        let title = faults.take(words(&self.title, 200, "input.title"));
        let lines = self.checklist(&mut faults);
        // The tenant above is no more to be reviewed from here than one that is not there.
        let kin = tx.kin_of_code(&self.peer_code).await?.filter(|kin| !kin.is_above());
        let kin = faults.known(kin, "input.peerCode");
        faults.check()?;
        let (Some(title), Some(kin)) = (title, kin) else { return Err(Code::InternalServerError.into()) };
        let id = tx.new_id();
        let ours = acceptance_review::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            title: Set(title),
            state: Set(ReviewState::Open),
            is_reviewer: Set(true),
            peer_id: Set(kin.id()),
            peer_code: Set(kin.code().into()),
            peer_name: Set(kin.name().into()),
            pass_score: Set(self.pass_score),
            passed: Set(None),
            comments: Set(None),
            opened_by: Set(Some(session.user_id())),
            opened_by_name: Set(session.authority().name.clone()),
            opened_at: Set(session.now()),
            concluded_by_name: Set(None),
            concluded_at: Set(None),
            version: Set(1),
        };
        let copy = acceptance_review::ActiveModel {
            is_reviewer: Set(false),
            peer_id: Set(tx.tenant_id()),
            peer_code: Set(session.tenant().code.clone()),
            peer_name: Set(session.tenant().name.clone()),
            opened_by: Set(None),
            ..ours.clone()
        };
        tx.insert(ours).await?;
        kin.insert(copy).await?;
        for (position, (criterion, line)) in (0..).zip(lines) {
            let item = acceptance_item::ActiveModel {
                tenant_id: Set(tx.tenant_id()),
                id: Set(tx.new_id()),
                review_id: Set(id),
                criterion: Set(criterion),
                full_score: Set(line.full),
                is_mandatory: Set(line.mandatory),
                score: Set(None),
                comment: Set(None),
                position: Set(position),
            };
            tx.insert(item.clone()).await?;
            kin.insert(item).await?;
        }
        kin.record(Self::NAME, "acceptanceReview.opened", "AcceptanceReview", id, 1, json!({})).await?;
        tx.touched("AcceptanceReview", id, json!({ "opened": true, "of": kin.code() }));
        tx.emit("acceptanceReview.opened", "AcceptanceReview", id, 1, json!({})).await?;
        Ok(id)
    }
}
