//! Somebody who is muted, and a message that is reported.

use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

/// Whether something on the page reads so.
async fn reads(window: &Window, selector: &str, words: &str) {
    let script =
        "return [...document.querySelectorAll(arguments[0])].map((it) => it.innerText).join('|')";
    window
        .until(&format!("{words:?} at {selector}"), async || {
            let text = window.runs(script, &[json!(selector)]).await;
            text.as_str().is_some_and(|text| text.contains(words))
        })
        .await;
}

/// What is to be seen of the messages.
async fn visible(window: &Window) -> String {
    let script = "return [...document.querySelectorAll('#messages .message')]
        .filter((it) => it.getClientRects().length > 0)
        .map((it) => it.querySelector('.message__text').innerText).join('|')";
    let text = window.runs(script, &[]).await;
    text.as_str().unwrap_or_default().to_owned()
}

#[test]
fn somebody_is_muted_and_a_message_reported() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), PHONE).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.goes_to("/chat/lobby/").await;
        ben.goes_to("/chat/lobby/").await;
        ben.says("one").await;
        ben.says("two").await;
        ada.sees("two").await;
        let menu = "#messages .message:last-child .message__more".to_owned();
        ada.types(&menu, "\u{E007}").await;
        ada.clicks("#messages .message:last-child .message__tool--mute")
            .await;
        reads(&ada, ".muted-fold", "2 messages by somebody you muted").await;
        assert_eq!(visible(&ada).await, "");
        ada.says("am I alone?").await;
        ben.sees("am I alone?").await;
        ben.says("three").await;
        reads(&ada, ".muted-fold", "1 message by somebody you muted").await;
        ben.types("#composer-text", "and so on").await;
        assert_eq!(visible(&ada).await, "am I alone?");
        let typing = "return document.getElementById('typing').textContent";
        assert_eq!(ada.runs(typing, &[]).await, "");
        ada.clicks("#messages .muted-fold button").await;
        reads(&ada, ".muted-fold", "fold away").await;
        assert_eq!(visible(&ada).await, "one|two|am I alone?");

        // Drawn anew by the server, it is the same; and what is shown can be heard again, or reported.
        ada.goes_to("/chat/lobby/").await;
        reads(&ada, ".muted-fold button", "2 messages by somebody").await;
        assert_eq!(visible(&ada).await, "am I alone?");
        ada.clicks("#messages .muted-fold button").await;
        let first = "#messages .message[data-seq='1']";
        let menu = format!("{first} .message__more");
        ada.types(&menu, "\u{E007}").await;
        reads(&ada, &format!("{first} .message__tool--mute"), "Unmute").await;
        ada.clicks(&format!("{first} a[href*=report]")).await;
        ada.arrives_at("/chat/lobby/report?seq=1").await;
        ada.clicks("[name=reason][value=spam]").await;
        ada.clicks(".details__form [type=submit]").await;
        reads(&ada, "[role=status]", "Thank you").await;
        ada.goes_to("/admin/reports").await;
        reads(&ada, ".report__message", "one").await;
        ada.clicks(".report .admin__does summary").await;
        ada.clicks(".report [value=delete]").await;
        reads(&ada, "#reports-count", "No reports").await;
        reads(&ben, ".message--deleted .message__text", "deleted").await;
        ada.goes_to("/").await;
        reads(&ada, ".report__new", "it was deleted").await;
        ada.clicks("[action='/settings/reports'] button").await;
        ada.until("nothing new", async || {
            let script = "return document.querySelector('.report__new') === null";
            ada.runs(script, &[]).await == true
        })
        .await;
        ada.has_no_complaints().await;
        ben.has_no_complaints().await;
    });
}
