//! Reproducible data for load tests: as many people and cases as asked for, the same for the same seed.
//!
//! Every batch has its own course of chance, so that batches are made on all cores and written through
//! several connections in whatever order, and the rows are the same all the same. Nothing depends on the
//! machine's clock: the data's "today" is [`EPOCH`].

mod plan;

use std::sync::Arc;

use chrono::NaiveDate;
use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    data::progress::Progress,
    kernel::{
        error::{ApiError, Code},
        platform::Platform,
        session::Reason,
    },
};

/// The day as of which the data is true: 30 October 2026, inside the published calendar.
pub const EPOCH: NaiveDate = match NaiveDate::from_ymd_opt(2026, 10, 30) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// How many rows, of what, from which seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedOptions {
    /// People who are or were cadres, over all tenants.
    pub cadres: u64,
    /// Rows of work, over all tenants: finished cases and the seven items of each.
    pub tasks: u64,
    /// Tasks in the trees of items of work, over all tenants: an item for every forty.
    pub nodes: u64,
    /// Tenants, each a county of Zhejiang.
    pub tenants: u32,
    /// Where chance begins.
    pub seed: u64,
    /// Connections that write at once.
    pub connections: usize,
}

impl Default for SeedOptions {
    fn default() -> Self {
        Self { cadres: 200_000, tasks: 1_000_000, nodes: 100_000, tenants: 4, seed: 1, connections: 4 }
    }
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeedSummary {
    /// Codes of the tenants.
    pub tenants: Vec<String>,
    /// Rows of all tables.
    pub rows: u64,
    /// People.
    pub cadres: u64,
    /// Cases and items.
    pub tasks: u64,
    /// Tasks of items of work.
    pub nodes: u64,
}

/// Fills a migrated database. The tenants must not exist yet; what a run that broke off has written stays.
///
/// `count` is called once the first batch is there and lets the owner of the tables have them counted.
/// PostgreSQL checks every reference by a statement of its own; for tables it believes empty it plans that over
/// any index that begins with the tenant, and reads the whole tenant for every row.
pub async fn seed(
    platform: &Arc<Platform>,
    options: &SeedOptions,
    progress: &dyn Progress,
    count: impl AsyncFnOnce(),
) -> Result<SeedSummary, ApiError> {
    let system = platform.system(Reason::Provision);
    let mut summary = SeedSummary::default();
    let mut batches = Vec::new();
    for number in 0..options.tenants.max(1) {
        let (options, platform) = (options.clone(), platform.clone());
        let made = tokio::task::spawn_blocking(move || plan::Plan::make(platform.calendar(), &options, number)).await;
        let (plan, opening) = made.ok().flatten().ok_or_else(|| {
            ApiError::of(Code::BadUserInput)
                .at("tenants")
                .saying("租户数超过浙江省县级行政区划数", "There are fewer counties than tenants asked for.")
        })?;
        summary.rows += opening.open(&system, &plan).await?;
        summary.tenants.push(plan.code.clone());
        let plan = Arc::new(plan);
        let parts = (0..plan.batches).map(plan::Part::People).chain((0..plan.forests()).map(plan::Part::Trees));
        batches.extend(parts.map(|part| (plan.clone(), part)));
    }
    progress.begin("rows", summary.rows + batches.iter().map(|(plan, batch)| plan.expected(*batch)).sum::<u64>());
    progress.advance(summary.rows);
    let system = &system;
    let write = |(plan, batch): (Arc<plan::Plan>, plan::Part)| async move {
        let (tenant, work) = (plan.region.tenant, plan);
        let made = tokio::task::spawn_blocking(move || work.make_part(batch)).await;
        let mut rows = made.map_err(|error| {
            tracing::error!(%error, "a batch could not be made");
            ApiError::of(Code::InternalServerError)
        })?;
        let tasks = (rows.cases.len() + rows.items.len()) as u64;
        let part = [rows.count(), rows.cadres.len() as u64, tasks, rows.tasks.len() as u64];
        let tx = system.begin(Some(tenant)).await?;
        rows.store_people(&tx).await?;
        rows.store_work(&tx).await?;
        tx.commit().await?;
        progress.advance(part[0]);
        Ok::<_, ApiError>(part)
    };
    let mut batches = batches.into_iter();
    let mut first = [0; 4];
    if let Some(batch) = batches.next() {
        first = write(batch).await?;
    }
    count().await;
    let written = stream::iter(batches)
        .map(write)
        .buffer_unordered(options.connections.max(1))
        .try_fold(first, |sum, one| async move { Ok(std::array::from_fn(|i| sum[i] + one[i])) })
        .await?;
    progress.end();
    let [rows, cadres, tasks, nodes] = written;
    summary.rows += rows;
    Ok(SeedSummary { cadres, tasks, nodes, ..summary })
}
