//! Taking along what is kept of oneself, and going for good.

use serde_json::{Value, json};

use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, PASSWORD, Site};
use crate::socket::Upgrade;

on_both_databases!(
    whoever_deletes_their_account_is_gone_and_what_they_said_stays,
    nobody_goes_by_mistake_or_leaves_the_site_to_nobody,
    what_is_kept_of_somebody_is_theirs_to_take,
    what_they_take_along_names_no_room_they_may_not_know_of,
    nobody_takes_the_name_of_those_who_will_have_gone,
);

async fn deletes_account(person: &Person, password: &str, status: u16) -> String {
    let form = [("current", password)];
    let answer = person.browser.form("/settings/delete", &form).await;
    answer.expect(status, "deleting an account").text()
}

async fn whoever_deletes_their_account_is_gone_and_what_they_said_stays(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let slug = ben.makes_closed_room("Choir").await;
    ben.adds("ada", &slug).await;
    ada.enters(&slug).await;
    ben.enters(&slug).await;
    let profile = json!({"name": "Benjamin", "about": "I sing.", "status": {"text": "singing"}});
    ben.asks("PATCH", "/api/me", &profile)
        .await
        .expect(200, "a profile");
    ben.says("Farewell").await;
    ada.sees("Farewell").await;
    deletes_account(&ben, PASSWORD, 303).await;
    assert!([4001, 4003].contains(&ben.socket().close_code().await));
    ben.get("/api/me").await.expect(401, "no account");
    // The room heard of it, and has somebody to look after it.
    let left = ada
        .socket()
        .expect("that he left", |frame| frame["event"]["code"] == "left")
        .await;
    assert_eq!(left["event"]["owner"]["username"], "ada");
    let said: Vec<Value> = ada.history(&slug).await;
    let farewell = said.iter().find(|message| message["message"] == "Farewell");
    let farewell = farewell.expect("what he said");
    assert_eq!(farewell["name"], "Former member");
    let people = ada.reads("/api/users").await.to_string();
    for trace in ["ben", "Benjamin", "sing"] {
        assert!(!people.contains(trace), "{people}");
        assert!(!farewell.to_string().contains(trace), "{farewell}");
    }
    let accounts = ada.get("/admin/people").await.expect(200, "it").text();
    assert!(!accounts.contains("@ben"));
    let back = [("do", "reactivate")];
    let back = ada.browser.form("/admin/people/ben", &back).await;
    back.expect(404, "nobody brings him back");
    for name in ["ben", "BEN", "bеn"] {
        let form = [("username", name), ("password", PASSWORD)];
        let taken = site.browser().form("/signup", &form).await;
        taken.expect(422, "the name stays taken");
    }
    let form = [("username", "ben"), ("password", PASSWORD)];
    let back = site.browser().form("/login", &form).await;
    back.expect(401, "nobody has that account");
}

async fn nobody_goes_by_mistake_or_leaves_the_site_to_nobody(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let refused = deletes_account(&ben, "wrong password", 422).await;
    assert!(refused.contains("aria-invalid"));
    ben.reads("/api/me").await;
    let slug = ada.makes_closed_room("Mine").await;
    let refused = deletes_account(&ada, PASSWORD, 422).await;
    assert!(refused.contains("Make somebody else an administrator first"));
    let rooms = ada.reads(&format!("/api/rooms/{slug}")).await;
    assert_eq!(rooms["joined"], true, "nothing was left either");
}

async fn what_is_kept_of_somebody_is_theirs_to_take(database: Database) {
    let site = Site::unlimited(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let (open, hidden) = (
        ben.makes_room("Tea").await,
        ada.makes_closed_room("Without ben").await,
    );
    ben.enters(&open).await;
    // More than are read at once, and no more at a time than a room takes.
    for first in [0, 550] {
        let many = (first..first + 550).map(|number| json!({"message": format!("\"{number}\"")}));
        ben.socket().send_all(many).await;
        ben.socket().next_messages(550).await;
    }
    ben.enters("lobby").await;
    ben.says("and in the lobby").await;
    ada.enters(&open).await;
    ada.says("not his").await;
    let answer = ben.get("/settings/data.json").await.expect(200, "his data");
    let (text, data) = (answer.text(), answer.value());
    assert_eq!(data["username"], "ben");
    let said = data["messages"].as_array().unwrap();
    assert_eq!(said.len(), 1_101);
    let numbers = said
        .iter()
        .filter(|message| message["room"] == open.as_str())
        .map(|message| message["message"].as_str().unwrap().to_owned());
    let expected = (0..1_100).map(|number| format!("\"{number}\""));
    assert!(numbers.eq(expected), "each once and in order");
    assert_eq!(data["rooms"].as_array().unwrap().len(), 2);
    assert_eq!(data["sign_ins"].as_array().unwrap().len(), 1);
    for secret in ["not his", "password", "token", "hash", "$argon2", &hidden] {
        assert!(!text.contains(secret), "{secret}");
    }
    site.browser()
        .get("/settings/data.json")
        .await
        .expect(303, "a stranger");
}

#[test]
fn whoever_goes_is_gone_from_every_node() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let _ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[0].person("ben").await;
        let mut elsewhere = ben.on(&nodes.sites[1]);
        elsewhere.enters("lobby").await;
        deletes_account(&ben, PASSWORD, 303).await;
        assert!([4001, 4003].contains(&elsewhere.socket().close_code().await));
        let refused = Upgrade::new(&elsewhere.browser, "/ws/").refusal().await;
        assert_eq!(refused, 401);
    });
}

async fn what_they_take_along_names_no_room_they_may_not_know_of(database: Database) {
    let site = Site::start(database);
    let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let slug = ada.makes_room("Plans").await;
    ben.enters(&slug).await;
    ben.says("I know of it").await;
    ada.puts_out("ben", &slug).await.expect(200, "removed");
    let path = format!("/api/rooms/{slug}");
    let closed = ada.asks("PATCH", &path, &json!({"kind": "closed"})).await;
    let hidden = closed.expect(200, "closed").value()["slug"].clone();
    let data = ben
        .get("/settings/data.json")
        .await
        .expect(200, "it")
        .text();
    let hidden = hidden.as_str().unwrap();
    assert!(
        data.contains("I know of it") && !data.contains(hidden),
        "{data}"
    );
}

async fn nobody_takes_the_name_of_those_who_will_have_gone(database: Database) {
    let site = Site::start(database);
    let _ada = site.person("ada").await;
    for name in ["former-member-2", "Former-Member-x", "fоrmer-member-1"] {
        let form = [("username", name), ("password", PASSWORD)];
        let taken = site.browser().form("/signup", &form).await;
        taken.expect(422, name);
    }
}
