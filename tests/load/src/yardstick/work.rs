//! Boards and lamps by hand: one statement each, whose JSON PostgreSQL makes.

use axum::{body::Bytes, extract::State};
use sqlx::Row;

use super::{Answer, Caller, data, failed, read, text};

const BOARD: &str = "with counted as (
        select unit_id, count(*) planned, count(finished_on) done, count(*) filter (where lamp = 'WHITE') white,
            count(*) filter (where lamp = 'BLUE') blue, count(*) filter (where lamp = 'GREEN') green,
            count(*) filter (where lamp = 'YELLOW') yellow, count(*) filter (where lamp = 'RED') red
        from (select unit_id, finished_on, case when done_lamp is not null then done_lamp
                when red_from <= today then 'RED' when has_error then 'YELLOW' when blue_until >= today then 'BLUE'
                when started_on is not null then 'GREEN' else 'WHITE' end lamp
            from task, (select (now() at time zone 'Asia/Shanghai')::date today) n
            where tenant_id = $1 and plan_end between date_trunc('month', $2::text::date)::date
                and (date_trunc('month', $2::text::date) + interval '1 month - 1 day')::date
                and state not in ('DRAFT', 'WITHDRAWN')) lit group by unit_id),
    placed as (select u.id, u.name, c.*, row_number() over (order by c.done::numeric / c.planned desc,
            c.red::numeric / c.planned, c.yellow::numeric / c.planned, c.blue::numeric / c.planned desc, u.code) place
        from counted c join unit u on u.tenant_id = $1 and u.id = c.unit_id)
    select json_build_object('taskBoard', json_build_object('totalRows', count(*), 'planned', coalesce(sum(planned), 0),
        'done', coalesce(sum(done), 0), 'rows', coalesce(json_agg(json_build_object('rank', place,
            'id', 'uni_' || replace(id::text, '-', ''), 'name', name, 'planned', planned, 'done', done,
            'lamps', json_build_object('total', planned, 'white', white, 'blue', blue, 'green', green, 'yellow', yellow,
                'red', red)) order by place) filter (where place <= 20), '[]'::json)))::text from placed";

const LAMPS: &str = "select json_build_object('taskAggregate', json_build_object('groups', coalesce(json_agg(
        json_build_object('key', json_build_object('lamp', lamp), 'count', n) order by lamp), '[]'::json)))::text
    from (select lamp, count(*) n from (select case when done_lamp is not null then done_lamp
            when red_from <= today then 'RED' when has_error then 'YELLOW' when blue_until >= today then 'BLUE'
            when started_on is not null then 'GREEN' else 'WHITE' end lamp
        from task, (select (now() at time zone 'Asia/Shanghai')::date today) n where tenant_id = $1) lit
    group by lamp) counted";

pub async fn board(State(parts): Caller, body: Bytes) -> Answer {
    let day = text(&read(&body)?["day"])?;
    let row = sqlx::query(BOARD).bind(parts.tenant).bind(day).fetch_one(&parts.pool).await.map_err(failed)?;
    Ok(data(row.get(0)))
}

pub async fn lamps(State(parts): Caller) -> Answer {
    let row = sqlx::query(LAMPS).bind(parts.tenant).fetch_one(&parts.pool).await.map_err(failed)?;
    Ok(data(row.get(0)))
}
