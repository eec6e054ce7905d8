//! Who is at the other end: their address and scheme, through proxies that the settings name and no others.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::HttpRequest;
use actix_web::http::header::{
    HeaderMap, HeaderName, USER_AGENT, X_FORWARDED_FOR, X_FORWARDED_PROTO,
};

use super::origin;
use crate::config::Config;
use crate::names::turns_direction;
use crate::store::sign_ins::{AGENT_CHARACTERS_MAX, Origin};

/// From where, and by what, a request came; nothing in it can leave its line.
pub fn origin(request: &HttpRequest, config: &Config) -> Origin {
    let agent = request.headers().get(USER_AGENT);
    let agent = agent.map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    let is_shown = |character: &char| !character.is_control() && !turns_direction(*character);
    Origin {
        address: address(request, config).to_string(),
        agent: agent
            .unwrap_or_default()
            .chars()
            .filter(is_shown)
            .take(AGENT_CHARACTERS_MAX)
            .collect(),
    }
}

/// The address a request came from.
pub fn address(request: &HttpRequest, config: &Config) -> IpAddr {
    let peer = peer(request.peer_addr());
    let hops = values(request.headers(), X_FORWARDED_FOR);
    rightmost_untrusted(peer, hops.iter().map(String::as_str), |address| {
        config.trusts(address)
    })
}

/// Whether the browser reached the site over https: then its cookies are for https alone.
pub fn is_secure(request: &HttpRequest, config: &Config) -> bool {
    if !config.url.is_empty() {
        let host = origin::host(request.headers()).unwrap_or_default();
        let named = config
            .url
            .iter()
            .find(|site| site.host().eq_ignore_ascii_case(host));
        return named
            .or(config.url.first())
            .is_some_and(|site| site.is_secure());
    }
    config.trusts(peer(request.peer_addr()))
        && values(request.headers(), X_FORWARDED_PROTO)
            .first()
            .is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"))
}

/// The address that links for others begin with, and whether it leads to this computer alone.
pub fn site(request: &HttpRequest, config: &Config) -> (String, bool) {
    let origin = match config.url.first() {
        Some(site) => site.origin().to_owned(),
        None => {
            let scheme = if is_secure(request, config) {
                "https"
            } else {
                "http"
            };
            format!(
                "{scheme}://{}",
                origin::host(request.headers()).unwrap_or("localhost")
            )
        }
    };
    let loopback = is_loopback(origin.split_once("://").map_or("", |(_, host)| host));
    (origin, loopback)
}

/// Says once what a peer that is no trusted proxy claims in vain: whoever set up a proxy wants to know.
pub fn warn_of_untrusted(
    request_peer: Option<SocketAddr>,
    headers: &HeaderMap,
    config: &Config,
    warned: &AtomicBool,
) {
    if warned.load(Ordering::Relaxed)
        || !(headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(X_FORWARDED_PROTO))
    {
        return;
    }
    let peer = peer(request_peer);
    if !config.trusts(peer) && !warned.swap(true, Ordering::Relaxed) {
        log::warn!(
            "{peer} sends X-Forwarded headers and is not trusted: if it is your proxy, name it in ADDA_TRUSTED_PROXIES"
        );
    }
}

fn peer(peer: Option<SocketAddr>) -> IpAddr {
    peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| {
        peer.ip().to_canonical()
    })
}

fn values(headers: &HeaderMap, name: HeaderName) -> Vec<String> {
    headers
        .get_all(name)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|value| value.trim().to_owned())
        .collect()
}

/// The last address in the chain that no trusted proxy has; what stands left of it may be invented.
fn rightmost_untrusted<'a>(
    peer: IpAddr,
    hops: impl DoubleEndedIterator<Item = &'a str>,
    trusts: impl Fn(IpAddr) -> bool,
) -> IpAddr {
    let mut nearest = peer;
    for hop in hops.rev() {
        if !trusts(nearest) {
            break;
        }
        match parse_hop(hop) {
            Some(address) => nearest = address,
            None => break,
        }
    }
    nearest
}

/// An address, perhaps with a port.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let address = hop
        .parse::<IpAddr>()
        .or_else(|_| hop.parse::<SocketAddr>().map(|socket| socket.ip()));
    let bracketed = || hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    address
        .ok()
        .or_else(bracketed)
        .map(|address| address.to_canonical())
}

fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => host.rsplit_once(':').map_or(host, |(name, _)| name),
    };
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn through(peer: &str, forwarded: &str) -> String {
        let config = Config::from_flags(&["--trusted-proxies", "10.0.0.0/8,::1"]).unwrap();
        let hops: Vec<&str> = forwarded
            .split(',')
            .map(str::trim)
            .filter(|hop| !hop.is_empty())
            .collect();
        rightmost_untrusted(peer.parse().unwrap(), hops.into_iter(), |address| {
            config.trusts(address)
        })
        .to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed_and_only_what_they_saw() {
        assert_eq!(
            through("203.0.113.5", "198.51.100.1"),
            "203.0.113.5",
            "the peer is a stranger"
        );
        assert_eq!(through("10.0.0.1", "198.51.100.1"), "198.51.100.1");
        assert_eq!(
            through("10.0.0.1", "1.1.1.1, 198.51.100.1"),
            "198.51.100.1",
            "the left one is invented"
        );
        assert_eq!(
            through("10.0.0.1", "198.51.100.1, 10.0.0.2"),
            "198.51.100.1",
            "two proxies"
        );
        assert_eq!(through("::1", "[2001:db8::7]:4711"), "2001:db8::7");
        assert_eq!(through("10.0.0.1", "198.51.100.1:99"), "198.51.100.1");
        assert_eq!(through("10.0.0.1", "1.1.1.1, nonsense"), "10.0.0.1");
        assert_eq!(through("10.0.0.1", ""), "10.0.0.1");
    }

    #[test]
    fn loopback_is_told_from_addresses_that_others_reach() {
        for host in [
            "localhost:8080",
            "127.0.0.1:8080",
            "127.9.9.9",
            "[::1]:8080",
            "chat.localhost",
            "LOCALHOST.",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "chat.test",
            "10.0.0.7:8080",
            "[2001:db8::1]:80",
            "localhost.example.com",
            "",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
