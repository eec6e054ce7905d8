//! Who is online, on whichever node: true soon after they come, and not for long after they or their node are gone.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::people::Person;
use crate::raw::RawSocket;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

/// A socket that says nothing is noticed within this.
const SILENCE_MAX: Duration = Duration::from_secs(35);
/// A node that says nothing is forgotten within this.
const NODE_SILENCE_MAX: Duration = Duration::from_secs(45);

/// Whether somebody is online, as another person sees it.
async fn is_online(viewer: &Person, username: &str) -> bool {
    let people = viewer.reads("/api/users").await;
    let person = people["users"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["username"] == username);
    person.unwrap_or_else(|| panic!("no {username} in {people}"))["online"] == true
}

async fn comes_true(what: &str, within: Duration, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(
            began.elapsed() < within,
            "{what} did not come within {within:?}"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[test]
fn people_are_online_on_every_node_while_they_are_connected_to_one() {
    crate::play(async {
        let mut nodes = Nodes::start(2);
        let ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        assert!(!is_online(&ada, "ben").await);
        ben.enters("lobby").await;
        let soon = Duration::from_secs(5);
        comes_true("ben online", soon, async || is_online(&ada, "ben").await).await;
        ben.loses_the_connection();
        comes_true("ben offline", soon, async || !is_online(&ada, "ben").await).await;
        ben.comes_back().await;
        comes_true("ben back", soon, async || is_online(&ada, "ben").await).await;
        // A node that stops takes its people with it.
        nodes.sites[1].terminate();
        nodes.sites[1].ends().await;
        comes_true("ben gone with his node", soon, async || {
            !is_online(&ada, "ben").await
        })
        .await;
    });
}

#[test]
fn the_people_of_a_node_that_froze_are_offline_until_it_goes_on() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ben.enters("lobby").await;
        comes_true("ben online", Duration::from_secs(5), async || {
            is_online(&ada, "ben").await
        })
        .await;
        nodes.sites[1].freeze();
        let within = NODE_SILENCE_MAX + Duration::from_secs(5);
        comes_true("ben forgotten", within, async || {
            !is_online(&ada, "ben").await
        })
        .await;
        ada.enters("lobby").await;
        ada.says("while it was frozen").await;
        nodes.sites[1].thaw();
        // It was silent for longer than a socket may be: its people come back as after any cut.
        ben.loses_the_connection();
        assert!(ben.comes_back().await);
        ben.sees("while it was frozen").await;
        ben.sees_nothing_more().await;
        comes_true("ben back", Duration::from_secs(20), async || {
            is_online(&ada, "ben").await
        })
        .await;
    });
}

#[test]
fn a_client_that_is_frozen_is_noticed() {
    crate::play(async {
        let site = Site::start(Database::Sqlite);
        let (ada, ben) = (site.person("ada").await, site.person("ben").await);
        let mut frozen = RawSocket::open(&ben.browser, "/ws/chat/lobby/").await;
        frozen.sees("welcome").await;
        assert!(is_online(&ada, "ben").await);
        // It reads nothing and answers no ping, while its kernel acknowledges everything.
        comes_true(
            "ben noticed",
            SILENCE_MAX + Duration::from_secs(1),
            async || !is_online(&ada, "ben").await,
        )
        .await;
        drop(frozen);
    });
}

#[test]
fn a_reader_of_a_byte_a_second_is_let_go() {
    crate::play(async {
        let site = Site::unlimited(Database::Sqlite);
        let (mut ada, ben) = (site.person("ada").await, site.person("ben").await);
        ada.enters("lobby").await;
        let mut slow = RawSocket::open_narrow(&ben.browser, "/ws/chat/lobby/").await;
        slow.sees("welcome").await;
        assert!(is_online(&ada, "ben").await);
        // More than the kernel's buffers and the server's patience hold together.
        let text = "x".repeat(16_000);
        for _ in 0..60 {
            let many = (0..10).map(|_| json!({"message": text}));
            ada.socket().send_all(many).await;
            ada.socket().next_messages(10).await;
        }
        let began = Instant::now();
        while is_online(&ada, "ben").await {
            assert!(
                began.elapsed() < Duration::from_secs(22),
                "ben is still there"
            );
            if !slow.sips().await {
                break;
            }
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
        comes_true("ben gone", Duration::from_secs(2), async || {
            !is_online(&ada, "ben").await
        })
        .await;
    });
}
