//! Searching in a real browser: from a room's field to the message and back to the field, and selecting many at once.

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, Window};

/// Waits until these words stand somewhere on the page.
async fn tells(window: &Window, words: &str) {
    let script = "return document.body.innerText.includes(arguments[0])";
    window
        .until(words, async || {
            window.runs(script, &[words.into()]).await == true
        })
        .await;
}

#[test]
fn a_search_leads_to_the_message_and_keys_lead_to_the_search() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ada.enters("lobby").await;
        for text in ["a tulip", "নৌকা ও নদী", "a rose", "another rose"] {
            ada.says(text).await;
        }
        let has_found = || async {
            ada.goes_to("/search?q=%E0%A6%A8%E0%A7%8C%E0%A6%95%E0%A6%BE&room=lobby")
                .await;
            ada.runs(
                "return document.querySelectorAll('.hit mark').length === 1",
                &[],
            )
            .await
                == true
        };
        ada.until("the index to know it", async || has_found().await)
            .await;
        ada.clicks(".hit__link").await;
        ada.arrives_at("/chat/lobby/?at=2").await;
        ada.shows(".message[data-seq='2']").await;
        // Into the field by keys alone.
        let pressed = "document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'F', ctrlKey: true, shiftKey: true, bubbles: true }));
            return document.activeElement.id";
        ada.until("the field to take the keys", async || {
            ada.runs(pressed, &[]).await == "room-search"
        })
        .await;
        ada.types("#room-search", "rose\u{E007}").await;
        ada.arrives_at("/search?room=lobby&q=rose").await;
        tells(&ada, "another rose").await;
        ada.has_no_complaints().await;
        // Two clicks, the second with the shift key, select all between.
        ada.goes_to("/admin/messages").await;
        ada.shows("#selection").await;
        let select = "const boxes = [...document.querySelectorAll('.hit__box')];
            for (const box of boxes) box.checked = false;
            boxes[0].click();
            boxes[2].dispatchEvent(new MouseEvent('click', { shiftKey: true, bubbles: true }));
            return boxes.map((box) => box.checked).join();";
        ada.until("all between to be selected", async || {
            ada.runs(select, &[]).await == "true,true,true,false"
        })
        .await;
        ada.clicks("#selection button[value=ask]").await;
        tells(&ada, "Delete these 3 messages for everyone?").await;
        ada.clicks("button[value=delete]").await;
        tells(&ada, "tulip").await;
        ada.has_no_complaints().await;
    });
}
