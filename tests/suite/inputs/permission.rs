//! Every route and every frame, as whoever may and whoever may not.

mod changing;
mod getting_along;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::json;

use self::changing::CHANGING;
use self::getting_along::GETTING_ALONG;
use super::unharmed;
use crate::people::Person;
use crate::site::http::{Answer, Browser};
use crate::site::{Database, PASSWORD, Site};
use crate::socket::Upgrade;

whatever_the_database!(
    every_route_is_for_some_and_not_for_others,
    a_room_of_others_is_not_there_on_any_route,
    sockets_end_with_the_right_to_them,
);

/// What is sent along.
#[derive(Clone, Copy)]
enum Body {
    Nothing,
    Form(&'static [(&'static str, &'static str)]),
    Json(&'static str),
}

use Body::{Form, Json, Nothing};

/// Method, path, body; then the status for nobody (and whoever is not any more), a member, an administrator.
type Route = (&'static str, &'static str, Body, [u16; 3]);

const ROUTES: [Route; 54] = [
    ("GET", "/", Nothing, [303, 200, 200]),
    ("GET", "/chat/", Nothing, [303, 303, 303]),
    ("GET", "/chat/lobby/", Nothing, [303, 200, 200]),
    ("GET", "/chat/lobby/?at=1", Nothing, [303, 200, 200]),
    ("GET", "/chat/nowhere/", Nothing, [303, 404, 404]),
    (
        "POST",
        "/chat/lobby/",
        Form(&[("message", "by form")]),
        [401, 303, 303],
    ),
    (
        "POST",
        "/rooms",
        Form(&[("name", "lobby")]),
        [303, 303, 303],
    ),
    ("POST", "/invitation", Form(&[]), [303, 403, 303]),
    ("GET", "/invitations", Nothing, [303, 200, 200]),
    (
        "POST",
        "/invitations",
        Form(&[("lasts", "1"), ("uses", "1")]),
        [303, 303, 303],
    ),
    ("POST", "/invitations/99", Form(&[]), [303, 404, 404]),
    (
        "POST",
        "/invitations/1",
        Form(&[("from", "admin")]),
        [303, 404, 404],
    ),
    ("GET", "/admin/invitations", Nothing, [303, 403, 200]),
    (
        "POST",
        "/admin/invitations",
        Form(&[("members_invite", "on")]),
        [303, 403, 303],
    ),
    ("GET", "/admin/newcomers", Nothing, [303, 403, 200]),
    (
        "POST",
        "/admin/newcomers",
        Form(&[("do", "make")]),
        [303, 403, 422],
    ),
    ("POST", "/join", Form(&[("invite", "x")]), [303, 403, 403]),
    ("GET", "/setup?token=x", Nothing, [404, 404, 404]),
    (
        "POST",
        "/setup",
        Form(&[("token", "x"), ("username", "eve")]),
        [404, 404, 404],
    ),
    ("GET", "/signup", Nothing, [200, 303, 303]),
    ("GET", "/login", Nothing, [200, 303, 303]),
    ("GET", "/reset?token=x", Nothing, [410, 410, 410]),
    (
        "POST",
        "/login",
        Form(&[("username", "ada"), ("password", "wrong one")]),
        [401, 401, 401],
    ),
    ("GET", "/search?q=tea", Nothing, [303, 200, 200]),
    ("GET", "/api/search?q=tea", Nothing, [401, 200, 200]),
    ("GET", "/api/search?q=-tea", Nothing, [401, 422, 422]),
    ("GET", "/admin/messages", Nothing, [303, 403, 200]),
    ("POST", "/admin/messages", Form(&[]), [303, 403, 303]),
    ("GET", "/nothing", Nothing, [404, 404, 404]),
    ("GET", "/healthz", Nothing, [200, 200, 200]),
    ("GET", "/readyz", Nothing, [200, 200, 200]),
    ("GET", "/metrics", Nothing, [404, 404, 404]),
    ("GET", "/robots.txt", Nothing, [200, 200, 200]),
    ("GET", "/api/me", Nothing, [401, 200, 200]),
    ("GET", "/api/me/notifications", Nothing, [401, 200, 200]),
    (
        "PATCH",
        "/api/me/notifications",
        Json("{\"keywords\":[\"tea\"]}"),
        [401, 200, 200],
    ),
    (
        "POST",
        "/settings/notifications",
        Form(&[("keywords", "tea")]),
        [303, 303, 303],
    ),
    ("DELETE", "/api/me/avatar", Json("{}"), [401, 200, 200]),
    ("PUT", "/api/me/avatar", Json("{}"), [401, 415, 415]),
    ("GET", "/people/ben/avatar/x", Nothing, [303, 404, 404]),
    ("GET", "/sw.js", Nothing, [200, 200, 200]),
    ("GET", "/emoji/x.json", Nothing, [200, 200, 200]),
    ("GET", "/api/users", Nothing, [401, 200, 200]),
    ("GET", "/api/rooms", Nothing, [401, 200, 200]),
    (
        "POST",
        "/api/rooms",
        Json("{\"name\":\"lobby\"}"),
        [401, 409, 409],
    ),
    ("GET", "/api/rooms/lobby", Nothing, [401, 200, 200]),
    ("GET", "/api/rooms/nowhere", Nothing, [401, 404, 404]),
    ("GET", "/api/rooms/lobby/messages", Nothing, [401, 200, 200]),
    (
        "POST",
        "/api/rooms/lobby/messages",
        Json("{\"message\":\"hi\"}"),
        [401, 201, 201],
    ),
    (
        "POST",
        "/api/rooms/nowhere/messages",
        Json("{\"message\":\"hi\"}"),
        [401, 404, 404],
    ),
    (
        "GET",
        "/api/rooms/lobby/changes?since=0",
        Nothing,
        [401, 200, 200],
    ),
    (
        "PUT",
        "/api/rooms/lobby/read",
        Json("{\"seq\":0}"),
        [401, 200, 200],
    ),
    (
        "PUT",
        "/api/rooms/nowhere/read",
        Json("{\"seq\":0}"),
        [401, 404, 404],
    ),
    ("GET", "/api/nothing", Nothing, [404, 404, 404]),
];

async fn ask(browser: &Browser, (method, path, body, _): &Route) -> Answer {
    match body {
        Nothing => browser.get(path).await,
        Form(fields) => browser.form(path, fields).await,
        Json(text) => {
            let value = serde_json::from_str(text).unwrap();
            browser.json(method, path, &value).await
        }
    }
}

async fn every_route_is_for_some_and_not_for_others(database: Database) {
    let site = Site::with(
        database,
        &[
            ("ADDA_MESSAGES_PER_SECOND", "0"),
            ("ADDA_SIGN_INS_PER_MINUTE", "0"),
        ],
    );
    let administrator = site.person("ada").await;
    let member = site.person("ben").await;
    let deactivated = site.person("cleo").await;
    let signed_out = site.person("dora").await;
    let replayed = signed_out.browser.cookie("adda").unwrap();
    signed_out
        .browser
        .form("/logout", &[])
        .await
        .expect(303, "dora signs out");
    signed_out.browser.set_cookie("adda", &replayed);
    beside(
        &site,
        "UPDATE users SET deactivated_at = created_at, access_revision = access_revision + 1 WHERE username = 'cleo'; \
         UPDATE users SET new_until = NULL",
    );
    let forged = site.browser();
    forged.set_cookie("adda", "sAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let nobody = site.browser();
    for (who, browser, place) in [
        ("nobody", &nobody, 0),
        ("with a cookie of their own making", &forged, 0),
        ("deactivated", &deactivated.browser, 0),
        ("signed out", &signed_out.browser, 0),
        ("member", &member.browser, 1),
        ("administrator", &administrator.browser, 2),
    ] {
        for route in ROUTES.iter().chain(&GETTING_ALONG).chain(&CHANGING) {
            let what = format!("{} {} as {who}", route.0, route.1);
            let answer = ask(browser, route).await.expect(route.3[place], &what);
            // The old address of the lobby leads to the lobby, which then asks.
            if place == 0 && route.3[0] == 303 && route.1 != "/chat/" {
                assert!(
                    answer.location().starts_with("/login"),
                    "{what}: {}",
                    answer.location()
                );
            }
            if route.1.starts_with("/api") && answer.status >= 400 {
                assert!(!answer.code().is_empty(), "{what}");
            }
        }
        for path in ["/ws/", "/ws/chat/lobby/"] {
            let upgrade = Upgrade::new(browser, path);
            if place == 0 {
                assert_eq!(upgrade.refusal().await, 401, "{path} as {who}");
            } else {
                upgrade.open().await;
            }
        }
    }
    let said = administrator.history("lobby").await;
    let speakers: Vec<&str> = said
        .iter()
        .map(|message| message["username"].as_str().unwrap())
        .collect();
    assert_eq!(
        speakers,
        ["ben", "ben", "ada", "ada"],
        "nobody else was heard"
    );
    unharmed(&site);
}

async fn a_room_of_others_is_not_there_on_any_route(database: Database) {
    let site = Site::unlimited(database);
    let mut administrator = site.person("ada").await;
    let mut member = site.person("ben").await;
    let mut former = site.person("cleo").await;
    let stranger = site.person("dora").await;
    let slug = member.makes_room("Inner circle").await;
    for person in [&mut administrator, &mut member, &mut former] {
        person.enters(&slug).await;
    }
    member.says("between us").await;
    administrator.loses_the_connection();
    beside(
        &site,
        "UPDATE rooms SET kind = 'closed' WHERE slug = 'inner-circle'; \
         UPDATE memberships SET state = 'removed' WHERE user_id = (SELECT id FROM users WHERE username = 'cleo'); \
         DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE username = 'ada') \
             AND room_id = (SELECT id FROM rooms WHERE slug = 'inner-circle'); \
         UPDATE users SET access_revision = access_revision + 1 WHERE username IN ('ada', 'cleo')",
    );
    assert_eq!(former.socket().close_code().await, 4003);
    for outsider in [&administrator, &former, &stranger] {
        let who = outsider.reads("/api/me").await["username"].to_string();
        is_not_there(outsider, &slug, &who).await;
        let rooms = outsider.reads("/api/rooms").await.to_string();
        assert!(!rooms.contains("inner-circle"), "{who}: {rooms}");
        let lobby = outsider.get("/").await.text();
        assert!(
            !lobby.contains("inner-circle") && !lobby.contains("Inner circle"),
            "{who}"
        );
    }
    // Whoever is in no room there hears nothing of it either.
    let mut page = stranger.opens_lobby_page().await;
    member.says("still between us").await;
    let heard = page.everything().await;
    assert!(
        heard
            .iter()
            .all(|frame| !frame.to_string().contains("inner-circle")),
        "{heard:?}"
    );
    member
        .get(&format!("/chat/{slug}/"))
        .await
        .expect(200, "those who belong there");
    assert_eq!(member.history(&slug).await.len(), 2);
    unharmed(&site);
}

/// That a room answers exactly as one that never was.
async fn is_not_there(person: &Person, slug: &str, who: &str) {
    for rest in ["", "/messages", "/messages?around=1", "/changes?since=0"] {
        let answers =
            [slug, "never-was"].map(|room| person.get(&format!("/api/rooms/{room}{rest}")));
        let [hidden, missing] = answers;
        let (hidden, missing) = (
            hidden.await.expect(404, who),
            missing.await.expect(404, who),
        );
        assert_eq!(hidden.text(), missing.text(), "{who} {rest}");
    }
    let page = person.get(&format!("/chat/{slug}/")).await.expect(404, who);
    assert!(!page.text().contains("between us"), "{who}");
    let post = json!({"message": "let me in"});
    person
        .posts(&format!("/api/rooms/{slug}/messages"), &post)
        .await
        .expect(404, who);
    let form = person
        .browser
        .form(&format!("/chat/{slug}/"), &[("message", "let me in")]);
    form.await.expect(404, who);
    let read = person.browser.json(
        "PUT",
        &format!("/api/rooms/{slug}/read"),
        &json!({"seq": 1}),
    );
    read.await.expect(404, who);
    let socket = Upgrade::new(
        &person.browser,
        &format!("/ws/chat/{slug}/?since=0&epoch=x"),
    );
    assert_eq!(socket.refusal().await, 404, "{who}");
}

async fn sockets_end_with_the_right_to_them(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    let mut sockets = vec![ben.opens("lobby").await, ben.opens_lobby_page().await];
    let statement = "UPDATE users SET deactivated_at = created_at, access_revision = access_revision + 1 WHERE username = 'ben'";
    beside(&site, statement);
    // From the statement on nothing of his is taken, though his socket may be open for a moment.
    let id = crate::people::fresh_client_id();
    sockets[0]
        .send(&json!({"message": "am I still here?", "client_id": id}))
        .await;
    for socket in &mut sockets {
        assert_eq!(socket.close_code().await, 4001);
        let said = socket
            .all_that_came()
            .filter(|frame| frame["client_id"] == id.as_str());
        assert!(said.into_iter().all(|frame| frame["type"] == "error"));
    }
    ada.sees_nothing_more().await;
    let fields = [("username", "ben"), ("password", PASSWORD)];
    ben.browser
        .form("/login", &fields)
        .await
        .expect(401, "nor may he come again");
    unharmed(&site);
}

/// What another tool does to the database while adda runs.
pub(crate) fn beside(site: &Site, statement: &str) {
    let file = site.data().join("adda.db");
    let mut database = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let statement = format!("PRAGMA busy_timeout=2000; {statement}");
    database.batch_execute(&statement).unwrap();
}
