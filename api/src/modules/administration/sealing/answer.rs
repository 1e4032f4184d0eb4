//! What `auditVerify` answers.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};

use crate::{
    graph::scalars::Published,
    modules::administration::sealing::verifying::{Broken, Verified, Wrong},
};

/// What can be wrong with the sealed audit record (审计异常).
#[derive(Enum, Clone, Copy, PartialEq, Eq)]
pub enum AuditFault {
    /// A seal is missing (封存缺失).
    Missing,
    /// A seal does not follow the one before (断链).
    Chain,
    /// Lines were changed, added or removed (记录被改动).
    Lines,
    /// A seal was not made by this installation (封存伪造).
    Mac,
}

/// A place where the audit record is not as it was sealed (审计异常位置).
#[derive(SimpleObject)]
pub struct AuditBreak {
    /// The seal's place in the chain (序号).
    number: i32,
    /// What is wrong (异常).
    fault: AuditFault,
    /// The lines are after this moment; absent of the first (起).
    since: Option<Published<DateTime<Utc>>>,
    /// And up to this one; absent where the seal is missing (止).
    until: Option<Published<DateTime<Utc>>>,
}

/// Whether the audit record is as it was sealed (审计校验).
#[derive(SimpleObject)]
pub struct AuditVerification {
    /// Seals that were looked at (封存数).
    seals: i32,
    /// Lines that they are over (条数).
    lines: i32,
    /// The last of them: give it as `after` for the next (末号).
    last: i32,
    /// Its digest (摘要): a log that holds the same says that no later end was cut off.
    digest: String,
    /// Lines up to this moment are sealed and were looked at (止); absent when there was no seal.
    until: Option<Published<DateTime<Utc>>>,
    /// Lines after the last seal (未封存条数): those of a quarter of an hour at most, while a server works; 0 where there are
    /// more seals to look at.
    unsealed: i32,
    /// The first of them is of this moment (未封存起).
    unsealed_since: Option<Published<DateTime<Utc>>>,
    /// What is wrong (异常); empty when all is as it was.
    breaks: Vec<AuditBreak>,
}

impl AuditVerification {
    /// What is told of what was found.
    pub fn of(found: Verified) -> Self {
        let place = |broken: Broken| AuditBreak {
            number: broken.number,
            fault: match broken.wrong {
                Wrong::Missing => AuditFault::Missing,
                Wrong::Chain => AuditFault::Chain,
                Wrong::Lines => AuditFault::Lines,
                Wrong::Mac => AuditFault::Mac,
            },
            since: broken.since.map(Published),
            until: broken.until.map(Published),
        };
        Self {
            seals: found.seals,
            lines: i32::try_from(found.lines).unwrap_or(i32::MAX),
            last: found.last,
            digest: found.digest,
            until: found.until.map(Published),
            unsealed: i32::try_from(found.unsealed).unwrap_or(i32::MAX),
            unsealed_since: found.unsealed_since.map(Published),
            breaks: found.broken.into_iter().map(place).collect(),
        }
    }
}
