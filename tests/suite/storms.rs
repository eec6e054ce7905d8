//! Everyone loses the connection at the same moment and comes back: the database is not asked the same thing for each of them.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use futures_util::future::join_all;
use serde_json::json;

use crate::people::Person;
use crate::site::wire::Wire;
use crate::site::{Database, Site, postgres};

const PEOPLE: usize = 300;
const MISSED: usize = 20;
/// For a debug build on a busy machine; a hundred times as many take ten seconds in a release build.
const BACK_WITHIN: Duration = Duration::from_secs(10);
/// More than a node ever has to its database.
const CONNECTIONS_MAX: usize = 40;
const BY_INDEX: &str = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET enable_seqscan = off', current_database()); END $$";
/// PostgreSQL's processes report what they have read at most once a second.
const REPORTED_AFTER: Duration = Duration::from_millis(1_500);

#[test]
fn everyone_comes_back_at_once_and_what_they_missed_is_read_once() {
    crate::play(async {
        let database = postgres::new_database();
        // In a table as small as this one, a reading of two rows would count as one of all.
        asks(&database).batch_execute(BY_INDEX).unwrap();
        let settings = [
            ("DATABASE_URL", database.as_str()),
            ("ADDA_MESSAGES_PER_SECOND", "0"),
        ];
        let site = Site::with(Database::Postgresql, &settings);
        let mut ada = site.person("ada").await;
        let wire = Wire::to(site.address());
        let ben = site.signed_up("ben").await.elsewhere(wire.place());
        ada.enters("lobby").await;
        let mut crowd: Vec<Person> = (0..PEOPLE).map(|_| Person::at(ben.clone())).collect();
        join_all(crowd.iter_mut().map(|person| person.enters("lobby"))).await;
        ada.says("before").await;
        for person in &mut crowd {
            person.sees("before").await;
        }

        wire.cut();
        for person in &mut crowd {
            person.loses_the_connection();
        }
        for number in 0..MISSED {
            ada.says(&format!("missed {number}")).await;
        }
        // So that how much each of them has to read is no reason to look at the messages.
        let mark = json!({"seq": 1 + MISSED});
        let desk = ben.elsewhere(site.place());
        let marked = desk.json("PUT", "/api/rooms/lobby/read", &mark).await;
        marked.expect(200, "a mark");
        let before = messages_read(&database, &ada).await;
        wire.mend();
        let began = Instant::now();
        let resumed = join_all(crowd.iter_mut().map(Person::comes_back)).await;
        assert!(resumed.iter().all(|resumed| *resumed), "{resumed:?}");
        for person in &mut crowd {
            for number in 0..MISSED {
                person.sees(&format!("missed {number}")).await;
            }
        }
        assert!(began.elapsed() < BACK_WITHIN, "{:?}", began.elapsed());
        let read = messages_read(&database, &ada).await - before;
        assert!(
            read < (PEOPLE * MISSED) as i64 / 10,
            "for {PEOPLE} people who had missed {MISSED}, {read} messages were read"
        );
        // That these are counted at all: so many pages are.
        for _ in 0..PEOPLE / 10 {
            assert_eq!(ada.history("lobby").await.len(), 1 + MISSED);
        }
        let pages = messages_read(&database, &ada).await - before - read;
        assert!(pages > (PEOPLE * MISSED) as i64 / 10, "{pages}");
    });
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// How many messages were ever read from the table.
async fn messages_read(url: &str, anyone: &Person) -> i64 {
    tokio::time::sleep(REPORTED_AFTER).await;
    // Each process reports what it has read when it is asked the next time.
    let asked = (0..CONNECTIONS_MAX).map(|_| anyone.reads("/api/me"));
    join_all(asked).await;
    let question = diesel::sql_query(
        "SELECT (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint AS count \
         FROM pg_stat_user_tables WHERE relname = 'messages'",
    );
    let count: Count = question.get_result(&mut asks(url)).unwrap();
    count.count
}

fn asks(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap()
}
