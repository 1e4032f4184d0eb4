//! Documents that the server knows by the digest of their text, so that clients send the digest alone.
//!
//! Two sources: lists that an operator puts into a folder, one file for each client program and one for all
//! (`manifests`), and, where that is switched on, what clients of a tenant registered by themselves. An operator may also
//! have nothing but the lists accepted.

mod manifests;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwap;
use moka::future::Cache;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    http::{execute::Sent, guard, guard::Limits, persisted::manifests::Known},
    kernel::{
        error::{ApiError, Code},
        session::Session,
    },
};

/// What a published id begins with.
const PREFIX: &str = "sha256:";
/// Bytes of documents that a tenant's clients may have registered; the least used go first.
const REGISTERED: u64 = 4 * 1024 * 1024;
/// How often the folder is looked at for changes.
const LOOK: Duration = Duration::from_secs(5);

/// Which documents are accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Any document, and those of the lists by their id.
    #[default]
    Allow,
    /// Those of the lists only.
    Only,
}

/// Settings of persisted documents.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DocumentSettings {
    /// A folder of lists, one JSON file for each client program, and `common.json` for all.
    pub folder: Option<PathBuf>,
    /// Which documents are accepted.
    pub mode: Mode,
    /// Whether clients that have logged in may register documents for their tenant.
    pub register: bool,
}

impl DocumentSettings {
    /// Refuses settings that contradict each other.
    pub fn check(&self) -> Result<(), String> {
        match self.mode {
            Mode::Only if self.folder.is_none() => Err("documents.mode = \"only\" needs documents.folder".into()),
            Mode::Only if self.register => {
                Err("documents.register lets clients add documents, which documents.mode = \"only\" forbids".into())
            }
            _ => Ok(()),
        }
    }
}

/// The digest of a document's text.
type Hash = [u8; 32];

/// The documents that are known.
pub(super) struct Documents {
    settings: DocumentSettings,
    limits: Limits,
    listed: ArcSwap<Known>,
    registered: Mutex<HashMap<Uuid, Cache<Hash, Arc<str>>>>,
}

impl Documents {
    /// Reads the lists; fails with a sentence that names the file and the document.
    pub(super) fn open(settings: DocumentSettings, limits: Limits) -> Result<Self, String> {
        let known = match &settings.folder {
            Some(folder) => manifests::read(folder, &limits)?,
            None => Known::default(),
        };
        Ok(Self { settings, limits, listed: ArcSwap::from_pointee(known), registered: Mutex::default() })
    }

    /// Puts the text in the place of the id, and registers it where that is asked for.
    ///
    /// # Errors
    ///
    /// `PERSISTED_QUERY_NOT_FOUND` for an id that is not known to the client and, where only lists are accepted, for a text
    /// that stands in none; `BAD_USER_INPUT` for an id of another form or of another text.
    pub(super) async fn resolve(&self, sent: &mut Sent, session: Option<&Session>) -> Result<(), ApiError> {
        let id = given(sent)?;
        let client = session.and_then(Session::client);
        match (&sent.query, id) {
            (None, None) => Ok(()),
            (Some(query), id) => {
                let Some(hash) = id.or_else(|| (self.settings.mode == Mode::Only).then(|| digest(query))) else {
                    return Ok(());
                };
                if id.is_some() && digest(query) != hash {
                    return Err(ApiError::of(Code::BadUserInput)
                        .at("documentId")
                        .saying("摘要与 query 不符", "The digest is not that of `query`."));
                }
                if self.settings.mode == Mode::Only && self.listed.load().get(client, &hash).is_none() {
                    return Err(unknown());
                }
                if let Some(session) = session.filter(|_| self.settings.register) {
                    self.register(session.tenant().id, hash, query).await;
                }
                Ok(())
            }
            (None, Some(hash)) => {
                let listed = self.listed.load().get(client, &hash);
                let text = match (listed, session) {
                    (None, Some(session)) => self.of_tenant(session.tenant().id, &hash).await,
                    (listed, _) => listed,
                };
                sent.query = Some(text.ok_or_else(unknown)?.to_string());
                Ok(())
            }
        }
    }

    async fn register(&self, tenant: Uuid, hash: Hash, query: &str) {
        // Only what could be executed is worth keeping.
        if guard::check(query, &self.limits).is_ok() {
            self.cache(tenant).insert(hash, query.into()).await;
        }
    }

    async fn of_tenant(&self, tenant: Uuid, hash: &Hash) -> Option<Arc<str>> {
        let cache = self.registered.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned();
        cache?.get(hash).await
    }

    fn cache(&self, tenant: Uuid) -> Cache<Hash, Arc<str>> {
        let mut registered = self.registered.lock().unwrap_or_else(PoisonError::into_inner);
        let made = || {
            let weight = |_: &Hash, text: &Arc<str>| u32::try_from(text.len()).unwrap_or(u32::MAX);
            Cache::builder().max_capacity(REGISTERED).weigher(weight).build()
        };
        registered.entry(tenant).or_insert_with(made).clone()
    }

    /// Reads the lists again whenever the folder changes or the process is told to (SIGHUP). A list that is
    /// wrong leaves the former ones in force.
    pub(super) fn watch(self: &Arc<Self>) {
        let Some(folder) = self.settings.folder.clone() else { return };
        let this = Arc::downgrade(self);
        crate::kernel::task::spawn("documents", async move {
            let mut seen = manifests::fingerprint(&folder);
            let mut hangup = Hangup::new();
            loop {
                let told = tokio::select! {
                    () = tokio::time::sleep(LOOK) => false,
                    () = hangup.heard() => true,
                };
                let Some(this) = this.upgrade() else { return };
                let now = manifests::fingerprint(&folder);
                if !told && now == seen {
                    continue;
                }
                seen = now;
                match manifests::read(&folder, &this.limits) {
                    Ok(known) => {
                        tracing::info!(documents = known.count(), "the lists of documents were read again");
                        this.listed.store(Arc::new(known));
                    }
                    Err(error) => tracing::error!(%error, "the lists of documents are wrong; the former stay in force"),
                }
            }
        });
    }
}

/// The signal that means "read your settings again".
struct Hangup {
    #[cfg(unix)]
    signal: Option<tokio::signal::unix::Signal>,
}

impl Hangup {
    fn new() -> Self {
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};
            Self { signal: signal(SignalKind::hangup()).ok() }
        }
        #[cfg(not(unix))]
        Self {}
    }

    async fn heard(&mut self) {
        #[cfg(unix)]
        if let Some(signal) = &mut self.signal
            && signal.recv().await.is_some()
        {
            return;
        }
        std::future::pending::<()>().await;
    }
}

fn unknown() -> ApiError {
    ApiError::of(Code::PersistedQueryNotFound)
}

/// The id in a request: `documentId`, or what older clients put into `extensions`.
fn given(sent: &Sent) -> Result<Option<Hash>, ApiError> {
    if let Some(id) = &sent.document_id {
        return parse(id).map(Some);
    }
    let persisted = sent.extensions.as_ref().and_then(|extensions| extensions.get("persistedQuery"));
    let Some(persisted) = persisted else { return Ok(None) };
    let hash = persisted.get("sha256Hash").and_then(serde_json::Value::as_str);
    parse(hash.unwrap_or_default()).map(Some)
}

/// The digest in an id, `sha256:` and 64 hexadecimal digits; older clients leave the prefix out.
fn parse(id: &str) -> Result<Hash, ApiError> {
    let mut hash = [0; 32];
    match hex::decode_to_slice(id.strip_prefix(PREFIX).unwrap_or(id), &mut hash) {
        Ok(()) => Ok(hash),
        Err(_) => Err(ApiError::of(Code::BadUserInput).at("documentId").saying(
            "documentId 应为 sha256: 加 64 位十六进制数字",
            "`documentId` is `sha256:` and 64 hexadecimal digits.",
        )),
    }
}

fn digest(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}
