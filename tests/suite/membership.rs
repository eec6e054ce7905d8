//! Who belongs to a room, and who looks after it.

use serde_json::{Value, json};

use crate::people::Person;
use crate::site::http::encoded;
use crate::site::{Database, Site};

on_both_databases!(
    whoever_is_added_to_a_closed_room_reads_all_of_it_and_strangers_find_nothing,
    whoever_is_put_out_is_out_until_let_back_in,
    an_owner_who_leaves_passes_the_room_on,
    of_two_owners_who_put_each_other_back_one_stays,
    who_has_left_is_not_brought_back_by_what_they_said_before,
);

/// What happened in a room: a code, and whom it is about.
pub async fn events(person: &Person, slug: &str) -> Vec<(String, String)> {
    let messages = person.history(slug).await;
    messages
        .iter()
        .filter(|message| message["kind"] == "notice")
        .map(|message| {
            let event = &message["event"];
            let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (word(&event["code"]), word(&event["person"]["username"]))
        })
        .collect()
}

pub fn event(code: &str, whom: &str) -> (String, String) {
    (code.to_owned(), whom.to_owned())
}

pub async fn members(person: &Person, slug: &str) -> Vec<(String, bool)> {
    let answer = person
        .reads(&format!("/api/rooms/{}/members", encoded(slug)))
        .await;
    let members = answer["members"].as_array().unwrap();
    members
        .iter()
        .map(|member| {
            let name = member["username"].as_str().unwrap().to_owned();
            (name, member["owner"] == true)
        })
        .collect()
}

async fn whoever_is_added_to_a_closed_room_reads_all_of_it_and_strangers_find_nothing(
    database: Database,
) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let (mut ben, cem) = (site.person("ben").await, site.person("cem").await);
    let slug = ada.makes_closed_room("Surprise party").await;
    let (name, end) = slug.rsplit_once('-').unwrap();
    assert_eq!(name, "surprise-party");
    assert!(end.len() >= 10, "{slug}");
    ada.enters(&slug).await;
    ada.says("nobody tells ben").await;

    for stranger in [&ben, &cem] {
        let missing = stranger.get("/api/rooms/no-such-room").await.text();
        let paths = ["", "/messages", "/changes?since=0", "/members"];
        for path in paths {
            let path = format!("/api/rooms/{slug}{path}");
            let answer = stranger.get(&path).await.expect(404, &path);
            assert_eq!(answer.text(), missing, "the same as for no room");
        }
        for (method, path, body) in [
            ("POST", "/messages", json!({"message": "hello"})),
            ("PUT", "/read", json!({"seq": 0})),
            ("PUT", "/members/ben", json!({"role": "owner"})),
            ("DELETE", "/members/ada", json!({})),
            ("PATCH", "", json!({"name": "Mine"})),
        ] {
            let path = format!("/api/rooms/{slug}{path}");
            stranger.asks(method, &path, &body).await.expect(404, &path);
        }
        stranger
            .get(&format!("/chat/{slug}/"))
            .await
            .expect(404, "its page");
        let rooms = stranger.reads("/api/rooms").await.to_string();
        assert!(!rooms.contains("urprise"), "{rooms}");
        let home = stranger.get("/").await.text();
        assert!(!home.contains("urprise"));
    }
    assert_eq!(
        crate::socket::Upgrade::new(&cem.browser, &format!("/ws/chat/{slug}/"))
            .refusal()
            .await,
        404
    );
    cem.makes_room("Surprise party").await;

    ada.adds("ben", &slug).await;
    ben.enters(&slug).await;
    let seen = ben.history(&slug).await;
    assert_eq!(seen[0]["message"], "nobody tells ben");
    assert_eq!(events(&ben, &slug).await, [event("added", "ben")]);
    let room = ben.reads(&format!("/api/rooms/{slug}")).await;
    assert_eq!(room["kind"], "closed");
    assert_eq!(room["unread"], 0, "what was said before counts as read");
    assert_eq!(
        members(&ben, &slug).await,
        [("ada".to_owned(), true), ("ben".to_owned(), false)]
    );
    ben.says("I knew").await;
    ada.sees("I knew").await;
}

async fn whoever_is_put_out_is_out_until_let_back_in(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    for slug in [
        ada.makes_room("Rowing club").await,
        ada.makes_closed_room("Rowing council").await,
    ] {
        ada.adds("ben", &slug).await;
        let mut socket = ben.opens(&slug).await;
        ada.puts_out("ben", &slug).await.expect(200, "put out");
        assert_eq!(socket.close_code().await, 4003);
        let path = format!("/api/rooms/{slug}");
        ben.get(&path).await.expect(404, "barred");
        for (method, path, body) in [
            (
                "POST",
                format!("{path}/messages"),
                json!({"message": "but"}),
            ),
            ("PUT", format!("{path}/members/ben"), json!({})),
        ] {
            ben.asks(method, &path, &body).await.expect(404, &path);
        }
        let upgrade = crate::socket::Upgrade::new(&ben.browser, &format!("/ws/chat/{slug}/"));
        assert_eq!(upgrade.refusal().await, 404);
        ada.adds("ben", &slug).await;
        ben.get(&path).await.expect(200, "back in");
        assert_eq!(
            events(&ada, &slug).await,
            [
                event("added", "ben"),
                event("removed", "ben"),
                event("added", "ben")
            ]
        );
    }
}

async fn an_owner_who_leaves_passes_the_room_on(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (ben, cem) = (site.person("ben").await, site.person("cem").await);
    let slug = ada.makes_closed_room("Rowing council").await;
    ada.adds("cem", &slug).await;
    ada.adds("ben", &slug).await;
    ada.puts_out("ada", &slug).await.expect(200, "leaving");
    ada.get(&format!("/api/rooms/{slug}"))
        .await
        .expect(404, "who left a closed room");
    assert_eq!(
        members(&ben, &slug).await,
        [("cem".to_owned(), true), ("ben".to_owned(), false)]
    );
    let history = ben.history(&slug).await;
    let event = &history.last().unwrap()["event"];
    assert_eq!(event["code"], "left");
    assert_eq!(event["owner"]["username"], "cem");
    cem.puts_out("cem", &slug).await.expect(200, "leaving");
    ben.puts_out("ben", &slug).await.expect(200, "the last one");
}

async fn of_two_owners_who_put_each_other_back_one_stays(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (ben, cem) = (site.person("ben").await, site.person("cem").await);
    let slug = ben.makes_closed_room("Rowing council").await;
    ben.adds("ada", &slug).await;
    let place = |name: &str| format!("/api/rooms/{slug}/members/{name}");
    let (owner, member) = (json!({"role": "owner"}), json!({"role": "member"}));
    ben.asks("PUT", &place("cem"), &owner)
        .await
        .expect(200, "added as an owner");
    let (of_cem, of_ben) = (place("cem"), place("ben"));
    let (first, second) = tokio::join!(
        ben.asks("PUT", &of_cem, &member),
        cem.asks("PUT", &of_ben, &member)
    );
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 403], "the second is no owner any more");
    let members = members(&ada, &slug).await;
    let owners: Vec<_> = members.iter().filter(|(_, owner)| *owner).collect();
    assert_eq!(owners.len(), 1, "{members:?}");
    let last = if owners[0].0 == "ben" { &ben } else { &cem };
    last.asks("PUT", &place(&owners[0].0), &member)
        .await
        .expect(409, "somebody looks after it");
}

async fn who_has_left_is_not_brought_back_by_what_they_said_before(database: Database) {
    let site = Site::unlimited(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let slug = ada.makes_room("Rowing club").await;
    let path = format!("/api/rooms/{slug}/messages");
    let said = json!({"message": "hello", "client_id": "c-1"});
    ben.posts(&path, &said).await.expect(201, "and joins");
    ben.puts_out("ben", &slug).await.expect(200, "leaving");
    // Nobody told his other device that it was stored.
    ben.posts(&path, &said).await.expect(200, "it is there");
    assert_eq!(members(&ada, &slug).await, [("ada".to_owned(), true)]);
    let more = json!({"message": "back again", "client_id": "c-2"});
    ben.posts(&path, &more).await.expect(201, "and joins again");
    assert_eq!(members(&ada, &slug).await.len(), 2);
}
