//! What can be done to tasks: one use case, one file, or a few that are two ends of one.

mod citizen_matter;
pub mod education_point;
mod files;
mod hold;
pub mod items;
mod month_settle;
pub(super) mod notices;
pub mod performance_export;
mod problem_act;
pub(super) mod problem_raise;
mod sources;
pub mod supervision;
mod task_accept;
mod task_create;
mod task_duty_set;
mod task_error_set;
mod task_evaluate;
mod task_feedback;
mod task_follow;
mod task_instruct;
mod task_plan_set;
mod task_progress_report;
mod task_publish;
mod task_request_open;
mod task_update;
mod task_urge;
mod tree;
mod work_item_create;
mod work_resource_set;

use async_graphql::{Context, Object, Result};

use crate::{
    modules::tasks::catalogue::{Task, TaskNotice, TaskPlan, TaskRequest},
    payload,
};

pub use files::{TaskFileBindInput, TaskRecordAddInput};
pub(super) use hold::lamp_of;
pub(crate) use hold::stored_lamp;
pub use task_accept::TaskAcceptInput;
pub use task_create::TaskCreateInput;
pub use task_duty_set::{TaskDutySetInput, TaskForwardInput};
pub use task_error_set::TaskErrorSetInput;
pub use task_evaluate::TaskEvaluateInput;
pub use task_feedback::TaskFeedbackInput;
pub use task_follow::{TaskArchiveInput, TaskFollowInput};
pub use task_instruct::TaskInstructInput;
pub(super) use task_plan_set::period_of;
pub use task_plan_set::{TaskPlanReportInput, TaskPlanSetInput};
pub use task_progress_report::TaskProgressReportInput;
pub use task_publish::{TaskPublishInput, TaskWithdrawInput};
pub use task_request_open::{TaskNoticeReadInput, TaskRequestAnswerInput, TaskRequestOpenInput};
pub use task_update::{TaskLinkAddInput, TaskMoveInput, TaskUpdateInput};
pub use task_urge::TaskUrgeInput;
pub use work_item_create::WorkItemCreateInput;

payload!(
    /// What became of a change to a task (任务).
    TaskPayload { task: Task }
);
payload!(
    /// What became of a change to a plan (周期计划).
    TaskPlanPayload { task_plan: TaskPlan }
);
payload!(
    /// What became of a change to a request (协作请求).
    TaskRequestPayload { task_request: TaskRequest }
);
payload!(
    /// What became of a change to a message (提醒).
    TaskNoticePayload { task_notice: TaskNotice }
);

/// Changes to tasks.
#[derive(Default)]
pub struct TaskMutations;

/// Changes to tasks.
#[Object]
impl TaskMutations {
    /// Draws up a task in an item's tree (任务分解); its level follows from its parent's. Permission: `task:create`. I-05.
    async fn task_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The task.")] input: TaskCreateInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Changes a task's words, days and place on the mind map (修改任务). Permission: `task:update`. I-04.
    async fn task_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and what changes.")] input: TaskUpdateInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Puts a task below another (调整归属), never below itself. Permission: `task:update`. I-04.
    async fn task_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and where to.")] input: TaskMoveInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Says that a task comes after another (设定前置). Permission: `task:update`. I-04.
    async fn task_link_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which tasks.")] input: TaskLinkAddInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Says who answers for a task (定责), or adds a co-handler (增加配合人). What was done until then stays with
    /// the predecessor. Permission: `task:update`. I-05, I-07.
    async fn task_duty_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, who and how.")] input: TaskDutySetInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Publishes a task that has place, nature, person, quantity and time (发布), and tells everybody in it.
    /// Permission: `task:publish`. I-04, I-07.
    async fn task_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: TaskPublishInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Accepts a task that you carry out (接收). Permission: `task:accept`. I-07.
    async fn task_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: TaskAcceptInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Reports progress with evidence (落实); it is added to the record and seen at once. Permission: `task:submit`. I-01, I-07.
    async fn task_progress_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, how far, and what was done.")] input: TaskProgressReportInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Reports a task as done (反馈): it keeps its lamp, and the next units are reminded, each once.
    /// Permission: `task:submit`. I-04, I-07.
    async fn task_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and what came of it.")] input: TaskFeedbackInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Evaluates a task reported as done (评价), or returns it. Permission: `task:finish`. I-07.
    async fn task_evaluate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and the evaluation.")] input: TaskEvaluateInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Marks a task as in error, or as mended (出错标记): the yellow lamp. Permission: `task:finish`. I-01.
    async fn task_error_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and what is wrong.")] input: TaskErrorSetInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Urges those who answer for a task (催办). Permission: `task:urge`. I-07.
    async fn task_urge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and what is said.")] input: TaskUrgeInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Instructs whoever carries a task out, at any level within your reach (定点批示); those who lead the levels in
    /// between see it. Permission: `task:instruct`. I-04.
    async fn task_instruct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and what is to be done.")] input: TaskInstructInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Passes a task that you carry out to somebody else (转办). Permission: `task:transfer`. I-07.
    async fn task_forward(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, to whom, and why.")] input: TaskForwardInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Withdraws a task (撤回) and tells everybody in it. Permission: `task:withdraw`. I-07.
    async fn task_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and why.")] input: TaskWithdrawInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Archives a task that was evaluated or withdrawn (归档). Permission: `task:close`. I-07.
    async fn task_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: TaskArchiveInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Follows a task, or keeps it on top (关注、置顶). Permission: `task:read`. I-07.
    async fn task_follow(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task.")] input: TaskFollowInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Lays down what was prepared, agreed or checked (事前谋划、主动对接、认真检查). Permission: `task:submit`. I-04.
    async fn task_record_add(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and what.")] input: TaskRecordAddInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Binds a file to a task (资料绑定). Permission: `task:submit`. I-07.
    async fn task_file_bind(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, and the file.")] input: TaskFileBindInput,
    ) -> Result<Option<TaskPayload>> {
        TaskPayload::of(ctx, input).await
    }

    /// Sets the plan of a year, month or week (周期计划); they add up. Permission: `task:update`. I-02.
    async fn task_plan_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, which period, how much.")] input: TaskPlanSetInput,
    ) -> Result<Option<TaskPlanPayload>> {
        TaskPlanPayload::of(ctx, input).await
    }

    /// Reports what was done of a plan (计划完成量), until its month is closed. Permission: `task:submit`. I-02.
    async fn task_plan_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which plan, and how much.")] input: TaskPlanReportInput,
    ) -> Result<Option<TaskPlanPayload>> {
        TaskPlanPayload::of(ctx, input).await
    }

    /// Asks another unit for something (跨部门协作请求), with an owner and a last day. Permission: `task:submit`. I-04.
    async fn task_request_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which task, whom, and what.")] input: TaskRequestOpenInput,
    ) -> Result<Option<TaskRequestPayload>> {
        TaskRequestPayload::of(ctx, input).await
    }

    /// Answers a request to your unit (协作答复). Permission: `task:submit`. I-04.
    async fn task_request_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which request, and the answer.")] input: TaskRequestAnswerInput,
    ) -> Result<Option<TaskRequestPayload>> {
        TaskRequestPayload::of(ctx, input).await
    }

    /// Confirms that you have read a message (签收). Permission: `task:read`. I-04.
    async fn task_notice_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: TaskNoticeReadInput,
    ) -> Result<Option<TaskNoticePayload>> {
        TaskNoticePayload::of(ctx, input).await
    }
}
