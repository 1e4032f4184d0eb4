//! Logging in by password (登录).
//!
//! Whatever was wrong, log-in name, password, tenant or a closed account, the answer is the same, takes
//! as long and counts as a failure. Only having to wait is said, and strangers wait like everybody else.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use entities::account;
use sea_orm::{ColumnTrait, Condition, sea_query::Expr};
use serde_json::json;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::{Reason, RequestInfo},
        tx::SystemTx,
    },
    modules::identity::{
        Identity,
        attempts::{FORGOTTEN, network_of, too_early, wait},
        audit,
        issue::{Issued, TenantChoice},
        opaque,
        standing::{self, Standing},
    },
};

/// The longest log-in name, in bytes.
pub(super) const LONGEST: usize = 200;

/// What a person gives to log in (登录请求).
#[derive(Clone, Default)]
pub struct Login {
    /// The log-in name (登录名).
    pub login: String,
    /// The password (口令).
    pub password: String,
    /// Code of the tenant to work in; without it, the account's default.
    pub tenant: Option<String>,
    /// What the client calls itself.
    pub client: Option<String>,
}

/// The form under which a log-in name is kept and looked up.
pub fn normalise_login(login: &str) -> String {
    login.trim().to_lowercase()
}

impl Identity {
    /// Logs in. `UNAUTHENTICATED` for every wrong attempt, `THROTTLED` for one that comes too early.
    pub async fn login(&self, input: &Login, request: &RequestInfo) -> Result<Issued, ApiError> {
        let started = Instant::now();
        let outcome = self.attempt(input, request).await;
        if outcome.as_ref().is_err_and(|e| e.code == Code::Unauthenticated) {
            // The causes differ by a few statements; waiting for a common moment hides which it was.
            let floor = Duration::from_millis(self.config.failure_floor_millis.into());
            tokio::time::sleep(floor.saturating_sub(started.elapsed())).await;
        }
        outcome
    }

    async fn attempt(&self, input: &Login, request: &RequestInfo) -> Result<Issued, ApiError> {
        let login = normalise_login(&input.login);
        let now = self.platform.clock().now();
        let network = request.remote.as_deref().map(network_of);
        if let Some(network) = &network {
            self.networks.check(network, now)?;
        }
        let account = self.account_of(&login).await?;
        match &account {
            Some(account) => account.locked_until.map_or(Ok(()), |until| check_lock(until, now))?,
            None => self.strangers.check(&opaque::digest(&login), now)?,
        }
        let hash = account.as_ref().and_then(|a| a.password_hash.as_deref());
        let same = self.passwords.verify(&input.password, hash).await?;
        // Asked for whether or not the password was right, so that both take the same way.
        let standings = match &account {
            Some(account) => self.standings(account.id).await?,
            None => vec![],
        };
        let wanted = input.tenant.as_deref().map(|code| code.trim().to_lowercase());
        let chosen = standings.iter().find(|s| wanted.as_ref().is_none_or(|code| *code == s.tenant.code));
        match (&account, chosen) {
            (Some(account), Some(chosen)) if same && !account.disabled => {
                let issued = self.succeed(account, chosen, input, request).await?;
                let tenants = standings.iter().map(|s| TenantChoice::of(&s.tenant)).collect();
                Ok(Issued { tenants, ..issued })
            }
            _ => {
                if let Some(network) = &network {
                    self.networks.failed(network, now);
                }
                Err(self.fail(account.as_ref(), &login, request).await?)
            }
        }
    }

    async fn account_of(&self, login: &str) -> Result<Option<account::Model>, ApiError> {
        // No account has such a name, and not every database takes it as a question.
        if login.is_empty() || login.len() > LONGEST || login.chars().any(char::is_control) {
            return Ok(None);
        }
        let tx = self.platform.system(Reason::Login).begin(None).await?;
        let account = tx.global::<account::Entity>().filter(account::Column::Login.eq(login)).one().await?;
        tx.rollback().await?;
        Ok(account)
    }

    /// Opens the session, unless somebody else's failures have closed the account since it was read: the
    /// database decides, so that a burst of guesses at the same moment is worth no more than the limit.
    async fn succeed(
        &self,
        account: &account::Model,
        chosen: &Standing,
        input: &Login,
        request: &RequestInfo,
    ) -> Result<Issued, ApiError> {
        let stored = account.password_hash.as_deref().unwrap_or_default();
        let renewed = match self.passwords.is_outdated(stored) {
            true => Some(self.passwords.hash(&input.password).await?.0),
            false => None,
        };
        let tx = self.platform.system(Reason::Login).begin(Some(chosen.tenant.id)).await?;
        let now = tx.now();
        let mut change = tx
            .change_global::<account::Entity>()
            .filter(account::Column::Id.eq(account.id))
            .filter(account::Column::Disabled.eq(false))
            .filter(account::Column::PasswordHash.eq(stored))
            .filter(
                Condition::any().add(account::Column::LockedUntil.is_null()).add(account::Column::LockedUntil.lte(now)),
            )
            .set(account::Column::FailedCount, Expr::value(0))
            .set(account::Column::LockedUntil, Expr::value(None::<DateTime<Utc>>))
            .set(account::Column::UpdatedAt, Expr::value(now));
        if let Some(hash) = renewed {
            change = change.set(account::Column::PasswordHash, Expr::value(hash));
        }
        if change.run().await? == 0 {
            let locked = current(&tx, account).await?.and_then(|a| a.locked_until);
            tx.rollback().await?;
            locked.map_or(Ok(()), |until| check_lock(until, now))?;
            return Err(ApiError::of(Code::Unauthenticated));
        }
        let until = now + self.config.session();
        let client = input.client.as_deref().unwrap_or_default();
        let opened = self.open_session(&tx, account.id, chosen.user.id, client, until).await?;
        let detail = json!({ "client": opened.session.client });
        audit::record(&tx, request, "login", &chosen.user, Some(opened.session.id), detail).await?;
        tx.commit().await?;
        self.answer(&opened.session, chosen, Some(opened.refresh))
    }

    /// Refuses while failures keep the account waiting.
    pub(super) fn not_locked(&self, account: &account::Model) -> Result<(), ApiError> {
        account.locked_until.map_or(Ok(()), |until| check_lock(until, self.platform.clock().now()))
    }

    /// Counts a failure and says what to answer.
    pub(super) async fn fail(
        &self,
        account: Option<&account::Model>,
        login: &str,
        request: &RequestInfo,
    ) -> Result<ApiError, ApiError> {
        let Some(account) = account else {
            let now = self.platform.clock().now();
            // Others may have tried the same name meanwhile.
            let key = opaque::digest(login);
            self.strangers.check(&key, now)?;
            self.strangers.failed(&key, now);
            return Ok(ApiError::of(Code::Unauthenticated));
        };
        let link = self.links(account.id).await?.into_iter().next();
        let tx = self.platform.system(Reason::Login).begin(link.as_ref().map(|l| l.tenant_id)).await?;
        let now = tx.now();
        let account = current(&tx, account).await?.ok_or(ApiError::of(Code::Unauthenticated))?;
        if let Err(early) = account.locked_until.map_or(Ok(()), |until| check_lock(until, now)) {
            tx.rollback().await?;
            return Ok(early);
        }
        let before = if now - account.updated_at >= FORGOTTEN { 0 } else { account.failed_count.max(0) };
        let failures = before.saturating_add(1);
        let limits = &self.config.lockout;
        let pause = wait(failures.unsigned_abs(), limits.account_failures, limits.account_longest_seconds);
        tx.change_global::<account::Entity>()
            .filter(account::Column::Id.eq(account.id))
            .set(account::Column::FailedCount, Expr::value(failures))
            .set(account::Column::LockedUntil, Expr::value((!pause.is_zero()).then(|| now + pause)))
            .set(account::Column::UpdatedAt, Expr::value(now))
            .run()
            .await?;
        if let Some(link) = &link
            && let Some(user) = standing::user_of(&tx, link).await?
        {
            let detail = json!({ "failures": failures, "waitSeconds": pause.num_seconds() });
            audit::record(&tx, request, "login_failed", &user, None, detail).await?;
        }
        tx.commit().await?;
        Ok(ApiError::of(Code::Unauthenticated))
    }
}

/// The account as it is now, kept from changing until the transaction ends.
async fn current(tx: &SystemTx, account: &account::Model) -> Result<Option<account::Model>, ApiError> {
    tx.global::<account::Entity>().filter(account::Column::Id.eq(account.id)).lock().one().await
}

fn check_lock(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), ApiError> {
    if now < until { Err(too_early(until, now)) } else { Ok(()) }
}
