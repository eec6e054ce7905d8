//! Text that is meant to be more than text, in every field there is, on every page that shows it: nothing of it runs, nothing breaks
//! the page's own policy, nothing is wider than a narrow phone.

mod tricks;
mod watched;

use serde_json::{Value, json};

use self::tricks::tricks;
use self::watched::{MARKUP, WATCH, Watched, marked};
use crate::driver::Driver;
use crate::play;
use crate::site::http::{Browser, encoded};
use crate::site::{Database, Site};
use crate::window::Window;

const NARROW: (u32, u32) = (360, 740);

#[test]
fn nothing_that_anybody_types_is_more_than_text() {
    play(async {
        let site = Site::unlimited(Database::Sqlite);
        let driver = Driver::start();
        let window = Window::open(&driver, &site.origin(), NARROW).await;
        window.counts(WATCH).await;
        window.signs_up(&site, "ada").await;
        let mut ada = Watched {
            window,
            wrong: Vec::new(),
        };
        let owner = site.browser();
        owner.set_cookie("adda", &ada.window.cookie("adda").await);
        let ben = site.signed_up("ben").await;
        let wide = "W".repeat(64);
        let longest = "w".repeat(32);
        let zoe = site.signed_up(&longest).await;
        let profile = [
            ("name", wide.as_str()),
            ("about", &"W".repeat(500)),
            ("emoji", "🫖"),
            ("status", &"W".repeat(80)),
            ("hours", ""),
        ];
        zoe.form("/settings/profile", &profile)
            .await
            .expect(303, "a wide profile");

        fills_in(&mut ada).await;
        talks(&mut ada, &owner, &ben, &zoe).await;
        looks_around(&mut ada, &longest).await;
        tries_addresses(&mut ada).await;

        assert!(ada.wrong.is_empty(), "{}", ada.wrong.join("\n"));
        let complaints = ada.window.complaints().await;
        // Addresses that lead nowhere, and sockets of pages that signing out overtook.
        let is_refusal = [
            "the server responded with a status of 4",
            "HTTP Authentication failed",
        ];
        let refused = |complaint: &String| is_refusal.iter().any(|words| complaint.contains(words));
        let complaints: Vec<String> = complaints.into_iter().filter(|one| !refused(one)).collect();
        assert!(
            complaints.is_empty(),
            "the browser's console: {complaints:?}"
        );
        assert_eq!(site.log().matches(" ERROR ").count(), 0, "{}", site.log());
    });
}

/// Every form with a field that others see.
async fn fills_in(ada: &mut Watched) {
    let field = marked;
    ada.fills(
        "/settings",
        "form[action=\"/settings/profile\"]",
        &[
            ("name", &field("N")),
            ("about", &field("about")),
            ("emoji", "🫖"),
            ("status", &field("status")),
        ],
    )
    .await;
    ada.looks(&["N", "about", "status"]).await;
    let profile = "form[action=\"/settings/profile\"]";
    ada.fills("/settings", profile, &[("emoji", "<img>")]).await;
    ada.looks(&[]).await;
    ada.fills("/settings", profile, &[("emoji", "🫖")]).await;
    ada.fills(
        "/settings",
        "form[action=\"/settings/notifications\"]",
        &[
            ("keywords", &field("keyword")),
            ("time_zone", &field("zone")),
        ],
    )
    .await;
    ada.looks(&[]).await;
    ada.fills(
        "/admin/site",
        "form[action=\"/admin/site\"]",
        &[
            ("name", &field("S")),
            ("house_rules", &field("rules")),
            ("contact", &field("contact")),
            ("do", "looks"),
        ],
    )
    .await;
    ada.looks(&["S", "rules", "contact"]).await;
    ada.fills(
        "/admin/newcomers",
        "form[action=\"/admin/newcomers\"]:last-of-type",
        &[(
            "people",
            &format!("{}\n{}", field("person"), "W".repeat(300)),
        )],
    )
    .await;
    ada.looks(&[]).await;
    let make = ("press", "#finder-make");
    ada.fills("/", "#finder", &[("name", &field("R")), make])
        .await;
    ada.looks(&["R"]).await;
    let room = ada.window.path().await;
    let details = format!("{room}details");
    let form = "form:has([name=\"topic\"])";
    ada.fills(
        &details,
        form,
        &[
            ("name", &field("R2")),
            ("topic", &field("topic")),
            ("do", "change"),
        ],
    )
    .await;
    ada.looks(&["R2", "topic"]).await;
    ada.sees(&room, &["R2", "topic"]).await;
    for name in ["W".repeat(64), "\u{985}".repeat(64)] {
        ada.fills("/", "#finder", &[("name", &name), make]).await;
        ada.looks(&[]).await;
        let room = ada.window.path().await;
        let wide = [
            ("name", name.as_str()),
            ("topic", &"W".repeat(256)),
            ("do", "change"),
        ];
        ada.fills(&format!("{room}details"), form, &wide).await;
        ada.looks(&[]).await;
        ada.sees(&room, &[]).await;
    }
}

/// Messages as they arrive, as they are found later, edited, answered and reported.
async fn talks(ada: &mut Watched, owner: &Browser, ben: &Browser, zoe: &Browser) {
    ada.window.enters("lobby").await;
    let said = async |person: &Browser, body: Value| {
        let answer = person
            .json("POST", "/api/rooms/lobby/messages", &body)
            .await;
        answer.expect(201, &body.to_string()).value()["seq"]
            .as_i64()
            .unwrap()
    };
    for trick in tricks() {
        said(ben, json!({"message": trick})).await;
        ada.looks(&[]).await;
    }
    let plain = marked("said");
    let first = said(zoe, json!({"message": plain})).await;
    let answered = said(ben, json!({"message": marked("answer"), "reply_to": first})).await;
    let path = format!("/api/rooms/lobby/messages/{answered}");
    ben.json("PATCH", &path, &json!({"message": marked("edited")}))
        .await
        .expect(200, "an edit");
    let form = "form#composer";
    let script = "const field = document.querySelector('#composer-text');
        field.value = arguments[0];
        field.dispatchEvent(new Event('input', { bubbles: true }));
        field.form.requestSubmit()";
    ada.window.shows(form).await;
    ada.window.runs(script, &[json!(marked("own"))]).await;
    ada.window
        .until("one's own words", async || {
            let stored = ada.window.stored().await;
            stored.iter().any(|text| text.starts_with("own"))
        })
        .await;
    ada.looks(&["said", "edited", "own"]).await;
    for text in [MARKUP, "<i>", "javascript:ran=1", "\u{202e}", "W"] {
        let path = format!("/api/rooms/lobby/messages/{first}/reactions");
        let answer = ben
            .json("PUT", &path, &json!({"text": text, "on": true}))
            .await;
        assert!(answer.status < 500, "{text:?}: {}", answer.status);
    }
    let path = format!("/api/rooms/lobby/messages/{first}/pin");
    owner
        .json("PUT", &path, &json!({"on": true}))
        .await
        .expect(200, "a pin");
    ada.looks(&["said", "edited", "own"]).await;
    // As the server draws the same.
    ada.window.enters("lobby").await;
    ada.looks(&["said", "edited", "own"]).await;
    ada.fills(
        &format!("/chat/lobby/report?seq={first}"),
        "form[action=\"/chat/lobby/report\"]",
        &[("words", &marked("words"))],
    )
    .await;
    let report = json!({"reason": "spam", "text": marked("report")});
    ben.json(
        "POST",
        &format!("/api/rooms/lobby/messages/{first}/reports"),
        &report,
    )
    .await
    .expect(201, "a report");
    for (path, words) in [
        ("/chat/lobby/pins".to_owned(), &["said"][..]),
        (format!("/chat/lobby/versions?seq={answered}"), &["edited"]),
        (format!("/chat/lobby/reactions?seq={first}"), &[]),
        (format!("/chat/lobby/?reply_to={first}"), &["said"]),
        (format!("/chat/lobby/delete?seq={answered}"), &[]),
    ] {
        ada.sees(&path, words).await;
    }
    ada.window
        .until("the words to be found", async || {
            let found = ben.get("/api/search?q=edited").await.value();
            found["hits"]
                .as_array()
                .is_some_and(|hits| !hits.is_empty())
        })
        .await;
    ada.sees("/search?q=edited", &["edited"]).await;
}

/// Every page on which any of it is shown.
async fn looks_around(ada: &mut Watched, longest: &str) {
    for (path, words) in [
        ("/", &["N"][..]),
        ("/rooms", &["R2", "topic"]),
        ("/settings", &["N", "about", "status"]),
        ("/settings/delete", &[]),
        ("/people/ada/", &["N", "about", "status"]),
        ("/people/ben/", &[]),
        (&format!("/people/{longest}/"), &[]),
        ("/chat/lobby/details", &["N"]),
        ("/chat/lobby/notifications", &[]),
        ("/chat/direct/ada/", &["N"]),
        (&format!("/chat/direct/{longest}/"), &[]),
        ("/invitations", &[]),
        ("/admin/people", &["N"]),
        ("/admin/log", &[]),
        ("/admin/reports", &["report", "said"]),
        ("/admin/rooms", &["R2"]),
        ("/admin/site", &["S", "rules", "contact"]),
        ("/admin/invitations", &[]),
    ] {
        ada.sees(path, words).await;
    }
}

/// What stands in an address.
async fn tries_addresses(ada: &mut Watched) {
    let text = encoded(&marked("q"));
    let wide = "W".repeat(300);
    for value in [
        text.as_str(),
        wide.as_str(),
        "%00%0d%0a",
        "%ff%fe",
        "javascript:ran=1",
    ] {
        for path in [
            "/rooms?q=",
            "/admin/people?q=",
            "/admin/reports?q=",
            "/search?q=",
            "/chat/lobby/?at=",
            "/chat/lobby/?on=",
            "/chat/lobby/report?seq=",
            "/chat/lobby/delete?seq=",
            "/chat/lobby/versions?seq=",
            "/chat/lobby/reactions?seq=",
            "/chat/lobby/?reply_to=",
            "/search?room=",
            "/search?q=x&before=",
            "/chat/",
            "/people/",
            "/signup?invite=",
            "/setup?token=",
            "/reset?token=",
            "/login?next=",
        ] {
            ada.sees(&format!("{path}{value}"), &[]).await;
        }
    }
    ada.window
        .runs("document.querySelector('#logout')?.requestSubmit()", &[])
        .await;
    // Whichever is faster: the form, or the socket that is told of it.
    ada.window
        .until("the sign-in", async || {
            ada.window.path().await.starts_with("/login")
        })
        .await;
    ada.looks(&["S"]).await;
    for path in ["/signup", "/login?next=//evil.test", "/nothing"] {
        ada.sees(path, &[]).await;
    }
    for next in [
        "javascript:ran=1",
        "//evil.test/",
        "/\\evil.test",
        "https://evil.test/",
    ] {
        ada.window
            .goes_to(&format!("/login?next={}", encoded(next)))
            .await;
        let value = "return document.querySelector('[name=\"next\"]')?.value ?? ''";
        let kept = ada.window.runs(value, &[]).await;
        assert!(kept == "" || kept == "/", "{next} is kept as {kept}");
    }
    ada.fills(
        "/login",
        "form[action=\"/login\"]",
        &[
            ("username", &marked("user")),
            ("password", "a wrong one here"),
        ],
    )
    .await;
    ada.looks(&["user"]).await;
}
