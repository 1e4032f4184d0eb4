//! The way out to agencies' systems: one request to an address that was looked up once, held against the networks that
//! may be reached, and connected to as it is. Nothing follows redirects, asks the environment for a proxy or keeps
//! a connection for somebody else's call.

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use declarative::Auth;
use futures::future::BoxFuture;
use reqwest::{Method, Url, header::HeaderValue, redirect::Policy};

use crate::{
    kernel::error::ApiError,
    modules::plugins::connectors::{
        rules::address::{Network, Standing, origin, standing},
        sign,
    },
};

/// The largest answer that is read.
const LARGEST: usize = 64 * 1024;

/// Looks a host up. Systems are looked up once for each call; what is connected to is what was held against the rules.
pub type Lookup = Arc<dyn Fn(String, u16) -> BoxFuture<'static, io::Result<Vec<SocketAddr>>> + Send + Sync>;

/// Speaks to agencies' systems.
#[derive(Clone)]
pub struct Client {
    networks: Arc<[Network]>,
    lookup: Lookup,
}

/// What is asked, of whom, and how it proves from whom it comes.
pub struct Question<'q> {
    /// Origin of the system, as the administrator set it.
    pub address: &'q str,
    /// How it proves from whom it comes.
    pub auth: Auth,
    /// The secret.
    pub secret: &'q [u8],
    /// `POST` or `PUT`.
    pub method: &'q str,
    /// Where, below the address.
    pub path: &'q str,
    /// The same for every attempt of one call.
    pub key: &'q str,
    /// Number of the case.
    pub case: &'q str,
    /// When it is signed, in seconds since 1970.
    pub signed_at: i64,
    /// What is asked.
    pub body: Vec<u8>,
    /// How long everything may take.
    pub timeout: Duration,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// A stable word for it, as in `TIMEOUT`.
    pub code: &'static str,
    /// Status of the answer, if one came.
    pub status: Option<u16>,
    /// Whether asking again may help.
    pub passing: bool,
    /// Whether the system may have done what was asked.
    pub reached: bool,
}

impl Failure {
    /// One before anything was sent.
    pub const fn before(code: &'static str) -> Self {
        Self { code, status: None, passing: true, reached: false }
    }

    const fn after(code: &'static str, status: Option<u16>, passing: bool) -> Self {
        Self { code, status, passing, reached: true }
    }

    /// An answer that cannot be used: asking again brings the same.
    pub const fn unusable(code: &'static str, status: Option<u16>) -> Self {
        Self::after(code, status, false)
    }
}

impl Client {
    /// A client that may reach these networks besides public addresses; fails with a sentence when one of them is none.
    pub fn new(networks: &[String]) -> Result<Self, String> {
        let lookup: Lookup =
            Arc::new(|host, port| Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) }));
        Self::looking_up(networks, lookup)
    }

    /// The same with a way to look hosts up.
    pub fn looking_up(networks: &[String], lookup: Lookup) -> Result<Self, String> {
        let network = |text: &String| Network::parse(text).ok_or(format!("`{text}` is no network like 10.0.0.0/8"));
        Ok(Self { networks: networks.iter().map(network).collect::<Result<_, _>>()?, lookup })
    }

    /// What a literal address is to this server; none for a name, which is looked up when it is called.
    pub fn literal(&self, url: &Url) -> Option<Standing> {
        ip(url).map(|address| standing(address, &self.networks))
    }

    /// Asks, and returns status and body of an answer that came from whoever holds the secret.
    pub async fn ask(&self, question: Question<'_>) -> Result<(u16, Vec<u8>), Failure> {
        let limit = question.timeout;
        let asked = tokio::time::timeout(limit, self.exchange(question)).await;
        asked.unwrap_or(Err(Failure::after("TIMEOUT", None, true)))
    }

    async fn exchange(&self, question: Question<'_>) -> Result<(u16, Vec<u8>), Failure> {
        let mut url = origin(question.address).ok_or(Failure::before("ADDRESS_INVALID"))?;
        let (address, is_granted) = self.resolve(&url).await?;
        if question.auth == Auth::Bearer && url.scheme() == "http" && !is_granted {
            // A secret goes over the open net only within TLS.
            return Err(Failure::before("INSECURE"));
        }
        let host = url.host_str().unwrap_or_default().to_string();
        url.set_path(question.path);
        let client = reqwest::Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .referer(false)
            .http1_only()
            .pool_max_idle_per_host(0)
            .timeout(question.timeout)
            .resolve_to_addrs(&host, &[address])
            .tls_built_in_root_certs(url.scheme() == "https")
            .build()
            .map_err(|_| Failure::before("CLIENT"))?;
        let request = self.signed(&client, url, &question)?;
        let sent = client.execute(request).await;
        let mut response = sent.map_err(|error| told(&error))?;
        let status = response.status().as_u16();
        let failure = match status {
            200..=299 => None,
            300..=399 => Some(Failure::unusable("REDIRECT", Some(status))),
            408 | 425 | 429 | 500..=599 => Some(Failure::after("UNAVAILABLE", Some(status), true)),
            _ => Some(Failure::unusable("REFUSED", Some(status))),
        };
        if let Some(failure) = failure {
            return Err(failure);
        }
        let signature = response.headers().get(sign::SIGNATURE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        let signature = signature.to_string();
        let mut body = vec![];
        while let Some(part) = response.chunk().await.map_err(|error| told(&error))? {
            body.extend_from_slice(&part);
            if body.len() > LARGEST {
                return Err(Failure::unusable("ANSWER_TOO_LARGE", Some(status)));
            }
        }
        let lines = [&status.to_string(), question.key, &sign::digest(&body)];
        if question.auth == Auth::HmacSm3 && !sign::verifies(question.secret, &lines, &signature) {
            return Err(Failure::unusable("ANSWER_UNSIGNED", Some(status)));
        }
        Ok((status, body))
    }

    fn signed(&self, client: &reqwest::Client, url: Url, question: &Question<'_>) -> Result<reqwest::Request, Failure> {
        let method = if question.method == "PUT" { Method::PUT } else { Method::POST };
        let mut request = client
            .request(method, url)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("x-zugong-case", question.case)
            .header(sign::KEY, question.key);
        match question.auth {
            Auth::HmacSm3 => {
                let at = question.signed_at.to_string();
                let lines = [question.method, question.path, &at, question.key, &sign::digest(&question.body)];
                let signature = sign::sign(question.secret, &lines).map_err(|_: ApiError| Failure::before("CLIENT"))?;
                request = request.header(sign::TIMESTAMP, at).header(sign::SIGNATURE, signature);
            }
            Auth::Bearer => {
                let text = [b"Bearer ", question.secret].concat();
                let mut value = HeaderValue::from_bytes(&text).map_err(|_| Failure::before("CLIENT"))?;
                value.set_sensitive(true);
                request = request.header("authorization", value);
            }
        }
        request.body(question.body.clone()).build().map_err(|_| Failure::before("CLIENT"))
    }

    /// The one address that is connected to. A host of which any address is refused is refused as a whole: who answers
    /// with both a good and a bad one is trying something.
    async fn resolve(&self, url: &Url) -> Result<(SocketAddr, bool), Failure> {
        let port = url.port_or_known_default().ok_or(Failure::before("ADDRESS_INVALID"))?;
        let found = match ip(url) {
            Some(address) => vec![SocketAddr::new(address, port)],
            None => {
                let host = url.host_str().unwrap_or_default().to_string();
                (self.lookup)(host, port).await.map_err(|_| Failure::before("LOOKUP_FAILED"))?
            }
        };
        let mut granted = true;
        for address in &found {
            match standing(address.ip(), &self.networks) {
                Standing::Refused => return Err(Failure::before("ADDRESS_REFUSED")),
                Standing::Public => granted = false,
                Standing::Granted => {}
            }
        }
        let first = found.first().ok_or(Failure::before("LOOKUP_FAILED"))?;
        Ok((SocketAddr::new(first.ip(), port), granted))
    }
}

fn ip(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_matches(['[', ']']).parse().ok()
}

/// Why a request failed; the library's words may name addresses, so they go nowhere.
fn told(error: &reqwest::Error) -> Failure {
    match () {
        () if error.is_connect() => Failure::before("CONNECT_FAILED"),
        () if error.is_timeout() => Failure::after("TIMEOUT", None, true),
        () => Failure::after("BROKEN_OFF", None, true),
    }
}
