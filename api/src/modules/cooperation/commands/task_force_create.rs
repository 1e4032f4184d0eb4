//! Forms a task force with its members and the roles lent to them.

use std::collections::BTreeSet;

use async_graphql::InputObject;
use chrono::NaiveDate;
use entities::{task_force, unit, values::TaskForceState};
use policies::{Action, Resource};
use sea_orm::Set;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    members::{TaskForceMemberInput, join},
    refused, words,
};
use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        cooperation::rules::task_force::{check_days, check_units},
        organisation::catalogue::Unit,
    },
};

/// The most members that are named at once.
const MEMBERS: usize = 50;

/// A new task force (专班).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct TaskForceCreateInput {
    /// Title (专班名称), 1 to 200 characters.
    pub title: String,
    /// What it is for (工作任务), 1 to 2,000 characters.
    pub purpose: String,
    /// The unit that leads it (牵头单位), within your subtree.
    pub unit: Id<Unit>,
    /// First day (开始日期), not in the past; today unless given.
    pub valid_from: Option<Given<NaiveDate>>,
    /// Last day (截止日期), at most 731 days after the first.
    pub valid_until: Given<NaiveDate>,
    /// The members (成员), 2 to 50, of at least two units.
    pub members: Vec<TaskForceMemberInput>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

impl TaskForceCreateInput {
    fn days(&self, today: NaiveDate, faults: &mut Faults) -> Option<(NaiveDate, NaiveDate)> {
        let from = match &self.valid_from {
            Some(given) => given.get("input.validFrom", faults)?,
            None => today,
        };
        let until = self.valid_until.get("input.validUntil", faults)?;
        if from < today {
            let (zh, en) = (format!("不得早于 {today}"), format!("Not before {today}."));
            faults.add(UserError::new(Code::InvalidValue, "input.validFrom", zh, en));
        }
        let fits = check_days(from, until, today);
        faults.take(fits.map_err(|refusal| refused(refusal, Code::InvalidValue, "input.validUntil")))?;
        Some((from, until))
    }
}

#[async_trait::async_trait]
impl Command for TaskForceCreateInput {
    const NAME: &'static str = "taskForceCreate";
    const RIGHT: (Resource, Action) = (Resource::TaskForce, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let (session, now) = (tx.session(), tx.session().now());
        let mut faults = Faults::default();
        let title = faults.take(words(&self.title, 200, "input.title"));
        let purpose = faults.take(words(&self.purpose, 2000, "input.purpose"));
        let days = self.days(session.today(), &mut faults);
        let unit = tx.gate_as::<unit::Entity>(Self::RIGHT.0, Self::RIGHT.1)?.id(self.unit.uuid()).one().await?;
        if unit.is_none() {
            faults.add(UserError::of(Code::Unknown, "input.unit"));
        }
        if !(2..=MEMBERS).contains(&self.members.len()) {
            let (zh, en) = ("应为 2 至 50 名成员", "Takes 2 to 50 members.");
            faults.add(UserError::new(Code::InvalidValue, "input.members", zh, en));
        }
        let mut seen = BTreeSet::new();
        for (i, member) in self.members.iter().enumerate() {
            if !seen.insert(member.user.uuid()) {
                faults.add(UserError::of(Code::AlreadyExists, format!("input.members.{i}.user")));
            }
        }
        faults.check()?;
        let (Some(title), Some(purpose), Some(days), Some(unit)) = (title, purpose, days, unit) else {
            return Err(Code::InternalServerError.into());
        };
        let id = tx.new_id();
        tx.insert(task_force::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            title: Set(title),
            purpose: Set(purpose),
            unit_id: Set(unit.id),
            valid_from: Set(days.0),
            valid_until: Set(days.1),
            state: Set(TaskForceState::Active),
            created_by: Set(session.user_id()),
            dissolved_by: Set(None),
            dissolved_at: Set(None),
            dissolve_reason: Set(None),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        let mut units = vec![];
        for (i, member) in self.members.iter().enumerate() {
            units.extend(join(tx, id, days, member, &format!("input.members.{i}"), &mut faults).await?);
        }
        // What was written so far goes with the transaction when anything is refused.
        faults.check()?;
        check_units(&units).map_err(|refusal| refused(refusal, Code::InvalidValue, "input.members"))?;
        tx.rights_changed().await?;
        tx.touched("TaskForce", id, json!({ "members": units.len(), "validUntil": days.1 }));
        tx.emit("taskForce.created", "TaskForce", id, 1, json!({})).await?;
        Ok(id)
    }
}
