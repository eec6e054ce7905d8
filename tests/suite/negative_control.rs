//! That the checker sees what the head check is for: without it, one relayed message that is lost last is never shown, and
//! that is found; with it, the same loss is made good in time, and nothing is found.

use std::collections::BTreeSet;
use std::sync::{Arc, RwLock};
use std::time::Duration;

use actix_test::TestServer;
use adda::config::Config;
use adda::server::Site;
use serde_json::Value;

use crate::checker::evidence::{Event, Evidence, Row, Seen, What, digest};
use crate::checker::{Finding, Kind, Limits, check};
use crate::eventually;
use crate::people::Person;
use crate::site::http::Browser;
use crate::site::redis::Redis;
use crate::site::wire::{Trick, Wire};
use crate::site::{PASSWORD, postgres};

const SETUP_TOKEN: &str = "a-token-of-the-tests-own";
/// The head check takes four seconds, and a question.
const SILENCE: Duration = Duration::from_secs(6);
const LIMITS: Limits = Limits {
    removal: SILENCE,
    showing: SILENCE,
    answering: SILENCE,
    stopping: SILENCE,
    growth_kib: 0,
};

#[actix_web::test]
async fn without_the_head_check_one_lost_message_is_never_shown_and_that_is_found() {
    let findings = after_one_is_lost(false).await;
    let kinds: Vec<Kind> = findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [Kind::Gap], "{findings:?}");
}

#[actix_web::test]
async fn with_the_head_check_the_same_loss_is_made_good() {
    assert_eq!(after_one_is_lost(true).await, []);
}

/// Two nodes; one relayed message is lost on its way to the second, and then there is silence. What the checker says of it.
async fn after_one_is_lost(head_check: bool) -> Vec<Finding> {
    let redis = Redis::start();
    let wire = Wire::to_redis(redis.address());
    let database = postgres::new_database();
    let behind_wire = format!("redis://{}", wire.address());
    let nodes = [
        Node::open(&database, &redis.url(), head_check),
        Node::open(&database, &behind_wire, head_check),
    ];
    let mut ada = Person::at(nodes[0].browser());
    let fields = [("username", "ada"), ("password", PASSWORD)];
    let set_up = [("token", SETUP_TOKEN), fields[0], fields[1]];
    ada.browser.form("/setup", &set_up).await.expect(303, "ada");
    let mut ben = Person::at(nodes[1].browser());
    let fields = [("username", "ben"), ("password", PASSWORD)];
    ben.browser
        .form("/signup", &fields)
        .await
        .expect(303, "ben");
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    // Until both nodes listen to the room, what is said takes the other way.
    let listened = || redis.command(&["PUBSUB", "CHANNELS", "adda:*:room:*"]);
    eventually("the room's channel", async || {
        format!("{:?}", listened()).contains(":room:")
    })
    .await;
    ada.says("heard").await;
    ben.sees("heard").await;
    // What is coalesced or said once a second about their coming is out of the way.
    tokio::time::sleep(Duration::from_secs(2)).await;

    // The message itself, and the word to everyone that the room has moved, from which a node would ask.
    wire.meddles(":room:", 1, Trick::Drop);
    wire.meddles(":site", usize::MAX, Trick::Drop);
    ada.says("lost on its way").await;
    eventually("it to be lost", async || wire.meddled() >= 2).await;
    tokio::time::sleep(SILENCE).await;
    ben.socket().everything().await;
    let evidence = evidence(&mut ada, &mut ben).await;
    for node in &nodes {
        node.site.close().await;
    }
    check(&evidence, LIMITS)
}

/// What both wrote down, as the people of the torture run do.
async fn evidence(ada: &mut Person, ben: &mut Person) -> Evidence {
    let rows: Vec<Row> = ada.history("lobby").await.iter().map(row).collect();
    let mut events = Vec::new();
    let mut add = |person: u32, what: What| {
        let at = events.len() as u64;
        events.push(Event { at, person, what });
    };
    for row in &rows {
        let (id, text) = (row.message.id.clone(), row.message.text);
        let (room, node) = (0, 0);
        add(
            0,
            What::Sent {
                room,
                node,
                id: id.clone(),
                text,
            },
        );
        let seq = row.message.seq;
        add(0, What::Acknowledged { room, id, seq });
    }
    for (number, person) in [(0, ada), (1, ben)] {
        let connection = number;
        let opened = What::Opened {
            connection,
            room: 0,
            node: number,
            from: 0,
            resumed: false,
            sign_in: 0,
        };
        add(number, opened);
        for message in person.socket().all_shown() {
            let message = row(&message).message;
            let shown = What::Shown {
                connection,
                message,
            };
            add(number, shown);
        }
        add(number, What::Settled { connection });
    }
    Evidence {
        events,
        rows,
        ..Evidence::default()
    }
}

fn row(message: &Value) -> Row {
    Row {
        room: 0,
        notice: false,
        message: Seen {
            seq: message["seq"].as_i64().unwrap(),
            revision: message["revision"].as_i64().unwrap(),
            author: Some(0),
            id: message["client_id"].as_str().unwrap().to_owned(),
            text: digest(message["message"].as_str().unwrap()),
            deleted: false,
            reactions: BTreeSet::new(),
        },
    }
}

/// A node in this process, where what is no setting can be switched.
struct Node {
    site: Site,
    server: TestServer,
    _data: tempfile::TempDir,
}

impl Node {
    fn open(database: &str, redis: &str, head_check: bool) -> Node {
        let data = tempfile::tempdir().unwrap();
        let flags = [
            "--data",
            data.path().to_str().unwrap(),
            "--signup",
            "open",
            "--setup-token",
            SETUP_TOKEN,
            "--database-url",
            database,
            "--redis-url",
            redis,
        ];
        let mut config = Config::from_flags(&flags).unwrap();
        config.head_check = head_check;
        let site = Site::open(config).unwrap();
        let app = site.clone();
        Node {
            site,
            server: actix_test::start(move || app.app()),
            _data: data,
        }
    }

    fn browser(&self) -> Browser {
        Browser::new(Arc::new(RwLock::new(self.server.addr())))
    }
}
