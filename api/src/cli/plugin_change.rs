//! Plug-ins of a tenant: installed, changed and listed by whoever operates the installation.

use std::sync::Arc;

use declarative::Capabilities;
use entities::{plugin, plugin_package, plugin_slot, tenant, values::PluginEpochAction};
use sea_orm::{ColumnTrait, Order};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    cli::{
        Failure, connect,
        plugin::{Grant, Named, Package, Tenant},
        plugin_pack,
    },
    kernel::{
        error::{ApiError, Fault, UserError},
        platform::Platform,
        session::{Locale, Reason},
        tx::SystemTx,
    },
    modules::plugins::{
        change::{self as how, Place},
        code, difference,
        epochs::{
            activating::activate,
            preparing::{Plan, prepare, tried},
        },
        granting, quarantine, refusing,
        signing::Signer,
        store, trust,
    },
};

/// What is done to an installed plug-in.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// It is set to work.
    Enable,
    /// It is taken away.
    Disable,
    /// It goes back to the version before.
    Rollback,
    /// It is taken out.
    Remove,
}

/// Whose doing it is, in tenants' audit records.
const OPERATOR: &str = "operator";

struct At {
    platform: Arc<Platform>,
    tenant: tenant::Model,
}

impl At {
    async fn open(asked: &Tenant) -> Result<Self, Failure> {
        let platform = connect::operated(&asked.config.load()?).await?;
        let tx = platform.system(Reason::Provision).begin(None).await?;
        let found = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(&asked.tenant)).one().await?;
        tx.rollback().await?;
        let missing = || Failure::new(format!("there is no tenant {}: see `zugong tenant list`", asked.tenant));
        Ok(Self { tenant: found.ok_or_else(missing)?, platform })
    }

    async fn begin(&self) -> Result<SystemTx, ApiError> {
        self.platform.system(Reason::Provision).begin(Some(self.tenant.id)).await
    }

    fn place(&self) -> Place {
        Place { backend: self.platform.backend(), today: self.platform.clock().today(), level: self.tenant.level }
    }

    /// Changes what serves: tried and undone first, then prepared for by all replicas that serve, then made.
    async fn carry_out(
        &self,
        name: &str,
        detail: Json,
        action: PluginEpochAction,
        package: Option<(declarative::Package, Arc<declarative::Plugin>)>,
        work: impl AsyncFn(&SystemTx) -> Result<Uuid, Fault>,
    ) -> Result<(), Fault> {
        let tx = self.begin().await?;
        let trial = tried(&tx, work(&tx)).await;
        tx.rollback().await?;
        let plan = Plan { tenant: self.tenant.id, action, package };
        let prepared = prepare(&self.platform, plan, trial?).await?;
        let tx = self.begin().await?;
        let outcome = async {
            let id = work(&tx).await?;
            activate(&tx, Some(&prepared)).await?;
            Ok(id)
        };
        let outcome = outcome.await;
        self.end(tx, name, detail, outcome).await
    }

    /// Commits with a line of the audit record, or undoes everything and says why.
    async fn end(&self, tx: SystemTx, action: &str, detail: Json, outcome: Result<Uuid, Fault>) -> Result<(), Fault> {
        match outcome {
            Ok(id) => {
                tx.own_act(OPERATOR, action, ("Plugin", Some(id)), detail).await?;
                Ok(tx.commit().await?)
            }
            Err(fault) => {
                tx.rollback().await?;
                Err(fault)
            }
        }
    }
}

/// A fault of a change in words.
pub fn said(fault: Fault) -> Failure {
    match fault {
        Fault::Failed(error) => error.into(),
        Fault::Refused(errors) => {
            let told = |error: &UserError| format!("{}（{}）", error.message(Locale::ZhCn), error.code.as_str());
            Failure::new(errors.iter().map(told).collect::<Vec<_>>().join("；"))
        }
    }
}

/// A plug-in as the operator gives it.
struct Given {
    package: declarative::Package,
    plugin: Arc<declarative::Plugin>,
    signers: Vec<Signer>,
    upgrade: bool,
}

impl Given {
    /// What is done with it.
    const fn change(&self) -> &'static str {
        if self.upgrade { "pluginUpgrade" } else { "pluginInstall" }
    }
}

/// Shows what a plug-in would change, and installs or upgrades it if told to.
pub async fn install(asked: &Package, upgrade: bool) -> Result<String, Failure> {
    let (package, plugin, signers) = plugin_pack::read(&asked.folder, &asked.trust)?;
    let given = Given { package, plugin: Arc::new(plugin), signers, upgrade };
    let at = At::open(&asked.tenant).await?;
    let taken = examined(&at, &given).await;
    match asked.yes {
        true => told(&at, &given, taken).await?,
        false => taken.map_err(said)?,
    }
    let mut text = shown(&at, &given.plugin).await?;
    if text.is_empty() {
        text.push_str("（没有变化）\n");
    }
    let plugin = &given.plugin;
    let summary = format!("{} {} 对租户 {} 的接口改变：\n{text}", plugin.title, plugin.version, at.tenant.name);
    if !asked.yes {
        at.platform.close().await;
        return Ok(format!("{summary}\n没有作任何改动；确认后加上 --yes。\n"));
    }
    let ended = match upgrade {
        true => upgraded(&at, &given).await,
        false => installed(&at, &given).await,
    };
    let ended = told(&at, &given, ended).await;
    at.platform.close().await;
    ended?;
    Ok(format!("{summary}\n{}\n", if upgrade { "已升级。" } else { "已安装并启用。" }))
}

/// Whether the installation takes it, before anything of it is kept.
async fn examined(at: &At, given: &Given) -> Result<(), Fault> {
    let Given { package, plugin, signers, .. } = given;
    trust::admit(at.platform.trust(), plugin, signers)?;
    quarantine::spared(&at.platform, plugin).await?;
    if let Err(rejected) = code::examine(package, plugin).await {
        if let Some(import) = &rejected.foreign {
            quarantine::caught(&at.platform, at.tenant.id, plugin, import).await?;
        }
        return Err(rejected.fault);
    }
    Ok(())
}

/// What became of what was to be done, in words. A plug-in that is not taken for what it is stands in the tenant's
/// audit record, as it does when it comes over the API.
async fn told(at: &At, given: &Given, outcome: Result<(), Fault>) -> Result<(), Failure> {
    let Err(fault) = outcome else { return Ok(()) };
    if let Fault::Refused(errors) = &fault {
        let signers = || given.signers.clone();
        let line = refusing::line(given.change(), errors, &given.plugin.digest, signers);
        if let Some(detail) = line
            && let Err(error) = refused(at, detail).await
        {
            // It is refused all the same.
            tracing::error!(?error, "a refusal could not be recorded");
        }
    }
    Err(said(fault))
}

async fn refused(at: &At, detail: Json) -> Result<(), ApiError> {
    let tx = at.begin().await?;
    tx.own_act(OPERATOR, refusing::ACTION, ("Plugin", None), detail).await?;
    tx.commit().await
}

async fn upgraded(at: &At, given: &Given) -> Result<(), Fault> {
    let Given { package, plugin, signers, .. } = given;
    let sent = Some((package.clone(), plugin.clone()));
    let work = async |tx: &SystemTx| {
        let row = named(tx, &plugin.key).await?;
        how::upgrade(tx, &row, package, plugin, signers, at.place()).await?;
        Ok(row.id)
    };
    at.carry_out(given.change(), came(given), PluginEpochAction::Upgrade, sent, work).await
}

/// Puts it in, then sets it to work: replicas can prepare only for what is there. What would be refused at the second
/// step is refused before the first.
async fn installed(at: &At, given: &Given) -> Result<(), Fault> {
    let Given { package, plugin, signers, .. } = given;
    let enabled = async |tx: &SystemTx| {
        let row = named(tx, &plugin.key).await?;
        how::enable(tx, &row, at.place()).await?;
        Ok(row.id)
    };
    let tx = at.begin().await?;
    let both = match how::install(&tx, package, plugin, signers).await {
        Ok(_) => enabled(&tx).await,
        Err(fault) => Err(fault),
    };
    tx.rollback().await?;
    both?;
    let tx = at.begin().await?;
    let outcome = how::install(&tx, package, plugin, signers).await;
    at.end(tx, given.change(), came(given), outcome).await?;
    at.carry_out("pluginEnable", json!({}), PluginEpochAction::Enable, None, enabled).await
}

/// What came, and by whom it was signed, for the audit record.
fn came(given: &Given) -> Json {
    json!({ "digest": given.plugin.digest, "signedBy": trust::recorded(&given.signers) })
}

async fn named(tx: &SystemTx, key: &str) -> Result<plugin::Model, ApiError> {
    tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(key)).lock().required().await
}

async fn shown(at: &At, plugin: &declarative::Plugin) -> Result<String, Failure> {
    let tx = at.begin().await?;
    let enabled = tx.parts::<plugin::Entity>().filter(plugin::Column::State.eq(entities::values::PluginState::Enabled));
    let mut before = vec![];
    for row in enabled.order_by(plugin::Column::Key, Order::Asc).all().await? {
        before.extend(store::found(&tx, row.package_id).await?.ok());
    }
    let rows = tx.parts::<plugin_slot::Entity>().all().await?;
    tx.rollback().await?;
    let slots: Vec<_> = rows.iter().map(|r| (r.target.clone(), r.field.clone(), r.slot.clone())).collect();
    let mut after: Vec<_> = before.iter().filter(|p| p.key != plugin.key).cloned().collect();
    after.push(Arc::new(plugin.clone()));
    let made = difference::sdl(&before, &slots)
        .and_then(|old| Ok(difference::between(&old, &difference::sdl(&after, &how::planned(&rows, plugin))?)));
    made.map_err(|error| Failure::new(format!("the plug-in does not go with the others: {error}")))
}

/// Changes an installed plug-in.
pub async fn change(asked: &Named, change: Change) -> Result<String, Failure> {
    let at = At::open(&asked.tenant).await?;
    let action = match change {
        Change::Enable => PluginEpochAction::Enable,
        Change::Disable => PluginEpochAction::Disable,
        Change::Rollback => PluginEpochAction::Rollback,
        Change::Remove => PluginEpochAction::Remove,
    };
    let work = async |tx: &SystemTx| {
        let row = named(tx, &asked.key).await?;
        match change {
            Change::Enable => how::enable(tx, &row, at.place()).await?,
            Change::Disable => how::disable(tx, &row).await?,
            Change::Rollback => how::rollback(tx, &row, at.place()).await?,
            Change::Remove => how::remove(tx, &row).await?,
        }
        Ok(row.id)
    };
    let ended = at.carry_out(&format!("plugin{change:?}"), json!({}), action, None, work).await;
    at.platform.close().await;
    ended.map(|()| format!("{}：{change:?} 完成。\n", asked.key)).map_err(said)
}

/// Says what a plug-in's component may ask and do.
pub async fn grant(asked: &Grant) -> Result<String, Failure> {
    let from_file = match &asked.file {
        Some(file) => {
            let text = std::fs::read_to_string(file);
            let text = text.map_err(|error| Failure::new(format!("{}：{error}", file.display())))?;
            let read = serde_json::from_str::<Capabilities>(&text);
            Some(read.map_err(|error| Failure::new(format!("{}:{}：{error}", file.display(), error.line())))?)
        }
        None => None,
    };
    let at = At::open(&asked.named.tenant).await?;
    let tx = at.begin().await?;
    let mut told = String::new();
    let outcome = async {
        let rows = tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(&asked.named.key));
        let row = rows.lock().required().await?;
        let requested = granting::requested(&tx, &row).await?;
        let granted = match (&from_file, asked.all) {
            (Some(granted), _) => granted.clone(),
            (None, true) => requested.clone(),
            (None, false) => Capabilities::default(),
        };
        granting::grant(&tx, &row, &granted, None).await?;
        let shown = |capabilities: &Capabilities| serde_json::to_string(capabilities).unwrap_or_default();
        told = format!("申请：{}\n授予：{}\n", shown(&requested), shown(&granted));
        Ok((row.id, json!({ "granted": granted, "before": row.grants })))
    };
    let (outcome, detail) = match outcome.await {
        Ok((id, detail)) => (Ok(id), detail),
        Err(fault) => (Err(fault), json!({})),
    };
    let ended = at.end(tx, "pluginGrant", detail, outcome).await;
    at.platform.close().await;
    ended.map(|()| told).map_err(said)
}

/// Lists a tenant's plug-ins.
pub async fn list(asked: &Tenant) -> Result<String, Failure> {
    let at = At::open(asked).await?;
    let tx = at.begin().await?;
    let mut out = String::new();
    for row in tx.parts::<plugin::Entity>().order_by(plugin::Column::Key, Order::Asc).all().await? {
        let package = tx.parts::<plugin_package::Entity>().id(row.package_id).required().await?;
        let state = entities::CodeEnum::as_str(row.state);
        let refused = store::of_row(&package).await?.err().map(|refused| format!("（不合规范：{}）", refused.words));
        let refused = refused.unwrap_or_default();
        out += &format!("{} {} {} {} {}{refused}\n", row.key, package.release, state, row.prefix, row.title);
    }
    tx.rollback().await?;
    at.platform.close().await;
    Ok(out)
}
