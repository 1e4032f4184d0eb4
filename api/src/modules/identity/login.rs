//! Logging in by password (登录).
//!
//! Whatever was wrong, log-in name, password, tenant or a closed account, the answer is the same, takes
//! as long and counts as a failure. Only having to wait is said, and strangers wait like everybody else.

use std::time::{Duration, Instant};

use entities::account;
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::json;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::{Reason, RequestInfo},
        tx::SystemTx,
    },
    modules::identity::{
        Identity,
        attempts::network_of,
        audit,
        clients::{self, Word},
        issue::{Issued, TenantChoice},
        lockout::Standoff,
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

/// Where an attempt comes from.
struct Origin<'a> {
    /// Empty if it is not known.
    network: &'a str,
    /// Whether other networks' failures do not matter.
    spared: bool,
    request: &'a RequestInfo,
}

/// The form under which a log-in name is kept and looked up.
pub fn normalise_login(login: &str) -> String {
    login.trim().to_lowercase()
}

impl Identity {
    /// Logs in. `UNAUTHENTICATED` for every wrong attempt, `THROTTLED` for one that comes too early, `BAD_USER_INPUT` for a
    /// client that is not known, that is a mini-program, or that is not the one which the request says it comes from.
    pub async fn login(&self, input: &Login, request: &RequestInfo) -> Result<Issued, ApiError> {
        self.login_from(input, Word::Own, request).await
    }

    /// The same from a program that is what it says on somebody's word.
    pub(super) async fn login_from(
        &self,
        input: &Login,
        word: Word,
        request: &RequestInfo,
    ) -> Result<Issued, ApiError> {
        let started = Instant::now();
        let outcome = self.attempt(input, word, request).await;
        if outcome.as_ref().is_err_and(|e| matches!(e.code, Code::Unauthenticated | Code::Throttled)) {
            // The causes differ by a few statements; waiting for a common moment hides which it was, and for the next
            // such moment where a busy machine has missed the first.
            let floor = Duration::from_millis(self.config.failure_floor_millis.into());
            if let Some(over) = started.elapsed().as_nanos().checked_rem(floor.as_nanos()) {
                tokio::time::sleep(floor - Duration::from_nanos(u64::try_from(over).unwrap_or_default())).await;
            }
        }
        outcome
    }

    async fn attempt(&self, input: &Login, word: Word, request: &RequestInfo) -> Result<Issued, ApiError> {
        let client = clients::kept(input.client.as_deref().unwrap_or_default());
        let party = self.clients.party(&client, word, request)?;
        let login = normalise_login(&input.login);
        let now = self.platform.clock().now();
        let network = request.remote.as_deref().map(network_of).unwrap_or_default();
        if !network.is_empty() {
            self.networks.check(&network, now)?;
        }
        let found = self.account_of(&login, &network).await?;
        let mut spared = false;
        match &found {
            Some((account, standoff)) => {
                // Asked for before the transaction that decides, for SQLite has one writer.
                spared = standoff.is_held_by_others(now) && self.is_last_security_admin(account).await?;
                standoff.check(now, spared)?;
            }
            None => self.strangers.check(&login, &network, now)?,
        }
        let account = found.map(|(account, _)| account);
        let origin = Origin { network: &network, spared, request };
        let hash = account.as_ref().and_then(|a| a.password_hash.as_deref());
        let same = self.passwords.verify(&input.password, hash).await?;
        // Asked for whether or not the password was right, so that both take the same way.
        let standings = match &account {
            Some(account) => self.standings(account.id).await?,
            None => vec![],
        };
        let wanted = input.tenant.as_deref().map(|code| code.trim().to_lowercase());
        let chosen = standings.iter().find(|s| {
            wanted.as_ref().is_none_or(|code| *code == s.tenant.code) && self.clients.works_in(party, &s.tenant.code)
        });
        match (&account, chosen) {
            (Some(account), Some(chosen)) if same && !account.disabled => {
                let issued = self.succeed(account, chosen, input, &origin).await?;
                let tenants = standings.iter().map(|s| TenantChoice::of(&s.tenant)).collect();
                Ok(Issued { tenants, ..issued })
            }
            _ => {
                if !network.is_empty() {
                    self.networks.failed(&network, now);
                }
                Err(self.fail(account.as_ref(), &login, &origin).await?)
            }
        }
    }

    async fn account_of(&self, login: &str, network: &str) -> Result<Option<(account::Model, Standoff)>, ApiError> {
        // No account has such a name, and not every database takes it as a question.
        if login.is_empty() || login.len() > LONGEST || login.chars().any(char::is_control) {
            return Ok(None);
        }
        let tx = self.platform.system(Reason::Login).begin(None).await?;
        let account = tx.global::<account::Entity>().filter(account::Column::Login.eq(login)).one().await?;
        let found = match account {
            Some(account) => {
                let standoff = Standoff::read(&tx, &account, network).await?;
                Some((account, standoff))
            }
            None => None,
        };
        tx.rollback().await?;
        Ok(found)
    }

    /// Opens the session, unless somebody else's failures have closed the account since it was read: the
    /// database decides, so that a burst of guesses at the same moment is worth no more than the limit.
    async fn succeed(
        &self,
        account: &account::Model,
        chosen: &Standing,
        input: &Login,
        origin: &Origin<'_>,
    ) -> Result<Issued, ApiError> {
        let stored = account.password_hash.as_deref().unwrap_or_default();
        let renewed = match self.passwords.is_outdated(stored) {
            true => Some(self.passwords.hash(&input.password).await?.0),
            false => None,
        };
        let tx = self.platform.system(Reason::Login).begin(Some(chosen.tenant.id)).await?;
        let now = tx.now();
        let account = match current(&tx, account).await? {
            Some(account) if !account.disabled && account.password_hash.as_deref() == Some(stored) => account,
            _ => {
                tx.rollback().await?;
                return Err(ApiError::of(Code::Unauthenticated));
            }
        };
        let standoff = Standoff::read(&tx, &account, origin.network).await?;
        if let Err(early) = standoff.check(now, origin.spared) {
            tx.rollback().await?;
            return Err(early);
        }
        standoff.succeeded(&tx, &account, origin.network, &self.config.lockout).await?;
        if let Some(hash) = renewed {
            tx.change_global::<account::Entity>()
                .filter(account::Column::Id.eq(account.id))
                .set(account::Column::PasswordHash, Expr::value(hash))
                .run()
                .await?;
        }
        let until = now + self.config.session();
        let client = input.client.as_deref().unwrap_or_default();
        let opened = self.open_session(&tx, account.id, chosen.user.id, client, until).await?;
        let detail = json!({ "client": opened.session.client });
        audit::record(&tx, origin.request, "login", &chosen.user, Some(opened.session.id), detail).await?;
        tx.commit().await?;
        self.answer(&opened.session, chosen, Some(opened.refresh))
    }

    /// Refuses while failures keep the account waiting, for whoever is logged in and gives the password again.
    pub(super) async fn may_try(&self, account: &account::Model, request: &RequestInfo) -> Result<(), ApiError> {
        let network = request.remote.as_deref().map(network_of).unwrap_or_default();
        match self.account_of(&account.login, &network).await? {
            Some((_, standoff)) => standoff.check(self.platform.clock().now(), false),
            None => Ok(()),
        }
    }

    /// Counts such a password that was wrong.
    pub(super) async fn guessed(&self, account: &account::Model, request: &RequestInfo) -> Result<ApiError, ApiError> {
        let network = request.remote.as_deref().map(network_of).unwrap_or_default();
        self.fail(Some(account), &account.login, &Origin { network: &network, spared: false, request }).await
    }

    /// Counts a failure and says what to answer.
    async fn fail(
        &self,
        account: Option<&account::Model>,
        login: &str,
        origin: &Origin<'_>,
    ) -> Result<ApiError, ApiError> {
        let Some(account) = account else {
            let now = self.platform.clock().now();
            // Others may have tried the same name meanwhile.
            self.strangers.check(login, origin.network, now)?;
            self.strangers.failed(login, origin.network, now);
            return Ok(ApiError::of(Code::Unauthenticated));
        };
        let link = self.links(account.id).await?.into_iter().next();
        let tx = self.platform.system(Reason::Login).begin(link.as_ref().map(|l| l.tenant_id)).await?;
        let account = current(&tx, account).await?.ok_or(ApiError::of(Code::Unauthenticated))?;
        let standoff = Standoff::read(&tx, &account, origin.network).await?;
        if let Err(early) = standoff.check(tx.now(), origin.spared) {
            tx.rollback().await?;
            return Ok(early);
        }
        let counted = standoff.failed(&tx, &account, origin.network, &self.config.lockout).await?;
        if let Some(link) = &link
            && let Some(user) = standing::user_of(&tx, link).await?
        {
            let detail = json!({ "failures": counted.failures, "waitSeconds": counted.wait_seconds });
            audit::record(&tx, origin.request, "login_failed", &user, None, detail).await?;
        }
        tx.commit().await?;
        Ok(ApiError::of(Code::Unauthenticated))
    }
}

/// The account as it is now, kept from changing until the transaction ends.
async fn current(tx: &SystemTx, account: &account::Model) -> Result<Option<account::Model>, ApiError> {
    tx.global::<account::Entity>().filter(account::Column::Id.eq(account.id)).lock().one().await
}
