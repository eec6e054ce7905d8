//! Letting others in: a link that is copied and ended, and a list of people that becomes a sheet of cards.

use serde_json::json;

use crate::accessibility::violations;
use crate::company::reads;
use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

#[test]
fn a_link_is_made_copied_and_ended_after_a_question() {
    play(async {
        let site = Site::with(Database::Sqlite, &[("ADDA_SIGNUP", "invite")]);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), PHONE).await;
        ada.signs_up(&site, "ada").await;
        ada.goes_to("/").await;
        ada.shows("#invitation-copy").await;
        ada.clicks(".invitation__choices").await;
        ada.arrives_at("/invitations").await;
        ada.clicks("[action='/invitations'] [type=submit]").await;
        reads(&ada, ".invitation__line", "Nobody came by it yet").await;
        // In her own time, not the server's; without scripts it is said which that is.
        let until = "const time = document.querySelector('.invitation__line time');
            const its = new Intl.DateTimeFormat(navigator.language, { timeStyle: 'short' }).format(new Date(time.dateTime));
            return time.textContent.startsWith('works until') && time.textContent.includes(its) && !time.textContent.includes('UTC')";
        ada.until("her own time", async || {
            ada.runs(until, &[]).await == json!(true)
        })
        .await;
        ada.clicks("[data-copies] button").await;
        // Copied where the browser allows it, else selected, which is said below the link.
        let told = "const row = document.querySelector('[data-copies]');
            return row.innerText.includes('Copied') || row.nextElementSibling.matches('[data-selected]')";
        ada.until("what came of copying", async || {
            ada.runs(told, &[]).await == json!(true)
        })
        .await;
        ada.goes_to("/").await;
        // The button comes with the script, and moves what is below it.
        ada.shows("#invitation-copy").await;
        ada.clicks(".invitation__code + .invitation__code summary")
            .await;
        let end = "#invitation-renew [value=end]";
        ada.clicks(end).await;
        ada.clicks("#question-no").await;
        ada.hides("#question[open]").await;
        ada.shows("#invitation-link").await;
        ada.clicks(end).await;
        ada.clicks("#question-yes").await;
        reads(&ada, ".invitation", "There is no link for everyone").await;
        ada.has_no_complaints().await;
    });
}

#[test]
fn a_list_of_people_becomes_a_sheet_of_cards() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ada.goes_to("/admin/newcomers").await;
        ada.types("#people", "Ben Bell\u{E006}Cem Can, cem").await;
        ada.clicks("[value=look]").await;
        reads(&ada, ".adding__lines", "@ben.bell").await;
        let found = violations(&ada).await;
        assert!(found.is_empty(), "what was looked over: {found:?}");
        ada.clicks("[value=make]").await;
        ada.shows(".card + .card .card__code svg").await;
        ada.shows("#print").await;
        let found = violations(&ada).await;
        assert!(found.is_empty(), "the sheet: {found:?}");
        let link = "return document.querySelector('.card__link').textContent";
        let link = ada.runs(link, &[]).await;
        let path = link.as_str().unwrap().split_once("/reset").unwrap().1;
        ada.goes_to("/admin/log").await;
        let when = "return document.querySelector('.admin__entry time').textContent";
        ada.until("when it was done", async || {
            ada.runs(when, &[]).await == "a moment ago"
        })
        .await;
        ada.has_no_complaints().await;
        let ben = Window::open(&driver, &site.origin(), PHONE).await;
        ben.goes_to(&format!("/reset{path}")).await;
        ben.types("#password", crate::site::PASSWORD).await;
        ben.clicks("[type=submit]").await;
        ben.arrives_at("/").await;
        reads(&ben, ".side__me", "Ben Bell").await;
        ben.has_no_complaints().await;
    });
}
