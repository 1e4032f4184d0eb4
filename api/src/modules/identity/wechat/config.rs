//! Which mini-programs there are (小程序配置).

use std::fmt;

use serde::Deserialize;

/// WeChat mini-programs by which people log in (微信小程序).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct WechatConfig {
    /// Where WeChat's server is, or a gateway of one's own network that stands for it.
    pub origin: String,
    /// The mini-programs, each of one tenant.
    pub apps: Vec<WechatApp>,
}

/// A mini-program (小程序).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WechatApp {
    /// WeChat's name for it (AppID).
    pub app_id: String,
    /// What proves to WeChat that it is us (AppSecret).
    pub secret: AppSecret,
    /// Code of the tenant whose people log in by it.
    pub tenant: String,
    /// What it is called among `identity.clients`; its AppID unless given.
    #[serde(default)]
    pub client: Option<String>,
}

/// The secret of a mini-program. Never shown, not even by `Debug`.
#[derive(Clone, Deserialize)]
pub struct AppSecret(String);

impl Default for WechatConfig {
    fn default() -> Self {
        Self { origin: "https://api.weixin.qq.com".into(), apps: vec![] }
    }
}

impl WechatConfig {
    pub(super) fn app(&self, app_id: &str) -> Option<&WechatApp> {
        self.apps.iter().find(|app| app.app_id == app_id)
    }

    pub(in crate::modules::identity) fn check(&self) -> Result<(), String> {
        let origin = reqwest::Url::parse(&self.origin).ok().filter(|url| {
            ["http", "https"].contains(&url.scheme()) && url.has_host() && url.path() == "/" && url.query().is_none()
        });
        if origin.is_none() {
            return Err("wechat.origin must be an origin like https://api.weixin.qq.com".into());
        }
        for (n, app) in self.apps.iter().enumerate() {
            if app.app_id.is_empty() || app.secret.0.is_empty() || app.tenant.is_empty() {
                return Err("wechat.apps: app_id, secret and tenant must not be empty".into());
            }
            if self.apps[..n].iter().any(|other| other.app_id == app.app_id) {
                return Err(format!(
                    "wechat.apps: {} is there twice; a mini-program belongs to one tenant",
                    app.app_id
                ));
            }
        }
        Ok(())
    }
}

impl WechatApp {
    /// The program that its tokens are given to.
    pub(in crate::modules::identity) fn party(&self) -> &str {
        self.client.as_deref().unwrap_or(&self.app_id)
    }
}

impl AppSecret {
    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

impl From<&str> for AppSecret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mini_program_belongs_to_one_tenant_and_its_secret_is_not_shown() {
        let twice = "[[apps]]\napp_id = 'wx1'\nsecret = 'hush'\ntenant = 'a'\n".repeat(2);
        let config: WechatConfig = toml::from_str(&twice).expect("well formed");
        assert!(config.check().expect_err("twice").contains("wx1"));
        assert!(!format!("{config:?}").contains("hush"));
        assert!(WechatConfig::default().check().is_ok());
        for origin in ["api.weixin.qq.com", "ftp://a", "https://a/b", "https://a/?x=1"] {
            assert!(WechatConfig { origin: origin.into(), apps: vec![] }.check().is_err(), "{origin}");
        }
    }
}
