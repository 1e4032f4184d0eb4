//! Work beside requests that belongs to one replica for a while (租约): what it leads to counts only as long as it does.

use async_trait::async_trait;
use policies::{Action, Resource};
use serde::{Serialize, Serializer};

use crate::kernel::{
    command::{Command, Note},
    error::{ApiError, Code, Fault, UserError},
    session::Session,
    tx::{Advice, Inner, Tx},
};

/// A claim to work that another replica may take when its time is over.
#[async_trait]
pub trait Claim: Send + Sync {
    /// Renews it within a transaction; false where another replica has taken the work, or it is over.
    async fn renew(&self, tx: &Inner) -> Result<bool, ApiError>;
}

/// A command that happens only while a claim holds, and otherwise fails with `DEADLINE_EXCEEDED`. To its key it is the
/// command itself.
pub struct Held<'h, C, K> {
    command: &'h C,
    claim: &'h K,
}

impl<'h, C, K> Held<'h, C, K> {
    /// This command under that claim.
    pub const fn new(command: &'h C, claim: &'h K) -> Self {
        Self { command, claim }
    }
}

impl<C: Serialize, K> Serialize for Held<'_, C, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.command.serialize(serializer)
    }
}

#[async_trait]
impl<C: Command, K: Claim> Command for Held<'_, C, K> {
    const NAME: &'static str = C::NAME;
    const RIGHT: (Resource, Action) = C::RIGHT;
    const KEYED: bool = C::KEYED;
    type Output = C::Output;

    fn idempotency_key(&self) -> Option<&str> {
        self.command.idempotency_key()
    }

    async fn prepare(&self, session: &Session) -> Result<Advice, Fault> {
        self.command.prepare(session).await
    }

    async fn run(&self, tx: &Tx) -> Result<Self::Output, Fault> {
        let output = self.command.run(tx).await?;
        // Asked last: until the commit nobody else can take the work, and rows are locked in everybody's order.
        match self.claim.renew(tx).await? {
            true => Ok(output),
            false => Err(Code::DeadlineExceeded.into()),
        }
    }

    fn refused(&self, errors: &[UserError]) -> Option<Note> {
        self.command.refused(errors)
    }
}
