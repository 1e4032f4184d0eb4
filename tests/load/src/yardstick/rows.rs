//! Rust makes the JSON, from binary rows of one statement.

use axum::{body::Bytes, extract::State, http::StatusCode};
use chrono::NaiveDate;
use serde::Serialize;
use sqlx::{Row, postgres::PgRow};
use uuid::Uuid;

use super::{Answer, Caller, Text, failed, id, read, text};

const POINT: &str = "select c.id, c.state, c.rank, c.archive_birth, p.id, p.name, p.sex, p.birth, u.id, u.name, u.code
    from cadre c join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
    join unit u on u.tenant_id = c.tenant_id and u.id = c.unit_id where c.tenant_id = $1 and c.id = $2";

const LIST: &str = "select c.id, c.state, c.archive_birth, p.name, u.id, u.name, a.id, a.title, a.level, a.started_on
    from (select * from cadre where tenant_id = $1 and archive_birth >= $2 order by archive_birth, id limit 20) c
    join person p on p.tenant_id = c.tenant_id and p.id = c.person_id
    join unit u on u.tenant_id = c.tenant_id and u.id = c.unit_id
    left join lateral (select * from appointment a where a.tenant_id = $1 and a.cadre_id = c.id
        order by a.started_on desc, a.id desc limit 3) a on true
    order by c.archive_birth, c.id, a.started_on desc, a.id desc";

const FILTERED: &str = "select c.id, c.rank, c.archive_birth, p.name, t.n
    from (select count(*) n from cadre where tenant_id = $1 and state = 'SERVING' and unit_id = $2) t
    left join lateral (select * from cadre where tenant_id = $1 and state = 'SERVING' and unit_id = $2
        order by archive_birth, id limit 20) c on true
    left join person p on p.tenant_id = $1 and p.id = c.person_id order by c.archive_birth, c.id";

const TREE: &str = "select u.name, v.id, v.name, w.id, w.name, c.id, p.name
    from unit u
    left join lateral (select * from unit v where v.tenant_id = $1 and v.parent_id = u.id order by v.path, v.id limit 5) v on true
    left join lateral (select * from unit w where w.tenant_id = $1 and w.parent_id = v.id order by w.path, w.id limit 5) w on true
    left join lateral (select * from cadre c where c.tenant_id = $1 and c.unit_id = w.id order by c.id limit 3) c on true
    left join person p on p.tenant_id = $1 and p.id = c.person_id
    where u.tenant_id = $1 and u.id = $2 order by v.path, v.id, w.path, w.id, c.id";

const UNIT_GROUPS: &str = "select state, count(*), sum(contribution_months) from cadre
    where tenant_id = $1 and unit_id = $2 group by state order by state";

const TENANT_GROUPS: &str = "select state, count(*), sum(contribution_months) from cadre
    where tenant_id = $1 group by state order by state";

#[derive(Serialize)]
struct Nodes<T> {
    nodes: Vec<T>,
}

#[derive(Serialize)]
struct Name {
    name: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    id: String,
    name: String,
    sex: String,
    birth: String,
}

#[derive(Serialize)]
struct Unit {
    id: String,
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Appointment {
    id: String,
    title: String,
    level: String,
    started_on: NaiveDate,
}

fn published(prefix: &str, id: Uuid) -> String {
    format!("{prefix}_{}", id.simple())
}

fn data<T: Serialize>(name: &'static str, value: T) -> Answer {
    let body = serde_json::json!({ "data": { name: value } });
    serde_json::to_string(&body).map(Text).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

pub async fn point(State(parts): Caller, body: Bytes) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Cadre {
        id: String,
        state: String,
        rank: Option<String>,
        archive_birth: String,
        person: Person,
        unit: Unit,
    }
    let id = id(&read(&body)?["id"])?;
    let row = sqlx::query(POINT).bind(parts.tenant).bind(id).fetch_one(&parts.pool).await.map_err(failed)?;
    let person = Person { id: published("per", row.get(4)), name: row.get(5), sex: row.get(6), birth: row.get(7) };
    let unit = Unit { id: published("uni", row.get(8)), name: row.get(9), code: Some(row.get(10)) };
    let (state, rank, archive_birth) = (row.get(1), row.get(2), row.get(3));
    data("cadre", Cadre { id: published("cad", row.get(0)), state, rank, archive_birth, person, unit })
}

pub async fn list(State(parts): Caller, body: Bytes) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Cadre {
        id: String,
        state: String,
        archive_birth: String,
        person: Name,
        unit: Unit,
        appointments: Nodes<Appointment>,
    }
    let from = text(&read(&body)?["from"])?;
    let rows = sqlx::query(LIST).bind(parts.tenant).bind(from).fetch_all(&parts.pool).await.map_err(failed)?;
    let mut nodes: Vec<Cadre> = vec![];
    for row in &rows {
        let id = published("cad", row.get(0));
        if nodes.last().is_none_or(|last| last.id != id) {
            nodes.push(Cadre {
                id,
                state: row.get(1),
                archive_birth: row.get(2),
                person: Name { name: row.get(3) },
                unit: Unit { id: published("uni", row.get(4)), name: row.get(5), code: None },
                appointments: Nodes { nodes: vec![] },
            });
        }
        if let (Some(cadre), Some(id)) = (nodes.last_mut(), row.get::<Option<Uuid>, _>(6)) {
            let (id, title, level, started_on) = (published("apt", id), row.get(7), row.get(8), row.get(9));
            cadre.appointments.nodes.push(Appointment { id, title, level, started_on });
        }
    }
    data("cadres", Nodes { nodes })
}

fn groups(rows: &[PgRow]) -> Answer {
    #[derive(Serialize)]
    struct Key {
        state: String,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Sum {
        contribution_months: String,
    }
    #[derive(Serialize)]
    struct Group {
        key: Key,
        count: i64,
        sum: Sum,
    }
    #[derive(Serialize)]
    struct Groups {
        groups: Vec<Group>,
    }
    let group = |row: &PgRow| Group {
        key: Key { state: row.get(0) },
        count: row.get(1),
        sum: Sum { contribution_months: row.get::<i64, _>(2).to_string() },
    };
    data("cadreAggregate", Groups { groups: rows.iter().map(group).collect() })
}

pub async fn unit_groups(State(parts): Caller, body: Bytes) -> Answer {
    let unit = id(&read(&body)?["unit"])?;
    let query = sqlx::query(UNIT_GROUPS).bind(parts.tenant).bind(unit);
    groups(&query.fetch_all(&parts.pool).await.map_err(failed)?)
}

pub async fn tenant_groups(State(parts): Caller) -> Answer {
    groups(&sqlx::query(TENANT_GROUPS).bind(parts.tenant).fetch_all(&parts.pool).await.map_err(failed)?)
}

pub async fn filtered(State(parts): Caller, body: Bytes) -> Answer {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Cadre {
        id: String,
        rank: Option<String>,
        archive_birth: String,
        person: Name,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Page {
        total_count: i64,
        nodes: Vec<Cadre>,
    }
    let unit = id(&read(&body)?["unit"])?;
    let rows = sqlx::query(FILTERED).bind(parts.tenant).bind(unit).fetch_all(&parts.pool).await.map_err(failed)?;
    let node = |row: &PgRow| {
        let id = published("cad", row.get::<Option<Uuid>, _>(0)?);
        let (rank, archive_birth, person) = (row.get(1), row.get(2), Name { name: row.get(3) });
        Some(Cadre { id, rank, archive_birth, person })
    };
    let total_count = rows.first().map_or(0, |row| row.get(4));
    data("cadres", Page { total_count, nodes: rows.iter().filter_map(node).collect() })
}

pub async fn tree(State(parts): Caller, body: Bytes) -> Answer {
    #[derive(Serialize)]
    struct Cadre {
        id: String,
        person: Name,
    }
    #[derive(Serialize)]
    struct Leaf {
        name: String,
        cadres: Nodes<Cadre>,
    }
    #[derive(Serialize)]
    struct Branch {
        name: String,
        children: Nodes<Leaf>,
    }
    let unit = id(&read(&body)?["unit"])?;
    let rows = sqlx::query(TREE).bind(parts.tenant).bind(unit).fetch_all(&parts.pool).await.map_err(failed)?;
    let mut branches: Vec<(Uuid, Branch)> = vec![];
    let mut last_leaf = None;
    for row in &rows {
        let Some(branch) = row.get::<Option<Uuid>, _>(1) else { continue };
        if branches.last().is_none_or(|(last, _)| *last != branch) {
            branches.push((branch, Branch { name: row.get(2), children: Nodes { nodes: vec![] } }));
        }
        let (Some((_, branch)), Some(leaf)) = (branches.last_mut(), row.get::<Option<Uuid>, _>(3)) else { continue };
        if last_leaf != Some(leaf) {
            last_leaf = Some(leaf);
            branch.children.nodes.push(Leaf { name: row.get(4), cadres: Nodes { nodes: vec![] } });
        }
        if let (Some(leaf), Some(id)) = (branch.children.nodes.last_mut(), row.get::<Option<Uuid>, _>(5)) {
            leaf.cadres.nodes.push(Cadre { id: published("cad", id), person: Name { name: row.get(6) } });
        }
    }
    let name: String = rows.first().map_or(String::new(), |row| row.get(0));
    let children = Nodes { nodes: branches.into_iter().map(|(_, branch)| branch).collect() };
    data("unit", Trunk { name, children })
}

#[derive(Serialize)]
struct Trunk<T> {
    name: String,
    children: Nodes<T>,
}

const INBOX: &str = "select i.id, i.title, i.state, i.due_on, c.number
    from (select * from case_item where tenant_id = $1 and handling_unit_id = $2 and state in ('PENDING', 'ACCEPTED')
        order by due_on, id limit 20) i
    join matter_case c on c.tenant_id = $1 and c.id = i.case_id order by i.due_on, i.id";

pub async fn inbox(State(parts): Caller, body: Bytes) -> Answer {
    #[derive(Serialize)]
    struct Case {
        number: String,
    }
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Item {
        id: String,
        title: String,
        state: String,
        due_on: Option<NaiveDate>,
        case: Case,
    }
    let unit = id(&read(&body)?["unit"])?;
    let rows = sqlx::query(INBOX).bind(parts.tenant).bind(unit).fetch_all(&parts.pool).await.map_err(failed)?;
    let item = |row: &PgRow| {
        let (title, state, due_on) = (row.get(1), row.get(2), row.get(3));
        Item { id: published("itm", row.get(0)), title, state, due_on, case: Case { number: row.get(4) } }
    };
    data("caseItems", Nodes { nodes: rows.iter().map(item).collect() })
}
