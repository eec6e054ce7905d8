//! `adda check` says what is wrong with a database, all of it, and changes nothing; a room that is wrong takes nothing more.

use std::process::Output;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::json;

use crate::people::{Person, texts};
use crate::site::{Database, Site, postgres};

on_both_databases!(
    a_healthy_site_is_well_while_people_talk_and_after_a_crash,
    every_kind_of_damage_is_named,
    of_much_damage_the_first_hundred_places_are_named,
    a_database_of_another_version_is_not_judged,
    a_room_whose_counter_is_wrong_takes_no_messages_and_the_others_do,
);

/// A site whose database a test can reach past it.
struct Patient {
    site: Site,
    url: String,
}

impl Patient {
    fn new(database: Database) -> Patient {
        let unlimited = ("ADDA_MESSAGES_PER_SECOND", "0");
        match database {
            Database::Sqlite => {
                let site = Site::with(database, &[unlimited]);
                let url = site.data().join("adda.db").to_str().unwrap().to_owned();
                Patient { site, url }
            }
            Database::Postgresql => {
                let url = postgres::new_database();
                let site = Site::with(database, &[unlimited, ("DATABASE_URL", &url)]);
                Patient { site, url }
            }
        }
    }

    /// Does to the database what no server would, with foreign keys out of the way.
    fn suffers(&self, damage: &str) {
        if self.url.starts_with("postgres") {
            let mut conn = PgConnection::establish(&self.url).unwrap();
            conn.batch_execute("SET session_replication_role = replica")
                .unwrap();
            conn.batch_execute(damage).unwrap();
        } else {
            let mut conn = SqliteConnection::establish(&self.url).unwrap();
            conn.batch_execute("PRAGMA busy_timeout = 2000; PRAGMA foreign_keys = OFF")
                .unwrap();
            conn.batch_execute(damage).unwrap();
        }
    }

    fn is_checked(&self) -> Checked {
        Checked(self.site.command(&["check"]))
    }

    /// A room with so many messages.
    async fn has_room(&self, ada: &Person, name: &str, messages: usize) {
        let slug = ada.makes_room(name).await;
        for number in 1..=messages {
            let message = json!({"message": format!("words {number}")});
            ada.posts(&format!("/api/rooms/{slug}/messages"), &message)
                .await
                .expect(201, name);
        }
    }
}

struct Checked(Output);

impl Checked {
    fn lines(&self) -> Vec<String> {
        let said = String::from_utf8_lossy(&self.0.stdout).into_owned();
        said.lines().map(str::to_owned).collect()
    }

    #[track_caller]
    fn is_well(&self) {
        let lines = self.lines();
        assert_eq!(self.0.status.code(), Some(0), "{:?}", self.0);
        assert!(
            lines.len() == 1 && lines[0].starts_with("all is well: "),
            "{lines:?}"
        );
    }

    #[track_caller]
    fn is_refused(&self, why: &str) {
        let said = String::from_utf8_lossy(&self.0.stderr).into_owned();
        assert_eq!(self.0.status.code(), Some(1), "{:?}", self.0);
        assert!(said.contains(why) && self.lines().is_empty(), "{said}");
    }
}

async fn a_healthy_site_is_well_while_people_talk_and_after_a_crash(database: Database) {
    let mut patient = Patient::new(database);
    patient.is_checked().is_well();
    let mut ada = patient.site.person("ada").await;
    ada.enters("lobby").await;
    for wave in 0..8 {
        ada.socket()
            .send_all((0..50).map(|number| json!({"message": format!("{wave}-{number}")})))
            .await;
        patient.is_checked().is_well();
        ada.socket().next_messages(50).await;
    }
    let counted = patient.is_checked().lines();
    assert_eq!(counted, ["all is well: 1 rooms, 400 messages, 1 people"]);

    patient.site.kill();
    let kept = || {
        let log = format!("{}-wal", patient.url);
        (std::fs::read(&patient.url).ok(), std::fs::read(log).ok())
    };
    let before = kept();
    assert_eq!(before.0.is_some(), database == Database::Sqlite);
    patient.is_checked().is_well();
    assert!(kept() == before, "who looks changes nothing");
}

/// A room, what is done to it, and what is said of it then.
const DAMAGES: [(&str, &str, &[&str]); 18] = [
    (
        "gap",
        "DELETE FROM messages WHERE room_id = $ROOM AND seq = 2",
        &["message 2 is missing"],
    ),
    (
        "long gap",
        "DELETE FROM messages WHERE room_id = $ROOM AND seq IN (2, 3)",
        &["messages 2 to 3 are missing"],
    ),
    (
        "headless",
        "DELETE FROM messages WHERE room_id = $ROOM AND seq = 1",
        &["message 1 is missing"],
    ),
    (
        "early",
        "UPDATE rooms SET first_seq = 2 WHERE id = $ROOM",
        &["message 1 lies before its first, 2"],
    ),
    (
        "tail",
        "DELETE FROM messages WHERE room_id = $ROOM AND seq = 4",
        &["its counter stands at message 4, and its newest is 3"],
    ),
    (
        "behind",
        "UPDATE room_counters SET last_seq = 3 WHERE room_id = $ROOM",
        &[
            "its counter stands at message 3, and its newest is 4",
            "ada has read up to 4, and its newest message is 3",
        ],
    ),
    (
        "changes",
        "UPDATE room_counters SET revision = 2 WHERE room_id = $ROOM",
        &[
            "its change counter stands at 2, and its newest change is 4",
            "its change counter stands at 2, below its message counter at 4",
        ],
    ),
    (
        "unnumbered",
        "UPDATE messages SET revision = 0 WHERE room_id = $ROOM AND seq = 1",
        &["message 1 bears the revision 0"],
    ),
    (
        "twins",
        "DROP INDEX messages_by_revision; UPDATE messages SET revision = 1 WHERE room_id = $ROOM AND seq = 2",
        &["messages 1 and 2 bear the same revision"],
    ),
    (
        "doubled",
        "DROP INDEX messages_by_client_id; UPDATE messages SET client_id = 'same' WHERE room_id = $ROOM AND seq > 2",
        &["messages 3 and 4 bear the same id of one sender"],
    ),
    (
        "answers",
        "UPDATE messages SET reply_to = 3 WHERE room_id = $ROOM AND seq = 2",
        &["message 2 answers message 3, which is not older"],
    ),
    (
        "answerless",
        "UPDATE messages SET reply_to = 2 WHERE room_id = $ROOM AND seq = 4; \
         DELETE FROM messages WHERE room_id = $ROOM AND seq = 2",
        &[
            "message 2 is missing",
            "message 4 answers message 2, which is not there",
        ],
    ),
    (
        "versions",
        "INSERT INTO versions VALUES ($ROOM, 3, 3, 'words', CURRENT_TIMESTAMP)",
        &["what message 3 said at revision 3 is kept, and it was not edited after that"],
    ),
    (
        "uncounted",
        "DELETE FROM room_counters WHERE room_id = $ROOM",
        &["it has no counters"],
    ),
    (
        "readers",
        "UPDATE memberships SET read_seq = 99 WHERE room_id = $ROOM",
        &["ada has read up to 99, and its newest message is 4"],
    ),
    (
        "comers",
        "UPDATE memberships SET joined_seq = 98, left_seq = 99 WHERE room_id = $ROOM",
        &["ada came or went at 98, and its newest message is 4"],
    ),
    (
        "reactions",
        "UPDATE messages SET reactions = 2 WHERE room_id = $ROOM AND seq = 1",
        &["message 1 counts 2 reactions, and 0 are there"],
    ),
    (
        "pins",
        "UPDATE messages SET pinned = TRUE WHERE room_id = $ROOM AND seq = 2",
        &["whether message 2 is pinned is not told alike"],
    ),
];

/// What is done to the site, and what is said then.
const ORPHANS: [(&str, &str); 11] = [
    (
        "INSERT INTO mentions SELECT 999, id, 1 FROM rooms WHERE slug = 'orphans'",
        "1 rows of mentions name users that are not there",
    ),
    (
        "INSERT INTO mentions SELECT 1, id, 1 FROM rooms WHERE slug = 'orphans'",
        "room orphans: ada is named by message 1, which names nobody by themselves",
    ),
    (
        "DELETE FROM site",
        "the site has 0 rows of its own in place of one",
    ),
    (
        "UPDATE rooms SET created_by = 999 WHERE slug = 'lobby'",
        "1 rows of rooms name users that are not there",
    ),
    (
        "INSERT INTO room_counters VALUES (998, 0, 0)",
        "1 rows of room_counters name rooms that are not there",
    ),
    (
        "UPDATE messages SET author_id = 999 WHERE seq = 1 AND room_id = (SELECT id FROM rooms WHERE slug = 'orphans')",
        "1 rows of messages name users that are not there",
    ),
    (
        "UPDATE messages SET room_id = 998 WHERE seq = 2 AND room_id = (SELECT id FROM rooms WHERE slug = 'orphans')",
        "1 rows of messages name rooms that are not there",
    ),
    (
        "INSERT INTO memberships (room_id, user_id, state, role, joined_seq) VALUES (998, 1, 'joined', 'member', 0)",
        "1 rows of memberships name rooms that are not there",
    ),
    (
        "INSERT INTO memberships (room_id, user_id, state, role, joined_seq) VALUES (1, 999, 'joined', 'member', 0)",
        "1 rows of memberships name users that are not there",
    ),
    (
        "UPDATE sign_ins SET user_id = 999",
        "1 rows of sign_ins name users that are not there",
    ),
    (
        "INSERT INTO password_resets SELECT token_hash, 999, expires_at FROM sign_ins",
        "1 rows of password_resets name users that are not there",
    ),
];

async fn every_kind_of_damage_is_named(database: Database) {
    let mut patient = Patient::new(database);
    let ada = patient.site.person("ada").await;
    for (name, _, _) in DAMAGES {
        patient.has_room(&ada, name, 4).await;
    }
    patient.has_room(&ada, "orphans", 4).await;
    patient.is_checked().is_well();
    patient.site.kill();

    let mut expected = vec!["room orphans: message 2 is missing".to_owned()];
    for (name, damage, sentences) in DAMAGES {
        let slug = name.replace(' ', "-");
        let room = format!("(SELECT id FROM rooms WHERE slug = '{slug}')");
        patient.suffers(&damage.replace("$ROOM", &room));
        expected.extend(
            sentences
                .iter()
                .map(|sentence| format!("room {slug}: {sentence}")),
        );
    }
    for (damage, sentence) in ORPHANS {
        patient.suffers(damage);
        expected.push(sentence.to_owned());
    }
    if database == Database::Postgresql {
        // SQLite keeps messages in the order of these numbers, where two cannot have the same.
        patient.suffers(
            "ALTER TABLE messages DROP CONSTRAINT messages_pkey CASCADE; \
             UPDATE messages SET seq = 3 WHERE seq = 4 AND room_id = (SELECT id FROM rooms WHERE slug = 'orphans')",
        );
        expected.push("room orphans: message 3 is there 2 times".to_owned());
        expected
            .push("room orphans: its counter stands at message 4, and its newest is 3".to_owned());
    }
    let checked = patient.is_checked();
    let mut found = checked.lines();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(checked.0.status.code(), Some(1));
}

async fn of_much_damage_the_first_hundred_places_are_named(database: Database) {
    let patient = Patient::new(database);
    let mut ada = patient.site.person("ada").await;
    ada.enters("lobby").await;
    ada.socket()
        .send_all((0..300).map(|number| json!({"message": format!("{number}")})))
        .await;
    ada.socket().next_messages(300).await;
    patient
        .suffers("DELETE FROM messages WHERE seq % 2 = 0; UPDATE room_counters SET last_seq = 299");
    let lines = patient.is_checked().lines();
    assert_eq!(lines.len(), 101);
    assert_eq!(lines[0], "room lobby: message 2 is missing");
    assert_eq!(lines[99], "room lobby: message 200 is missing");
    assert_eq!(lines[100], "… and 50 more");
}

async fn a_database_of_another_version_is_not_judged(database: Database) {
    let mut patient = Patient::new(database);
    patient.site.kill();
    patient.suffers("INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')");
    patient.is_checked().is_refused("made by a newer adda");
    patient.suffers("DELETE FROM __diesel_schema_migrations WHERE version > '20261122000001'");
    patient.is_checked().is_refused("made by an older adda");
    patient.suffers("DROP TABLE __diesel_schema_migrations");
    patient.is_checked().is_refused("this is no adda database");
    if database == Database::Sqlite {
        std::fs::write(&patient.url, "this is a letter to my aunt, of some length").unwrap();
        patient.is_checked().is_refused("not a database");
        std::fs::remove_file(&patient.url).unwrap();
        patient
            .is_checked()
            .is_refused("there is no adda database at");
        assert!(!std::path::Path::new(&patient.url).exists(), "none is made");
    }
}

async fn a_room_whose_counter_is_wrong_takes_no_messages_and_the_others_do(database: Database) {
    for damage in [
        "UPDATE room_counters SET last_seq = last_seq - 1 WHERE room_id = 1",
        "UPDATE room_counters SET last_seq = last_seq + 1, revision = revision + 1 WHERE room_id = 1",
        "UPDATE room_counters SET revision = revision - 1 WHERE room_id = 1",
    ] {
        let mut patient = Patient::new(database);
        let mut ada = patient.site.person("ada").await;
        patient.has_room(&ada, "sound", 1).await;
        ada.enters("lobby").await;
        ada.says("first").await;
        ada.says("second").await;
        patient.site.kill();
        patient.suffers(damage);
        patient.site.start_again();

        ada.enters("lobby").await;
        ada.sends("third", "c-3").await;
        let refusal = ada.socket().expect_type("error").await;
        assert_eq!(refusal["code"], "unavailable", "{damage}: {refusal}");
        assert_eq!(texts(&ada.history("lobby").await), ["first", "second"]);
        let log = patient.site.log();
        assert!(
            log.contains("adda check"),
            "whoever keeps the site is told: {log}"
        );
        ada.enters("sound").await;
        ada.says("here all is well").await;
    }
}
