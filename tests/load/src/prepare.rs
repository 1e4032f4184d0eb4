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
}

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
    pool.close().await;
    Ok(Facts { token: token(bench, secret, tenant, root).await?, root, cadres, units, births })
}

async fn ids(pool: &PgPool, tenant: Uuid, sql: &'static str) -> Outcome<Vec<Uuid>> {
    Ok(sqlx::query(sql).bind(tenant).fetch_all(pool).await?.iter().map(|row| row.get(0)).collect())
}

async fn token(bench: &Bench, secret: &str, tenant: Uuid, root: Uuid) -> Outcome<String> {
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
    Ok(issued.access_token)
}
