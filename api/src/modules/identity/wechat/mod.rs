//! Logging in through a WeChat mini-program (微信小程序登录), J-09.
//!
//! The client gives a code that WeChat made for it; the server exchanges it for the openid, by which a binding is found
//! that its owner has made with a password once. A code counts once, whatever WeChat says. An openid belongs to one
//! mini-program, and a mini-program to one tenant. The session key is not even read, and nothing of what the client
//! says about its person (encrypted or not) is taken.

mod client;
pub mod config;

use entities::{account, account_tenant, app_user, tenant, wechat_binding, wechat_code};
use sea_orm::{ColumnTrait, Set, sea_query::Expr};
use serde_json::json;
use uuid::Uuid;

pub(super) use client::Client;
pub use config::{WechatApp, WechatConfig};

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::{Reason, RequestInfo, Session},
        tx::SystemTx,
    },
    modules::identity::{
        Identity, Login,
        attempts::network_of,
        audit,
        clients::Word,
        issue::Issued,
        opaque,
        standing::{self, Standing},
    },
};

/// The longest code that is looked at; WeChat's have 32 letters.
const LONGEST_CODE: usize = 128;

/// What a mini-program gives to log in (微信登录请求).
#[derive(Clone, Default)]
pub struct WechatLogin {
    /// The mini-program (小程序 AppID).
    pub app_id: String,
    /// What `wx.login` gave (登录凭证 code).
    pub code: String,
    /// Log-in name and password of the person to be bound; none where that was done before.
    pub owner: Option<(String, String)>,
    /// What the client calls itself.
    pub client: Option<String>,
}

impl Identity {
    /// Logs in by a code of WeChat: `INVALID_CODE` for one that is wrong or used, `NOT_BOUND` for a person whom nobody
    /// knows. With a log-in name and password, which are judged as at any log-in, the person is bound first.
    /// `BAD_USER_INPUT` where the request says that it comes from another program.
    pub async fn login_wechat(&self, input: &WechatLogin, request: &RequestInfo) -> Result<Issued, ApiError> {
        let now = self.platform.clock().now();
        if let Some(network) = request.remote.as_deref().map(network_of) {
            self.networks.check(&network, now)?;
        }
        let app = self.config.wechat.app(&input.app_id).ok_or_else(unknown_app)?;
        let tenant = self.tenant_of_app(app).await?;
        let client = self.clients.of_app(app, input.client.as_deref().unwrap_or_default());
        self.clients.party(&client, Word::Wechat, request)?;
        let openid = self.openid(app, tenant.id, &input.code, request).await?;
        let Some((login, password)) = &input.owner else {
            return self.login_bound(app, tenant, &openid, &client, request).await;
        };
        let by_password = Login {
            login: login.clone(),
            password: password.clone(),
            tenant: Some(tenant.code.clone()),
            client: Some(client),
        };
        let issued = self.login_from(&by_password, Word::Wechat, request).await?;
        self.bind(app, &openid, &issued, request).await?;
        Ok(issued)
    }

    /// Ends the binding of the session's user in a mini-program and all other sessions of the account, for whoever lost
    /// a telephone. Nothing happens where there is none.
    pub async fn unbind_wechat(&self, session: &Session, app_id: &str) -> Result<(), ApiError> {
        let id = session.session_id().ok_or(ApiError::of(Code::Forbidden))?;
        let tx = self.platform.system(Reason::Login).begin(Some(session.tenant().id)).await?;
        let user = tx.parts::<app_user::Entity>().id(session.user_id()).required().await?;
        let ended = end(&tx, app_id, wechat_binding::Column::UserId, user.id.into()).await?;
        if ended {
            let detail = json!({ "appId": app_id });
            audit::record(&tx, session.request(), "wechat_unbound", &user, Some(id), detail).await?;
        }
        tx.commit().await?;
        match user.account_id {
            Some(account) if ended => self.end_other_sessions(account, id, session.request()).await,
            _ => Ok(()),
        }
    }

    async fn tenant_of_app(&self, app: &WechatApp) -> Result<tenant::Model, ApiError> {
        let tx = self.platform.system(Reason::Login).begin(None).await?;
        let found = tx.global::<tenant::Entity>().filter(tenant::Column::Code.eq(&app.tenant)).one().await?;
        tx.rollback().await?;
        found.ok_or_else(unknown_app)
    }

    /// Exchanges the code, once.
    async fn openid(
        &self,
        app: &WechatApp,
        tenant: Uuid,
        code: &str,
        request: &RequestInfo,
    ) -> Result<String, ApiError> {
        if code.is_empty() || code.len() > LONGEST_CODE || !code.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid_code());
        }
        let tx = self.platform.system(Reason::Login).begin(Some(tenant)).await?;
        let now = tx.now();
        let row = wechat_code::ActiveModel {
            tenant_id: Set(tenant),
            id: Set(tx.new_id()),
            app_id: Set(app.app_id.clone()),
            digest: Set(opaque::digest(code)),
            used_at: Set(now),
        };
        let first = tx.insert_new(row, [wechat_code::Column::AppId, wechat_code::Column::Digest]).await?;
        tx.commit().await?;
        let answered = match first {
            true => self.wechat.as_ref().ok_or_else(unknown_app)?.openid(app, code).await,
            false => Err(invalid_code()),
        };
        if let (Err(error), Some(remote)) = (&answered, &request.remote)
            && error.code == Code::InvalidCode
        {
            self.networks.failed(&network_of(remote), now);
        }
        answered
    }

    async fn login_bound(
        &self,
        app: &WechatApp,
        tenant: tenant::Model,
        openid: &str,
        client: &str,
        request: &RequestInfo,
    ) -> Result<Issued, ApiError> {
        let tx = self.platform.system(Reason::Login).begin(Some(tenant.id)).await?;
        let Some(standing) = bound(&tx, app, openid).await? else {
            tx.rollback().await?;
            return Err(ApiError::of(Code::NotBound));
        };
        let account = standing.user.account_id.ok_or(ApiError::of(Code::NotBound))?;
        let until = tx.now() + self.config.session();
        let opened = self.open_session(&tx, account, standing.user.id, client, until).await?;
        let detail = json!({ "client": opened.session.client, "by": "wechat", "appId": app.app_id });
        audit::record(&tx, request, "login", &standing.user, Some(opened.session.id), detail).await?;
        tx.commit().await?;
        self.answer(&opened.session, &standing, Some(opened.refresh))
    }

    /// Binds, in the place of what the person or the user was bound to before.
    async fn bind(
        &self,
        app: &WechatApp,
        openid: &str,
        issued: &Issued,
        request: &RequestInfo,
    ) -> Result<(), ApiError> {
        let tx = self.platform.system(Reason::Login).begin(Some(issued.tenant.id)).await?;
        // One after another, so that two clients of one person do not meet in the unique keys.
        let user = tx.parts::<app_user::Entity>().id(issued.user_id).lock().required().await?;
        end(&tx, &app.app_id, wechat_binding::Column::UserId, user.id.into()).await?;
        end(&tx, &app.app_id, wechat_binding::Column::Openid, openid.into()).await?;
        tx.insert(wechat_binding::ActiveModel {
            tenant_id: Set(tx.tenant_id()),
            id: Set(tx.new_id()),
            app_id: Set(app.app_id.clone()),
            openid: Set(openid.to_owned()),
            user_id: Set(user.id),
            bound_at: Set(tx.now()),
            unbound_at: Set(None),
        })
        .await?;
        let detail = json!({ "appId": app.app_id });
        audit::record(&tx, request, "wechat_bound", &user, issued.session_id, detail).await?;
        tx.commit().await
    }
}

/// Who is bound to an openid and may still act.
async fn bound(tx: &SystemTx, app: &WechatApp, openid: &str) -> Result<Option<Standing>, ApiError> {
    use wechat_binding::Column;
    let rows = tx.parts::<wechat_binding::Entity>().filter(Column::UnboundAt.is_null());
    let row = rows.filter(Column::AppId.eq(&app.app_id)).filter(Column::Openid.eq(openid)).one().await?;
    let Some(row) = row else { return Ok(None) };
    let link = tx
        .global::<account_tenant::Entity>()
        .filter(account_tenant::Column::TenantId.eq(tx.tenant_id()))
        .filter(account_tenant::Column::UserId.eq(row.user_id))
        .one()
        .await?;
    let Some(link) = link else { return Ok(None) };
    let account = tx.global::<account::Entity>().filter(account::Column::Id.eq(link.account_id)).required().await?;
    if account.disabled {
        return Ok(None);
    }
    standing::standing(tx, &link).await
}

async fn end(tx: &SystemTx, app_id: &str, of: wechat_binding::Column, whose: sea_orm::Value) -> Result<bool, ApiError> {
    use wechat_binding::Column;
    let ended = tx
        .change::<wechat_binding::Entity>()
        .filter(Column::AppId.eq(app_id))
        .filter(of.eq(whose))
        .filter(Column::UnboundAt.is_null())
        .set(Column::UnboundAt, Expr::value(tx.now()))
        .run()
        .await?;
    Ok(ended > 0)
}

fn invalid_code() -> ApiError {
    ApiError::of(Code::InvalidCode).at("code")
}

fn unknown_app() -> ApiError {
    ApiError::of(Code::BadUserInput)
        .at("appId")
        .saying("本平台没有配置此小程序", "No such mini-program is configured here.")
}
