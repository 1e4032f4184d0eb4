//! WeChat's server, as far as logging in needs it: `GET /sns/jscode2session`.

use std::time::Duration;

use reqwest::redirect::Policy;
use serde::Deserialize;

use super::{
    config::{WechatApp, WechatConfig},
    invalid_code,
};
use crate::{
    kernel::error::{ApiError, Code},
    modules::identity::IdentityError,
};

/// How long WeChat may take for everything.
const PATIENCE: Duration = Duration::from_secs(5);
/// The largest answer that is read.
const LARGEST: usize = 16 * 1024;

/// Asks WeChat.
pub(in crate::modules::identity) struct Client {
    http: reqwest::Client,
    address: String,
}

/// What is read of an answer. The session key is in it, too, and is left there.
#[derive(Deserialize)]
struct Answer {
    openid: Option<String>,
    #[serde(default)]
    errcode: i64,
}

impl Client {
    pub(in crate::modules::identity) fn new(config: &WechatConfig) -> Result<Self, IdentityError> {
        let http = reqwest::Client::builder().redirect(Policy::none()).no_proxy().timeout(PATIENCE);
        let http = http.tls_built_in_root_certs(config.origin.starts_with("https:")).build();
        let http = http.map_err(|error| IdentityError::Config(format!("wechat: {error}")))?;
        Ok(Self { http, address: format!("{}/sns/jscode2session", config.origin.trim_end_matches('/')) })
    }

    /// The openid behind a code of a mini-program.
    pub(super) async fn openid(&self, app: &WechatApp, code: &str) -> Result<String, ApiError> {
        let query = [
            ("appid", app.app_id.as_str()),
            ("secret", app.secret.text()),
            ("js_code", code),
            ("grant_type", "authorization_code"),
        ];
        // Errors of the library show the address, in which the secret is.
        let failed = |error: reqwest::Error| unavailable(&error.without_url().to_string());
        let mut response = self.http.get(&self.address).query(&query).send().await.map_err(failed)?;
        if !response.status().is_success() {
            return Err(unavailable(response.status().as_str()));
        }
        let mut body = vec![];
        while let Some(part) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&part);
            if body.len() > LARGEST {
                return Err(unavailable("too long an answer"));
            }
        }
        judge(&body)
    }
}

/// WeChat says JSON under another content type, and success by the absence of an error.
fn judge(body: &[u8]) -> Result<String, ApiError> {
    let answer: Answer = serde_json::from_slice(body).map_err(|_| unavailable("an answer that is no JSON"))?;
    match (answer.errcode, answer.openid) {
        (0, Some(openid)) if !openid.is_empty() => Ok(openid),
        // Invalid, and used before.
        (40029 | 40163, _) => Err(invalid_code()),
        (45011, _) => Err(ApiError::of(Code::Throttled).after(60)),
        (40226, _) => Err(ApiError::of(Code::Forbidden)
            .saying("微信判定该用户为高风险用户", "WeChat takes this person for a high risk.")),
        (code, _) => Err(unavailable(&format!("errcode {code}"))),
    }
}

fn unavailable(why: &str) -> ApiError {
    tracing::warn!(why, "WeChat gives no openid");
    ApiError::of(Code::Unavailable)
        .saying("微信登录服务暂不可用，请稍后重试或用口令登录", "WeChat does not answer; retry, or log in by password.")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// J-09
    #[test]
    fn what_wechat_says_becomes_a_code_of_ours() {
        let code = |body: &str| judge(body.as_bytes()).map_err(|error| error.code);
        assert_eq!(code(r#"{"openid":"o1","session_key":"k","unionid":"u"}"#), Ok("o1".into()));
        assert_eq!(code(r#"{"openid":"o1","errcode":0,"errmsg":"ok"}"#), Ok("o1".into()));
        for (errcode, expected) in [
            (40029, Code::InvalidCode),
            (40163, Code::InvalidCode),
            (45011, Code::Throttled),
            (40226, Code::Forbidden),
            (-1, Code::Unavailable),
            (40125, Code::Unavailable),
        ] {
            assert_eq!(code(&format!(r#"{{"errcode":{errcode},"errmsg":"no"}}"#)), Err(expected));
        }
        for broken in ["", "<html>", "{}", r#"{"openid":""}"#, r#"{"openid":5}"#] {
            assert_eq!(code(broken), Err(Code::Unavailable), "{broken}");
        }
    }
}
