//! What people do to their own account: another password, and signing out browsers that they left somewhere.

use crate::people::Person;
use crate::site::http::Browser;
use crate::site::nodes::Nodes;
use crate::site::{Database, PASSWORD, Site};

const ANOTHER: &str = "a longer, easier talk";
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

on_both_databases!(
    no_sign_in_by_the_former_password_outlives_it,
    another_password_signs_out_every_other_browser,
    whoever_does_not_know_the_password_sets_no_other,
    browsers_are_listed_and_signed_out_one_by_one_or_together,
    nobody_signs_out_what_is_not_theirs,
);

/// The same person's other browser.
async fn signed_in(site: &Site, username: &str, password: &str) -> Browser {
    let browser = site.browser();
    let fields = [("username", username), ("password", password)];
    browser
        .form("/login", &fields)
        .with("User-Agent", FIREFOX)
        .await
        .expect(303, "signing in");
    browser
}

async fn sets_password(
    person: &Person,
    current: &str,
    password: &str,
) -> crate::site::http::Answer {
    let fields = [("current", current), ("password", password)];
    person.browser.form("/settings/password", &fields).await
}

async fn another_password_signs_out_every_other_browser(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let phone = Person::at(signed_in(&site, "ada", PASSWORD).await);
    let mut at_desk = ada.opens("lobby").await;
    let mut on_phone = phone.opens("lobby").await;
    let changed = sets_password(&ada, PASSWORD, ANOTHER).await;
    assert_eq!(
        changed.expect(303, "changing it").location(),
        "/settings?done=password"
    );
    assert_eq!(on_phone.close_code().await, 4001);
    phone.get("/api/me").await.expect(401, "signed out");
    ada.get("/api/me").await.expect(200, "this browser stays");
    at_desk.sees_nothing_more().await;
    site.browser()
        .form("/login", &[("username", "ada"), ("password", PASSWORD)])
        .await
        .expect(401, "the old password");
    signed_in(&site, "ada", ANOTHER).await;
    let page = ada.get("/settings?done=password").await.text();
    assert!(page.contains("The password is changed."), "{page}");
}

async fn whoever_does_not_know_the_password_sets_no_other(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGN_INS_PER_MINUTE", "3")]);
    let ada = site.person("ada").await;
    let short = sets_password(&ada, PASSWORD, "short").await;
    assert!(
        short
            .expect(422, "too short")
            .text()
            .contains("id=\"password-refusal\"")
    );
    for _ in 0..3 {
        let wrong = sets_password(&ada, "not that one", ANOTHER).await;
        assert!(wrong.text().contains("That is not your current password."));
        assert_eq!(wrong.status, 422);
    }
    let mut statuses = Vec::new();
    for _ in 0..20 {
        statuses.push(sets_password(&ada, "nor this one", ANOTHER).await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    site.browser()
        .form(
            "/settings/password",
            &[("current", PASSWORD), ("password", ANOTHER)],
        )
        .await
        .expect(303, "whoever is not signed in is sent to do so");
    ada.get("/api/me").await.expect(200, "nothing has changed");
}

async fn browsers_are_listed_and_signed_out_one_by_one_or_together(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let phone = Person::at(signed_in(&site, "ada", PASSWORD).await);
    let mut on_phone = phone.opens("lobby").await;
    let page = ada.get("/settings").await.expect(200, "settings");
    for words in ["This browser", "Firefox", "Linux", "127.0.0.1"] {
        assert!(page.text().contains(words), "{words}");
    }
    let id = page.field("id");
    ada.browser
        .form("/settings/sign-ins", &[("id", &id)])
        .await
        .expect(303, "signing the phone out");
    assert_eq!(on_phone.close_code().await, 4001);
    phone.get("/api/me").await.expect(401, "signed out");
    let (tablet, library) = (
        signed_in(&site, "ada", PASSWORD).await,
        signed_in(&site, "ada", PASSWORD).await,
    );
    ada.browser
        .form("/settings/sign-ins", &[])
        .await
        .expect(303, "all others");
    for other in [tablet, library] {
        other.get("/api/me").await.expect(401, "signed out");
    }
    ada.get("/api/me").await.expect(200, "this one stays");
}

async fn nobody_signs_out_what_is_not_theirs(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    signed_in(&site, "ada", PASSWORD).await;
    let id = ada.get("/settings").await.text();
    let id = id.split("name=\"id\" value=\"").nth(1).unwrap();
    let id = id.split('"').next().unwrap();
    for wanted in [id, "1", "-1", "9223372036854775807"] {
        ben.browser
            .form("/settings/sign-ins", &[("id", wanted)])
            .await
            .expect(303, "as if there were none");
    }
    assert!(
        ada.get("/settings")
            .await
            .text()
            .contains(&format!("value=\"{id}\""))
    );
    ben.browser
        .form("/settings/sign-ins", &[("id", "x")])
        .await
        .expect(400, "no number");
}

#[test]
fn another_password_signs_out_at_the_other_node_too() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let ada = nodes.sites[0].person("ada").await;
        let phone = Person::at(signed_in(&nodes.sites[1], "ada", PASSWORD).await);
        let mut on_phone = phone.opens("lobby").await;
        sets_password(&ada, PASSWORD, ANOTHER)
            .await
            .expect(303, "changing it");
        assert_eq!(on_phone.close_code().await, 4001);
    });
}

/// Comparing a password takes long: some of these were right when they were compared, and come too late.
async fn no_sign_in_by_the_former_password_outlives_it(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let browsers: Vec<_> = (0..6).map(|_| site.browser()).collect();
    let credentials = [("username", "ada"), ("password", PASSWORD)];
    let sign_ins = browsers
        .iter()
        .map(async |browser| browser.form("/login", &credentials).await);
    let (changed, answers) = tokio::join!(
        sets_password(&ada, PASSWORD, ANOTHER),
        futures_util::future::join_all(sign_ins)
    );
    changed.expect(303, "another password");
    for (browser, answer) in browsers.into_iter().zip(answers) {
        assert!(matches!(answer.status, 303 | 401), "{}", answer.status);
        let there = Person::at(browser).get("/api/me").await;
        there.expect(401, "whoever knows the former one is out");
    }
    ada.get("/api/me").await.expect(200, "she herself is not");
}
