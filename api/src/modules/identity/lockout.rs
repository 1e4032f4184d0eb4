//! Failed log-ins of an account (登录失败处理), counted in the database, which decides races between replicas.
//!
//! The count that makes wait is that of the account *from one network*: whoever guesses keeps themselves out
//! and not the owner. A higher count over all networks slows down guessers who have many. It does not
//! concern networks from which the owner has logged in before, nor the last security administrator
//! (安全管理员) of a tenant: nobody could let that one in again.

use chrono::{DateTime, Utc};
use entities::{
    account, app_user, login_attempt, role_assignment,
    values::{RoleName, UserState},
};
use sea_orm::{ColumnTrait, Condition, Set, sea_query::Expr};

use crate::{
    kernel::{
        error::ApiError,
        session::Reason,
        tx::{Inner, SystemTx},
    },
    modules::identity::{
        Identity,
        attempts::{FORGOTTEN, too_early, wait},
        config::LockoutConfig,
    },
};

/// What is known of an account's attempts from the network of this request.
pub(super) struct Standoff {
    row: Option<login_attempt::Model>,
    everywhere: Option<DateTime<Utc>>,
}

/// What a failure came to.
pub(super) struct Counted {
    pub(super) failures: u32,
    pub(super) wait_seconds: i64,
}

impl Standoff {
    /// Reads it. For a decision the account's row must be locked.
    pub(super) async fn read(tx: &SystemTx, account: &account::Model, network: &str) -> Result<Self, ApiError> {
        let row = tx
            .global::<login_attempt::Entity>()
            .filter(login_attempt::Column::AccountId.eq(account.id))
            .filter(login_attempt::Column::Network.eq(network))
            .one()
            .await?;
        Ok(Self { row, everywhere: account.locked_until })
    }

    /// Whether other networks' failures would keep this one waiting.
    pub(super) fn is_held_by_others(&self, now: DateTime<Utc>) -> bool {
        let known = self.row.as_ref().and_then(|row| row.known_until).is_some_and(|until| now < until);
        !known && self.everywhere.is_some_and(|until| now < until)
    }

    /// Refuses an attempt that comes too early. Who is `spared` waits for no other network's failures.
    pub(super) fn check(&self, now: DateTime<Utc>, spared: bool) -> Result<(), ApiError> {
        let here = self.row.as_ref().and_then(|row| row.locked_until).filter(|until| now < *until);
        let others = self.everywhere.filter(|_| !spared && self.is_held_by_others(now));
        here.max(others).map_or(Ok(()), |until| Err(too_early(until, now)))
    }

    /// Counts a failure and says how long this network has to wait now.
    pub(super) async fn failed(
        &self,
        tx: &SystemTx,
        account: &account::Model,
        network: &str,
        limits: &LockoutConfig,
    ) -> Result<Counted, ApiError> {
        let now = tx.now();
        let before = match &self.row {
            Some(row) if now - row.updated_at < FORGOTTEN => row.failed_count.max(0).unsigned_abs(),
            _ => 0,
        };
        let failures = before.saturating_add(1);
        let pause = wait(failures, limits.account_failures, limits.account_longest_seconds);
        let until = (!pause.is_zero()).then(|| now + pause);
        self.write(tx, account, network, failures, until, None).await?;
        if failures <= limits.account_failures {
            let before = if now - account.updated_at >= FORGOTTEN { 0 } else { account.failed_count.max(0) };
            let all = before.saturating_add(1);
            let pause = wait(all.unsigned_abs(), limits.account_failures_everywhere, limits.account_longest_seconds);
            tx.change_global::<account::Entity>()
                .filter(account::Column::Id.eq(account.id))
                .set(account::Column::FailedCount, Expr::value(all))
                .set(account::Column::LockedUntil, Expr::value((!pause.is_zero()).then(|| now + pause)))
                .set(account::Column::UpdatedAt, Expr::value(now))
                .run()
                .await?;
        }
        Ok(Counted { failures, wait_seconds: pause.num_seconds() })
    }

    /// Forgets the failures from here and takes the network for the owner's from now on.
    pub(super) async fn succeeded(
        &self,
        tx: &SystemTx,
        account: &account::Model,
        network: &str,
        limits: &LockoutConfig,
    ) -> Result<(), ApiError> {
        let known = tx.now() + chrono::TimeDelta::days(limits.known_network_days.into());
        self.write(tx, account, network, 0, None, Some(known)).await
    }

    async fn write(
        &self,
        tx: &SystemTx,
        account: &account::Model,
        network: &str,
        failures: u32,
        locked: Option<DateTime<Utc>>,
        known: Option<DateTime<Utc>>,
    ) -> Result<(), ApiError> {
        let failures = i32::try_from(failures).unwrap_or(i32::MAX);
        let Some(row) = &self.row else {
            tx.insert_global(login_attempt::ActiveModel {
                id: Set(tx.new_id()),
                account_id: Set(account.id),
                network: Set(network.to_owned()),
                failed_count: Set(failures),
                locked_until: Set(locked),
                known_until: Set(known),
                updated_at: Set(tx.now()),
            })
            .await?;
            return Ok(());
        };
        tx.change_global::<login_attempt::Entity>()
            .filter(login_attempt::Column::Id.eq(row.id))
            .set(login_attempt::Column::FailedCount, Expr::value(failures))
            .set(login_attempt::Column::LockedUntil, Expr::value(locked))
            .set(login_attempt::Column::KnownUntil, Expr::value(known.or(row.known_until)))
            .set(login_attempt::Column::UpdatedAt, Expr::value(tx.now()))
            .run()
            .await?;
        Ok(())
    }
}

impl Identity {
    /// Whether some tenant has no other security administrator.
    pub(super) async fn is_last_security_admin(&self, account: &account::Model) -> Result<bool, ApiError> {
        for link in self.links(account.id).await? {
            let tx = self.platform.system(Reason::Login).begin(Some(link.tenant_id)).await?;
            let holders = security_admins(&tx, self.platform.clock().today()).await?;
            tx.rollback().await?;
            if holders == [link.user_id] {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// The active users of the transaction's tenant who are security administrators on a day.
async fn security_admins(tx: &Inner, today: chrono::NaiveDate) -> Result<Vec<uuid::Uuid>, ApiError> {
    let until = role_assignment::Column::ValidUntil;
    let mut users: Vec<_> = tx
        .parts::<role_assignment::Entity>()
        .filter(role_assignment::Column::Role.eq(RoleName::SecurityAdmin))
        .filter(role_assignment::Column::RevokedAt.is_null())
        .filter(role_assignment::Column::ValidFrom.lte(today))
        .filter(Condition::any().add(until.is_null()).add(until.gte(today)))
        .all()
        .await?
        .iter()
        .map(|row| row.user_id)
        .collect();
    users.sort_unstable();
    users.dedup();
    let active = tx
        .parts::<app_user::Entity>()
        .filter(app_user::Column::Id.is_in(users))
        .filter(app_user::Column::State.eq(UserState::Active));
    Ok(active.all().await?.iter().map(|user| user.id).collect())
}
