//! Gives what an agency asked for, or sends a returned item again.

use std::collections::HashMap;

use async_graphql::InputObject;
use entities::{
    approval, cadre, case_item, case_material, matter, matter_branch, matter_case, matter_material, person,
    values::CaseItemState,
};
use policies::{Action, Resource};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde::Serialize;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    materials::{self, MaterialInput},
    transition::{Held, hold},
};
use crate::{
    graph::scalars::JsonText,
    kernel::{
        command::Command,
        error::{Code, Fault, Faults, UserError},
        flow::ItemAction,
        id::Id,
        session::Session,
        tx::{Advice, Tx},
    },
    modules::{
        matters::{
            catalogue::CaseItem,
            forms::{self, Sources},
            opening::{self, texts},
            warned,
        },
        plugins::{
            submission::{self, Question},
            warnings::{self, Acknowledged},
        },
    },
};

/// What is given (补正).
#[derive(InputObject, Serialize, Clone, Debug)]
pub struct CaseItemSupplyInput {
    /// Which item, waiting for a supplement or returned.
    pub id: Id<CaseItem>,
    /// The version that you read.
    pub expected_version: i32,
    /// Fields of the form with their new values (表单项), of those in `CaseItem.wanted`.
    pub fields: Option<JsonText>,
    /// New files for materials (材料), of those in `CaseItem.wanted`.
    #[graphql(default)]
    pub materials: Vec<MaterialInput>,
    /// Why it is given in spite of a plug-in's warnings (不顾提示的理由), 1 to 500 characters; kept with them in `Case.warnings`,
    /// and as the note of the step if the item's agency sees every field that is warned of. Without it warnings
    /// refuse it with `PLUGIN_WARNING`; where there are none it is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warning_reason: Option<String>,
    /// Your key for this change: the same key and input again do nothing more for 72 hours.
    pub idempotency_key: Option<String>,
}

#[async_trait::async_trait]
impl Command for CaseItemSupplyInput {
    const NAME: &'static str = "caseItemSupply";
    const RIGHT: (Resource, Action) = (Resource::Case, Action::Supplement);
    type Output = Uuid;

    fn idempotency_key(&self) -> Option<&str> {
        self.idempotency_key.as_deref()
    }

    async fn prepare(&self, session: &Session) -> Result<Advice, Fault> {
        // Who only gives files changes no form.
        if self.fields.is_none() {
            return Ok(Advice::default());
        }
        let tx = session.begin().await?;
        let question = self.question(&tx).await;
        tx.rollback().await?;
        // What is wrong is told by `run`, which finds it again.
        Ok(submission::ask(session, question.unwrap_or_default()).await)
    }

    async fn run(&self, tx: &Tx) -> Result<Uuid, Fault> {
        let held = self.hold(tx).await?;
        let (mut faults, mut warnings) = (Faults::default(), vec![]);
        let reason = warnings::reason(self.warning_reason.as_deref(), &mut faults);
        let form = match self.patched(tx, &held, &mut faults).await? {
            Some((matter, form)) => {
                if faults.is_empty() {
                    let on = held.case.submitted_on;
                    warnings = submission::check(tx, &matter, &form, on, "input.fields", &mut faults).await?;
                }
                Some(form)
            }
            None => None,
        };
        let asked = materials::asked_for(tx, held.case.matter_id).await?;
        let materials = self.wanted_materials(tx, &held, &asked, &mut faults).await?;
        faults.check()?;
        let acknowledged = Acknowledged::of(warnings, reason)?;
        if let Some(form) = form {
            let (more, item) = (acknowledged.as_ref(), Some(held.item.id));
            let kept = warned::with(&held.case.warnings, more, item, tx.session().now());
            tx.change::<matter_case::Entity>()
                .id(held.case.id)
                .set(matter_case::Column::Form, Expr::value(form))
                .set(matter_case::Column::Warnings, Expr::value(kept))
                .run()
                .await?;
        }
        if let Some(acknowledged) = &acknowledged {
            tx.touched("Case", held.case.id, json!({ "warnings": acknowledged.codes() }));
        }
        for (key, attachment) in materials {
            replace(tx, &held.case, &key, attachment).await?;
        }
        let fields = match &acknowledged {
            Some(_) => tx.parts::<matter_branch::Entity>().id(held.item.branch_id).required().await?.fields,
            None => Json::Null,
        };
        let fields = fields.as_array().map(Vec::as_slice).unwrap_or_default();
        // The item's agency reads the note.
        let note = acknowledged.as_ref().and_then(|acknowledged| warned::reason_for(acknowledged, fields));
        held.go(tx, note, |change| change.set(case_item::Column::Wanted, Expr::value(json!({})))).await?;
        Ok(held.item.id)
    }
}

impl CaseItemSupplyInput {
    async fn hold(&self, tx: &Tx) -> Result<Held, Fault> {
        let again = |state| match state {
            CaseItemState::Returned => ItemAction::Resubmit,
            _ => ItemAction::Supply,
        };
        hold(tx, Self::RIGHT, self.id.uuid(), self.expected_version, again).await
    }

    /// What the component of a plug-in is to be asked about the changed form; nothing where something is wrong with it.
    async fn question(&self, tx: &Tx) -> Result<Option<Question>, Fault> {
        let held = self.hold(tx).await?;
        let matter = tx.parts::<matter::Entity>().id(held.case.matter_id).required().await?;
        if !submission::is_of_plugin(&matter.key) {
            return Ok(None);
        }
        let mut faults = Faults::default();
        match self.patched(tx, &held, &mut faults).await? {
            Some((matter, form)) if faults.is_empty() => {
                submission::question(tx, &matter, form, Some(held.case.form.clone())).await
            }
            _ => Ok(None),
        }
    }

    /// The form with the new values, if there are any; only wanted fields may change, and of a supplement all.
    async fn patched(&self, tx: &Tx, held: &Held, faults: &mut Faults) -> Result<Option<(matter::Model, Json)>, Fault> {
        let wanted = texts(&held.item.wanted["fields"]);
        let empty = json!({});
        let given = self.fields.as_ref().map_or(&empty, |fields| &fields.0);
        let Json::Object(given) = given else {
            faults.add(UserError::new(Code::InvalidFormat, "input.fields", "应为对象", "It takes an object."));
            return Ok(None);
        };
        for name in given.keys().filter(|name| !wanted.contains(name)) {
            faults.add(UserError::new(
                Code::InvalidValue,
                format!("input.fields.{name}"),
                format!("只能补正：{}", wanted.join("、")),
                format!("Only these may change: {}.", wanted.join(", ")),
            ));
        }
        if held.item.state == CaseItemState::Supplement {
            for name in wanted.iter().filter(|name| !given.contains_key(*name)) {
                faults.add(UserError::of(Code::Required, format!("input.fields.{name}")));
            }
        }
        if given.is_empty() || !faults.is_empty() {
            return Ok(None);
        }
        let matter = tx.parts::<matter::Entity>().id(held.case.matter_id).required().await?;
        let approval = tx.parts::<approval::Entity>().id(held.case.approval_id).required().await?;
        let cadre = tx.parts::<cadre::Entity>().id(held.case.cadre_id).required().await?;
        let person = tx.parts::<person::Entity>().id(cadre.person_id).required().await?;
        let mut form = held.case.form.clone();
        for (name, value) in given {
            form[name.as_str()] = value.clone();
        }
        let sources = Sources::of(tx, &person, &cadre, &approval).await?.only(|field| given.contains_key(field));
        let form = forms::settle(&matter.form_schema, &form, &sources, "input.fields", faults)?;
        Ok(Some((matter, form)))
    }

    /// The new files; only wanted materials may be given, and of a supplement all.
    async fn wanted_materials(
        &self,
        tx: &Tx,
        held: &Held,
        asked: &[matter_material::Model],
        faults: &mut Faults,
    ) -> Result<Vec<(String, Uuid)>, Fault> {
        let wanted = texts(&held.item.wanted["materials"]);
        for (i, _) in self.materials.iter().enumerate().filter(|(_, m)| !wanted.contains(&m.key)) {
            faults.add(UserError::new(
                Code::InvalidValue,
                format!("input.materials.{i}.key"),
                format!("只能补正：{}", wanted.join("、")),
                format!("Only these may be given: {}.", wanted.join(", ")),
            ));
        }
        let supplement = held.item.state == CaseItemState::Supplement;
        let must = |material: &matter_material::Model| supplement && wanted.contains(&material.key);
        materials::settle(tx, &self.materials, asked, must, faults).await
    }
}

/// Puts a file in a material's place, for every item that sees the material; the earlier file stays stored.
async fn replace(tx: &Tx, case: &matter_case::Model, key: &str, attachment: Uuid) -> Result<(), Fault> {
    let replaced = tx
        .change::<case_material::Entity>()
        .filter(case_material::Column::CaseId.eq(case.id))
        .filter(case_material::Column::Key.eq(key))
        .set(case_material::Column::AttachmentId, Expr::value(attachment))
        .run()
        .await?;
    if replaced > 0 {
        return Ok(());
    }
    let material = opening::add_material(tx, case.id, key, attachment).await?;
    let branches: HashMap<Uuid, matter_branch::Model> =
        opening::branches(tx, case.matter_id).await?.into_iter().map(|b| (b.id, b)).collect();
    let items = tx.parts::<case_item::Entity>().filter(case_item::Column::CaseId.eq(case.id)).all().await?;
    for item in items {
        let needs = branches.get(&item.branch_id).is_some_and(|b| texts(&b.materials).iter().any(|m| m == key));
        if needs {
            opening::link(tx, item.id, material).await?;
        }
    }
    Ok(())
}
