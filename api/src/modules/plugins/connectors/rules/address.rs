//! Addresses of agencies' systems (系统地址): what may be one, and which networks it may lead to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use reqwest::Url;

/// A range of addresses (网段).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: u128,
    bits: u32,
    v4: bool,
}

impl Network {
    /// A range as in `10.0.0.0/8` or `fd00::/8`; one address is a range too.
    pub fn parse(text: &str) -> Option<Self> {
        let (base, bits) = match text.trim().split_once('/') {
            Some((base, bits)) => (base.parse::<IpAddr>().ok()?, Some(bits.parse::<u32>().ok()?)),
            None => (text.trim().parse::<IpAddr>().ok()?, None),
        };
        let (v4, widest) = (base.is_ipv4(), if base.is_ipv4() { 32 } else { 128 });
        let bits = bits.unwrap_or(widest);
        (bits <= widest).then(|| Self { base: number(base), bits, v4 })
    }

    /// Whether an address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        let width = if self.v4 { 32 } else { 128 };
        let shift = width - self.bits;
        let head = |n: u128| n.checked_shr(shift).unwrap_or(0);
        address.is_ipv4() == self.v4 && head(number(address)) == head(self.base)
    }
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u32) -> Network {
    Network { base: Ipv4Addr::new(a, b, c, d).to_bits() as u128, bits, v4: true }
}

const fn v6(head: [u16; 8], bits: u32) -> Network {
    let [a, b, c, d, e, f, g, h] = head;
    Network { base: Ipv6Addr::new(a, b, c, d, e, f, g, h).to_bits(), bits, v4: false }
}

/// Nobody's system is there: this host, links, groups, the metadata of clouds, and what stands for another address
/// on the way (NAT64, 6to4, Teredo). No operator grants them.
const NEVER: [Network; 20] = [
    v4(0, 0, 0, 0, 8),
    v4(169, 254, 0, 0, 16),
    v4(100, 100, 100, 200, 32),
    v4(168, 63, 129, 16, 32),
    v4(192, 0, 0, 0, 24),
    v4(224, 0, 0, 0, 4),
    v4(240, 0, 0, 0, 4),
    v6([0, 0, 0, 0, 0, 0, 0, 0], 128),
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10),
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8),
    v6([0xfd00, 0xec2, 0, 0, 0, 0, 0, 0], 32),
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96),
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48),
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16),
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32),
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64),
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32),
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20),
    v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16),
];

/// What is behind the operator's walls, and reached only where the operator says so.
const INNER: [Network; 11] = [
    v4(10, 0, 0, 0, 8),
    v4(127, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    v4(100, 64, 0, 0, 10),
    v4(198, 18, 0, 0, 15),
    v4(192, 0, 2, 0, 24),
    v4(198, 51, 100, 0, 24),
    v4(203, 0, 113, 0, 24),
    v6([0, 0, 0, 0, 0, 0, 0, 1], 128),
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7),
];

/// What an address is to a server with these granted networks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is not to be reached.
    Refused,
    /// It is anybody's.
    Public,
    /// It is in a network that the operator has granted.
    Granted,
}

/// What an address is. One of IPv4 in the clothes of IPv6 is what it is beneath them.
pub fn standing(address: IpAddr, granted: &[Network]) -> Standing {
    let address = match address {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            // The compatible form is out of use; only `::1` has a meaning of its own.
            None if v6.to_bits() >> 32 == 0 && v6 != Ipv6Addr::LOCALHOST => return Standing::Refused,
            None => address,
        },
        IpAddr::V4(_) => address,
    };
    let within = |all: &[Network]| all.iter().any(|network| network.contains(address));
    match (within(&NEVER), within(granted), within(&INNER)) {
        (true, ..) => Standing::Refused,
        (_, true, _) => Standing::Granted,
        (_, _, true) => Standing::Refused,
        _ => Standing::Public,
    }
}

/// The origin of a system: scheme, host and port. None for anything else: no user, path, query or fragment.
pub fn origin(text: &str) -> Option<Url> {
    let text = text.trim();
    if text.len() > 300
        || !text.is_ascii()
        || text.contains(|c: char| c.is_ascii_control() || matches!(c, '\\' | '@' | '?' | '#'))
    {
        return None;
    }
    let url = Url::parse(text).ok()?;
    let bare =
        url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
    let fits = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.path() == "/"
        && url.port_or_known_default().is_some_and(|port| port > 0);
    (bare && fits).then_some(url)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn of(text: &str, granted: &[&str]) -> Standing {
        let granted: Vec<Network> = granted.iter().map(|text| Network::parse(text).unwrap()).collect();
        standing(text.parse().unwrap(), &granted)
    }

    #[test]
    fn inner_addresses_are_refused_unless_granted_and_some_always() {
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "::1",
            "fd12::1",
            "fc00::1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "198.18.0.1",
        ] {
            assert_eq!(of(address, &[]), Standing::Refused, "{address}");
            let all = ["0.0.0.0/0", "::/0"];
            assert_eq!(of(address, &all), Standing::Granted, "{address}");
        }
        for address in [
            "169.254.169.254",
            "0.0.0.0",
            "255.255.255.255",
            "224.0.0.1",
            "100.100.100.200",
            "::",
            "fe80::1",
            "ff02::1",
            "fd00:ec2::254",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "2002:a00:1::1",
            "2001:0:a00::1",
            "::10.0.0.1",
            "::ffff:169.254.169.254",
        ] {
            assert_eq!(of(address, &["0.0.0.0/0", "::/0"]), Standing::Refused, "{address}");
        }
        for address in ["8.8.8.8", "172.32.0.1", "2400:3200::1", "::ffff:8.8.8.8", "100.128.0.1"] {
            assert_eq!(of(address, &[]), Standing::Public, "{address}");
        }
        assert_eq!(of("10.20.0.7", &["10.20.0.0/16"]), Standing::Granted);
        assert_eq!(of("10.21.0.7", &["10.20.0.0/16"]), Standing::Refused);
        assert_eq!(of("::ffff:10.20.0.7", &["10.20.0.0/16"]), Standing::Granted);
    }

    #[test]
    fn networks_are_read_exactly() {
        for wrong in ["", "10.0.0.0/33", "10.0.0/8", "10.0.0.0/-1", "::/129", "example.com", "10.0.0.0/8/8"] {
            assert_eq!(Network::parse(wrong), None, "{wrong}");
        }
        assert!(Network::parse("127.0.0.1").unwrap().contains("127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn an_origin_is_a_scheme_and_a_host() {
        for (text, host) in [
            ("http://10.0.0.1:8080", "10.0.0.1"),
            ("https://hr.example.gov.cn", "hr.example.gov.cn"),
            ("http://[fd00::1]:80/", "[fd00::1]"),
            // Other spellings of an address are that address.
            ("http://0x7f.1", "127.0.0.1"),
            ("http://2130706433", "127.0.0.1"),
        ] {
            assert_eq!(
                origin(text).and_then(|url| url.host_str().map(str::to_string)).as_deref(),
                Some(host),
                "{text}"
            );
        }
        for wrong in [
            "",
            "ftp://a",
            "file:///etc/passwd",
            "http://",
            "http://u@a",
            "http://u:p@a",
            "http://a/b",
            "http://a?b",
            "http://a#b",
            "http://a:0",
            "http://a\\@b",
            "http://a b",
            "//a",
            "a:80",
            "javascript:alert(1)",
            "http://系统.cn",
        ] {
            assert_eq!(origin(wrong), None, "{wrong}");
        }
    }
}
