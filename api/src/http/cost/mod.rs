//! What a request costs, and who still has how much to spend.
//!
//! The cost of a document is worked out before anything is executed (`measure`). One request may cost
//! so much and no more; beyond that every caller and every tenant has a bucket that fills steadily
//! (`buckets`), so that one cannot use up what is there for all.

mod buckets;
mod measure;
mod shared;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::{
    graph::{catalogue::Catalogue, selection::Doc},
    http::cost::buckets::{Bucket, Buckets},
    kernel::{
        bus::Bus,
        error::{ApiError, Code},
        session::{RequestInfo, Session},
    },
};

/// Limits of cost. A scalar field costs 1; see `docs/api.md` for the rest.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct CostSettings {
    /// What one request may cost.
    pub request: u64,
    /// What a user or service account may spend at once.
    pub client: u64,
    /// What comes back to it every second.
    pub client_per_second: u64,
    /// What all users of a tenant may spend at once.
    pub tenant: u64,
    /// What comes back to a tenant every second.
    pub tenant_per_second: u64,
    /// What one network address may spend at once without a token.
    pub anonymous: u64,
    /// What comes back to it every second.
    pub anonymous_per_second: u64,
}

impl Default for CostSettings {
    fn default() -> Self {
        Self {
            request: 50_000,
            client: 2_000_000,
            client_per_second: 200_000,
            tenant: 6_000_000,
            tenant_per_second: 600_000,
            anonymous: 200_000,
            anonymous_per_second: 10_000,
        }
    }
}

impl CostSettings {
    /// Refuses settings that cannot work.
    pub fn check(&self) -> Result<(), String> {
        let buckets = [
            ("client", self.client, self.client_per_second),
            ("tenant", self.tenant, self.tenant_per_second),
            ("anonymous", self.anonymous, self.anonymous_per_second),
        ];
        if self.request == 0 {
            return Err("cost.request must be at least 1".into());
        }
        for (name, size, rate) in buckets {
            if size < self.request && name != "anonymous" {
                return Err(format!("cost.{name} must be at least cost.request, or dear requests never succeed"));
            }
            if size == 0 || rate == 0 {
                return Err(format!("cost.{name} and cost.{name}_per_second must be at least 1"));
            }
        }
        Ok(())
    }
}

/// What a request cost.
#[derive(Clone, Copy, Debug)]
pub(super) struct Charged {
    requested: u64,
    remaining: u64,
    limit: u64,
}

impl Charged {
    /// As it stands in `extensions.cost`.
    pub(super) fn report(self) -> Json {
        json!({ "requested": self.requested, "remaining": self.remaining, "limit": self.limit })
    }
}

/// Charges requests.
pub(super) struct Costs {
    settings: CostSettings,
    buckets: Buckets,
}

impl Costs {
    pub(super) fn new(settings: CostSettings, bus: &Bus) -> Self {
        Self { settings, buckets: Buckets::new(bus) }
    }

    /// Charges an operation to whoever asks.
    ///
    /// # Errors
    ///
    /// `COST_LIMIT_EXCEEDED` with both figures, or `THROTTLED` with the time until there is enough again.
    pub(super) async fn charge(
        &self,
        doc: Doc<'_>,
        catalogue: &Catalogue,
        session: Option<&Session>,
        info: &RequestInfo,
    ) -> Result<Charged, ApiError> {
        let settings = &self.settings;
        let requested = measure::cost(doc, &|name| catalogue.entry(name).is_some(), &|name| catalogue.works_out(name));
        #[allow(clippy::cast_precision_loss, reason = "a figure for a histogram")]
        metrics::histogram!("zugong_cost").record(requested as f64);
        if requested > settings.request {
            let limit = settings.request;
            return Err(ApiError::of(Code::CostLimitExceeded).saying(
                format!("查询成本：{requested}，上限 {limit}；请减小 first 或减少嵌套列表"),
                format!("Cost: {requested}, at most {limit}. Ask for smaller pages or fewer lists within lists."),
            ));
        }
        let (own, shared) = match session {
            Some(session) => {
                let (tenant, user) = (session.tenant().id, session.user_id());
                let own = Bucket::new(format!("c:{tenant}:{user}"), settings.client, settings.client_per_second);
                let shared = Bucket::new(format!("t:{tenant}"), settings.tenant, settings.tenant_per_second);
                (own, Some(shared))
            }
            None => {
                let network = info.remote.as_deref().map_or("unknown".into(), super::request::network);
                let bucket = Bucket::new(format!("a:{network}"), settings.anonymous, settings.anonymous_per_second);
                (bucket, None)
            }
        };
        let remaining = self.take(&own, requested, if shared.is_some() { "client" } else { "anonymous" }).await?;
        if let Some(shared) = &shared
            && let Err(error) = self.take(shared, requested, "tenant").await
        {
            // What the tenant lacks is not the caller's fault.
            self.buckets.give_back(&own, requested);
            return Err(error);
        }
        Ok(Charged { requested, remaining, limit: settings.request })
    }

    async fn take(&self, bucket: &Bucket, cost: u64, limit: &'static str) -> Result<u64, ApiError> {
        self.buckets.take(bucket, cost).await.map_err(|wait| {
            metrics::counter!("zugong_throttled_total", "limit" => limit).increment(1);
            let seconds = u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1);
            ApiError::of(Code::Throttled).after(seconds).saying(
                format!("请求过于频繁，请在 {seconds} 秒后重试"),
                format!("Too much was asked for in a short time; retry after {seconds} s."),
            )
        })
    }
}
