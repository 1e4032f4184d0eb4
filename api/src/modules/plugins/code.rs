//! Components of plug-ins at work in this process (插件代码): compiled once for their bytes, asked for a caller, counted.

use std::{
    sync::{Arc, LazyLock, OnceLock},
    time::Instant,
};

use declarative::{Code as Declaration, Package, Plugin};
use entities::blob;
use host::{Answer, Ask, Context, Declared, Failure, Hook, Host, Lowered, Mute, Plug, Program, Settings};
use moka::future::Cache;
use sea_orm::{ColumnTrait, Set};
use uuid::Uuid;

use crate::{
    kernel::{
        error::{ApiError, Code, Fault, UserError},
        platform::Platform,
        session::{Reason, Session},
        tx::Inner,
    },
    modules::plugins::retiring::retire,
};

/// Compiled components kept; each is a few times the size of its bytes.
const KEPT: u64 = 64;

static PROGRAMS: LazyLock<Cache<String, Arc<Program>>> = LazyLock::new(|| Cache::new(KEPT));

/// The host of this process; made when the first component is asked for, so that who has none pays nothing.
pub fn host() -> Result<&'static Host, ApiError> {
    static HOST: OnceLock<Option<Host>> = OnceLock::new();
    let made = HOST.get_or_init(|| {
        Host::new(Settings::default()).inspect_err(|error| tracing::error!(error, "plug-ins cannot be run")).ok()
    });
    made.as_ref().ok_or_else(|| ApiError::of(Code::Unavailable))
}

/// What a manifest declares, as the host takes it.
pub fn declared(code: &Declaration) -> Declared {
    Declared {
        hooks: code.hooks.iter().filter_map(|hook| Hook::parse(hook)).collect(),
        lowered: Lowered { cpu_ms: code.limits.cpu_ms.map(u64::from), memory_mib: code.limits.memory_mib },
        ..Declared::default()
    }
}

fn key(code: &Declaration) -> String {
    format!("{} {:?} {:?}", code.sha256, code.hooks, code.limits)
}

/// A component compiled and held against its manifest, once however many ask at the same time.
async fn compiled(code: &Declaration, bytes: Vec<u8>) -> Result<Arc<Program>, String> {
    let declared = declared(code);
    let work = async {
        let (started, host) = (Instant::now(), host().map_err(|_| "插件宿主不可用".to_string())?);
        let compiled = tokio::task::spawn_blocking(move || host.compile(&bytes, &declared));
        let done = compiled.await.map_err(|error| error.to_string())?.map_err(|refusal| refusal.to_string());
        metrics::histogram!("zugong_plugin_compile_seconds").record(started.elapsed().as_secs_f64());
        done
    };
    PROGRAMS.try_get_with(key(code), work).await.map_err(|error: Arc<String>| (*error).clone())
}

/// Whether a package's component is as its manifest says; without one there is nothing to say.
pub async fn examine(package: &Package, plugin: &Plugin) -> Result<(), Fault> {
    match (&plugin.code, package.component()) {
        (Some(code), Some(bytes)) => taken(code, bytes.to_vec()).await,
        _ => Ok(()),
    }
}

async fn taken(code: &Declaration, bytes: Vec<u8>) -> Result<(), Fault> {
    compiled(code, bytes).await.map(drop).map_err(|why| {
        let en = format!("The component {} is not taken.", code.component);
        UserError::new(Code::PluginRefused, "input.component", format!("{}：{why}", code.component), en).into()
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
        return taken(code, bytes.to_vec()).await;
    }
    // The component of an earlier version; what is declared of it may be something else now.
    if let Some(row) = tx.parts::<blob::Entity>().filter(blob::Column::Sha256.eq(&code.sha256)).one().await? {
        return taken(code, row.bytes).await;
    }
    let zh = format!("缺少组件 {}（sha256 {}）", code.component, code.sha256);
    let en = format!("The component {} is missing: give it as `component`.", code.component);
    Err(UserError::new(Code::PluginRefused, "input.component", zh, en).into())
}

/// Sees that a component is compiled and comes up in this process.
pub async fn ready(platform: &Arc<Platform>, tenant: Uuid, code: &Declaration) -> Result<(), String> {
    program(platform, tenant, code).await.map(drop)
}

async fn program(platform: &Arc<Platform>, tenant: Uuid, code: &Declaration) -> Result<Arc<Program>, String> {
    if let Some(known) = PROGRAMS.get(&key(code)).await {
        return Ok(known);
    }
    let failed = |error: ApiError| error.code.as_str().to_string();
    let tx = platform.system(Reason::Schema).begin(Some(tenant)).await.map_err(failed)?;
    let row = tx.parts::<blob::Entity>().filter(blob::Column::Sha256.eq(&code.sha256)).one().await;
    tx.rollback().await.map_err(failed)?;
    let row = row.map_err(failed)?.ok_or("the component is missing")?;
    compiled(code, row.bytes).await
}

/// Asks a plug-in's component on behalf of the caller. `None` as a failure is the platform's own.
pub async fn ask(session: &Session, plugin: &Plugin, ask: Ask) -> Result<Answer, Option<Failure>> {
    let Some(code) = &plugin.code else { return Err(None) };
    let hook = ask.hook();
    let program = program(session.platform(), session.tenant().id, code).await.map_err(|error| {
        tracing::error!(error, plugin = plugin.key, "a component cannot be run");
        None
    })?;
    let plug = Plug {
        tenant: session.tenant().id,
        key: plugin.key.as_str().into(),
        version: plugin.version.as_str().into(),
        grants: Arc::default(),
    };
    let host = host().map_err(|_| None)?;
    let (answer, spent) = host.measure(&program, &plug, context(session), ask, Arc::new(Mute)).await;
    let labels = [
        ("tenant", session.tenant().code.clone()),
        ("plugin", plugin.key.clone()),
        ("version", plugin.version.clone()),
        ("hook", hook.as_str().to_string()),
    ];
    metrics::histogram!("zugong_plugin_call_seconds", &labels).record(spent.wall.as_secs_f64());
    metrics::histogram!("zugong_plugin_cpu_seconds", &labels).record(spent.cpu.as_secs_f64());
    if let Some(code) = answer.as_ref().err().and_then(Failure::code) {
        let [tenant, plugin, version, hook] = labels;
        let labels = [tenant, plugin, version, hook, ("code", code.as_str().to_string())];
        metrics::counter!("zugong_plugin_faults_total", &labels).increment(1);
    }
    if spent.disabled
        && let Err(error) = retire(session.platform(), session.tenant().id, &plugin.key).await
    {
        // In this process it is out of service all the same.
        tracing::error!(?error, plugin = plugin.key, "a plug-in that fails could not be disabled");
    }
    answer.map_err(Some)
}

fn context(session: &Session) -> Context {
    let roles = session.authority().holdings(session.today()).map(|held| held.role.as_str().to_string());
    Context {
        call_id: session.request().id.clone(),
        tenant_code: session.tenant().division_code.clone(),
        now_ms: session.now().timestamp_millis(),
        today: session.today().to_string(),
        config: "{}".into(),
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

/// Forgets what a plug-in has done in this process, so that it begins anew once it is set to work again.
pub fn forget(tenant: Uuid, plugin: &str) {
    if let Ok(host) = host() {
        host.reset(tenant, plugin);
    }
}
