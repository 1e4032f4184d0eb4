//! What an administrator does with connections to agencies' systems.

use std::sync::Arc;

use async_graphql::{Context, InputObject, Object, Result};
use entities::{
    app_user, connector_job, plugin, plugin_connector,
    values::{PeerState, PluginState, UserKind, UserState},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    kernel::{
        command::Command,
        error::{ApiError, Code, Fault, Faults, UserError},
        id::{Id, publish},
        tx::Tx,
    },
    modules::{
        administration::{catalogue::User, commands::guard},
        identity::Identity,
        plugins::{
            catalogue::Plugin,
            connectors::{calling::OPEN, catalogue::PluginConnector, claims::SETTLED, rules::address::origin},
            store,
        },
    },
    payload,
};

payload!(
    /// What became of a change to a connection (插件连接器).
    PluginConnectorPayload { plugin_connector: PluginConnector }
);

/// Where an agency's system is, and with which secret (设置连接器).
#[derive(InputObject, Serialize, Clone)]
pub struct PluginConnectorSetInput {
    /// The plug-in (插件).
    pub plugin: Id<Plugin>,
    /// The connector, by its name in the manifest (连接器).
    pub connector: String,
    /// Origin of the system (系统地址), as in `https://host:8443`; the package says what follows.
    pub address: String,
    /// The secret that the system knows (密钥), 16 to 200 visible ASCII characters; nothing shows it again. Left out, the
    /// present one stays; with another address it has to be given anew.
    #[serde(skip)]
    pub secret: Option<String>,
    /// The service account (服务账号) by which answers are recorded; it needs the agency's rights.
    pub actor: Id<User>,
    /// The `version` that you have read, where the connection is there already.
    pub expected_version: Option<i32>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// Which connection is not used any more (停用连接器).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct PluginConnectorDisableInput {
    /// Which.
    pub id: Id<PluginConnector>,
    /// The `version` that you have read.
    pub expected_version: i32,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

/// Changes to connections.
#[derive(Default)]
pub struct ConnectorMutations;

/// Changes to connections.
#[Object]
impl ConnectorMutations {
    /// Says where an agency's system is and with which secret it is asked (设置连接器); what waited for it is asked at once.
    /// Permission: `connector:update`, at the root.
    async fn plugin_connector_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The connection.")] input: PluginConnectorSetInput,
    ) -> Result<Option<PluginConnectorPayload>> {
        let identity = ctx.data_opt::<Arc<Identity>>().ok_or(ApiError::of(Code::Unavailable))?.clone();
        let failed = |_| ApiError::of(Code::InternalServerError);
        let fingerprint =
            input.secret.as_ref().map(|secret| identity.fingerprint(secret)).transpose().map_err(failed)?;
        PluginConnectorPayload::of(ctx, ConnectorSet { input, fingerprint, identity }).await
    }

    /// Ends the use of a connection (停用连接器): its items wait or go to their agencies, as the plug-in says.
    /// Permission: `connector:update`, at the root.
    async fn plugin_connector_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PluginConnectorDisableInput,
    ) -> Result<Option<PluginConnectorPayload>> {
        PluginConnectorPayload::of(ctx, input).await
    }
}

/// The command: the input with what stands for the secret in its digest.
#[derive(Serialize)]
struct ConnectorSet {
    input: PluginConnectorSetInput,
    fingerprint: Option<String>,
    #[serde(skip)]
    identity: Arc<Identity>,
}

#[async_trait::async_trait]
impl Command for ConnectorSet {
    const NAME: &'static str = "pluginConnectorSet";
    const RIGHT: (Resource, Action) = (Resource::Connector, Action::Update);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.input.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Self::RIGHT.0, Self::RIGHT.1)?;
        let (input, mut faults) = (&self.input, Faults::default());
        let row = tx.gate::<plugin::Entity>(Action::Read)?.id(input.plugin.uuid()).lock().required().await?;
        if row.state == PluginState::Removed {
            return Err(UserError::of(Code::NotInState, "input.plugin").into());
        }
        let declared = store::read(tx, row.package_id).await?;
        let connector = declared.connectors.iter().find(|connector| connector.name == input.connector);
        if connector.is_none() {
            let names: Vec<&str> = declared.connectors.iter().map(|connector| connector.name.as_str()).collect();
            let zh = format!("插件没有此连接器；可用：{}", names.join("、"));
            let en = format!("The plug-in has no such connector; it has: {}.", names.join(", "));
            faults.add(UserError::new(Code::Unknown, "input.connector", zh, en));
        }
        let address = origin(&input.address).map(|url| url.origin().ascii_serialization());
        if address.is_none() {
            let (zh, en) = ("应为 https://主机:端口，不带路径和用户名", "Takes https://host:port and nothing else.");
            faults.add(UserError::new(Code::InvalidFormat, "input.address", zh, en));
        }
        let visible =
            |secret: &String| (16..=200).contains(&secret.len()) && secret.bytes().all(|b| b.is_ascii_graphic());
        if input.secret.as_ref().is_some_and(|secret| !visible(secret)) {
            let (zh, en) = ("应为 16 至 200 个可见的 ASCII 字符", "Takes 16 to 200 visible ASCII characters.");
            faults.add(UserError::new(Code::InvalidFormat, "input.secret", zh, en));
        }
        let actor = tx.gate::<app_user::Entity>(Action::Read)?.id(input.actor.uuid()).one().await?;
        let serves = |user: &app_user::Model| user.kind == UserKind::Service && user.state == UserState::Active;
        if !actor.as_ref().is_some_and(serves) {
            let (zh, en) = ("应为启用中的服务账号", "Takes a service account that is active.");
            faults.add(UserError::new(Code::Unknown, "input.actor", zh, en));
        }
        let rows = tx.parts::<plugin_connector::Entity>().filter(plugin_connector::Column::PluginId.eq(row.id));
        let known = rows.filter(plugin_connector::Column::Name.eq(&input.connector)).lock().one().await?;
        if input.expected_version != known.as_ref().map(|known| known.version) {
            faults.add(UserError::of(Code::VersionMismatch, "input.expectedVersion"));
        }
        // Whoever could lead a secret elsewhere without knowing it could read it there.
        let stays = known.as_ref().is_some_and(|known| Some(&known.address) == address.as_ref());
        if input.secret.is_none() && !stays {
            let (zh, en) = ("新的地址须同时给出密钥", "With another address the secret has to be given.");
            faults.add(UserError::new(Code::Required, "input.secret", zh, en));
        }
        faults.check()?;
        let (Some(connector), Some(address)) = (connector, address) else {
            return Err(Code::InternalServerError.into());
        };
        let id = known.as_ref().map_or_else(|| tx.new_id(), |known| known.id);
        let sealed = match &input.secret {
            Some(secret) => {
                let sealed = self.identity.seal_secret(id, secret);
                Some(sealed.map_err(|_| ApiError::of(Code::InternalServerError))?)
            }
            None => known.as_ref().map(|known| known.sealed.clone()),
        };
        let sealed = sealed.ok_or(ApiError::of(Code::InternalServerError))?;
        let version = known.as_ref().map_or(1, |known| known.version + 1);
        let values = Values { id, plugin: row.id, title: connector.title.clone(), address, sealed, version };
        self.write(tx, known.as_ref(), values).await?;
        Ok(id)
    }
}

struct Values {
    id: Uuid,
    plugin: Uuid,
    title: String,
    address: String,
    sealed: String,
    version: i32,
}

impl ConnectorSet {
    async fn write(
        &self,
        tx: &Tx,
        known: Option<&plugin_connector::Model>,
        Values { id, plugin, title, address, sealed, version }: Values,
    ) -> Result<(), Fault> {
        use plugin_connector::Column;
        let (now, actor, by) = (tx.session().now(), self.input.actor.uuid(), tx.session().user_id());
        let detail = json!({
            "connector": self.input.connector, "address": address, "actor": publish("usr", actor),
            "secretChanged": self.input.secret.is_some()
        });
        match known {
            None => {
                tx.insert(plugin_connector::ActiveModel {
                    tenant_id: Set(tx.tenant_id()),
                    id: Set(id),
                    plugin_id: Set(plugin),
                    name: Set(self.input.connector.clone()),
                    title: Set(title),
                    address: Set(address),
                    sealed: Set(sealed),
                    actor_id: Set(actor),
                    state: Set(PeerState::Active),
                    failures: Set(0),
                    rests_until: Set(None),
                    set_by: Set(by),
                    version: Set(version),
                    created_at: Set(now),
                    updated_at: Set(now),
                })
                .await?;
            }
            Some(_) => {
                tx.change::<plugin_connector::Entity>()
                    .id(id)
                    .set(Column::Title, Expr::value(title))
                    .set(Column::Address, Expr::value(address))
                    .set(Column::Sealed, Expr::value(sealed))
                    .set(Column::ActorId, Expr::value(actor))
                    .set(Column::State, Expr::value(PeerState::Active))
                    .set(Column::Failures, Expr::value(0))
                    .set(Column::RestsUntil, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
                    .set(Column::SetBy, Expr::value(by))
                    .set(Column::Version, Expr::value(version))
                    .set(Column::UpdatedAt, Expr::value(now))
                    .run()
                    .await?;
            }
        }
        // What is being asked at this moment belongs to whoever asks.
        tx.change::<connector_job::Entity>()
            .filter(Expr::cust(SETTLED))
            .filter(connector_job::Column::PluginId.eq(plugin))
            .filter(connector_job::Column::Connector.eq(&self.input.connector))
            .filter(connector_job::Column::State.is_in(OPEN))
            .set(connector_job::Column::NextAttemptAt, Expr::value(now))
            .run()
            .await?;
        tx.touched("PluginConnector", id, detail);
        tx.emit("plugin.connectorSet", "PluginConnector", id, version, json!({})).await?;
        Ok(())
    }
}

#[async_trait::async_trait]
impl Command for PluginConnectorDisableInput {
    const NAME: &'static str = "pluginConnectorDisable";
    const RIGHT: (Resource, Action) = (Resource::Connector, Action::Update);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        use plugin_connector::Column;
        guard::tenant_wide(tx.session(), Self::RIGHT.0, Self::RIGHT.1)?;
        let rows = tx.gate::<plugin_connector::Entity>(Self::RIGHT.1)?;
        let row = rows.id(self.id.uuid()).lock().required().await?;
        if row.version != self.expected_version {
            return Err(UserError::of(Code::VersionMismatch, "input.expectedVersion").into());
        }
        if row.state != PeerState::Active {
            return Err(UserError::of(Code::NotInState, "input.id").into());
        }
        let version = row.version + 1;
        tx.change::<plugin_connector::Entity>()
            .id(row.id)
            .set(Column::State, Expr::value(PeerState::Disabled))
            .set(Column::Version, Expr::value(version))
            .set(Column::UpdatedAt, Expr::value(tx.session().now()))
            .run()
            .await?;
        tx.touched("PluginConnector", row.id, json!({ "disabled": row.name }));
        tx.emit("plugin.connectorDisabled", "PluginConnector", row.id, version, json!({})).await?;
        Ok(row.id)
    }
}
