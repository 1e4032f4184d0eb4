//! `POST /exchange/{tenant}`: a message of another node for a tenant here, answered with a signed receipt.

use axum::{
    extract::{Path, Request, State},
    response::Response,
};

use crate::{
    http::{answer::answer, app::App, body, request::request_info},
    kernel::error::{ApiError, Code},
    modules::exchange::{envelope::SIGNATURE, receive},
};

/// Takes a message.
pub(super) async fn receive(State(app): State<App>, Path(tenant): Path<String>, request: Request) -> Response {
    let (parts, incoming) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    let signature = parts.headers.get(SIGNATURE).and_then(|value| value.to_str().ok());
    let outcome = match (signature, body::read(incoming, app.settings.limits.body_bytes).await) {
        (None, _) => Err(ApiError::of(Code::Unauthenticated)),
        (_, Err(error)) => Err(error),
        (Some(signature), Ok(bytes)) => receive::receive(&app.identity, &tenant, &bytes, signature).await,
    };
    answer(outcome, &info)
}
