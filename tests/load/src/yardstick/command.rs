//! The durable command: change, event and audit record in one statement, committed before the answer.

use axum::{body::Bytes, extract::State, http::StatusCode};
use sqlx::Row;

use super::{Answer, Caller, Text, failed, id, read};

const COMMAND: &str = "with changed as (
        update cadre set contribution_months = $3, version = version + 1, updated_at = now()
        where tenant_id = $1 and id = $2 and version = $4 returning id, version, contribution_months),
    event as (insert into outbox (tenant_id, id, topic, object_type, object_id, object_version, payload, created_at)
        select $1, gen_random_uuid(), 'cadre.updated', 'Cadre', id, version, '{}', now() from changed),
    record as (insert into audit (tenant_id, id, actor_name, action, object_type, object_id, request_id, digest, detail, at)
        select $1, gen_random_uuid(), 'yardstick', 'cadreUpdate', 'Cadre', id, 'load', '', '{}', now() from changed)
    select 'cad_' || replace(id::text, '-', ''), version, contribution_months from changed";

pub async fn command(State(parts): Caller, body: Bytes) -> Answer {
    let body = read(&body)?;
    let input = &body["input"];
    let number = |name: &str| input[name].as_i64().and_then(|n| i32::try_from(n).ok()).ok_or(StatusCode::BAD_REQUEST);
    let row = sqlx::query(COMMAND)
        .bind(parts.tenant)
        .bind(id(&input["id"])?)
        .bind(number("contributionMonths")?)
        .bind(number("expectedVersion")?)
        .fetch_optional(&parts.pool)
        .await
        .map_err(failed)?
        .ok_or(StatusCode::CONFLICT)?;
    let (id, version, months): (&str, i32, i32) = (row.get(0), row.get(1), row.get(2));
    Ok(Text(format!(
        "{{\"data\":{{\"cadreUpdate\":{{\"cadre\":{{\"id\":\"{id}\",\"version\":{version},\"contributionMonths\":{months}}},\
         \"userErrors\":[]}}}}}}"
    )))
}
