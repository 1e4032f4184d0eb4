//! Whether the audit record is as it was when it was sealed (审计校验).

use chrono::{DateTime, Utc};
use entities::{audit, audit_seal};
use sea_orm::{ColumnTrait, Order};

use crate::{
    kernel::{
        error::{ApiError, Code},
        tx::Inner,
    },
    modules::administration::sealing::{
        chain::{self, Link},
        gathering::{gathered, together},
        lines,
    },
};

/// What is wrong with a seal or with what it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// A seal of this number is missing.
    Missing,
    /// It does not follow the one before.
    Chain,
    /// Lines were changed, added or removed.
    Lines,
    /// It was not made by this installation.
    Mac,
}

/// A place where the record is not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The seal's place in the chain.
    pub number: i32,
    /// What is wrong.
    pub wrong: Wrong,
    /// The lines are after this moment.
    pub since: Option<DateTime<Utc>>,
    /// And up to this one; absent where the seal is missing.
    pub until: Option<DateTime<Utc>>,
}

/// What was looked at, and what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// The last seal that was looked at; the number given where there was none.
    pub last: i32,
    /// Its digest.
    pub digest: String,
    /// How many seals there were.
    pub seals: i32,
    /// Lines that they are over.
    pub lines: i64,
    /// Up to this moment.
    pub until: Option<DateTime<Utc>>,
    /// What is wrong, in its order.
    pub broken: Vec<Broken>,
    /// Lines after the last seal, where it was looked at.
    pub unsealed: u64,
    /// The first of them is of this moment.
    pub unsealed_since: Option<DateTime<Utc>>,
}

/// Looks at the seals after a number, so many of them.
pub async fn verify(tx: &Inner, key: &[u8], after: i32, most: u64) -> Result<Verified, ApiError> {
    let seals = || tx.parts::<audit_seal::Entity>().order_by(audit_seal::Column::Number, Order::Asc);
    let mut before = match after {
        0 => None,
        number => seals().filter(audit_seal::Column::Number.eq(number)).one().await?,
    };
    let mut out = Verified { last: after, ..Verified::default() };
    if after > 0 && before.is_none() {
        out.broken.push(Broken { number: after, wrong: Wrong::Missing, since: None, until: None });
    }
    let all = seals().filter(audit_seal::Column::Number.gt(after)).limit(most).all().await?;
    let to_the_end = (all.len() as u64) < most;
    let mut left = &all[..];
    while !left.is_empty() {
        let (group, rest) = left.split_at(together(left));
        for (seal, found) in group.iter().zip(gathered(tx, group).await?) {
            look(key, &mut out, before.as_ref(), seal, found).await?;
            before = Some(seal.clone());
        }
        left = rest;
    }
    if to_the_end {
        let mut rest = tx.parts::<audit::Entity>();
        if let Some(seal) = &before {
            rest = rest.filter(audit::Column::At.gt(seal.until));
        }
        out.unsealed = rest.count().await?;
        let since = before.as_ref().map(|seal| seal.until);
        out.unsealed_since = lines(tx, since, None, 1).await?.first().map(|line| line.at);
    }
    Ok(out)
}

/// Looks at one seal, after the one before, with the lines within its bounds.
async fn look(
    key: &[u8],
    out: &mut Verified,
    before: Option<&audit_seal::Model>,
    seal: &audit_seal::Model,
    found: Vec<audit::Model>,
) -> Result<(), ApiError> {
    let since = before.map(|seal| seal.until);
    for number in out.last + 1..seal.number {
        out.broken.push(Broken { number, wrong: Wrong::Missing, since, until: None });
    }
    let follows = match before {
        Some(before) if before.number + 1 == seal.number => {
            seal.previous == before.digest && seal.since == Some(before.until)
        }
        None if seal.number == 1 => seal.previous.is_empty() && seal.since.is_none(),
        // What it should follow is missing, which has been said.
        _ => true,
    };
    let held = seal.clone();
    let digest = tokio::task::spawn_blocking(move || {
        let audit_seal::Model { number, since, until, previous, .. } = &held;
        let link = Link { number: *number, since: *since, until: *until, previous };
        chain::sealed(link, &found)
    });
    let digest = digest.await.map_err(|_| ApiError::of(Code::InternalServerError))?;
    let wrong = [
        (!follows).then_some(Wrong::Chain),
        (digest != seal.digest).then_some(Wrong::Lines),
        (!chain::is_signed(key, &seal.digest, &seal.mac)).then_some(Wrong::Mac),
    ];
    let place = |wrong| Broken { number: seal.number, wrong, since: seal.since, until: Some(seal.until) };
    out.broken.extend(wrong.into_iter().flatten().map(place));
    out.seals += 1;
    out.lines += i64::from(seal.lines);
    (out.last, out.digest, out.until) = (seal.number, seal.digest.clone(), Some(seal.until));
    Ok(())
}
