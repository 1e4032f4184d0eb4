//! Documents that were seen before: scanned, parsed, measured and validated once for each schema.

use std::sync::{Arc, PoisonError, RwLock};

use async_graphql::parser::types::ExecutableDocument;
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use crate::{
    graph::open::Openness,
    http::guard::{self, Limits},
    kernel::error::ApiError,
};

/// What the documents in memory may take, by the estimate of [`weight`].
const BYTES: u64 = 12 * 1024 * 1024;

/// A document within the limits.
pub(super) struct Document {
    pub(super) parsed: Arc<ExecutableDocument>,
    /// The operations that passed validation, by name; one without a name has the empty one.
    valid: RwLock<Vec<(String, Arc<Openness>)>>,
    bytes: usize,
}

impl Document {
    /// The variables of an operation that is known to be valid, whatever their values.
    pub(super) fn valid(&self, operation: Option<&str>) -> Option<Arc<Openness>> {
        let valid = self.valid.read().unwrap_or_else(PoisonError::into_inner);
        valid.iter().find(|(name, _)| name == operation.unwrap_or_default()).map(|(_, openness)| openness.clone())
    }
}

/// Documents by the digest of their text and of the schema that they were validated against. Bounded; those that are asked for often stay.
pub(super) struct Parsed {
    known: Cache<[u8; 32], Arc<Document>>,
}

impl Parsed {
    pub(super) fn new() -> Self {
        let weight = |_: &[u8; 32], document: &Arc<Document>| weight(document.bytes);
        Self { known: Cache::builder().max_capacity(BYTES).weigher(weight).build() }
    }

    /// The document of a text, if it passes the guard.
    pub(super) fn of(&self, text: &str, schema: &str, limits: &Limits) -> Result<(Key, Arc<Document>), ApiError> {
        // The schema's digest has one length or none at all, so that no text can pass for both.
        let digest = Sha256::new().chain_update(text).chain_update([0]).chain_update(schema).finalize().into();
        if let Some(known) = self.known.get(&digest) {
            return Ok((Key { digest, is_known: true }, known));
        }
        let parsed = Arc::new(guard::check(text, limits)?.document);
        let key = Key { digest, is_known: false };
        Ok((key, Arc::new(Document { parsed, valid: RwLock::default(), bytes: text.len() })))
    }

    /// Remembers that an operation of a document passed validation. Others are not remembered, so that a stream
    /// of nonsense takes no room.
    pub(super) fn passed(
        &self,
        key: &Key,
        document: &Arc<Document>,
        operation: Option<&str>,
        openness: impl FnOnce() -> Openness,
    ) -> Arc<Openness> {
        if let Some(openness) = document.valid(operation) {
            return openness;
        }
        let openness = Arc::new(openness());
        let known = (operation.unwrap_or_default().to_string(), openness.clone());
        document.valid.write().unwrap_or_else(PoisonError::into_inner).push(known);
        self.known.insert(key.digest, document.clone());
        openness
    }
}

/// Under which a document is known.
pub(super) struct Key {
    pub(super) digest: [u8; 32],
    /// Whether it was asked for before. Many that were not never come again, so that no plan of theirs is worth keeping.
    pub(super) is_known: bool,
}

/// Roughly what a parsed document takes, for a text of so many bytes.
fn weight(bytes: usize) -> u32 {
    u32::try_from(1024 + bytes * 24).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passed_validation_is_remembered_for_each_operation() {
        let documents = Parsed::new();
        let text = "query A { __typename } query B { nonsense }";
        let limits = Limits::default();
        let (key, document) = documents.of(text, "", &limits).expect("a document");
        assert!(documents.known.get(&key.digest).is_none() && !key.is_known);
        documents.passed(&key, &document, Some("A"), Openness::default);
        let (key, again) = documents.of(text, "", &limits).expect("a document");
        assert!(key.is_known && Arc::ptr_eq(&document, &again));
        let valid = |name| again.valid(name).is_some();
        assert!(valid(Some("A")) && !valid(Some("B")) && !valid(None));
        let (_, elsewhere) = documents.of(text, "another", &limits).expect("a document");
        assert!(elsewhere.valid(Some("A")).is_none(), "valid in one schema is not valid in another");
        assert!(documents.of("{ a ", "", &limits).is_err());
    }

    #[test]
    fn a_stream_of_documents_takes_bounded_room() {
        let documents = Parsed::new();
        let limits = Limits::default();
        for i in 0..3_000 {
            let text = format!("{{ a{i}: __typename }} # {}", "x".repeat(2_000));
            let (key, document) = documents.of(&text, "", &limits).expect("a document");
            documents.passed(&key, &document, None, Openness::default);
        }
        documents.known.run_pending_tasks();
        assert!(documents.known.weighted_size() <= BYTES);
    }
}
