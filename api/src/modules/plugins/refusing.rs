//! What is put on record of a plug-in that is not taken for what it is (拒收), whoever gives it and by whichever way: its
//! digest, with whoever has signed it.

use std::collections::BTreeSet;

use serde_json::{Value as Json, json};

use crate::{
    kernel::error::{Code, UserError},
    modules::plugins::{signing::Signer, submission::brief, trust},
};

/// What the audit record calls it.
pub const ACTION: &str = "pluginRefuse";

/// The line about a change that these errors have ended. None where they say nothing about the plug-in itself: that it is
/// there already, or that a server is not ready for it.
pub fn line(change: &str, errors: &[UserError], digest: &str, signers: impl FnOnce() -> Vec<Signer>) -> Option<Json> {
    let its_own =
        [Code::PluginRefused, Code::PluginQuarantined, Code::InvalidValue, Code::InvalidFormat].map(Code::as_str);
    let codes: BTreeSet<&str> = errors.iter().map(|error| error.code.as_str()).collect();
    if !its_own.iter().any(|code| codes.contains(code)) {
        return None;
    }
    let because = errors.first().map(|error| brief(&error.zh, 200));
    Some(json!({
        "refused": change, "codes": codes, "because": because, "digest": brief(digest, 64),
        "signedBy": trust::recorded(&signers()),
    }))
}
