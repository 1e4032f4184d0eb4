//! What somebody would write by hand for just these questions: one statement each, prepared, no token, no
//! rights, no limits. One variant lets PostgreSQL make the JSON, the other makes it in Rust from binary rows.

mod command;
mod json;
mod rows;
mod submit;
mod work;

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::Value as Json;
use sqlx::{PgPool, Row, postgres::PgPoolOptions};
use uuid::Uuid;

use crate::{Mode, Outcome, Yardstick};

/// Connections to the database, as many as the server has.
const POOL: u32 = 16;

/// The shared parts.
#[derive(Clone)]
pub struct Parts {
    pool: PgPool,
    tenant: Uuid,
}

/// Serves until it is killed.
pub async fn serve(arguments: Yardstick) -> Outcome<()> {
    let pool = PgPoolOptions::new()
        .max_connections(POOL)
        .min_connections(1)
        .test_before_acquire(false)
        .connect(&arguments.database)
        .await?;
    let row = sqlx::query("select tenant_id from cadre group by tenant_id order by count(*) desc limit 1");
    let tenant = row.fetch_one(&pool).await?.get(0);
    let router = Router::new()
        .route("/command", post(command::command))
        .route("/submit", post(submit::submit))
        .route("/board", post(work::board))
        .route("/lamps", post(work::lamps));
    let router = match arguments.mode {
        Mode::Json => router
            .route("/point", post(json::point))
            .route("/list", post(json::list))
            .route("/filtered", post(json::filtered))
            .route("/tree", post(json::tree))
            .route("/inbox", post(json::inbox))
            .route("/unit-groups", post(json::unit_groups))
            .route("/tenant-groups", post(json::tenant_groups)),
        Mode::Rows => router
            .route("/point", post(rows::point))
            .route("/list", post(rows::list))
            .route("/filtered", post(rows::filtered))
            .route("/tree", post(rows::tree))
            .route("/inbox", post(rows::inbox))
            .route("/unit-groups", post(rows::unit_groups))
            .route("/tenant-groups", post(rows::tenant_groups)),
    };
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", arguments.port)).await?;
    axum::serve(listener, router.with_state(Parts { pool, tenant })).await?;
    Ok(())
}

/// An answer whose text is ready.
pub struct Text(String);

impl IntoResponse for Text {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, "application/json")], self.0).into_response()
    }
}

/// What a handler ends with.
pub type Answer = Result<Text, StatusCode>;

fn data(text: &str) -> Text {
    Text(format!("{{\"data\":{text}}}"))
}

fn failed(error: sqlx::Error) -> StatusCode {
    eprintln!("yardstick: {error}");
    StatusCode::INTERNAL_SERVER_ERROR
}

fn read(body: &Bytes) -> Result<Json, StatusCode> {
    serde_json::from_slice(body).map_err(|_| StatusCode::BAD_REQUEST)
}

fn id(value: &Json) -> Result<Uuid, StatusCode> {
    let text = value.as_str().and_then(|t| t.split_once('_')).map(|(_, t)| t);
    text.and_then(|t| Uuid::try_parse(t).ok()).ok_or(StatusCode::BAD_REQUEST)
}

fn text(value: &Json) -> Result<String, StatusCode> {
    value.as_str().map(str::to_owned).ok_or(StatusCode::BAD_REQUEST)
}

type Caller = State<Parts>;
