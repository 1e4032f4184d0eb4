//! What can be done to approvals, cases and files: one use case, one file.

mod agency_route_set;
mod approval_create;
mod approval_revoke;
mod approving;
mod attachment_download_ticket;
mod attachment_upload_ticket;
mod case_item_accept;
mod case_item_finish;
mod case_item_request_supplement;
mod case_item_return;
mod case_item_supply;
mod case_item_transfer;
mod case_item_urge;
mod case_withdraw;
mod completion;
mod materials;
mod matter_close;
mod matter_publish;
mod matter_submit;
mod ticket;
mod transition;

use async_graphql::{Context, Object, Result, SimpleObject};

use crate::{
    graph::payload::{Ref, UserErrorObject, carry_out},
    kernel::{
        command::Command,
        error::{Code, UserError},
        words::words as bounded,
    },
    modules::matters::catalogue::{AgencyRoute, Approval, Attachment, Case, CaseItem, Matter},
    payload,
};

pub use agency_route_set::AgencyRouteSetInput;
pub use approval_create::ApprovalCreateInput;
pub use approval_revoke::ApprovalRevokeInput;
pub use attachment_download_ticket::AttachmentDownloadTicketInput;
pub use attachment_upload_ticket::AttachmentUploadTicketInput;
pub use case_item_accept::CaseItemAcceptInput;
pub use case_item_finish::CaseItemFinishInput;
pub use case_item_request_supplement::CaseItemRequestSupplementInput;
pub use case_item_return::CaseItemReturnInput;
pub use case_item_supply::CaseItemSupplyInput;
pub use case_item_transfer::CaseItemTransferInput;
pub use case_item_urge::CaseItemUrgeInput;
pub use case_withdraw::CaseWithdrawInput;
pub use materials::MaterialInput;
pub use matter_close::MatterCloseInput;
pub use matter_publish::{HandlingUnitInput, MatterPublishInput};
pub use matter_submit::MatterSubmitInput;
pub use ticket::Ticketed;
pub use transition::clock_of;

payload!(
    /// What became of a change to the catalogue (事项).
    MatterPayload { matter: Matter }
);
payload!(
    /// What became of a change to who handles a division's cases (属地承办单位).
    AgencyRoutePayload { agency_route: AgencyRoute }
);
payload!(
    /// What became of a change to an approval (审批).
    ApprovalPayload { approval: Approval }
);
payload!(
    /// What became of a change to a case (办件).
    CasePayload { case: Case }
);
payload!(
    /// What became of a change to an agency's item (联办件).
    CaseItemPayload { case_item: CaseItem }
);

/// A file and the one-time path under which its bytes are put or got.
#[derive(SimpleObject)]
pub struct AttachmentTicketPayload {
    /// The file (附件); null when refused.
    attachment: Option<Ref<Attachment>>,
    /// Path of the server for one `PUT` or `GET` within 15 minutes (一次性地址); null when refused.
    ticket_path: Option<String>,
    /// Why it was refused; empty when it was not.
    user_errors: Vec<UserErrorObject>,
}

impl AttachmentTicketPayload {
    async fn of<C: Command<Output = Ticketed>>(ctx: &Context<'_>, command: C) -> Result<Option<Self>> {
        Ok(Some(match carry_out(ctx, &command).await? {
            Ok(ticketed) => Self {
                attachment: Some(Ref::new(ticketed.attachment)),
                ticket_path: Some(format!("/files/{}", ticketed.ticket)),
                user_errors: vec![],
            },
            Err(user_errors) => Self { attachment: None, ticket_path: None, user_errors },
        }))
    }
}

/// Changes to approvals, cases and files.
#[derive(Default)]
pub struct MattersMutations;

/// Changes to approvals, cases and files.
#[Object]
impl MattersMutations {
    /// Records the organisation department's approval of a base matter (登记审批), the start of the chain.
    /// A retirement is checked by rules D-01 to D-04 and D-06. Permission: `approval:create`. H-01.
    async fn approval_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The new approval.")] input: ApprovalCreateInput,
    ) -> Result<Option<ApprovalPayload>> {
        ApprovalPayload::of(ctx, input).await
    }

    /// Revokes an approval (撤销审批): before any item is done its case is ended, afterwards a reversal case is
    /// opened. Permission: `approval:revoke`. H-01.
    async fn approval_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which approval, and why.")] input: ApprovalRevokeInput,
    ) -> Result<Option<ApprovalPayload>> {
        ApprovalPayload::of(ctx, input).await
    }

    /// Publishes a matter of the tenant's own group, or a new version of one that is there (发布事项); running cases keep
    /// theirs. Permission: `matter:publish`, for the whole tenant. H-02.
    async fn matter_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The definition, and who handles it.")] input: MatterPublishInput,
    ) -> Result<Option<MatterPayload>> {
        MatterPayload::of(ctx, input).await
    }

    /// Takes a matter out of the catalogue (停办事项): nothing new begins, running cases go on.
    /// Permission: `matter:publish`, for the whole tenant. H-02.
    async fn matter_close(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which version, and why.")] input: MatterCloseInput,
    ) -> Result<Option<MatterPayload>> {
        MatterPayload::of(ctx, input).await
    }

    /// Says which unit handles a branch for the cases of a division (设置属地承办单位); items of new cases go there.
    /// Permission: `matter:publish`, for the whole tenant. H-06.
    async fn agency_route_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The branch, the division and the unit.")] input: AgencyRouteSetInput,
    ) -> Result<Option<AgencyRoutePayload>> {
        AgencyRoutePayload::of(ctx, input).await
    }

    /// Submits the one form with the materials (一次申报): all items begin at the same instant, in one
    /// transaction. The same approval again gives the same case. Permission: `case:submit`. H-01, H-03.
    async fn matter_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The approval, the form and the materials.")] input: MatterSubmitInput,
    ) -> Result<Option<CasePayload>> {
        CasePayload::of(ctx, input).await
    }

    /// Takes an item for handling (受理). Permission: `case_item:accept`. H-03.
    async fn case_item_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item.")] input: CaseItemAcceptInput,
    ) -> Result<Option<CaseItemPayload>> {
        CaseItemPayload::of(ctx, input).await
    }

    /// Sends an item back to the applicant (退回); the other items go on. Permission: `case_item:return`. H-03.
    async fn case_item_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and why.")] input: CaseItemReturnInput,
    ) -> Result<Option<CaseItemPayload>> {
        CaseItemPayload::of(ctx, input).await
    }

    /// Asks the applicant for what is missing (要求补正); the item's clock stands meanwhile.
    /// Permission: `case_item:request_supplement`. H-03, H-04.
    async fn case_item_request_supplement(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, what is missing.")] input: CaseItemRequestSupplementInput,
    ) -> Result<Option<CaseItemPayload>> {
        CaseItemPayload::of(ctx, input).await
    }

    /// Gives what an agency asked for, or sends a returned item again (补正、重新提交).
    /// Permission: `case:supplement`. H-03, H-04.
    async fn case_item_supply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and what is given.")] input: CaseItemSupplyInput,
    ) -> Result<Option<CaseItemPayload>> {
        CaseItemPayload::of(ctx, input).await
    }

    /// Finishes an item (办结); with the last mandatory one the case is done and takes effect in the same
    /// transaction. Permission: `case_item:finish`. H-03, D-06.
    async fn case_item_finish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and what was decided.")] input: CaseItemFinishInput,
    ) -> Result<Option<CaseItemPayload>> {
        CaseItemPayload::of(ctx, input).await
    }

    /// Passes an item to the agency that is competent for the case's division (移送); its clock goes on.
    /// Permission: `case_item:transfer`. H-06.
    async fn case_item_transfer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, to whom, and why.")] input: CaseItemTransferInput,
    ) -> Result<Option<CaseItemPayload>> {
        CaseItemPayload::of(ctx, input).await
    }

    /// Urges an agency to go on (催办), once a day for an item. Permission: `case_item:urge`. H-04.
    async fn case_item_urge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which item, and what is said.")] input: CaseItemUrgeInput,
    ) -> Result<Option<CaseItemPayload>> {
        CaseItemPayload::of(ctx, input).await
    }

    /// Withdraws a case of which no item is done (撤回办件); the approval may be submitted anew.
    /// Permission: `case:withdraw`. H-03.
    async fn case_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which case, and why.")] input: CaseWithdrawInput,
    ) -> Result<Option<CasePayload>> {
        CasePayload::of(ctx, input).await
    }

    /// Announces a file and gets the path to put its bytes at (上传附件). Permission: `attachment:upload`.
    async fn attachment_upload_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file to come.")] input: AttachmentUploadTicketInput,
    ) -> Result<Option<AttachmentTicketPayload>> {
        AttachmentTicketPayload::of(ctx, input).await
    }

    /// Gets the path to read a file's bytes from (下载附件). Permission: `attachment:download`.
    async fn attachment_download_ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which file.")] input: AttachmentDownloadTicketInput,
    ) -> Result<Option<AttachmentTicketPayload>> {
        AttachmentTicketPayload::of(ctx, input).await
    }
}

/// A reason or result in words; the refusal when it is empty or too long.
fn words(text: &str, field: &str) -> std::result::Result<String, UserError> {
    bounded(text, 1000, field)
}

/// The refusal when somebody else's change came first.
fn version_mismatch() -> UserError {
    UserError::of(Code::VersionMismatch, "input.expectedVersion")
}
