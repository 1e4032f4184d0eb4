//! The programs that tokens are given to (客户端程序), where the settings list them.
//!
//! A token says in `azp` to which program it was given, and is good at that program only: a request that names another is
//! refused, and so is a token of a program that is no longer listed. A program says itself what it is called, but for a
//! mini-program, which WeChat vouches for: nobody else is taken for it, and its tokens are its own and for its tenant.

use std::collections::HashMap;

use crate::{
    kernel::{
        error::{ApiError, Code},
        session::RequestInfo,
    },
    modules::identity::{IdentityConfig, wechat::WechatApp},
};

/// The longest name of a client that is kept.
const LONGEST: usize = 100;

/// The programs that are known, and the codes of the tenants in which each works; none means that it is listed itself
/// and works in all. Without any program nobody is asked.
#[derive(Debug, Default)]
pub(super) struct Clients(HashMap<String, Vec<String>>);

/// Whose word it is which program somebody comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// The program's own, which is good for those that are listed.
    Own,
    /// WeChat's, which is good for its mini-programs, too.
    Wechat,
}

/// What a client calls itself, as it is kept.
pub(super) fn kept(client: &str) -> String {
    client.trim().chars().filter(|c| !c.is_control()).take(LONGEST).collect()
}

/// Whether a program can be called so: one word that a header can carry.
pub(super) fn is_name(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

impl Clients {
    pub(super) fn of(config: &IdentityConfig) -> Self {
        let everywhere = config.clients.iter().map(|name| (name.clone(), vec![]));
        let mut known: HashMap<String, Vec<String>> = everywhere.collect();
        let apps = config.wechat.apps.iter().filter(|_| !config.clients.is_empty());
        for app in apps.filter(|app| !config.clients.iter().any(|name| name == app.party())) {
            known.entry(app.party().to_owned()).or_default().push(app.tenant.clone());
        }
        Self(known)
    }

    /// The program that the client of a session begins with, if it is known.
    pub(super) fn known<'t>(&self, client: &'t str) -> Option<&'t str> {
        client.split_whitespace().next().filter(|name| self.0.contains_key(*name))
    }

    /// The same of what calls itself so with nobody to vouch for it: a log-in by password, a service account.
    pub(super) fn listed<'t>(&self, client: &'t str) -> Option<&'t str> {
        self.known(client).filter(|name| self.0.get(*name).is_some_and(Vec::is_empty))
    }

    /// The program that a log-in names, if it names one; `BAD_USER_INPUT` for one that is not known on this word, and
    /// where the request says that it comes from another.
    pub(super) fn party<'t>(
        &self,
        client: &'t str,
        word: Word,
        request: &RequestInfo,
    ) -> Result<Option<&'t str>, ApiError> {
        let wrong = |zh: &'static str, en: &'static str| ApiError::of(Code::BadUserInput).at("client").saying(zh, en);
        let party = match word {
            Word::Own => self.listed(client),
            Word::Wechat => self.known(client),
        };
        if party.is_none() && self.is_strange(client) {
            return Err(wrong("本平台没有配置此客户端程序", "No such client is configured here."));
        }
        self.admit(party, request).map_err(|_| {
            let en = "The client is not the one that the header x-zugong-client names.";
            wrong("客户端程序与请求头 x-zugong-client 不一致", en)
        })?;
        Ok(party)
    }

    /// The program of a session, if it has one; refuses, like any bad token, where that is not known any more, and where
    /// the request says that it comes from another.
    pub(super) fn renewing<'t>(&self, client: &'t str, request: &RequestInfo) -> Result<Option<&'t str>, ApiError> {
        let party = self.known(client);
        if party.is_none() && self.is_strange(client) {
            return Err(ApiError::of(Code::Unauthenticated));
        }
        self.admit(party, request)?;
        Ok(party)
    }

    /// Whether what calls itself so, and is no known program, is somebody else than a client without a name.
    fn is_strange(&self, client: &str) -> bool {
        !self.0.is_empty() && !client.trim().is_empty()
    }

    /// What the client of a mini-program is taken for, whatever it calls itself.
    pub(super) fn of_app(&self, app: &WechatApp, client: &str) -> String {
        let own = client.split_whitespace().next() == Some(app.party());
        if own || self.0.is_empty() { client.to_owned() } else { format!("{} {client}", app.party()) }
    }

    /// Whether a program works in the tenant of this code.
    pub(super) fn works_in(&self, party: Option<&str>, tenant: &str) -> bool {
        let tenants = party.and_then(|name| self.0.get(name));
        tenants.is_none_or(|codes| codes.is_empty() || codes.iter().any(|code| code == tenant))
    }

    /// Refuses, like any bad token, what was given to another program than the request says it comes from, and to one
    /// that is not known any more.
    pub(super) fn admit(&self, party: Option<&str>, request: &RequestInfo) -> Result<(), ApiError> {
        let known = party.is_none_or(|name| self.0.contains_key(name));
        let same = request.client.as_deref().is_none_or(|named| party == Some(named));
        if self.0.is_empty() || (known && same) { Ok(()) } else { Err(ApiError::of(Code::Unauthenticated)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clients(list: &[&str]) -> Clients {
        let app = |id: &str, tenant: &str, client: Option<&str>| WechatApp {
            app_id: id.into(),
            secret: "hush".into(),
            tenant: tenant.into(),
            client: client.map(Into::into),
        };
        let list = list.iter().map(|name| (*name).to_owned()).collect();
        let mut config = IdentityConfig { clients: list, ..IdentityConfig::default() };
        config.wechat.apps = vec![
            app("wx-a", "a", None),
            app("wx-b", "b", Some("mini")),
            app("wx-c", "c", Some("mini")),
            app("wx-d", "d", Some("desk")),
        ];
        Clients::of(&config)
    }

    fn from(client: Option<&str>) -> RequestInfo {
        RequestInfo { client: client.map(Into::into), ..RequestInfo::default() }
    }

    fn refused(outcome: Result<Option<&str>, ApiError>) {
        let error = outcome.unwrap_err();
        assert_eq!((error.code, error.field.as_deref()), (Code::BadUserInput, Some("client")));
    }

    #[test]
    fn a_log_in_names_a_program_that_is_known_or_none() {
        let known = clients(&["desk", "oa"]);
        for word in [Word::Own, Word::Wechat] {
            for (client, party) in [("desk", Some("desk")), (" desk 2.1", Some("desk")), (" ", None)] {
                assert_eq!(known.party(client, word, &from(None)).ok(), Some(party), "{client}");
            }
            for client in ["Desk", "desktop", "wx-b", "2.1 desk", "desk\u{0}"] {
                refused(known.party(client, word, &from(None)));
            }
            assert_eq!(clients(&[]).party("anything 1", word, &from(Some("another"))).ok(), Some(None));
        }
    }

    #[test]
    fn a_mini_program_is_taken_for_one_on_the_word_of_wechat_alone() {
        let known = clients(&["desk", "oa"]);
        for (client, party) in [("wx-a", "wx-a"), ("mini 3", "mini")] {
            assert_eq!(known.party(client, Word::Wechat, &from(None)).ok(), Some(Some(party)));
            refused(known.party(client, Word::Own, &from(None)));
            assert_eq!((known.listed(client), known.known(client)), (None, Some(party)));
        }
        // One that is listed besides is a program like others.
        assert_eq!(known.party("desk", Word::Own, &from(None)).ok(), Some(Some("desk")));
        assert_eq!(
            (known.listed("desk 2"), known.listed("stranger"), clients(&[]).listed("desk")),
            (Some("desk"), None, None)
        );
    }

    #[test]
    fn a_log_in_comes_from_the_program_that_it_names() {
        let known = clients(&["desk", "oa"]);
        assert_eq!(known.party("desk 2.1", Word::Own, &from(Some("desk"))).ok(), Some(Some("desk")));
        assert_eq!(known.party("wx-a", Word::Wechat, &from(Some("wx-a"))).ok(), Some(Some("wx-a")));
        for (client, word, named) in [
            ("oa", Word::Own, "desk"),
            ("desk", Word::Own, "desk 2.1"),
            ("desk", Word::Own, ""),
            ("", Word::Own, "desk"),
            ("wx-a", Word::Wechat, "desk"),
        ] {
            refused(known.party(client, word, &from(Some(named))));
        }
    }

    #[test]
    fn a_session_goes_on_as_long_as_its_program_is_known() {
        let known = clients(&["desk"]);
        for (client, party) in [("desk 2.1", Some("desk")), ("wx-a ", Some("wx-a")), ("", None)] {
            assert_eq!(known.renewing(client, &from(None)).ok(), Some(party), "{client}");
        }
        for (client, named) in [("oa", None), ("oa", Some("oa")), ("desk", Some("oa")), ("", Some("desk"))] {
            let error = known.renewing(client, &from(named)).unwrap_err();
            assert_eq!(error.code, Code::Unauthenticated, "{client} at {named:?}");
        }
        assert_eq!(clients(&[]).renewing("oa", &from(Some("desk"))).ok(), Some(None));
    }

    #[test]
    fn a_program_works_where_it_belongs() {
        let known = clients(&["desk", "oa"]);
        for (party, a, b) in
            [(None, true, true), (Some("oa"), true, true), (Some("wx-a"), true, false), (Some("mini"), false, true)]
        {
            assert_eq!((known.works_in(party, "a"), known.works_in(party, "b")), (a, b), "{party:?}");
        }
        assert!(known.works_in(Some("mini"), "c") && known.works_in(Some("desk"), "a"));
    }

    #[test]
    fn a_mini_program_is_itself_whatever_it_says() {
        let (known, none) = (clients(&["desk"]), clients(&[]));
        let app = WechatApp { app_id: "wx-a".into(), secret: "hush".into(), tenant: "a".into(), client: None };
        for (client, taken) in [("", "wx-a "), ("desk 1", "wx-a desk 1"), ("wx-a 2.1", "wx-a 2.1")] {
            assert_eq!(known.of_app(&app, client), taken);
            assert_eq!(known.known(taken), Some("wx-a"));
            assert_eq!(none.of_app(&app, client), client);
        }
    }

    #[test]
    fn a_token_is_good_at_its_own_program_as_long_as_that_is_known() {
        let known = clients(&["desk", "oa"]);
        for (party, named, good) in [
            (Some("desk"), None, true),
            (Some("desk"), Some("desk"), true),
            (Some("desk"), Some("oa"), false),
            (Some("desk"), Some("Desk"), false),
            (Some("desk"), Some("desk 2.1"), false),
            (Some("desk"), Some(""), false),
            (Some("gone"), None, false),
            (Some("gone"), Some("gone"), false),
            (None, None, true),
            (None, Some("desk"), false),
            (None, Some("gone"), false),
        ] {
            assert_eq!(known.admit(party, &from(named)).is_ok(), good, "{party:?} at {named:?}");
            assert!(clients(&[]).admit(party, &from(named)).is_ok(), "{party:?} at {named:?} where none are listed");
        }
    }

    #[test]
    fn a_name_is_one_word() {
        for (name, good) in
            [("desk", true), ("wx0123", true), ("", false), ("a b", false), ("程序", false), ("a\n", false)]
        {
            assert_eq!(is_name(name), good, "{name}");
        }
        assert!(is_name(&"x".repeat(100)) && !is_name(&"x".repeat(101)));
    }
}
