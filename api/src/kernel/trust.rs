//! Whose plug-ins an installation takes (插件信任): settings of whoever operates it, for all its tenants.

use serde::Deserialize;

/// Whose plug-ins with code are taken. Plug-ins that are described and not programmed can do no more than their tenant's
/// administrator, and need no signature.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PluginTrust {
    /// Public keys of publishers (发布者), as `zugong plugin sign` prints them.
    pub trusted_publishers: Vec<String>,
    /// Public keys of reviewers (审核者); if there are any, one of them must have signed besides a publisher.
    pub reviewers: Vec<String>,
    /// Whether a plug-in with code must be signed by one of them.
    pub require_signature: bool,
}

impl PluginTrust {
    /// Everybody's are taken.
    pub const EVERYBODY: Self = Self { trusted_publishers: vec![], reviewers: vec![], require_signature: false };

    /// Whether it can be met.
    pub fn check(&self) -> Result<(), String> {
        match self.require_signature && self.trusted_publishers.is_empty() {
            true => Err("plugins.require_signature needs a key in plugins.trusted_publishers".into()),
            false => Ok(()),
        }
    }
}
