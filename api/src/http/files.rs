//! `PUT` and `GET /files/{ticket}`: bytes by a short-lived ticket, so that no token is in an address.

use axum::{
    body::Body,
    extract::{Path, Request, State},
    http::{
        HeaderValue,
        header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};

use serde_json::json;

use crate::{
    http::{
        answer::{answer, failure},
        app::App,
        body,
        request::request_info,
    },
    modules::matters::files,
};

/// Stores the bytes that a ticket was given for.
pub(super) async fn put(State(app): State<App>, Path(ticket): Path<String>, request: Request) -> Response {
    let (parts, incoming) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    let media = parts.headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let outcome = match body::read(incoming, app.settings.file_bytes).await {
        Ok(bytes) => files::put(&app.platform, &ticket, media, &bytes).await,
        Err(error) => Err(error),
    };
    let outcome =
        outcome.map(|stored| json!({ "attachment": stored.attachment, "sha256": stored.sha256, "size": stored.size }));
    answer(outcome, &info)
}

/// Hands out the bytes that a ticket was given for; never shown inline, whatever they claim to be.
pub(super) async fn get(State(app): State<App>, Path(ticket): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let info = request_info(&parts, app.settings.trusted_hops);
    match files::get(&app.platform, &ticket).await {
        Ok(file) => {
            let mut response = Body::from(file.bytes).into_response();
            let headers = response.headers_mut();
            let media = HeaderValue::from_str(&file.media_type);
            headers.insert(CONTENT_TYPE, media.unwrap_or(HeaderValue::from_static("application/octet-stream")));
            headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
            let name = format!("attachment; filename*=UTF-8''{}", percent(&file.name));
            headers.insert(
                CONTENT_DISPOSITION,
                HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment")),
            );
            response
        }
        Err(error) => failure(&error, &info),
    }
}

/// RFC 5987: everything but letters, digits and a few marks is written in hexadecimal.
fn percent(name: &str) -> String {
    name.bytes().fold(String::new(), |mut out, b| {
        if b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_') {
            out.push(char::from(b));
        } else {
            out.push_str(&format!("%{b:02X}"));
        }
        out
    })
}
