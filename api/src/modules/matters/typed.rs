//! A submission with the form in typed fields (类型化申报): the values become the form's JSON, the rest is `matterSubmit`.

use async_graphql::{Context, InputType, Value};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    graph::{
        catalogue::Submission,
        payload::{UserErrorObject, carry_out},
        scalars::JsonText,
        schema::whole,
    },
    kernel::{
        error::{ApiError, Code},
        id::Id,
    },
    modules::matters::{
        catalogue::Approval,
        commands::{MaterialInput, MatterSubmitInput},
    },
};

/// Carries the submission out that a mutation's argument describes; the id of its case, or the refusals.
pub async fn submit(
    ctx: &Context<'_>,
    submission: &Submission,
) -> Result<Result<Uuid, Vec<UserErrorObject>>, ApiError> {
    let arguments = whole(ctx.query_env).arguments(&ctx.item.node)?;
    let Some((_, Value::Object(mut given))) = arguments.into_iter().find(|(name, _)| *name == "input") else {
        return Err(ApiError::of(Code::GraphqlValidationFailed).at("input"));
    };
    let mut take = |name: &str| given.swap_remove(name).filter(|value| *value != Value::Null);
    let input = MatterSubmitInput {
        approval: take("approval").map(|value| parsed::<Id<Approval>>(value, "input.approval")).transpose()?,
        form: JsonText(form(take("form"))),
        materials: take("materials").map_or(Ok(vec![]), |v| parsed::<Vec<MaterialInput>>(v, "input.materials"))?,
        warning_reason: take("warningReason")
            .map(|value| parsed::<String>(value, "input.warningReason"))
            .transpose()?,
        idempotency_key: take("idempotencyKey")
            .map(|value| parsed::<String>(value, "input.idempotencyKey"))
            .transpose()?,
        matter: Some(submission.matter.clone()),
    };
    carry_out(ctx, &input).await
}

/// A field that is null is one that is not given.
fn form(given: Option<Value>) -> Json {
    let Some(Json::Object(form)) = given.and_then(|form| form.into_json().ok()) else {
        return Json::Object(Map::new());
    };
    Json::Object(form.into_iter().filter(|(_, value)| !value.is_null()).collect())
}

fn parsed<T: InputType>(value: Value, at: &str) -> Result<T, ApiError> {
    T::parse(Some(value)).map_err(|_| ApiError::of(Code::GraphqlValidationFailed).at(at))
}
