//! People who do not want to hear each other: muted and blocked, on all of their devices, and unseen by whom it is about.

use serde_json::{Value, json};

use crate::eventually;
use crate::people::Person;
use crate::sending;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};
use crate::socket::Socket;

on_both_databases!(
    who_is_muted_is_not_heard_and_does_not_find_out,
    who_is_muted_is_counted_by_nobody_who_muted_them,
    who_is_blocked_writes_to_them_no_more_and_nor_do_they,
    administrators_are_muted_but_not_blocked,
    whom_one_keeps_away_is_ones_own_affair,
    it_all_works_by_forms_without_script,
);

async fn puts(person: &Person, method: &str, path: &str, status: u16) -> Value {
    let path = format!("/api/people/{path}");
    let answer = person.asks(method, &path, &json!({})).await;
    answer.expect(status, &path).value()
}

async fn mutes(person: &Person, whom: &str) {
    puts(person, "PUT", &format!("{whom}/mute"), 200).await;
}

/// The direct room of two, made by its first message.
async fn direct(from: &Person, to: &str) -> String {
    let room = from
        .posts("/api/directs", &json!({"usernames": [to]}))
        .await;
    room.value()["slug"].as_str().unwrap().to_owned()
}

async fn posts(person: &Person, slug: &str, text: &str, status: u16) -> Value {
    let path = format!("/api/rooms/{slug}/messages");
    let answer = person.posts(&path, &json!({"message": text})).await;
    answer.expect(status, text).value()
}

async fn is_told_to_look(socket: &mut Socket) {
    socket.expect_type("muted").await;
}

async fn counts(person: &Person, slug: &str) -> (i64, i64) {
    let room = person.reads(&format!("/api/rooms/{slug}")).await;
    let count = |field: &str| room[field].as_i64().unwrap();
    (count("unread"), count("mentions"))
}

async fn who_is_muted_is_not_heard_and_does_not_find_out(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let mut cleo = site.person("cleo").await;
    let mut page = ada.opens_lobby_page().await;
    mutes(&ada, "ben").await;
    is_told_to_look(&mut page).await;
    ben.enters("lobby").await;
    cleo.enters("lobby").await;
    ben.says("@ada, @room, listen").await;
    ben.says("listen!").await;
    cleo.says("good morning").await;
    let is_said = |frame: &Value| frame["type"] == "activity" && frame["last_seq"] != 0;
    let heard = page.expect("what is said", is_said).await;
    assert_eq!(
        (&heard["last_seq"], &heard["unread"], &heard["mentions"]),
        (&json!(3), &json!(1), &json!(0)),
        "the first that ada is told of is cleo's"
    );
    assert_eq!(counts(&ada, "lobby").await, (1, 0));
    let why = ada.reads("/api/rooms/lobby/messages/1/told").await;
    assert_eq!(why, json!({"told": false, "reason": "muted_person"}));
    // Everything is still there to be read, and the room open.
    assert_eq!(ada.history("lobby").await.len(), 3);
    ada.enters("lobby").await;
    ben.says("@ada!").await;
    ada.sees("@ada!").await;
    cleo.says("@ada, tea?").await;
    let named = page.expect_type("activity").await;
    assert_eq!(named["notice"]["excerpt"], "@ada, tea?");
    assert_eq!(
        (&named["unread"], &named["mentions"]),
        (&json!(2), &json!(1))
    );
    // Nothing of it shows to ben.
    for path in ["/api/users", "/api/rooms/lobby/members", "/api/me/muted"] {
        let told = ben.reads(path).await.to_string();
        assert!(!told.contains("muted"), "{path}: {told}");
    }
    puts(&ada, "DELETE", "ben/mute", 200).await;
    is_told_to_look(&mut page).await;
    let all = page.expect("all that is unread", |frame| frame["unread"] == 5);
    assert_eq!(all.await["mentions"], 3);
    assert_eq!(counts(&ada, "lobby").await, (5, 3));
}

async fn who_is_muted_is_counted_by_nobody_who_muted_them(database: Database) {
    let site = Site::start(database);
    let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let slug = direct(&ada, "ben").await;
    posts(&ada, &slug, "hello", 201).await;
    ben.enters(&slug).await;
    ben.says("first").await;
    assert_eq!(counts(&ada, &slug).await, (1, 0));
    mutes(&ada, "ben").await;
    assert_eq!(counts(&ada, &slug).await, (0, 0));
    let rooms = ada.reads("/api/rooms").await;
    let mut rooms = rooms["rooms"].as_array().unwrap().iter();
    let room = rooms.find(|room| room["slug"] == slug.as_str()).unwrap();
    assert_eq!(room["unread"], 0);
    assert_eq!(room["can_post"], true, "muted is not blocked");
    let mut page = ada.opens_lobby_page().await;
    ben.says("second").await;
    let of_ada = json!({"seq": 3});
    let read = format!("/api/rooms/{slug}/read");
    ada.asks("PUT", &read, &of_ada).await.expect(200, &read);
    // What ada has read still shows to ben.
    let seen = |frame: &Value| frame["reads"][0] == json!({"username": "ada", "seq": 3});
    ben.socket().expect("that ada has read", seen).await;
    let frames = page.everything().await;
    let told = frames.iter().filter(|frame| frame["type"] == "activity");
    for frame in told {
        assert_eq!(
            (&frame["unread"], &frame["notice"]),
            (&json!(0), &Value::Null)
        );
    }
}

async fn who_is_blocked_writes_to_them_no_more_and_nor_do_they(database: Database) {
    let site = Site::start(database);
    site.person("zoe").await;
    let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let cleo = site.person("cleo").await;
    let slug = direct(&ada, "ben").await;
    posts(&ada, &slug, "hello", 201).await;
    let all = json!({"usernames": ["ben", "cleo"]});
    let three = ada.posts("/api/directs", &all);
    let three = three.await.value()["slug"].as_str().unwrap().to_owned();
    ben.enters(&slug).await;
    puts(&ada, "PUT", "ben/block", 200).await;
    ben.sends("why?", "b-1").await;
    let refusal = ben.is_told_of("b-1").await;
    assert_eq!(
        (&refusal["code"], &refusal["message"], &refusal["retry"]),
        (
            &json!("forbidden"),
            &json!("You cannot write to this person."),
            &json!(false)
        )
    );
    let refusal = posts(&ben, &slug, "why?", 403).await;
    assert_eq!(
        refusal["error"]["message"],
        "You cannot write to this person."
    );
    let refused = sending::upload(&ben, &slug, "why.txt", b"why?").await;
    refused.expect(403, "a file for nobody");
    let seen_by_ben = ben.reads(&format!("/api/rooms/{slug}")).await;
    assert_eq!(seen_by_ben["can_post"], true);
    let of_ada = posts(&ada, &slug, "so", 403).await;
    let sentence = of_ada["error"]["message"].as_str().unwrap();
    assert!(sentence.contains("You have blocked"), "{sentence}");
    let seen_by_ada = ada.reads(&format!("/api/rooms/{slug}")).await;
    assert_eq!(seen_by_ada["can_post"], false);
    let page = ada.get(&format!("/chat/{slug}/")).await.text();
    assert!(page.contains("value=\"unblock\"") && !page.contains("id=\"composer\""));
    // With others in the room it is as if he were muted.
    posts(&ben, &three, "hello all", 201).await;
    assert_eq!(counts(&ada, &three).await, (0, 0));
    posts(&ada, &three, "hello", 201).await;
    // Neither begins a room with the other.
    puts(&ben, "PUT", "cleo/block", 200).await;
    let wanted = json!({"usernames": ["cleo"]});
    ben.posts("/api/directs", &wanted).await.expect(403, "ben");
    let wanted = json!({"usernames": ["ben"]});
    let refusal = cleo
        .posts("/api/directs", &wanted)
        .await
        .expect(403, "cleo");
    assert!(refusal.text().contains("You cannot write to this person."));
    let form = [("message", "hello?")];
    let page = cleo.browser.form("/chat/direct/ben/", &form).await;
    let page = page.expect(403, "by form").text();
    assert!(page.contains("You cannot write to this person.") && page.contains("hello?"));
    puts(&ada, "DELETE", "ben/mute", 200).await;
    posts(&ben, &slug, "still blocked", 403).await;
    puts(&ada, "DELETE", "ben/block", 200).await;
    posts(&ben, &slug, "thank you", 201).await;
    posts(&ada, &slug, "well", 201).await;
    assert_eq!(ada.reads("/api/me/muted").await, json!({"users": []}));
}

async fn administrators_are_muted_but_not_blocked(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let cleo = site.person("cleo").await;
    let refused = puts(&ben, "PUT", "ada/block", 400).await;
    let sentence = refused["error"]["message"].as_str().unwrap();
    assert!(sentence.contains("Administrators cannot be blocked"));
    mutes(&ben, "ada").await;
    // Whoever becomes one is blocked no more.
    let slug = direct(&ben, "cleo").await;
    puts(&ben, "PUT", "cleo/block", 200).await;
    posts(&cleo, &slug, "please", 403).await;
    let role = [("do", "role"), ("role", "administrator")];
    let made = ada.browser.form("/admin/people/cleo", &role).await;
    made.expect(303, "an administrator");
    posts(&cleo, &slug, "now it is about the site", 201).await;
    let kept = ben.reads("/api/me/muted").await;
    let kept = kept["users"].as_array().unwrap();
    let told: Vec<_> = kept
        .iter()
        .map(|user| (&user["muted"], &user["blocked"]))
        .collect();
    assert_eq!(told, [(&json!(true), &Value::Null); 2]);
}

async fn whom_one_keeps_away_is_ones_own_affair(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    mutes(&ada, "BEN").await;
    mutes(&ada, "ben").await;
    let users = ada.reads("/api/users").await;
    let users = users["users"].as_array().unwrap();
    assert_eq!(users[1]["muted"], true);
    let members = ada.reads("/api/rooms/lobby/members").await;
    let of_ben = |list: &Value| {
        let list = list["members"].as_array().unwrap().iter();
        list.filter(|user| user["username"] == "ben")
            .all(|user| user["muted"] == true)
    };
    assert!(of_ben(&members));
    assert_eq!(ben.reads("/api/me/muted").await, json!({"users": []}));
    for (path, status) in [("ada/mute", 400), ("ada/block", 400), ("nobody/mute", 404)] {
        puts(&ada, "PUT", path, status).await;
    }
    puts(&ada, "DELETE", "nobody/mute", 200).await;
    // An account that is out of use is let near again all the same.
    let out = [("do", "deactivate")];
    let answer = ada.browser.form("/admin/people/ben", &out).await;
    answer.expect(303, "out of use");
    let listed = ada.reads("/api/me/muted").await;
    assert_eq!(listed["users"][0]["username"], "ben");
    puts(&ada, "DELETE", "ben/mute", 200).await;
    assert_eq!(ada.reads("/api/me/muted").await, json!({"users": []}));
    site.browser()
        .json("PUT", "/api/people/ada/mute", &json!({}))
        .await
        .expect(401, "nobody");
    // A guest knows of nobody outside their rooms.
    let (guest, _cleo) = (site.person("guest").await, site.person("cleo").await);
    guest.puts_out("guest", "lobby").await.expect(200, "left");
    let role = [("do", "role"), ("role", "guest")];
    let made = ada.browser.form("/admin/people/guest", &role).await;
    made.expect(303, "a guest");
    puts(&guest, "PUT", "cleo/mute", 404).await;
}

async fn it_all_works_by_forms_without_script(database: Database) {
    let site = Site::start(database);
    let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    ben.enters("lobby").await;
    for text in ["one", "two"] {
        ben.says(text).await;
    }
    let page = ada.get("/people/ben/").await.text();
    assert!(page.contains("value=\"mute\"") && page.contains("value=\"block\""));
    let form = [("do", "mute"), ("next", "/chat/lobby/")];
    let answer = ada.browser.form("/people/ben/", &form).await;
    assert_eq!(answer.expect(303, "muted").location(), "/chat/lobby/");
    let page = ada.get("/chat/lobby/").await.text();
    assert!(page.contains("2 messages by somebody you muted"), "{page}");
    assert!(!page.contains("<details open>"), "{page}");
    let page = ada.get("/chat/lobby/?at=2").await.text();
    assert!(page.contains("<details open>"), "{page}");
    assert!(
        !ben.get("/chat/lobby/")
            .await
            .text()
            .contains("messages by somebody you muted")
    );
    let page = ada.get("/settings").await.text();
    assert!(page.contains("Muted and blocked people"), "{page}");
    for (what, status) in [("block", 303), ("unblock", 303), ("dance", 400)] {
        let answer = ada.browser.form("/people/ben/", &[("do", what)]).await;
        answer.expect(status, what);
    }
    let evil = [("do", "mute"), ("next", "https://evil.test/")];
    let answer = ada.browser.form("/people/ben/", &evil).await;
    assert_eq!(answer.expect(303, "muted").location(), "/");
    let page = ada.get("/people/ada/").await.text();
    assert!(!page.contains("value=\"mute\""), "{page}");
}

#[test]
fn whom_one_mutes_is_muted_on_every_node() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        let mut page = ada.on(&nodes.sites[1]).opens_lobby_page().await;
        mutes(&ada, "ben").await;
        is_told_to_look(&mut page).await;
        ben.enters("lobby").await;
        ben.says("@ada, listen").await;
        eventually("nothing unread at either node", async || {
            counts(&ada, "lobby").await == (0, 0)
                && counts(&ada.on(&nodes.sites[1]), "lobby").await == (0, 0)
        })
        .await;
        let frames = page.everything().await;
        let of_ben = |frame: &&Value| frame["type"] == "activity" && frame["last_seq"] != 0;
        assert_eq!(frames.iter().find(of_ben), None);
    });
}
