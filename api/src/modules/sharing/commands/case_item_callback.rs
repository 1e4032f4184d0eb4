//! Takes what an agency's own system says of an item, once for each of its call ids.
//!
//! It is carried out as the very commands that a handler gives, in this transaction: flow, clock, steps and events
//! are theirs. A call that is repeated, be it at the same moment or a year later, changes nothing and gets the item.

use async_graphql::InputObject;
use entities::{
    agency_callback, case_item, matter_case,
    values::{CallbackAction, CaseItemState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    graph::scalars::Gql,
    kernel::{
        command::Command,
        error::{ApiError, Code, Fault, UserError},
        id::Id,
        tx::Tx,
    },
    modules::matters::{
        catalogue::CaseItem,
        commands::{CaseItemAcceptInput, CaseItemFinishInput, CaseItemReturnInput},
    },
};

/// The longest id of a call.
const LONGEST: usize = 100;

/// What an agency's system calls back (部门回调).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CaseItemCallbackInput {
    /// The system's own id of the call (回调流水号), 1 to 100 characters; used once for ever.
    pub callback_number: String,
    /// Which item (联办件).
    pub case_item: Id<CaseItem>,
    /// What was done (办理动作). `FINISH` accepts first what was not accepted.
    pub action: Gql<CallbackAction>,
    /// What was decided, or why it is sent back (结果或原因), 1 to 1,000 characters; not for `ACCEPT`.
    pub text: Option<String>,
}

#[async_trait::async_trait]
impl Command for CaseItemCallbackInput {
    const NAME: &'static str = "caseItemCallback";
    const RIGHT: (Resource, Action) = (Resource::CaseItem, Action::Finish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        if !(1..=LONGEST).contains(&self.callback_number.chars().count()) {
            let (zh, en) = ("应为 1 至 100 个字符", "Takes 1 to 100 characters.");
            return Err(UserError::new(Code::InvalidFormat, "input.callbackNumber", zh, en).into());
        }
        let item = tx.gate::<case_item::Entity>(Self::RIGHT.1)?.id(self.case_item.uuid()).required().await?;
        let digest = self.digest()?;
        if !self.claim(tx, item.id, &digest).await? {
            return Ok(item.id);
        }
        // The case's row is locked, as by every action on an item; only then is the version the last one.
        tx.parts::<matter_case::Entity>().id(item.case_id).lock().required().await?;
        let item = tx.parts::<case_item::Entity>().id(item.id).required().await?;
        self.carry_out(tx, &item).await.map_err(renamed)?;
        tx.touched("CaseItem", item.id, json!({ "callback": self.callback_number, "action": self.action.0 }));
        Ok(item.id)
    }
}

impl CaseItemCallbackInput {
    fn digest(&self) -> Result<String, ApiError> {
        let said = serde_json::to_vec(self).map_err(|_| ApiError::of(Code::InternalServerError))?;
        Ok(hex::encode(Sha256::digest(said)))
    }

    /// Takes the call's id; false when the same was said under it before. A twin waits here for the first to end.
    async fn claim(&self, tx: &Tx, item: Uuid, digest: &str) -> Result<bool, Fault> {
        use agency_callback::Column;
        let caller = tx.session().user_id();
        let row = agency_callback::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            user_id: Set(caller),
            callback_id: Set(self.callback_number.clone()),
            digest: Set(digest.into()),
            case_item_id: Set(item),
            action: Set(self.action.0),
            at: Set(tx.session().now()),
        };
        if tx.insert_new(row, [Column::UserId, Column::CallbackId]).await? {
            return Ok(true);
        }
        let calls = tx.parts::<agency_callback::Entity>().filter(Column::UserId.eq(caller));
        let earlier = calls.filter(Column::CallbackId.eq(&self.callback_number)).one().await?.ok_or(Code::Conflict)?;
        if earlier.digest != digest {
            return Err(ApiError::of(Code::IdempotencyMismatch).at("input.callbackNumber").into());
        }
        Ok(false)
    }

    async fn carry_out(&self, tx: &Tx, item: &case_item::Model) -> Result<(), Fault> {
        let (id, text) = (|| Id::from(item.id), self.text.clone().unwrap_or_default());
        let mut version = item.version;
        let accept = async |version: i32| {
            CaseItemAcceptInput { id: id(), expected_version: version, idempotency_key: None }.run(tx).await
        };
        match self.action.0 {
            CallbackAction::Accept => {
                accept(version).await?;
            }
            CallbackAction::Finish => {
                if item.state == CaseItemState::Pending {
                    accept(version).await?;
                    version = tx.parts::<case_item::Entity>().id(item.id).required().await?.version;
                }
                let finish =
                    CaseItemFinishInput { id: id(), expected_version: version, result: text, idempotency_key: None };
                finish.run(tx).await?;
            }
            CallbackAction::Return => {
                let back =
                    CaseItemReturnInput { id: id(), expected_version: version, reason: text, idempotency_key: None };
                back.run(tx).await?;
            }
        }
        Ok(())
    }
}

/// The refusals of the commands behind, under the names of this input.
fn renamed(fault: Fault) -> Fault {
    let Fault::Refused(errors) = fault else { return fault };
    let named = |error: UserError| {
        let field = match error.field.as_deref() {
            Some("input.result" | "input.reason") => "input.text",
            _ => "input.caseItem",
        };
        UserError { field: Some(field.into()), ..error }
    };
    Fault::Refused(errors.into_iter().map(named).collect())
}
