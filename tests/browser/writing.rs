//! Writing in a page: keys that mark what is selected, pasted addresses, emoji by their names, commands.

use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, Window};

const FIELD: &str = "#composer-text";
const CONTROL: char = '\u{E009}';
const ENTER: &str = "\u{E007}";

async fn text(window: &Window) -> String {
    let script = "return document.querySelector('#composer-text').value";
    let value = window.runs(script, &[]).await;
    value.as_str().unwrap().to_owned()
}

async fn holds(window: &Window, expected: &str) {
    window
        .until(expected, async || text(window).await == expected)
        .await;
}

async fn selects(window: &Window, from: usize, to: usize) {
    let script =
        "document.querySelector('#composer-text').setSelectionRange(arguments[0], arguments[1])";
    window.runs(script, &[json!(from), json!(to)]).await;
}

#[test]
fn what_is_selected_is_marked_and_commands_do_what_they_say() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ada.enters("lobby").await;

        ada.types(FIELD, "some bold words").await;
        selects(&ada, 5, 9).await;
        ada.types(FIELD, &format!("{CONTROL}b")).await;
        holds(&ada, "some **bold** words").await;
        ada.types(FIELD, &format!("{CONTROL}z")).await;
        holds(&ada, "some bold words").await;
        selects(&ada, 5, 9).await;
        ada.types(FIELD, &format!("{CONTROL}b")).await;
        holds(&ada, "some **bold** words").await;
        ada.types(FIELD, &format!("{CONTROL}b")).await;
        holds(&ada, "some bold words").await;
        selects(&ada, 10, 15).await;
        let paste = "const data = new DataTransfer(); data.setData('text/plain', 'https://example.com/x'); \
                     document.querySelector('#composer-text').dispatchEvent(\
                     new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))";
        ada.runs(paste, &[]).await;
        holds(&ada, "some bold [words](https://example.com/x)").await;
        ada.types(FIELD, ENTER).await;
        ada.shows("#messages .message__text a[href='https://example.com/x']")
            .await;

        ada.types(FIELD, ":tad").await;
        ada.shows("#completion .completion__emoji").await;
        ada.types(FIELD, ENTER).await;
        holds(&ada, "🎉 ").await;
        ada.types(FIELD, ENTER).await;
        ada.shows("#messages .emoji-alone").await;

        ada.says("/shrug who knows").await;
        ada.sees("who knows ¯\\_(ツ)_/¯").await;
        ada.types(FIELD, &format!("/frobnicate{ENTER}")).await;
        ada.shows("#composer-command button").await;
        holds(&ada, "/frobnicate").await;
        ada.clicks("#composer-command button").await;
        ada.sees("/frobnicate").await;
        ada.hides("#composer-command").await;
        ada.types(FIELD, &format!("/help{ENTER}")).await;
        ada.shows(".writing-dialog[open] .writing").await;
        ada.has_no_complaints().await;
    });
}
