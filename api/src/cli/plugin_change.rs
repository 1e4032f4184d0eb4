//! Plug-ins of a tenant: installed, changed and listed by whoever operates the installation.

use std::sync::Arc;

use entities::{audit, plugin, plugin_package, plugin_slot, tenant, values::PluginEpochAction};
use sea_orm::{ColumnTrait, Order, Set};
use serde_json::json;
use uuid::Uuid;

use crate::{
    cli::{
        Failure, connect, log,
        plugin::{Named, Package, Tenant},
        plugin_pack,
    },
    kernel::{
        error::{ApiError, Fault},
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
        store,
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

struct At {
    platform: Arc<Platform>,
    tenant: tenant::Model,
}

impl At {
    async fn open(asked: &Tenant) -> Result<Self, Failure> {
        let config = asked.config.load()?;
        log(config.log, "warn");
        connect::require_migrated(config.database()?).await?;
        let platform = connect::configured(&config).await?;
        let tx = platform.system(Reason::Provision).begin(None).await?;
        let found = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(&asked.tenant)).one().await?;
        tx.rollback().await?;
        let missing = || Failure::new(format!("there is no tenant {}: see `zugong tenant list`", asked.tenant));
        Ok(Self { tenant: found.ok_or_else(missing)?, platform })
    }

    async fn begin(&self) -> Result<SystemTx, Failure> {
        Ok(self.platform.system(Reason::Provision).begin(Some(self.tenant.id)).await?)
    }

    fn place(&self) -> Place {
        Place { backend: self.platform.backend(), today: self.platform.clock().today(), level: self.tenant.level }
    }

    /// Changes what serves: tried and undone first, then prepared for by all replicas that serve, then made.
    async fn carry_out(
        &self,
        name: &str,
        action: PluginEpochAction,
        package: Option<(declarative::Package, Arc<declarative::Plugin>)>,
        work: impl AsyncFn(&SystemTx) -> Result<Uuid, Fault>,
    ) -> Result<(), Failure> {
        let tx = self.begin().await?;
        let trial = tried(&tx, work(&tx)).await;
        tx.rollback().await?;
        let plan = Plan { tenant: self.tenant.id, action, package };
        let prepared = prepare(&self.platform, plan, trial.map_err(said)?).await.map_err(said)?;
        let tx = self.begin().await?;
        let outcome = async {
            let id = work(&tx).await?;
            activate(&tx, Some(&prepared)).await?;
            Ok(id)
        };
        let outcome = outcome.await;
        self.end(tx, name, outcome).await
    }

    /// Commits with a line of the audit record, or undoes everything and says why.
    async fn end(&self, tx: SystemTx, action: &str, outcome: Result<Uuid, Fault>) -> Result<(), Failure> {
        match outcome {
            Ok(id) => {
                tx.insert(audit::ActiveModel {
                    tenant_id: Set(tx.tenant_id()),
                    id: Set(tx.new_id()),
                    actor_id: Set(None),
                    actor_name: Set("operator".into()),
                    session_id: Set(None),
                    action: Set(action.into()),
                    object_type: Set("Plugin".into()),
                    object_id: Set(Some(id)),
                    request_id: Set(String::new()),
                    remote: Set(None),
                    digest: Set(String::new()),
                    detail: Set(json!({})),
                    at: Set(tx.now()),
                })
                .await?;
                Ok(tx.commit().await?)
            }
            Err(fault) => {
                tx.rollback().await?;
                Err(said(fault))
            }
        }
    }
}

fn said(fault: Fault) -> Failure {
    match fault {
        Fault::Failed(error) => error.into(),
        Fault::Refused(errors) => {
            Failure::new(errors.iter().map(|e| e.message(Locale::ZhCn)).collect::<Vec<_>>().join("；"))
        }
    }
}

/// Shows what a plug-in would change, and installs or upgrades it if told to.
pub async fn install(asked: &Package, upgrade: bool) -> Result<String, Failure> {
    let (package, plugin) = plugin_pack::read(&asked.folder, &asked.trust)?;
    code::examine(&package, &plugin).await.map_err(said)?;
    let at = At::open(&asked.tenant).await?;
    let mut text = shown(&at, &plugin).await?;
    if text.is_empty() {
        text.push_str("（没有变化）\n");
    }
    let summary = format!("{} {} 对租户 {} 的接口改变：\n{text}", plugin.title, plugin.version, at.tenant.name);
    if !asked.yes {
        at.platform.close().await;
        return Ok(format!("{summary}\n没有作任何改动；确认后加上 --yes。\n"));
    }
    let ended = if upgrade { upgraded(&at, package, plugin).await } else { installed(&at, &package, &plugin).await };
    at.platform.close().await;
    ended?;
    Ok(format!("{summary}\n{}\n", if upgrade { "已升级。" } else { "已安装并启用。" }))
}

async fn upgraded(at: &At, package: declarative::Package, plugin: declarative::Plugin) -> Result<(), Failure> {
    let plugin = Arc::new(plugin);
    let given = Some((package.clone(), plugin.clone()));
    let work = async |tx: &SystemTx| {
        let row = named(tx, &plugin.key).await?;
        how::upgrade(tx, &row, &package, &plugin, at.place()).await?;
        Ok(row.id)
    };
    at.carry_out("pluginUpgrade", PluginEpochAction::Upgrade, given, work).await
}

/// Puts it in, then sets it to work: replicas can prepare only for what is there. What would be refused at the second
/// step is refused before the first.
async fn installed(at: &At, package: &declarative::Package, plugin: &declarative::Plugin) -> Result<(), Failure> {
    let enabled = async |tx: &SystemTx| {
        let row = named(tx, &plugin.key).await?;
        how::enable(tx, &row, at.place()).await?;
        Ok(row.id)
    };
    let tx = at.begin().await?;
    let both = match how::install(&tx, package, plugin).await {
        Ok(_) => enabled(&tx).await,
        Err(fault) => Err(fault),
    };
    tx.rollback().await?;
    both.map_err(said)?;
    let tx = at.begin().await?;
    let outcome = how::install(&tx, package, plugin).await;
    at.end(tx, "pluginInstall", outcome).await?;
    at.carry_out("pluginEnable", PluginEpochAction::Enable, None, enabled).await
}

async fn named(tx: &SystemTx, key: &str) -> Result<plugin::Model, ApiError> {
    tx.parts::<plugin::Entity>().filter(plugin::Column::Key.eq(key)).lock().required().await
}

async fn shown(at: &At, plugin: &declarative::Plugin) -> Result<String, Failure> {
    let tx = at.begin().await?;
    let enabled = tx.parts::<plugin::Entity>().filter(plugin::Column::State.eq(entities::values::PluginState::Enabled));
    let mut before = vec![];
    for row in enabled.order_by(plugin::Column::Key, Order::Asc).all().await? {
        before.push(store::read(&tx, row.package_id).await?);
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
    let ended = at.carry_out(&format!("plugin{change:?}"), action, None, work).await;
    at.platform.close().await;
    ended.map(|()| format!("{}：{change:?} 完成。\n", asked.key))
}

/// Lists a tenant's plug-ins.
pub async fn list(asked: &Tenant) -> Result<String, Failure> {
    let at = At::open(asked).await?;
    let tx = at.begin().await?;
    let mut out = String::new();
    for row in tx.parts::<plugin::Entity>().order_by(plugin::Column::Key, Order::Asc).all().await? {
        let package = tx.parts::<plugin_package::Entity>().id(row.package_id).required().await?;
        let state = entities::CodeEnum::as_str(row.state);
        out += &format!("{} {} {} {} {}\n", row.key, package.release, state, row.prefix, row.title);
    }
    tx.rollback().await?;
    at.platform.close().await;
    Ok(out)
}
