//! Lets a file be read once.

use async_graphql::InputObject;
use entities::{
    attachment,
    values::{AttachmentState, TicketPurpose},
};
use policies::{Action, Resource};
use serde::Serialize;
use serde_json::json;

use super::ticket::{Ticketed, issue};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, UserError},
        id::Id,
        tx::Tx,
    },
    modules::matters::catalogue::Attachment,
};

/// A file to read (下载附件). An agency reaches the files of its own items and no others (H-03).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AttachmentDownloadTicketInput {
    /// Which file.
    pub id: Id<Attachment>,
}

#[async_trait::async_trait]
impl Command for AttachmentDownloadTicketInput {
    const NAME: &'static str = "attachmentDownloadTicket";
    const RIGHT: (Resource, Action) = (Resource::Attachment, Action::Download);
    const KEYED: bool = false;
    type Output = Ticketed;

    async fn run(&self, tx: &Tx) -> Result<Ticketed, Fault> {
        let file = tx.gate::<attachment::Entity>(Action::Download)?.id(self.id.uuid()).required().await?;
        if file.state != AttachmentState::Stored {
            let (zh, en) = ("文件尚未上传", "The file has not been uploaded yet.");
            return Err(UserError::new(Code::NotInState, "input.id", zh, en).into());
        }
        tx.touched("Attachment", file.id, json!({ "ticket": TicketPurpose::Download }));
        Ok(issue(tx, file.id, TicketPurpose::Download).await?)
    }
}
