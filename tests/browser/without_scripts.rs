//! A browser that runs no scripts: everything that matters works.

use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, ENTER, Window};

#[test]
fn a_room_can_be_made_read_and_written_in() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.is_without_scripts().await;
        ada.signs_up(&site, "ada").await;
        let ben = site.signed_up("ben").await;
        ben.json(
            "POST",
            "/api/rooms/lobby/messages",
            &json!({"message": "hello ada"}),
        )
        .await
        .expect(201, "a post");

        ada.clicks("#rooms a").await;
        ada.arrives_at("/chat/lobby/").await;
        ada.sees("hello ada").await;
        ada.types("#composer-text", "no scripts here").await;
        ada.clicks(".composer__send").await;
        ada.sees("no scripts here").await;
        assert_eq!(ada.stored().await, ["hello ada", "no scripts here"]);

        ada.goes_to("/").await;
        ada.types("#finder-name", &format!("Rowing club{ENTER}"))
            .await;
        ada.arrives_at("/chat/rowing-club/").await;
        ada.clicks("#logout button").await;
        ada.arrives_at("/login").await;
    });
}
