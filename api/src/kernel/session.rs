//! Who asks, in which tenant, when. The database is behind it and cannot be reached around it.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use policies::{Action, Resource};
use sea_orm::{DbBackend, Value};
use uuid::Uuid;

use crate::kernel::{
    authority::Authority,
    calendar::WorkCalendar,
    civil::today_in_shanghai,
    error::{ApiError, Code},
    platform::{Platform, TenantFacts},
    reach::{Caller, Reach},
    transaction::Purpose,
    tx::{SystemTx, Tx},
};

/// The language of messages; codes never change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Locale {
    /// 简体中文
    #[default]
    ZhCn,
    /// English
    En,
}

/// What the transport knows of a request.
#[derive(Clone, Debug, Default)]
pub struct RequestInfo {
    /// The request's id, echoed or made.
    pub id: String,
    /// The language of messages.
    pub locale: Locale,
    /// The client's network address.
    pub remote: Option<String>,
    /// The client program that it says it comes from; empty where that cannot be read.
    pub client: Option<String>,
}

/// Why the platform itself acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody logs in, renews or ends a session.
    Login,
    /// A file is put or got by ticket.
    FileTicket,
    /// A timer is due.
    Timer,
    /// Tenants and data are set up by an operator.
    Provision,
    /// The schema of a tenant with plug-ins is made.
    Schema,
    /// Messages are sent to other nodes or come from them.
    Exchange,
    /// Agencies' systems are asked for plug-ins.
    Connector,
    /// A plug-in that fails again and again is disabled.
    Breaker,
    /// Plug-ins are told that a case has moved on.
    Transition,
    /// A component of a plug-in is not to be run any more.
    Quarantine,
    /// A process says that it is there, and prepares for a change of plug-ins with the others.
    Replica,
    /// The audit record is sealed.
    Seal,
    /// An operator looks after the installation.
    Doctor,
}

/// A user at work in a tenant.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    platform: Arc<Platform>,
    tenant: Arc<TenantFacts>,
    authority: Arc<Authority>,
    session_id: Option<Uuid>,
    privileged: bool,
    request: RequestInfo,
    now: DateTime<Utc>,
    today: NaiveDate,
    depth: u8,
}

impl Session {
    pub(in crate::kernel) fn for_user(
        platform: Arc<Platform>,
        tenant: Arc<TenantFacts>,
        authority: Arc<Authority>,
        session_id: Option<Uuid>,
        request: RequestInfo,
    ) -> Self {
        let now = platform.clock().now();
        let today = today_in_shanghai(now);
        Self(Arc::new(Inner {
            platform,
            tenant,
            authority,
            session_id,
            privileged: false,
            request,
            now,
            today,
            depth: 0,
        }))
    }

    /// The tenant.
    pub fn tenant(&self) -> &TenantFacts {
        &self.0.tenant
    }

    /// The user's standing.
    pub fn authority(&self) -> &Authority {
        &self.0.authority
    }

    /// The user's standing, to be kept: it is another one as soon as rights may have changed.
    pub(crate) fn authority_shared(&self) -> &Arc<Authority> {
        &self.0.authority
    }

    /// The user.
    pub fn user_id(&self) -> Uuid {
        self.0.authority.user_id
    }

    /// The log-in, unless a service key is used directly.
    pub fn session_id(&self) -> Option<Uuid> {
        self.0.session_id
    }

    /// The program at work, as it calls itself at log-in, without what follows, such as a version; of a service account,
    /// its name. Nobody has to say the truth here: it gives no right.
    pub fn client(&self) -> Option<&str> {
        let authority = &self.0.authority;
        let name = self.0.session_id.map_or(Some(&authority.name), |session| authority.sessions.get(&session))?;
        name.split_whitespace().next()
    }

    /// Whether a service key that may read diagnostics is behind this; it adds no right to any row.
    pub fn is_privileged(&self) -> bool {
        self.0.privileged
    }

    /// The same session under a service key that may read diagnostics.
    pub(crate) fn privileged(self) -> Self {
        Self(Arc::new(Inner { privileged: true, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// How many plug-ins' effects led here, one to the next; nought where a person or program asks.
    pub fn depth(&self) -> u8 {
        self.0.depth
    }

    /// The same session, at work for a plug-in's effect.
    pub(crate) fn at_depth(self, depth: u8) -> Self {
        Self(Arc::new(Inner { depth, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// The request.
    pub fn request(&self) -> &RequestInfo {
        &self.0.request
    }

    /// When the request came.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.now
    }

    /// The civil date of the request in Asia/Shanghai.
    pub fn today(&self) -> NaiveDate {
        self.0.today
    }

    /// The shared parts.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.0.platform
    }

    /// The working-day calendar.
    pub fn calendar(&self) -> &WorkCalendar {
        self.0.platform.calendar()
    }

    /// Which database serves.
    pub fn backend(&self) -> DbBackend {
        self.0.platform.db().backend()
    }

    /// Who asks, for row conditions.
    pub fn caller(&self) -> Caller {
        self.0.authority.caller()
    }

    /// The rows a right reaches.
    pub fn reach(&self, resource: Resource, action: Action) -> Reach {
        self.0.authority.reach(self.0.today, resource, action)
    }

    /// The rows a right reaches, or the refusal when there is no such right.
    pub fn require(&self, resource: Resource, action: Action) -> Result<Reach, ApiError> {
        let reach = self.reach(resource, action);
        if reach.is_empty() { Err(ApiError::of(Code::Forbidden)) } else { Ok(reach) }
    }

    /// A transaction in the caller's tenant and scope.
    pub async fn begin(&self) -> Result<Tx, ApiError> {
        let txn = self.0.platform.begin(Some(self.0.tenant.id), self.0.now, false).await?;
        Ok(Tx::new(txn, self.clone()))
    }

    /// A transaction in the caller's tenant and scope that only reads; nobody who changes anything waits for it.
    pub async fn read(&self) -> Result<Tx, ApiError> {
        let purpose = Purpose { tenant: Some(self.0.tenant.id), reads: true, ..Purpose::default() };
        let txn = self.0.platform.db().begin(purpose).await?;
        Ok(Tx::new(txn, self.clone()))
    }

    /// Runs a read statement that yields one JSON text; see [`crate::kernel::db::Db`]. For the read engine only.
    pub(crate) async fn json(&self, body: &str, values: Vec<Value>) -> Result<Option<String>, ApiError> {
        Ok(self.0.platform.db().json(self.0.tenant.id, body, values).await?)
    }
}

/// The platform at work for itself. Every use names its reason and is logged.
#[derive(Clone)]
pub struct System {
    platform: Arc<Platform>,
    reason: Reason,
}

impl System {
    pub(in crate::kernel) fn new(platform: Arc<Platform>, reason: Reason) -> Self {
        tracing::debug!(?reason, "system work");
        Self { platform, reason }
    }

    /// Why.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// The shared parts.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }

    /// A transaction over global tables and, if a tenant is named, over that tenant's.
    pub async fn begin(&self, tenant: Option<Uuid>) -> Result<SystemTx, ApiError> {
        let login = self.reason == Reason::Login;
        let txn = self.platform.begin(tenant, self.platform.clock().now(), login).await?;
        Ok(SystemTx::new(txn, self.platform.clone(), tenant.unwrap_or(Uuid::nil())))
    }

    /// A transaction over a tenant that only reads; nobody who changes anything waits for it.
    pub async fn read(&self, tenant: Uuid) -> Result<SystemTx, ApiError> {
        let db = self.platform.db();
        let purpose = Purpose { tenant: Some(tenant), reads: true, ..Purpose::default() };
        let txn = match self.reason {
            Reason::Login => db.begin_login(purpose).await?,
            _ => db.begin(purpose).await?,
        };
        Ok(SystemTx::new(txn, self.platform.clone(), tenant))
    }

    /// A transaction over global tables that only reads.
    pub async fn read_global(&self) -> Result<SystemTx, ApiError> {
        let txn = self.platform.db().begin(Purpose { reads: true, ..Purpose::default() }).await?;
        Ok(SystemTx::new(txn, self.platform.clone(), Uuid::nil()))
    }
}
