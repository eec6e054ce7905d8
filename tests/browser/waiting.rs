//! Somebody who waits to be let in, and a site with a name of its own.

use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, PASSWORD, Site};
use crate::window::{PHONE, Window};

#[test]
fn whoever_waits_is_led_in_once_they_are_let_in() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let ada = site.signed_up("ada").await;
        let rights = [
            ("do", "rights"),
            ("approves", "on"),
            ("makes_rooms", "administrators"),
            ("starts_directs", "members"),
        ];
        let looks = [("do", "looks"), ("name", "Rowing club"), ("accent", "moss")];
        for form in [&rights[..], &looks] {
            let saved = ada.form("/admin/site", form).await;
            saved.expect(303, &format!("{form:?}"));
        }
        let driver = Driver::start();
        let eve = Window::open(&driver, &site.origin(), PHONE).await;
        eve.goes_to("/signup").await;
        eve.types("#username", "eve").await;
        eve.types("#password", PASSWORD).await;
        eve.clicks(".door__form > [type=submit]").await;
        eve.arrives_at("/waiting").await;
        ada.form("/admin/people/eve", &[("do", "let-in")])
            .await
            .expect(303, "let in");
        // She does nothing: her page looks by itself.
        eve.arrives_at("/").await;
        eve.until("the name of the site in the title", async || {
            eve.runs("return document.title", &[]).await == json!("Home · Rowing club")
        })
        .await;
        eve.types("#finder-name", "Boats").await;
        eve.hides("#finder-make").await;
        eve.hides("#finder-make-closed").await;
        eve.has_no_complaints().await;
    });
}
