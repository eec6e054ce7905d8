//! Whom a message names: drawn for everyone, counted for those who are meant, and for nobody else.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl, SqliteConnection};
use serde_json::{Value, json};

use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site, postgres};

on_both_databases!(
    a_message_that_names_somebody_is_drawn_and_counted_for_them,
    room_and_here_name_everyone_but_who_says_it,
    only_those_who_may_read_a_room_are_named_in_it,
    in_a_room_of_many_only_those_who_look_after_it_call_everyone,
    mentions_are_read_with_the_messages_and_unread_with_them,
    a_burst_in_a_room_of_a_thousand_costs_a_row_for_each_message,
);

/// A site whose database a test can reach past it.
struct House {
    site: Site,
    url: String,
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

impl House {
    fn open(database: Database) -> House {
        let unlimited = ("ADDA_MESSAGES_PER_SECOND", "0");
        if database == Database::Postgresql {
            let url = postgres::new_database();
            let site = Site::with(database, &[unlimited, ("DATABASE_URL", &url)]);
            return House { site, url };
        }
        let site = Site::with(database, &[unlimited]);
        let url = site.data().join("adda.db").to_str().unwrap().to_owned();
        House { site, url }
    }

    /// So many more members of the lobby, as if they had come one by one.
    fn fills_with(&self, people: usize) {
        let numbers = format!(
            "WITH RECURSIVE one (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM one WHERE number < {people})"
        );
        self.does(&format!(
            "{numbers} INSERT INTO users (username, skeleton, name, role, created_at) \
             SELECT 'somebody-' || number, 'somebody-' || number, 'Somebody', 'member', CURRENT_TIMESTAMP FROM one; \
             INSERT INTO memberships (room_id, user_id, state, role, joined_seq) \
             SELECT rooms.id, users.id, 'joined', 'member', 0 FROM rooms, users \
             WHERE rooms.slug = 'lobby' AND users.username LIKE 'somebody-%'"
        ));
    }

    /// Rows that something said could have left.
    fn rows(&self) -> i64 {
        self.counts(
            "(SELECT COUNT(*) FROM messages) + (SELECT COUNT(*) FROM mentions) + (SELECT COUNT(*) FROM memberships)",
        )
    }

    /// Members who have read something.
    fn marks_moved(&self) -> i64 {
        self.counts("(SELECT COUNT(*) FROM memberships WHERE read_seq > 0)")
    }

    fn does(&self, statements: &str) {
        if self.url.starts_with("postgres") {
            let mut conn = PgConnection::establish(&self.url).unwrap();
            conn.batch_execute(statements).unwrap();
        } else {
            let mut conn = SqliteConnection::establish(&self.url).unwrap();
            conn.batch_execute("PRAGMA busy_timeout = 2000").unwrap();
            conn.batch_execute(statements).unwrap();
        }
    }

    fn counts(&self, what: &str) -> i64 {
        let query = diesel::sql_query(format!("SELECT CAST({what} AS BIGINT) AS number"));
        let found: Vec<Number> = if self.url.starts_with("postgres") {
            query.load(&mut PgConnection::establish(&self.url).unwrap())
        } else {
            query.load(&mut SqliteConnection::establish(&self.url).unwrap())
        }
        .unwrap();
        found[0].number
    }
}

/// How much is unread in a room, and how much of it names that person.
async fn counts(person: &Person, slug: &str) -> (i64, i64) {
    let room = person.reads(&format!("/api/rooms/{slug}")).await;
    let number = |field: &str| room[field].as_i64().unwrap();
    (number("unread"), number("mentions"))
}

fn is_activity(frame: &Value, slug: &str, unread: i64, mentions: i64) -> bool {
    frame["type"] == "activity"
        && frame["slug"] == slug
        && frame["unread"] == unread
        && frame["mentions"] == mentions
}

async fn a_message_that_names_somebody_is_drawn_and_counted_for_them(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let (ben, cem) = (site.person("ben").await, site.person("cem").await);
    let mut elsewhere = ben.opens_lobby_page().await;
    ada.enters("lobby").await;
    let said = ada.says("@Ben, have you seen @nobody and `@cem`?").await;
    assert_eq!(
        said["html"],
        "<span class=\"mention\" data-username=\"ben\">@Ben</span>, have you seen @nobody and <code>@cem</code>?"
    );
    elsewhere
        .expect("a mention", |frame| is_activity(frame, "lobby", 1, 1))
        .await;
    assert_eq!(counts(&ben, "lobby").await, (1, 1));
    assert_eq!(counts(&cem, "lobby").await, (1, 0));
    ada.says("and that was all").await;
    elsewhere
        .expect("one more", |frame| is_activity(frame, "lobby", 2, 1))
        .await;
    let page = ben.get("/chat/lobby/").await.text();
    assert_eq!(page.matches("message--names-me").count(), 1, "{page}");
    let page = cem.get("/chat/lobby/").await.text();
    assert!(!page.contains("message--names-me"), "{page}");
}

async fn room_and_here_name_everyone_but_who_says_it(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let mut elsewhere = ben.opens_lobby_page().await;
    ada.enters("lobby").await;
    let said = ada.says("@room: tea, and @ben pours").await;
    assert!(said["html"].as_str().unwrap().contains("mention--all"));
    ada.says("@HERE now").await;
    ada.says("@ada is late, as ever").await;
    elsewhere
        .expect("three", |frame| is_activity(frame, "lobby", 3, 2))
        .await;
    assert_eq!(counts(&ben, "lobby").await, (3, 2), "each counts once");
    assert_eq!(counts(&ada, "lobby").await, (0, 0));
    let page = ada.get("/chat/lobby/").await.text();
    assert!(!page.contains("message--names-me"), "her own: {page}");
}

async fn only_those_who_may_read_a_room_are_named_in_it(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let (ben, _) = (site.person("ben").await, site.person("cem").await);
    let slug = ada.makes_closed_room("Surprise party").await;
    ada.adds("ben", &slug).await;
    ada.enters(&slug).await;
    let said = ada.says("@ben, not a word to @cem").await;
    let html = said["html"].as_str().unwrap();
    assert!(html.contains("data-username=\"ben\""), "{html}");
    assert!(!html.contains("data-username=\"cem\""), "{html}");
    assert_eq!(counts(&ben, &slug).await, (1, 1));
    // Sent again, it names nobody a second time.
    ada.sends("@ben?", "once").await;
    ada.is_told_of("once").await;
    let again = json!({"message": "@ben?", "client_id": "once"});
    ada.posts(&format!("/api/rooms/{slug}/messages"), &again)
        .await
        .expect(200, "known");
    assert_eq!(counts(&ben, &slug).await, (2, 2));
}

async fn in_a_room_of_many_only_those_who_look_after_it_call_everyone(database: Database) {
    let house = House::open(database);
    let mut ada = house.site.person("ada").await;
    let mut ben = house.site.person("ben").await;
    ben.enters("lobby").await;
    ada.enters("lobby").await;
    assert!(ben.says("@room?").await["html"].is_null(), "he is new");
    house.does("UPDATE users SET new_until = '2026-01-01 00:00:00'");
    assert!(ben.says("@room?").await["html"].is_string(), "they are few");
    house.fills_with(49);
    assert!(ben.says("@room?").await["html"].is_null(), "51 of them");
    assert!(ada.says("@room!").await["html"].is_string());
}

async fn mentions_are_read_with_the_messages_and_unread_with_them(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    for text in ["@ben", "nothing", "@here"] {
        ada.says(text).await;
    }
    let mut elsewhere = ben.opens_lobby_page().await;
    for (what, seq, unread, mentions) in [("read", 1, 2, 1), ("read", 3, 0, 0), ("unread", 2, 2, 1)]
    {
        let path = format!("/api/rooms/lobby/{what}");
        let body = json!({ "seq": seq });
        ben.asks("PUT", &path, &body).await.expect(200, &path);
        assert_eq!(counts(&ben, "lobby").await, (unread, mentions));
        elsewhere
            .expect(&path, |frame| is_activity(frame, "lobby", unread, mentions))
            .await;
    }
}

async fn a_burst_in_a_room_of_a_thousand_costs_a_row_for_each_message(database: Database) {
    let house = House::open(database);
    let mut ada = house.site.person("ada").await;
    let ben = house.site.person("ben").await;
    house.fills_with(1_000);
    ada.enters("lobby").await;
    let before = house.rows();
    for half in [0, 500] {
        let line = |number| json!({"message": format!("@room and line {}", half + number)});
        ada.socket().send_all((0..500).map(line)).await;
        ada.socket().has_shown(half + 500).await;
    }
    assert_eq!(
        house.rows() - before,
        1_000,
        "the messages and nothing else"
    );
    assert_eq!(house.marks_moved(), 1, "the mark of who said it all");
    assert_eq!(counts(&ben, "lobby").await, (1_000, 1_000));
}

#[test]
fn a_mention_is_counted_at_the_other_node_too() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[1].person("ben").await;
        let tea = ada.makes_room("Tea").await;
        ada.adds("ben", &tea).await;
        let mut elsewhere = ben.opens_lobby_page().await;
        for slug in [tea.as_str(), "lobby"] {
            ada.enters(slug).await;
            ada.says("@ben, and everyone else").await;
            elsewhere
                .expect("a mention", |frame| is_activity(frame, slug, 1, 1))
                .await;
            assert_eq!(counts(&ben, slug).await, (1, 1));
        }
    });
}
