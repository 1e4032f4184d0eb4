//! A clerk on leave lets a colleague handle the agency's items.

use async_graphql::InputObject;
use chrono::{Days, NaiveDate};
use entities::{
    app_user, role_assignment,
    values::{RoleName, UserKind, UserState},
};
use policies::{Action, Resource};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    assignment_grant::{NewAssignment, clear_the_place, insert},
    guard,
};
use crate::{
    graph::scalars::Given,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::administration::catalogue::User,
};

/// The longest leave, in days.
const LONGEST: u64 = 90;

/// Who stands in for you while you are on leave (请假期间委托办理).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct DutyDelegateInput {
    /// The colleague (受托人), of your own agency, active, and not handling there already.
    pub user: Id<User>,
    /// First day (起始日期), not in the past.
    pub from: Given<NaiveDate>,
    /// Last day (截止日期), at most 90 days after the first; the colleague's right ends with it.
    pub until: Given<NaiveDate>,
    /// Why (委托原因), 1 to 500 characters; kept in the audit record.
    pub reason: String,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for DutyDelegateInput {
    const NAME: &'static str = "dutyDelegate";
    const RIGHT: (Resource, Action) = (Resource::CaseItem, Action::Delegate);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let today = tx.session().today();
        let mut faults = Faults::default();
        let from = self.from.get("input.from", &mut faults);
        let until = self.until.get("input.until", &mut faults);
        let length = self.reason.trim().chars().count();
        if !(1..=500).contains(&length) {
            let (zh, en) = ("应为 1 至 500 个字符", "Takes 1 to 500 characters.");
            faults.add(UserError::new(Code::InvalidValue, "input.reason", zh, en));
        }
        if let Some(from) = from.filter(|from| *from < today) {
            let (zh, en) = (format!("{from} 早于今天 {today}"), format!("Not before today, {today}."));
            faults.add(UserError::new(Code::InvalidValue, "input.from", zh, en));
        }
        if let (Some(from), Some(until)) = (from, until) {
            let last = from.checked_add_days(Days::new(LONGEST)).unwrap_or(from);
            if until < from || until > last {
                let (zh, en) = (format!("应在 {from} 至 {last} 之间"), format!("Between {from} and {last}."));
                faults.add(UserError::new(Code::InvalidValue, "input.until", zh, en));
            }
        }
        let me = tx.session().user_id();
        // What was delegated to somebody is not theirs to pass on.
        let mine: Vec<role_assignment::Model> = guard::assignments(tx, me)
            .await?
            .into_iter()
            .filter(|held| held.role == RoleName::Handler && held.valid_from <= today && held.valid_until.is_none())
            .collect();
        let user = tx.parts::<app_user::Entity>().id(self.user.uuid()).lock().one().await?;
        // Somebody of another agency, of another tenant and nobody at all get the same answer.
        let place = user.as_ref().and_then(|user| mine.iter().find(|held| held.unit_id == user.unit_id));
        let colleague = user.as_ref().filter(|user| user.id != me && user.kind == UserKind::Human);
        match (colleague, place) {
            (Some(user), Some(_)) if user.state != UserState::Active => {
                faults.add(UserError::of(Code::NotInState, "input.user"));
            }
            (Some(user), Some(_)) => {
                let held = guard::roles_of_person(tx, user).await?;
                if held.iter().any(|role| role.is_separated()) {
                    faults.add(UserError::of(Code::RoleConflict, "input.user"));
                }
            }
            _ => faults.add(UserError::of(Code::Unknown, "input.user")),
        }
        faults.check()?;
        let (Some(from), Some(until), Some(user), Some(place)) = (from, until, colleague, place) else {
            return Err(Code::InternalServerError.into());
        };
        let (user, unit, role) = (user.id, place.unit_id, RoleName::Handler);
        clear_the_place(tx, user, role, unit, "input.user").await?;
        let id = insert(tx, &NewAssignment { user, role, unit, from, until: Some(until) }).await?;
        tx.touched("User", me, json!({ "delegated": role, "until": until, "reason": self.reason.trim() }));
        tx.rights_changed().await?;
        Ok(id)
    }
}
