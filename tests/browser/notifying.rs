//! Notifications: one for each message whatever is open, asked for by a click alone, and gone when it is read.

use serde_json::{Value, json};

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, Window};

/// Counts over all tabs how often permission is asked for and something is shown, and notes when the page is connected.
const COUNT: &str = "
    const count = (what) => localStorage.setItem(what, Number(localStorage.getItem(what)) + 1);
    const ask = Notification.requestPermission.bind(Notification);
    Notification.requestPermission = () => { count('asked'); return ask(); };
    const show = ServiceWorkerRegistration.prototype.showNotification;
    ServiceWorkerRegistration.prototype.showNotification = function (...what) { count('shown'); return show.apply(this, what); };
    const Plain = WebSocket;
    window.WebSocket = class extends Plain {
        constructor(...what) {
            super(...what);
            this.addEventListener('message', () => (window.isWelcome = true), { once: true });
        }
    };";
const SHOWN: &str = "const done = arguments[0];
    navigator.serviceWorker.getRegistration('/')
        .then((registration) => registration ? registration.getNotifications() : [])
        .then((shown) => done(shown.map(({ title, body }) => `${title}: ${body}`)))";

async fn counted(window: &Window, what: &str) -> Value {
    let script = "return Number(localStorage.getItem(arguments[0]))";
    window.runs(script, &[json!(what)]).await
}

/// Opens the first page, and waits until it is connected: of what is said before that nobody is told.
async fn waits_at_home(window: &Window) {
    window.goes_to("/").await;
    window
        .until("the page to be connected", async || {
            window.runs("return window.isWelcome === true", &[]).await == true
        })
        .await;
}

async fn has(window: &Window, notifications: &[&str]) {
    let expected = json!(notifications);
    window
        .until(&format!("the notifications {expected}"), async || {
            window.awaits(SHOWN, &[]).await == expected
        })
        .await;
}

/// Waits until a page elsewhere counts that much unread.
async fn counts_unread(window: &Window, count: u32) {
    let expected = json!(format!("({count})"));
    window
        .until(&format!("{count} unread"), async || {
            window
                .runs("return document.title.split(' ')[0]", &[])
                .await
                == expected
        })
        .await;
}

#[test]
fn one_notification_tells_of_a_message_until_it_is_read() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ben.counts(COUNT).await;
        ben.signs_up(&site, "ben").await;
        ben.may("notifications", "prompt").await;
        ben.goes_to("/").await;
        ben.shows("#notifications-offer").await;
        ben.goes_to("/settings#notifications").await;
        ben.shows("#browser-notifications-switch").await;
        assert_eq!(counted(&ben, "asked").await, 0, "nobody clicked anything");

        ben.may("notifications", "granted").await;
        ben.clicks("#browser-notifications-switch").await;
        ben.shows("#browser-notifications-choices").await;
        assert_eq!(counted(&ben, "asked").await, 1);
        let first = ben.tab().await;
        let second = ben.opens_tab().await;
        ben.counts(COUNT).await;
        waits_at_home(&ben).await;
        ben.hides("#notifications-offer").await;

        ada.enters("lobby").await;
        ada.says("@ben, tea?").await;
        ada.sees("@ben, tea?").await;
        has(&ben, &["ada in Lobby: @ben, tea?"]).await;
        for tab in [&first, &second] {
            ben.turns_to(tab).await;
            counts_unread(&ben, 1).await;
        }
        assert_eq!(counted(&ben, "shown").await, 1, "of two tabs one shows it");
        let icon = "return document.querySelector('link[rel=icon]').href.split('/').at(-1)";
        assert_eq!(ben.runs(icon, &[]).await, "icon-mention.svg");

        ben.enters("lobby").await;
        ben.sees("@ben, tea?").await;
        has(&ben, &[]).await;
        ada.says("@ben, still there?").await;
        ben.sees("@ben, still there?").await;
        let read = "const done = arguments[0];
            fetch('/api/rooms/lobby').then((room) => room.json()).then((room) => done(room.read_seq))";
        ben.until("it to be read", async || ben.awaits(read, &[]).await == 2)
            .await;
        assert_eq!(counted(&ben, "shown").await, 1, "not while one looks");

        waits_at_home(&ben).await;
        ada.says("@ben, oops").await;
        has(&ben, &["ada in Lobby: @ben, oops"]).await;
        let delete = "fetch('/api/rooms/lobby/messages/3', { method: 'DELETE' })";
        ada.runs(delete, &[]).await;
        has(&ben, &[]).await;

        // Whoever uses the browser next finds nothing of his, also where his session ended while no page of his was open.
        let kept = "return Object.keys(localStorage).filter((key) => key.startsWith('adda-')).sort().join()";
        assert_eq!(
            ben.runs(kept, &[]).await,
            "adda-notifications,adda-notified"
        );
        ada.says("@ben, bye").await;
        has(&ben, &["ada in Lobby: @ben, bye"]).await;
        let end =
            "const done = arguments[0]; fetch('/logout', { method: 'POST' }).then(() => done())";
        ben.goes_to("/healthz").await;
        ben.awaits(end, &[]).await;
        ben.goes_to("/login").await;
        has(&ben, &[]).await;
        ben.until("nothing to be kept", async || {
            ben.runs(kept, &[]).await == ""
        })
        .await;
        ada.has_no_complaints().await;
        ben.has_no_complaints().await;
    });
}
