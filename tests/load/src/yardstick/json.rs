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

const UNIT_GROUPS: &str =
    "select json_build_object('cadreAggregate', json_build_object('groups', coalesce((select json_agg(
    json_build_object('key', json_build_object('state', g.state), 'count', g.n,
        'sum', json_build_object('contributionMonths', g.months::text)))
    from (select state, count(*) n, sum(contribution_months) months from cadre where tenant_id = $1 and unit_id = $2
        group by state order by state) g), '[]'::json)))::text";

const TENANT_GROUPS: &str =
    "select json_build_object('cadreAggregate', json_build_object('groups', coalesce((select json_agg(
    json_build_object('key', json_build_object('state', g.state), 'count', g.n,
        'sum', json_build_object('contributionMonths', g.months::text)))
    from (select state, count(*) n, sum(contribution_months) months from cadre where tenant_id = $1
        group by state order by state) g), '[]'::json)))::text";

pub async fn unit_groups(State(parts): Caller, body: Bytes) -> Answer {
    let unit = id(&read(&body)?["unit"])?;
    let row = sqlx::query(UNIT_GROUPS).bind(parts.tenant).bind(unit).fetch_one(&parts.pool).await.map_err(failed)?;
    Ok(data(row.get(0)))
}

pub async fn tenant_groups(State(parts): Caller) -> Answer {
    let row = sqlx::query(TENANT_GROUPS).bind(parts.tenant).fetch_one(&parts.pool).await.map_err(failed)?;
    Ok(data(row.get(0)))
}

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

const INBOX: &str =
    "select json_build_object('caseItems', json_build_object('nodes', coalesce((select json_agg(x.j) from (
    select json_build_object('id', 'itm_' || replace(i.id::text, '-', ''), 'title', i.title, 'state', i.state,
        'dueOn', i.due_on::text, 'case', json_build_object('number', c.number)) j
    from case_item i join matter_case c on c.tenant_id = i.tenant_id and c.id = i.case_id
    where i.tenant_id = $1 and i.handling_unit_id = $2 and i.state in ('PENDING', 'ACCEPTED')
    order by i.due_on, i.id limit 20) x), '[]'::json)))::text";

pub async fn inbox(State(parts): Caller, body: Bytes) -> Answer {
    let body = read(&body)?;
    let row = sqlx::query(INBOX).bind(parts.tenant).bind(id(&body["unit"])?).fetch_one(&parts.pool).await;
    Ok(data(row.map_err(failed)?.get(0)))
}
