//! Registers a peer.

use async_graphql::InputObject;
use entities::{
    exchange_peer,
    values::{PeerState, TenantLevel},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::Gql,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        tx::Tx,
    },
    modules::{
        administration::commands::guard,
        exchange::{envelope::is_key, rules::endpoint::origin},
        personnel::commands::checks,
    },
};

/// A new peer (交换节点).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct ExchangePeerRegisterInput {
    /// Its tenant's code at its node (租户代码): small letters, digits, hyphens; at most 64.
    pub code: String,
    /// Its name (名称), 1 to 100 characters.
    pub name: String,
    /// Its level (层级).
    pub level: Gql<TenantLevel>,
    /// Origin of its node (交换地址), as in `http://host:8080`. Nothing is sent there unless the operator allows it.
    pub endpoint: String,
    /// Its Ed25519 key (公钥), base64url, as its `exchangeIdentity` tells.
    pub public_key: String,
    /// Whether it is told of every case here from now on (报送办件).
    #[graphql(default)]
    pub sends_cases: bool,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for ExchangePeerRegisterInput {
    const NAME: &'static str = "exchangePeerRegister";
    const RIGHT: (Resource, Action) = (Resource::Exchange, Action::Create);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let session = tx.session();
        guard::tenant_wide(session, Self::RIGHT.0, Self::RIGHT.1)?;
        let mut faults = Faults::default();
        let name = faults.take(checks::text(&self.name, "input.name", 100));
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if !(1..=64).contains(&self.code.len()) || !self.code.chars().all(plain) {
            let (zh, en) =
                ("应为至多 64 个小写字母、数字或连字符", "Takes up to 64 small letters, digits and hyphens.");
            faults.add(UserError::new(Code::InvalidFormat, "input.code", zh, en));
        }
        let endpoint = origin(&self.endpoint);
        if endpoint.is_none() {
            let (zh, en) = ("应为 http://主机:端口", "Takes http://host:port and nothing else.");
            faults.add(UserError::new(Code::InvalidFormat, "input.endpoint", zh, en));
        }
        if !is_key(&self.public_key) {
            let (zh, en) = ("应为 32 字节公钥的 base64url", "Takes the 32 bytes of a key in base64url.");
            faults.add(UserError::new(Code::InvalidFormat, "input.publicKey", zh, en));
        }
        let same = tx.parts::<exchange_peer::Entity>().filter(exchange_peer::Column::Code.eq(&self.code));
        if same.count().await? > 0 {
            faults.add(UserError::of(Code::AlreadyExists, "input.code"));
        }
        faults.check()?;
        let (Some(name), Some(endpoint)) = (name, endpoint) else { return Err(Code::InternalServerError.into()) };
        let (id, now) = (tx.new_id(), session.now());
        tx.insert(exchange_peer::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            code: Set(self.code.clone()),
            name: Set(name),
            level: Set(self.level.0),
            endpoint: Set(endpoint),
            public_key: Set(self.public_key.clone()),
            sends_cases: Set(self.sends_cases),
            state: Set(PeerState::Active),
            position: Set(self.sends_cases.then_some(now)),
            registered_by: Set(session.user_id()),
            version: Set(1),
            created_at: Set(now),
            updated_at: Set(now),
        })
        .await?;
        tx.touched("ExchangePeer", id, json!({ "registered": self.code, "sendsCases": self.sends_cases }));
        tx.emit("exchange.peerRegistered", "ExchangePeer", id, 1, json!({})).await?;
        Ok(id)
    }
}
