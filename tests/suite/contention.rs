//! Transactions of others that are in the way: nobody is refused for a deadlock, and nobody waits where it does not matter.

use std::cell::RefCell;

use diesel::connection::SimpleConnection;
use diesel::sql_types::BigInt;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use serde_json::json;
use tokio::task::JoinHandle;

use crate::eventually;
use crate::site::{Database, Site, postgres};

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

/// Somebody else's transaction on the same database: it holds somebody's row, and asks for what the one that comes to wait for it
/// holds. Whoever waited first is the one that PostgreSQL sends away; all of it happens there, since that one looks for a deadlock
/// soon, and once only.
fn comes_in_the_way_of(url: &str, person: &str) -> JoinHandle<()> {
    let mut other = PgConnection::establish(url).unwrap();
    other
        .batch_execute(&format!(
            "SET deadlock_timeout = '1min'; SET statement_timeout = '20s'; \
             BEGIN; SELECT 1 FROM users WHERE username = '{person}' FOR NO KEY UPDATE"
        ))
        .unwrap();
    tokio::task::spawn_blocking(move || {
        other
            .batch_execute(
                "DO $$ BEGIN \
                     WHILE NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted \
                         AND transactionid::text = pg_current_xact_id()::xid::text) \
                     LOOP PERFORM pg_sleep(0.002); END LOOP; \
                     UPDATE room_counters SET revision = revision; \
                 END $$; COMMIT",
            )
            .unwrap();
    })
}

/// How many wait for another's lock.
fn waiting(looking: &RefCell<PgConnection>) -> i64 {
    let waiting: Counted = diesel::sql_query(
        "SELECT count(*) AS number FROM pg_stat_activity \
         WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    .get_result(&mut *looking.borrow_mut())
    .unwrap();
    waiting.number
}

fn a_site() -> (Site, String) {
    // Sooner than PostgreSQL would look by itself: people wait two seconds in all, also where the machine is busy.
    let url = postgres::new_database();
    let url = format!("{url}?options=-c%20deadlock_timeout%3D500ms");
    let site = Site::with(Database::Postgresql, &[("DATABASE_URL", &url)]);
    (site, url)
}

#[test]
fn what_a_deadlock_rolled_back_is_done_again() {
    crate::play(async {
        let (site, url) = a_site();
        let mut ada = site.person("ada").await;
        let slug = ada.makes_room("Quiet").await;
        ada.enters(&slug).await;

        // A group commit: who says something in an open room for the first time joins it.
        let ben = site.person("ben").await;
        let other = comes_in_the_way_of(&url, "ben");
        let path = format!("/api/rooms/{slug}/messages");
        let message = json!({"message": "hello", "client_id": "c-1"});
        let answer = ben.posts(&path, &message).await;
        other.await.unwrap();
        answer.expect(201, "stored all the same");
        ada.sees("hello").await;

        // A statement: whoever joins an open room without a word.
        let mut cleo = site.person("cleo").await;
        let other = comes_in_the_way_of(&url, "cleo");
        cleo.joins(&slug).await;
        other.await.unwrap();
        cleo.enters(&slug).await;
        let again = site.log().matches("deadlock detected").count();
        assert_eq!(again, 2, "{}", site.log());
        ada.says("and welcome").await;
        cleo.sees("and welcome").await;
        assert!(site.command(&["check"]).status.success());
    });
}

#[test]
fn what_waits_for_a_lock_gives_up_whatever_else_the_address_of_the_database_asks_for() {
    crate::play(async {
        let url = postgres::new_database();
        PgConnection::establish(&url)
            .unwrap()
            .batch_execute("CREATE SCHEMA elsewhere")
            .unwrap();
        let url = format!("{url}?options=-c%20search_path%3Delsewhere%20-c%20lock_timeout%3D0");
        let site = Site::with(Database::Postgresql, &[("DATABASE_URL", &url)]);
        let ada = site.person("ada").await;
        let mut looking = PgConnection::establish(&url).unwrap();
        let made: Counted = diesel::sql_query("SELECT count(*) AS number FROM elsewhere.users")
            .get_result(&mut looking)
            .unwrap();
        assert_eq!(made.number, 1, "the tables are where the address says");

        looking
            .batch_execute("BEGIN; LOCK TABLE room_counters IN ACCESS EXCLUSIVE MODE")
            .unwrap();
        let message = json!({"message": "hello", "client_id": "c-1"});
        let refused = ada.posts("/api/rooms/lobby/messages", &message).await;
        refused.expect(503, "while somebody holds the counters");
        let watching = RefCell::new(PgConnection::establish(&url).unwrap());
        eventually("the waiting to end", async || waiting(&watching) == 0).await;
        looking.batch_execute("ROLLBACK").unwrap();
        let stored = ada.posts("/api/rooms/lobby/messages", &message).await;
        assert!(stored.status == 200 || stored.status == 201, "{stored:?}");
    });
}
