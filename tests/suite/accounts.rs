//! How people sign in and out again, and what their cookies are like.

use crate::people::Person;
use crate::site::http::Answer;
use crate::site::{Database, PASSWORD, Site};

on_both_databases!(
    signing_out_ends_the_sign_in_and_its_sockets,
    a_sign_in_survives_a_restart,
);

whatever_the_database!(
    cookies_are_the_sites_alone,
    spaces_around_a_name_change_nothing,
    signing_in_leads_where_one_wanted_to_go,
);

async fn signing_out_ends_the_sign_in_and_its_sockets(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let phone = ada.browser.another();
    phone
        .form("/login", &[("username", "ada"), ("password", PASSWORD)])
        .await
        .expect(303, "at the phone");
    ada.enters("lobby").await;
    let mut elsewhere = ada.opens_lobby_page().await;
    let mut on_the_phone = Person::at(phone.clone()).opens("lobby").await;
    let replayed = ada.browser.cookie("adda").unwrap();

    let out = ada
        .browser
        .form("/logout", &[])
        .await
        .expect(303, "signed out");
    assert_eq!(out.location(), "/login");
    assert_eq!(ada.socket().close_code().await, 4001);
    assert_eq!(elsewhere.close_code().await, 4001);
    ada.get("/api/me").await.expect(401, "the browser forgot");
    ada.browser.set_cookie("adda", &replayed);
    ada.get("/api/me")
        .await
        .expect(401, "and so did the server");
    on_the_phone.sees_nothing_more().await;
    phone
        .get("/api/me")
        .await
        .expect(200, "the phone is signed in still");
}

async fn a_sign_in_survives_a_restart(database: Database) {
    let mut site = Site::start(database);
    let ada = site.person("ada").await;
    site.start_again();
    assert_eq!(ada.reads("/api/me").await["username"], "ada");
}

async fn cookies_are_the_sites_alone(database: Database) {
    let site = Site::start(database);
    site.person("ada").await;
    let fields = [("username", "ada"), ("password", PASSWORD)];
    let signed_in = site
        .browser()
        .form("/login", &fields)
        .await
        .expect(303, "for as long as the browser runs");
    let cookie = cookie_line(&signed_in, "adda=");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute}: {cookie}");
    }
    assert!(
        !cookie.contains("Max-Age") && !cookie.contains("Expires"),
        "a session cookie: {cookie}"
    );
    assert!(
        !cookie.contains("Secure") && !cookie.contains("Domain"),
        "{cookie}"
    );

    let remembered = [
        ("username", "ada"),
        ("password", PASSWORD),
        ("remember", "on"),
    ];
    let signed_in = site
        .browser()
        .form("/login", &remembered)
        .await
        .expect(303, "for 30 days");
    let cookie = cookie_line(&signed_in, "adda=");
    assert!(cookie.contains("Max-Age=2592000"), "{cookie}");
    let token = cookie.split(['=', ';']).nth(1).unwrap();
    assert!(token.len() >= 43, "256 random bits: {token}");

    let fixed = site.browser();
    fixed.set_cookie("adda", "chosen-by-somebody-else-chosen-by-somebody");
    fixed
        .form("/login", &fields)
        .await
        .expect(303, "with a cookie already there");
    assert_ne!(
        fixed.cookie("adda").unwrap(),
        "chosen-by-somebody-else-chosen-by-somebody"
    );
}

async fn spaces_around_a_name_change_nothing(database: Database) {
    let site = Site::start(database);
    site.person("ada").await;
    let known_by = async |name: &str| {
        let browser = site.browser();
        let fields = [("username", name), ("password", PASSWORD)];
        browser.form("/login", &fields).await.expect(303, name);
        browser
            .cookie("adda_known")
            .expect("it is known from now on")
    };
    assert_eq!(known_by(" ada ").await, known_by("ada").await);
}

async fn signing_in_leads_where_one_wanted_to_go(database: Database) {
    let site = Site::start(database);
    site.person("ada").await;
    for (next, leads_to) in [
        ("/chat/lobby/", "/chat/lobby/"),
        (
            "/chat/%E0%A6%AC%E0%A6%87/?at=5",
            "/chat/%E0%A6%AC%E0%A6%87/?at=5",
        ),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example/", "/"),
        ("/\t/evil.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
    ] {
        let fields = [("username", "ada"), ("password", PASSWORD), ("next", next)];
        let answer = site
            .browser()
            .form("/login", &fields)
            .await
            .expect(303, next);
        assert_eq!(answer.location(), leads_to, "{next:?}");
    }
}

pub fn cookie_line(answer: &Answer, beginning: &str) -> String {
    let line = answer
        .all("set-cookie")
        .find(|line| line.starts_with(beginning));
    line.unwrap_or_else(|| panic!("no cookie {beginning} in {:?}", answer.headers))
        .to_owned()
}
