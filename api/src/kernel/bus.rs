//! Hints between replicas: "the rights of this tenant changed", "this tenant has new events".
//!
//! Hints only: whoever gets one reads the database, and polls it anyway, so losing every hint loses
//! time and nothing else. Redis carries them between processes; alone, a process tells itself.

use std::time::Duration;

use futures::StreamExt;
use tokio::sync::{broadcast, mpsc};
use uuid::Uuid;

/// A hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hint {
    /// The tenant's rights moved to this version.
    Rights(Uuid, i64),
    /// The tenant has new events.
    Events(Uuid),
    /// Something happened about an epoch of the tenant's plug-ins: it is to be prepared for, or a replica is ready.
    Epoch(Uuid, Uuid),
}

impl Hint {
    fn encode(self) -> String {
        match self {
            Self::Rights(tenant, version) => format!("rights {tenant} {version}"),
            Self::Events(tenant) => format!("events {tenant}"),
            Self::Epoch(tenant, epoch) => format!("epoch {tenant} {epoch}"),
        }
    }

    fn decode(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        match (words.next()?, Uuid::try_parse(words.next()?).ok()?) {
            ("rights", tenant) => Some(Self::Rights(tenant, words.next()?.parse().ok()?)),
            ("events", tenant) => Some(Self::Events(tenant)),
            ("epoch", tenant) => Some(Self::Epoch(tenant, Uuid::try_parse(words.next()?).ok()?)),
            _ => None,
        }
    }
}

/// Hints that may wait for whoever is behind.
const WAITING: usize = 1024;

/// Sends and hears hints.
#[derive(Clone)]
pub struct Bus {
    local: broadcast::Sender<Hint>,
    /// What is still to be told through Redis: whoever commits does not wait for it.
    outgoing: Option<mpsc::Sender<Hint>>,
    remote: Option<redis::aio::ConnectionManager>,
    channel: String,
}

impl Bus {
    /// A bus inside this process.
    pub fn local() -> Self {
        Self { local: broadcast::channel(WAITING).0, outgoing: None, remote: None, channel: String::new() }
    }

    /// A bus over Redis. `space` keeps installations on one Redis apart.
    pub async fn redis(url: &str, space: &str) -> Result<Self, redis::RedisError> {
        let client = redis::Client::open(url)?;
        let config = redis::aio::ConnectionManagerConfig::new()
            .set_connection_timeout(Some(Duration::from_secs(2)))
            .set_response_timeout(Some(Duration::from_millis(500)));
        let manager = client.get_connection_manager_with_config(config).await?;
        let (outgoing, hints) = mpsc::channel(WAITING);
        let channel = format!("zugong:{space}");
        let bus = Self {
            local: broadcast::channel(WAITING).0,
            outgoing: Some(outgoing),
            remote: Some(manager.clone()),
            channel: channel.clone(),
        };
        crate::kernel::task::spawn("hints", async move { publish(manager, channel, hints).await });
        let (sender, channel) = (bus.local.clone(), bus.channel.clone());
        crate::kernel::task::spawn("bus", async move { listen(client, channel, sender).await });
        Ok(bus)
    }

    /// Tells everybody, this process at once.
    pub fn tell(&self, hint: Hint) {
        // No receiver is no fault: nobody is waiting.
        let _ = self.local.send(hint);
        if self.outgoing.as_ref().is_some_and(|outgoing| outgoing.try_send(hint).is_err()) {
            tracing::debug!("Redis is behind; replicas will find out by polling");
        }
    }

    /// Hears hints from now on.
    pub fn listen(&self) -> broadcast::Receiver<Hint> {
        self.local.subscribe()
    }

    /// The connection to Redis, if there is one, and what keys of this installation begin with.
    pub(crate) fn remote(&self) -> Option<(redis::aio::ConnectionManager, &str)> {
        Some((self.remote.clone()?, self.channel.as_str()))
    }

    /// Whether Redis, if there is one, answers.
    pub async fn ping(&self) -> Result<(), redis::RedisError> {
        match self.remote.clone() {
            Some(mut remote) => redis::cmd("PING").query_async(&mut remote).await,
            None => Ok(()),
        }
    }
}

/// Sends hints on, one after another. While Redis does not answer they pile up and are dropped.
async fn publish(mut redis: redis::aio::ConnectionManager, channel: String, mut hints: mpsc::Receiver<Hint>) {
    while let Some(hint) = hints.recv().await {
        let sent: Result<(), _> = redis::cmd("PUBLISH").arg(&channel).arg(hint.encode()).query_async(&mut redis).await;
        if let Err(error) = sent {
            tracing::warn!(%error, "a hint did not reach Redis; replicas will find out by polling");
        }
    }
}

async fn listen(client: redis::Client, channel: String, sender: broadcast::Sender<Hint>) {
    loop {
        match client.get_async_pubsub().await {
            Ok(mut pubsub) => match pubsub.subscribe(&channel).await {
                Ok(()) => {
                    let mut messages = pubsub.on_message();
                    while let Some(message) = messages.next().await {
                        if let Some(hint) = message.get_payload::<String>().ok().and_then(|t| Hint::decode(&t)) {
                            let _ = sender.send(hint);
                        }
                    }
                }
                Err(error) => tracing::warn!(%error, "cannot subscribe to Redis"),
            },
            Err(error) => tracing::warn!(%error, "Redis does not answer"),
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hint_survives_the_wire_and_rubbish_does_not() {
        let tenant = Uuid::from_u128(7);
        for hint in [Hint::Rights(tenant, 3), Hint::Events(tenant), Hint::Epoch(tenant, Uuid::from_u128(8))] {
            assert_eq!(Hint::decode(&hint.encode()), Some(hint));
        }
        for text in [
            "",
            "rights",
            "rights x 1",
            "epoch 00000000-0000-0000-0000-000000000007",
            "other 00000000-0000-0000-0000-000000000007",
        ] {
            assert_eq!(Hint::decode(text), None);
        }
    }
}
