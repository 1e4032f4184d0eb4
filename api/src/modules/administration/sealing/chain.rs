//! What a seal is a function of (审计链): the seal before it, its bounds and every line within them.

use chrono::{DateTime, Utc};
use entities::audit;
use serde_json::json;

use crate::kernel::{
    error::ApiError,
    sm3::{digest, sign, verifies},
};

/// A link of the chain, without the lines.
#[derive(Clone, Copy, Debug)]
pub struct Link<'s> {
    /// Its place, from 1.
    pub number: i32,
    /// Lines after this moment.
    pub since: Option<DateTime<Utc>>,
    /// Lines up to and with this moment.
    pub until: DateTime<Utc>,
    /// Digest of the link before; empty of the first.
    pub previous: &'s str,
}

/// The SM3 of a link with its lines, hex. Each part is a line of JSON, so that no two records read the same.
pub fn sealed(link: Link<'_>, lines: &[audit::Model]) -> String {
    let since = link.since.map(|at| at.timestamp_micros());
    let mut text = json!([link.number, link.previous, since, link.until.timestamp_micros(), lines.len()]).to_string();
    for line in lines {
        let who = json!([line.actor_id, line.actor_name, line.session_id, line.request_id, line.remote]);
        let what = json!([line.action, line.object_type, line.object_id, line.digest, line.detail]);
        text.push('\n');
        text.push_str(&json!([line.id, line.at.timestamp_micros(), who, what]).to_string());
    }
    digest(text.as_bytes())
}

/// What only who holds the installation's key can write below a digest.
pub fn signed(key: &[u8], digest: &str) -> Result<String, ApiError> {
    sign(key, &[digest])
}

/// Whether it was written by who holds the key.
pub fn is_signed(key: &[u8], digest: &str, mac: &str) -> bool {
    verifies(key, &[digest], mac)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn line(number: u128) -> audit::Model {
        audit::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::from_u128(number),
            actor_id: Some(Uuid::from_u128(7)),
            actor_name: "王明".into(),
            session_id: None,
            action: "unitCreate".into(),
            object_type: "Unit".into(),
            object_id: Some(Uuid::from_u128(9)),
            request_id: "r".into(),
            remote: Some("127.0.0.1".into()),
            digest: "ab".into(),
            detail: json!({ "b": 1, "a": 2 }),
            at: DateTime::UNIX_EPOCH,
        }
    }

    const LINK: Link<'_> = Link { number: 2, since: None, until: DateTime::UNIX_EPOCH, previous: "aa" };

    #[test]
    fn whatever_is_changed_changes_the_seal() {
        let lines = [line(1), line(2)];
        let before = sealed(LINK, &lines);
        assert_eq!(before, sealed(LINK, &lines), "the same lines have the same seal");
        let changes: [fn(&mut audit::Model); 12] = [
            |l| l.id = Uuid::from_u128(3),
            |l| l.actor_id = None,
            |l| l.actor_name = "李明".into(),
            |l| l.session_id = Some(Uuid::nil()),
            |l| l.action = "unitClose".into(),
            |l| l.object_type = "User".into(),
            |l| l.object_id = None,
            |l| l.request_id = "s".into(),
            |l| l.remote = None,
            |l| l.digest = "ac".into(),
            |l| l.detail = json!({ "a": 2 }),
            |l| l.at = DateTime::UNIX_EPOCH + chrono::TimeDelta::microseconds(1),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut lines = lines.clone();
            change(&mut lines[1]);
            assert_ne!(before, sealed(LINK, &lines), "{number}");
        }
        assert_ne!(before, sealed(LINK, &lines[..1]), "one is missing");
        assert_ne!(before, sealed(Link { previous: "ab", ..LINK }, &lines));
        assert_ne!(before, sealed(Link { number: 3, ..LINK }, &lines));
    }

    #[test]
    fn only_who_holds_the_key_can_write_below_it() {
        let mac = signed(b"key", "digest").unwrap();
        assert!(is_signed(b"key", "digest", &mac));
        assert!(!is_signed(b"kez", "digest", &mac) && !is_signed(b"key", "digesu", &mac));
    }
}
