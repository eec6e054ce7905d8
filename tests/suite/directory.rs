//! The directory: every open room, found by a word of its name or topic, and joined from there.

use serde_json::json;

use crate::site::{Database, Site};

on_both_databases!(
    open_rooms_are_found_and_joined,
    closed_rooms_are_not_in_it,
    a_long_directory_has_pages,
);

async fn open_rooms_are_found_and_joined(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let tea = json!({"name": "Tea", "topic": "ওলং and others <b>"});
    ada.posts("/api/rooms", &tea).await.expect(201, "tea");
    ada.makes_room("Rowing club").await;
    let page = ben.get("/rooms?q=OWING").await.expect(200, "found").text();
    assert!(
        page.contains("Rowing club") && !page.contains(">Tea<"),
        "{page}"
    );
    assert!(page.contains("1 person"), "{page}");
    let page = ben.get("/rooms?q=%E0%A6%93%E0%A6%B2").await;
    let page = page.expect(200, "by its topic").text();
    assert!(
        page.contains(">Tea<") && page.contains("others &lt;b&gt;"),
        "{page}"
    );
    let joined = ben.browser.form("/chat/tea/details", &[("do", "join")]);
    let joined = joined.await.expect(303, "joining");
    assert_eq!(joined.location(), "/chat/tea/");
    let page = ben.get("/rooms?q=tea").await.expect(200, "again").text();
    assert!(
        page.contains("2 people") && page.contains("Joined"),
        "{page}"
    );
    let page = ben
        .get("/rooms?q=%22%3E%3Cscript%3E")
        .await
        .expect(200, "text");
    assert!(page.text().contains("No open room"));
}

async fn closed_rooms_are_not_in_it(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.makes_closed_room("Surprise party").await;
    for person in [&ada, &ben] {
        let page = person.get("/rooms?q=surprise").await;
        let page = page.expect(200, "the directory").text();
        assert!(page.contains("No open room"), "not even for its members");
    }
    site.browser()
        .get("/rooms")
        .await
        .expect(303, "nobody looks in from outside");
}

async fn a_long_directory_has_pages(database: Database) {
    let site = Site::with(database, &[("ADDA_MESSAGES_PER_SECOND", "0")]);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    for number in 0..60 {
        ada.makes_room(&format!("Room {number:02}")).await;
    }
    let first = ben.get("/rooms?q=room").await.expect(200, "one").text();
    assert!(first.contains("60 rooms") && first.contains("Page 1 of 2"));
    assert!(first.contains("Room 49<") && !first.contains("Room 50<"));
    let second = ben.get("/rooms?q=room&page=2").await;
    let second = second.expect(200, "two").text();
    assert!(second.contains("Room 50<") && second.contains("Room 59<"));
    let beyond = ben.get("/rooms?q=room&page=999999").await;
    assert!(
        beyond
            .expect(200, "the last")
            .text()
            .contains("Page 2 of 2")
    );
    ben.get("/rooms?page=-1").await.expect(400, "no page");
}
