//! Every page, at two widths, light and dark, looked at by axe-core.

use serde_json::{Value, json};

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

const AXE: &str = include_str!("vendor/axe-core/axe.min.js");
const RUN: &str = "const done = arguments[arguments.length - 1];
    axe.run(document, {resultTypes: ['violations']}).then(
        (results) => done(results.violations.map(({id, help, nodes}) => ({id, help, nodes: nodes.map((node) => node.html)}))),
        (failure) => done([{id: 'axe', help: String(failure), nodes: []}]));";

#[test]
fn every_page_is_accessible() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let window = Window::open(&driver, &site.origin(), DESK).await;
        let token = site.take_setup_token().unwrap();
        let mut found = Vec::new();
        found.extend(
            looked_at(
                &window,
                &[
                    &format!("/setup?token={token}"),
                    "/setup?token=wrong",
                    "/login",
                ],
            )
            .await,
        );

        let fields = [
            ("token", token.as_str()),
            ("username", "ada"),
            ("password", crate::site::PASSWORD),
        ];
        site.browser()
            .form("/setup", &fields)
            .await
            .expect(303, "set up");
        let link = site.command(&["user", "reset-link", "ada", "--url", &site.origin()]);
        let link = String::from_utf8(link.stdout).unwrap();
        let reset = format!(
            "/reset?{}",
            link.trim().split_once("/reset?").expect("a link").1
        );
        found.extend(
            looked_at(
                &window,
                &[
                    "/login?next=/chat/lobby/",
                    "/signup",
                    &reset,
                    "/reset?token=wrong",
                ],
            )
            .await,
        );

        window.signs_in("ada").await;
        found.extend(looked_at(&window, &["/", "/chat/lobby/"]).await);
        lives(&site, &window).await;
        found.extend(
            looked_at(
                &window,
                &[
                    "/",
                    "/chat/lobby/",
                    "/chat/rowing-club/",
                    "/chat/rowing-club/details",
                    "/chat/rowing-club/?reply_to=1",
                    "/chat/rowing-club/edit?seq=1",
                    "/chat/rowing-club/versions?seq=1",
                    "/settings",
                    "/settings/delete",
                    "/people/ben/",
                    "/rooms",
                    "/writing?room=lobby",
                    "/search",
                    "/search?q=a",
                    "/admin/messages",
                    "/admin/people",
                    "/admin/log",
                    "/admin/invitations",
                    "/admin/newcomers",
                    "/invitations",
                    "/signup?invite=wrong",
                    "/admin/site",
                    "/admin/rooms",
                    "/admin/reports",
                    "/chat/lobby/report?seq=2",
                    "/chat/lobby/reactions?seq=2",
                    "/chat/lobby/pins",
                    "/people/cleo/",
                    "/chat/direct/ben/",
                    "/chat/nowhere/",
                    "/nothing",
                ],
            )
            .await,
        );
        assert!(found.is_empty(), "axe found:\n{}", found.join("\n"));
    });
}

/// What people say and do, so that there is something on the pages.
async fn lives(site: &Site, window: &Window) {
    let ben = site.signed_up("ben").await;
    for text in [
        "hello",
        "see https://example.com",
        "two\nlines",
        "আড্ডা",
        "مرحبا",
    ] {
        ben.json(
            "POST",
            "/api/rooms/lobby/messages",
            &json!({"message": text}),
        )
        .await
        .expect(201, text);
    }
    ben.json(
        "POST",
        "/api/rooms",
        &json!({"name": "Rowing club", "kind": "open", "topic": "Thursdays"}),
    )
    .await
    .expect(201, "a room");
    let report = json!({"reason": "spam", "text": "Again."});
    let ada = site.browser();
    ada.set_cookie("adda", &window.cookie("adda").await);
    ada.json("POST", "/api/rooms/lobby/messages/1/reports", &report)
        .await
        .expect(201, "a report");
    site.signed_up("cleo")
        .await
        .json(
            "POST",
            "/api/rooms/lobby/messages",
            &json!({"message": "so"}),
        )
        .await
        .expect(201, "so");
    let reaction = json!({"text": "🎉", "on": true});
    ada.json("PUT", "/api/rooms/lobby/messages/2/reactions", &reaction)
        .await
        .expect(200, "a reaction");
    ada.json(
        "PUT",
        "/api/rooms/lobby/messages/2/pin",
        &json!({"on": true}),
    )
    .await
    .expect(200, "a pin");
    for said in [
        json!({"message": "rain", "client_id": "a-1"}),
        json!({"message": "again", "client_id": "a-2", "reply_to": 1}),
    ] {
        ada.json("POST", "/api/rooms/rowing-club/messages", &said)
            .await
            .expect(201, "an answer");
    }
    ada.json("PUT", "/api/people/cleo/mute", &json!({}))
        .await
        .expect(200, "muted");
}

/// What axe says of some pages, at each width and in each scheme.
async fn looked_at(window: &Window, paths: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in paths {
        for (width, height) in [DESK, PHONE] {
            let size =
                json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
            window
                .session
                .devtools("Emulation.setDeviceMetricsOverride", &size)
                .await;
            for scheme in ["light", "dark"] {
                let media =
                    json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]});
                window
                    .session
                    .devtools("Emulation.setEmulatedMedia", &media)
                    .await;
                window.goes_to(path).await;
                let violations = violations(window).await;
                let wide = window
                    .runs(
                        "return document.documentElement.scrollWidth > innerWidth",
                        &[],
                    )
                    .await;
                if wide == true {
                    found.push(format!("{path} at {width} is wider than the window"));
                }
                found.extend(
                    violations
                        .iter()
                        .map(|violation| format!("{path} at {width}, {scheme}: {violation}")),
                );
            }
        }
    }
    found
}

/// What axe says of the page as it is.
pub(crate) async fn violations(window: &Window) -> Vec<Value> {
    window.runs(AXE, &[]).await;
    let found = window.awaits(RUN, &[]).await;
    found.as_array().cloned().unwrap_or_default()
}
