//! The submission by hand: one transaction with a statement for each table, and nothing checked but the approval.

use axum::{body::Bytes, extract::State, http::StatusCode};
use serde_json::Value as Json;
use sqlx::Row;
use uuid::Uuid;

use super::{Answer, Caller, Text, failed, id, read};

const APPROVAL: &str = "select a.cadre_id, a.unit_id, a.decided_by, u.division_code, m.id
    from approval a join cadre c on c.tenant_id = a.tenant_id and c.id = a.cadre_id
    join person p on p.tenant_id = a.tenant_id and p.id = c.person_id
    join unit u on u.tenant_id = a.tenant_id and u.id = a.unit_id
    join matter m on m.tenant_id = a.tenant_id and m.key = a.matter_key and m.state = 'ACTIVE'
    where a.tenant_id = $1 and a.id = $2 and a.state = 'ACTIVE' and p.id_number = $3
    order by m.number desc limit 1 for update of a";

const CASE: &str = "insert into matter_case (tenant_id, id, number, kind, matter_id, approval_id, cadre_id, unit_id,
        applicant_id, form, state, level, division_code, submitted_at, submitted_on, offline_steps, version, created_at,
        updated_at)
    values ($1, $2, $3, 'ORDINARY', $4, $5, $6, $7, $8, $9, 'RUNNING', 'COUNTY', $10, now(), current_date, 0, 2, now(), now())";

const MATERIALS: &str = "insert into case_material (tenant_id, id, case_id, key, attachment_id, created_at)
    select $1, gen_random_uuid(), $2, g.key, g.file, now() from unnest($3::text[], $4::uuid[]) g(key, file)";

const ITEMS: &str =
    "insert into case_item (tenant_id, id, case_id, branch_id, key, title, handling_unit_id, is_mandatory,
        state, limit_days, started_on, due_on, remind_on, paused_days, wanted, version, created_at, updated_at)
    select $1, gen_random_uuid(), $2, b.id, b.key, b.title, b.handling_unit_id, b.is_mandatory, 'PENDING', b.limit_days,
        current_date, current_date + b.limit_days, current_date, 0, '{}', 1, now(), now()
    from matter_branch b where b.tenant_id = $1 and b.matter_id = $3";

const LINKS: &str = "insert into case_item_material (tenant_id, id, case_item_id, case_material_id)
    select $1, gen_random_uuid(), i.id, m.id from case_item i
    join matter_branch b on b.tenant_id = $1 and b.id = i.branch_id
    join case_material m on m.tenant_id = $1 and m.case_id = $2 and b.materials::jsonb ? m.key
    where i.tenant_id = $1 and i.case_id = $2";

const STEPS: &str = "insert into case_step (tenant_id, id, case_id, action, actor_id, at)
    values ($1, gen_random_uuid(), $2, 'SUBMIT', $3, now()), ($1, gen_random_uuid(), $2, 'START', $3, now())";

const EVENTS: &str =
    "insert into outbox (tenant_id, id, topic, object_type, object_id, object_version, payload, created_at)
    values ($1, gen_random_uuid(), 'case.submitted', 'Case', $2, 1, '{}', now()),
        ($1, gen_random_uuid(), 'case.started', 'Case', $2, 2, '{}', now())";

const RECORD: &str =
    "insert into audit (tenant_id, id, actor_name, action, object_type, object_id, request_id, digest, detail, at)
    values ($1, gen_random_uuid(), 'yardstick', 'matterSubmit', 'Case', $2, 'load', '', '{}', now())";

pub async fn submit(State(parts): Caller, body: Bytes) -> Answer {
    let body = read(&body)?;
    let input = &body["input"];
    let id_number = input["form"]["idNumber"].as_str().ok_or(StatusCode::BAD_REQUEST)?;
    let (mut keys, mut files) = (vec![], vec![]);
    for material in input["materials"].as_array().into_iter().flatten() {
        keys.push(material["key"].as_str().unwrap_or_default().to_string());
        files.push(id(&material["attachment"])?);
    }
    let (approval, case) = (id(&input["approval"])?, Uuid::from_u128(rand::random()));
    let number = format!("load-{}", case.simple());
    let mut tx = parts.pool.begin().await.map_err(failed)?;
    let found = sqlx::query(APPROVAL).bind(parts.tenant).bind(approval).bind(id_number).fetch_optional(&mut *tx).await;
    let found = found.map_err(failed)?.ok_or(StatusCode::CONFLICT)?;
    let (cadre, unit, user): (Uuid, Uuid, Uuid) = (found.get(0), found.get(1), found.get(2));
    let (division, matter): (&str, Uuid) = (found.get(3), found.get(4));
    let form: &Json = &input["form"];
    let new = sqlx::query(CASE).bind(parts.tenant).bind(case).bind(&number).bind(matter).bind(approval).bind(cadre);
    new.bind(unit).bind(user).bind(form).bind(division).execute(&mut *tx).await.map_err(failed)?;
    let materials = sqlx::query(MATERIALS).bind(parts.tenant).bind(case).bind(keys).bind(files);
    materials.execute(&mut *tx).await.map_err(failed)?;
    let items = sqlx::query(ITEMS).bind(parts.tenant).bind(case).bind(matter);
    items.execute(&mut *tx).await.map_err(failed)?;
    sqlx::query(LINKS).bind(parts.tenant).bind(case).execute(&mut *tx).await.map_err(failed)?;
    sqlx::query(STEPS).bind(parts.tenant).bind(case).bind(user).execute(&mut *tx).await.map_err(failed)?;
    for statement in [EVENTS, RECORD] {
        sqlx::query(statement).bind(parts.tenant).bind(case).execute(&mut *tx).await.map_err(failed)?;
    }
    tx.commit().await.map_err(failed)?;
    Ok(Text(format!(
        "{{\"data\":{{\"matterSubmit\":{{\"case\":{{\"id\":\"cas_{}\",\"number\":\"{number}\",\"state\":\"RUNNING\"}},\
         \"userErrors\":[]}}}}}}",
        case.simple()
    )))
}
