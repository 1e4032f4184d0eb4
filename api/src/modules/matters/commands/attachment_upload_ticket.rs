//! Announces a file.

use async_graphql::InputObject;
use entities::{
    attachment,
    values::{AttachmentState, TicketPurpose},
};
use policies::{Action, Resource};
use sea_orm::Set;
use serde::Serialize;
use serde_json::json;

use super::ticket::{Ticketed, issue};
use crate::{
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        tx::Tx,
    },
    modules::matters::files::{MAX_BYTES, MEDIA_TYPES},
};

/// A file to come (待上传附件).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct AttachmentUploadTicketInput {
    /// File name (文件名), 1 to 200 characters, without a path.
    pub name: String,
    /// Media type (类型): `application/pdf`, `image/jpeg` or `image/png`; the bytes must agree.
    pub media_type: String,
    /// Bytes (大小), exactly; at most 20 MiB.
    pub size: i32,
}

#[async_trait::async_trait]
impl Command for AttachmentUploadTicketInput {
    const NAME: &'static str = "attachmentUploadTicket";
    const RIGHT: (Resource, Action) = (Resource::Attachment, Action::Upload);
    const KEYED: bool = false;
    type Output = Ticketed;

    async fn run(&self, tx: &Tx) -> Result<Ticketed, Fault> {
        let mut faults = Faults::default();
        let name = faults.take(file_name(&self.name));
        if !MEDIA_TYPES.contains(&self.media_type.as_str()) {
            let types = MEDIA_TYPES.join(", ");
            let (zh, en) = (format!("应为其中之一：{types}"), format!("It is one of {types}."));
            faults.add(UserError::new(Code::MaterialNotAccepted, "input.mediaType", zh, en));
        }
        let size = i64::from(self.size);
        if !(1..=MAX_BYTES).contains(&size) {
            let (zh, en) =
                (format!("应为 1 至 {MAX_BYTES} 字节"), format!("Takes 1 to {MAX_BYTES} bytes, not {size}."));
            faults.add(UserError::new(Code::MaterialNotAccepted, "input.size", zh, en));
        }
        faults.check()?;
        let Some(name) = name else { return Err(Code::InternalServerError.into()) };
        let id = tx.new_id();
        tx.insert(attachment::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            name: Set(name),
            media_type: Set(self.media_type.clone()),
            size: Set(size),
            sha256: Set(None),
            owner_id: Set(tx.session().user_id()),
            state: Set(AttachmentState::Pending),
            created_at: Set(tx.session().now()),
        })
        .await?;
        tx.touched("Attachment", id, json!({ "announced": true }));
        Ok(issue(tx, id, TicketPurpose::Upload).await?)
    }
}

/// A name that can stand in a header and in a folder.
fn file_name(text: &str) -> Result<String, UserError> {
    let name = text.trim();
    let plain = !name.chars().any(|c| c.is_control() || matches!(c, '/' | '\\' | '"'));
    if plain && (1..=200).contains(&name.chars().count()) {
        return Ok(name.to_string());
    }
    let (zh, en) =
        ("应为 1 至 200 个字符，不含路径和引号", "Takes 1 to 200 characters, no path and no quotation mark.");
    Err(UserError::new(Code::InvalidValue, "input.name", zh, en))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_is_no_path() {
        assert_eq!(file_name(" 身份证.pdf ").ok().as_deref(), Some("身份证.pdf"));
        for wrong in ["", "../a", "a\\b", "a\"b", "a\nb"] {
            assert!(file_name(wrong).is_err(), "{wrong}");
        }
        assert!(file_name(&"x".repeat(201)).is_err());
    }
}
