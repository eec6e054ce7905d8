//! Deleting what was said, in a real browser.

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

async fn wants_to_delete(window: &Window, seq: usize) {
    let message = format!(".message[data-seq='{seq}']");
    // Without a pointer: the keyboard reaches the menu as well.
    window
        .types(&format!("{message} .message__more"), "\u{E007}")
        .await;
    window
        .clicks(&format!("{message} [data-does=delete]"))
        .await;
}

async fn deletes(window: &Window, seq: usize) {
    wants_to_delete(window, seq).await;
    window.clicks("#question-yes").await;
}

#[test]
fn what_is_deleted_leaves_one_quiet_line_on_every_page() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), PHONE).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        for text in ["one", "two", "three", "four"] {
            ada.says(text).await;
            ben.sees(text).await;
        }
        deletes(&ada, 2).await;
        ben.sees("Message deleted").await;
        deletes(&ada, 3).await;
        for window in [&ada, &ben] {
            window.sees("2 messages deleted").await;
            window.shows(".message--folded[data-seq='3']").await;
            window
                .shows(".message[data-seq='4'] .message__byline")
                .await;
            window.has_no_complaints().await;
        }
        let drawn_live = ben.stored().await;
        ben.reloads().await;
        ben.sees("2 messages deleted").await;
        assert_eq!(ben.stored().await[0], drawn_live[0]);
        ada.hides(".message__menu[open]").await;

        // Who thinks better of it is where they were; what fails is said where one looks.
        wants_to_delete(&ada, 4).await;
        ada.clicks("#question-no").await;
        ada.hides("#question").await;
        ada.shows(".message[data-seq='4'] .message__more:focus")
            .await;
        ada.runs("window.fetch = () => Promise.reject(new TypeError())", &[])
            .await;
        deletes(&ada, 4).await;
        ada.shows("#timeline-note").await;
        let note = "The message could not be deleted. Try again.";
        ada.until_it_says("#timeline-note", note).await;
        ada.sees("four").await;
        ben.has_no_complaints().await;
    });
}
