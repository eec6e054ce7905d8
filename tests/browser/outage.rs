//! The connection drops and comes back: nothing is missing, and what was typed meanwhile is sent once and in order.

use std::time::Duration;

use crate::driver::Driver;
use crate::play;
use crate::site::wire::Wire;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

#[test]
fn what_was_said_on_both_sides_of_an_outage_arrives_once_and_in_order() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let wire = Wire::to(site.address());
        let driver = Driver::start();
        let ada = Window::open(&driver, &wire.url(), PHONE).await;
        let ben = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("before").await;
        ben.sees("before").await;

        wire.cut();
        ada.shows("#outage").await;
        for text in ["ada one", "ada two", "ada three"] {
            ada.says(text).await;
        }
        for text in ["ben one", "ben two"] {
            ben.says(text).await;
            ben.sees(text).await;
        }
        assert_eq!(
            ada.pending().await,
            ["ada one", "ada two", "ada three"],
            "they wait on the page"
        );
        wire.mend();

        for window in [&ada, &ben] {
            window.sees("ada three").await;
            window.sees("ben two").await;
        }
        let expected = [
            "before",
            "ben one",
            "ben two",
            "ada one",
            "ada two",
            "ada three",
        ];
        ada.hides("#outage").await;
        assert_eq!(ben.stored().await, expected);
        assert_eq!(ada.stored().await, expected);
        assert!(ada.pending().await.is_empty());
        ada.reloads().await;
        ada.sees("before").await;
        assert_eq!(ada.stored().await, expected, "and so it stays");
    });
}

#[test]
fn a_connection_that_flaps_loses_and_doubles_nothing() {
    play(async {
        let site = Site::unlimited(Database::Sqlite);
        let wire = Wire::to(site.address());
        let driver = Driver::start();
        let ada = Window::open(&driver, &wire.url(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        let mut said = Vec::new();
        for round in 0..6 {
            for (window, name) in [(&ada, "ada"), (&ben, "ben")] {
                let text = format!("{name} {round}");
                window.says(&text).await;
                said.push(text);
            }
            wire.cut();
            tokio::time::sleep(Duration::from_millis(150)).await;
            wire.mend();
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
        for text in &said {
            ada.sees(text).await;
            ben.sees(text).await;
        }
        let seen = ben.stored().await;
        assert_eq!(seen, ada.stored().await);
        assert_eq!(seen.len(), said.len(), "each once: {seen:?}");
        for name in ["ada", "ben"] {
            let own: Vec<&String> = seen.iter().filter(|text| text.starts_with(name)).collect();
            assert!(own.is_sorted(), "{own:?}");
        }
    });
}

#[test]
fn a_server_that_is_killed_and_started_again_is_found_again() {
    play(async {
        let mut site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let wire = Wire::to(site.address());
        let ada = Window::open(&driver, &wire.url(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ada.enters("lobby").await;
        ada.says("before").await;
        ada.sees("before").await;
        wire.cut();
        site.kill();
        ada.shows("#outage").await;
        ada.says("meanwhile").await;
        site.start_again();
        wire.leads_to(site.address());
        wire.mend();
        ada.sees("meanwhile").await;
        assert_eq!(ada.stored().await, ["before", "meanwhile"]);
    });
}
