//! Where a request comes from, behind a proxy: what the proxy itself has added, never what the client wrote before it.

use std::net::IpAddr;

use actix_web::HttpRequest;

use super::access::Access;

/// The address that the nearest proxy saw: the last one of `X-Forwarded-For`, whose earlier entries anybody may have written.
/// A port and brackets are passed over.
pub fn last_hop(value: &str) -> Option<IpAddr> {
    let last = value.rsplit(',').next()?.trim();
    let bare = |text: &str| text.parse::<IpAddr>().ok();
    bare(last)
        .or_else(|| bare(last.strip_prefix('[')?.split_once(']')?.0))
        .or_else(|| last.rsplit_once(':').and_then(|(host, port)| port.parse::<u16>().ok().and_then(|_| bare(host))))
        // One address in both its forms is one client.
        .map(|address| address.to_canonical())
}

/// Where a request comes from: who is connected, or behind a proxy that ends TLS what that says.
pub(crate) fn client(request: &HttpRequest) -> String {
    let peer = || request.peer_addr().map(|peer| peer.ip().to_canonical());
    let told = || {
        let value = request.headers().get_all("x-forwarded-for").last()?.to_str().ok()?;
        last_hop(value)
    };
    let address = if Access::of(request).behind_tls { told().or_else(peer) } else { peer() };
    address.map(|address| address.to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_proxy_added_is_believed() {
        for (value, address) in [
            ("192.0.2.1", "192.0.2.1"),
            ("10.9.9.9, 192.0.2.1", "192.0.2.1"),
            ("unknown, x, 192.0.2.1:4711", "192.0.2.1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("2001:db8::1", "2001:db8::1"),
            ("::ffff:192.0.2.1", "192.0.2.1"),
        ] {
            assert_eq!(last_hop(value).map(|found| found.to_string()).as_deref(), Some(address), "{value}");
        }
        for bad in ["", ",", "192.0.2.1,", "192.0.2.1, unknown", "[2001:db8::1", "192.0.2.1:x", "300.1.1.1"] {
            assert_eq!(last_hop(bad), None, "{bad}");
        }
    }
}
