//! What can be done to sources, standards, templates and items, and the closing of months.

use async_graphql::{Context, Object, Result};

use crate::{
    modules::tasks::catalogue::{
        MonthClose, WorkItem, WorkResource, WorkService, WorkSource, WorkStandard, WorkTemplate,
    },
    payload,
};

pub use super::{
    month_settle::MonthSettleInput,
    sources::{WorkServiceRegisterInput, WorkSourceRegisterInput, WorkStandardPublishInput, WorkTemplatePublishInput},
    work_item_create::{WorkItemCloseInput, WorkItemCreateInput},
    work_resource_set::WorkResourceSetInput,
};

payload!(
    /// What became of a change to a source (任务来源).
    WorkSourcePayload { work_source: WorkSource }
);
payload!(
    /// What became of a change to a service (服务).
    WorkServicePayload { work_service: WorkService }
);
payload!(
    /// What became of a change to a standard sub-item (标准任务子项).
    WorkStandardPayload { work_standard: WorkStandard }
);
payload!(
    /// What became of a change to a template (流程模板).
    WorkTemplatePayload { work_template: WorkTemplate }
);
payload!(
    /// What became of a change to an item (事项).
    WorkItemPayload { work_item: WorkItem }
);
payload!(
    /// What became of a change to a field's resources (领域资源投入).
    WorkResourcePayload { work_resource: WorkResource }
);
payload!(
    /// What became of closing a month (月度结算).
    MonthClosePayload { month_close: MonthClose }
);

/// Changes to sources, standards, templates and items.
#[derive(Default)]
pub struct WorkMutations;

/// Changes to sources, standards, templates and items.
#[Object]
impl WorkMutations {
    /// Registers where work comes from (登记来源). Permission: `work_item:create`. I-04.
    async fn work_source_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The source.")] input: WorkSourceRegisterInput,
    ) -> Result<Option<WorkSourcePayload>> {
        WorkSourcePayload::of(ctx, input).await
    }

    /// Registers a service that tasks serve (登记服务). Permission: `work_item:create`. I-04.
    async fn work_service_register(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The service.")] input: WorkServiceRegisterInput,
    ) -> Result<Option<WorkServicePayload>> {
        WorkServicePayload::of(ctx, input).await
    }

    /// Publishes a version of a standard sub-item (发布标准子项). Permission: `work_item:publish` over the whole tenant. I-06.
    async fn work_standard_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The standard.")] input: WorkStandardPublishInput,
    ) -> Result<Option<WorkStandardPayload>> {
        WorkStandardPayload::of(ctx, input).await
    }

    /// Publishes a version of a process template (发布流程模板). Permission: `work_item:publish` over the whole tenant. I-04.
    async fn work_template_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The template.")] input: WorkTemplatePublishInput,
    ) -> Result<Option<WorkTemplatePayload>> {
        WorkTemplatePayload::of(ctx, input).await
    }

    /// Opens an item (生成事项), from a source and perhaps by a template. Permission: `work_item:create`. I-04.
    async fn work_item_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The item.")] input: WorkItemCreateInput,
    ) -> Result<Option<WorkItemPayload>> {
        WorkItemPayload::of(ctx, input).await
    }

    /// Closes an item with an overall evaluation (事项办结): it joins the knowledge base. Permission: `work_item:close`. I-03, I-04.
    async fn work_item_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and the evaluation.")] input: WorkItemCloseInput,
    ) -> Result<Option<WorkItemPayload>> {
        WorkItemPayload::of(ctx, input).await
    }

    /// Registers what flows into a field of work in a year (登记领域资源投入), to be held against its tasks.
    /// Permission: `work_item:publish` over the whole tenant. K.
    async fn work_resource_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which field and year, and how much.")] input: WorkResourceSetInput,
    ) -> Result<Option<WorkResourcePayload>> {
        WorkResourcePayload::of(ctx, input).await
    }

    /// Closes a month (月度结算): plates are hung and stay. A correction hangs new ones.
    /// Permission: `work_item:close` over the whole tenant. I-02.
    async fn month_settle(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which month.")] input: MonthSettleInput,
    ) -> Result<Option<MonthClosePayload>> {
        MonthClosePayload::of(ctx, input).await
    }
}
