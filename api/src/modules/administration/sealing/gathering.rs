//! The lines of many seals at once: a tenant where little happens has a seal for each few lines.

use entities::{audit, audit_seal};

use crate::{
    kernel::{error::ApiError, tx::Inner},
    modules::administration::sealing::{LINES, lines},
};

/// How many of these seals, from the first, are over lines that are read together: each begins where the one before ends,
/// and together they have no more lines than one may have. At least the first.
pub(super) fn together(seals: &[audit_seal::Model]) -> usize {
    let mut sum = seals.first().map_or(0, count);
    let follows = |pair: &&[audit_seal::Model]| {
        let [before, seal] = pair else { return false };
        sum = sum.saturating_add(count(seal));
        seal.since == Some(before.until) && seal.until >= before.until && sum <= LINES
    };
    let more = seals.windows(2).take_while(follows).count();
    seals.len().min(1 + more)
}

/// The lines within the bounds of each of seals that are read together; of one that has more than it says, one more.
pub(super) async fn gathered(tx: &Inner, seals: &[audit_seal::Model]) -> Result<Vec<Vec<audit::Model>>, ApiError> {
    let (Some(first), Some(last)) = (seals.first(), seals.last()) else { return Ok(vec![]) };
    let most = seals.iter().map(count).fold(0, u64::saturating_add);
    let mut found = lines(tx, first.since, Some(last.until), most.saturating_add(1)).await?;
    if found.len() as u64 <= most || seals.len() == 1 {
        let mut out = Vec::with_capacity(seals.len());
        for seal in seals {
            let rest = found.split_off(found.partition_point(|line| line.at <= seal.until));
            out.push(std::mem::replace(&mut found, rest));
        }
        return Ok(out);
    }
    // Somewhere there are more: what is beyond them was not read, and is not to be missed where nothing is wrong.
    let mut out = Vec::with_capacity(seals.len());
    for seal in seals {
        out.push(lines(tx, seal.since, Some(seal.until), count(seal).saturating_add(1)).await?);
    }
    Ok(out)
}

fn count(seal: &audit_seal::Model) -> u64 {
    u64::try_from(seal.lines).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use uuid::Uuid;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    /// Seals by their bounds, in minutes, and their lines.
    fn seals(all: &[(Option<i64>, i64, i32)]) -> Vec<audit_seal::Model> {
        let seal = |(since, until, lines): &(Option<i64>, i64, i32)| audit_seal::Model {
            tenant_id: Uuid::nil(),
            id: Uuid::nil(),
            number: 1,
            since: since.map(at),
            until: at(*until),
            lines: *lines,
            previous: String::new(),
            digest: String::new(),
            mac: String::new(),
            sealed_at: at(100),
        };
        all.iter().map(seal).collect()
    }

    #[test]
    fn seals_that_follow_each_other_are_read_together_up_to_the_lines_of_a_full_one() {
        assert_eq!(together(&seals(&[])), 0);
        assert_eq!(together(&seals(&[(None, 5, 3)])), 1);
        assert_eq!(together(&seals(&[(None, 5, 3), (Some(5), 9, 4), (Some(9), 10, 1)])), 3);
        assert_eq!(together(&seals(&[(None, 5, 600), (Some(5), 9, 400), (Some(9), 10, 1)])), 2);
        assert_eq!(together(&seals(&[(None, 5, 2_000), (Some(5), 9, 1)])), 1, "one alone, however many it has");
    }

    #[test]
    fn seals_between_which_something_is_wrong_are_read_apart() {
        for wrong in [(Some(6), 9, 1), (Some(4), 9, 1), (None, 9, 1), (Some(5), 4, 1), (Some(5), 9, i32::MAX)] {
            assert_eq!(together(&seals(&[(None, 5, 3), wrong, (Some(9), 10, 1)])), 1, "{wrong:?}");
        }
        assert_eq!(
            together(&seals(&[(None, 5, -7), (Some(5), 9, 1)])),
            2,
            "what it says it has does not fit, whoever reads it"
        );
    }
}
