//! Components of plug-ins, asked and looked after.

use std::sync::Arc;

use async_graphql::{Context, Object, Result, SimpleObject};
use entities::{plugin, values::PluginState};
use host::{Health, MOST_INPUTS, ScoreLine, breaker::State};
use policies::{Action, Resource};

use crate::{
    graph::{scalars::JsonText, schema::required},
    kernel::{
        error::{ApiError, Code},
        id::Id,
        session::Session,
    },
    modules::plugins::{catalogue::Plugin, code, scoring, store},
};

/// How often calls ended in a code (故障次数).
#[derive(SimpleObject)]
pub struct PluginFaultCount {
    /// The code, as in `PLUGIN_TIMEOUT` (代码).
    code: &'static str,
    /// How often (次数).
    count: i32,
}

/// How a hook of a plug-in does on the server that answers, since it was started (插件运行情况).
#[derive(SimpleObject)]
pub struct PluginHookHealth {
    /// The plug-in's key (插件标识).
    plugin: String,
    /// Its version (版本).
    release: String,
    /// What it is asked (钩子): `validate`, `score`, `resolve`, `act` or `on-transition`.
    hook: &'static str,
    /// Whether it rests after faults (熔断状态): `CLOSED`, `OPEN`, `TRYING` or `DISABLED`.
    breaker: &'static str,
    /// Calls (调用次数).
    calls: i32,
    /// How long half of them took at most, in microseconds (中位耗时).
    p50_micros: i32,
    /// How long 99 of 100 took at most, in microseconds (99 分位耗时).
    p99_micros: i32,
    /// Processor time together, in microseconds (处理器时间).
    cpu_micros: i32,
    /// The most memory of any, in bytes (内存峰值).
    memory_bytes: i32,
    /// Calls that ended in a code (故障).
    faults: Vec<PluginFaultCount>,
}

/// Points for one item, in hundredths (计分明细).
#[derive(SimpleObject)]
pub struct PluginScoreLine {
    /// The item (计分项).
    item: String,
    /// Points, in hundredths (得分).
    points: i32,
    /// The most there can be, in hundredths (满分).
    max: i32,
    /// Why (理由).
    reason: String,
    /// What it rests on (依据).
    evidence: Vec<String>,
}

/// The points for one of many inputs; an error is told at its place.
type Lines = Result<Vec<PluginScoreLine>>;

/// What is asked of plug-ins' components.
#[derive(Default)]
pub struct PluginRunning;

/// What is asked of plug-ins' components.
#[Object]
impl PluginRunning {
    /// How the components of the tenant's plug-ins do (插件运行情况): on the server that answers, since it was started.
    /// Permission: `plugin:publish`.
    async fn plugin_health(&self, ctx: &Context<'_>) -> Result<Option<Vec<PluginHookHealth>>> {
        let session = required(ctx)?;
        session.require(Resource::Plugin, Action::Publish)?;
        if session.tenant().plugins.packages.is_empty() {
            return Ok(Some(vec![]));
        }
        let (host, tenant) = (code::host()?, session.tenant().id);
        let plugins = &session.tenant().plugins;
        let line = |health: Health| PluginHookHealth {
            breaker: match host.rest(tenant, &health.plugin, plugins.revision(&health.plugin)).0 {
                State::Closed => "CLOSED",
                State::Open(_) => "OPEN",
                State::Trying => "TRYING",
                State::Disabled => "DISABLED",
            },
            plugin: health.plugin.to_string(),
            release: health.version.to_string(),
            hook: health.hook.as_str(),
            calls: int(health.calls),
            p50_micros: int(health.p50.as_micros()),
            p99_micros: int(health.p99.as_micros()),
            cpu_micros: int(health.cpu.as_micros()),
            memory_bytes: int(health.memory),
            faults: health
                .faults
                .into_iter()
                .map(|(code, count)| PluginFaultCount { code: code.as_str(), count: int(count) })
                .collect(),
        };
        Ok(Some(host.health(tenant).into_iter().map(line).collect()))
    }

    /// Points that a plug-in's component gives for an input (插件计分); a pure function, nothing is stored.
    /// Permission: `plugin:publish`.
    async fn plugin_score(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plug-in.")] plugin: Id<Plugin>,
        #[graphql(desc = "The scheme (计分方案).")] scheme: String,
        #[graphql(desc = "What the points depend on.")] input: JsonText,
    ) -> Result<Option<Vec<PluginScoreLine>>> {
        let session = required(ctx)?;
        let plugin = scores(session, plugin).await?;
        let lines = scoring::one(session, &plugin, scheme, input.0.to_string()).await;
        let lines = lines.map_err(|failure| ApiError::of(code::published(failure.as_ref())))?;
        Ok(Some(shown(lines)?))
    }

    /// Points that a plug-in's component gives for many inputs, in their order (批量计分); nothing is stored. All of them are
    /// one piece of work with limits of its own, which end it at the same input everywhere. One that fails is null with
    /// an error, and the others stand.
    /// Permission: `plugin:publish`.
    async fn plugin_score_many(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plug-in.")] plugin: Id<Plugin>,
        #[graphql(desc = "The scheme (计分方案).")] scheme: String,
        #[graphql(desc = "What the points depend on: 1 to 1,000.")] inputs: Vec<JsonText>,
    ) -> Result<Option<Vec<Option<Lines>>>> {
        let session = required(ctx)?;
        let plugin = scores(session, plugin).await?;
        if inputs.is_empty() || inputs.len() > MOST_INPUTS {
            let (zh, en) = (format!("inputs 为 1 至 {MOST_INPUTS} 份"), format!("inputs takes 1 to {MOST_INPUTS}."));
            return Err(ApiError::of(Code::BadUserInput).at("inputs").saying(zh, en).into());
        }
        let inputs = inputs.into_iter().map(|input| input.0.to_string()).collect();
        let scored = scoring::many(session, &plugin, scheme, inputs).await;
        let scored = scored.map_err(|failure| ApiError::of(code::published(failure.as_ref())))?;
        let one = |scored: host::Scored| {
            let lines = match scored {
                Ok(lines) => shown(lines),
                Err(failure) => Err(ApiError::of(code::published(Some(&failure)))),
            };
            Some(lines.map_err(async_graphql::Error::from))
        };
        Ok(Some(scored.into_iter().map(one).collect()))
    }
}

/// A plug-in at work whose component gives points.
async fn scores(session: &Session, plugin: Id<Plugin>) -> Result<Arc<declarative::Plugin>, ApiError> {
    session.require(Resource::Plugin, Action::Publish)?;
    let tx = session.read().await?;
    let row = tx.gate::<plugin::Entity>(Action::Publish)?.id(plugin.uuid()).one().await;
    let found = match row {
        Ok(Some(row)) if row.state == PluginState::Enabled => store::read(&tx, row.package_id).await.map(Some),
        Ok(_) => Ok(None),
        Err(error) => Err(error),
    };
    tx.rollback().await?;
    let scores = |p: &Arc<declarative::Plugin>| p.code.as_ref().is_some_and(|code| code.hooks.contains("score"));
    found?.filter(scores).ok_or_else(|| ApiError::of(Code::NotFound).at("plugin"))
}

/// Points beyond what can be shown are no points.
fn shown(lines: Vec<ScoreLine>) -> Result<Vec<PluginScoreLine>, ApiError> {
    lines.into_iter().map(points).collect::<Option<_>>().ok_or_else(|| ApiError::of(Code::PluginOutput))
}

fn points(line: ScoreLine) -> Option<PluginScoreLine> {
    Some(PluginScoreLine {
        item: line.item,
        points: i32::try_from(line.points).ok()?,
        max: i32::try_from(line.max).ok()?,
        reason: line.reason,
        evidence: line.evidence,
    })
}

fn int<N: TryInto<i32>>(number: N) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
