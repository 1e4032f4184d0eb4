//! How connections are kept.

use std::time::Duration;

use serde::Deserialize;

use crate::server::patience::Times;

/// A client that takes nothing of its answer for so long is given up.
const UNTAKEN: Duration = Duration::from_secs(30);

/// Settings of connections.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerSettings {
    /// Seconds from a request's first byte to the end of its headers, and from connecting to the first byte.
    pub header_seconds: u32,
    /// Seconds that a connection without a request is kept.
    pub idle_seconds: u32,
    /// Connections at once.
    pub connections: usize,
    /// Connections at once from one address (of IPv6: one /64). Behind proxies of ours it is not applied,
    /// since every connection is theirs.
    pub connections_per_address: usize,
    /// Streams at once in one HTTP/2 connection.
    pub http2_streams: u32,
    /// Seconds that requests under way get when the server stops.
    pub drain_seconds: u32,
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            header_seconds: 10,
            idle_seconds: 75,
            connections: 10_000,
            connections_per_address: 1_000,
            http2_streams: 100,
            drain_seconds: 20,
        }
    }
}

impl ServerSettings {
    /// Refuses settings that cannot work.
    pub fn check(&self) -> Result<(), String> {
        let Self { header_seconds, idle_seconds, connections, connections_per_address, http2_streams, .. } = self;
        if *header_seconds == 0 || *idle_seconds == 0 {
            return Err("server.header_seconds and server.idle_seconds must be at least 1".into());
        }
        if *connections == 0 || *connections_per_address == 0 || *http2_streams == 0 {
            return Err("server.connections, connections_per_address and http2_streams must be at least 1".into());
        }
        Ok(())
    }

    pub(super) fn times(&self) -> Times {
        Times {
            header: Duration::from_secs(self.header_seconds.into()),
            idle: Duration::from_secs(self.idle_seconds.into()),
            untaken: UNTAKEN,
        }
    }

    pub(super) fn drain(&self) -> Duration {
        Duration::from_secs(self.drain_seconds.into())
    }
}

/// Lets the process have as many files as it may: service managers hand out 1,024, which is fewer than connections.
pub(super) fn raise_file_limit() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let now = getrlimit(Resource::Nofile);
        if now.current != now.maximum
            && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: now.maximum, maximum: now.maximum })
        {
            tracing::debug!(%error, "the limit of open files stays as it is");
        }
    }
}
