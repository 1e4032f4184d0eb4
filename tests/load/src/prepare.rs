//! Who asks, and about what: a token of a super administrator of the largest tenant, and ids of rows there.

use std::sync::Arc;

use chrono::TimeDelta;
use entities::values::{RoleName, UserKind};
use sqlx::{PgPool, Row, postgres::PgPoolOptions};
use uuid::Uuid;
use zugong::{
    kernel::{
        bus::Bus,
        calendar::WorkCalendar,
        clock::Clock,
        db::{Db, DbOptions},
        platform::Platform,
        session::Reason,
    },
    modules::identity::{
        Identity, IdentityConfig,
        config::ServerSecret,
        provision::{NewUser, assign, create_account, create_user},
    },
};

use crate::{Bench, Outcome};

/// What the requests are made of.
pub struct Facts {
    pub token: String,
    pub root: Uuid,
    /// Serving cadres, at random.
    pub cadres: Vec<Uuid>,
    /// Units with at least twenty of them.
    pub units: Vec<Uuid>,
    /// Months in which cadres were born.
    pub births: Vec<String>,
    /// Agencies with the most items that wait.
    pub agencies: Vec<Uuid>,
    /// Approvals of a retirement that nothing was submitted for, with the identity number of whom they are about.
    pub approvals: Vec<(Uuid, String)>,
    /// Files that whoever asks has uploaded.
    pub attachments: Vec<Uuid>,
}

/// The materials of a retirement.
pub const MATERIALS: [&str; 4] = ["application", "id-card", "archive-birth", "bank-card"];

const APPROVALS: &str = "with approved as (
        insert into approval (tenant_id, id, matter_key, cadre_id, unit_id, document_number, decided_on,
            effective_month, decided_by, rule_version, choice, state, version, created_at)
        select c.tenant_id, gen_random_uuid(), 'retirement', c.id, c.unit_id, 'load-' || gen_random_uuid(),
            current_date, to_char(current_date, 'YYYY-MM'), $2, 1, '{\"elastic\":\"STATUTORY\"}', 'ACTIVE', 1, now()
        from (select * from cadre where tenant_id = $1 and state = 'SERVING' and not under_investigation
            order by md5(id::text) limit 2000) c, generate_series(1, 30) returning id, cadre_id)
    select a.id, p.id_number from approved a join cadre c on c.tenant_id = $1 and c.id = a.cadre_id
    join person p on p.tenant_id = $1 and p.id = c.person_id order by random()";

const ATTACHMENTS: &str = "insert into attachment (tenant_id, id, name, media_type, size, owner_id, state, created_at)
    select $1, gen_random_uuid(), '材料.pdf', 'application/pdf', 1000, $2, 'STORED', now() from generate_series(1, 4)
    returning id";

/// Makes a user with a token and picks the rows.
pub async fn facts(bench: &Bench, secret: &str) -> Outcome<Facts> {
    let pool = PgPoolOptions::new().max_connections(1).connect(&bench.superuser).await?;
    let row = sqlx::query("select tenant_id from cadre group by tenant_id order by count(*) desc limit 1");
    let tenant: Uuid = row.fetch_one(&pool).await?.get(0);
    let ids = |sql: &'static str| ids(&pool, tenant, sql);
    let root = ids("select id from unit where tenant_id = $1 and parent_id is null").await?;
    let root = *root.first().ok_or("the tenant has no root unit")?;
    let cadres =
        ids("select id from cadre where tenant_id = $1 and state = 'SERVING' order by md5(id::text) limit 2000")
            .await?;
    let units = ids("select unit_id from cadre where tenant_id = $1 and state = 'SERVING' group by unit_id \
                     having count(*) >= 20 order by md5(unit_id::text) limit 200")
    .await?;
    // A run before this one has changed some; commands begin with the first version.
    let again = sqlx::query("update cadre set version = 1 where tenant_id = $1 and version <> 1");
    again.bind(tenant).execute(&pool).await?;
    let births = sqlx::query("select distinct archive_birth from cadre where tenant_id = $1 order by 1 limit 300");
    let births = births.bind(tenant).fetch_all(&pool).await?.iter().map(|row| row.get(0)).collect();
    // What is seeded was finished long ago; some of it waits again, so that inboxes have something in them.
    let waiting = "update case_item set state = 'PENDING', finished_on = null, worked_days = null, result = null
        where tenant_id = $1 and state = 'DONE' and md5(id::text) < '2'";
    sqlx::query(waiting).bind(tenant).execute(&pool).await?;
    sqlx::query("analyze case_item").execute(&pool).await?;
    let agencies =
        ids("select handling_unit_id from case_item where tenant_id = $1 and state in ('PENDING', 'ACCEPTED') \
                        group by handling_unit_id order by count(*) desc limit 7")
        .await?;
    let Asker { token, user, .. } = asker(bench, secret, tenant, root).await?;
    let approvals = sqlx::query(APPROVALS).bind(tenant).bind(user).fetch_all(&pool).await?;
    let approvals = approvals.iter().map(|row| (row.get(0), row.get(1))).collect();
    let attachments = sqlx::query(ATTACHMENTS).bind(tenant).bind(user).fetch_all(&pool).await?;
    let attachments = attachments.iter().map(|row| row.get(0)).collect();
    sqlx::query("analyze approval").execute(&pool).await?;
    pool.close().await;
    Ok(Facts { token, root, cadres, units, births, agencies, approvals, attachments })
}

/// Super administrators of the two largest tenants.
pub async fn neighbours(bench: &Bench, secret: &str) -> Outcome<[Asker; 2]> {
    let pool = PgPoolOptions::new().max_connections(1).connect(&bench.superuser).await?;
    let rows = sqlx::query(
        "select u.tenant_id, u.id from unit u join (select tenant_id, count(*) n from cadre group by 1) c using (tenant_id)
         where u.parent_id is null order by c.n desc limit 2",
    );
    let rows: Vec<(Uuid, Uuid)> = rows.fetch_all(&pool).await?.iter().map(|row| (row.get(0), row.get(1))).collect();
    pool.close().await;
    let &[first, second] = rows.as_slice() else { return Err("two tenants are wanted".into()) };
    Ok([asker(bench, secret, first.0, first.1).await?, asker(bench, secret, second.0, second.1).await?])
}

/// Who asks.
pub struct Asker {
    pub token: String,
    pub user: Uuid,
    pub tenant: Uuid,
}

/// What a submission of a tenant is about: a serving cadre, and files that whoever asks has uploaded.
pub async fn subject(bench: &Bench, asker: &Asker) -> Outcome<(Uuid, Vec<Uuid>)> {
    let pool = PgPoolOptions::new().max_connections(1).connect(&bench.superuser).await?;
    let cadres = "select id from cadre where tenant_id = $1 and state = 'SERVING' and not under_investigation limit 1";
    let cadre = ids(&pool, asker.tenant, cadres).await?.first().copied().ok_or("the tenant has no serving cadre")?;
    let rows = sqlx::query(ATTACHMENTS).bind(asker.tenant).bind(asker.user).fetch_all(&pool).await?;
    pool.close().await;
    Ok((cadre, rows.iter().map(|row| row.get(0)).collect()))
}

async fn ids(pool: &PgPool, tenant: Uuid, sql: &'static str) -> Outcome<Vec<Uuid>> {
    Ok(sqlx::query(sql).bind(tenant).fetch_all(pool).await?.iter().map(|row| row.get(0)).collect())
}

async fn asker(bench: &Bench, secret: &str, tenant: Uuid, root: Uuid) -> Outcome<Asker> {
    let options = DbOptions::of(&bench.database, 1);
    let platform: Arc<Platform> =
        Platform::new(Db::open(&options).await?, Clock::system(), Bus::local(), WorkCalendar::national().clone())?;
    let config = IdentityConfig { secret: Some(ServerSecret::parse(secret)?), ..IdentityConfig::default() };
    let identity = Identity::start(platform.clone(), config).await?;
    let words = |error: zugong::kernel::error::ApiError| format!("{}: {error:?}", error.code.as_str());
    let system = platform.system(Reason::Provision);
    let tx = system.begin(Some(tenant)).await.map_err(words)?;
    let name = format!("load-{}", tx.new_id().simple());
    let account = create_account(&tx, &name, None).await.map_err(words)?;
    let user = NewUser { account: Some(account), person: None, unit: root, name: &name, kind: UserKind::Human };
    let user = create_user(&tx, user).await.map_err(words)?;
    assign(&tx, user, RoleName::Super, root, platform.clock().today()).await.map_err(words)?;
    tx.commit().await.map_err(words)?;
    let issued = identity.issue_for(&system, tenant, user, TimeDelta::hours(6)).await.map_err(words)?;
    platform.close().await;
    Ok(Asker { token: issued.access_token, user, tenant })
}
