//! Concludes a review on both sides.

use async_graphql::InputObject;
use entities::{acceptance_review, values::ReviewState};
use policies::{Action, Resource};
use sea_orm::sea_query::Expr;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{acceptance_review_score::hold, refused, words};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults},
        id::Id,
        tx::Tx,
    },
    modules::cooperation::{
        catalogue::AcceptanceReview,
        rules::acceptance::{Line, check_conclusion},
    },
};

/// The conclusion of a review (验收结论).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AcceptanceReviewConcludeInput {
    /// Which review.
    pub id: Id<AcceptanceReview>,
    /// The version that you read.
    pub expected_version: i32,
    /// Whether it is passed (是否通过): the decision of whoever concludes.
    pub is_passed: bool,
    /// The conclusion in words (验收意见), 1 to 4,000 characters.
    pub comments: String,
}

#[async_trait::async_trait]
impl Command for AcceptanceReviewConcludeInput {
    const NAME: &'static str = "acceptanceReviewConclude";
    const RIGHT: (Resource, Action) = (Resource::AcceptanceReview, Action::Close);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let session = tx.session();
        let (row, items, kin) = hold(tx, Self::RIGHT.1, self.id.uuid(), self.expected_version).await?;
        let line = |i: &entities::acceptance_item::Model| Line {
            full: i.full_score,
            mandatory: i.is_mandatory,
            score: i.score,
        };
        let lines: Vec<Line> = items.iter().map(line).collect();
        let mut faults = Faults::default();
        let allowed = check_conclusion(&lines, row.pass_score, self.is_passed);
        faults.take(allowed.map_err(|refusal| refused(refusal, Code::NotInState, "input.isPassed")));
        let comments = faults.take(words(&self.comments, 4000, "input.comments"));
        faults.check()?;
        let comments = comments.unwrap_or_default();
        let (version, name, now) = (row.version + 1, session.authority().name.clone(), session.now());
        kin.both::<acceptance_review::Entity>(|changes| {
            changes
                .id(row.id)
                .set(acceptance_review::Column::State, Expr::value(ReviewState::Concluded))
                .set(acceptance_review::Column::Passed, Expr::value(self.is_passed))
                .set(acceptance_review::Column::Comments, Expr::value(comments.clone()))
                .set(acceptance_review::Column::ConcludedByName, Expr::value(name.clone()))
                .set(acceptance_review::Column::ConcludedAt, Expr::value(now))
                .set(acceptance_review::Column::Version, Expr::value(version))
        })
        .await?;
        let topic = "acceptanceReview.concluded";
        kin.record(Self::NAME, topic, "AcceptanceReview", row.id, version, json!({})).await?;
        tx.touched("AcceptanceReview", row.id, json!({ "concluded": true, "passed": self.is_passed }));
        tx.emit(topic, "AcceptanceReview", row.id, version, json!({})).await?;
        Ok(row.id)
    }
}
