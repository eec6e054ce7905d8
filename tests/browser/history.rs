//! A room in which much was said: there and back by scrolling, by links, by days, and to the newest again.

use std::collections::BTreeSet;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};

use crate::driver::Driver;
use crate::play;
use crate::site::{Database, Site};
use crate::window::{DESK, PHONE, Window};

const SAID: i64 = 2_000;
/// No more are drawn, those on their way included.
const DRAWN_MOST: usize = 350;
/// How far what one reads may move, in pixels.
const STILL: f64 = 2.0;

/// Has much said in the lobby at once, by the first two people in turn, a message every half hour until now.
fn much_is_said(site: &Site) {
    let file = site.data().join("adda.db");
    let mut database = SqliteConnection::establish(&file.to_string_lossy()).unwrap();
    let said = format!(
        "PRAGMA busy_timeout = 10000;
        BEGIN IMMEDIATE;
        INSERT INTO messages (room_id, seq, revision, author_id, author_name, client_id, content_hash, text, markup_version, sent_at)
        WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {SAID})
        SELECT rooms.id, n, n, users.id, users.name, 'said-' || n, zeroblob(32), 'line ' || n || substr(' and more words, for those who like to read a line or two', 1, n % 60), 0,
            strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (({SAID} - n) * 30) || ' minutes')
        FROM counted JOIN rooms ON rooms.slug = 'lobby' JOIN users ON users.id = (n / 4) % 2 + 1;
        UPDATE room_counters SET last_seq = {SAID}, revision = {SAID} WHERE room_id = (SELECT id FROM rooms WHERE slug = 'lobby');
        COMMIT;"
    );
    database.batch_execute(&said).unwrap();
}

/// The numbers of the messages that are drawn.
async fn drawn(window: &Window) -> Vec<i64> {
    let script = "return [...document.querySelectorAll('#messages .message[data-seq]')].map((message) => Number(message.dataset.seq))";
    let numbers = window.runs(script, &[]).await;
    let numbers = numbers.as_array().into_iter().flatten();
    numbers.filter_map(Value::as_i64).collect()
}

/// Scrolls on until a number is drawn. Returns which were on the way.
async fn scrolls_to(window: &Window, seq: i64, pixels: i64) -> BTreeSet<i64> {
    let mut seen = BTreeSet::new();
    loop {
        let numbers = drawn(window).await;
        let follow = |pair: &[i64]| pair[1] == pair[0] + 1;
        assert!(
            numbers.windows(2).all(follow),
            "nothing is missing, nothing twice: {numbers:?}"
        );
        assert!(numbers.len() <= DRAWN_MOST, "{} are drawn", numbers.len());
        seen.extend(&numbers);
        if numbers.contains(&seq) {
            return seen;
        }
        window
            .until("more messages", async || {
                let script = "document.querySelector('#timeline-scroll').scrollBy(0, arguments[0])";
                window.runs(script, &[json!(pixels)]).await;
                drawn(window).await != numbers
            })
            .await;
    }
}

/// Waits until a message is the one that the page was opened at, marked, seen and in focus.
async fn is_at(window: &Window, seq: i64) {
    let script = "const message = document.querySelector('.message--sought, .message--found');
        const seen = document.querySelector('#timeline-scroll').getBoundingClientRect();
        const place = message?.getBoundingClientRect();
        return !!message && message === document.activeElement && place.top >= seen.top && place.bottom <= seen.bottom
            ? Number(message.dataset.seq) : 0";
    window
        .until(&format!("message {seq}, marked"), async || {
            window.runs(script, &[]).await == seq
        })
        .await;
}

/// The first message that is seen, and where it stands.
async fn place(window: &Window) -> (i64, f64) {
    let script = "const top = document.querySelector('#timeline-scroll').getBoundingClientRect().top;
        const message = [...document.querySelectorAll('#messages .message')].find((one) => one.getBoundingClientRect().bottom > top);
        return [Number(message.dataset.seq), message.getBoundingClientRect().top]";
    let place = window.runs(script, &[]).await;
    (place[0].as_i64().unwrap(), place[1].as_f64().unwrap())
}

#[test]
fn one_scrolls_to_the_beginning_and_back_with_few_messages_drawn() {
    play(async {
        let site = Site::unlimited(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), PHONE).await;
        ada.signs_up(&site, "ada").await;
        site.signed_up("ben").await;
        much_is_said(&site);
        ada.enters("lobby").await;
        let mut seen = scrolls_to(&ada, 1, -1_500).await;
        assert!(seen.iter().copied().eq(1..=SAID), "every message came by");
        let is_bounded = drawn(&ada).await.len();
        assert!(is_bounded < 320, "{is_bounded} are drawn at the beginning");
        seen.clear();
        seen.extend(scrolls_to(&ada, SAID, 1_500).await);
        assert!(
            seen.iter().copied().eq(1..=SAID),
            "and again on the way back"
        );
        ada.has_no_complaints().await;
    });
}

#[test]
fn what_one_reads_stays_where_it_is() {
    play(async {
        let site = Site::unlimited(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        site.signed_up("ben").await;
        much_is_said(&site);
        ada.enters("lobby").await;
        // Near the beginning of what is drawn, at once: what is older comes while one looks.
        let older = "const done = arguments[arguments.length - 1];
            const area = document.querySelector('#timeline-scroll');
            const first = document.querySelector('#messages .message');
            first.scrollIntoView();
            const before = first.getBoundingClientRect().top;
            const look = () => document.querySelector('#messages .message') === first
                ? setTimeout(look, 20) : setTimeout(() => done(first.getBoundingClientRect().top - before), 100);
            look();";
        for _ in 0..8 {
            let moved = ada.awaits(older, &[]).await.as_f64().unwrap();
            assert!(
                moved.abs() <= STILL,
                "what one reads moved by {moved} pixels"
            );
        }
        // A picture that comes late makes its message higher, above or below what one reads.
        let grown = "const done = arguments[arguments.length - 1];
            const top = document.querySelector('#timeline-scroll').getBoundingClientRect().top;
            const messages = [...document.querySelectorAll('#messages .message')];
            const at = messages.findIndex((one) => one.getBoundingClientRect().bottom > top);
            const before = messages[at].getBoundingClientRect().top;
            messages[at + arguments[0]].style.minHeight = '400px';
            setTimeout(() => done(messages[at].getBoundingClientRect().top - before), 200);";
        ada.runs(
            "document.querySelector('#timeline-scroll').scrollBy(0, 2000)",
            &[],
        )
        .await;
        for beside in [-5, 3, 60] {
            let moved = ada.awaits(grown, &[json!(beside)]).await.as_f64().unwrap();
            assert!(
                moved.abs() <= STILL,
                "what one reads moved by {moved} pixels: {beside}"
            );
        }
        ada.has_no_complaints().await;
    });
}

#[test]
fn links_days_and_the_way_back_lead_through_history() {
    play(async {
        let site = Site::unlimited(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        let ben = site.signed_up("ben").await;
        much_is_said(&site);
        let says = async |text: &str| {
            ben.json(
                "POST",
                "/api/rooms/lobby/messages",
                &json!({"message": text}),
            )
            .await
            .expect(201, text);
        };
        says(&format!("see {}/chat/lobby/?at=100", site.origin())).await;
        ada.enters("lobby").await;
        ada.runs("window.isTheSamePage = true", &[]).await;

        let link = "#messages .message:last-child .message__text a";
        ada.shows(link).await;
        ada.runs(
            "document.querySelector('#timeline-scroll').scrollTop = -70",
            &[],
        )
        .await;
        let before = place(&ada).await;
        // The driver's own click would scroll first.
        ada.runs(
            "document.querySelector(arguments[0]).click()",
            &[json!(link)],
        )
        .await;
        is_at(&ada, 100).await;
        assert_eq!(ada.path().await, "/chat/lobby/?at=100");
        ada.session.command("POST", "/back", &json!({})).await;
        ada.until("where one was", async || {
            let (seq, top) = place(&ada).await;
            seq == before.0 && (top - before.1).abs() <= STILL
        })
        .await;
        assert_eq!(ada.path().await, "/chat/lobby/");
        ada.session.command("POST", "/forward", &json!({})).await;
        is_at(&ada, 100).await;

        // What is said far below is counted and not drawn; one's own words are no news.
        for text in ["one", "two", "three"] {
            says(text).await;
        }
        let script = "return document.querySelector('#newer-words').textContent";
        ada.until("three to be counted", async || {
            ada.runs(script, &[]).await == "3 new messages"
        })
        .await;
        assert!(*drawn(&ada).await.last().unwrap() < SAID);
        // What is drawn is shown as it is now.
        let deleted = "const link = document.querySelector('[data-seq=\"100\"] [data-does=\"delete\"]'); link?.click(); return !!link";
        assert_eq!(ada.runs(deleted, &[]).await, true);
        ada.clicks("#question-yes").await;
        ada.shows(".message--deleted[data-seq=\"100\"]").await;
        ada.clicks("#newer").await;
        ada.sees("three").await;
        ada.hides("#newer").await;
        assert_eq!(
            ada.path().await,
            "/chat/lobby/",
            "the end has the room's own address"
        );

        // A day, chosen by its date and by the calendar.
        let day = "const date = new Date(Date.now() - 20 * 86_400_000);
            const two = (number) => String(number).padStart(2, '0');
            const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
            document.querySelector('#moment-day').value = day;
            document.querySelector('#moment-form').requestSubmit();
            return day";
        ada.clicks(".header__moment").await;
        ada.shows("#moment-form").await;
        let chosen = ada.runs(day, &[]).await;
        let first = "const found = document.querySelector('.message--sought');
            const day = found?.previousElementSibling?.querySelector('time').dateTime;
            return found && document.activeElement === found ? day : null";
        ada.until("the first message of the day", async || {
            ada.runs(first, &[]).await == chosen
        })
        .await;
        ada.hides("#moment-form").await;
        ada.runs("document.querySelector('.day__button').click()", &[])
            .await;
        ada.shows("#moment-form").await;

        // A number that nobody has.
        ada.goes_to("/chat/lobby/?at=999999").await;
        ada.shows("#lost").await;
        ada.is_alive().await;
        ada.is_without_scripts().await;
        ada.goes_to("/chat/lobby/?at=500").await;
        is_at(&ada, 500).await;
        ada.has_no_complaints().await;
        assert_eq!(site.log().matches("ERROR").count(), 0, "{}", site.log());
    });
}

/// The page of older messages that the secret is on is held back until it is released.
const HELD: &str = "const real = window.fetch;
    const waits = new Promise((resolve) => (window.held = { came: 0, release: resolve }));
    window.fetch = async (path, request) => {
        const answer = await real(path, request);
        if (!String(path).includes('before=')) return answer;
        const text = await answer.clone().text();
        if (text.includes('a secret')) {
            held.came += 1;
            await waits;
        }
        return answer;
    };";

#[test]
fn what_is_deleted_while_its_answer_is_on_its_way_is_quoted_no_more() {
    play(async {
        let site = Site::unlimited(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        let ben = site.signed_up("ben").await;
        let says = async |message: Value| {
            let path = "/api/rooms/lobby/messages";
            ben.json("POST", path, &message).await.expect(201, "said");
        };
        says(json!({"message": "a secret"})).await;
        says(json!({"message": "oh", "reply_to": 1})).await;
        for number in 0..150 {
            says(json!({ "message": format!("line {number}") })).await;
        }
        ada.enters("lobby").await;
        ada.runs(HELD, &[]).await;
        scrolls_to(&ada, 10, -1_500).await;
        ada.until("older messages on their way", async || {
            let script =
                "document.querySelector('#timeline-scroll').scrollBy(0, -1500); return held.came";
            ada.runs(script, &[]).await == 1
        })
        .await;
        ben.json("DELETE", "/api/rooms/lobby/messages/1", &json!({}))
            .await
            .expect(200, "deleted");
        says(json!({"message": "and on"})).await;
        ada.sees("and on").await;
        ada.runs("held.release()", &[]).await;
        ada.until_quoted(2, "Message deleted").await;
        ada.has_no_complaints().await;
    });
}
