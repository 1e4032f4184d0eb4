//! When a case is done (并联办结): all its mandatory items are, rule H-03.

/// Whether a case waits for items (并联汇合, H-03).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// So many mandatory items are neither done nor dead.
    Waiting {
        /// How many.
        missing: usize,
    },
    /// Every mandatory item that lives is done: the case is done.
    Complete,
}

/// Joins the items, each given as (mandatory, done, dead) (必办、已办结、已失效). A dead item (withdrawn
/// from the case, or on a branch not taken) can no longer be done, so the case does not wait for it.
pub fn join(items: impl IntoIterator<Item = (bool, bool, bool)>) -> Join {
    let is_missing = |(mandatory, done, dead): &(bool, bool, bool)| *mandatory && !done && !dead;
    match items.into_iter().filter(is_missing).count() {
        0 => Join::Complete,
        missing => Join::Waiting { missing },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DONE: (bool, bool, bool) = (true, true, false);
    const OPEN: (bool, bool, bool) = (true, false, false);
    const OPTIONAL: (bool, bool, bool) = (false, false, false);
    const DEAD: (bool, bool, bool) = (true, false, true);

    #[test]
    fn h_03_done_when_all_mandatory_items_are() {
        assert_eq!(join([DONE, DONE, OPTIONAL]), Join::Complete);
        assert_eq!(join([DONE, DEAD]), Join::Complete);
        assert_eq!(join([]), Join::Complete);
    }

    #[test]
    fn h_03_one_returned_item_holds_the_case_only() {
        assert_eq!(join([DONE, OPEN, DONE, OPEN]), Join::Waiting { missing: 2 });
        assert_eq!(join([OPEN, DEAD, OPTIONAL]), Join::Waiting { missing: 1 });
    }
}
