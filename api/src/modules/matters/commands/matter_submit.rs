//! Submits a matter: one form, one submission, all items at once.

use async_graphql::InputObject;
use entities::{
    approval, cadre, matter_case, matter_material, person,
    values::{ApprovalState, CaseKind, CaseState},
};
use policies::{Action, Resource};
use sea_orm::ColumnTrait;
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::{
    approving,
    materials::{self, MaterialInput},
};
use crate::{
    graph::scalars::JsonText,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        session::Session,
        tx::{Advice, Tx},
    },
    modules::{
        matters::{
            catalogue::Approval,
            forms::{self, Sources},
            opening::{self, Opening},
        },
        plugins::{
            submission::{self, Question},
            warnings::{self, Acknowledged},
        },
    },
};

/// A submission (一次申报).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct MatterSubmitInput {
    /// The organisation department's approval (审批), without which nothing starts: `APPROVAL_REQUIRED`. H-01.
    pub approval: Option<Id<Approval>>,
    /// The one form (表单), by `Matter.formSchema`. What the register knows is filled in except the identity
    /// number; a field of the register that differs is refused with `READ_ONLY_SOURCE`. H-03, H-06.
    pub form: JsonText,
    /// The materials (材料), each once.
    #[graphql(default)]
    pub materials: Vec<MaterialInput>,
    /// Why it is submitted in spite of a plug-in's warnings (不顾提示的理由), 1 to 500 characters; kept with them in
    /// `Case.warnings`. Without it warnings refuse the submission with `PLUGIN_WARNING`; where there are none it is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning_reason: Option<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
    /// The matter that is meant, where the mutation is about one alone; any otherwise.
    #[graphql(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matter: Option<String>,
}

#[async_trait::async_trait]
impl Command for MatterSubmitInput {
    const NAME: &'static str = "matterSubmit";
    const RIGHT: (Resource, Action) = (Resource::Case, Action::Submit);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&self, session: &Session) -> Result<Advice, Fault> {
        if session.tenant().plugins.packages.is_empty() {
            return Ok(Advice::default());
        }
        let tx = session.begin().await?;
        let question = self.question(&tx).await;
        tx.rollback().await?;
        // What is wrong is told by `run`, which finds it again.
        Ok(submission::ask(session, question.unwrap_or_default()).await)
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let (approval, cadre) = self.start_point(tx).await?;
        if let Some(matter) = self.matter.as_ref().filter(|matter| **matter != approval.matter_key) {
            let zh = format!("该审批的事项是 {}，此处应为 {matter}", approval.matter_key);
            let en = format!("The approval is of {}; here it is {matter}.", approval.matter_key);
            return Err(UserError::new(Code::InvalidValue, "input.approval", zh, en).into());
        }
        // The approval's row is locked: of two submissions at once the second finds the first one's case.
        let running = tx
            .parts::<matter_case::Entity>()
            .filter(matter_case::Column::ApprovalId.eq(approval.id))
            .filter(matter_case::Column::Kind.eq(CaseKind::Ordinary))
            .filter(matter_case::Column::State.ne(CaseState::Cancelled))
            .one()
            .await?;
        if let Some(case) = running {
            return Ok(case.id);
        }
        let mut faults = Faults::default();
        let reason = warnings::reason(self.warning_reason.as_deref(), &mut faults);
        if cadre.under_investigation && approving::waits_for_investigations(&approval.matter_key) {
            faults.add(UserError::of(Code::UnderInvestigation, "input.approval"));
        }
        let matter = opening::in_force(tx, &approval.matter_key, "input.approval").await?;
        let branches = opening::branches(tx, matter.id).await?;
        // A title of the catalogue alone: nobody would handle it.
        if branches.is_empty() {
            return Err(UserError::of(Code::MatterNotOffered, "input.approval").into());
        }
        let person = tx.parts::<person::Entity>().id(cadre.person_id).required().await?;
        let sources = Sources::of(tx, &person, &cadre, &approval).await?;
        let form = forms::settle(&matter.form_schema, &self.form.0, &sources, "input.form", &mut faults)?;
        let asked = materials::asked_for(tx, matter.id).await?;
        let mandatory = |material: &matter_material::Model| material.is_mandatory;
        // Rules look at a form that is in order; what is wrong with it is told first.
        let mut warnings = vec![];
        if faults.is_empty() {
            submission::at_work(tx, &matter).await?;
            let on = tx.session().today();
            warnings = submission::check(tx, &matter, &form, on, "input.form", &mut faults).await?;
        }
        let materials = materials::settle(tx, &self.materials, &asked, mandatory, &mut faults).await?;
        faults.check()?;
        let acknowledged = Acknowledged::of(warnings, reason)?;
        let mut detail = json!({ "created": true, "matter": approval.matter_key });
        if let Some(acknowledged) = &acknowledged {
            detail["warnings"] = json!(acknowledged.codes());
        }
        let opening = Opening {
            kind: CaseKind::Ordinary,
            approval: &approval,
            matter: &matter,
            branches: &branches,
            applicant: tx.session().user_id(),
            form,
            materials,
            warned: acknowledged,
        };
        let id = opening.write(tx).await?;
        tx.touched("Case", id, detail);
        Ok(id)
    }
}

impl MatterSubmitInput {
    /// What the component of a plug-in is to be asked about the form as it would be submitted; nothing where something is
    /// wrong with it.
    async fn question(&self, tx: &Tx) -> Result<Option<Question>, Fault> {
        let (approval, cadre) = self.start_point(tx).await?;
        if !submission::is_of_plugin(&approval.matter_key) {
            return Ok(None);
        }
        let matter = opening::in_force(tx, &approval.matter_key, "input.approval").await?;
        let person = tx.parts::<person::Entity>().id(cadre.person_id).required().await?;
        let sources = Sources::of(tx, &person, &cadre, &approval).await?;
        let mut faults = Faults::default();
        let form = forms::settle(&matter.form_schema, &self.form.0, &sources, "input.form", &mut faults)?;
        if faults.is_empty() { submission::question(tx, &matter, form, None).await } else { Ok(None) }
    }

    /// The approval, locked, and its cadre within the caller's reach. An approval that is not there, one of
    /// another tenant and one of a cadre out of reach get the same answer.
    async fn start_point(&self, tx: &Tx) -> Result<(approval::Model, cadre::Model), Fault> {
        let none = || Fault::from(UserError::of(Code::ApprovalRequired, "input.approval"));
        let id = self.approval.as_ref().map(Id::uuid).ok_or_else(none)?;
        let approval = tx.parts::<approval::Entity>().id(id).lock().one().await?.ok_or_else(none)?;
        let cadre = tx
            .gate_as::<cadre::Entity>(Resource::Case, Action::Submit)?
            .id(approval.cadre_id)
            .lock()
            .one()
            .await?
            .ok_or_else(none)?;
        if approval.state == ApprovalState::Revoked {
            return Err(UserError::of(Code::ApprovalRevoked, "input.approval").into());
        }
        Ok((approval, cadre))
    }
}
