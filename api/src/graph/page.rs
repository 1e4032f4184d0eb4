//! Which rows of a list a page shows: so many from one end, between cursors.

use async_graphql::Value as ConstValue;

use crate::{
    graph::{
        order::{Bound, Ordering},
        plan::{Planner, argument},
        selection::Picked,
    },
    kernel::error::{ApiError, Code},
};

/// The page size when none is asked for.
pub(super) const DEFAULT_FIRST: i64 = 20;
/// The largest page.
pub(super) const MAX_FIRST: i64 = 100;

/// A page as it was asked for.
pub(super) struct Page {
    /// How many rows are shown. It stands in the statement's text: a planner who knows it reads an index in its
    /// order, and one who does not may sort the table.
    pub(super) size: i64,
    /// The last rows rather than the first; they are read from the end.
    pub(super) from_end: bool,
    after: Option<Bound>,
    before: Option<Bound>,
    /// The rows of the list, whatever the page: table and condition, for a look beyond the cursors.
    list: String,
}

/// Whether rows lie on one side of a page.
pub(super) struct Side {
    /// The condition.
    pub(super) sql: String,
    /// Whether it gathers the fetched rows `q`.
    pub(super) gathers: bool,
}

impl<'a> Planner<'a> {
    /// Reads `first`, `after`, `last` and `before`.
    pub(super) fn page(&mut self, field: &Picked<'a>, ordering: &Ordering, list: String) -> Result<Page, ApiError> {
        let (first, last) = (argument(field, "first"), argument(field, "last"));
        if first.is_some() && last.is_some() {
            return Err(ApiError::of(Code::BadUserInput)
                .at("last")
                .saying("first 与 last 不能同时使用", "Give `first` or `last`, not both."));
        }
        let size = match last {
            Some(last) => page_size(Some(last), "last")?,
            None => page_size(first, "first")?,
        };
        let after = argument(field, "after").map(|c| self.bound(ordering, c, "after")).transpose()?;
        let before = argument(field, "before").map(|c| self.bound(&ordering.reversed(), c, "before")).transpose()?;
        Ok(Page { size, from_end: last.is_some(), after, before, list })
    }
}

impl Page {
    /// How many rows are fetched; one more than are shown, to learn whether there are more.
    pub(super) fn fetched(&self, one_more: bool) -> i64 {
        self.size + i64::from(one_more)
    }

    /// The conditions that the cursors set.
    pub(super) fn between(&self) -> String {
        [&self.after, &self.before].into_iter().flatten().map(|b| format!(" and {}", b.within)).collect()
    }

    /// What `hasPreviousPage` is, exactly.
    pub(super) fn previous(&self) -> Side {
        self.side(&self.after, self.from_end)
    }

    /// What `hasNextPage` is, exactly.
    pub(super) fn next(&self) -> Side {
        self.side(&self.before, !self.from_end)
    }

    /// `cut`: rows on this side are cut off by the page's size.
    fn side(&self, bound: &Option<Bound>, cut: bool) -> Side {
        let more = cut.then(|| format!("coalesce(max(q.cnt), 0) > {}", self.size));
        let beyond = bound.as_ref().map(|b| format!("exists (select 1 from {} and {})", self.list, b.beyond));
        let ways: Vec<String> = more.into_iter().chain(beyond).collect();
        let sql = if ways.is_empty() { "1 = 0".into() } else { format!("({})", ways.join(" or ")) };
        Side { sql, gathers: cut }
    }
}

fn page_size(given: Option<&ConstValue>, at: &str) -> Result<i64, ApiError> {
    let n = match given {
        None => Some(DEFAULT_FIRST),
        Some(ConstValue::Number(n)) => n.as_i64(),
        Some(_) => None,
    };
    n.filter(|n| (1..=MAX_FIRST).contains(n)).ok_or_else(|| {
        ApiError::of(Code::BadUserInput)
            .at(at)
            .saying(format!("{at} 应在 1 至 {MAX_FIRST} 之间"), format!("{at} takes 1 to {MAX_FIRST}."))
    })
}
