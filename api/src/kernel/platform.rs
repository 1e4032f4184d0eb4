//! What all requests share: database, clock, hints, compiled rights.

use std::{
    collections::HashMap,
    sync::{Arc, OnceLock, PoisonError, RwLock},
    time::Duration,
};

use entities::{authz_version, tenant, values::TenantState};
use policies::Compiled;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::kernel::{
    authority::Authority,
    bus::{Bus, Hint},
    calendar::WorkCalendar,
    clock::Clock,
    db::Db,
    error::{ApiError, Code},
    extension::{self, PluginSet},
    quarantine::Quarantine,
    readiness::Agreement,
    replicas::Replica,
    session::{Reason, RequestInfo, Session, System},
    shelf::Shelf,
    transaction::Purpose,
    trust::PluginTrust,
};

/// Tenants' facts that requests need, loaded with the rights and renewed with them.
#[derive(Clone, Debug)]
pub struct TenantFacts {
    /// The tenant.
    pub id: Uuid,
    /// Short code.
    pub code: String,
    /// Chinese name.
    pub name: String,
    /// Level in the tree of divisions.
    pub level: entities::values::TenantLevel,
    /// GB/T 2260 code.
    pub division_code: String,
    /// The plug-ins that are at work in it.
    pub plugins: Arc<PluginSet>,
    active: bool,
    version: i64,
}

struct Loaded {
    version: i64,
    facts: Arc<TenantFacts>,
    users: HashMap<Uuid, Arc<Authority>>,
}

/// Users kept per tenant before the cache is emptied; a user is a few hundred bytes.
const USERS_KEPT: usize = 20_000;

/// The shared parts of a running server.
pub struct Platform {
    db: Db,
    clock: Clock,
    bus: Bus,
    replica: Replica,
    calendar: Arc<WorkCalendar>,
    compiled: Arc<Compiled>,
    trust: OnceLock<PluginTrust>,
    quarantine: Quarantine,
    agreement: Agreement,
    tenants: RwLock<HashMap<Uuid, Loaded>>,
    /// The newest version of each tenant's rights that this process has heard of.
    versions: RwLock<HashMap<Uuid, i64>>,
    shelf: Shelf,
}

impl Platform {
    /// Puts the parts together. Fails if the policy contract does not compile.
    pub fn new(db: Db, clock: Clock, bus: Bus, calendar: WorkCalendar) -> Result<Arc<Self>, policies::PolicyError> {
        Ok(Arc::new(Self {
            db,
            clock,
            bus,
            replica: Replica::new(),
            calendar: Arc::new(calendar),
            compiled: Arc::new(policies::compile()?),
            trust: OnceLock::new(),
            quarantine: Quarantine::default(),
            agreement: Agreement::default(),
            tenants: RwLock::default(),
            versions: RwLock::default(),
            shelf: Shelf::default(),
        }))
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// When the clock was last found right.
    pub(in crate::kernel) fn agreement(&self) -> &Agreement {
        &self.agreement
    }

    /// The hints' bus.
    pub fn bus(&self) -> &Bus {
        &self.bus
    }

    /// This process among those that serve.
    pub fn replica(&self) -> &Replica {
        &self.replica
    }

    /// The working-day calendar.
    pub fn calendar(&self) -> &WorkCalendar {
        &self.calendar
    }

    /// What modules keep for this server.
    pub fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// The compiled contract of rights.
    pub fn compiled(&self) -> &Arc<Compiled> {
        &self.compiled
    }

    /// Says whose plug-ins are taken; before it is said, everybody's. What was said first stands.
    pub fn trusting(&self, trust: PluginTrust) {
        // Whoever could change it while requests are served could also ask for nothing.
        let _ = self.trust.set(trust);
    }

    /// Whose plug-ins are taken.
    pub fn trust(&self) -> &PluginTrust {
        static EVERYBODY: PluginTrust = PluginTrust::EVERYBODY;
        self.trust.get().unwrap_or(&EVERYBODY)
    }

    /// Which database serves.
    pub fn backend(&self) -> sea_orm::DbBackend {
        self.db.backend()
    }

    pub(in crate::kernel) fn db(&self) -> &Db {
        &self.db
    }

    pub(in crate::kernel) fn quarantine(&self) -> &Quarantine {
        &self.quarantine
    }

    /// Work of the platform itself, with the reason for the log.
    pub fn system(self: &Arc<Self>, reason: Reason) -> System {
        System::new(self.clone(), reason)
    }

    /// Connections to the database, and how many of them have nothing to do.
    pub fn connections(&self) -> (u32, u32) {
        self.db.connections()
    }

    /// A session for a user whose token has been checked. `session` is the log-in the token belongs to.
    pub async fn session(
        self: &Arc<Self>,
        tenant: Uuid,
        user: Uuid,
        session: Option<Uuid>,
        request: RequestInfo,
    ) -> Result<Session, ApiError> {
        let (facts, mut authority) = self.authority(tenant, user, false).await?;
        if session.is_some_and(|s| !authority.sessions.contains_key(&s)) {
            // A log-in newer than what is cached, or one that has ended: only the database knows.
            authority = self.authority(tenant, user, true).await?.1;
        }
        if !authority.active || session.is_some_and(|s| !authority.sessions.contains_key(&s)) {
            return Err(ApiError::of(Code::Unauthenticated));
        }
        if !facts.active {
            return Err(ApiError::of(Code::TenantSuspended));
        }
        Ok(Session::for_user(self.clone(), facts, authority, session, request))
    }

    /// The plug-ins that are at work in a tenant.
    pub async fn plugins_of(&self, tenant: Uuid) -> Result<PluginSet, ApiError> {
        let txn = self.db.begin(Purpose { tenant: Some(tenant), reads: true, ..Purpose::default() }).await?;
        let set = extension::load(&txn, tenant).await?;
        txn.rollback().await?;
        Ok(set)
    }

    /// The standing of any user of a tenant, to be explained and never to act with; none if there is no such user.
    pub(crate) async fn authority_of(&self, tenant: Uuid, user: Uuid) -> Result<Option<Arc<Authority>>, ApiError> {
        match self.authority(tenant, user, false).await {
            Ok((_, authority)) => Ok(Some(authority)),
            Err(ApiError { code: Code::Unauthenticated, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Whether the tenant's rights and plug-ins are still those that were loaded. The database is asked: a hint may be late.
    pub(crate) async fn is_current(&self, facts: &TenantFacts) -> Result<bool, ApiError> {
        let row = authz_version::Entity::find_by_id(facts.id).one(self.db.reader()).await?;
        let version = row.ok_or_else(|| ApiError::of(Code::Unauthenticated))?.version;
        self.heard(facts.id, version);
        Ok(version == facts.version)
    }

    async fn authority(
        &self,
        tenant: Uuid,
        user: Uuid,
        fresh: bool,
    ) -> Result<(Arc<TenantFacts>, Arc<Authority>), ApiError> {
        let wanted = self.versions.read().unwrap_or_else(PoisonError::into_inner).get(&tenant).copied();
        if !fresh
            && let Some(wanted) = wanted
            && let Some(loaded) = self.tenants.read().unwrap_or_else(PoisonError::into_inner).get(&tenant)
            && loaded.version >= wanted
            && let Some(authority) = loaded.users.get(&user)
        {
            return Ok((loaded.facts.clone(), authority.clone()));
        }
        let txn = self.db.begin(Purpose { tenant: Some(tenant), reads: true, ..Purpose::default() }).await?;
        // The version is read first: a change that comes between makes this load stale, never fresh.
        let version = authz_version::Entity::find_by_id(tenant).one(&txn).await?;
        let facts = tenant::Entity::find_by_id(tenant).one(&txn).await?;
        let (Some(version), Some(facts)) = (version, facts) else {
            return Err(ApiError::of(Code::Unauthenticated));
        };
        let plugins = extension::load(&txn, tenant).await?;
        let authority = Authority::load(&txn, self.compiled.clone(), tenant, user, self.clock.now()).await?;
        txn.rollback().await?;
        let authority = Arc::new(authority.ok_or(ApiError::of(Code::Unauthenticated))?);
        let facts = Arc::new(TenantFacts {
            id: facts.id,
            code: facts.code,
            name: facts.name,
            level: facts.level,
            division_code: facts.division_code,
            plugins: Arc::new(plugins),
            active: facts.state == TenantState::Active,
            version: version.version,
        });
        self.heard(tenant, version.version);
        let mut tenants = self.tenants.write().unwrap_or_else(PoisonError::into_inner);
        let loaded = tenants.entry(tenant).or_insert_with(|| Loaded {
            version: version.version,
            facts: facts.clone(),
            users: HashMap::new(),
        });
        if loaded.version < version.version || loaded.users.len() >= USERS_KEPT {
            *loaded = Loaded { version: version.version, facts: facts.clone(), users: HashMap::new() };
        }
        if loaded.version == version.version {
            loaded.users.insert(user, authority.clone());
        }
        Ok((facts, authority))
    }

    /// Takes note that a tenant's rights have reached a version.
    pub fn heard(&self, tenant: Uuid, version: i64) {
        let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
        let known = versions.entry(tenant).or_insert(version);
        *known = version.max(*known);
    }

    /// The newest version of a tenant's rights that this process has heard of; none is as good as stale.
    pub fn rights_version(&self, tenant: Uuid) -> Option<i64> {
        self.versions.read().unwrap_or_else(PoisonError::into_inner).get(&tenant).copied()
    }

    /// Keeps the versions of rights current: by hints at once, by polling as the floor.
    pub fn watch_rights(self: &Arc<Self>, every: Duration) {
        let platform = self.clone();
        crate::kernel::task::spawn("rights", async move {
            let mut hints = platform.bus.listen();
            let mut tick = tokio::time::interval(every);
            loop {
                tokio::select! {
                    hint = hints.recv() => match hint {
                        Ok(Hint::Rights(tenant, version)) => {
                            platform.heard(tenant, version);
                            platform.quarantine.forget();
                        }
                        Ok(Hint::Events(_) | Hint::Epoch(..)) => {}
                        // Hints were dropped: ask the database.
                        Err(_) => platform.poll_versions().await,
                    },
                    _ = tick.tick() => platform.poll_versions().await,
                }
            }
        });
    }

    async fn poll_versions(&self) {
        self.quarantine.forget();
        let known: Vec<Uuid> = self.versions.read().unwrap_or_else(PoisonError::into_inner).keys().copied().collect();
        if known.is_empty() {
            return;
        }
        let mut query = authz_version::Entity::find();
        // A handful of tenants is asked for by name; beyond that, all of them in one scan are cheaper.
        if known.len() <= 64 {
            query = query.filter(authz_version::Column::TenantId.is_in(known));
        }
        match query.all(self.db.reader()).await {
            Ok(rows) => rows.into_iter().for_each(|row| self.heard(row.tenant_id, row.version)),
            Err(error) => {
                tracing::warn!(%error, "cannot read the versions of rights");
                // Unknown is stale: nobody keeps a right because the database was away.
                self.versions.write().unwrap_or_else(PoisonError::into_inner).clear();
            }
        }
    }

    /// Ends the database connections.
    pub async fn close(&self) {
        if let Err(error) = self.db.clone().close().await {
            tracing::warn!(%error, "closing the database");
        }
    }
}
