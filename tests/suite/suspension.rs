//! People who may not sign in for a time.

use crate::inputs::permission::beside;
use crate::reports::{decides, posts, reads, reports};
use crate::site::nodes::Nodes;
use crate::site::{Database, PASSWORD, Site};
use crate::socket::Upgrade;

on_both_databases!(whoever_is_suspended_is_out_until_it_is_over);

whatever_the_database!(
    a_suspension_ends_by_itself,
    a_sign_in_that_is_left_to_somebody_suspended_is_none,
);

async fn whoever_is_suspended_is_out_until_it_is_over(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (mut ben, cleo) = (site.person("ben").await, site.person("cleo").await);
    ben.enters("lobby").await;
    posts(&ben, "lobby", "grr").await;
    reports(&cleo, "lobby", 1, 201).await;
    let link = ada
        .browser
        .form("/admin/people/ben", &[("do", "reset")])
        .await;
    let link = link.expect(200, "a link").text();
    let token = link.split("/reset?token=").nth(1).expect("a link");
    let token = token.split(['<', '"', '&']).next().unwrap().to_owned();
    for hours in ["", "2", "-1", "9999999"] {
        decides(&ada, 1, &[("do", "suspend"), ("hours", hours)], 400).await;
    }
    decides(&ada, 1, &[("do", "suspend"), ("hours", "24")], 303).await;
    assert_eq!(ben.socket().close_code().await, 4001);
    ben.get("/api/me").await.expect(401, "out");
    let at_login = async |password: &str| {
        let form = [("username", "ben"), ("password", password)];
        site.browser().form("/login", &form).await
    };
    let refused = at_login(PASSWORD).await.expect(403, "suspended").text();
    assert!(
        refused.contains("Your account is suspended until 20"),
        "{refused}"
    );
    let wrong = at_login("wrong one").await.expect(401, "a stranger").text();
    assert!(!wrong.contains("suspended"), "{wrong}");
    // A link for another password is no way in either, and still there afterwards.
    let form = [("token", token.as_str()), ("password", "another password")];
    let reset = site.browser().form("/reset", &form).await;
    assert!(reset.expect(403, "no way in").text().contains("suspended"));
    assert!(
        reads(&cleo, "/")
            .await
            .contains("its author was suspended for a time.")
    );
    let accounts = reads(&ada, "/admin/people?q=ben").await;
    assert!(accounts.contains("suspended until 20"), "{accounts}");
    let resume = [("do", "resume")];
    let answer = ada.browser.form("/admin/people/ben", &resume).await;
    answer.expect(303, "resumed");
    at_login(PASSWORD).await.expect(303, "in again");
    let log = reads(&ada, "/admin/log").await;
    assert!(log.contains("ada suspended ben for 24 hours"), "{log}");
    assert!(log.contains("ada ended the suspension of ben"), "{log}");
    // The last administrator is suspended by nobody; and whoever is suspended does not count as one who is left.
    let week = [("do", "suspend"), ("hours", "168")];
    let last = ada.browser.form("/admin/people/ada", &week).await;
    assert!(
        last.expect(422, "the last")
            .text()
            .contains("somebody else an administrator")
    );
    let role = [("do", "role"), ("role", "administrator")];
    let made = ada.browser.form("/admin/people/cleo", &role).await;
    made.expect(303, "two of them");
    ada.browser
        .form("/admin/people/cleo", &week)
        .await
        .expect(303, "one");
    ada.browser
        .form("/admin/people/ada", &week)
        .await
        .expect(422, "none");
    let out = [("do", "deactivate")];
    ada.browser
        .form("/admin/people/ada", &out)
        .await
        .expect(422, "none");
}

async fn a_suspension_ends_by_itself(database: Database) {
    let site = Site::start(database);
    let (ada, _ben) = (site.person("ada").await, site.person("ben").await);
    let hour = [("do", "suspend"), ("hours", "1")];
    let answer = ada.browser.form("/admin/people/ben", &hour).await;
    answer.expect(303, "suspended");
    let form = [("username", "ben"), ("password", PASSWORD)];
    site.browser()
        .form("/login", &form)
        .await
        .expect(403, "not yet");
    beside(
        &site,
        "UPDATE users SET suspended_until = datetime('now', '-1 second') WHERE username = 'ben'",
    );
    site.browser()
        .form("/login", &form)
        .await
        .expect(303, "over");
    let accounts = reads(&ada, "/admin/people?q=ben").await;
    assert!(!accounts.contains("suspended until"), "{accounts}");
}

async fn a_sign_in_that_is_left_to_somebody_suspended_is_none(database: Database) {
    let site = Site::start(database);
    let (_ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    ben.enters("lobby").await;
    beside(
        &site,
        "UPDATE users SET suspended_until = datetime('now', '+1 hour'), access_revision = access_revision + 1 \
         WHERE username = 'ben'",
    );
    ben.get("/api/me").await.expect(401, "no way in");
    assert_eq!(Upgrade::new(&ben.browser, "/ws/").refusal().await, 401);
    assert_eq!(ben.socket().close_code().await, 4001);
    beside(
        &site,
        "UPDATE users SET suspended_until = datetime('now', '-1 second') WHERE username = 'ben'",
    );
    ben.get("/api/me").await.expect(200, "it is over");
}

#[test]
fn whoever_is_suspended_is_out_on_every_node() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ben.enters("lobby").await;
        let hour = [("do", "suspend"), ("hours", "1")];
        let answer = ada.browser.form("/admin/people/ben", &hour).await;
        answer.expect(303, "suspended");
        assert_eq!(ben.socket().close_code().await, 4001);
        assert_eq!(Upgrade::new(&ben.browser, "/ws/").refusal().await, 401);
        let form = [("username", "ben"), ("password", PASSWORD)];
        let again = nodes.sites[1].browser().form("/login", &form).await;
        again.expect(403, "suspended there too");
    });
}
