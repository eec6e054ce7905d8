//! What administrators choose for the whole site: it holds at once, on every node, and is written down.

use serde_json::{Value, json};

use crate::eventually;
use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, PASSWORD, Site};

on_both_databases!(
    name_colour_and_words_show_on_pages_and_at_the_door,
    who_may_sign_up_is_chosen_where_the_server_does_not_say,
    rooms_and_conversations_are_left_to_whom_administrators_say,
    newcomers_join_the_rooms_that_are_chosen,
    everybody_is_added_but_guests_and_those_who_went,
    what_was_changed_is_written_down,
);

whatever_the_database!(
    nobody_else_chooses_for_the_site,
    what_cannot_be_is_refused_and_stays_in_the_form,
);

const RIGHTS: [(&str, &str); 4] = [
    ("do", "rights"),
    ("signup", "open"),
    ("makes_rooms", "members"),
    ("starts_directs", "members"),
];

/// Sends a form of the page; each field of `changed` in place of that of the same name.
async fn chooses(person: &Person, form: &[(&str, &str)], changed: &[(&str, &str)], status: u16) {
    let mut fields: Vec<(&str, &str)> = form
        .iter()
        .filter(|(name, _)| changed.iter().all(|(other, _)| other != name))
        .copied()
        .collect();
    fields.extend(changed);
    let answer = person.browser.form("/admin/site", &fields).await;
    answer.expect(status, &format!("{fields:?}"));
}

/// Chooses who may do what.
pub(crate) async fn chooses_rights(person: &Person, changed: &[(&str, &str)]) {
    chooses(person, &RIGHTS, changed, 303).await;
}

const LOOKS: [(&str, &str); 5] = [
    ("do", "looks"),
    ("name", ""),
    ("accent", "indigo"),
    ("contact", ""),
    ("house_rules", ""),
];

async fn name_colour_and_words_show_on_pages_and_at_the_door(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let before = site.browser().get("/login").await.expect(200, "the door");
    assert!(before.text().contains("<title>Sign in · adda</title>"));
    let looks = [
        ("name", "Rowing & club"),
        ("accent", "teal"),
        ("contact", "Ask <b>Ada</b>"),
        ("house_rules", "Be kind.\nSee https://rowing.test/rules"),
    ];
    chooses(&ada, &LOOKS, &looks, 303).await;
    for path in ["/login", "/signup"] {
        let door = site.browser().get(path).await.expect(200, path).text();
        for part in [
            " · Rowing &amp; club</title>",
            "class=\"accent-teal\"",
            "Ask &lt;b&gt;Ada&lt;/b&gt;",
            "Be kind.<br>See <a href=\"https://rowing.test/rules\"",
        ] {
            assert!(door.contains(part), "{path}, {part}: {door}");
        }
    }
    let home = ada.get("/").await.expect(200, "home").text();
    assert!(home.contains("Rowing &amp; club</title>") && home.contains("accent-teal"));
    assert!(!home.contains("Be kind"), "whoever is in knows it");
    let manifest = site.browser().get("/manifest.webmanifest").await;
    let manifest = manifest.expect(200, "for installing").value();
    assert_eq!(manifest["name"], "Rowing & club");
    let icon = manifest["icons"][0]["src"].as_str().unwrap().to_owned();
    site.browser().get(&icon).await.expect(200, "its icon");
}

async fn who_may_sign_up_is_chosen_where_the_server_does_not_say(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "")]);
    let ada = site.person("ada").await;
    let door = site.browser();
    door.get("/signup").await.expect(403, "by invitation");
    chooses_rights(&ada, &[("signup", "open")]).await;
    door.get("/signup")
        .await
        .expect(200, "for everyone, at once");
    site.person("ben").await;
    chooses_rights(&ada, &[("signup", "closed")]).await;
    let fields = [("username", "eve"), ("password", PASSWORD)];
    door.form("/signup", &fields)
        .await
        .expect(403, "for nobody");

    let locked = Site::start(database);
    let cleo = locked.person("cleo").await;
    let page = cleo.get("/admin/site").await.expect(200, "the page").text();
    assert!(page.contains("ADDA_SIGNUP") && page.contains("name=\"signup\" disabled"));
    chooses_rights(&cleo, &[("signup", "closed")]).await;
    locked
        .browser()
        .get("/signup")
        .await
        .expect(200, "what the server says counts");
}

async fn rooms_and_conversations_are_left_to_whom_administrators_say(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let _others = (site.person("cleo").await, site.person("dora").await);
    let with = |name: &str| json!({ "usernames": [name] });
    let begun = ben.posts("/api/directs", &with("cleo")).await;
    let slug = begun.expect(201, "cleo").value()["slug"].clone();
    chooses_rights(
        &ada,
        &[
            ("makes_rooms", "administrators"),
            ("starts_directs", "administrators"),
        ],
    )
    .await;
    let room = json!({"name": "Rowing club", "kind": "open"});
    ben.posts("/api/rooms", &room).await.expect(403, "ben");
    let name = [("name", "Rowing club")];
    let refused = ben.browser.form("/rooms", &name).await.expect(422, "ben");
    assert!(refused.text().contains("left to others"));
    let known = ben.browser.form("/rooms", &[("name", "Lobby")]).await;
    assert_eq!(
        known.expect(303, "one that is there").location(),
        "/chat/lobby/"
    );
    ada.posts("/api/rooms", &room).await.expect(201, "ada");
    ben.posts("/api/directs", &with("dora"))
        .await
        .expect(403, "ben");
    let beginning = ben.get("/chat/direct/dora/").await.expect(200, "dora");
    assert!(!beginning.text().contains("<textarea"));
    ada.posts("/api/directs", &with("dora"))
        .await
        .expect(201, "ada");
    ben.posts("/api/directs", &with("ben"))
        .await
        .expect(201, "notes are no conversation");
    chooses_rights(&ada, &[("starts_directs", "nobody")]).await;
    ada.posts("/api/directs", &with("ben"))
        .await
        .expect(403, "ada");
    ben.posts("/api/directs", &with("cleo"))
        .await
        .expect(200, "what has begun goes on");
    let path = format!("/api/rooms/{}/messages", slug.as_str().unwrap());
    ben.posts(&path, &json!({"message": "still here"}))
        .await
        .expect(201, "in it too");
}

async fn joined(person: &Person) -> Vec<Value> {
    let rooms = person.reads("/api/rooms").await;
    let rooms = rooms["rooms"].as_array().unwrap().iter();
    rooms
        .filter(|room| room["joined"] == true)
        .map(|room| room["slug"].clone())
        .collect()
}

async fn newcomers_join_the_rooms_that_are_chosen(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    ada.makes_room("Boats").await;
    let secret = ada.makes_closed_room("Council").await;
    let room =
        |what: &'static str, room: &str| [("do", what.to_owned()), ("room", room.to_owned())];
    for (fields, status) in [
        (room("add-room", "boats"), 303),
        (room("add-room", "Boats"), 303),
        (room("add-room", "nowhere"), 422),
        (room("add-room", &secret), 422),
        (room("remove-room", "nowhere"), 404),
    ] {
        let fields = fields
            .each_ref()
            .map(|(name, value)| (*name, value.as_str()));
        let answer = ada.browser.form("/admin/site", &fields).await;
        answer.expect(status, &format!("{fields:?}"));
    }
    let ben = site.person("ben").await;
    assert_eq!(joined(&ben).await, ["boats", "lobby"]);
    let fields = [("do", "remove-room"), ("room", "lobby")];
    let removed = ada.browser.form("/admin/site", &fields).await;
    removed.expect(303, "without the lobby");
    assert_eq!(joined(&site.person("cleo").await).await, ["boats"]);
    ada.asks("PATCH", "/api/rooms/boats", &json!({"archived": true}))
        .await
        .expect(200, "archived");
    assert!(joined(&site.person("dora").await).await.is_empty());
}

async fn everybody_is_added_but_guests_and_those_who_went(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    let gus = site.person("gus").await;
    let guest = [("do", "role"), ("role", "guest")];
    let made = ada.browser.form("/admin/people/gus", &guest).await;
    made.expect(303, "a guest");
    ada.makes_room("Boats").await;
    ada.adds("cleo", "boats").await;
    cleo.puts_out("cleo", "boats")
        .await
        .expect(200, "cleo leaves");
    for fields in [
        &[("do", "add-room"), ("room", "boats")][..],
        &[("do", "everybody")],
    ] {
        let answer = ada.browser.form("/admin/site", fields).await;
        answer.expect(303, &format!("{fields:?}"));
    }
    eventually("ben in the room", async || {
        joined(&ben).await.contains(&json!("boats"))
    })
    .await;
    assert_eq!(joined(&cleo).await, ["lobby"], "who went stays out");
    assert!(!joined(&gus).await.contains(&json!("boats")));
}

async fn what_was_changed_is_written_down(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "")]);
    let ada = site.person("ada").await;
    chooses(&ada, &LOOKS, &[("name", "Rowing club")], 303).await;
    chooses(&ada, &LOOKS, &[("name", "Rowing club")], 303).await;
    chooses_rights(&ada, &[("starts_directs", "nobody"), ("approves", "on")]).await;
    let log = ada.get("/admin/log").await.expect(200, "the log").text();
    let log = log.replace(['\u{2068}', '\u{2069}'], "");
    for line in [
        "ada changed the name of the site: nothing → Rowing club",
        "ada changed who may make an account: Whoever is invited → Everyone who can reach the site",
        "ada changed who may start direct conversations: Everybody but guests → Nobody",
        "ada changed whether somebody has to let new people in: No → Yes",
    ] {
        assert_eq!(log.matches(line).count(), 1, "{line}: {log}");
    }
}

async fn nobody_else_chooses_for_the_site(database: Database) {
    let site = Site::start(database);
    let (_ada, ben) = (site.person("ada").await, site.person("ben").await);
    for path in ["/admin/site", "/admin/rooms", "/admin/rooms/1"] {
        ben.get(path).await.expect(403, path);
        site.browser().get(path).await.expect(303, path);
    }
    chooses(&ben, &LOOKS, &[("name", "Ben’s")], 403).await;
    chooses(&ben, &RIGHTS, &[], 403).await;
    for fields in [
        &[("do", "everybody")][..],
        &[("do", "remove-room"), ("room", "lobby")],
    ] {
        let answer = ben.browser.form("/admin/site", fields).await;
        answer.expect(403, "ben");
    }
}

async fn what_cannot_be_is_refused_and_stays_in_the_form(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for (form, changed, status) in [
        (&LOOKS[..], ("accent", "red"), 400),
        (&LOOKS, ("accent", "\"><script>"), 400),
        (&RIGHTS, ("makes_rooms", "nobody"), 400),
        (&RIGHTS, ("starts_directs", "everybody"), 400),
        (&LOOKS, ("do", "dance"), 400),
        (&LOOKS, ("contact", "turned \u{202E}round"), 422),
        (&LOOKS, ("name", "one\u{202E}two"), 422),
    ] {
        chooses(&ada, form, &[changed], status).await;
    }
    let most = "আ".repeat(4_000);
    chooses(&ada, &LOOKS, &[("house_rules", &most)], 303).await;
    let long = "x".repeat(4_001);
    let fields = [
        ("do", "looks"),
        ("name", "Typed"),
        ("accent", "plum"),
        ("house_rules", &long),
    ];
    let page = ada.browser.form("/admin/site", &fields).await;
    let page = page.expect(422, "too long").text();
    assert!(page.contains("At most 4,000") && page.contains("value=\"Typed\""));
    let home = ada.get("/").await.text();
    assert!(home.contains("· adda</title>") && !home.contains("accent-plum"));
    let finder = page.split("id=\"finder-name\"").nth(1).unwrap();
    let finder = finder.split('>').next().unwrap();
    assert!(
        !finder.contains("Typed"),
        "in its own field alone: {finder}"
    );
}

#[test]
fn what_is_chosen_at_one_node_holds_at_the_other() {
    crate::play(async {
        let nodes = Nodes::with(2, &[("ADDA_SIGNUP", "")]);
        let ada = nodes.sites[0].person("ada").await;
        let changed = [("signup", "open"), ("makes_rooms", "administrators")];
        chooses_rights(&ada, &changed).await;
        let elsewhere = nodes.sites[1].browser();
        eventually("sign-up at the other node", async || {
            elsewhere.get("/signup").await.status == 200
        })
        .await;
        let ben = nodes.sites[1].person("ben").await;
        let room = json!({"name": "Rowing club", "kind": "open"});
        ben.posts("/api/rooms", &room).await.expect(403, "ben");
        chooses(&ada, &LOOKS, &[("name", "Rowing club")], 303).await;
        eventually("the name at the other node", async || {
            let page = elsewhere.get("/login").await.text();
            page.contains("Rowing club</title>")
        })
        .await;
    });
}
