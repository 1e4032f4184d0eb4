//! Who is connected, and how often.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex, PoisonError},
};

/// The bits of an IPv6 address that a provider hands to one customer.
const CUSTOMER: u128 = !0 << 64;

/// Connections by address, with their limits.
pub(super) struct Peers {
    all: usize,
    each: usize,
    inside: Mutex<Inside>,
}

#[derive(Default)]
struct Inside {
    count: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// The place of a connection; it is given up by dropping it.
pub(super) struct Place {
    peers: Arc<Peers>,
    address: IpAddr,
}

impl Peers {
    pub(super) fn new(all: usize, each: usize) -> Arc<Self> {
        Arc::new(Self { all, each, inside: Mutex::default() })
    }

    /// A place, if one is left for this address.
    pub(super) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let address = customer(address);
        let mut inside = self.inside.lock().unwrap_or_else(PoisonError::into_inner);
        let here = inside.by_address.get(&address).copied().unwrap_or(0);
        if inside.count >= self.all || here >= self.each {
            let reason = if here >= self.each { "address" } else { "all" };
            metrics::counter!("zugong_connections_refused_total", "limit" => reason).increment(1);
            return None;
        }
        inside.by_address.insert(address, here + 1);
        inside.count += 1;
        metrics::gauge!("zugong_connections").increment(1.0);
        Some(Place { peers: self.clone(), address })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.peers.inside.lock().unwrap_or_else(PoisonError::into_inner);
        inside.count = inside.count.saturating_sub(1);
        let here = inside.by_address.get(&self.address).copied().unwrap_or(0);
        if here > 1 {
            inside.by_address.insert(self.address, here - 1);
        } else {
            inside.by_address.remove(&self.address);
        }
        metrics::gauge!("zugong_connections").decrement(1.0);
    }
}

fn customer(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from(u128::from(v6) & CUSTOMER)),
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_limited_by_address_and_in_all_and_given_back() {
        let peers = Peers::new(3, 2);
        let address = |text: &str| text.parse().unwrap();
        let (first, _second) = (peers.enter(address("10.0.0.1")), peers.enter(address("::ffff:10.0.0.1")));
        assert!(first.is_some() && peers.enter(address("10.0.0.1")).is_none(), "one address has two places");
        let third = peers.enter(address("2001:db8::1"));
        assert!(third.is_some() && peers.enter(address("10.0.0.2")).is_none(), "all have three places");
        drop(first);
        assert!(peers.enter(address("10.0.0.2")).is_some());
        let _fourth = peers.enter(address("2001:db8::2"));
        assert!(peers.enter(address("2001:db8::ffff")).is_none(), "a /64 is one customer");
        drop(third);
        assert!(peers.enter(address("10.0.0.1")).is_some());
    }
}
