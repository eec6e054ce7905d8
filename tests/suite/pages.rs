//! The pages as a browser without scripts gets them.

use serde_json::json;

use crate::people::{Person, texts};
use crate::site::http::encoded;
use crate::site::{Database, Site};

on_both_databases!(
    a_room_shows_its_last_fifty_messages_oldest_first,
    a_room_opens_around_a_message,
    posting_works_without_javascript,
    a_refused_post_keeps_what_was_typed,
    what_was_written_is_shown_where_the_sign_in_has_ended,
    the_lobby_lists_rooms_with_what_is_unread,
    an_unknown_room_is_a_404_that_offers_to_make_it,
);

whatever_the_database!(
    an_address_that_is_not_canonical_leads_to_the_one_that_is,
    pages_ask_strangers_to_sign_in,
    static_files_are_kept_for_ever_under_their_hash,
    all_emoji_are_one_list_that_is_kept_for_ever,
    unknown_pages_are_worded,
);

async fn a_room_shows_its_last_fifty_messages_oldest_first(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.socket()
        .send_all((1..=60).map(|number| json!({"message": format!("line {number:03}.")})))
        .await;
    ada.socket().next_messages(60).await;
    let page = ada.get("/chat/lobby/").await.expect(200, "the room").text();
    let places: Vec<usize> = (11..=60)
        .map(|number| {
            page.find(&format!("line {number:03}."))
                .unwrap_or_else(|| panic!("line {number} is missing"))
        })
        .collect();
    assert!(places.is_sorted(), "oldest first");
    assert!(!page.contains("line 010."), "the last 50 and no more");
}

async fn a_room_opens_around_a_message(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.socket()
        .send_all((1..=200).map(|number| json!({"message": format!("line {number:03}.")})))
        .await;
    ada.socket().next_messages(200).await;
    let page = ada
        .get("/chat/lobby/?at=60")
        .await
        .expect(200, "the room")
        .text();
    assert!(
        page.contains("line 060.") && page.contains("line 050.") && page.contains("line 070."),
        "what is around it"
    );
    assert!(!page.contains("line 200."), "not the newest");
    for nonsense in [
        "?at=0",
        "?at=99999",
        "?at=-1",
        "?at=x",
        "?at=99999999999999999999999",
    ] {
        let answer = ada.get(&format!("/chat/lobby/{nonsense}")).await;
        assert!(
            matches!(answer.status, 200 | 400),
            "{nonsense}: {}",
            answer.status
        );
    }
}

async fn posting_works_without_javascript(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    let client_id = ben
        .get("/chat/lobby/")
        .await
        .expect(200, "the room")
        .field("client_id");
    let fields = [("message", "by form"), ("client_id", client_id.as_str())];
    let back = ben
        .browser
        .form("/chat/lobby/", &fields)
        .await
        .expect(303, "back to the room");
    assert_eq!(
        back.location().split(['?', '#']).next(),
        Some("/chat/lobby/")
    );
    assert_eq!(ada.sees("by form").await["username"], "ben");
    ben.browser
        .form("/chat/lobby/", &fields)
        .await
        .expect(303, "the same form sent twice");
    ada.sees_nothing_more().await;
    let page = ben.get("/chat/lobby/").await.expect(200, "the room");
    assert!(page.text().contains("by form"));
    assert_ne!(
        page.field("client_id"),
        client_id,
        "the next message has an id of its own"
    );
    ben.browser
        .form(
            "/chat/lobby/",
            &[("message", "line\r\nline"), ("client_id", "c-lines")],
        )
        .await
        .expect(303, "two lines");
    ada.sees("line\nline").await;
}

async fn a_refused_post_keeps_what_was_typed(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let long = format!("I typed this {}", "x".repeat(16_000));
    let refused = ada
        .browser
        .form("/chat/lobby/", &[("message", &long), ("client_id", "c-1")])
        .await;
    let refused = refused.expect(422, "too long");
    assert!(
        refused.text().contains("I typed this xxx"),
        "the text is still there"
    );
    ada.browser
        .form("/chat/lobby/", &[("message", ""), ("client_id", "c-2")])
        .await
        .expect(422, "nothing typed");
    ada.browser
        .form(
            "/chat/nowhere/",
            &[("message", "hello"), ("client_id", "c-3")],
        )
        .await
        .expect(404, "no such room");
}

async fn what_was_written_is_shown_where_the_sign_in_has_ended(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let stranger = site.browser();
    let long = format!("\nI typed <this>\r\n{}", "😀".repeat(15_000));
    for text in ["I typed this", &long] {
        let fields = [("message", text), ("client_id", "c-1")];
        let page = stranger
            .form("/chat/lobby/", &fields)
            .await
            .expect(401, "nobody is signed in");
        let shown = page.text();
        let (_, area) = shown.split_once("<textarea").expect("the text");
        let (area, _) = area.split_once("</textarea>").unwrap();
        let (attributes, area) = area.split_once('>').unwrap();
        assert!(attributes.contains("readonly"), "{attributes}");
        let plain = area.replace("&lt;", "<").replace("&gt;", ">");
        assert_eq!(plain.strip_prefix('\n'), Some(&*text.replace("\r\n", "\n")));
        assert_eq!(page.field("next"), "/chat/lobby/");
    }
    assert_eq!(texts(&ada.history("lobby").await), [""; 0]);
}

async fn the_lobby_lists_rooms_with_what_is_unread(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.makes_room("Rowing club").await;
    for text in ["one", "two", "three"] {
        ada.posts("/api/rooms/lobby/messages", &json!({"message": text}))
            .await
            .expect(201, text);
    }
    let page = ben.get("/").await.expect(200, "the lobby").text();
    assert!(
        page.contains("/chat/lobby/") && page.contains("/chat/rowing-club/"),
        "both rooms are linked"
    );
    assert!(page.contains("Rowing club"));
    assert!(page.contains("ada"), "people are listed");
    let chat = ben.get("/chat/").await;
    assert_eq!((chat.status, chat.location()), (303, "/"));
}

async fn an_unknown_room_is_a_404_that_offers_to_make_it(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let page = ada
        .get("/chat/rowing-club/")
        .await
        .expect(404, "no such room")
        .text();
    assert!(
        page.contains("action=\"/rooms\""),
        "the page offers to make it"
    );
    assert!(page.contains("rowing-club"));
    let made = ada
        .browser
        .form("/rooms", &[("name", "rowing-club")])
        .await
        .expect(303, "made");
    assert_eq!(made.location(), "/chat/rowing-club/");
    ada.get("/chat/rowing-club/")
        .await
        .expect(200, "it is there now");
}

async fn an_address_that_is_not_canonical_leads_to_the_one_that_is(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    ada.makes_room("Rowing club").await;
    ada.makes_room("Straße").await;
    for (path, leads_to) in [
        ("/chat/lobby", "/chat/lobby/"),
        ("/chat/LOBBY/", "/chat/lobby/"),
        ("/chat/Rowing%20Club/", "/chat/rowing-club/"),
        ("/chat/Stra%C3%9Fe/", "/chat/strasse/"),
    ] {
        let answer = ada.get(path).await;
        assert_eq!(
            (answer.status, answer.location()),
            (308, leads_to),
            "{path}"
        );
    }
    ada.makes_room("বই").await;
    ada.get(&format!("/chat/{}/", encoded("বই")))
        .await
        .expect(200, "a canonical address in any script");
}

async fn pages_ask_strangers_to_sign_in(database: Database) {
    let site = Site::start(database);
    site.person("ada").await;
    let stranger = Person::at(site.browser());
    for (path, next) in [
        ("/", "%2F"),
        ("/chat/lobby/", "%2Fchat%2Flobby%2F"),
        ("/chat/nowhere/", "%2Fchat%2Fnowhere%2F"),
    ] {
        let answer = stranger.get(path).await.expect(303, path);
        let plain = answer.location().replace("%2F", "/").replace("%2f", "/");
        assert_eq!(
            plain,
            format!("/login?next={}", next.replace("%2F", "/")),
            "{path}"
        );
    }
    let page = stranger
        .get("/login?next=/chat/lobby/")
        .await
        .expect(200, "the form");
    assert_eq!(page.field("next"), "/chat/lobby/");
}

async fn static_files_are_kept_for_ever_under_their_hash(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let page = ada.get("/chat/lobby/").await.expect(200, "the room").text();
    let mut checked = 0;
    for part in page
        .split('"')
        .filter(|part| part.starts_with("/static/") && part.contains('.'))
    {
        let path = part.split('#').next().unwrap();
        let file = site.browser().get(path).await.expect(200, path);
        // Debug builds read files from disk at each request, so that an edit shows.
        let kept = if cfg!(debug_assertions) {
            "no-store"
        } else {
            "immutable"
        };
        let caching = file.header("cache-control").unwrap_or_default();
        assert!(caching.contains(kept), "{path}: {:?}", file.headers);
        let kind = file.header("content-type").unwrap_or_default().to_owned();
        let expected = match path.rsplit('.').next() {
            Some("css") => "text/css",
            Some("js") => "text/javascript",
            Some("svg") => "image/svg+xml",
            _ => "",
        };
        assert!(kind.starts_with(expected), "{path} is {kind}");
        checked += 1;
    }
    assert!(checked >= 2, "the page names its script and style");
}

async fn all_emoji_are_one_list_that_is_kept_for_ever(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let page = ada.get("/chat/lobby/").await.expect(200, "the room").text();
    let path = page
        .split('"')
        .find(|part| part.starts_with("/emoji/"))
        .unwrap();
    let list = site.browser().get(path).await.expect(200, path);
    assert_eq!(list.header("content-type"), Some("application/json"));
    let kept = list.header("cache-control").unwrap_or_default();
    assert!(kept.contains("immutable"), "{kept}");
    let all = list.value();
    let party = all["emoji"].as_array().unwrap().iter();
    assert!(
        party
            .clone()
            .any(|one| one[0] == "🎉" && one[3][0] == "tada")
    );
    let earlier = site.browser().get("/emoji/0123.json").await;
    let earlier = earlier.expect(200, "a page from before an update asks for its list");
    assert_eq!(earlier.header("cache-control"), Some("no-store"));
}

async fn unknown_pages_are_worded(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for path in ["/nothing", "/chat/a/b/", "/static/nothing.css"] {
        let answer = ada.get(path).await.expect(404, path);
        assert!(
            !answer.text().contains("error-not_found"),
            "no bare keys: {}",
            answer.text()
        );
    }
    ada.get("/setup").await.expect(404, "set-up is over");
    assert_eq!(texts(&ada.history("lobby").await), [""; 0]);
}
