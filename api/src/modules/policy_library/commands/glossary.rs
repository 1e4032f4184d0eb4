//! Explains a word of the trade, and binds a regulation to a step of the process (用语释义、环节制度).

use async_graphql::InputObject;
use entities::{
    glossary_term, policy_document, step_rule,
    values::{PolicyKind, TaskAction},
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::{
    graph::scalars::Gql,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        id::Id,
        tx::Tx,
    },
    modules::{
        administration::commands::guard, personnel::commands::checks, policy_library::catalogue::PolicyDocument,
    },
};

/// A word and what it means (用语释义).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct GlossaryTermSetInput {
    /// The word (用语), 1 to 100 characters; one that is there is explained anew.
    pub term: String,
    /// What it means (释义), 1 to 2,000 characters.
    pub definition: String,
    /// The document that says so (出处).
    pub policy_document: Option<Id<PolicyDocument>>,
}

#[async_trait::async_trait]
impl Command for GlossaryTermSetInput {
    const NAME: &'static str = "glossaryTermSet";
    const RIGHT: (Resource, Action) = (Resource::PolicyDocument, Action::Publish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        use glossary_term::Column;
        guard::tenant_wide(tx.session(), Resource::PolicyDocument, Action::Publish)?;
        let mut faults = Faults::default();
        let term = faults.take(checks::text(&self.term, "input.term", 100));
        let definition = faults.take(checks::text(&self.definition, "input.definition", 2000));
        let document = match &self.policy_document {
            Some(id) => {
                let found = tx.gate::<policy_document::Entity>(Action::Read)?.id(id.uuid()).one().await?;
                faults.known(found, "input.policyDocument").map(|document| document.id)
            }
            None => None,
        };
        faults.check()?;
        let (Some(term), Some(definition)) = (term, definition) else { return Err(Code::InternalServerError.into()) };
        let (user, now) = (tx.session().user_id(), tx.session().now());
        let row = glossary_term::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            term: Set(term.clone()),
            definition: Set(definition.clone()),
            document_id: Set(document),
            written_by: Set(user),
            version: Set(0),
            created_at: Set(now),
            updated_at: Set(now),
        };
        tx.insert_new(row, [Column::Term]).await?;
        let row = tx.parts::<glossary_term::Entity>().filter(Column::Term.eq(&term)).lock().required().await?;
        tx.change::<glossary_term::Entity>()
            .id(row.id)
            .set(Column::Definition, Expr::value(definition))
            .set(Column::DocumentId, Expr::value(document))
            .set(Column::WrittenBy, Expr::value(user))
            .set(Column::Version, Expr::value(row.version + 1))
            .set(Column::UpdatedAt, Expr::value(now))
            .run()
            .await?;
        tx.touched("GlossaryTerm", row.id, json!({ "term": term }));
        Ok(row.id)
    }
}

/// A regulation and the step that is bound to it (环节制度).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct StepRuleBindInput {
    /// Any version of the regulation (制度); the step is bound to the newest.
    pub policy_document: Id<PolicyDocument>,
    /// The step (环节).
    pub action: Gql<TaskAction>,
    /// What it asks for at this step (要求), 1 to 1,000 characters.
    pub note: Option<String>,
}

#[async_trait::async_trait]
impl Command for StepRuleBindInput {
    const NAME: &'static str = "stepRuleBind";
    const RIGHT: (Resource, Action) = (Resource::PolicyDocument, Action::Publish);
    type Output = Uuid;

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        guard::tenant_wide(tx.session(), Resource::PolicyDocument, Action::Publish)?;
        let mut faults = Faults::default();
        let document = tx.gate::<policy_document::Entity>(Action::Read)?.id(self.policy_document.uuid()).one().await?;
        let document = faults.known(document, "input.policyDocument");
        if document.as_ref().is_some_and(|document| document.kind == PolicyKind::Policy) {
            let (zh, en) = ("应为规章制度或法律法规", "Takes a regulation or a law.");
            faults.add(UserError::new(Code::InvalidValue, "input.policyDocument", zh, en));
        }
        let note = self.note.as_ref().and_then(|n| faults.take(checks::text(n, "input.note", 1000)));
        faults.check()?;
        let Some(document) = document else { return Err(Code::InternalServerError.into()) };
        let id = tx.new_id();
        let row = step_rule::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(id),
            key: Set(document.key),
            action: Set(self.action.0),
            note: Set(note),
            bound_by: Set(tx.session().user_id()),
            created_at: Set(tx.session().now()),
        };
        if !tx.insert_new(row, [step_rule::Column::Key, step_rule::Column::Action]).await? {
            return Err(UserError::of(Code::AlreadyExists, "input.action").into());
        }
        tx.touched("StepRule", id, json!({ "action": self.action.0 }));
        Ok(id)
    }
}
