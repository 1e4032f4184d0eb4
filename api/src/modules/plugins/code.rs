//! Components of plug-ins at work in this process (插件代码): compiled once for their bytes, asked for a caller, counted.

use std::sync::{Arc, LazyLock, OnceLock};

use declarative::{Capabilities, Code as Declaration, Package, Plugin};
use entities::blob;
use futures::future::{BoxFuture, ready as at_hand};
use host::{Answer, Ask, Context, Declared, Failure, Grants, Hook, Host, Lowered, Plug, Program, Settings, Spent};
use sea_orm::{ColumnTrait, Set};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault, UserError},
        platform::Platform,
        session::{Reason, Session},
        tx::Inner,
    },
    modules::plugins::{
        asking::Asking,
        compiling::{Components, Unfit, compile},
        retiring::{self, Failing},
    },
};

/// Compiled components kept; each is a few times the size of its bytes.
const KEPT: u64 = 64;

static PROGRAMS: LazyLock<Components<Program>> = LazyLock::new(|| Components::keeping(KEPT));

/// The host of this process; made when the first component is asked for, so that who has none pays nothing.
pub fn host() -> Result<&'static Host, ApiError> {
    static HOST: OnceLock<Option<Host>> = OnceLock::new();
    let made = HOST.get_or_init(|| {
        Host::new(Settings::default()).inspect_err(|error| tracing::error!(error, "plug-ins cannot be run")).ok()
    });
    made.as_ref().ok_or_else(|| ApiError::of(Code::Unavailable))
}

/// What a manifest declares, as the host takes it.
pub fn declared(code: &Declaration, requested: &Capabilities) -> Declared {
    Declared {
        hooks: code.hooks.iter().filter_map(|hook| Hook::parse(hook)).collect(),
        data: !requested.data.is_empty(),
        core: !requested.core.is_empty(),
        connector: !requested.connectors.is_empty(),
        lowered: Lowered { cpu_ms: code.limits.cpu_ms.map(u64::from), memory_mib: code.limits.memory_mib },
    }
}

pub(super) fn key(code: &Declaration, declared: &Declared) -> String {
    format!("{} {declared:?}", code.sha256)
}

/// A component that is not taken.
#[derive(Debug)]
pub struct Rejected {
    /// What is told of it.
    pub fault: Fault,
    /// What it imports that no manifest could declare.
    pub foreign: Option<String>,
}

impl From<Rejected> for Fault {
    fn from(rejected: Rejected) -> Self {
        rejected.fault
    }
}

/// Whether a package's component is as its manifest says; without one there is nothing to say.
pub async fn examine(package: &Package, plugin: &Plugin) -> Result<(), Rejected> {
    match (&plugin.code, package.component()) {
        (Some(code), Some(bytes)) => taken(plugin, code, bytes.to_vec()).await,
        _ => Ok(()),
    }
}

async fn taken(plugin: &Plugin, code: &Declaration, bytes: Vec<u8>) -> Result<(), Rejected> {
    let declared = declared(code, &plugin.capabilities);
    let key = key(code, &declared);
    let compiled = PROGRAMS
        .get(key, compile(Box::pin(at_hand(Ok(bytes))), move |host, bytes| host.compile(bytes, &declared)))
        .await;
    compiled.map(drop).map_err(|Unfit { words, foreign, .. }| {
        let en = format!("The component {} is not taken.", code.component);
        let error = UserError::new(Code::PluginRefused, "input.component", format!("{}：{words}", code.component), en);
        Rejected { fault: error.into(), foreign }
    })
}

/// Keeps a package's component by its digest; a plug-in whose component is nowhere is not taken.
pub async fn keep(tx: &Inner, package: &Package, plugin: &Plugin) -> Result<(), Fault> {
    let Some(code) = &plugin.code else { return Ok(()) };
    if let Some(bytes) = package.component() {
        let row = blob::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            sha256: Set(code.sha256.clone()),
            bytes: Set(bytes.to_vec()),
            created_at: Set(tx.now()),
        };
        tx.insert_new(row, [blob::Column::Sha256]).await?;
        return Ok(taken(plugin, code, bytes.to_vec()).await?);
    }
    // The component of an earlier version; what is declared of it may be something else now.
    if let Some(row) = tx.parts::<blob::Entity>().filter(blob::Column::Sha256.eq(&code.sha256)).one().await? {
        return Ok(taken(plugin, code, row.bytes).await?);
    }
    let zh = format!("缺少组件 {}（sha256 {}）", code.component, code.sha256);
    let en = format!("The component {} is missing: give it as `component`.", code.component);
    Err(UserError::new(Code::PluginRefused, "input.component", zh, en).into())
}

/// Sees that a plug-in's component, if it has one, is compiled and comes up in this process.
pub async fn ready(platform: &Arc<Platform>, tenant: Uuid, plugin: &Plugin) -> Result<(), String> {
    match &plugin.code {
        Some(code) => program(platform, tenant, plugin, code).await.map(drop),
        None => Ok(()),
    }
}

async fn program(
    platform: &Arc<Platform>,
    tenant: Uuid,
    plugin: &Plugin,
    code: &Declaration,
) -> Result<Arc<Program>, String> {
    let declared = declared(code, &plugin.capabilities);
    let key = key(code, &declared);
    // Every call comes by here: only the first has something to fetch and to compile.
    if let Some(known) = PROGRAMS.known(&key) {
        return known.map_err(|unfit| unfit.words);
    }
    let bytes = bytes(platform.clone(), tenant, code.sha256.clone());
    let work = compile(bytes, move |host, bytes| host.compile(bytes, &declared));
    PROGRAMS.get(key, work).await.map_err(|unfit| unfit.words)
}

/// The bytes of a component that a tenant has. Who waits for them may hold the one transaction that writes.
pub(super) fn bytes(
    platform: Arc<Platform>,
    tenant: Uuid,
    sha256: String,
) -> BoxFuture<'static, Result<Vec<u8>, Unfit>> {
    let failed = |error: ApiError| Unfit::passing(error.code.as_str());
    Box::pin(async move {
        let tx = platform.system(Reason::Schema).read(tenant).await.map_err(failed)?;
        let row = tx.parts::<blob::Entity>().filter(blob::Column::Sha256.eq(&sha256)).one().await;
        tx.rollback().await.map_err(failed)?;
        Ok(row.map_err(failed)?.ok_or_else(|| Unfit::passing("the component is missing"))?.bytes)
    })
}

/// Asks a plug-in's component on behalf of the caller. `None` as a failure is the platform's own. One that is
/// quarantined is not asked any more, as one that the breaker has taken out of service.
pub async fn ask(session: &Session, plugin: &Arc<Plugin>, ask: Ask) -> Result<Answer, Option<Failure>> {
    let occasion = format!("{:032x}", rand::random::<u128>());
    ask_on(session, plugin, ask, &occasion).await
}

/// Asks on an occasion (同一次办理): asked again on the same one, the component makes agencies do nothing twice.
pub async fn ask_on(
    session: &Session,
    plugin: &Arc<Plugin>,
    ask: Ask,
    occasion: &str,
) -> Result<Answer, Option<Failure>> {
    let code = at_work(session, plugin).await?;
    let hook = ask.hook();
    let (host, plug) = (host().map_err(|_| None)?, plug(session, plugin));
    awake(session, plugin, &plug, hook).await?;
    let program = program(session.platform(), session.tenant().id, plugin, code).await;
    let program = program.map_err(|error| cannot(plugin, &error))?;
    let (asking, _waits) = Asking::new(session, plugin, occasion);
    let (answer, spent) = host.measure(&program, &plug, context(session, plugin), ask, Arc::new(asking)).await;
    follow(session, plugin, hook, &spent, answer.as_ref().err()).await;
    answer.map_err(Some)
}

/// The component of a plug-in that may be asked now.
pub(super) async fn at_work<'p>(session: &Session, plugin: &'p Plugin) -> Result<&'p Declaration, Option<Failure>> {
    let Some(code) = &plugin.code else { return Err(None) };
    match session.platform().quarantined(&code.sha256).await {
        Ok(None) => Ok(code),
        Ok(Some(_)) => Err(Some(Failure::Ended(host::Code::Disabled))),
        Err(error) => {
            tracing::error!(?error, "whether a component is quarantined is not known");
            Err(None)
        }
    }
}

/// Refuses a call of a plug-in that rests before its component is compiled for it.
pub(super) async fn awake(session: &Session, plugin: &Plugin, plug: &Plug, hook: Hook) -> Result<(), Option<Failure>> {
    let host = host().map_err(|_| None)?;
    let Some((failure, spent)) = host.at_rest(plug, hook) else { return Ok(()) };
    follow(session, plugin, hook, &spent, Some(&failure)).await;
    Err(Some(failure))
}

/// What is the matter with a component is for the operator.
pub(super) fn cannot(plugin: &Plugin, error: &str) -> Option<Failure> {
    tracing::error!(error, plugin = plugin.key, "a component cannot be run");
    None
}

/// A plug-in of the caller's tenant, as it is called.
pub(super) fn plug(session: &Session, plugin: &Plugin) -> Plug {
    Plug {
        tenant: session.tenant().id,
        key: plugin.key.as_str().into(),
        version: plugin.version.as_str().into(),
        revision: session.tenant().plugins.revision(&plugin.key),
        grants: Arc::new(granted(session, plugin)),
    }
}

/// Takes down what a call has taken, and does what it has led to.
pub(super) async fn follow(session: &Session, plugin: &Plugin, hook: Hook, spent: &Spent, failure: Option<&Failure>) {
    let labels = [
        ("tenant", session.tenant().code.clone()),
        ("plugin", plugin.key.clone()),
        ("version", plugin.version.clone()),
        ("hook", hook.as_str().to_string()),
    ];
    metrics::histogram!("zugong_plugin_call_seconds", &labels).record(spent.wall.as_secs_f64());
    metrics::histogram!("zugong_plugin_cpu_seconds", &labels).record(spent.cpu.as_secs_f64());
    // A hook's memory is bytes of a few mebibytes, far below what a double tells apart.
    metrics::histogram!("zugong_plugin_memory_bytes", &labels).record(spent.memory as f64);
    if let Some(code) = failure.and_then(Failure::code) {
        let [tenant, plugin, version, hook] = labels;
        let labels = [tenant, plugin, version, hook, ("code", code.as_str().to_string())];
        metrics::counter!("zugong_plugin_faults_total", &labels).increment(1);
    }
    let (tenant, revision) = (session.tenant().id, session.tenant().plugins.revision(&plugin.key));
    let failing = Failing { tenant, key: plugin.key.clone(), revision };
    retiring::follow(session.platform(), failing, spent, failure).await;
}

/// What a plug-in's component may ask and do: what its version requests and the administrator has granted.
pub fn in_force(session: &Session, plugin: &Plugin) -> Capabilities {
    if plugin.capabilities.is_empty() {
        return Capabilities::default();
    }
    let granted = session.tenant().plugins.granted.get(&plugin.key);
    let granted = granted.and_then(|granted| serde_json::from_value(granted.grants.clone()).ok());
    plugin.capabilities.and(&granted.unwrap_or_default())
}

fn granted(session: &Session, plugin: &Plugin) -> Grants {
    let Capabilities { core, data, connectors, .. } = in_force(session, plugin);
    Grants { views: core, kinds: data, connectors }
}

/// On whose behalf a plug-in's component is asked, and when.
pub(super) fn context(session: &Session, plugin: &Plugin) -> Context {
    let config = session.tenant().plugins.granted.get(&plugin.key).map(|granted| granted.config.to_string());
    let roles = session.authority().holdings(session.today()).map(|held| held.role.as_str().to_string());
    Context {
        call_id: session.request().id.clone(),
        tenant_code: session.tenant().division_code.clone(),
        now_ms: session.now().timestamp_millis(),
        today: session.today().to_string(),
        config: config.unwrap_or_else(|| "{}".into()),
        actor: session.user_id().to_string(),
        roles: roles.collect(),
    }
}

/// How the code of a failed call is published.
pub fn published(failure: Option<&Failure>) -> Code {
    match failure.and_then(Failure::code) {
        Some(host::Code::Timeout) => Code::PluginTimeout,
        Some(host::Code::Memory) => Code::PluginMemory,
        Some(host::Code::Trap) => Code::PluginTrap,
        Some(host::Code::Output) => Code::PluginOutput,
        Some(host::Code::HostCalls) => Code::PluginHostcalls,
        Some(host::Code::Busy) => Code::PluginBusy,
        Some(host::Code::Denied) => Code::PluginDenied,
        Some(host::Code::Disabled) => Code::PluginDisabled,
        None => Code::PluginUnavailable,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_may_ask_for_as_much_memory_as_a_component_can_have() {
        for hook in Hook::ALL {
            assert_eq!(host::Limits::of(hook).most, declarative::MOST_MEMORY_MIB as usize * 1024 * 1024);
        }
    }
}
