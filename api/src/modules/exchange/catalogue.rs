//! What can be read of peers, messages and the cases that peers told of.

use entities::{
    exchange_message, exchange_peer, received_case, received_message,
    values::{CaseState, MessageKind, MessageState, PeerState, TenantLevel},
};

use crate::{
    gated,
    graph::catalogue::{Scalar, TypeDef, code, column, many, one},
    object_type,
};

object_type!(
    /// A peer of the exchange (数据交换节点).
    ExchangePeer, "ExchangePeer", "exp"
);
object_type!(
    /// A message to a peer (交换报文).
    ExchangeMessage, "ExchangeMessage", "exm"
);

// The exchange is the tenant's as a whole: no part of the tree holds a part of it.
gated!(exchange_peer::Entity, Exchange, subtree: "", own: "", agency: "");
gated!(exchange_message::Entity, Exchange, subtree: "", own: "", agency: "");
gated!(received_message::Entity, Exchange, subtree: "", own: "", agency: "");
gated!(received_case::Entity, Exchange, subtree: "", own: "", agency: "");

/// The types of this module.
pub fn types() -> Vec<TypeDef> {
    vec![peer(), message(), received(), case()]
}

fn peer() -> TypeDef {
    use Scalar::{Boolean, DateTime, Int, String as Text};
    TypeDef::over::<exchange_peer::Entity>(
        "ExchangePeer",
        "exp",
        "A node above or below with which case data are exchanged (数据交换节点), H-06. Permission: `exchange:read`.",
    )
    .roots("exchangePeer", "exchangePeers")
    .ordered_by("code")
    .field(column("code", "code", Text, "Its tenant's code at its node (租户代码).").sorted())
    .field(column("name", "name", Text, "Its name (名称).").sorted())
    .field(code::<TenantLevel>("level", "level", "Its level (层级).").filtered())
    .field(column("endpoint", "endpoint", Text, "Origin of its node (交换地址)."))
    .field(column("publicKey", "public_key", Text, "Ed25519 key of its messages and receipts, base64url (公钥)."))
    .field(
        column("sendsCases", "sends_cases", Boolean, "Whether it is told of every case here (是否报送办件).")
            .filtered(),
    )
    .field(code::<PeerState>("state", "state", "State (状态).").filtered())
    .field(column("createdAt", "created_at", DateTime, "When it was registered (登记时间).").sorted())
    .field(column("updatedAt", "updated_at", DateTime, "When it last changed.").sorted())
    .field(column("version", "version", Int, "Counts changes; give it as `expectedVersion`."))
    .field(one("registeredBy", "User", "{c}.id = {t}.registered_by", "Who registered it (登记人)."))
    .field(many("messages", "ExchangeMessage", "{c}.peer_id = {t}.id", "Messages to it (发件)."))
    .field(many("receivedMessages", "ReceivedMessage", "{c}.peer_id = {t}.id", "Messages from it (来件)."))
    .field(many("receivedCases", "ReceivedCase", "{c}.peer_id = {t}.id", "Cases that it told of (对方办件)."))
}

fn message() -> TypeDef {
    use Scalar::{DateTime, Int, Json, String as Text};
    TypeDef::over::<exchange_message::Entity>(
        "ExchangeMessage",
        "exm",
        "A message to a peer, sent again until its receipt has come (交换报文), H-06. Permission: `exchange:read`.",
    )
    .roots("exchangeMessage", "exchangeMessages")
    .ordered_by("createdAt")
    .field(code::<MessageKind>("kind", "kind", "What it carries (报文类型).").filtered())
    .field(column("body", "body", Json, "The message (报文内容)."))
    .field(code::<MessageState>("state", "state", "Whether the receipt has come (状态).").filtered())
    .field(column("attempts", "attempts", Int, "How often it was sent (发送次数).").sorted().measured())
    .field(
        column(
            "nextAttemptAt",
            "next_attempt_at",
            DateTime,
            "When it is sent next, unless it was received (下次发送时间).",
        )
        .sorted(),
    )
    .field(column("lastError", "last_error", Text, "Why the last attempt failed (最近失败原因).").optional().filtered())
    .field(column("receipt", "receipt", Json, "The peer's receipt (回执), whose signature was checked.").optional())
    .field(column("deliveredAt", "delivered_at", DateTime, "When the receipt came (回执时间).").optional().sorted())
    .field(column("createdAt", "created_at", DateTime, "When it was written (生成时间).").sorted())
    .field(one("peer", "ExchangePeer", "{c}.id = {t}.peer_id", "For whom (收件节点)."))
}

fn received() -> TypeDef {
    use Scalar::{DateTime, Json, String as Text};
    TypeDef::over::<received_message::Entity>(
        "ReceivedMessage",
        "exr",
        "A message that a peer sent, once however often it came (来件登记), H-06. Permission: `exchange:read`.",
    )
    .roots("receivedMessage", "receivedMessages")
    .ordered_by("receivedAt")
    .field(code::<MessageKind>("kind", "kind", "What it carries (报文类型).").filtered())
    .field(column("digest", "digest", Text, "SHA-256 of its bytes, hex (摘要).").filtered())
    .field(column("body", "body", Json, "The message (报文内容)."))
    .field(column("receivedAt", "received_at", DateTime, "When it first came (收到时间).").sorted())
    .field(one("peer", "ExchangePeer", "{c}.id = {t}.peer_id", "From whom (发件节点)."))
}

fn case() -> TypeDef {
    use Scalar::{Date, DateTime, Int, String as Text};
    TypeDef::over::<received_case::Entity>(
        "ReceivedCase",
        "exc",
        "A case of a peer as it last told of it (上下级办件), without personal data, H-06. Permission: `exchange:read`.",
    )
    .roots("receivedCase", "receivedCases")
    .ordered_by("submittedOn")
    .field(column("number", "number", Text, "Case number (办件编号).").sorted())
    .field(column("matterKey", "matter_key", Text, "Key of the matter (事项编码).").sorted())
    .field(code::<TenantLevel>("level", "level", "Level it is handled at (层级).").filtered())
    .field(column("divisionCode", "division_code", Text, "GB/T 2260 code (行政区划代码), J-01.").filtered())
    .field(code::<CaseState>("state", "state", "State (状态).").filtered())
    .field(column("submittedOn", "submitted_on", Date, "Day of submission (申报日期).").sorted())
    .field(column("finishedOn", "finished_on", Date, "Day of the end (办结日期).").optional().sorted())
    .field(column("workedDays", "worked_days", Int, "Working days taken (办理工作日), H-04.").optional().sorted().measured())
    .field(column("itemsDone", "items_done", Int, "Items done (已办结环节数).").measured())
    .field(column("itemsTotal", "items_total", Int, "Items (环节总数).").measured())
    .field(column("receivedAt", "received_at", DateTime, "When it last came (更新时间).").sorted())
    .field(one("peer", "ExchangePeer", "{c}.id = {t}.peer_id", "Whose (来源节点)."))
}
