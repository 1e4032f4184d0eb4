//! The key that this tenant's messages are signed by.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use policies::{Action, Resource};

use crate::{
    graph::schema::required,
    kernel::error::{ApiError, Code},
    modules::{exchange::envelope::NodeKey, identity::Identity},
};

/// What a peer registers of this tenant (本节点身份), H-06.
#[derive(SimpleObject)]
pub struct ExchangeIdentity {
    /// The tenant's code here (租户代码).
    code: String,
    /// Ed25519 key of its messages and receipts, base64url (公钥). It changes with the installation's secret.
    public_key: String,
}

/// What the exchange answers besides its types.
#[derive(Default)]
pub struct ExchangeQueries;

/// What the exchange answers besides its types.
#[Object]
impl ExchangeQueries {
    /// What a peer must know of this tenant to check its messages (本节点身份). Permission: `exchange:read`.
    async fn exchange_identity(&self, ctx: &Context<'_>) -> Result<Option<ExchangeIdentity>> {
        let session = required(ctx)?;
        session.require(Resource::Exchange, Action::Read)?;
        let identity = ctx.data_opt::<Arc<Identity>>().ok_or(ApiError::of(Code::Unavailable))?;
        let key = NodeKey::of(identity, session.tenant().id)?;
        Ok(Some(ExchangeIdentity { code: session.tenant().code.clone(), public_key: key.public() }))
    }
}
