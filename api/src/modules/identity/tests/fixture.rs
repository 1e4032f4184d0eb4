//! Two tenants, some people, and a clock that stands still.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use entities::{
    account, app_user, audit, unit,
    values::{RoleName, TenantLevel, UnitKind, UnitSequence, UserKind, UserState},
};
use sea_orm::{ColumnTrait, ConnectionTrait, Order, Set, sea_query::Expr};
use uuid::Uuid;

use crate::{
    kernel::{
        bus::Bus,
        calendar::WorkCalendar,
        clock::Clock,
        db::{Db, DbOptions},
        error::ApiError,
        platform::Platform,
        session::{Reason, RequestInfo, System},
        tx::SystemTx,
    },
    modules::{
        identity::{
            Identity, IdentityConfig, Issued, Login,
            config::{Argon2Config, ServerSecret},
            provision::{NewUser, assign, create_account, create_service_key, create_user},
        },
        tenancy::provision::create_tenant,
    },
};

pub const PASSWORD: &str = "Mei-hua 1949 kai";

/// `zhang` acts in both tenants, the first is the default; `li` in the first only.
pub struct World {
    pub clock: Clock,
    pub platform: Arc<Platform>,
    pub identity: Arc<Identity>,
    pub config: IdentityConfig,
    pub tenants: [Uuid; 2],
    pub zhang: [Uuid; 2],
    pub li: Uuid,
    pub key: String,
    pub privileged_key: String,
    options: DbOptions,
    _dir: tempfile::TempDir,
}

pub fn info() -> RequestInfo {
    RequestInfo { id: "test".into(), remote: Some("192.0.2.1".into()), ..RequestInfo::default() }
}

pub fn form(login: &str, password: &str) -> Login {
    Login { login: login.into(), password: password.into(), ..Login::default() }
}

impl World {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(adjust: impl FnOnce(&mut IdentityConfig)) -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let url = match std::env::var("ZUGONG_TEST_POSTGRES") {
            Ok(server) => fresh_database(&server).await,
            Err(_) => format!("sqlite://{}", dir.path().join("test.db").display()),
        };
        let options = DbOptions::of(url, 2);
        let (owner, file) = Db::open_owner(&options.url).await.expect("a database");
        migration::up(&owner, file.as_deref()).await.expect("migrations");
        owner.close().await.expect("closing");
        let clock = Clock::held_at(DateTime::from_timestamp(1_800_000_000, 0).expect("a time"));
        let platform = platform(&options, &clock).await;
        let mut config = IdentityConfig {
            secret: Some(ServerSecret::parse(&ServerSecret::generate().expect("secret")).expect("secret")),
            argon2: Argon2Config { memory_kib: 64, iterations: 1, lanes: 1 },
            failure_floor_millis: 0,
            ..IdentityConfig::default()
        };
        adjust(&mut config);
        let identity = Identity::start(platform.clone(), config.clone()).await.expect("identity");
        let people = people(&platform, &identity).await.expect("people");
        let (tenants, zhang, li, key, privileged_key) = people;
        Self { clock, platform, identity, config, tenants, zhang, li, key, privileged_key, options, _dir: dir }
    }

    /// Another replica on the same database.
    pub async fn replica(&self) -> Arc<Identity> {
        let platform = platform(&self.options, &self.clock).await;
        Identity::start(platform, self.config.clone()).await.expect("identity")
    }

    pub async fn login(&self, login: &str, password: &str) -> Result<Issued, ApiError> {
        self.identity.login(&form(login, password), &info()).await
    }

    /// Whether an access token or service key is accepted.
    pub async fn accepts(&self, bearer: &str) -> bool {
        self.identity.authenticate(bearer, info()).await.is_ok()
    }

    pub fn system(&self) -> System {
        self.platform.system(Reason::Provision)
    }

    pub async fn tx(&self, tenant: usize) -> SystemTx {
        self.system().begin(Some(self.tenants[tenant])).await.expect("a transaction")
    }

    pub fn pass(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The actions in a tenant's audit record, oldest first.
    pub async fn audited(&self, tenant: usize) -> Vec<String> {
        let tx = self.tx(tenant).await;
        let rows = tx.parts::<audit::Entity>().order_by(audit::Column::Id, Order::Asc).all().await.expect("audit");
        tx.rollback().await.expect("rollback");
        rows.into_iter().map(|row| row.action).collect()
    }

    pub async fn set_user_state(&self, tenant: usize, user: Uuid, state: UserState) {
        let tx = self.tx(tenant).await;
        let change = tx.change::<app_user::Entity>().id(user).set(app_user::Column::State, Expr::value(state));
        assert_eq!(change.run().await.expect("change"), 1);
        tx.rights_changed().await.expect("version");
        tx.commit().await.expect("commit");
    }

    pub async fn account(&self, login: &str) -> account::Model {
        let tx = self.tx(0).await;
        let rows = tx.global::<account::Entity>().filter(account::Column::Login.eq(login));
        let account = rows.required().await.expect("an account");
        tx.rollback().await.expect("rollback");
        account
    }
}

/// A database of its own on a PostgreSQL server, so that row-level security is tried as well.
async fn fresh_database(server: &str) -> String {
    let (owner, _) = Db::open_owner(&format!("{server}/postgres")).await.expect("a server");
    let name = format!("zugong_test_{:016x}", rand::random::<u64>());
    owner.execute_unprepared(&format!("create database {name}")).await.expect("a database");
    owner.close().await.expect("closing");
    format!("{server}/{name}")
}

async fn platform(options: &DbOptions, clock: &Clock) -> Arc<Platform> {
    let db = Db::open(options).await.expect("a database");
    Platform::new(db, clock.clone(), Bus::local(), WorkCalendar::default()).expect("policies")
}

type People = ([Uuid; 2], [Uuid; 2], Uuid, String, String);

async fn people(platform: &Arc<Platform>, identity: &Identity) -> Result<People, ApiError> {
    let system = platform.system(Reason::Provision);
    let one = create_tenant(&system, "East", "东区", TenantLevel::County, "330102", None).await?;
    let two = create_tenant(&system, "west", "西区", TenantLevel::County, "330105", None).await?;
    let (hashed_zhang, hashed_li) =
        (identity.passwords().hash(PASSWORD).await?, identity.passwords().hash(PASSWORD).await?);
    let tx = system.begin(Some(one)).await?;
    let top = unit(&tx).await?;
    let zhang_account = create_account(&tx, " Zhang ", Some(hashed_zhang)).await?;
    let li_account = create_account(&tx, "li", Some(hashed_li)).await?;
    create_account(&tx, "nobody-yet", None).await?;
    let human =
        |account, name| NewUser { account: Some(account), person: None, unit: top, name, kind: UserKind::Human };
    let zhang_one = create_user(&tx, human(zhang_account, "张三")).await?;
    let li = create_user(&tx, human(li_account, "李四")).await?;
    assign(&tx, zhang_one, RoleName::Super, top, platform.clock().today()).await?;
    let robot = NewUser { account: None, person: None, unit: top, name: "接口", kind: UserKind::Service };
    let robot = create_user(&tx, robot).await?;
    let until = tx.now() + TimeDelta::days(90);
    let key = create_service_key(&tx, robot, "导出", false, until).await?;
    let privileged_key = create_service_key(&tx, robot, "诊断", true, until).await?;
    tx.commit().await?;
    let tx = system.begin(Some(two)).await?;
    let top = unit(&tx).await?;
    let user = NewUser { account: Some(zhang_account), person: None, unit: top, name: "张三", kind: UserKind::Human };
    let zhang_two = create_user(&tx, user).await?;
    tx.commit().await?;
    Ok(([one, two], [zhang_one, zhang_two], li, key, privileged_key))
}

async fn unit(tx: &SystemTx) -> Result<Uuid, ApiError> {
    let row = unit::ActiveModel {
        tenant_id: Set(tx.tenant_id()),
        id: Set(tx.new_id()),
        code: Set("000".into()),
        name: Set("区委".into()),
        short_name: Set(None),
        sequence: Set(UnitSequence::Party),
        kind: Set(UnitKind::Organ),
        division_code: Set("330102".into()),
        parent_id: Set(None),
        path: Set("0001".into()),
        position: Set(0),
        valid_from: Set(tx.now().date_naive()),
        valid_until: Set(None),
        version: Set(1),
        created_at: Set(tx.now()),
        updated_at: Set(tx.now()),
    };
    Ok(tx.insert(row).await?.id)
}
