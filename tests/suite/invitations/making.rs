//! Who makes links that let others in, who ends them, and who sees what of them.

use serde_json::json;

use super::{FREELY, INVITE, asks_for, comes, joins, makes, number, own, signs_up, tokens};
use crate::site::{Database, Site};

on_both_databases!(
    a_link_works_as_long_as_its_maker_might_make_it,
    administrators_see_no_more_of_a_closed_rooms_link_than_that_it_is_there,
    a_link_is_ended_by_its_maker_and_by_administrators,
    what_was_done_about_invitations_is_written_down,
);

whatever_the_database!(
    who_makes_links_and_for_what_is_asked,
    nobody_has_more_than_fifty_links,
    where_members_may_not_invite_their_links_stop_working,
);

async fn who_makes_links_and_for_what_is_asked(database: Database) {
    let site = Site::with(database, &FREELY);
    let ada = site.person("ada").await;
    let ben = comes(&site, "ben", &own(&ada).await).await;
    let (open, closed) = (
        ada.makes_room("Open").await,
        ada.makes_closed_room("Closed").await,
    );
    asks_for(&ben, &open, &[]).await.expect(403, "not a member");
    asks_for(&ben, &closed, &[]).await.expect(404, "not there");
    let never = asks_for(&ben, "never-was", &[]).await;
    never.expect(404, "nor one that never was");
    ben.joins(&open).await;
    ada.adds("ben", &closed).await;
    makes(&ben, &open, &[]).await;
    makes(&ben, &closed, &[]).await;
    let guest = asks_for(&ben, &open, &[("role", "guest")]).await;
    guest.expect(403, "guests are invited by administrators");
    let nowhere = asks_for(&ada, "", &[("role", "guest")]).await;
    nowhere.expect(422, "a guest of no room");
    for forged in [
        ("role", "administrator"),
        ("lasts", "0"),
        ("lasts", "-1"),
        ("lasts", "99999999999999999999"),
        ("uses", "0"),
        ("uses", "-5"),
        ("uses", "7"),
        ("uses", ""),
    ] {
        let what = format!("{forged:?}");
        asks_for(&ada, "", &[forged]).await.expect(400, &what);
    }
    let direct = ada
        .posts("/api/directs", &json!({"usernames": ["ben"]}))
        .await;
    let direct = direct.expect(201, "a direct room").value();
    let slug = direct["slug"].as_str().unwrap().to_owned();
    asks_for(&ada, &slug, &[])
        .await
        .expect(403, "never more people");
    let page = ben.get("/invitations?room=open").await.expect(200, "mine");
    assert!(page.text().contains("<option value=\"open\" selected>"));
}

async fn a_link_is_ended_by_its_maker_and_by_administrators(database: Database) {
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let ben = comes(&site, "ben", &own(&ada).await).await;
    let cem = comes(&site, "cem", &own(&ada).await).await;
    let token = makes(&ben, "", &[]).await;
    let page = ben.get("/invitations").await;
    let path = format!("/invitations/{}", number(&page, &token));
    cem.browser.form(&path, &[]).await.expect(404, "not cem's");
    comes(&site, "dora", &token).await;
    let ended = ben.browser.form(&path, &[]).await.expect(303, "ended");
    assert_eq!(ended.location(), "/invitations");
    signs_up(&site.browser(), "eve", &token)
        .await
        .expect(403, "void");
    ben.browser.form(&path, &[]).await.expect(404, "gone");
    for odd in ["0", "-1", "x", "99999999999999999999"] {
        let path = format!("/invitations/{odd}");
        let answer = ada.browser.form(&path, &[]).await;
        assert!(
            matches!(answer.status, 400 | 404),
            "{odd}: {}",
            answer.status
        );
    }
}

async fn nobody_has_more_than_fifty_links(database: Database) {
    let site = Site::with(database, &FREELY);
    let ada = site.person("ada").await;
    for _ in 0..50 {
        asks_for(&ada, "", &[]).await.expect(303, "one more");
    }
    let refused = asks_for(&ada, "", &[]).await.expect(422, "too many");
    assert!(refused.text().contains("You have 50 invitations"));
    let page = ada.get("/invitations").await;
    let made = tokens(&page);
    assert_eq!(made.len(), 50);
    let path = format!("/invitations/{}", number(&page, &made[7]));
    ada.browser.form(&path, &[]).await.expect(303, "ended");
    asks_for(&ada, "", &[]).await.expect(303, "and another");
    // A crowd of makers at once is slowed down where limits are on.
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    for _ in 0..20 {
        asks_for(&ada, "", &[]).await.expect(303, "twenty at once");
    }
    asks_for(&ada, "", &[]).await.expect(429, "a moment");
}

async fn where_members_may_not_invite_their_links_stop_working(database: Database) {
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let sent = own(&ada).await;
    let ben = comes(&site, "ben", &sent).await;
    let token = makes(&ben, "", &[]).await;
    let switch = ben.browser.form("/admin/invitations", &[]).await;
    switch.expect(403, "not a member's to say");
    let switch = ada.browser.form("/admin/invitations", &[]).await;
    switch.expect(303, "administrators alone");
    asks_for(&ben, "", &[]).await.expect(403, "not any more");
    let page = ben.get("/invitations").await.expect(200, "what ben has");
    assert!(page.text().contains("administrators invite people"));
    assert!(!ben.get("/").await.text().contains("/signup?invite="));
    signs_up(&site.browser(), "eve", &token)
        .await
        .expect(403, "not any more");
    comes(&site, "cem", &sent).await;
    makes(&ada, "", &[]).await;
    let on = [("members_invite", "on")];
    let switch = ada.browser.form("/admin/invitations", &on).await;
    switch.expect(303, "everyone again");
    comes(&site, "dora", &token).await;
}

async fn what_was_done_about_invitations_is_written_down(database: Database) {
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let ben = comes(&site, "ben", &own(&ada).await).await;
    let token = makes(&ben, "lobby", &[]).await;
    let page = ben.get("/invitations").await;
    let path = format!("/invitations/{}", number(&page, &token));
    ada.browser.form(&path, &[]).await.expect(303, "ended");
    ada.browser.form("/admin/invitations", &[]).await;
    ada.browser.form("/invitation", &[("do", "end")]).await;
    let log = ada.get("/admin/log").await.text();
    let log = log.replace(['\u{2068}', '\u{2069}'], "");
    for sentence in [
        "ben made an invitation into Lobby",
        "ada ended an invitation of ben",
        "ada let only administrators make invitations",
        "ada ended the invitation link",
    ] {
        assert!(log.contains(sentence), "{sentence}: {log}");
    }
    assert!(!log.contains(&token));
}

async fn administrators_see_no_more_of_a_closed_rooms_link_than_that_it_is_there(
    database: Database,
) {
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let ben = comes(&site, "ben", &own(&ada).await).await;
    let slug = ben.makes_closed_room("Surprise for Ada").await;
    let hidden = makes(&ben, &slug, &[]).await;
    let open = makes(&ben, "", &[]).await;
    for path in ["/admin/invitations", "/admin/invitations?q=ben"] {
        let page = ada.get(path).await.expect(200, "all").text();
        assert!(page.contains(&open) && page.contains("A room for its members"));
        for secret in [hidden.as_str(), slug.as_str(), "Surprise"] {
            assert!(!page.contains(secret), "{secret} on {path}");
        }
    }
    let sought = ada.get("/admin/invitations?q=surprise").await.text();
    assert!(sought.contains("No invitation"), "nor by looking for it");
    let log = ada.get("/admin/log").await.text();
    assert!(log.contains("a room for its members") && !log.contains("Surprise"));
    // She ends it all the same.
    let page = ada.get("/admin/invitations?q=ben").await.text();
    let ends: Vec<&str> = page
        .split("action=\"/invitations/")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(ends.len(), 2);
    for id in ends {
        let path = format!("/invitations/{id}");
        let ended = ada.browser.form(&path, &[("from", "admin")]).await;
        assert_eq!(ended.expect(303, "ended").location(), "/admin/invitations");
    }
    let page = ben.get(&format!("/signup?invite={hidden}")).await;
    page.expect(403, "void");
}

async fn a_link_works_as_long_as_its_maker_might_make_it(database: Database) {
    let site = Site::with(database, &FREELY);
    let ada = site.person("ada").await;
    let ben = comes(&site, "ben", &own(&ada).await).await;
    let cem = comes(&site, "cem", &own(&ada).await).await;
    let slug = ada.makes_room("Open to all").await;
    ben.joins(&slug).await;
    let into = makes(&ben, &slug, &[]).await;
    let anywhere = makes(&ben, "", &[]).await;
    let works = async |token: &str| {
        let path = format!("/signup?invite={token}");
        let (looked, joined) = (cem.get(&path).await.status, site.browser().get(&path).await);
        assert_eq!(looked, joined.status, "for everyone alike");
        looked == 200
    };
    assert!(works(&into).await && works(&anywhere).await);
    let room = format!("/api/rooms/{slug}");
    for (change, back) in [
        (json!({"members_add": false}), json!({"members_add": true})),
        (json!({"archived": true}), json!({"archived": false})),
    ] {
        ada.asks("PATCH", &room, &change).await.expect(200, "so");
        assert!(!works(&into).await && works(&anywhere).await, "{change}");
        joins(&cem, &into).await.expect(403, "not now");
        signs_up(&site.browser(), "eve", &into)
            .await
            .expect(403, "nor with a new account");
        let mine = ben.get("/invitations").await.text();
        assert!(mine.contains("may not add people there"), "{change}");
        ada.asks("PATCH", &room, &back).await.expect(200, "so");
        assert!(works(&into).await, "{back}");
    }
    ben.puts_out("ben", &slug).await.expect(200, "ben leaves");
    assert!(!works(&into).await && works(&anywhere).await, "ben left");
    ben.joins(&slug).await;
    assert!(works(&into).await);
    let people = async |what: &str| {
        let path = "/admin/people/ben";
        let fields = [("do", what), ("hours", "24")];
        ada.browser.form(path, &fields).await
    };
    people("deactivate").await.expect(303, "out of use");
    assert!(!works(&into).await && !works(&anywhere).await, "no account");
    people("reactivate").await.expect(303, "again");
    assert!(works(&anywhere).await);
    people("suspend").await.expect(303, "for a day");
    assert!(!works(&anywhere).await, "suspended");
    people("resume").await.expect(303, "again");
    let body = json!({"name": "Open to all"});
    ada.asks("DELETE", &room, &body).await.expect(200, "gone");
    assert!(!works(&into).await && works(&anywhere).await);
}
