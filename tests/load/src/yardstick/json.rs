//! PostgreSQL makes the JSON.

use axum::{body::Bytes, extract::State};
use sqlx::Row;

use super::{Answer, Caller, data, failed, id, read, text};

const POINT: &str = "select json_build_object('cadre', (select json_build_object(
    'id', 'cad_' || replace(c.id::text, '-', ''), 'state', c.state, 'rank', c.rank, 'archiveBirth', c.archive_birth,
    'person', json_build_object('id', 'per_' || replace(p.id::text, '-', ''), 'name', p.name, 'sex', p.sex, 'birth', p.birth),
    'unit', json_build_object('id', 'uni_' || replace(u.id::text, '-', ''), 'name', u.name, 'code', u.code))
    from cadre c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
    join unit u on u.tenant_id = c.tenant_id and u.id = c.unit_id
    where c.tenant_id = $1 and c.id = $2))::text";

const LIST: &str = "select json_build_object('cadres', json_build_object('nodes', coalesce((select json_agg(x.j) from (
    select json_build_object('id', 'cad_' || replace(c.id::text, '-', ''), 'state', c.state, 'archiveBirth', c.archive_birth,
    'person', json_build_object('name', p.name),
    'unit', json_build_object('id', 'uni_' || replace(u.id::text, '-', ''), 'name', u.name),
    'appointments', json_build_object('nodes', coalesce((select json_agg(y.j) from (
        select json_build_object('id', 'apt_' || replace(a.id::text, '-', ''), 'title', a.title, 'level', a.level,
        'startedOn', a.started_on::text) j from appointment a where a.tenant_id = $1 and a.cadre_id = c.id
        order by a.started_on desc, a.id desc limit 3) y), '[]'::json))) j
    from cadre c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
    join unit u on u.tenant_id = c.tenant_id and u.id = c.unit_id
    where c.tenant_id = $1 and c.archive_birth >= $2 order by c.archive_birth, c.id limit 20) x), '[]'::json)))::text";

const FILTERED: &str = "select json_build_object('cadres', json_build_object(
    'totalCount', (select count(*) from cadre c where c.tenant_id = $1 and c.state = 'SERVING' and c.unit_id = $2),
    'nodes', coalesce((select json_agg(x.j) from (
    select json_build_object('id', 'cad_' || replace(c.id::text, '-', ''), 'rank', c.rank, 'archiveBirth', c.archive_birth,
    'person', json_build_object('name', p.name)) j
    from cadre c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
    where c.tenant_id = $1 and c.state = 'SERVING' and c.unit_id = $2
    order by c.archive_birth, c.id limit 20) x), '[]'::json)))::text";

const TREE: &str = "select json_build_object('unit', (select json_build_object('name', u.name, 'children',
    json_build_object('nodes', coalesce((select json_agg(x.j) from (select json_build_object('name', v.name, 'children',
    json_build_object('nodes', coalesce((select json_agg(y.j) from (select json_build_object('name', w.name, 'cadres',
    json_build_object('nodes', coalesce((select json_agg(z.j) from (select json_build_object(
        'id', 'cad_' || replace(c.id::text, '-', ''), 'person', json_build_object('name', p.name)) j
        from cadre c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
        where c.tenant_id = $1 and c.unit_id = w.id order by c.id limit 3) z), '[]'::json))) j
    from unit w where w.tenant_id = $1 and w.parent_id = v.id order by w.path, w.id limit 5) y), '[]'::json))) j
    from unit v where v.tenant_id = $1 and v.parent_id = u.id order by v.path, v.id limit 5) x), '[]'::json)))
    from unit u where u.tenant_id = $1 and u.id = $2))::text";

pub async fn point(State(parts): Caller, body: Bytes) -> Answer {
    let id = id(&read(&body)?["id"])?;
    let row = sqlx::query(POINT).bind(parts.tenant).bind(id).fetch_one(&parts.pool).await.map_err(failed)?;
    Ok(data(row.get(0)))
}

pub async fn list(State(parts): Caller, body: Bytes) -> Answer {
    let from = text(&read(&body)?["from"])?;
    let row = sqlx::query(LIST).bind(parts.tenant).bind(from).fetch_one(&parts.pool).await.map_err(failed)?;
    Ok(data(row.get(0)))
}

pub async fn filtered(State(parts): Caller, body: Bytes) -> Answer {
    let unit = id(&read(&body)?["unit"])?;
    let row = sqlx::query(FILTERED).bind(parts.tenant).bind(unit).fetch_one(&parts.pool).await.map_err(failed)?;
    Ok(data(row.get(0)))
}

pub async fn tree(State(parts): Caller, body: Bytes) -> Answer {
    let unit = id(&read(&body)?["unit"])?;
    let row = sqlx::query(TREE).bind(parts.tenant).bind(unit).fetch_one(&parts.pool).await.map_err(failed)?;
    Ok(data(row.get(0)))
}
