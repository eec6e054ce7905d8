//! Editing what was said and answering it, in a real browser.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, ENTER, PHONE, Window};

const ARROW_UP: &str = "\u{E013}";
const ESCAPE: &str = "\u{E00C}";
/// Control and A, let go again.
const ALL: &str = "\u{E009}a\u{E009}";

impl Window {
    /// Takes up the last that was said here, and says it in other words.
    pub async fn edits_last(&self, text: &str) {
        self.types("#composer-text", ARROW_UP).await;
        self.shows("#editing:not([hidden])").await;
        self.types("#composer-text", &format!("{ALL}{text}{ENTER}"))
            .await;
        self.hides("#editing:not([hidden])").await;
    }

    /// Begins to answer a message, from its menu.
    pub async fn begins_to_answer(&self, seq: usize) {
        let message = format!(".message[data-seq='{seq}']");
        self.types(&format!("{message} .message__more"), ENTER)
            .await;
        self.clicks(&format!("{message} [data-does=reply]")).await;
        self.shows("#answering:not([hidden])").await;
    }

    /// Waits until a message answers one that says this.
    pub async fn until_quoted(&self, seq: usize, words: &str) {
        let quote = format!(".message[data-seq='{seq}'] .quote__words");
        self.until_it_says(&quote, words).await;
    }

    /// Waits until something on the page says this and nothing else.
    pub async fn until_it_says(&self, selector: &str, words: &str) {
        let script = "return document.querySelector(arguments[0])?.textContent === arguments[1]";
        self.until(&format!("{selector} to say {words:?}"), async || {
            self.runs(script, &[json!(selector), json!(words)]).await == true
        })
        .await;
    }
}

/// All that was said was said long ago.
fn time_passes(site: &Site) {
    let file = site.data().join("adda.db");
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    conn.batch_execute(
        "PRAGMA busy_timeout = 2000; UPDATE messages SET sent_at = '2026-01-01 10:00:00'",
    )
    .unwrap();
}

#[test]
fn what_is_edited_and_answered_is_the_same_on_every_page() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), PHONE).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("teh tea").await;
        ben.sees("teh tea").await;

        ben.begins_to_answer(1).await;
        ben.says("what?").await;
        ben.hides("#answering:not([hidden])").await;
        ada.until_quoted(2, "teh tea").await;
        ada.shows(".message--names-me[data-seq='2']").await;

        // What had been begun comes back, whether the edit is given up or made.
        ada.types("#composer-text", ARROW_UP).await;
        ada.shows("#editing:not([hidden])").await;
        ada.types("#composer-text", ESCAPE).await;
        ada.hides("#editing:not([hidden])").await;
        let first = ada.tab().await;
        let second = ada.opens_tab().await;
        ada.turns_to(&second).await;
        ada.enters("lobby").await;
        ada.turns_to(&first).await;
        ada.edits_last("the **tea**").await;
        ben.until_quoted(2, "the tea").await;
        ada.turns_to(&second).await;
        ada.sees("the tea").await;
        ada.until_quoted(2, "the tea").await;
        ada.turns_to(&first).await;
        ben.hides(".message__edited").await;

        time_passes(&site);
        ada.edits_last("the coffee").await;
        ben.shows("span.message__edited").await;
        ben.clicks(".quote").await;
        ben.shows(".message--sought[data-seq='1'], .message--found[data-seq='1']")
            .await;
        ada.clicks("a.message__edited").await;
        ada.arrives_at("/chat/lobby/versions?seq=1").await;
        ada.shows(".version:nth-child(2) .version__text").await;
        ada.has_no_complaints().await;
        ada.enters("lobby").await;

        ada.types(".message[data-seq='1'] .message__more", ENTER)
            .await;
        ada.clicks(".message[data-seq='1'] [data-does=delete]")
            .await;
        ada.clicks("#question-yes").await;
        for window in [&ada, &ben] {
            window.until_quoted(2, "Message deleted").await;
        }
        ben.reloads().await;
        ben.until_quoted(2, "Message deleted").await;
        ada.has_no_complaints().await;
        ben.has_no_complaints().await;
    });
}
