//! Messages that people report, what administrators decide, and that the reporter hears of it.

use serde_json::{Value, json};

use crate::inputs::permission::beside;
use crate::people::Person;
use crate::site::{Database, Site};

on_both_databases!(
    a_report_keeps_what_its_reporter_saw,
    administrators_decide_and_the_reporter_hears_of_it,
    a_message_of_a_closed_room_is_deleted_on_the_strength_of_a_report,
    reports_are_made_by_those_who_may_read_and_within_limits,
    reports_are_found_and_looked_through_by_pages,
    nobody_else_looks_at_reports,
    whoever_takes_their_data_along_finds_their_reports_and_whom_they_muted,
);

whatever_the_database!(after_thirty_days_a_report_is_forgotten);

pub(crate) async fn posts(person: &Person, slug: &str, text: &str) -> i64 {
    let path = format!("/api/rooms/{slug}/messages");
    let answer = person.posts(&path, &json!({"message": text})).await;
    answer.expect(201, text).value()["seq"].as_i64().unwrap()
}

pub(crate) async fn reports(person: &Person, slug: &str, seq: i64, status: u16) {
    let path = format!("/api/rooms/{slug}/messages/{seq}/reports");
    let body = json!({"reason": "harassment", "text": "He goes on and on."});
    person.posts(&path, &body).await.expect(status, &path);
}

async fn queue(person: &Person, query: &str) -> String {
    let path = format!("/admin/reports?{query}");
    let page = person.get(&path).await.expect(200, &path).text();
    page.replace(['\u{2068}', '\u{2069}'], "")
}

pub(crate) async fn decides(
    person: &Person,
    id: i64,
    fields: &[(&str, &str)],
    status: u16,
) -> String {
    let path = format!("/admin/reports/{id}");
    let answer = person.browser.form(&path, fields).await;
    answer.expect(status, &format!("{fields:?}")).text()
}

/// A page without the signs that keep the direction of names.
pub(crate) async fn reads(person: &Person, path: &str) -> String {
    let page = person.get(path).await.expect(200, path).text();
    page.replace(['\u{2068}', '\u{2069}'], "")
}

async fn a_report_keeps_what_its_reporter_saw(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let (ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    for number in 1..=13 {
        posts(&ben, "lobby", &format!("number {number}.")).await;
    }
    let page = reads(&cleo, "/chat/lobby/report?seq=7").await;
    for words in [
        "number 7.",
        "Administrators will see this message",
        "30 days",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let path = "/chat/lobby/report";
    let nothing = [("seq", "7"), ("reason", ""), ("words", "so there")];
    let again = cleo
        .browser
        .form(path, &nothing)
        .await
        .expect(422, "no reason");
    assert!(again.text().contains("Choose what is wrong") && again.text().contains("so there"));
    let long = "x".repeat(501);
    let long = [("seq", "7"), ("reason", "spam"), ("words", long.as_str())];
    cleo.browser.form(path, &long).await.expect(422, "too long");
    let form = [("seq", "7"), ("reason", "spam"), ("words", "Not again")];
    let answer = cleo.browser.form(path, &form).await.expect(303, "reported");
    assert_eq!(answer.location(), "/chat/lobby/report?seq=7&done=yes");
    assert!(reads(&cleo, answer.location()).await.contains("Thank you"));
    // The words go, and the copy stays.
    let gone = ben
        .asks("DELETE", "/api/rooms/lobby/messages/7", &json!({}))
        .await;
    gone.expect(200, "taken back");
    let seen = queue(&ada, "").await;
    for number in 2..=12 {
        assert!(
            seen.contains(&format!("number {number}.")),
            "{number}: {seen}"
        );
    }
    assert!(!seen.contains("number 1.") && !seen.contains("number 13."));
    for words in [
        "@ben",
        "cleo",
        "Not again",
        "Advertising or spam",
        "in the open room Lobby",
    ] {
        assert!(seen.contains(words), "{words}: {seen}");
    }
    assert!(reads(&ada, "/").await.contains("A report waits for you"));
    assert!(!reads(&ben, "/").await.contains("waits for you"));
}

async fn administrators_decide_and_the_reporter_hears_of_it(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (mut ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    ben.enters("lobby").await;
    for text in ["one", "two"] {
        posts(&ben, "lobby", text).await;
    }
    reports(&cleo, "lobby", 1, 201).await;
    reports(&cleo, "lobby", 1, 200).await;
    reports(&ada, "lobby", 1, 201).await;
    reports(&cleo, "lobby", 2, 201).await;
    let open = cleo.reads("/api/me/reports").await;
    assert_eq!(open["reports"][0]["outcome"], json!([]));
    assert!(
        reads(&cleo, "/settings")
            .await
            .contains("nobody has decided yet")
    );
    decides(&ada, 1, &[("do", "delete"), ("note", "Thank you")], 303).await;
    let taken = |frame: &Value| frame["seq"] == 1 && frame["deleted"] == true;
    ben.socket().expect("that it is deleted", taken).await;
    let home = reads(&cleo, "/").await;
    assert!(
        home.contains("You reported a message by ben: it was deleted."),
        "{home}"
    );
    assert!(home.contains("Thank you"), "{home}");
    // Whoever reported the same message hears of it too.
    assert!(reads(&ada, "/").await.contains("it was deleted."));
    let seen = cleo.browser.form("/settings/reports", &[]).await;
    assert_eq!(seen.expect(303, "seen").location(), "/");
    assert!(!reads(&cleo, "/").await.contains("You reported"));
    assert!(reads(&cleo, "/settings").await.contains("it was deleted."));
    decides(&ada, 3, &[("do", "dismiss")], 303).await;
    assert!(reads(&cleo, "/").await.contains("nothing was done."));
    let decided = queue(&ada, "state=closed").await;
    assert!(decided.contains("3 reports") && decided.contains("They were told: Thank you"));
    // More may be done about what was decided, and of that the reporter hears.
    decides(&ada, 1, &[("do", "deactivate")], 303).await;
    assert_eq!(ben.socket().close_code().await, 4001);
    let home = reads(&cleo, "/").await;
    assert!(
        home.contains("it was deleted, its author’s account was taken out of use."),
        "{home}"
    );
    assert!(home.contains("Thank you"), "they were told it: {home}");
    let note = [("do", "suspend"), ("hours", "24"), ("note", "Once more")];
    decides(&ada, 1, &note, 303).await;
    let home = reads(&cleo, "/").await;
    assert!(home.contains("Once more") && !home.contains("Thank you"));
    decides(&ada, 1, &[("do", "dance")], 400).await;
    decides(&ada, 99, &[("do", "dismiss")], 404).await;
    let log = reads(&ada, "/admin/log").await;
    for words in [
        "ada deleted a message by ben that was reported",
        "ada dismissed a report of a message by ben",
        "ada took the account of ben out of use",
    ] {
        assert!(log.contains(words), "{words}: {log}");
    }
    let found = reads(&ada, "/admin/log?q=BEN").await;
    assert!(found.contains("a message by ben"), "{found}");
}

async fn a_message_of_a_closed_room_is_deleted_on_the_strength_of_a_report(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    let slug = ben.makes_closed_room("Inner circle").await;
    ben.adds("cleo", &slug).await;
    let seq = posts(&ben, &slug, "between us").await;
    let path = format!("/api/rooms/{slug}/messages/{seq}");
    reports(&ada, &slug, seq, 404).await;
    ada.asks("DELETE", &path, &json!({}))
        .await
        .expect(404, "ada");
    reports(&cleo, &slug, seq, 201).await;
    let seen = queue(&ada, "q=inner").await;
    assert!(seen.contains("between us"), "{seen}");
    decides(&ada, 1, &[("do", "delete")], 303).await;
    let left = ben.history(&slug).await;
    let left = left.iter().find(|message| message["seq"] == seq).unwrap();
    assert_eq!(
        (&left["deleted"], &left["message"]),
        (&json!(true), &Value::Null)
    );
    // It opens the room to nobody.
    ada.get(&format!("/chat/{slug}/")).await.expect(404, "ada");
    // In direct messages likewise; and where the room is gone there is nothing left to delete.
    let direct = cleo
        .posts("/api/directs", &json!({"usernames": ["ben"]}))
        .await;
    let direct = direct.value()["slug"].as_str().unwrap().to_owned();
    let seq = posts(&cleo, &direct, "psst").await;
    reports(&ben, &direct, seq, 201).await;
    assert!(queue(&ada, "").await.contains("in direct messages"));
    decides(&ada, 2, &[("do", "delete")], 303).await;
    assert_eq!(ben.history(&direct).await[0]["deleted"], true);
    let open = ben.makes_room("Tea").await;
    let seq = posts(&ben, &open, "cold").await;
    reports(&cleo, &open, seq, 201).await;
    let name = json!({"name": "Tea"});
    let path = format!("/api/rooms/{open}");
    ada.asks("DELETE", &path, &name)
        .await
        .expect(200, "deleted");
    assert!(queue(&ada, "").await.contains("cold"));
    decides(&ada, 3, &[("do", "delete")], 303).await;
}

async fn reports_are_made_by_those_who_may_read_and_within_limits(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let (ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    for number in 1..=22 {
        posts(&ben, "lobby", &format!("number {number}")).await;
    }
    for seq in 1..=20 {
        reports(&cleo, "lobby", seq, 201).await;
    }
    reports(&cleo, "lobby", 21, 400).await;
    reports(&cleo, "lobby", 3, 200).await;
    reports(&ada, "lobby", 21, 201).await;
    decides(&ada, 5, &[("do", "dismiss")], 303).await;
    reports(&cleo, "lobby", 21, 201).await;
    reports(&ben, "lobby", 1, 400).await;
    reports(&cleo, "lobby", 99, 404).await;
    for body in [
        json!({}),
        json!({"reason": "boredom"}),
        json!({"reason": 1}),
        json!([]),
    ] {
        let path = "/api/rooms/lobby/messages/22/reports";
        cleo.posts(path, &body).await.expect(400, &body.to_string());
    }
    // What happened to a room, and what is gone, is nothing to report.
    let room = ben.makes_room("Tea").await;
    let rename = json!({"name": "Cake"});
    let path = format!("/api/rooms/{room}");
    ben.asks("PATCH", &path, &rename)
        .await
        .expect(200, "a notice");
    reports(&cleo, &room, 1, 404).await;
    let path = "/api/rooms/lobby/messages/22";
    let gone = ben.asks("DELETE", path, &json!({})).await;
    gone.expect(200, "taken back");
    reports(&cleo, "lobby", 22, 404).await;
    // Ten a minute.
    let site = Site::start(database);
    site.person("ada").await;
    let (ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    posts(&ben, "lobby", "hello").await;
    reports(&cleo, "lobby", 1, 201).await;
    for _ in 1..10 {
        reports(&cleo, "lobby", 1, 200).await;
    }
    reports(&cleo, "lobby", 1, 429).await;
}

async fn reports_are_found_and_looked_through_by_pages(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let (ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    for number in 1..=12 {
        posts(&ben, "lobby", &format!("number {number}.")).await;
        reports(&cleo, "lobby", number, 201).await;
    }
    let first = queue(&ada, "").await;
    assert!(first.contains("12 reports") && first.contains("Page 1 of 2"));
    let second = queue(&ada, "page=2").await;
    assert!(second.contains("Page 2 of 2"), "{second}");
    assert!(queue(&ada, "page=99").await.contains("Page 2 of 2"));
    for (query, count) in [
        ("q=ben", "12 reports"),
        ("q=cleo", "12 reports"),
        ("q=CLEO", "12 reports"),
        ("q=ON+AND", "12 reports"),
        ("q=on+and", "12 reports"),
        ("q=Lobby", "12 reports"),
        ("q=%25", "No reports"),
        ("q=dora", "No reports"),
        ("q=a%00b", "No reports"),
        ("state=closed", "No reports"),
    ] {
        let found = queue(&ada, query).await;
        assert!(found.contains(count), "{query}: {found}");
    }
    ada.get("/admin/reports?page=x")
        .await
        .expect(400, "no page");
    // An administrator who is reported is shown as one.
    posts(&ada, "lobby", "I am one").await;
    reports(&cleo, "lobby", 13, 201).await;
    assert!(queue(&ada, "q=ada").await.contains("Administrator"));
}

async fn nobody_else_looks_at_reports(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    posts(&ben, "lobby", "hello").await;
    reports(&cleo, "lobby", 1, 201).await;
    for person in [&ben, &cleo] {
        person.get("/admin/reports").await.expect(403, "the queue");
        decides(person, 1, &[("do", "delete")], 403).await;
    }
    site.browser()
        .get("/admin/reports")
        .await
        .expect(303, "nobody");
    assert_eq!(ben.reads("/api/me/reports").await, json!({"reports": []}));
    assert!(!reads(&ben, "/settings").await.contains("Your reports"));
    assert!(queue(&ada, "").await.contains("One report"));
}

async fn whoever_takes_their_data_along_finds_their_reports_and_whom_they_muted(
    database: Database,
) {
    let site = Site::start(database);
    let (_ada, ben) = (site.person("ada").await, site.person("ben").await);
    let cleo = site.person("cleo").await;
    posts(&ben, "lobby", "hello").await;
    reports(&cleo, "lobby", 1, 201).await;
    let mute = cleo.asks("PUT", "/api/people/ben/mute", &json!({})).await;
    mute.expect(200, "muted");
    let data = cleo.reads("/settings/data.json").await;
    assert_eq!(data["muted"][0]["username"], "ben");
    assert_eq!(data["reports"][0]["text"], "He goes on and on.");
}

async fn after_thirty_days_a_report_is_forgotten(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    for text in ["one", "two", "three"] {
        posts(&ben, "lobby", text).await;
    }
    for seq in [1, 2] {
        reports(&cleo, "lobby", seq, 201).await;
    }
    let ago = |id: i64, days: i64| {
        format!("UPDATE reports SET reported_at = datetime('now', '-{days} days') WHERE id = {id}")
    };
    beside(&site, &ago(1, 31));
    beside(&site, &ago(2, 29));
    reports(&cleo, "lobby", 3, 201).await;
    assert!(queue(&ada, "").await.contains("2 reports"));
    let mine = cleo.reads("/api/me/reports").await;
    let left: Vec<_> = mine["reports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["seq"])
        .collect();
    assert_eq!(left, [3, 2]);
}
