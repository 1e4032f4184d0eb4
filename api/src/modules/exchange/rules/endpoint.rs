//! Which addresses messages may be sent to (交换地址).

/// The origin of an address (源), as in `http://host:8080`: scheme and authority, nothing else. None for anything
/// that is not exactly that: no path, no user, no other scheme than `http` and `https`.
pub fn origin(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    let (scheme, rest) = text.split_once("://").filter(|(scheme, _)| ["http", "https"].contains(scheme))?;
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) => (host, Some(port.parse::<u16>().ok().filter(|p| *p > 0)?)),
        None => (rest, None),
    };
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let fits = !host.is_empty() && host.len() <= 253 && host.chars().all(plain);
    let port = port.map(|p| format!(":{p}")).unwrap_or_default();
    fits.then(|| format!("{scheme}://{}{port}", host.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h_06_an_origin_is_a_scheme_and_a_host() {
        assert_eq!(origin("http://Node.example:8080/").as_deref(), Some("http://node.example:8080"));
        assert_eq!(origin("https://node.example").as_deref(), Some("https://node.example"));
        assert_eq!(origin(" http://10.0.0.1 ").as_deref(), Some("http://10.0.0.1"));
        for wrong in [
            "",
            "wss://a",
            "HTTPS://a",
            "https://a/b",
            "http://",
            "http://a/b",
            "http://u@a",
            "http://a:0",
            "http://a:70000",
            "ftp://a",
            "http://a?b",
            "http://[::1]:80",
        ] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }
}
