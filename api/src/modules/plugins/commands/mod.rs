//! What administrators do with plug-ins, and users with the fields that they add: one use case, one file.

mod custom_fields_set;
pub mod plugin_grant;
mod plugin_install;
mod plugin_state;
pub mod values;

use async_graphql::{Context, Object, Result};

use crate::{modules::plugins::catalogue::Plugin, payload};

pub use custom_fields_set::{CustomFieldsPayload, CustomFieldsSetInput};
pub use plugin_grant::{PluginGrantInput, PluginViewInput};
pub use plugin_install::{PluginInstallInput, PluginUpgradeInput};
pub use plugin_state::{PluginDisableInput, PluginEnableInput, PluginRemoveInput, PluginRollbackInput};

payload!(
    /// What became of a change to a plug-in (插件).
    PluginPayload { plugin: Plugin }
);

/// Changes to plug-ins, and to the fields that they add.
#[derive(Default)]
pub struct PluginMutations;

/// Changes to plug-ins, and to the fields that they add.
#[Object]
impl PluginMutations {
    /// Puts a plug-in in, which `pluginCheck` has shown (安装插件); it is at work once it is enabled.
    /// Permission: `plugin:publish`, at the root.
    async fn plugin_install(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The plug-in.")] input: PluginInstallInput,
    ) -> Result<Option<PluginPayload>> {
        PluginPayload::of(ctx, input).await
    }

    /// Puts a later version of a plug-in in the place of the present one (升级插件); cases under way stay with theirs.
    /// Permission: `plugin:publish`, at the root.
    async fn plugin_upgrade(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The later version.")] input: PluginUpgradeInput,
    ) -> Result<Option<PluginPayload>> {
        PluginPayload::of(ctx, input).await
    }

    /// Sets a plug-in to work (启用插件): its matters are offered, its types are in the tenant's schema.
    /// Permission: `plugin:publish`, at the root.
    async fn plugin_enable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PluginEnableInput,
    ) -> Result<Option<PluginPayload>> {
        PluginPayload::of(ctx, input).await
    }

    /// Takes a plug-in's matters and types away (停用插件); its data stays, cases under way go on.
    /// Permission: `plugin:publish`, at the root.
    async fn plugin_disable(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PluginDisableInput,
    ) -> Result<Option<PluginPayload>> {
        PluginPayload::of(ctx, input).await
    }

    /// Says what a plug-in's component may ask and do, and sets its configuration (授予能力).
    /// Permission: `plugin:publish`, at the root.
    async fn plugin_grant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which, and what.")] input: PluginGrantInput,
    ) -> Result<Option<PluginPayload>> {
        PluginPayload::of(ctx, input).await
    }

    /// Goes back to the version before (回退插件). Permission: `plugin:publish`, at the root.
    async fn plugin_rollback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PluginRollbackInput,
    ) -> Result<Option<PluginPayload>> {
        PluginPayload::of(ctx, input).await
    }

    /// Takes a plug-in out (卸载插件). Its data stays readable as `customFields` and `Case.form`, and comes back with it.
    /// Permission: `plugin:publish`, at the root.
    async fn plugin_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PluginRemoveInput,
    ) -> Result<Option<PluginPayload>> {
        PluginPayload::of(ctx, input).await
    }

    /// Sets fields that plug-ins add to a cadre, a case or a unit (填写扩展字段). Permission: `custom_field:update`.
    async fn custom_fields_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The object and the values.")] input: CustomFieldsSetInput,
    ) -> Result<Option<CustomFieldsPayload>> {
        CustomFieldsPayload::of(ctx, input).await
    }
}
