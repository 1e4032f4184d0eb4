//! The keys that sign access tokens (签名密钥): kept in the database, held in memory, rotated in time.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use arc_swap::ArcSwap;
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use entities::signing_key::{ActiveModel, Column, Entity, Model};
use jsonwebtoken::{DecodingKey, EncodingKey};
use sea_orm::{ColumnTrait, Order, Set, sea_query::Expr};
use tokio::sync::Mutex;

use crate::{
    kernel::{error::Code, platform::Platform, session::Reason, tx::SystemTx},
    modules::identity::{
        IdentityError,
        config::IdentityConfig,
        rotation::{Change, Schedule, Step},
        seal::Seal,
    },
};

/// However many unknown key ids arrive, the database is asked about them this often at most.
const UNKNOWN_EVERY: Duration = Duration::from_secs(5);

/// A key in memory.
pub(super) struct SigningKey {
    pub(super) kid: String,
    pub(super) verifies: DecodingKey,
    /// None once it has stopped signing: what is not needed is not opened.
    pub(super) signs: Option<EncodingKey>,
    public: String,
    sign_from: DateTime<Utc>,
    pub(super) retire_at: DateTime<Utc>,
}

/// The keys in force (密钥环), shared by all requests and renewed behind them.
pub struct KeyRing {
    platform: Arc<Platform>,
    seal: Seal,
    schedule: Schedule,
    reload_every: Duration,
    keys: ArcSwap<Vec<Arc<SigningKey>>>,
    last_unknown: Mutex<Option<Instant>>,
}

impl KeyRing {
    /// Loads the keys and makes those that are missing. Fails if the secret does not open them.
    pub async fn open(platform: Arc<Platform>, config: &IdentityConfig) -> Result<Self, IdentityError> {
        let secret = config.secret.as_ref().ok_or(IdentityError::MissingSecret)?;
        let ring = Self {
            platform,
            seal: Seal::new(secret)?,
            schedule: Schedule::new(config),
            // Well inside the time that others may keep the keys, on which the schedule counts.
            reload_every: Duration::from_secs(u64::from(config.jwks_cache_seconds / 5).max(2)),
            keys: ArcSwap::default(),
            last_unknown: Mutex::default(),
        };
        match ring.ensure().await {
            // A server that may not write now goes on with the keys that there are, and says so.
            Err(IdentityError::Database(error)) if error.code == Code::Unavailable && !ring.keys.load().is_empty() => {
                tracing::warn!(?error, "the signing keys could not be renewed");
            }
            ensured => ensured?,
        }
        Ok(ring)
    }

    /// Makes sure that a key signs and the next is published, then loads all. Replicas may do so together.
    pub async fn ensure(&self) -> Result<(), IdentityError> {
        let mut failure = None;
        // At most: the first key, the next key, and each once more because another replica was faster.
        for _ in 0..6 {
            let rows = self.stored().await?;
            let Some(step) = self.schedule.next(&rows, self.platform.clock().now()) else {
                return self.hold(&rows);
            };
            let tx = match self.platform.system(Reason::Timer).begin(None).await {
                Ok(tx) => tx,
                Err(error) => {
                    self.hold(&rows)?;
                    return Err(error.into());
                }
            };
            match self.take(&tx, step).await {
                Ok(()) => tx.commit().await?,
                // Most likely another replica has just added the same key: look again.
                Err(error) => {
                    tx.rollback().await?;
                    failure = Some(error);
                }
            }
        }
        Err(failure.unwrap_or(IdentityError::Crypto("the schedule of keys")))
    }

    /// Brings the next key forward, as early as everybody can know it; the present one then retires.
    pub async fn rotate(&self) -> Result<(), IdentityError> {
        let tx = self.platform.system(Reason::Timer).begin(None).await?;
        let rows = rows(&tx).await?;
        for change in self.schedule.forward(&rows, self.platform.clock().now()) {
            apply(&tx, change).await?;
        }
        tx.commit().await?;
        self.ensure().await
    }

    /// Loads the keys as they are.
    pub async fn reload(&self) -> Result<(), IdentityError> {
        self.hold(&self.stored().await?)
    }

    async fn stored(&self) -> Result<Vec<Model>, IdentityError> {
        let tx = self.platform.system(Reason::Timer).read_global().await?;
        let rows = rows(&tx).await?;
        tx.rollback().await?;
        Ok(rows)
    }

    /// Keeps the keys current from now on.
    pub fn watch(self: &Arc<Self>) {
        let ring = self.clone();
        crate::kernel::task::spawn("signing keys", async move {
            let mut tick = tokio::time::interval(ring.reload_every);
            tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            loop {
                tick.tick().await;
                // The keys in memory go on serving; a failure is tried again at the next tick.
                if let Err(error) = ring.ensure().await {
                    tracing::warn!(%error, "the signing keys could not be renewed");
                }
            }
        });
    }

    /// The published form of the keys (RFC 7517).
    pub fn jwks(&self) -> serde_json::Value {
        let now = self.platform.clock().now();
        let keys: Vec<_> = (self.keys.load().iter().filter(|k| now < k.retire_at))
            .map(|k| {
                serde_json::json!({
                    "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": k.kid, "x": k.public,
                })
            })
            .collect();
        serde_json::json!({ "keys": keys })
    }

    /// The key that signs now.
    pub(super) fn signer(&self, now: DateTime<Utc>) -> Option<Arc<SigningKey>> {
        let keys = self.keys.load();
        let able = || keys.iter().filter(|k| k.signs.is_some());
        able().rfind(|k| k.sign_from <= now).or_else(|| able().next()).cloned()
    }

    /// A key in memory by its id.
    pub(super) fn find(&self, kid: &str, now: DateTime<Utc>) -> Option<Arc<SigningKey>> {
        self.keys.load().iter().find(|k| k.kid == kid && now < k.retire_at).cloned()
    }

    /// A key by its id, asking the database now and then about ids that are not in memory.
    pub(super) async fn find_or_reload(&self, kid: &str, now: DateTime<Utc>) -> Option<Arc<SigningKey>> {
        if let Some(key) = self.find(kid, now) {
            return Some(key);
        }
        // Only what could be an id of ours is worth a question; a path, a statement or a megabyte is not.
        if kid.len() != 32 || !kid.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        // Whoever comes while somebody else asks does not wait: the next key is known long before it signs.
        let mut last = self.last_unknown.try_lock().ok()?;
        if last.is_none_or(|at| at.elapsed() >= UNKNOWN_EVERY) {
            *last = Some(Instant::now());
            if let Err(error) = self.reload().await {
                tracing::warn!(%error, "the signing keys could not be loaded");
            }
        }
        drop(last);
        self.find(kid, now)
    }

    fn hold(&self, rows: &[Model]) -> Result<(), IdentityError> {
        let now = self.platform.clock().now();
        let live = rows.iter().filter(|row| now < row.retire_at);
        let keys = live.map(|row| Ok(Arc::new(self.key(row, now)?))).collect::<Result<Vec<_>, IdentityError>>()?;
        self.keys.store(Arc::new(keys));
        Ok(())
    }

    fn key(&self, row: &Model, now: DateTime<Utc>) -> Result<SigningKey, IdentityError> {
        let signs = if now < row.sign_until {
            Some(EncodingKey::from_ed_der(&self.seal.open(row.id, &row.sealed_key)?))
        } else {
            None
        };
        Ok(SigningKey {
            kid: row.id.simple().to_string(),
            verifies: DecodingKey::from_ed_components(&row.public_key)
                .map_err(|_| IdentityError::WrongSecret(row.id))?,
            signs,
            public: row.public_key.clone(),
            sign_from: row.sign_from,
            retire_at: row.retire_at,
        })
    }

    async fn take(&self, tx: &SystemTx, step: Step) -> Result<(), IdentityError> {
        let (id, times, also) = match step {
            Step::Change(change) => return apply(tx, change).await,
            Step::Add { id, times, also } => (id, times, also),
        };
        let failed = |_| IdentityError::Crypto("a new signing key");
        let document = Ed25519KeyPair::generate_pkcs8(&aws_lc_rs::rand::SystemRandom::new()).map_err(failed)?;
        let pair =
            Ed25519KeyPair::from_pkcs8(document.as_ref()).map_err(|_| IdentityError::Crypto("a new signing key"))?;
        tx.insert_global(ActiveModel {
            id: Set(id),
            sealed_key: Set(self.seal.close(id, document.as_ref())?),
            public_key: Set(URL_SAFE_NO_PAD.encode(pair.public_key().as_ref())),
            created_at: Set(self.platform.clock().now()),
            sign_from: Set(times.sign_from),
            sign_until: Set(times.sign_until),
            retire_at: Set(times.retire_at),
        })
        .await?;
        match also {
            Some(change) => apply(tx, change).await,
            None => Ok(()),
        }
    }
}

async fn rows(tx: &SystemTx) -> Result<Vec<Model>, IdentityError> {
    Ok(tx.global::<Entity>().order_by(Column::SignFrom, Order::Asc).order_by(Column::Id, Order::Asc).all().await?)
}

/// Changes a key's life if nobody else has meanwhile; if somebody has, theirs stands.
async fn apply(tx: &SystemTx, change: Change) -> Result<(), IdentityError> {
    let time = |at: DateTime<Utc>| Expr::value(at);
    tx.change_global::<Entity>()
        .filter(Column::Id.eq(change.id))
        .filter(Column::SignFrom.eq(change.seen.sign_from))
        .filter(Column::SignUntil.eq(change.seen.sign_until))
        .set(Column::SignFrom, time(change.times.sign_from))
        .set(Column::SignUntil, time(change.times.sign_until))
        .set(Column::RetireAt, time(change.times.retire_at))
        .run()
        .await?;
    Ok(())
}
