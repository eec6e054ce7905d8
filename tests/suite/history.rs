//! History through the API, page by page.

use serde_json::{Value, json};

use crate::people::Person;
use crate::site::{Database, Site};

on_both_databases!(
    history_is_read_in_pages,
    a_room_opens_around_any_message,
    a_room_opens_on_a_day,
    wrong_queries_are_refused,
);

async fn history_is_read_in_pages(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.socket()
        .send_all((1..=120).map(|number| json!({"message": number.to_string()})))
        .await;
    ada.socket().next_messages(120).await;
    for (query, first, last, before, after) in [
        ("", 71, 120, true, false),
        ("?limit=200", 1, 120, false, false),
        ("?limit=1", 120, 120, true, false),
        ("?before=71", 21, 70, true, true),
        ("?before=11&limit=10", 1, 10, false, true),
        ("?after=100", 101, 120, true, false),
        ("?after=0&limit=5", 1, 5, false, true),
        ("?around=60&limit=11", 55, 65, true, true),
    ] {
        let page = ada
            .reads(&format!("/api/rooms/lobby/messages{query}"))
            .await;
        let seqs: Vec<i64> = page["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|message| message["seq"].as_i64().unwrap())
            .collect();
        assert_eq!(
            seqs,
            (first..=last).collect::<Vec<i64>>(),
            "{query}: ascending"
        );
        assert_eq!(
            (&page["more_before"], &page["more_after"]),
            (&json!(before), &json!(after)),
            "{query}"
        );
        assert_eq!(
            (&page["revision"], &page["last_seq"]),
            (&json!(120), &json!(120)),
            "{query}"
        );
        assert!(page["epoch"].is_string(), "{query}");
    }
}

/// The number that the page is marked at; 0 where it is at none.
fn marked(page: &str) -> i64 {
    let Some((_, behind)) =
        page.split_once(" message--found\" tabindex=\"-1\" autofocus data-seq=\"")
    else {
        return 0;
    };
    behind.split('"').next().unwrap().parse().unwrap()
}

const MISSING: &str = "There is no such message here any more.";

async fn a_room_opens_around_any_message(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.socket()
        .send_all((1..=120).map(|number| json!({"message": number.to_string()})))
        .await;
    ada.socket().next_messages(120).await;
    for seq in [30, 31, 32] {
        ada.browser
            .ask("DELETE", &format!("/api/rooms/lobby/messages/{seq}"))
            .await
            .expect(200, "one taken back");
    }
    for (at, expected) in [
        ("1", 1),
        ("60", 60),
        ("120", 120),
        ("30", 30),
        // One line stands for all that were taken back together.
        ("32", 30),
        ("060", 60),
    ] {
        let page = ada.get(&format!("/chat/lobby/?at={at}")).await;
        let page = page.expect(200, at).text();
        assert_eq!(marked(&page), expected, "?at={at}");
        assert!(!page.contains(MISSING), "?at={at}");
    }
    for at in [
        "0",
        "121",
        "-1",
        "9223372036854775807",
        "9223372036854775808",
        "99999999999999999999999999",
        "",
        "x",
        "1.5",
        "%00",
        "60%20",
        "%3Cscript%3E",
    ] {
        let page = ada.get(&format!("/chat/lobby/?at={at}")).await;
        let page = page.expect(200, at).text();
        assert_eq!(marked(&page), 0, "?at={at}");
        assert!(page.contains(MISSING), "?at={at}");
        assert!(
            page.contains("data-seq=\""),
            "?at={at}: the room is shown all the same"
        );
    }
    let plain = ada.get("/chat/lobby/").await.expect(200, "the room").text();
    assert!(!plain.contains(MISSING));
    let stranger = site.browser().get("/chat/lobby/?at=60").await;
    assert_eq!(
        stranger.expect(303, "signed out").header("location"),
        Some("/login?next=/chat/lobby/%3Fat%3D60"),
        "who signs in comes to the message"
    );
}

/// The number of the first message that was said at a moment or later.
async fn first_at(person: &Person, time: &str) -> Value {
    let path = format!("/api/rooms/lobby/moment?time={time}");
    person.reads(&path).await["seq"].clone()
}

async fn a_room_opens_on_a_day(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    assert_eq!(
        first_at(&ada, "2026-11-22T18:42:07Z").await,
        json!(null),
        "nothing is said"
    );
    ada.enters("lobby").await;
    for number in 1..=9 {
        ada.says(&number.to_string()).await;
    }
    let said = ada.history("lobby").await;
    for message in &said {
        let time = &message["sent_at"];
        let first = said.iter().find(|other| other["sent_at"] == *time);
        assert_eq!(
            first_at(&ada, time.as_str().unwrap()).await,
            first.unwrap()["seq"],
            "the moment of a message is its own, or that of one stored together with it"
        );
    }
    assert_eq!(first_at(&ada, "1970-01-01T00:00:00Z").await, json!(1));
    assert_eq!(
        first_at(&ada, "9999-12-31T23:59:59Z").await,
        json!(null),
        "nobody has spoken since"
    );
    for time in [
        "",
        "now",
        "2026-11-22",
        "1969-12-31T23:59:59Z",
        "10000-01-01T00:00:00Z",
    ] {
        let refusal = ada
            .get(&format!("/api/rooms/lobby/moment?time={time}"))
            .await;
        assert_eq!(refusal.expect(400, time).code(), "bad_request");
    }
    ada.get("/api/rooms/lobby/moment")
        .await
        .expect(400, "no time");

    let today = &said[0]["sent_at"].as_str().unwrap()[..10];
    for (day, leads_to) in [
        (today, "/chat/lobby/?at=1"),
        ("1970-01-01", "/chat/lobby/?at=1"),
        ("0001-01-01", "/chat/lobby/?at=1"),
        ("9999-12-31", "/chat/lobby/"),
        ("2026-02-30", "/chat/lobby/"),
        ("yesterday", "/chat/lobby/"),
        ("", "/chat/lobby/"),
        ("%00%0a", "/chat/lobby/"),
    ] {
        let answer = ada.get(&format!("/chat/lobby/?on={day}")).await;
        assert_eq!(
            answer.expect(303, day).header("location"),
            Some(leads_to),
            "{day}"
        );
    }
    ada.get("/chat/nowhere/?on=2026-11-22")
        .await
        .expect(404, "no room");
}

async fn wrong_queries_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for query in [
        "messages?limit=0",
        "messages?limit=201",
        "messages?limit=1000000000",
        "messages?limit=-1",
        "messages?limit=ten",
        "messages?before=1&after=1",
        "messages?before=-1",
        "messages?before=99999999999999999999999",
        "messages?around=x",
        "changes",
        "changes?since=-1",
        "changes?since=x",
        "changes?since=0&limit=0",
        "changes?since=0&limit=1001",
        "changes?since=99999999999999999999999",
    ] {
        let refusal = ada.get(&format!("/api/rooms/lobby/{query}")).await;
        assert_eq!(refusal.status, 400, "{query}: {}", refusal.text());
        assert_eq!(refusal.code(), "bad_request", "{query}");
    }
    let beyond = ada
        .reads("/api/rooms/lobby/messages?before=9000000000000000000")
        .await;
    assert_eq!(
        beyond["messages"],
        json!([]),
        "beyond the newest there may be nothing, and that is no error"
    );
}
