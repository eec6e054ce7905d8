//! Two people talk in two windows.

use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, ENTER, PHONE, Window};

#[test]
fn two_people_talk_at_a_desk_and_on_a_phone() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), PHONE).await;
        talk(&site, &ada, &ben).await;
    });
}

#[test]
fn they_talk_over_plain_http_at_a_name_that_is_not_localhost() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let base = format!("http://chat.test:{}", site.address().port());
        let flags = ["--host-resolver-rules=MAP chat.test 127.0.0.1"];
        let ada = Window::with(&driver, &base, DESK, &flags).await;
        let ben = Window::with(&driver, &base, PHONE, &flags).await;
        talk(&site, &ada, &ben).await;
        assert_eq!(
            ada.runs("return window.isSecureContext", &[]).await,
            false,
            "what browsers keep for https is missing"
        );
    });
}

async fn talk(site: &Site, ada: &Window, ben: &Window) {
    ada.signs_up(site, "ada").await;
    ben.signs_up(site, "ben").await;
    ada.clicks("#rooms a").await;
    ada.arrives_at("/chat/lobby/").await;
    ben.clicks("#rooms a").await;
    ben.arrives_at("/chat/lobby/").await;

    ada.says("Is this thing on?").await;
    ben.sees("Is this thing on?").await;
    ben.says("It is! <b>আড্ডা</b> {{ 7 * 7 }}").await;
    ada.sees("It is! <b>আড্ডা</b> {{ 7 * 7 }}").await;
    ada.types("#composer-text", "one line").await;
    ada.types("#composer-text", &format!("\u{E008}{ENTER}\u{E008}"))
        .await;
    ada.says("and another").await;
    ben.until("both lines", async || {
        ben.stored()
            .await
            .last()
            .is_some_and(|text| text.contains("one line") && text.contains("and another"))
    })
    .await;
    assert_eq!(ada.stored().await, ben.stored().await);
    assert_eq!(
        ada.runs("return document.querySelector('#composer-text').value", &[])
            .await,
        "",
        "what was sent is gone from the field"
    );
    assert_eq!(
        ada.runs(
            "return document.querySelectorAll('#messages b, #messages img').length",
            &[]
        )
        .await,
        0,
        "text is text"
    );

    ben.reloads().await;
    ben.sees("Is this thing on?").await;
    assert_eq!(
        ben.stored().await.len(),
        3,
        "and it is there after a reload"
    );
    ada.has_no_complaints().await;
    ben.has_no_complaints().await;
}

#[test]
fn someone_in_the_lobby_hears_that_something_was_said() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        let ben = site.signed_up("ben").await;
        for text in ["one", "two"] {
            ben.json(
                "POST",
                "/api/rooms/lobby/messages",
                &json!({"message": text}),
            )
            .await
            .expect(201, text);
        }
        ada.until("the count of unread messages", async || {
            ada.runs("return document.querySelector('#rooms').innerText", &[])
                .await
                .as_str()
                .is_some_and(|text| text.contains('2'))
        })
        .await;
        ada.types("#finder-name", "Rowing club").await;
        ada.clicks("#finder-make").await;
        ada.arrives_at("/chat/rowing-club/").await;
        ben.json(
            "POST",
            "/api/rooms/lobby/messages",
            &json!({"message": "three"}),
        )
        .await
        .expect(201, "three");
        ada.until("the count beside the open room", async || {
            ada.runs("return document.querySelector('#rooms').innerText", &[])
                .await
                .as_str()
                .is_some_and(|text| text.contains('3'))
        })
        .await;
        ada.has_no_complaints().await;
    });
}
