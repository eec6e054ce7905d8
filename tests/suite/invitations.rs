//! Links that let others in: whom they let in and where, and when they let in nobody any more.

mod making;

use serde_json::json;

use crate::inputs::beside;
use crate::people::Person;
use crate::site::http::{Answer, Browser};
use crate::site::nodes::Nodes;
use crate::site::{Database, PASSWORD, Site, repository};

on_both_databases!(
    a_link_into_a_room_leads_there_with_a_new_account_or_an_old_one,
    of_many_who_come_by_its_last_use_one_gets_in,
    looking_at_a_link_uses_nothing_up,
    a_link_into_a_closed_room_adds_people_with_a_notice,
    whoever_was_removed_does_not_come_back_by_a_link,
    a_guest_comes_into_one_room_and_sees_nothing_else,
    a_link_that_was_sent_before_there_were_several_keeps_working,
);

whatever_the_database!(
    the_link_of_a_site_from_before_is_taken_over,
    where_nobody_makes_accounts_a_link_still_leads_into_its_room,
    where_anyone_makes_an_account_a_wrong_link_says_so,
    whatever_is_no_token_is_a_wrong_link,
);

const INVITE: [(&str, &str); 1] = [("ADDA_SIGNUP", "invite")];
const FREELY: [(&str, &str); 2] = [("ADDA_SIGNUP", "invite"), ("ADDA_MESSAGES_PER_SECOND", "0")];

/// Makes a link; its token, the newest on the page.
async fn makes(person: &Person, room: &str, more: &[(&str, &str)]) -> String {
    asks_for(person, room, more)
        .await
        .expect(303, "an invitation");
    let page = person.get("/invitations").await.expect(200, "mine");
    tokens(&page).remove(0)
}

async fn asks_for(person: &Person, room: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("room", room), ("lasts", "7"), ("uses", "unlimited")];
    fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    fields.extend(more);
    person.browser.form("/invitations", &fields).await
}

/// The tokens of a page's links, in their order.
fn tokens(page: &Answer) -> Vec<String> {
    let text = page.text();
    let mut found: Vec<String> = text
        .split("/signup?invite=")
        .skip(1)
        .map(|rest| rest.split(['"', '<']).next().unwrap().to_owned())
        .collect();
    found.dedup();
    found
}

/// The number by which a page's form ends the link of that token.
fn number(page: &Answer, token: &str) -> String {
    let text = page.text();
    let before = text.split(token).next().unwrap();
    let (_, form) = before.rsplit_once("action=\"/invitations/").unwrap();
    form.split('"').next().unwrap().to_owned()
}

async fn signs_up(browser: &Browser, username: &str, token: &str) -> Answer {
    let fields = [
        ("username", username),
        ("password", PASSWORD),
        ("invite", token),
    ];
    browser.form("/signup", &fields).await
}

/// Somebody new, by a link.
async fn comes(site: &Site, username: &str, token: &str) -> Person {
    let browser = site.browser();
    signs_up(&browser, username, token)
        .await
        .expect(303, &format!("{username} comes"));
    Person::at(browser)
}

async fn joins(person: &Person, token: &str) -> Answer {
    person.browser.form("/join", &[("invite", token)]).await
}

/// The token of the site's own link.
async fn own(person: &Person) -> String {
    let page = person.get("/").await.expect(200, "the first page");
    tokens(&page).remove(0)
}

async fn a_link_into_a_room_leads_there_with_a_new_account_or_an_old_one(database: Database) {
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let ben = comes(&site, "ben", &own(&ada).await).await;
    let slug = ben.makes_room("Rowing club").await;
    let token = makes(&ben, &slug, &[]).await;
    let browser = site.browser();
    let form = browser.get(&format!("/signup?invite={token}")).await;
    let text = form.expect(200, "the form").text();
    assert!(text.contains("ben invites you to Rowing club"), "{text}");
    let came = signs_up(&browser, "cem", &token).await.expect(303, "cem");
    assert_eq!(came.location(), format!("/chat/{slug}/"));
    let cem = Person::at(browser);
    assert_eq!(
        cem.reads(&format!("/api/rooms/{slug}")).await["joined"],
        true
    );
    assert_eq!(cem.reads("/api/rooms/lobby").await["joined"], true);
    // With an account: a page that asks, and then the room.
    let page = ada.get(&format!("/signup?invite={token}")).await;
    let page = page.expect(200, "where it leads to");
    assert_eq!(page.field("invite"), token);
    let came = joins(&ada, &token).await.expect(303, "ada joins");
    assert_eq!(came.location(), format!("/chat/{slug}/"));
    assert_eq!(
        ada.reads(&format!("/api/rooms/{slug}")).await["joined"],
        true
    );
    let again = ada.get(&format!("/signup?invite={token}")).await;
    assert!(again.text().contains("in this room already"));
    joins(&ada, &token).await.expect(303, "nothing more to do");
    let mine = ben.get("/invitations").await.text();
    assert!(mine.contains("2 people came by it"), "{mine}");
    // A sign-in on the way comes back to it.
    let away = site.browser();
    let next = format!("/signup?invite={token}");
    let credentials = [("username", "ada"), ("password", PASSWORD), ("next", &next)];
    let back = away.form("/login", &credentials).await.expect(303, "in");
    assert_eq!(back.location(), next);
    let whole = ada
        .get(&format!("/signup?invite={}", own(&ada).await))
        .await;
    assert!(whole.text().contains("nothing more to do"));
}

async fn of_many_who_come_by_its_last_use_one_gets_in(database: Database) {
    let site = Site::with(database, &FREELY);
    let ada = site.person("ada").await;
    let token = makes(&ada, "", &[("uses", "1")]).await;
    let names = ["ben", "cem", "dora", "eli", "fay"];
    let browsers = names.map(|_| site.browser());
    let attempts = browsers
        .iter()
        .zip(names)
        .map(|(browser, name)| signs_up(browser, name, &token));
    let answers = futures_util::future::join_all(attempts).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403, 403, 403, 403]);
    let people = ada.reads("/api/users").await;
    assert_eq!(people["users"].as_array().unwrap().len(), 2, "{people}");
    // The same of people who have accounts, into a closed room, each by the notice that they leave.
    let mut others = Vec::new();
    for name in ["gus", "hal", "ida"] {
        others.push(comes(&site, name, &own(&ada).await).await);
    }
    let slug = ada.makes_closed_room("Few").await;
    let token = makes(&ada, &slug, &[("uses", "1")]).await;
    let attempts = others.iter().map(|person| joins(person, &token));
    let answers = futures_util::future::join_all(attempts).await;
    let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 403, 403]);
    let members = ada.reads(&format!("/api/rooms/{slug}/members")).await;
    assert_eq!(members["members"].as_array().unwrap().len(), 2, "{members}");
    assert_eq!(ada.history(&slug).await.len(), 1, "one notice");
}

async fn looking_at_a_link_uses_nothing_up(database: Database) {
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let token = makes(&ada, "lobby", &[("uses", "1")]).await;
    let path = format!("/signup?invite={token}");
    for _ in 0..3 {
        site.browser().get(&path).await.expect(200, "a preview");
    }
    // Nor does a form that is refused.
    let short = [
        ("username", "ben"),
        ("password", "short"),
        ("invite", &token),
    ];
    let refused = site.browser().form("/signup", &short).await;
    assert_eq!(refused.expect(422, "too short").field("invite"), token);
    comes(&site, "ben", &token).await;
    let late = site.browser().get(&path).await.expect(403, "used up");
    assert!(late.text().contains("This invitation is not valid"));
    assert!(ada.get("/invitations").await.text().contains("used up"));
}

async fn a_link_into_a_closed_room_adds_people_with_a_notice(database: Database) {
    let site = Site::with(database, &INVITE);
    let mut ada = site.person("ada").await;
    let ben = comes(&site, "ben", &own(&ada).await).await;
    let slug = ada.makes_closed_room("Board").await;
    ada.enters(&slug).await;
    let token = makes(&ada, &slug, &[]).await;
    let mut page = ben.opens_lobby_page().await;
    joins(&ben, &token).await.expect(303, "ben joins");
    let notice = ada.socket().expect_type("message").await;
    assert_eq!(
        (
            &notice["kind"],
            &notice["username"],
            &notice["event"]["code"],
            &notice["event"]["person"]["username"]
        ),
        (
            &json!("notice"),
            &json!("ada"),
            &json!("added"),
            &json!("ben")
        )
    );
    page.awaits("the room in ben's list", |frame| {
        frame["type"] == "activity" && frame["slug"] == slug.as_str()
    })
    .await;
    let cem = comes(&site, "cem", &token).await;
    let notice = ada.socket().expect_type("message").await;
    assert_eq!(notice["event"]["person"]["username"], "cem");
    assert_eq!(cem.history(&slug).await.len(), 2);
    ada.says("welcome").await;
}

async fn whoever_was_removed_does_not_come_back_by_a_link(database: Database) {
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let ben = comes(&site, "ben", &own(&ada).await).await;
    let rooms = [
        ada.makes_room("Open").await,
        ada.makes_closed_room("Closed").await,
    ];
    for slug in rooms {
        let token = makes(&ada, &slug, &[]).await;
        ada.adds("ben", &slug).await;
        ada.puts_out("ben", &slug).await.expect(200, "removed");
        let page = ben.get(&format!("/signup?invite={token}")).await;
        let text = page.expect(403, "not for ben").text();
        assert!(!text.contains("invites you"), "{text}");
        joins(&ben, &token).await.expect(403, "removed");
        let room = ben.get(&format!("/api/rooms/{slug}")).await;
        room.expect(404, "still out");
    }
}

async fn a_guest_comes_into_one_room_and_sees_nothing_else(database: Database) {
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    for slug in [
        ada.makes_room("Open").await,
        ada.makes_closed_room("Closed").await,
    ] {
        let token = makes(&ada, &slug, &[("role", "guest")]).await;
        let page = site.browser().get(&format!("/signup?invite={token}")).await;
        assert!(page.text().contains("You come as a guest"));
        let name = format!("guest-of-{}", slug.split('-').next().unwrap());
        let guest = comes(&site, &name, &token).await;
        assert_eq!(guest.reads("/api/me").await["role"], "guest");
        let rooms = guest.reads("/api/rooms").await;
        let rooms = rooms["rooms"].as_array().unwrap();
        assert_eq!(rooms.len(), 1, "{rooms:?}");
        assert_eq!(rooms[0]["slug"], slug.as_str());
        guest.get("/invitations").await.expect(403, "guests");
        asks_for(&guest, &slug, &[]).await.expect(403, "guests");
        assert!(!guest.get("/").await.text().contains("/signup?invite="));
        // Somebody with an account stays what they are.
        let name = format!("member-of-{name}");
        let member = comes(&site, &name, &own(&ada).await).await;
        joins(&member, &token).await.expect(303, "in");
        assert_eq!(member.reads("/api/me").await["role"], "member");
    }
}

async fn a_link_that_was_sent_before_there_were_several_keeps_working(database: Database) {
    let site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let sent = own(&ada).await;
    makes(&ada, "", &[]).await;
    for name in ["ben", "cem"] {
        let person = comes(&site, name, &sent).await;
        assert_eq!(own(&person).await, sent, "{name} may pass it on");
        let renew = person.browser.form("/invitation", &[("do", "end")]).await;
        renew.expect(403, "not a member's to end");
    }
    let end = ada.browser.form("/invitation", &[("do", "end")]).await;
    end.expect(303, "ended");
    signs_up(&site.browser(), "eve", &sent)
        .await
        .expect(403, "void");
    let page = ada.get("/").await.text();
    assert!(page.contains("There is no link for everyone") && page.contains("/invitations"));
    let again = ada.browser.form("/invitation", &[]).await;
    again.expect(303, "another");
    assert_ne!(own(&ada).await, sent);
}

async fn where_nobody_makes_accounts_a_link_still_leads_into_its_room(database: Database) {
    let mut site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let ben = comes(&site, "ben", &own(&ada).await).await;
    let slug = ada.makes_closed_room("Board").await;
    let token = makes(&ada, &slug, &[]).await;
    site.restarts_with("ADDA_SIGNUP", "closed");
    let page = site.browser().get(&format!("/signup?invite={token}")).await;
    let text = page.expect(403, "no accounts").text();
    assert!(text.contains("No new accounts") && text.contains("next=/signup%3Finvite%3D"));
    signs_up(&site.browser(), "eve", &token)
        .await
        .expect(403, "no accounts");
    joins(&ben, &token).await.expect(303, "ben joins");
    ben.get(&format!("/chat/{slug}/")).await.expect(200, "in");
}

async fn where_anyone_makes_an_account_a_wrong_link_says_so(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let slug = ada.makes_room("Rowing club").await;
    let token = makes(&ada, &slug, &[]).await;
    let wrong = site.browser().get("/signup?invite=made-up").await;
    let text = wrong.expect(403, "a wrong link").text();
    assert!(text.contains("not valid") && text.contains("href=\"/signup\""));
    let browser = site.browser();
    let came = signs_up(&browser, "ben", &token).await.expect(303, "ben");
    assert_eq!(came.location(), format!("/chat/{slug}/"));
    signs_up(&site.browser(), "cem", "")
        .await
        .expect(303, "without one");
}

async fn whatever_is_no_token_is_a_wrong_link(database: Database) {
    let site = Site::with(
        database,
        &[("ADDA_SIGNUP", "invite"), ("ADDA_SIGN_INS_PER_MINUTE", "0")],
    );
    let ada = site.person("ada").await;
    let long = "x".repeat(5_000);
    for odd in ["' OR 1=1 --", "nul\0", "%", "আড্ডা", &long, "-"] {
        joins(&ada, odd).await.expect(403, odd);
        signs_up(&site.browser(), "eve", odd).await.expect(403, odd);
    }
    joins(&ada, "").await.expect(403, "none at all");
    let nobody = Person::at(site.browser());
    let answer = joins(&nobody, &own(&ada).await).await.expect(303, "nobody");
    assert!(answer.location().starts_with("/login"));
    ada.get("/").await.expect(200, "all is well");
}

#[test]
fn whoever_joins_by_a_link_is_shown_on_every_node() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[1].person("ben").await;
        let slug = ada.makes_closed_room("Board").await;
        ada.enters(&slug).await;
        let token = makes(&ada, &slug, &[]).await;
        joins(&ben, &token).await.expect(303, "ben joins");
        let notice = ada.socket().expect_type("message").await;
        assert_eq!(notice["event"]["person"]["username"], "ben");
    });
}

async fn the_link_of_a_site_from_before_is_taken_over(database: Database) {
    let mut site = Site::with(database, &INVITE);
    let ada = site.person("ada").await;
    let sent = own(&ada).await;
    site.kill();
    let change = "migrations/sqlite/2026-11-27-000050_invitations/down.sql";
    let back = std::fs::read_to_string(repository(change)).unwrap();
    let forget = "DELETE FROM __diesel_schema_migrations WHERE version = '20261127000050'";
    beside(&site, &format!("{back}{forget}"));
    site.start_again();
    assert_eq!(own(&ada).await, sent);
    comes(&site, "ben", &sent).await;
}
