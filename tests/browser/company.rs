//! Others on the page: who types, who is there.

use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

/// Waits until an element has these words.
pub(crate) async fn reads(window: &Window, selector: &str, words: &str) {
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

/// Keeps the page's scripts waiting for their words until a file was chosen, once.
const LATE: &str = "
    const fetches = fetch;
    globalThis.fetch = async (what, ...more) => {
        if (String(what).endsWith('/en.ftl') && !sessionStorage.getItem('late')) {
            sessionStorage.setItem('late', 'once');
            await new Promise((resolve) => addEventListener('change', resolve, { once: true }));
        }
        return fetches(what, ...more);
    };";

#[test]
fn a_picture_is_seen_before_it_is_sent_and_by_others_on_open_pages() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), PHONE).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.enters("lobby").await;
        ada.says("Who am I?").await;
        ben.enters("lobby").await;
        ben.sees("Who am I?").await;
        let file = tempfile::Builder::new().suffix(".png").tempfile().unwrap();
        let picture = image::RgbImage::from_pixel(300, 200, image::Rgb([20, 120, 80]));
        picture.save(file.path()).unwrap();
        ada.counts(LATE).await;
        ada.goes_to("/settings").await;
        let path = file.path().to_str().unwrap();
        ada.types("#picture", path).await;
        ada.shows(".portrait .cup__picture[src^='blob:']").await;
        let source = "return document.querySelector('.portrait .cup__picture').src";
        let first = ada.runs(source, &[]).await;
        ada.types("#picture", path).await;
        ada.until("the one chosen next", async || {
            ada.runs(source, &[]).await != first
        })
        .await;
        ada.clicks(".portrait [type=submit]").await;
        reads(&ada, "[role=status]", "saved").await;
        // On the message that was there before, as it comes from the server.
        let loaded = "const it = document.querySelector('.message [data-cup=ada] img'); return it ? it.naturalWidth : 0";
        ben.until("ada's picture", async || {
            ben.runs(loaded, &[]).await == json!(200)
        })
        .await;
        ada.clicks("[name=remove]").await;
        ben.hides(".message [data-cup=ada] img").await;
        ada.has_no_complaints().await;
        ben.has_no_complaints().await;
    });
}
