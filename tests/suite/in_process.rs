//! The application inside a test's own process, under actix's test server: for tests of other people's code around it.

use std::sync::{Arc, RwLock};

use actix_test::TestServer;
use adda::config::Config;
use adda::server::Site;

use crate::accounts::cookie_line;
use crate::people::Person;
use crate::site::PASSWORD;
use crate::site::http::Browser;
use crate::socket::Upgrade;

const SETUP_TOKEN: &str = "a-token-of-the-tests-own";

#[actix_web::test]
async fn people_talk_in_a_process_of_the_tests_own() {
    let data = tempfile::tempdir().unwrap();
    let site = open(&data, &[]);
    let server = serve(&site);
    let mut ada = Person::at(browser(&server));
    let fields = [
        ("token", SETUP_TOKEN),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    ada.browser
        .form("/setup", &fields)
        .await
        .expect(303, "set up");
    let mut ben = Person::at(browser(&server));
    let fields = [("username", "ben"), ("password", PASSWORD)];
    ben.browser
        .form("/signup", &fields)
        .await
        .expect(303, "ben joins");

    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("Is this thing on?").await;
    ben.sees("Is this thing on?").await;
    ben.loses_the_connection();
    ada.says("Still there?").await;
    assert!(ben.comes_back().await);
    ben.sees("Still there?").await;
    site.close().await;
    assert_eq!(ada.socket().close_code().await, 1012);
}

#[actix_web::test]
async fn two_sites_in_one_process_have_nothing_in_common() {
    let data = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
    let sites = [open(&data[0], &[]), open(&data[1], &["--signup", "closed"])];
    let servers = [serve(&sites[0]), serve(&sites[1])];
    let fields = [
        ("token", SETUP_TOKEN),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    let ada = browser(&servers[0]);
    ada.form("/setup", &fields).await.expect(303, "set up");
    let elsewhere = browser(&servers[1]);
    elsewhere.set_cookie("adda", &ada.cookie("adda").unwrap());
    elsewhere
        .get("/api/me")
        .await
        .expect(401, "a cookie of the other site");
    elsewhere
        .get(&format!("/setup?token={SETUP_TOKEN}"))
        .await
        .expect(200, "still to be set up");
    for site in &sites {
        site.close().await;
    }
}

#[actix_web::test]
async fn cookies_of_a_secure_site_are_secure() {
    let data = tempfile::tempdir().unwrap();
    let site = open(&data, &["--url", "https://chat.example.com"]);
    let server = serve(&site);
    let browser = browser(&server);
    let fields = [
        ("token", SETUP_TOKEN),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    let done = browser
        .form("/setup", &fields)
        .with("Origin", "https://chat.example.com")
        .await
        .expect(303, "set up");
    let cookie = cookie_line(&done, "__Host-adda=");
    for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
        assert!(cookie.contains(attribute), "{attribute}: {cookie}");
    }
    Upgrade::new(&browser, "/ws/")
        .with("origin", "https://chat.example.com")
        .open()
        .await;
    assert_eq!(
        Upgrade::new(&browser, "/ws/").refusal().await,
        403,
        "the address it listens on is not the site's own"
    );
    site.close().await;
}

fn open(data: &tempfile::TempDir, flags: &[&str]) -> Site {
    let folder = data.path().to_str().unwrap();
    let mut all = vec![
        "--data",
        folder,
        "--signup",
        "open",
        "--setup-token",
        SETUP_TOKEN,
    ];
    if flags.contains(&"--signup") {
        all.drain(2..4);
    }
    all.extend(flags);
    Site::open(Config::from_flags(&all).unwrap()).unwrap()
}

fn serve(site: &Site) -> TestServer {
    let site = site.clone();
    actix_test::start(move || site.app())
}

fn browser(server: &TestServer) -> Browser {
    Browser::new(Arc::new(RwLock::new(server.addr())))
}
