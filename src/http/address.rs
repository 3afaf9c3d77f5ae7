//! Where a request comes from: the peer, or what a proxy says that is trusted to say it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use actix_web::HttpRequest;

use super::access::Access;

/// Addresses of proxies: one, or all that share the first `bits`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl FromStr for Network {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let bad = || {
            format!(
                "“{text}”不是地址或网段（如 10.0.0.1、10.0.0.0/8）/ `{text}` is no address or network, e.g. 10.0.0.0/8"
            )
        };
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| bad())?;
        let most = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.map_or(Ok(most), |bits| bits.parse().map_err(|_| bad()))?;
        // All addresses there are would let everybody say where they come from.
        if bits == 0 || bits > most { Err(bad()) } else { Ok(Self { address, bits }) }
    }
}

impl Network {
    /// Whether an address lies in it.
    pub fn holds(&self, address: IpAddr) -> bool {
        fn number(address: IpAddr) -> (u128, u8) {
            match address {
                IpAddr::V4(v4) => (u128::from(u32::from(v4)) << 96, 32),
                IpAddr::V6(v6) => (u128::from(v6), 128),
            }
        }
        let ((own, width), (other, of)) = (number(self.address), number(plain(address)));
        width == of && (own ^ other) >> (128 - u32::from(self.bits)) == 0
    }
}

/// This machine.
pub(super) const LOOPBACK: &[Network] = &[
    Network { address: IpAddr::V4(Ipv4Addr::new(127, 0, 0, 0)), bits: 8 },
    Network { address: IpAddr::V6(Ipv6Addr::LOCALHOST), bits: 128 },
];

/// An IPv4 address that came by IPv6 is the same address.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

/// The client's address. `X-Forwarded-For` is read from its end and believed as far as those who wrote it are trusted: what
/// stands before the first address that is not a proxy's, anybody may have written.
pub(super) fn client(request: &HttpRequest) -> Option<IpAddr> {
    let peer = plain(request.peer_addr()?.ip());
    let trusted = Access::of(request).trusted_proxies;
    let forwarded = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    let hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    Some(seen(peer, &hops, trusted))
}

/// The client's address as text; empty: not known.
pub(crate) fn came_from(request: &HttpRequest) -> String {
    client(request).map_or_else(String::new, |address| address.to_string())
}

/// One entry of `X-Forwarded-For`: an address; a port and brackets are passed over.
fn hop(text: &str) -> Option<IpAddr> {
    let bare = |text: &str| text.parse::<IpAddr>().ok();
    bare(text)
        .or_else(|| bare(text.strip_prefix('[')?.split_once(']')?.0))
        .or_else(|| text.rsplit_once(':').and_then(|(host, port)| port.parse::<u16>().ok().and_then(|_| bare(host))))
        .map(plain)
}

/// Who is seen behind `peer`, by what the proxies among `hops` say; the last hop is the nearest.
pub fn seen(peer: IpAddr, hops: &[&str], trusted: &[Network]) -> IpAddr {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.holds(address));
    let mut client = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(client) {
            break;
        }
        match self::hop(hop) {
            Some(address) => client = address,
            // Whoever wrote that is as far as one can see.
            None => break,
        }
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().expect("an address")
    }

    #[test]
    fn a_forwarded_address_is_believed_as_far_as_proxies_are_trusted() {
        let trusted: Vec<Network> = ["10.0.0.0/8", "::1"].map(|text| text.parse().expect("a network")).into();
        for (peer, hops, client) in [
            ("203.0.113.9", &["198.51.100.1"][..], "203.0.113.9"), // Not by a proxy: it says what it likes.
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"), // The first was forged by the client.
            ("10.0.0.1", &["198.51.100.1", "10.2.3.4"], "198.51.100.1"), // Two proxies.
            ("10.0.0.1", &["198.51.100.1", "nonsense"], "10.0.0.1"),
            ("10.0.0.1", &[], "10.0.0.1"),
            ("::1", &["2001:db8::7"], "2001:db8::7"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(seen(plain(ip(peer)), hops, &trusted), ip(client), "{peer} {hops:?}");
        }
    }

    #[test]
    fn a_hop_may_have_a_port() {
        for (text, address) in
            [("192.0.2.1:4711", "192.0.2.1"), ("[2001:db8::1]:443", "2001:db8::1"), ("::ffff:192.0.2.1", "192.0.2.1")]
        {
            assert_eq!(hop(text), Some(ip(address)), "{text}");
        }
        for bad in ["", "unknown", "[2001:db8::1", "192.0.2.1:x", "300.1.1.1"] {
            assert_eq!(hop(bad), None, "{bad}");
        }
    }

    #[test]
    fn networks_hold_what_shares_their_first_bits() {
        let network = |text: &str| text.parse::<Network>().expect("a network");
        assert!(network("10.1.0.0/16").holds(ip("10.1.255.255")) && !network("10.1.0.0/16").holds(ip("10.2.0.0")));
        assert!(network("2001:db8::/32").holds(ip("2001:db8:1::")) && !network("2001:db8::/32").holds(ip("10.1.0.0")));
        assert!(!network("10.0.0.1").holds(ip("10.0.0.2")));
        for bad in ["", "10.0.0.0/0", "10.0.0.0/33", "::/129", "10.0.0.0/", "host", "10.0.0.0/8/8", "10.0.0.0/-1"] {
            assert!(bad.parse::<Network>().is_err(), "{bad}");
        }
    }
}
