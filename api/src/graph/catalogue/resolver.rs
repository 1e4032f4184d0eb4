//! Who knows values that the database does not.

use serde_json::Value as Json;

use crate::kernel::{error::ApiError, session::Session};

/// Works out a field's values.
#[async_trait::async_trait]
pub trait Resolver: Send + Sync + std::fmt::Debug {
    /// One value for each parent, in their order, or why there is none. A parent is the JSON object of the fields that are
    /// needed.
    async fn resolve(&self, session: &Session, parents: Vec<String>) -> Vec<Result<Json, ApiError>>;
}
