//! Log-in, renewal, log-out, change of tenant and service tokens over plain JSON, so that a small client
//! needs no GraphQL to get its token; and the public keys.
//!
//! There are no cookies and only `application/json` is read, so another site's page can do nothing here.

use std::{future::Future, sync::Arc};

use axum::{
    Router,
    body::Body,
    extract::{FromRef, FromRequestParts, Request, State},
    http::{
        HeaderMap, HeaderValue,
        header::{CACHE_CONTROL, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};

use crate::{
    http::{
        answer::answer,
        body,
        request::{bearer, is_json, request_info},
    },
    kernel::{
        error::{ApiError, Code},
        session::{RequestInfo, Session},
    },
    modules::identity::{Identity, Issued, Login, TenantChoice, WechatLogin},
};

/// The largest body that is read; all of these are a few hundred bytes.
const LARGEST: usize = 16 * 1024;

/// The routes under `/auth` and `/.well-known/jwks.json`.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Arc<Identity>: FromRef<S>,
    Proxies: FromRef<S>,
{
    Router::new()
        .route("/auth/login", post(login))
        .route("/auth/refresh", post(refresh))
        .route("/auth/logout", post(logout))
        .route("/auth/password", post(password))
        .route("/auth/switch", post(switch))
        .route("/auth/token", post(token))
        .route("/auth/wechat", post(wechat))
        .route("/auth/wechat/unbind", post(unbind_wechat))
        .route("/.well-known/jwks.json", get(jwks))
        .method_not_allowed_fallback(not_allowed)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LoginBody {
    login: String,
    password: String,
    #[serde(default)]
    tenant: Option<String>,
    #[serde(default)]
    client: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct RefreshBody {
    refresh_token: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
struct LogoutBody {
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct PasswordBody {
    current_password: String,
    new_password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SwitchBody {
    tenant: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct TokenBody {
    service_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct WechatBody {
    app_id: String,
    code: String,
    #[serde(default)]
    login: Option<String>,
    #[serde(default)]
    password: Option<String>,
    #[serde(default)]
    client: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct UnbindBody {
    app_id: String,
}

async fn login(State(identity): State<Arc<Identity>>, client: Client, request: Request) -> Response {
    client
        .answer(async {
            let body: LoginBody = read(request).await?;
            // Where no programs are listed the header says nothing.
            let header = client.info.client.clone().filter(|_| !identity.config().clients.is_empty());
            let named = body.client.or(header);
            let input = Login { login: body.login, password: body.password, tenant: body.tenant, client: named };
            Ok(client.render(identity.login(&input, &client.info).await?))
        })
        .await
}

async fn refresh(State(identity): State<Arc<Identity>>, client: Client, request: Request) -> Response {
    client
        .answer(async {
            let body: RefreshBody = read(request).await?;
            Ok(client.render(identity.refresh(&body.refresh_token, &client.info).await?))
        })
        .await
}

async fn logout(State(identity): State<Arc<Identity>>, client: Client, request: Request) -> Response {
    client
        .answer(async {
            // A client that has only its access token need send no body.
            let empty = request.headers().get(CONTENT_TYPE).is_none();
            let body = if empty { LogoutBody::default() } else { read(request).await? };
            match body.refresh_token {
                Some(token) => identity.logout_by_refresh(&token, &client.info).await?,
                None => identity.logout(&client.session(&identity).await?).await?,
            }
            Ok(json!({ "loggedOut": true }))
        })
        .await
}

async fn password(State(identity): State<Arc<Identity>>, client: Client, request: Request) -> Response {
    client
        .answer(async {
            let session = client.session(&identity).await?;
            let body: PasswordBody = read(request).await?;
            identity.change_password(&session, &body.current_password, &body.new_password).await?;
            Ok(json!({ "changed": true }))
        })
        .await
}

async fn switch(State(identity): State<Arc<Identity>>, client: Client, request: Request) -> Response {
    client
        .answer(async {
            let session = client.session(&identity).await?;
            let body: SwitchBody = read(request).await?;
            Ok(client.render(identity.switch(&session, &body.tenant).await?))
        })
        .await
}

async fn token(State(identity): State<Arc<Identity>>, client: Client, request: Request) -> Response {
    client
        .answer(async {
            let body: TokenBody = read(request).await?;
            Ok(client.render(identity.exchange_service_key(&body.service_key, &client.info).await?))
        })
        .await
}

async fn wechat(State(identity): State<Arc<Identity>>, client: Client, request: Request) -> Response {
    client
        .answer(async {
            let WechatBody { app_id, code, login, password, client: named } = read(request).await?;
            let owner = match (login, password) {
                (None, None) => None,
                (Some(login), Some(password)) => Some((login, password)),
                (None, Some(_)) => return Err(ApiError::of(Code::BadUserInput).at("login")),
                (Some(_), None) => return Err(ApiError::of(Code::BadUserInput).at("password")),
            };
            let input = WechatLogin { app_id, code, owner, client: named };
            Ok(client.render(identity.login_wechat(&input, &client.info).await?))
        })
        .await
}

async fn unbind_wechat(State(identity): State<Arc<Identity>>, client: Client, request: Request) -> Response {
    client
        .answer(async {
            let session = client.session(&identity).await?;
            let body: UnbindBody = read(request).await?;
            identity.unbind_wechat(&session, &body.app_id).await?;
            Ok(json!({ "unbound": true }))
        })
        .await
}

async fn jwks(State(identity): State<Arc<Identity>>) -> Response {
    let mut response = axum::Json(identity.keys().jwks()).into_response();
    let kept = format!("public, max-age={}", identity.config().jwks_cache_seconds);
    if let Ok(kept) = HeaderValue::from_str(&kept) {
        response.headers_mut().insert(CACHE_CONTROL, kept);
    }
    response
}

async fn not_allowed(client: Client) -> Response {
    client.answer(async { Err(ApiError::of(Code::MethodNotAllowed)) }).await
}

/// How many proxies in front are ours.
#[derive(Clone, Copy, Debug)]
pub struct Proxies(pub u8);

/// Who is at the other end, as far as the request says.
struct Client {
    info: RequestInfo,
    headers: HeaderMap,
    now: DateTime<Utc>,
}

impl<S> FromRequestParts<S> for Client
where
    S: Send + Sync,
    Arc<Identity>: FromRef<S>,
    Proxies: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let identity = Arc::<Identity>::from_ref(state);
        let info = request_info(parts, Proxies::from_ref(state).0);
        Ok(Self { info, headers: parts.headers.clone(), now: identity.platform().clock().now() })
    }
}

impl Client {
    async fn answer(&self, outcome: impl Future<Output = Result<Value, ApiError>>) -> Response {
        answer(outcome.await, &self.info)
    }

    async fn session(&self, identity: &Identity) -> Result<Session, ApiError> {
        let token = bearer(&self.headers).ok_or(ApiError::of(Code::Unauthenticated))?;
        identity.authenticate(token, self.info.clone()).await
    }

    fn render(&self, issued: Issued) -> Value {
        let seconds = |until: DateTime<Utc>| (until - self.now).num_seconds().max(0);
        let tenant = |t: &TenantChoice| json!({ "code": t.code, "name": t.name });
        let mut body = json!({
            "accessToken": issued.access_token,
            "tokenType": "Bearer",
            "expiresIn": seconds(issued.access_until),
            "tenant": tenant(&issued.tenant),
            "user": { "name": issued.user_name },
        });
        if let Some((token, until)) = &issued.refresh {
            body["refreshToken"] = json!(token);
            body["refreshExpiresIn"] = json!(seconds(*until));
        }
        if !issued.tenants.is_empty() {
            body["tenants"] = issued.tenants.iter().map(tenant).collect();
        }
        body
    }
}

/// Reads a JSON body. What is wrong with it is said in general terms: it may hold a password.
async fn read<T: DeserializeOwned>(request: Request<Body>) -> Result<T, ApiError> {
    let (parts, incoming) = request.into_parts();
    if !is_json(&parts.headers) {
        return Err(ApiError::of(Code::UnsupportedMediaType));
    }
    let bytes = body::read(incoming, LARGEST).await?;
    serde_json::from_slice(&bytes).map_err(|_| ApiError::of(Code::BadUserInput))
}
