//! Rooms as administrators look after them: what they see of closed ones, and what they do not.

use serde_json::json;

use crate::people::Person;
use crate::site::{Database, Site};
use crate::socket::Upgrade;

on_both_databases!(
    of_closed_rooms_administrators_see_name_people_and_rough_size,
    administrators_make_an_owner_and_the_room_is_told,
    a_closed_room_is_deleted_by_typing_its_name,
);

whatever_the_database!(rooms_are_found_by_name_and_direct_ones_not_at_all);

/// The number that a room's page for administrators has.
async fn number(person: &Person, name: &str) -> String {
    let page = person.get("/admin/rooms").await.expect(200, "the rooms");
    let page = page.text();
    let before = page.split(name).next().unwrap();
    let number = before.rsplit("/admin/rooms/").next().unwrap();
    number.split('"').next().unwrap().to_owned()
}

async fn of_closed_rooms_administrators_see_name_people_and_rough_size(database: Database) {
    let site = Site::start(database);
    let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let cleo = site.person("cleo").await;
    let slug = ben.makes_closed_room("Inner circle").await;
    ben.adds("cleo", &slug).await;
    ben.enters(&slug).await;
    ben.says("between us").await;
    let list = ada
        .get("/admin/rooms?q=inner")
        .await
        .expect(200, "the list");
    let list = list.text();
    for part in [
        "Inner circle",
        "2 people",
        "fewer than 100 messages",
        "Closed",
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let path = format!("/admin/rooms/{}", number(&ada, "Inner circle").await);
    let page = ada.get(&path).await.expect(200, "the room").text();
    assert!(page.contains("@ben") && page.contains("@cleo") && page.contains("disk"));
    for text in [&list, &page] {
        assert!(!text.contains(&slug), "nor where it is");
        assert!(!text.contains("between us") && !text.contains("<time"));
    }
    for rest in ["", "/messages", "/changes?since=0", "/members"] {
        let path = format!("/api/rooms/{slug}{rest}");
        ada.get(&path).await.expect(404, &path);
    }
    for rest in ["", "details", "notifications"] {
        let path = format!("/chat/{slug}/{rest}");
        ada.get(&path).await.expect(404, &path);
    }
    let socket = Upgrade::new(&ada.browser, &format!("/ws/chat/{slug}/"));
    assert_eq!(socket.refusal().await, 404);
    let export = ada.get("/settings/data.json").await.expect(200, "her data");
    assert!(!export.text().contains("between us"));
    drop(cleo);
}

async fn administrators_make_an_owner_and_the_room_is_told(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let mut cleo = site.person("cleo").await;
    let (gus, dora) = (site.person("gus").await, site.person("dora").await);
    let slug = ben.makes_closed_room("Inner circle").await;
    for name in ["cleo", "gus"] {
        ben.adds(name, &slug).await;
    }
    let guest = [("do", "role"), ("role", "guest")];
    let made = ada.browser.form("/admin/people/gus", &guest).await;
    made.expect(303, "a guest");
    cleo.enters(&slug).await;
    let path = format!("/admin/rooms/{}", number(&ada, "Inner circle").await);
    let install = async |person: &Person, name: &str, status: u16| {
        let fields = [("do", "install"), ("username", name)];
        let answer = person.browser.form(&path, &fields).await;
        answer.expect(status, name);
    };
    // Nobody comes in like that, and guests look after nothing.
    for name in ["ada", "dora", "gus"] {
        install(&ada, name, 403).await;
    }
    install(&ada, "nobody", 404).await;
    install(&dora, "cleo", 403).await;
    install(&cleo, "cleo", 403).await;
    install(&ada, "cleo", 303).await;
    let notice = cleo
        .socket()
        .awaits("the notice", |frame| frame["kind"] == "notice")
        .await;
    assert_eq!(
        notice["event"],
        json!({"code": "appointed", "person": {"username": "cleo", "name": "cleo"}})
    );
    assert_eq!(notice["username"], "ada");
    let page = cleo.get(&format!("/chat/{slug}/")).await.text();
    assert!(page.contains("who looks after this site"), "in words");
    install(&ada, "cleo", 303).await;
    assert_eq!(
        cleo.history(&slug).await.len(),
        3,
        "two were added, one made an owner, and once only"
    );
    cleo.puts_out("gus", &slug)
        .await
        .expect(200, "she looks after it");
    let log = ada.get("/admin/log").await.text();
    let log = log.replace(['\u{2068}', '\u{2069}'], "");
    assert!(log.contains("ada made cleo an owner of the room Inner circle"));
    let socket = Upgrade::new(&ada.browser, &format!("/ws/chat/{slug}/"));
    assert_eq!(socket.refusal().await, 404, "ada reads nothing there still");
    drop(gus);
}

async fn a_closed_room_is_deleted_by_typing_its_name(database: Database) {
    let site = Site::start(database);
    let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let slug = ben.makes_closed_room("Inner circle").await;
    ben.enters(&slug).await;
    ben.says("between us").await;
    let path = format!("/admin/rooms/{}", number(&ada, "Inner circle").await);
    let delete = |name| [("do", "delete"), ("confirm", name)];
    let own = ben.browser.form(&path, &delete("Inner circle")).await;
    own.expect(403, "its owner does not look after the site");
    let wrong = ada.browser.form(&path, &delete("Outer circle")).await;
    wrong.expect(422, "another name");
    let right = ada.browser.form(&path, &delete("Inner circle")).await;
    right.expect(303, "deleted");
    assert_eq!(ben.socket().close_code().await, 4003);
    ben.get(&format!("/api/rooms/{slug}"))
        .await
        .expect(404, "gone");
    ada.get(&path).await.expect(404, "gone");
    let log = ada.get("/admin/log").await.text();
    let log = log.replace(['\u{2068}', '\u{2069}'], "");
    assert!(log.contains("ada deleted the room Inner circle"));
}

async fn rooms_are_found_by_name_and_direct_ones_not_at_all(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    site.person("cleo").await;
    let begun = ben
        .posts("/api/directs", &json!({"usernames": ["cleo"]}))
        .await;
    let direct = begun.expect(201, "a conversation").value()["id"].clone();
    let page = ada.get("/admin/rooms").await.text();
    assert!(page.contains("1 room") && page.contains("/chat/lobby/details"));
    let none = ada
        .get("/admin/rooms?q=cleo&page=7")
        .await
        .expect(200, "none");
    assert!(none.text().contains("No room has that in its name"));
    for id in [direct.to_string(), "999".to_owned(), "x".to_owned()] {
        let path = format!("/admin/rooms/{id}");
        ada.get(&path).await.expect(404, &path);
        for what in ["delete", "install"] {
            let fields = [("do", what), ("confirm", ""), ("username", "cleo")];
            let answer = ada.browser.form(&path, &fields).await;
            answer.expect(404, &path);
        }
    }
    let lobby = format!("/admin/rooms/{}", 1);
    assert_eq!(
        ada.get(&lobby).await.expect(303, "an open one").location(),
        "/chat/lobby/details"
    );
}
