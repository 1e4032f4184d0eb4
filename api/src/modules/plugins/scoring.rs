//! Points of a plug-in's component (插件计分): for one input by a call, for many by one job under limits of its own.

use std::sync::{Arc, LazyLock};

use declarative::{Code as Declaration, Plugin};
use host::{Answer, Ask, Batch, Counted, Failure, Hook, ScoreLine, Scored};

use crate::{
    kernel::session::Session,
    modules::plugins::{
        asking::Asking,
        code::{self, declared},
        compiling::{Components, compile},
    },
};

/// Components kept that were compiled for jobs, which are rarer than calls.
const KEPT: u64 = 16;

static COUNTED: LazyLock<Components<Counted>> = LazyLock::new(|| Components::keeping(KEPT));

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
    let (host, plug) = (code::host().map_err(|_| None)?, code::plug(session, plugin));
    code::awake(session, plugin, &plug, Hook::Score).await?;
    let program = counted(session, plugin, declaration).await;
    let program = program.map_err(|error| code::cannot(plugin, &error))?;
    let (asking, _waits) = Asking::new(session, plugin, &format!("{:032x}", rand::random::<u128>()));
    let batch = Batch { scheme, inputs };
    let (job, spent) = host.score_many(&program, &plug, code::context(session, plugin), batch, Arc::new(asking)).await;
    let failure = match &job {
        Ok(scored) => scored.iter().filter_map(|one| one.as_ref().err()).find(|failure| failure.code().is_some()),
        Err(failure) => Some(failure),
    };
    code::follow(session, plugin, Hook::Score, &spent, failure).await;
    job.map_err(Some)
}

/// A component compiled for jobs; the first one waits for it.
async fn counted(session: &Session, plugin: &Plugin, declaration: &Declaration) -> Result<Arc<Counted>, String> {
    let declared = declared(declaration, &plugin.capabilities);
    let key = code::key(declaration, &declared);
    let bytes = code::bytes(session.platform().clone(), session.tenant().id, declaration.sha256.clone());
    let work = compile(bytes, move |host, bytes| host.compile_counted(bytes, &declared));
    COUNTED.get(key, work).await.map_err(|unfit| unfit.words)
}
