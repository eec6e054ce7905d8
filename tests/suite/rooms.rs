//! Many rooms: what belongs to one stays in it, and the others hear that something happened.

use serde_json::json;

use crate::eventually;
use crate::site::http::encoded;
use crate::site::{Database, Site};

on_both_databases!(
    what_is_said_in_one_room_stays_there,
    someone_elsewhere_hears_of_activity,
    reading_lowers_the_unread_count_and_never_goes_back,
    a_name_in_any_script_makes_a_room_with_a_page_and_a_socket,
    a_room_is_made_once_however_its_name_is_spelled,
    an_open_room_is_previewed_until_one_joins_or_posts,
);

async fn what_is_said_in_one_room_stays_there(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let slug = ada.makes_room("Rowing club").await;
    assert_eq!(slug, "rowing-club");
    ada.enters(&slug).await;
    ben.enters("lobby").await;
    assert_eq!(ada.says("only here").await["seq"], 1);
    assert_eq!(
        ben.says("only there").await["seq"],
        1,
        "each room counts for itself"
    );
    ada.sees("only here").await;
    ada.sees_nothing_more().await;
}

async fn someone_elsewhere_hears_of_activity(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let slug = ada.makes_room("Rowing club").await;
    let mut elsewhere = ben.opens_lobby_page().await;
    let mut in_another_room = ben.opens(&slug).await;
    ada.enters("lobby").await;
    ada.says("Psst").await;
    for socket in [&mut elsewhere, &mut in_another_room] {
        let activity = socket.expect_type("activity").await;
        assert_eq!(activity["slug"], "lobby");
        assert_eq!(activity["last_seq"], 1);
        assert_eq!(activity["unread"], 1);
    }
    let everything = elsewhere.everything().await;
    assert!(
        everything.iter().all(|frame| frame["type"] != "message"),
        "words stay in the room: {everything:?}"
    );
}

async fn reading_lowers_the_unread_count_and_never_goes_back(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    for number in 1..=4 {
        ada.says(&format!("line {number}")).await;
    }
    let room = ben.reads("/api/rooms/lobby").await;
    assert_eq!(
        (&room["unread"], &room["read_seq"]),
        (&json!(4), &json!(0)),
        "{room}"
    );
    assert_eq!(
        ada.reads("/api/rooms/lobby").await["unread"],
        0,
        "one's own words are no news"
    );

    let mut elsewhere = ben.opens_lobby_page().await;
    for (seq, unread) in [(3, 1), (1, 1)] {
        let answer = ben
            .browser
            .json("PUT", "/api/rooms/lobby/read", &json!({"seq": seq}));
        let answer = answer.await.expect(200, "reading").value();
        assert_eq!(answer, json!({"read_seq": 3}), "it never goes back");
        let room = ben.reads("/api/rooms/lobby").await;
        assert_eq!(room["unread"], unread, "after reading up to {seq}: {room}");
    }
    ben.enters("lobby").await;
    ben.socket().send(&json!({"type": "read", "seq": 4})).await;
    let told = elsewhere
        .expect("activity with nothing unread", |frame| {
            frame["type"] == "activity" && frame["unread"] == 0
        })
        .await;
    assert_eq!(told["slug"], "lobby");
    // Those that come by sockets are stored once a second.
    let read = async || ben.reads("/api/rooms/lobby").await["read_seq"] == 4;
    eventually("the mark at 4", read).await;
}

async fn a_name_in_any_script_makes_a_room_with_a_page_and_a_socket(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    for name in [
        "বইয়ের দোকান",
        "مقهى",
        "Straße & Co.",
        "日本 🍵 お茶",
        "a/../b",
        "100%",
        "!!!",
        "..",
        "x",
    ] {
        let answer = ada
            .browser
            .form("/rooms", &[("name", name)])
            .await
            .expect(303, name);
        let path = answer.location().to_owned();
        ada.get(&path).await.expect(200, name);
        let slug = path
            .trim_start_matches("/chat/")
            .trim_end_matches('/')
            .to_owned();
        let mut socket = crate::socket::Upgrade::new(&ada.browser, &format!("/ws/chat/{slug}/"))
            .open()
            .await;
        socket.send(&json!({"message": name})).await;
        socket.sees(name).await;
        assert_eq!(socket.welcome["room"]["name"], name);
    }
    ada.enters("বইয়ের দোকান").await;
    assert_eq!(
        ada.socket().welcome["room"]["name"],
        "বইয়ের দোকান",
        "a socket finds the room however it is spelled"
    );
    let slug = ada
        .reads(&format!("/api/rooms/{}", encoded("বইয়ের দোকান")))
        .await["slug"]
        .clone();
    assert_eq!(slug, ada.socket().welcome["room"]["slug"]);
}

async fn a_room_is_made_once_however_its_name_is_spelled(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    ada.makes_room("Rowing club").await;
    let again = ada
        .posts(
            "/api/rooms",
            &json!({"name": "ROWING   club!", "kind": "open"}),
        )
        .await;
    let again = again.expect(409, "a taken slug");
    assert_eq!(again.code(), "conflict");
    assert_eq!(
        again.value()["error"]["message"],
        "A room with that name is here already."
    );
    for topic in ["turned \u{202E}around", "two\nlines"] {
        ada.posts("/api/rooms", &json!({"name": "odd", "topic": topic}))
            .await
            .expect(400, "a topic that cannot be shown");
    }
    let form = ada
        .browser
        .form("/rooms", &[("name", "rowing-club")])
        .await
        .expect(303, "the form leads there");
    assert_eq!(form.location(), "/chat/rowing-club/");
}

async fn an_open_room_is_previewed_until_one_joins_or_posts(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let mut cem = site.person("cem").await;
    let slug = ada.makes_room("Rowing club").await;
    let members = format!("/api/rooms/{slug}/members");
    ada.enters(&slug).await;
    for (person, joins) in [(&mut ben, true), (&mut cem, false)] {
        let page = person.get(&format!("/chat/{slug}/")).await;
        assert!(
            page.expect(200, "the page")
                .text()
                .contains("value=\"join\"")
        );
        person.enters(&slug).await;
        let seen = person.reads(&members).await;
        assert_eq!(
            seen["members"].as_array().unwrap().len(),
            if joins { 1 } else { 2 }
        );
        ada.says("for everyone who looks").await;
        person.sees("for everyone who looks").await;
        if joins {
            let form = [("do", "join")];
            let details = format!("/chat/{slug}/details");
            let joined = person.browser.form(&details, &form).await;
            let joined = joined.expect(303, "joining");
            assert_eq!(joined.location(), format!("/chat/{slug}/"));
        } else {
            person.says("me too").await;
        }
        let room = person.reads(&format!("/api/rooms/{slug}")).await;
        assert_eq!(room["unread"], 0, "what was said before counts as read");
        let mut elsewhere = person.opens_lobby_page().await;
        ada.says("for members").await;
        elsewhere
            .awaits("activity in the room", |frame| {
                frame["type"] == "activity" && frame["slug"] == slug
            })
            .await;
        let page = person.get(&format!("/chat/{slug}/")).await;
        assert!(
            !page
                .expect(200, "the page")
                .text()
                .contains("value=\"join\"")
        );
    }
    assert_eq!(
        ada.reads(&members).await["members"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
}
