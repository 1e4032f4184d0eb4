//! Points of a plug-in's component (插件计分): for one input by a call, for many by one job under limits of its own.

use std::{
    sync::{Arc, LazyLock},
    time::Instant,
};

use declarative::{Code as Declaration, Plugin};
use host::{Answer, Ask, Batch, Counted, Failure, Hook, ScoreLine, Scored};
use moka::future::Cache;

use crate::{
    kernel::session::Session,
    modules::plugins::{
        asking::Asking,
        code::{self, declared},
    },
};

/// Components kept that were compiled for jobs, which are rarer than calls.
const KEPT: u64 = 16;

static COUNTED: LazyLock<Cache<String, Arc<Counted>>> = LazyLock::new(|| Cache::new(KEPT));

/// The points for one input. `None` as a failure is the platform's own.
pub async fn one(
    session: &Session,
    plugin: &Arc<Plugin>,
    scheme: String,
    input: String,
) -> Result<Vec<ScoreLine>, Option<Failure>> {
    match code::ask(session, plugin, Ask::Score { scheme, input }).await? {
        Answer::Lines(lines) => Ok(lines),
        _ => Err(Some(Failure::Ended(host::Code::Output))),
    }
}

/// The points for many inputs, in their order. `None` as a failure is the platform's own.
pub async fn many(
    session: &Session,
    plugin: &Arc<Plugin>,
    scheme: String,
    inputs: Vec<String>,
) -> Result<Vec<Scored>, Option<Failure>> {
    let declaration = code::at_work(session, plugin).await?;
    let program = counted(session, plugin, declaration).await;
    let program = program.map_err(|error| code::cannot(plugin, &error))?;
    let (host, plug) = (code::host().map_err(|_| None)?, code::plug(session, plugin));
    let asking = Arc::new(Asking::new(session, plugin, &format!("{:032x}", rand::random::<u128>())));
    let batch = Batch { scheme, inputs };
    let (job, spent) = host.score_many(&program, &plug, code::context(session, plugin), batch, asking).await;
    let failure = match &job {
        Ok(scored) => scored.iter().filter_map(|one| one.as_ref().err()).find(|failure| failure.code().is_some()),
        Err(failure) => Some(failure),
    };
    code::follow(session, plugin, Hook::Score, &spent, failure).await;
    job.map_err(Some)
}

/// A component compiled for jobs, once however many ask at the same time; the first one waits for it.
async fn counted(session: &Session, plugin: &Plugin, declaration: &Declaration) -> Result<Arc<Counted>, String> {
    let declared = declared(declaration, &plugin.capabilities);
    let key = code::key(declaration, &declared);
    let work = async {
        let bytes = code::bytes(session.platform(), session.tenant().id, declaration).await?;
        let (started, host) = (Instant::now(), code::host().map_err(|_| "插件宿主不可用".to_string())?);
        let compiled = host::aside(move || host.compile_counted(&bytes, &declared)).await;
        metrics::histogram!("zugong_plugin_compile_seconds").record(started.elapsed().as_secs_f64());
        compiled.map_err(|error| error.to_string())?.map_err(|refusal| refusal.to_string())
    };
    COUNTED.try_get_with(key, work).await.map_err(|error: Arc<String>| (*error).clone())
}
