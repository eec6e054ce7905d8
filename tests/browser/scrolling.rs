//! Older messages load while one scrolls up, without a jump.

use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

#[test]
fn older_messages_load_while_scrolling_up() {
    play(async {
        for size in [DESK, PHONE] {
            let site = Site::unlimited(Database::Sqlite);
            let driver = Driver::start();
            let ada = Window::open(&driver, &site.origin(), size).await;
            ada.signs_up(&site, "ada").await;
            let ben = site.signed_up("ben").await;
            let expected: Vec<String> = (1..=170)
                .map(|number| format!("line {number:03}"))
                .collect();
            for text in &expected {
                ben.json(
                    "POST",
                    "/api/rooms/lobby/messages",
                    &json!({"message": text}),
                )
                .await
                .expect(201, text);
            }
            ada.enters("lobby").await;
            ada.sees("line 170").await;
            assert_eq!(ada.stored().await.len(), 50);
            ada.until("a room to open at its newest message", async || {
                at_the_bottom(&ada).await
            })
            .await;

            while ada.stored().await.len() < 170 {
                let first = ada.stored().await.remove(0);
                ada.runs(
                    "document.querySelector('#messages .message').scrollIntoView()",
                    &[],
                )
                .await;
                let before = place_of(&ada, &first).await;
                ada.until("older messages", async || ada.stored().await[0] != first)
                    .await;
                let moved = (place_of(&ada, &first).await - before).abs();
                assert!(moved < 40.0, "what one reads moved by {moved} pixels");
            }
            assert_eq!(ada.stored().await, expected);
            ben.json(
                "POST",
                "/api/rooms/lobby/messages",
                &json!({"message": "news"}),
            )
            .await
            .expect(201, "news");
            ada.sees("news").await;
            assert!(
                !at_the_bottom(&ada).await,
                "whoever reads old messages is left where they are"
            );
            ada.clicks("#newer").await;
            ada.until("the bottom", async || at_the_bottom(&ada).await)
                .await;
            ada.has_no_complaints().await;
        }
    });
}

async fn at_the_bottom(window: &Window) -> bool {
    let script = "const last = [...document.querySelectorAll('#messages .message')].at(-1);
        const area = document.querySelector('#timeline-scroll');
        return last.getBoundingClientRect().bottom < area.getBoundingClientRect().bottom + 8";
    window.runs(script, &[]).await == true
}

/// How far down the window a message stands.
async fn place_of(window: &Window, text: &str) -> f64 {
    let script = "return [...document.querySelectorAll('#messages .message')]
        .find((message) => message.querySelector('.message__text').textContent === arguments[0])
        .getBoundingClientRect().top";
    let place = window.runs(script, &[json!(text)]).await;
    place.as_f64().unwrap()
}
