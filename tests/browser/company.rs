//! Others on the page: who types, who is there.

use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

async fn reads(window: &Window, selector: &str, words: &str) {
    let script = "const it = document.querySelector(arguments[0]); return it ? it.innerText : ''";
    window
        .until(&format!("{words:?} at {selector}"), async || {
            let text = window.runs(script, &[json!(selector)]).await;
            text.as_str().is_some_and(|text| text.contains(words))
        })
        .await;
}

#[test]
fn people_see_who_is_there_and_who_types() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), PHONE).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.goes_to("/").await;
        let sign = "[data-presence=ben]";
        reads(&ada, sign, "Online").await;
        ben.goes_to("/settings").await;
        ben.types("#status", "baking").await;
        ben.clicks("[action='/settings/profile'] [type=submit]")
            .await;
        reads(&ben, "[role=status]", "saved").await;
        reads(&ada, sign, "baking").await;
        ada.goes_to("/chat/direct/ben/").await;
        ada.types("[name=message]", "Hello?").await;
        ada.clicks(".composer [type=submit]").await;
        ada.sees("Hello?").await;
        reads(&ada, ".header__presence", "Online").await;
        let path = ada.path().await;
        reads(&ada, ".message__seen", "✓ Sent").await;
        ben.goes_to(&path).await;
        reads(&ada, ".message__seen", "✓✓ Seen").await;
        ben.types("#composer-text", "I am").await;
        reads(&ada, "#typing", "ben").await;
        ben.types("#composer-text", "\u{E007}").await;
        ada.sees("I am").await;
        ada.until("nobody types", async || {
            ada.runs("return document.getElementById('typing').textContent", &[])
                .await
                == json!("")
        })
        .await;
        ben.has_no_complaints().await;
        ben.runs("location.assign('/healthz')", &[]).await;
        reads(&ada, ".header__presence", "Here a moment ago").await;
        ada.has_no_complaints().await;
    });
}
