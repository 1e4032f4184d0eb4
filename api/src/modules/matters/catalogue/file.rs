//! Materials of cases and the files behind them (材料、附件).

use entities::{attachment, case_material, values::AttachmentState};

use crate::graph::catalogue::{Scalar, TypeDef, code, column, many, one};

pub(super) fn material() -> TypeDef {
    TypeDef::over::<case_material::Entity>(
        "CaseMaterial",
        "cmt",
        "A material of a case, given once and seen by every item that needs it and by no other (材料), H-03. \
         Permission: `attachment:read`.",
    )
    .ordered_by("key")
    .field(column("key", "key", Scalar::String, "Key of the matter's material (材料编码).").sorted())
    .field(column("createdAt", "created_at", Scalar::DateTime, "When it was given (提交时间).").sorted())
    .field(one("case", "Case", "{c}.id = {t}.case_id", "The case (办件)."))
    .field(one("attachment", "Attachment", "{c}.id = {t}.attachment_id", "The file (附件)."))
}

pub(super) fn attachment() -> TypeDef {
    TypeDef::over::<attachment::Entity>(
        "Attachment",
        "att",
        "A file that somebody has given (附件). Its bytes come by ticket, see `attachmentDownloadTicket`. \
         Permission: `attachment:read`.",
    )
    .roots("attachment", "attachments")
    .ordered_by("createdAt")
    .field(column("name", "name", Scalar::String, "File name as given (文件名).").sorted())
    .field(
        column("mediaType", "media_type", Scalar::String, "Media type, checked against the bytes (类型).").filtered(),
    )
    .field(column("size", "size", Scalar::Long, "Bytes (大小).").sorted().measured())
    .field(column("sha256", "sha256", Scalar::String, "SHA-256 of the bytes, hexadecimal (摘要).").optional())
    .field(code::<AttachmentState>("state", "state", "Whether the bytes are here (状态).").filtered())
    .field(column("createdAt", "created_at", Scalar::DateTime, "When it was announced (登记时间).").sorted())
    .field(one("owner", "User", "{c}.id = {t}.owner_id", "The user who gave it (提交人)."))
    .field(many("materials", "CaseMaterial", "{c}.attachment_id = {t}.id", "Where it is used (所用材料)."))
}
