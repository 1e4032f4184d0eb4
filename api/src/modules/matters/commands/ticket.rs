//! One-time tickets for files (文件票据): shown once, stored as a digest, good for 15 minutes.

use chrono::TimeDelta;
use entities::{file_ticket, values::TicketPurpose};
use sea_orm::Set;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    kernel::{error::ApiError, tx::Tx},
    modules::matters::files::{digest, new_ticket},
};

/// How long a ticket is good.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(15);

/// A file and the ticket to it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Ticketed {
    /// The file.
    pub attachment: Uuid,
    /// The ticket's text.
    pub ticket: String,
}

/// Makes a ticket for the caller.
pub async fn issue(tx: &Tx, attachment: Uuid, purpose: TicketPurpose) -> Result<Ticketed, ApiError> {
    let ticket = new_ticket(tx.tenant_id());
    tx.insert(file_ticket::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        token_hash: Set(digest(ticket.as_bytes())),
        purpose: Set(purpose),
        attachment_id: Set(attachment),
        user_id: Set(tx.session().user_id()),
        expires_at: Set(tx.session().now() + GOOD_FOR),
        used_at: Set(None),
    })
    .await?;
    Ok(Ticketed { attachment, ticket })
}
