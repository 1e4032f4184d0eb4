//! What the transport knows of a request: its id, the language of messages, the network address, the client program.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE},
        request::Parts,
    },
};

use crate::kernel::{
    error::{ApiError, Code},
    session::{Locale, RequestInfo},
};

/// The header that carries a request's id both ways.
pub const REQUEST_ID: &str = "x-request-id";
/// The header in which a request names its client program, or the gateway in front of that.
pub const CLIENT: &str = "x-zugong-client";
const FORWARDED: &str = "x-forwarded-for";
const IDEMPOTENCY_KEY: &str = "idempotency-key";

/// Gathers what is known of a request. `trusted_hops` is the number of proxies in front that are ours.
pub fn request_info(parts: &Parts, trusted_hops: u8) -> RequestInfo {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let remote = forwarded(&parts.headers, trusted_hops).or(peer);
    RequestInfo {
        id: request_id(&parts.headers),
        locale: locale(&parts.headers),
        remote: remote.map(|ip| ip.to_canonical().to_string()),
        client: client(&parts.headers),
    }
}

/// What a request calls its client. One that cannot be read, or two of them, are no name that anybody has.
fn client(headers: &HeaderMap) -> Option<String> {
    let mut all = headers.get_all(CLIENT).iter();
    match (all.next()?.to_str(), all.next()) {
        (Ok(name), None) => Some(name.to_owned()),
        _ => Some(String::new()),
    }
}

/// What of an address one host commands: the address itself, or the /64 of an IPv6 address.
pub fn network(remote: &str) -> String {
    match remote.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V6(v6)) => format!("{:x}", u128::from(v6) >> 64),
        Ok(v4) => v4.to_string(),
        Err(_) => remote.to_owned(),
    }
}

/// The token of a request. One header, one scheme: two answers to "who are you" are none.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (all.next(), all.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The client's key for a change. One that cannot be read is refused: passed over, the change would be made twice.
pub fn idempotency_key(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = std::str::from_utf8(value.as_bytes()).map_err(|_| {
        ApiError::of(Code::BadUserInput)
            .at("idempotencyKey")
            .saying("幂等键应为 UTF-8 文本", "An idempotency key is text in UTF-8.")
    })?;
    Ok(Some(key))
}

/// Whether a body is said to be JSON in UTF-8, as it is and not compressed: nothing is ever unpacked here. Other sites'
/// pages cannot say so without a pre-flight.
pub fn is_json(headers: &HeaderMap) -> bool {
    let mut kinds = headers.get_all(CONTENT_TYPE).iter();
    let (Some(value), None) = (kinds.next().and_then(|value| value.to_str().ok()), kinds.next()) else { return false };
    let mut words = value.split(';').map(|word| word.trim().to_ascii_lowercase());
    let plain = |encoding: &HeaderValue| encoding.as_bytes().eq_ignore_ascii_case(b"identity");
    words.next().as_deref() == Some("application/json")
        && words.all(|word| !word.starts_with("charset") || is_utf8(&word))
        && headers.get_all(CONTENT_ENCODING).iter().all(plain)
}

/// Whether a parameter of a media type, in small letters, says UTF-8.
fn is_utf8(parameter: &str) -> bool {
    parameter.strip_prefix("charset=").is_some_and(|set| matches!(set, "utf-8" | "\"utf-8\""))
}

/// The client's id of the request if it is short and plain, for it goes into logs and the audit record.
fn request_id(headers: &HeaderMap) -> String {
    let given = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let plain = |text: &&str| {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
    };
    given.filter(plain).map_or_else(|| format!("{:032x}", rand::random::<u128>()), str::to_owned)
}

/// The preferred of the two languages; Chinese unless English is clearly wanted.
fn locale(headers: &HeaderMap) -> Locale {
    let Some(wanted) = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()) else {
        return Locale::default();
    };
    let mut best = (0.0_f32, Locale::default());
    for range in wanted.split(',').take(20) {
        let mut words = range.split(';');
        let tag = words.next().unwrap_or_default().trim().to_ascii_lowercase();
        let weight = words.next().and_then(|q| q.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        let locale = match tag.split('-').next() {
            Some("zh") => Locale::ZhCn,
            Some("en") => Locale::En,
            _ => continue,
        };
        if weight > best.0 {
            best = (weight, locale);
        }
    }
    best.1
}

/// The address that the outermost of our own proxies saw. What stands further left was written by
/// the client and may say anything.
fn forwarded(headers: &HeaderMap, trusted_hops: u8) -> Option<IpAddr> {
    let back = usize::from(trusted_hops).checked_sub(1)?;
    let all: Vec<&str> = headers.get_all(FORWARDED).iter().filter_map(|v| v.to_str().ok()).collect();
    let text = all.iter().flat_map(|line| line.split(',')).rev().nth(back)?.trim();
    text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|a| a.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    fn parts(headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut parts = request.body(()).expect("a request").into_parts().0;
        parts.extensions.insert(ConnectInfo(SocketAddr::from(([10, 0, 0, 9], 4711))));
        parts
    }

    #[test]
    fn only_a_plain_request_id_is_echoed() {
        assert_eq!(request_info(&parts(&[("x-request-id", "a-1_b.2")]), 0).id, "a-1_b.2");
        for bad in ["", "a b", "a/b", "é", &"x".repeat(65)] {
            let id = request_info(&parts(&[("x-request-id", bad)]), 0).id;
            assert!(id != bad && id.len() == 32, "{bad}");
        }
        assert_ne!(request_info(&parts(&[]), 0).id, request_info(&parts(&[]), 0).id);
    }

    #[test]
    fn the_language_is_the_preferred_of_the_two() {
        for (header, locale) in [
            ("en", Locale::En),
            ("en-GB,zh;q=0.5", Locale::En),
            ("zh-CN,en", Locale::ZhCn),
            ("fr, en;q=0.2", Locale::En),
            ("en;q=0.3, zh-TW;q=0.4", Locale::ZhCn),
            ("fr", Locale::ZhCn),
            ("en;q=0", Locale::ZhCn),
            ("*", Locale::ZhCn),
        ] {
            assert_eq!(request_info(&parts(&[("accept-language", header)]), 0).locale, locale, "{header}");
        }
    }

    #[test]
    fn a_request_has_one_client_or_nobodys() {
        let client = |headers: &[(&str, &str)]| request_info(&parts(headers), 0).client;
        assert_eq!(client(&[]), None);
        assert_eq!(client(&[("x-zugong-client", "desk")]).as_deref(), Some("desk"));
        assert_eq!(client(&[("x-zugong-client", "程序")]).as_deref(), Some(""));
        assert_eq!(client(&[("x-zugong-client", "desk"), ("x-zugong-client", "desk")]).as_deref(), Some(""));
    }

    #[test]
    fn a_forwarded_address_counts_only_from_our_own_proxies() {
        let remote = |headers: &[(&str, &str)], hops| request_info(&parts(headers), hops).remote;
        let forged = [("x-forwarded-for", "1.1.1.1, 2.2.2.2"), ("x-forwarded-for", "3.3.3.3:99")];
        assert_eq!(remote(&forged, 0).as_deref(), Some("10.0.0.9"));
        assert_eq!(remote(&forged, 1).as_deref(), Some("3.3.3.3"));
        assert_eq!(remote(&forged, 2).as_deref(), Some("2.2.2.2"));
        assert_eq!(remote(&forged, 9).as_deref(), Some("10.0.0.9"));
        assert_eq!(remote(&[("x-forwarded-for", "'; drop table")], 1).as_deref(), Some("10.0.0.9"));
        assert_eq!(remote(&[("x-forwarded-for", "::ffff:1.2.3.4")], 1).as_deref(), Some("1.2.3.4"));
    }

    #[test]
    fn one_bearer_token_or_none() {
        let token = |headers: &[(&str, &str)]| bearer(&parts(headers).headers).map(str::to_owned);
        assert_eq!(token(&[("authorization", "bearer abc")]).as_deref(), Some("abc"));
        assert_eq!(token(&[("authorization", "Basic abc")]), None);
        assert_eq!(token(&[("authorization", "Bearer a"), ("authorization", "Bearer b")]), None);
        assert_eq!(token(&[]), None);
    }

    #[test]
    fn a_body_is_json_in_utf_8_and_not_compressed() {
        let json = |headers: &[(&str, &str)]| is_json(&parts(headers).headers);
        for kind in ["application/json", "Application/JSON; charset=UTF-8", "application/json;charset=\"utf-8\"; v=1"] {
            assert!(json(&[("content-type", kind)]), "{kind}");
            assert!(json(&[("content-type", kind), ("content-encoding", "Identity")]), "{kind}");
            for encoding in ["gzip", "identity, gzip", "br", ""] {
                assert!(!json(&[("content-type", kind), ("content-encoding", encoding)]), "{kind} {encoding}");
            }
        }
        for kind in [
            "",
            "text/plain",
            "text/plain; application/json",
            "application/json, text/plain",
            "application/json; charset=gbk",
            "application/json; charset=utf-16",
            "application/json; charset=utf-7",
            "application/json; charset = utf-16",
            "application/json; charset*=utf-16''x",
            "application/json; charset=utf-8; charset=utf-16",
            "application/json; charset=",
        ] {
            assert!(!json(&[("content-type", kind)]), "{kind}");
        }
        assert!(!json(&[]) && !json(&[("content-type", "application/json"), ("content-type", "text/plain")]));
    }
}
