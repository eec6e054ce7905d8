//! What was written and not sent yet survives, belongs to its writer, and goes only after a question.

use serde_json::json;

use crate::driver::Driver;
use crate::play;
use crate::site::wire::Wire;
use crate::site::{Database, Site};
use crate::window::{DESK, ENTER, Window};

#[test]
fn unsent_messages_survive_a_reload_and_are_sent_once() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let wire = Wire::to(site.address());
        let driver = Driver::start();
        let ada = Window::open(&driver, &wire.url(), DESK).await;
        let ben = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ben.signs_up(&site, "ben").await;
        ben.enters("lobby").await;
        ada.enters("lobby").await;

        wire.cut_sockets();
        ada.shows("#outage").await;
        for text in ["one", "two", "three"] {
            ada.says(text).await;
        }
        ada.types("#composer-text", "half a thou").await;
        ada.until("the draft to be kept", async || {
            is_kept(&ada, "half a thou").await
        })
        .await;
        ada.until("three pending messages", async || {
            ada.pending().await.len() == 3
        })
        .await;
        ada.reloads().await;
        ada.until("the pending messages again", async || {
            ada.pending().await == ["one", "two", "three"]
        })
        .await;
        ada.until("the draft again", async || {
            ada.runs("return document.querySelector('#composer-text').value", &[])
                .await
                == "half a thou"
        })
        .await;
        assert!(ben.stored().await.is_empty(), "nothing was sent yet");

        wire.mend();
        ben.sees("three").await;
        ada.sees("three").await;
        assert_eq!(ben.stored().await, ["one", "two", "three"]);
        ada.until("nothing to be pending", async || {
            ada.pending().await.is_empty()
        })
        .await;
        ada.reloads().await;
        ada.sees("three").await;
        assert_eq!(ada.stored().await, ["one", "two", "three"]);
        assert!(ada.pending().await.is_empty());
    });
}

#[test]
fn signing_out_asks_about_what_is_unsent_and_leaves_nothing_behind() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let wire = Wire::to(site.address());
        let driver = Driver::start();
        let window = Window::open(&driver, &wire.url(), DESK).await;
        window.signs_up(&site, "ada").await;
        let ben = site.signed_up("ben").await;
        window.enters("lobby").await;
        wire.cut_sockets();
        window.shows("#outage").await;
        window.says("for nobody else").await;
        window
            .until("a pending message", async || {
                window.pending().await.len() == 1
            })
            .await;

        window.clicks("#logout button").await;
        window.shows("#question").await;
        window.clicks("#question-no").await;
        window.hides("#question").await;
        assert_eq!(window.path().await, "/chat/lobby/", "ada stays");
        assert_eq!(window.pending().await, ["for nobody else"]);

        window.clicks("#logout button").await;
        window.shows("#question").await;
        window.clicks("#question-yes").await;
        window.arrives_at("/login").await;
        wire.mend();
        window.signs_in("ben").await;
        window.enters("lobby").await;
        window.says("hello from ben").await;
        window.sees("hello from ben").await;
        assert_eq!(
            window.stored().await,
            ["hello from ben"],
            "ada's words were never sent by ben"
        );
        let history = ben
            .get("/api/rooms/lobby/messages")
            .await
            .expect(200, "history")
            .value();
        assert_eq!(history["last_seq"], 1);
    });
}

#[test]
fn signing_out_with_nothing_unsent_asks_nothing() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ada.enters("lobby").await;
        ada.says("sent").await;
        ada.sees("sent").await;
        ada.clicks("#logout button").await;
        ada.arrives_at("/login").await;
    });
}

#[test]
fn a_draft_is_as_the_last_tab_left_it_that_changed_it() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ada.enters("lobby").await;
        let first = ada.tab().await;
        let second = ada.opens_tab().await;
        ada.enters("lobby").await;
        ada.turns_to(&first).await;
        ada.types("#composer-text", "half a thought").await;
        ada.until("it to be kept", async || {
            is_kept(&ada, "half a thought").await
        })
        .await;
        // Opened before it was begun, looked at, and left without a word.
        ada.turns_to(&second).await;
        ada.turns_to(&first).await;
        assert!(is_kept(&ada, "half a thought").await);
        ada.turns_to(&second).await;
        ada.goes_to("/").await;
        assert!(is_kept(&ada, "half a thought").await);
        // Opened in the middle of it, and left when it was sent.
        ada.enters("lobby").await;
        let typed = "return document.querySelector('#composer-text').value";
        ada.until("the draft", async || {
            ada.runs(typed, &[]).await == "half a thought"
        })
        .await;
        ada.turns_to(&first).await;
        ada.types("#composer-text", ENTER).await;
        ada.sees("half a thought").await;
        ada.until("it to be kept no more", async || {
            !is_kept(&ada, "half a thought").await
        })
        .await;
        ada.turns_to(&second).await;
        ada.turns_to(&first).await;
        ada.turns_to(&second).await;
        ada.goes_to("/").await;
        ada.enters("lobby").await;
        ada.sees("half a thought").await;
        assert_eq!(ada.runs(typed, &[]).await, "");
        ada.has_no_complaints().await;
    });
}

#[test]
fn files_kept_for_a_message_that_waits_no_more_are_forgotten() {
    play(async {
        let site = Site::start(Database::Sqlite);
        let driver = Driver::start();
        let ada = Window::open(&driver, &site.origin(), DESK).await;
        ada.signs_up(&site, "ada").await;
        ada.enters("lobby").await;
        // As a tab leaves them that ends between its message and its files; and one of a message that is still written.
        let leaves = "const [done] = arguments;
            indexedDB.open('adda').onsuccess = ({target: {result: database}}) => {
                const change = database.transaction(['uploads', 'bytes'], 'readwrite');
                for (const [key, clientId] of [['a', 'gone'], ['b', null]]) {
                    change.objectStore('uploads').put({key, clientId, account: 'ada', slug: 'garden', tab: 'gone'});
                    change.objectStore('bytes').put({key, account: 'ada', bytes: new Blob(['tea'])});
                }
                change.oncomplete = () => { database.close(); done(true); };
            };";
        ada.awaits(leaves, &[]).await;
        let keys = "const [done] = arguments;
            indexedDB.open('adda').onsuccess = ({target: {result: database}}) => {
                database.transaction('bytes').objectStore('bytes').getAllKeys().onsuccess = ({target: {result}}) => {
                    database.close();
                    done(result);
                };
            };";
        ada.reloads().await;
        ada.until("the first to be gone", async || {
            ada.awaits(keys, &[]).await == json!(["b"])
        })
        .await;
        ada.has_no_complaints().await;
    });
}

/// Whether the browser keeps a draft with this text, which it does a moment after the last key.
async fn is_kept(window: &Window, text: &str) -> bool {
    let script = "const [text, done] = arguments;
        indexedDB.open('adda').onsuccess = ({target: {result: database}}) => {
            database.transaction('drafts').objectStore('drafts').getAll().onsuccess = ({target: {result}}) => {
                database.close();
                done(result.some((draft) => draft.text === text));
            };
        };";
    window.awaits(script, &[json!(text)]).await == true
}
