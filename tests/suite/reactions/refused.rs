//! What is no reaction, and where nobody reacts; and how it works without a script.

use serde_json::json;

use super::{are, asks, kinds, reacts};
use crate::inputs::permission::beside;
use crate::people::fresh_client_id;
use crate::site::{Database, Site};
use crate::site_settings::chooses_rights;

whatever_the_database!(
    what_is_no_answer_is_refused,
    a_site_may_want_emoji_only,
    it_works_by_forms_without_a_script,
    nobody_answers_where_nobody_writes_any_more,
);

async fn what_is_no_answer_is_refused(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tea?").await;
    let topic = json!({"topic": "tea"});
    let topic = ada.asks("PATCH", "/api/rooms/lobby", &topic).await;
    topic.expect(200, "a notice");
    for (text, status, code) in [
        ("", 422, "empty"),
        (" ", 422, "empty"),
        ("seventeen letters", 422, "too_long"),
        ("two\nlines", 400, "bad_request"),
        ("a\u{202E}b", 400, "bad_request"),
        ("https://a.test", 400, "bad_request"),
        ("a\u{200B}b", 400, "bad_request"),
        ("\0", 400, "bad_request"),
    ] {
        let body = json!({"text": text, "on": true});
        let refused = asks(&ada, "lobby", 1, &body, status).await;
        assert_eq!(refused["error"]["code"], code, "{text:?}");
        let id = fresh_client_id();
        let frame = json!({"type": "react", "seq": 1, "text": text, "on": true, "client_id": id});
        ada.socket().send(&frame).await;
        assert_eq!(ada.is_told_of(&id).await["code"], code, "{text:?}");
    }
    let body = json!({"text": "🎉", "on": true});
    asks(&ada, "lobby", 2, &body, 403).await;
    assert!(ada.history("lobby").await[0]["reactions"].is_null());
}

async fn a_site_may_want_emoji_only(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tea?").await;
    reacts(&ada, "lobby", 1, "yes", true).await;
    chooses_rights(&ada, &[("emoji_only", "on")]).await;
    let body = json!({"text": "no", "on": true});
    let refused = asks(&ada, "lobby", 1, &body, 403).await;
    assert!(refused.to_string().contains("emoji only"), "{refused}");
    reacts(&ada, "lobby", 1, "👍🏽", true).await;
    let left = reacts(&ada, "lobby", 1, "yes", false).await;
    assert_eq!(kinds(&left), are(&[("👍🏽", 1)]));
    chooses_rights(&ada, &[]).await;
    asks(&ada, "lobby", 1, &body, 200).await;
    let log = ada.get("/admin/log").await.expect(200, "the log").text();
    assert!(log.contains("whether messages are answered by emoji only"));
}

async fn it_works_by_forms_without_a_script(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("<b>tea</b>?").await;
    let page = ada.get("/chat/lobby/").await.expect(200, "the room").text();
    assert!(
        page.contains("href=\"/chat/lobby/reactions?seq=1\""),
        "{page}"
    );
    let page = ada.get("/chat/lobby/reactions?seq=1").await;
    let page = page.expect(200, "how to answer").text();
    assert!(page.contains("&lt;b&gt;tea") && page.contains("Nobody has reacted yet"));
    let path = "/chat/lobby/reactions?seq=1&on=true";
    for text in ["🎉", "<i>yes</i>"] {
        let done = ada.browser.form(path, &[("text", text)]).await;
        assert_eq!(done.expect(303, text).location(), "/chat/lobby/?at=1");
    }
    let page = ada.get("/chat/lobby/").await.expect(200, "the room").text();
    assert!(
        page.contains("You reacted with") && page.contains("&lt;i&gt;yes"),
        "{page}"
    );
    assert!(!page.contains("<i>yes"));
    let off = "/chat/lobby/reactions?seq=1&on=false";
    let done = ada.browser.form(off, &[("text", "🎉")]).await;
    done.expect(303, "no longer");
    assert_eq!(kinds(&ada.history("lobby").await[0]).len(), 1);
    ada.get("/chat/lobby/reactions?seq=2")
        .await
        .expect(404, "no such message");
}

async fn nobody_answers_where_nobody_writes_any_more(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let eve = site.person("eve").await;
    let room = ada.makes_room("Tea").await;
    ada.enters(&room).await;
    ben.joins(&room).await;
    ada.says("tea?").await;
    let (path, body) = (
        format!("/api/rooms/{room}"),
        json!({"text": "🎉", "on": true}),
    );
    asks(&eve, &room, 1, &body, 403).await;
    let switch = ada.asks("PATCH", &path, &json!({"read_only": true})).await;
    switch.expect(200, "only owners write");
    asks(&ben, &room, 1, &body, 200).await;
    beside(
        &site,
        "UPDATE users SET role = 'guest', access_revision = access_revision + 1 WHERE username = 'ben'",
    );
    let off = json!({"text": "🎉", "on": false});
    asks(&ben, &room, 1, &off, 403).await;
    let archived = ada.asks("PATCH", &path, &json!({"archived": true})).await;
    archived.expect(200, "nobody does");
    asks(&ada, &room, 1, &body, 403).await;

    let direct = ada
        .posts("/api/directs", &json!({"usernames": ["eve"]}))
        .await;
    let direct = direct.expect(201, "a direct room").value();
    let slug = direct["slug"].as_str().unwrap();
    let said = format!("/api/rooms/{slug}/messages");
    ada.posts(&said, &json!({"message": "hello"}))
        .await
        .expect(201, "hello");
    asks(&eve, slug, 1, &body, 200).await;
    let blocked = ada.asks("PUT", "/api/people/eve/block", &json!({})).await;
    blocked.expect(200, "blocking");
    for person in [&ada, &eve] {
        asks(person, slug, 1, &json!({"text": "🙏", "on": true}), 403).await;
    }
}
