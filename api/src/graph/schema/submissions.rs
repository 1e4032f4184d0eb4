//! Mutations that submit one matter with its form in typed fields: registered, and their answers put together.

use async_graphql::{
    Context, Name, Value,
    indexmap::IndexMap,
    registry::{MetaType, Registry},
};
use uuid::Uuid;

use crate::{
    graph::{
        catalogue::{Catalogue, Scalar, Submission},
        payload::UserErrorObject,
        run::Engine,
        schema::{
            answer_value, caller,
            inject::{enum_type, scalar_name},
            meta::{Argument, field, input, object},
            whole,
        },
        selection::{Doc, Picked},
    },
    kernel::error::{ApiError, Code},
};

/// Puts the submissions of a catalogue beside the other mutations.
pub(super) fn register(registry: &mut Registry, catalogue: &Catalogue, mutation: &str) {
    for submission in catalogue.submissions() {
        declare(registry, submission);
        let about = format!(
            "Submits {} with its form in typed fields: what `matterSubmit` does, for this matter alone. \
             Permission: `case:submit`.",
            submission.doc
        );
        let given = Argument::new("input", &format!("{}!", input_name(submission)), "The submission.");
        let root = field(&submission.field, &payload_name(submission), &about, vec![given]);
        if let Some(MetaType::Object { fields, .. }) = registry.types.get_mut(mutation) {
            fields.insert(submission.field.clone(), root);
        }
    }
}

fn input_name(submission: &Submission) -> String {
    format!("{}SubmitInput", submission.view.0)
}

/// The name of what a submission answers.
fn payload_name(submission: &Submission) -> String {
    format!("{}SubmitPayload", submission.view.0)
}

/// The arguments of every mutation that a plug-in has to do with.
pub(super) fn of_every() -> [Argument; 2] {
    let warned = "Why it is done in spite of the plug-in's warnings (不顾提示的理由), 1 to 500 characters; without it warnings \
                  refuse it with `PLUGIN_WARNING`.";
    let key = "Your key for this change: the same key and input again do nothing more for 72 hours.";
    [Argument::new("warningReason", "String", warned), Argument::new("idempotencyKey", "String", key)]
}

fn declare(registry: &mut Registry, submission: &Submission) {
    let form = format!("{}FormInput", submission.view.0);
    let mut fields = vec![];
    for (name, scalar, doc) in &submission.form {
        if let Scalar::Enum(set) = scalar {
            enum_type(registry, set);
        }
        fields.push(Argument::new(name, scalar_name(scalar), doc));
    }
    let about = format!(
        "The form of {}. Which fields must be there says the form itself, `Matter.formSchema`; what the register knows is \
         filled in.",
        submission.doc
    );
    registry.types.insert(form.clone(), input(&form, &about, fields));
    let name = input_name(submission);
    let mut fields = vec![
        Argument::new(
            "approval",
            "ID",
            "The approval (审批), of this matter; without it nothing starts: `APPROVAL_REQUIRED`.",
        ),
        Argument::new("form", &format!("{form}!"), "The form (表单)."),
        Argument::new("materials", "[MaterialInput!]!", "The materials (材料), each once.").default("[]"),
    ];
    fields.extend(of_every());
    registry.types.insert(name.clone(), input(&name, &format!("A submission of {}.", submission.doc), fields));
    let name = payload_name(submission);
    let (view, one) = &submission.view;
    let parts = [
        (one.as_str(), view.as_str(), "The case with its form in typed fields; null when it was refused."),
        ("case", "Case", "The case (办件); null when it was refused."),
        ("userErrors", "[UserError!]!", "Why the submission was refused; empty when it was made."),
    ];
    let fields = parts.iter().map(|(n, t, d)| (n.to_string(), field(n, t, d, vec![]))).collect();
    let about = format!("What became of a submission of {}.", submission.doc);
    registry.types.insert(name.clone(), object(&name, &about, fields, None));
}

/// What the client has selected of a submission's outcome.
pub(super) async fn answer(
    ctx: &Context<'_>,
    submission: &Submission,
    outcome: Result<Uuid, Vec<UserErrorObject>>,
) -> Result<Value, ApiError> {
    let doc = whole(ctx.query_env);
    let name = payload_name(submission);
    let picked = doc.pick(&[&ctx.item.node.selection_set.node], &|on| on == name)?;
    let mut out = IndexMap::new();
    for (key, field) in &picked {
        let value = match (of_any(doc, &name, field, &outcome)?, &outcome) {
            (Some(value), _) => value,
            (None, Err(_)) => Value::Null,
            (None, Ok(id)) if field.name == "case" => read(ctx, doc, "Case", *id, key, field).await?,
            (None, Ok(id)) => read(ctx, doc, &submission.view.0, *id, key, field).await?,
        };
        out.insert(Name::new(key), value);
    }
    Ok(Value::Object(out))
}

/// The value of a field that every payload has; none for another.
pub(super) fn of_any<T>(
    doc: Doc<'_>,
    payload: &str,
    field: &Picked<'_>,
    outcome: &Result<T, Vec<UserErrorObject>>,
) -> Result<Option<Value>, ApiError> {
    let refusals = outcome.as_ref().err().into_iter().flatten();
    Ok(match field.name {
        "__typename" => Some(Value::String(payload.to_string())),
        "userErrors" => Some(Value::List(refusals.map(|one| refused(doc, field, one)).collect::<Result<_, _>>()?)),
        _ => None,
    })
}

fn refused(doc: Doc<'_>, field: &Picked<'_>, refusal: &UserErrorObject) -> Result<Value, ApiError> {
    let fields = doc.pick(&field.below, &|on| on == "UserError")?;
    let value = |name: &str| match name {
        "__typename" => Value::String("UserError".into()),
        name => refusal.value(name),
    };
    Ok(Value::Object(fields.iter().map(|(key, field)| (Name::new(key), value(field.name))).collect()))
}

/// The case after the commit, by the engine, with the caller's rights.
async fn read<'a>(
    ctx: &Context<'a>,
    doc: Doc<'a>,
    ty: &str,
    id: Uuid,
    key: &str,
    field: &Picked<'a>,
) -> Result<Value, ApiError> {
    let session = caller(ctx).ok_or(ApiError::of(Code::Unauthenticated))?;
    let answer = ctx.data_unchecked::<Engine>().object(session, doc, ty, id, &field.below, key).await?;
    let above = ctx.path_node.as_ref().map(|path| path.to_string_vec()).unwrap_or_default();
    Ok(answer_value(answer, ctx, ctx.item.pos, above.into_iter().chain([key.to_string()]).collect()))
}
