//! Behind nginx and Caddy, with the configurations of docs/deployment.md: https, cookies, addresses, patience, restarts.

use std::time::Duration;

use crate::accounts::cookie_line;
use crate::people::{Person, assert_gapless, texts};
use crate::site::http::Browser;
use crate::site::nodes::Nodes;
use crate::site::proxies::{Kind, NAME, Proxy, Tunnel, URL, run};
use crate::site::{Database, PASSWORD, Site};
use crate::socket::Upgrade;

/// Makes a test of each scenario behind nginx and one behind Caddy.
macro_rules! behind_both_proxies {
    ($($scenario:ident),+ $(,)?) => {
        mod behind_nginx {
            $(#[test] fn $scenario() { crate::play(super::$scenario(super::Kind::Nginx)); })+
        }
        mod behind_caddy {
            $(#[test] fn $scenario() { crate::play(super::$scenario(super::Kind::Caddy)); })+
        }
    };
}

behind_both_proxies!(
    people_talk_over_https,
    pages_come_over_http_2,
    a_silent_socket_outlives_the_patience_of_the_proxy,
    people_come_back_after_the_proxy_restarted,
    nobody_misses_anything_when_the_proxy_is_reloaded,
    guessers_are_told_apart_by_the_address_that_the_proxy_saw,
    several_nodes_are_one_site_and_one_may_fall,
);

const CLIENT: [u8; 4] = [127, 0, 0, 2];
const OTHER_CLIENT: [u8; 4] = [127, 0, 0, 3];
const SETTINGS: [(&str, &str); 3] = [
    ("ADDA_URL", URL),
    ("ADDA_TRUSTED_PROXIES", "127.0.0.1"),
    ("ADDA_MESSAGES_PER_SECOND", "0"),
];

async fn people_talk_over_https(kind: Kind) {
    let site = Site::with(Database::Sqlite, &SETTINGS);
    let proxy = Proxy::start(kind, &[site.address()], &[]);
    let tunnel = Tunnel::to(&proxy, CLIENT);
    let mut ada = comes(&site, &tunnel, "ada").await;
    let mut ben = comes(&site, &tunnel, "ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("Is this thing on?").await;
    ben.sees("Is this thing on?").await;
    ben.says(&"long ".repeat(3_000)).await;
    ada.sees(&"long ".repeat(3_000)).await;

    let fields = [("username", "ada"), ("password", PASSWORD)];
    // At another device: a browser that signs in again ends what it had.
    let login = ada.browser.another().form("/login", &fields).await;
    let login = login.expect(303, "a form through the proxy");
    let cookie = cookie_line(&login, "__Host-adda=");
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute}: {cookie}");
    }
    let page = ada.get("/chat/lobby/").await.expect(200, "a page");
    let policy = page.header("content-security-policy").unwrap();
    assert!(policy.contains(&format!("wss://{NAME}")), "{policy}");

    let upgrade = || Upgrade::new(&ada.browser, "/ws/chat/lobby/");
    for foreign in ["http://chat.example.com", "https://evil.example", "null"] {
        assert_eq!(upgrade().with("origin", foreign).refusal().await, 403);
    }
    let cookies = |bytes: usize| {
        let filler = "x".repeat(bytes);
        let cookies = format!("{}; filler={filler}", ada.browser.cookie_header().unwrap());
        ada.get("/api/me").with("Cookie", &cookies)
    };
    cookies(6_000).await.expect(200, "cookies of 6 KB");
    let most = cookies(3_000_000).await.status;
    assert!((400..500).contains(&most), "cookies of 3 MB: {most}");
    ada.says("and on").await;
    ben.sees("and on").await;
}

async fn pages_come_over_http_2(kind: Kind) {
    let site = Site::with(Database::Sqlite, &SETTINGS);
    let proxy = Proxy::start(kind, &[site.address()], &[]);
    let port = proxy.address().port();
    let connect_to = format!("{NAME}:{port}:127.0.0.1");
    let url = format!("{URL}:{port}/login");
    let mut words = vec!["--silent", "--show-error", "--insecure", "--http2"];
    words.extend(["--output", "/dev/null", "--resolve", &connect_to]);
    words.extend(["--write-out", "%{http_version} %{response_code}", &url]);
    assert_eq!(run("curl", &words), "2 200");
}

async fn a_silent_socket_outlives_the_patience_of_the_proxy(kind: Kind) {
    let site = Site::with(Database::Sqlite, &SETTINGS);
    // Less than the silence below, and more than the time from one ping of the server to the next.
    let shorter = match kind {
        Kind::Nginx => &[("proxy_read_timeout 75s", "proxy_read_timeout 25s")][..],
        Kind::Caddy => &[],
    };
    let proxy = Proxy::start(kind, &[site.address()], shorter);
    let tunnel = Tunnel::to(&proxy, CLIENT);
    let mut ada = comes(&site, &tunnel, "ada").await;
    let mut ben = comes(&site, &tunnel, "ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let silence = Duration::from_secs(34);
    tokio::select! {
        () = ada.socket().idles() => {}
        () = ben.socket().idles() => {}
        () = tokio::time::sleep(silence) => {}
    }
    ada.says("Where were we?").await;
    ben.sees("Where were we?").await;
}

async fn people_come_back_after_the_proxy_restarted(kind: Kind) {
    let site = Site::with(Database::Sqlite, &SETTINGS);
    let mut proxy = Proxy::start(kind, &[site.address()], &[]);
    let tunnel = Tunnel::to(&proxy, CLIENT);
    let mut ada = comes(&site, &tunnel, "ada").await;
    let mut ben = comes(&site, &tunnel, "ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("before").await;
    ben.sees("before").await;

    proxy.stop();
    for person in [&mut ada, &mut ben] {
        person.socket().is_lost().await;
        person.loses_the_connection();
    }
    let mut inside = Person::at(site.signed_up_at(directly(&site), "cleo").await);
    inside.enters("lobby").await;
    for number in 0..3 {
        inside.says(&format!("meanwhile {number}")).await;
    }
    proxy.start_again();
    for person in [&mut ada, &mut ben] {
        assert!(person.comes_back().await, "from where they were");
        for number in 0..3 {
            person.sees(&format!("meanwhile {number}")).await;
        }
        person.sees_nothing_more().await;
    }
    ada.says("after").await;
    ben.sees("after").await;
    assert_gapless(&ben.history("lobby").await);
}

async fn nobody_misses_anything_when_the_proxy_is_reloaded(kind: Kind) {
    let site = Site::with(Database::Sqlite, &SETTINGS);
    let proxy = Proxy::start(kind, &[site.address()], &[]);
    let tunnel = Tunnel::to(&proxy, CLIENT);
    let mut ada = comes(&site, &tunnel, "ada").await;
    let mut ben = comes(&site, &tunnel, "ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("before").await;
    ben.sees("before").await;

    proxy.reload();
    if kind == Kind::Caddy {
        for person in [&mut ada, &mut ben] {
            person.socket().is_lost().await;
            person.loses_the_connection();
        }
        assert!(ada.comes_back().await, "ada goes on");
        ada.says("meanwhile").await;
        assert!(ben.comes_back().await, "ben goes on");
    } else {
        ada.says("meanwhile").await;
    }
    ben.sees("meanwhile").await;
    ben.sees_nothing_more().await;
    let mut newcomer = comes(&site, &tunnel, "cleo").await;
    newcomer.enters("lobby").await;
    newcomer.says("after").await;
    ada.sees("after").await;
}

async fn guessers_are_told_apart_by_the_address_that_the_proxy_saw(kind: Kind) {
    let mut settings = SETTINGS.to_vec();
    settings.push(("ADDA_SIGN_INS_PER_MINUTE", "3"));
    let site = Site::with(Database::Sqlite, &settings);
    let proxy = Proxy::start(kind, &[site.address()], &[]);
    let (one, other) = (Tunnel::to(&proxy, CLIENT), Tunnel::to(&proxy, OTHER_CLIENT));
    comes(&site, &one, "ada").await;
    let guess = async |tunnel: &Tunnel, invented: &str| {
        let fields = [("username", "ada"), ("password", "a wrong password")];
        let browser = Browser::of(URL, tunnel.place());
        let asked = browser.form("/login", &fields);
        asked.with("X-Forwarded-For", invented).await.status
    };
    for number in 1..=3 {
        assert_eq!(guess(&one, &format!("203.0.113.{number}")).await, 401);
    }
    assert_eq!(
        guess(&one, "203.0.113.4").await,
        429,
        "what a client says of its address counts for nothing"
    );
    assert_eq!(guess(&one, "127.0.0.1").await, 429);
    assert_eq!(guess(&other, "203.0.113.5").await, 401, "somebody else");
    assert!(!site.log().contains("not trusted"), "{}", site.log());
}

async fn several_nodes_are_one_site_and_one_may_fall(kind: Kind) {
    let mut nodes = Nodes::with(2, &SETTINGS);
    // The third of the document is a node that is down.
    let addresses: Vec<_> = nodes.sites.iter().map(Site::address).collect();
    let down = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = down.local_addr().unwrap();
    drop(down);
    let proxy = Proxy::start(kind, &[addresses[0], addresses[1], nobody], &[]);
    let tunnel = Tunnel::to(&proxy, CLIENT);
    let mut people = Vec::new();
    for name in ["ada", "ben", "cleo", "dora"] {
        let mut person = comes(&nodes.sites[0], &tunnel, name).await;
        person.enters("lobby").await;
        people.push(person);
    }
    let mut said = Vec::new();
    for speaker in 0..people.len() {
        let text = format!("{speaker} before");
        people[speaker].says(&text).await;
        for person in &mut people {
            person
                .socket()
                .awaits(&text, |frame| frame["message"] == text.as_str())
                .await;
        }
        said.push(text);
    }
    nodes.sites[0].kill();
    for person in &mut people {
        person.loses_the_connection();
        assert!(person.comes_back().await, "through the other node");
    }
    for speaker in 0..people.len() {
        let text = format!("{speaker} after");
        people[speaker].says(&text).await;
        for person in &mut people {
            person
                .socket()
                .awaits(&text, |frame| frame["message"] == text.as_str())
                .await;
        }
        said.push(text);
    }
    let history = people[0].history("lobby").await;
    assert_gapless(&history);
    assert_eq!(texts(&history), said);
}

/// Somebody who makes an account through the proxy.
async fn comes(site: &Site, tunnel: &Tunnel, username: &str) -> Person {
    let browser = Browser::of(URL, tunnel.place());
    Person::at(site.signed_up_at(browser, username).await)
}

/// A browser that knows the site by its name and reaches it without the proxy.
fn directly(site: &Site) -> Browser {
    Browser::of(URL, site.place())
}
