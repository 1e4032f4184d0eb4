//! A task among the others of its item: what is above and below it, and the progress that goes up.

use entities::{task, task_link, values::TaskState};
use sea_orm::{ColumnTrait, sea_query::Expr};
use uuid::Uuid;

use super::{
    hold::{span, with_percent},
    notices::tell_parent,
};
use crate::{
    kernel::{error::ApiError, tx::Inner},
    modules::tasks::{rules::course::rolled_up, settings::Settings},
};

/// The tasks below another, without those withdrawn.
pub async fn children(tx: &Inner, parent: Uuid) -> Result<Vec<task::Model>, ApiError> {
    let rows = tx.parts::<task::Entity>().filter(task::Column::ParentId.eq(parent));
    rows.filter(task::Column::State.ne(TaskState::Withdrawn)).all().await
}

/// The tasks above another, the nearest first.
pub async fn above(tx: &Inner, task: &task::Model) -> Result<Vec<task::Model>, ApiError> {
    let (mut out, mut next) = (vec![], task.parent_id);
    while let Some(id) = next {
        let parent = tx.parts::<task::Entity>().id(id).required().await?;
        next = parent.parent_id;
        out.push(parent);
    }
    Ok(out)
}

/// The tasks that have to be done before another and are not.
pub async fn earlier_open(tx: &Inner, task: Uuid) -> Result<Vec<task::Model>, ApiError> {
    let links = tx.parts::<task_link::Entity>().filter(task_link::Column::TaskId.eq(task)).all().await?;
    let rows = tx.parts::<task::Entity>().filter(task::Column::Id.is_in(links.iter().map(|l| l.after_id)));
    let open = rows.filter(task::Column::FinishedOn.is_null());
    open.filter(task::Column::State.ne(TaskState::Withdrawn)).all().await
}

/// Takes a changed progress up to the top: each parent is the mean of what is below it. The caller holds the item.
pub async fn roll_up(tx: &Inner, task: &task::Model, settings: &Settings) -> Result<(), ApiError> {
    for parent in above(tx, task).await? {
        if parent.finished_on.is_some() {
            continue;
        }
        let below = children(tx, parent.id).await?;
        let shares: Vec<(i32, i32)> = below.iter().map(|k| (k.percent, k.hours)).collect();
        let percent = rolled_up(&shares);
        let started = parent.started_on.or_else(|| below.iter().filter_map(|k| k.started_on).min());
        let changes = tx.change::<task::Entity>().id(parent.id);
        with_percent(changes, span(&parent), percent, settings)
            .set(task::Column::StartedOn, Expr::value(started))
            .run()
            .await?;
        if !below.is_empty() && below.iter().all(|k| k.finished_on.is_some()) {
            tell_parent(tx, &parent).await?;
        }
    }
    Ok(())
}
