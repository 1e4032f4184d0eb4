//! Scores lines of a review's checklist.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use entities::{acceptance_item, acceptance_review, values::ReviewState};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{expect_version, lock_both, peer_gone, refused, words};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        kin::Kin,
        tx::Tx,
    },
    modules::cooperation::{
        catalogue::{AcceptanceItem, AcceptanceReview},
        rules::acceptance::check_score,
    },
};

/// The score of a line (得分).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AcceptanceScoreInput {
    /// Which line of the checklist, each once.
    pub item: Id<AcceptanceItem>,
    /// What it scored (得分), 0 to the line's full score.
    pub score: i32,
    /// What the reviewer found (评语), 1 to 2,000 characters.
    pub comment: Option<String>,
}

/// Scores of a review (评分).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AcceptanceReviewScoreInput {
    /// Which review.
    pub id: Id<AcceptanceReview>,
    /// The version that you read.
    pub expected_version: i32,
    /// The scores, 1 to 100.
    pub scores: Vec<AcceptanceScoreInput>,
}

/// An open review that this tenant makes, as it is under the locks of both sides, with its checklist.
pub(super) async fn hold<'t>(
    tx: &'t Tx,
    action: Action,
    id: Uuid,
    expected_version: i32,
) -> Result<(acceptance_review::Model, Vec<acceptance_item::Model>, Kin<'t>), Fault> {
    let seen = tx.gate::<acceptance_review::Entity>(action)?.id(id).required().await?;
    let kin = tx.kin(seen.peer_id).await?.ok_or_else(peer_gone)?;
    lock_both::<acceptance_review::Entity>(tx, &kin, id).await?;
    let row = tx.parts::<acceptance_review::Entity>().id(id).required().await?;
    expect_version(expected_version, row.version)?;
    if !row.is_reviewer {
        let (zh, en) = ("验收由上级一方进行", "The tenant above makes the review.");
        return Err(UserError::new(Code::NotInState, "input.id", zh, en).into());
    }
    if row.state != ReviewState::Open {
        return Err(UserError::of(Code::NotInState, "input.id").into());
    }
    let items = tx.parts::<acceptance_item::Entity>().filter(acceptance_item::Column::ReviewId.eq(id)).all().await?;
    Ok((row, items, kin))
}

#[async_trait::async_trait]
impl Command for AcceptanceReviewScoreInput {
    const NAME: &'static str = "acceptanceReviewScore";
    const RIGHT: (Resource, Action) = (Resource::AcceptanceReview, Action::Update);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let (row, items, kin) = hold(tx, Self::RIGHT.1, self.id.uuid(), self.expected_version).await?;
        let scores = self.check(&items)?;
        for (item, score, comment) in &scores {
            kin.both::<acceptance_item::Entity>(|changes| {
                changes
                    .id(*item)
                    .set(acceptance_item::Column::Score, Expr::value(*score))
                    .set(acceptance_item::Column::Comment, Expr::value(comment.clone()))
            })
            .await?;
        }
        let version = row.version + 1;
        kin.both::<acceptance_review::Entity>(|changes| {
            changes.id(row.id).set(acceptance_review::Column::Version, Expr::value(version))
        })
        .await?;
        let topic = "acceptanceReview.scored";
        kin.record(Self::NAME, topic, "AcceptanceReview", row.id, version, json!({})).await?;
        tx.touched("AcceptanceReview", row.id, json!({ "scored": scores.len() }));
        tx.emit(topic, "AcceptanceReview", row.id, version, json!({})).await?;
        Ok(row.id)
    }
}

impl AcceptanceReviewScoreInput {
    fn check(&self, items: &[acceptance_item::Model]) -> Result<Vec<(Uuid, i32, Option<String>)>, Fault> {
        let mut faults = Faults::default();
        if !(1..=100).contains(&self.scores.len()) {
            let (zh, en) = ("应为 1 至 100 条评分", "Takes 1 to 100 scores.");
            faults.add(UserError::new(Code::InvalidValue, "input.scores", zh, en));
        }
        let (mut seen, mut out) = (BTreeSet::new(), vec![]);
        for (i, given) in self.scores.iter().take(100).enumerate() {
            let at = |field: &str| format!("input.scores.{i}.{field}");
            let Some(item) = items.iter().find(|item| item.id == given.item.uuid()) else {
                faults.add(UserError::of(Code::Unknown, at("item")));
                continue;
            };
            if !seen.insert(item.id) {
                faults.add(UserError::of(Code::AlreadyExists, at("item")));
            }
            let within = check_score(item.full_score, given.score);
            faults.take(within.map_err(|refusal| refused(refusal, Code::InvalidValue, &at("score"))));
            let comment = given.comment.as_ref().and_then(|text| faults.take(words(text, 2000, &at("comment"))));
            out.push((item.id, given.score, comment));
        }
        faults.check()?;
        Ok(out)
    }
}
