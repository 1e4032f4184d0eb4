//! What stays open: sockets and streams, so many for each user, and so many in all.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::watch;
use uuid::Uuid;

/// Sockets and event streams that one user may have open at once.
const SOCKETS: usize = 5;
/// Operations that one user may have under way on all of them.
const STREAMS: usize = 20;

/// A user of a tenant.
pub(super) type Who = (Uuid, Uuid);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A WebSocket, or an event stream over HTTP.
    Socket,
    /// An operation that goes on.
    Stream,
}

impl Kind {
    const fn most(self) -> usize {
        match self {
            Self::Socket => SOCKETS,
            Self::Stream => STREAMS,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Socket => "socket",
            Self::Stream => "stream",
        }
    }
}

/// Everything that stands open in this process.
pub(super) struct Standing {
    users: Mutex<HashMap<(Who, Kind), usize>>,
    open: watch::Sender<usize>,
}

/// Something open; it is closed by dropping it.
pub(super) struct Open(Arc<Standing>);

/// A user's share in it.
pub(super) struct Share {
    standing: Arc<Standing>,
    key: (Who, Kind),
}

impl Standing {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { users: Mutex::default(), open: watch::Sender::new(0) })
    }

    /// Counts a socket or event stream until it is dropped.
    pub(super) fn open(self: &Arc<Self>) -> Open {
        self.open.send_modify(|count| *count += 1);
        metrics::gauge!("zugong_sockets").increment(1.0);
        Open(self.clone())
    }

    /// A user's share, if there is one left.
    pub(super) fn share(self: &Arc<Self>, who: Who, kind: Kind) -> Option<Share> {
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        let count = users.entry((who, kind)).or_insert(0);
        if *count >= kind.most() {
            metrics::counter!("zugong_throttled_total", "limit" => kind.name()).increment(1);
            return None;
        }
        *count += 1;
        Some(Share { standing: self.clone(), key: (who, kind) })
    }

    /// Ends when nothing is open any more.
    pub(super) async fn left(&self) {
        // An error means that the sender is gone, and it is our own.
        let _ = self.open.subscribe().wait_for(|count| *count == 0).await;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.send_modify(|count| *count = count.saturating_sub(1));
        metrics::gauge!("zugong_sockets").decrement(1.0);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut users = self.standing.users.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = users.get_mut(&self.key) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                users.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_so_many_and_gets_them_back() {
        let standing = Standing::new();
        let (me, other) = ((Uuid::from_u128(1), Uuid::from_u128(2)), (Uuid::from_u128(1), Uuid::from_u128(3)));
        let mut mine: Vec<Share> = (0..SOCKETS).filter_map(|_| standing.share(me, Kind::Socket)).collect();
        assert_eq!(mine.len(), SOCKETS);
        assert!(standing.share(me, Kind::Socket).is_none());
        assert!(standing.share(other, Kind::Socket).is_some() && standing.share(me, Kind::Stream).is_some());
        mine.pop();
        assert!(standing.share(me, Kind::Socket).is_some());
        drop(mine);
        assert!(standing.users.lock().unwrap().is_empty());
    }
}
