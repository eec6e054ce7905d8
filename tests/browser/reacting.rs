//! Reactions, pins and links to messages, in a real browser and without a pointer.

use serde_json::{Value, json};

use crate::accessibility::violations;
use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

const LEFT: &str = "\u{E012}";
const DOWN: &str = "\u{E015}";
const ENTER: &str = "\u{E007}";
const ESCAPE: &str = "\u{E00C}";

/// Sends keys to whatever has the focus.
async fn presses(window: &Window, keys: &str) {
    let script = "const id = 'focused'; document.getElementById(id)?.removeAttribute('id'); \
                  const had = document.activeElement.id; if (!had) document.activeElement.id = id; return had || id;";
    let id = window.runs(script, &[]).await;
    window
        .types(&format!("#{}", id.as_str().unwrap()), keys)
        .await;
}

/// The first change that the page asks for is held back until it is released.
const HELD: &str = "const real = window.fetch;
    const first = new Promise((resolve) => (window.held = { answered: 0, asked: 0, release: resolve }));
    window.fetch = async (path, request) => {
        if (request?.method !== 'PUT') return real(path, request);
        held.asked += 1;
        if (held.asked === 1) await first;
        const answer = await real(path, request);
        held.answered += 1;
        return answer;
    };";

#[test]
fn people_react_by_keyboard_and_everyone_sees_it() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), PHONE).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("tea?").await;
        ben.sees("tea?").await;
        let message = ".message[data-seq='1']";
        // From the menu back to what looks for more, and on by what it is called.
        ada.types(&format!("{message} .message__more"), LEFT).await;
        presses(&ada, ENTER).await;
        ada.shows("#picker-grid .picker__one").await;
        assert_eq!(violations(&ada).await, Vec::<Value>::new());
        ada.types("#picker-search", "party popper").await;
        ada.shows("#picker-found .picker__one[value='🎉']").await;
        ada.types("#picker-search", DOWN).await;
        presses(&ada, ENTER).await;
        ada.hides("#picker:popover-open").await;
        let mine = format!("{message} .reaction--mine[value='🎉'][aria-pressed='true']");
        ada.shows(&mine).await;
        let theirs = format!("{message} .reaction[value='🎉'][aria-pressed='false']");
        ben.shows(&theirs).await;
        ben.clicks(&theirs).await;
        for window in [&ada, &ben] {
            window
                .shows(&format!("{message} .reaction--mine[data-count='2']"))
                .await;
        }
        let words =
            "return document.querySelector(arguments[0]).title.replace(/[\\u2068\\u2069]/g, '');";
        let label = ben.runs(words, &[json!(mine)]).await;
        assert_eq!(label, "You and ada reacted with 🎉");
        ben.clicks(&mine).await;
        ada.shows(&format!("{message} .reaction--mine[data-count='1']"))
            .await;
        // Of two clicks, the second counts, however long the first is on its way.
        ben.runs(HELD, &[]).await;
        ben.clicks(&theirs).await;
        ben.clicks(&mine).await;
        ben.shows(&theirs).await;
        ben.runs("held.release()", &[]).await;
        ben.until("both to be stored", async || {
            ben.runs("return held.answered === 2", &[]).await == true
        })
        .await;
        for window in [&ada, &ben] {
            window
                .shows(&format!("{message} .reaction[data-count='1']"))
                .await;
        }
        ben.shows(&theirs).await;
        // What others set is counted without a word from anybody once the page comes anew.
        ben.reloads().await;
        ben.shows(&theirs).await;
        ada.has_no_complaints().await;
        ben.has_no_complaints().await;
    });
}

#[test]
fn what_is_pinned_is_found_in_the_header_and_links_are_there_to_be_copied() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("the plan").await;
        ben.sees("the plan").await;
        ben.hides("#pins-link:not([hidden])").await;
        let message = ".message[data-seq='1']";
        ada.types(&format!("{message} .message__more"), ENTER).await;
        ada.clicks(&format!("{message} [data-does=pin]")).await;
        for window in [&ada, &ben] {
            window
                .shows(&format!("{message} .message__pinned:not([hidden])"))
                .await;
        }
        ben.clicks("#pins-link").await;
        ben.shows("#pins:popover-open .pin[data-seq='1']").await;
        presses(&ben, ESCAPE).await;
        ben.hides("#pins:popover-open").await;
        ben.types(&format!("{message} .message__more"), ENTER).await;
        ben.clicks(&format!("{message} [data-does=copy-link]"))
            .await;
        // Copied, or there to be: browsers let pages copy or do not.
        let copied = "return document.getElementById('timeline-note').hidden ? document.getElementById('copying-link').value : 'copied';";
        ben.until("the link", async || {
            let found = ben.runs(copied, &[]).await;
            found == "copied" || found == format!("{}/chat/lobby/?at=1", site.origin())
        })
        .await;
        ada.clicks("#pins-link").await;
        ada.clicks("#pins:popover-open .pin [name=unpin]").await;
        ben.hides("#pins-link:not([hidden])").await;
        ben.hides(&format!("{message} .message__pinned:not([hidden])"))
            .await;
        ada.has_no_complaints().await;
        ben.has_no_complaints().await;
    });
}
