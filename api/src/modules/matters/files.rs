//! The bytes of files (附件内容): put and got by one-time ticket, stored once for each content.
//!
//! A ticket that is wrong, used, expired or of another tenant is simply not there.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entities::{
    attachment, audit, blob, file_ticket,
    values::{AttachmentState, TicketPurpose},
};
use rand::RngCore;
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code},
        id::{ObjectType, publish},
        platform::Platform,
        session::Reason,
        tx::SystemTx,
    },
    modules::matters::catalogue::Attachment,
};

/// Media types that are taken; each can be told from its first bytes.
pub const MEDIA_TYPES: &[&str] = &["application/pdf", "image/jpeg", "image/png"];
/// The largest file, 20 MiB.
pub const MAX_BYTES: i64 = 20 * 1024 * 1024;

/// A file that has been stored.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Stored {
    /// The file's id.
    pub attachment: String,
    /// SHA-256 of the bytes, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size: i64,
}

/// A file that is read.
#[derive(Clone, Debug)]
pub struct Content {
    /// File name as given.
    pub name: String,
    /// Media type, checked when it was stored.
    pub media_type: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// SHA-256, hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// A new ticket's text: the tenant, then 32 random bytes.
pub(super) fn new_ticket(tenant: Uuid) -> String {
    let mut secret = [0_u8; 32];
    rand::rng().fill_bytes(&mut secret);
    format!("{}_{}", tenant.simple(), URL_SAFE_NO_PAD.encode(secret))
}

/// Stores the bytes that a ticket allows to be put. A refusal leaves the ticket as it was.
pub async fn put(platform: &Arc<Platform>, ticket: &str, content_type: &str, bytes: &[u8]) -> Result<Stored, ApiError> {
    let tx = open(platform, ticket).await?;
    let outcome = store(&tx, ticket, content_type, bytes).await;
    finish(tx, outcome).await
}

/// Reads the bytes that a ticket allows to be got.
pub async fn get(platform: &Arc<Platform>, ticket: &str) -> Result<Content, ApiError> {
    let tx = open(platform, ticket).await?;
    let outcome = read(&tx, ticket).await;
    finish(tx, outcome).await
}

async fn open(platform: &Arc<Platform>, ticket: &str) -> Result<SystemTx, ApiError> {
    let tenant = tenant_of(ticket).ok_or(ApiError::of(Code::NotFound))?;
    platform.system(Reason::FileTicket).begin(Some(tenant)).await
}

async fn finish<T>(tx: SystemTx, outcome: Result<T, ApiError>) -> Result<T, ApiError> {
    match outcome {
        Ok(value) => tx.commit().await.map(|()| value),
        Err(error) => {
            tx.rollback().await?;
            Err(error)
        }
    }
}

fn tenant_of(ticket: &str) -> Option<Uuid> {
    let (tenant, secret) = ticket.split_once('_')?;
    let plain = tenant.len() == 32 && secret.len() == 43;
    plain.then(|| Uuid::try_parse(tenant).ok())?
}

async fn store(tx: &SystemTx, ticket: &str, content_type: &str, bytes: &[u8]) -> Result<Stored, ApiError> {
    let ticket = claim(tx, ticket, TicketPurpose::Upload).await?;
    let file = tx.parts::<attachment::Entity>().id(ticket.attachment_id).required().await?;
    check(&file, content_type, bytes)?;
    let sha256 = digest(bytes);
    let row = blob::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        sha256: Set(sha256.clone()),
        bytes: Set(bytes.to_vec()),
        created_at: Set(tx.now()),
    };
    tx.insert_new(row, [blob::Column::Sha256]).await?;
    let stored = tx
        .change::<attachment::Entity>()
        .id(file.id)
        .filter(attachment::Column::State.eq(AttachmentState::Pending))
        .set(attachment::Column::State, Expr::value(AttachmentState::Stored))
        .set(attachment::Column::Sha256, Expr::value(sha256.as_str()))
        .run()
        .await?;
    if stored == 0 {
        return Err(ApiError::of(Code::NotFound));
    }
    record(tx, &ticket, "filePut", &sha256).await?;
    Ok(Stored { attachment: publish(Attachment::PREFIX, file.id), sha256, size: file.size })
}

async fn read(tx: &SystemTx, ticket: &str) -> Result<Content, ApiError> {
    let ticket = claim(tx, ticket, TicketPurpose::Download).await?;
    let file = tx.parts::<attachment::Entity>().id(ticket.attachment_id).required().await?;
    let sha256 = file.sha256.ok_or(ApiError::of(Code::NotFound))?;
    let blob = tx.parts::<blob::Entity>().filter(blob::Column::Sha256.eq(&sha256)).required().await?;
    record(tx, &ticket, "fileGet", &sha256).await?;
    Ok(Content { name: file.name, media_type: file.media_type, bytes: blob.bytes })
}

/// Uses a ticket up; of several at once only one succeeds.
async fn claim(tx: &SystemTx, text: &str, purpose: TicketPurpose) -> Result<file_ticket::Model, ApiError> {
    let hash = digest(text.as_bytes());
    let now = tx.now();
    let claimed = tx
        .change::<file_ticket::Entity>()
        .filter(file_ticket::Column::TokenHash.eq(&hash))
        .filter(file_ticket::Column::Purpose.eq(purpose))
        .filter(file_ticket::Column::UsedAt.is_null())
        .filter(file_ticket::Column::ExpiresAt.gt(now))
        .set(file_ticket::Column::UsedAt, Expr::value(now))
        .run()
        .await?;
    if claimed == 0 {
        return Err(ApiError::of(Code::NotFound));
    }
    tx.parts::<file_ticket::Entity>().filter(file_ticket::Column::TokenHash.eq(&hash)).required().await
}

/// Whether the bytes are what was announced.
fn check(file: &attachment::Model, content_type: &str, bytes: &[u8]) -> Result<(), ApiError> {
    let declared = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if declared != file.media_type {
        return Err(ApiError::of(Code::UnsupportedMediaType).saying(
            format!("登记的类型为 {}", file.media_type),
            format!("The file was announced as {}.", file.media_type),
        ));
    }
    let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
    if size != file.size {
        let expected = file.size;
        return Err(ApiError::of(Code::BadUserInput).saying(
            format!("登记的大小为 {expected} 字节，实际 {size} 字节"),
            format!("The file was announced with {expected} bytes, these are {size}."),
        ));
    }
    let found = infer::get(bytes).map(|kind| kind.mime_type());
    if found != Some(file.media_type.as_str()) {
        let media_type = &file.media_type;
        return Err(ApiError::of(Code::UnsupportedMediaType)
            .saying(format!("内容不是 {media_type}"), format!("The content is not {media_type}.")));
    }
    Ok(())
}

async fn record(tx: &SystemTx, ticket: &file_ticket::Model, action: &str, sha256: &str) -> Result<(), ApiError> {
    let user = tx.parts::<entities::app_user::Entity>().id(ticket.user_id).one().await?;
    tx.insert(audit::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        actor_id: Set(Some(ticket.user_id)),
        actor_name: Set(user.map(|u| u.name).unwrap_or_default()),
        session_id: Set(None),
        action: Set(action.into()),
        object_type: Set("Attachment".into()),
        object_id: Set(Some(ticket.attachment_id)),
        request_id: Set(String::new()),
        remote: Set(None),
        digest: Set(sha256.into()),
        detail: Set(json!({})),
        at: Set(tx.now()),
    })
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n%EOF";

    fn file(media_type: &str, size: usize) -> attachment::Model {
        attachment::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            name: "a".into(),
            media_type: media_type.into(),
            size: size as i64,
            sha256: None,
            owner_id: Uuid::nil(),
            state: AttachmentState::Pending,
            created_at: Default::default(),
        }
    }

    #[test]
    fn the_bytes_must_be_what_was_announced() {
        let code = |file: &attachment::Model, ty: &str, bytes: &[u8]| check(file, ty, bytes).err().map(|e| e.code);
        let pdf = file("application/pdf", PDF.len());
        assert_eq!(code(&pdf, "application/pdf", PDF), None);
        assert_eq!(code(&pdf, "Application/PDF; charset=binary", PDF), None);
        assert_eq!(code(&pdf, "image/png", PDF), Some(Code::UnsupportedMediaType));
        assert_eq!(code(&pdf, "application/pdf", &PDF[1..]), Some(Code::BadUserInput));
        let disguised = file("image/png", PDF.len());
        assert_eq!(code(&disguised, "image/png", PDF), Some(Code::UnsupportedMediaType));
    }

    #[test]
    fn a_ticket_names_its_tenant_and_is_never_the_same() {
        let tenant = Uuid::from_u128(7);
        let (a, b) = (new_ticket(tenant), new_ticket(tenant));
        assert_ne!(a, b);
        assert_eq!((tenant_of(&a), tenant_of(&b)), (Some(tenant), Some(tenant)));
        for wrong in ["", "_", "x_y", &a[1..], &a[..a.len() - 1]] {
            assert_eq!(tenant_of(wrong), None, "{wrong}");
        }
    }
}
