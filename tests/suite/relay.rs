//! Several nodes are one server: what is said on one is seen on the others at once, and whatever Redis does, nothing is lost,
//! doubled or out of order.

use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use serde_json::{Value, json};

use crate::eventually;
use crate::people::{Person, assert_gapless};
use crate::site::Site;
use crate::site::http::Browser;
use crate::site::nodes::Nodes;
use crate::site::redis::Reply;

/// Between nodes while Redis is well: what people call at once. A debug build on a busy machine is given some more.
pub const AT_ONCE: Duration = Duration::from_millis(1_500);
/// Whatever happens to Redis, the database brings it within this.
pub const AT_LATEST: Duration = Duration::from_secs(5);

/// Nodes that can be watched.
pub fn nodes(count: usize) -> Nodes {
    Nodes::with(count, &[("ADDA_METRICS", "127.0.0.1:0")])
}

/// Two nodes, with ada on the first and ben on the second, both in the lobby.
pub async fn ada_and_ben(nodes: &Nodes) -> (Person, Person) {
    let mut ada = nodes.sites[0].person("ada").await;
    let mut ben = nodes.sites[1].person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    nodes.hear_each_other(2).await;
    (ada, ben)
}

impl Nodes {
    /// Waits until every node hears itself, and so many hear the lobby.
    pub async fn hear_each_other(&self, in_the_lobby: i64) {
        for site in &self.sites {
            eventually("the node to hear itself", async || {
                site.metric("adda_relay_well").await == 1
            })
            .await;
        }
        let lobby = self.channel("room:").await;
        let nodes = Reply::Number(in_the_lobby);
        let heard_by = || self.redis.command(&["PUBSUB", "NUMSUB", lobby.as_str()]);
        eventually(
            "every node to hear the lobby",
            async || matches!(heard_by(), Reply::List(counts) if counts.last() == Some(&nodes)),
        )
        .await;
    }

    fn sql(&self, statement: &str) {
        let mut database = PgConnection::establish(&self.database).unwrap();
        database.batch_execute(statement).unwrap();
    }

    /// A channel that some node listens to.
    async fn channel(&self, kind: &str) -> String {
        let pattern = format!("*:{kind}*");
        let listened = || {
            self.redis
                .command(&["PUBSUB", "CHANNELS", pattern.as_str()])
        };
        let channel = || match listened() {
            Reply::List(channels) => channels.into_iter().next(),
            other => panic!("a list was expected: {other:?}"),
        };
        eventually("a channel to be listened to", async || channel().is_some()).await;
        match channel() {
            Some(Reply::Text(channel)) => channel,
            other => panic!("a channel was expected: {other:?}"),
        }
    }
}

impl Site {
    /// What the node counts under a name.
    pub async fn metric(&self, name: &str) -> i64 {
        let text = self.metrics().get("/metrics").await.text();
        let line = text
            .lines()
            .find(|line| line.split(' ').next() == Some(name));
        let value = line.and_then(|line| line.split(' ').nth(1));
        value
            .unwrap_or_else(|| panic!("no {name} in {text}"))
            .parse()
            .unwrap()
    }

    /// A browser at the address that is for whoever watches the server.
    fn metrics(&self) -> Browser {
        let log = self.log();
        let said = log.split("metrics are at http://").nth(1);
        let address = said.and_then(|said| said.split('/').next());
        let address = address.unwrap_or_else(|| panic!("no address of metrics in {log}"));
        Browser::new(Arc::new(RwLock::new(address.parse().unwrap())))
    }
}

/// Says something, and how long it took until the other saw it.
pub async fn reaches(speaker: &mut Person, listener: &mut Person, text: &str) -> Duration {
    let began = Instant::now();
    tokio::join!(speaker.says(text), listener.sees(text));
    began.elapsed()
}

#[test]
fn what_is_said_on_one_node_is_seen_on_the_others_at_once_and_in_one_order() {
    crate::play(async {
        let nodes = nodes(3);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        let mut cleo = nodes.sites[2].person("cleo").await;
        cleo.enters("lobby").await;
        nodes.hear_each_other(3).await;
        for round in 0..20 {
            let text = format!("from the first, {round}");
            assert!(reaches(&mut ada, &mut ben, &text).await < AT_ONCE);
            let text = format!("from the second, {round}");
            assert!(reaches(&mut ben, &mut cleo, &text).await < AT_ONCE);
        }
        let talk = async |person: &mut Person, name: &str| {
            for number in 0..50 {
                person
                    .sends(&format!("{name} {number}"), &format!("{name}-{number}"))
                    .await;
            }
        };
        tokio::join!(
            talk(&mut ada, "ada"),
            talk(&mut ben, "ben"),
            talk(&mut cleo, "cleo")
        );
        let mut heard = Vec::new();
        for person in [&mut ada, &mut ben, &mut cleo] {
            person.socket().has_shown(40 + 150).await;
            heard.push(person.socket().all_shown());
        }
        let history: Vec<Value> = ada.history("lobby").await;
        assert_gapless(&history);
        for shown in heard {
            assert_eq!(shown, history, "everyone saw what is kept, in its order");
        }
    });
}

#[test]
fn whatever_is_published_without_the_sites_key_is_dropped_and_counted() {
    crate::play(async {
        let nodes = nodes(2);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        ada.says("true").await;
        ben.sees("true").await;
        let room = nodes.channel("room:").await;
        let site = nodes.channel("site").await;
        let forged = format!(
            "adda1 someone\n{}\n{{\"room\":1,\"stamps\":[[2,2,1]]}}\n{{\"type\":\"message\",\"seq\":2,\"revision\":2,\"message\":\"forged\"}}",
            HEXLOWER.encode(&[7; 32])
        );
        let huge = vec![b'x'; 9 * 1024 * 1024];
        for channel in [&room, &site] {
            for junk in [
                &b"junk"[..],
                b"",
                b"\0\xff\xfe",
                b"adda1 ",
                b"adda9 x\ny\n{}",
                forged.as_bytes(),
                &huge,
            ] {
                nodes
                    .redis
                    .command(&[&b"PUBLISH"[..], channel.as_bytes(), junk]);
            }
        }
        let refused = async |site: &Site| {
            site.metric("adda_relay_forged_total").await
                + site.metric("adda_relay_foreign_total").await
                + site.metric("adda_relay_malformed_total").await
        };
        for site in &nodes.sites {
            let counted = async || refused(site).await == 14;
            eventually("all of it to be counted", counted).await;
        }
        ada.says("still true").await;
        ben.sees("still true").await;
        ben.sees_nothing_more().await;
        assert_eq!(ben.history("lobby").await.len(), 2);
        // More than Redis holds for a listener: it cuts them off, and they come back.
        let flood = vec![b'x'; 40 * 1024 * 1024];
        nodes
            .redis
            .command(&[&b"PUBLISH"[..], room.as_bytes(), &flood]);
        ada.says("behind the flood").await;
        ben.sees("behind the flood").await;
    });
}

#[test]
fn what_is_relayed_twice_or_again_much_later_is_shown_once() {
    crate::play(async {
        let nodes = nodes(2);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        let mut ear = nodes.redis.listens(&nodes.channel("room:").await);
        ada.says("once").await;
        ben.sees("once").await;
        let relayed = ear.next();
        ada.says("and then").await;
        ben.sees("and then").await;
        let room = nodes.channel("room:").await;
        for _ in 0..5 {
            nodes
                .redis
                .command(&[&b"PUBLISH"[..], room.as_bytes(), &relayed]);
        }
        // The same bytes on another channel are nothing.
        let site = nodes.channel("site").await;
        nodes
            .redis
            .command(&[&b"PUBLISH"[..], site.as_bytes(), &relayed]);
        eventually("the stray one to be counted", async || {
            nodes.sites[1].metric("adda_relay_forged_total").await == 1
        })
        .await;
        assert!(reaches(&mut ada, &mut ben, "last").await < AT_ONCE);
        ben.sees_nothing_more().await;
    });
}

#[test]
fn what_was_committed_and_never_told_is_found_in_the_database() {
    crate::play(async {
        let nodes = nodes(2);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        ada.says("before").await;
        ben.sees("before").await;
        // As a node leaves it that dies between its commit and the first word of it.
        nodes.sql(
            "BEGIN; UPDATE room_counters SET last_seq = 2, revision = 2 WHERE room_id = 1; \
             INSERT INTO messages (room_id, seq, revision, author_id, author_name, client_id, content_hash, text, markup_version, sent_at) \
             SELECT 1, 2, 2, author_id, author_name, 'c-2', content_hash, 'unheard', markup_version, now() FROM messages WHERE seq = 1; \
             COMMIT;",
        );
        let began = Instant::now();
        for person in [&mut ada, &mut ben] {
            person.sees("unheard").await;
        }
        assert!(began.elapsed() < AT_LATEST);
        let again = ada.says("after").await;
        assert_eq!(again["seq"], 3);
        ben.sees("after").await;
    });
}

#[test]
fn a_node_that_was_frozen_catches_up_and_shows_nothing_twice() {
    crate::play(async {
        let nodes = nodes(2);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        ada.says("before").await;
        ben.sees("before").await;
        nodes.sites[1].freeze();
        for number in 0..30 {
            ada.says(&format!("meanwhile {number}")).await;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
        nodes.sites[1].thaw();
        ben.sees("meanwhile 29").await;
        assert!(reaches(&mut ada, &mut ben, "after").await < 2 * AT_ONCE);
        ben.sees_nothing_more().await;
        let shown = ben.socket().all_shown();
        assert_eq!(shown, ada.history("lobby").await);
    });
}

#[test]
fn who_is_elsewhere_is_told_of_what_is_said_on_another_node() {
    crate::play(async {
        let nodes = nodes(2);
        let (mut ada, mut ben) = ada_and_ben(&nodes).await;
        let mut page = ben.opens_lobby_page().await;
        ada.says("one").await;
        let told = page
            .expect("one unread", |frame| {
                frame["type"] == "activity" && frame["unread"] == 1
            })
            .await;
        assert_eq!(told["slug"], "lobby");
        ben.sees("one").await;
        let tea = ada.makes_room("Tea").await;
        ben.on(&nodes.sites[0]).joins(&tea).await;
        ada.enters(&tea).await;
        ada.says("in a room that this node has not open").await;
        page.expect("it", |frame| {
            frame["slug"] == tea.as_str() && frame["unread"] == 1
        })
        .await;
        ben.on(&nodes.sites[0])
            .browser
            .json("PUT", &format!("/api/rooms/{tea}/read"), &json!({"seq": 1}))
            .await
            .expect(200, "read");
        page.expect("it read elsewhere", |frame| {
            frame["slug"] == tea.as_str() && frame["unread"] == 0
        })
        .await;
    });
}
