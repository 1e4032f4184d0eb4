//! Changing one's own password (修改口令).

use entities::{account, auth_session};
use sea_orm::{ColumnTrait, sea_query::Expr};
use serde_json::json;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::{Reason, Session},
    },
    modules::identity::{Identity, audit, logout::user_of, passwords::check_strength},
};

impl Identity {
    /// Replaces the password of the session's account and ends all its other sessions. A wrong current
    /// password is `BAD_USER_INPUT` and counts as a failed log-in; a weak new one is `PASSWORD_TOO_WEAK`.
    pub async fn change_password(&self, session: &Session, current: &str, new: &str) -> Result<(), ApiError> {
        let id = session.session_id().ok_or(ApiError::of(Code::Forbidden))?;
        let request = session.request();
        let tx = self.platform.system(Reason::Login).begin(None).await?;
        let opened = tx.global::<auth_session::Entity>().filter(auth_session::Column::Id.eq(id)).one().await?;
        let opened = opened.ok_or(ApiError::of(Code::Unauthenticated))?;
        let account =
            tx.global::<account::Entity>().filter(account::Column::Id.eq(opened.account_id)).required().await?;
        tx.rollback().await?;
        self.may_try(&account, request).await?;
        if !self.passwords.verify(current, account.password_hash.as_deref()).await? {
            let refusal = self.guessed(&account, request).await?;
            // The session is good; a client must not take this for the end of its token.
            return Err(match refusal.code {
                Code::Unauthenticated => ApiError::of(Code::BadUserInput)
                    .at("currentPassword")
                    .saying("原口令不正确", "The current password is wrong."),
                _ => refusal,
            });
        }
        check_strength(&account.login, new)
            .map_err(|weak| ApiError::of(weak.code).at("newPassword").saying(weak.zh, weak.en))?;
        if current == new {
            return Err(ApiError::of(Code::PasswordTooWeak)
                .at("newPassword")
                .saying("新口令不得与原口令相同", "The new password must differ from the current one."));
        }
        let hash = self.passwords.hash(new).await?.0;
        let tx = self.platform.system(Reason::Login).begin(Some(session.tenant().id)).await?;
        let changed = tx
            .change_global::<account::Entity>()
            .filter(account::Column::Id.eq(account.id))
            .filter(account::Column::PasswordHash.eq(account.password_hash.as_deref()))
            .set(account::Column::PasswordHash, Expr::value(hash))
            .set(account::Column::FailedCount, Expr::value(0))
            .set(account::Column::UpdatedAt, Expr::value(tx.now()))
            .run()
            .await?;
        if changed == 0 {
            // Somebody else with the same password was faster.
            return Err(ApiError::of(Code::Conflict));
        }
        let user = user_of(&tx, &opened).await?;
        audit::record(&tx, request, "password_changed", &user, Some(id), json!({})).await?;
        tx.commit().await?;
        self.end_other_sessions(account.id, id, request).await
    }
}
