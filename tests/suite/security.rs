//! What our pages tell browsers, and what text and fields cannot do to them.

use serde_json::json;

use crate::people::Person;
use crate::site::{Database, PASSWORD, Site};

whatever_the_database!(
    every_page_forbids_what_it_does_not_need,
    no_page_holds_script_or_style_of_its_own,
    text_that_looks_like_markup_stays_text,
    files_outside_of_static_are_out_of_reach,
    forged_fields_change_nothing,
);

async fn every_page_forbids_what_it_does_not_need(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let stranger = Person::at(site.browser());
    for (person, path) in [
        (&ada, "/"),
        (&ada, "/chat/lobby/"),
        (&ada, "/chat/nowhere/"),
        (&ada, "/nothing"),
        (&stranger, "/login"),
        (&stranger, "/signup"),
        (&stranger, "/reset?token=x"),
        (&stranger, "/setup"),
    ] {
        let answer = person.get(path).await;
        let policy = answer
            .header("content-security-policy")
            .unwrap_or_default()
            .to_owned();
        for part in [
            "default-src 'none'",
            "script-src 'self'",
            "worker-src 'self'",
            "style-src 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ] {
            assert!(policy.contains(part), "{path}: {part} in {policy:?}");
        }
        assert!(!policy.contains("unsafe"), "{path}: {policy}");
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "private, no-store"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path}");
        }
        assert!(
            answer.header("server").is_none() && answer.header("x-powered-by").is_none(),
            "{path}"
        );
    }
}

async fn no_page_holds_script_or_style_of_its_own(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    ada.posts(
        "/api/rooms/lobby/messages",
        &json!({"message": "see https://example.com\nand go"}),
    )
    .await
    .expect(201, "a post");
    let stranger = Person::at(site.browser());
    for (person, path) in [
        (&ada, "/"),
        (&ada, "/chat/lobby/"),
        (&ada, "/nothing"),
        (&stranger, "/login"),
        (&stranger, "/signup"),
    ] {
        let page = person.get(path).await.text();
        for tag in page
            .split('<')
            .skip(1)
            .map(|rest| rest.split('>').next().unwrap_or_default())
        {
            assert!(!tag.starts_with("style"), "{path}: <{tag}>");
            assert!(!tag.contains(" style="), "{path}: <{tag}>");
            assert!(
                !tag.split_whitespace()
                    .any(|word| word.starts_with("on") && word.contains('=')),
                "{path}: <{tag}>"
            );
            if tag.starts_with("script") {
                assert!(
                    tag.contains("src=") || tag.contains("application/json"),
                    "{path}: <{tag}>"
                );
            }
        }
    }
}

/// What stands in the tags of some HTML.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    let parts = html.split('<').skip(1);
    parts.filter_map(|part| part.split('>').next())
}

async fn text_that_looks_like_markup_stays_text(database: Database) {
    let site = Site::unlimited(database);
    let token = site.take_setup_token().unwrap();
    let markup = "</script><img src=x onerror=alert(1)>{{ 7 * 7 }}";
    let browser = site.browser();
    let fields = [
        ("token", token.as_str()),
        ("username", "ada"),
        ("password", PASSWORD),
        ("name", markup),
    ];
    browser.form("/setup", &fields).await.expect(303, "set up");
    let ada = Person::at(browser);
    let room = json!({"name": markup, "kind": "open", "topic": markup});
    let slug = ada
        .posts("/api/rooms", &room)
        .await
        .expect(201, "a room")
        .value()["slug"]
        .as_str()
        .unwrap()
        .to_owned();
    for text in [
        markup,
        "javascript:alert(1)",
        "JaVaScRiPt://%0aalert(1)",
        "data:text/html,<script>alert(1)</script>",
        "https://x.test/\"onmouseover=alert(1)",
        "https://x.test/'><img src=x>",
    ] {
        let stored = ada
            .posts(
                &format!("/api/rooms/{slug}/messages"),
                &json!({"message": text}),
            )
            .await
            .expect(201, text)
            .value();
        let html = stored["html"].as_str().unwrap_or_default().to_lowercase();
        assert!(
            !html.contains("href=\"javascript") && !html.contains("href=\"data"),
            "{text}: {html}"
        );
        assert!(
            !html.contains("<img")
                && !html.contains("<script")
                && tags(&html).all(|tag| !tag.contains("onmouseover")),
            "{text}: {html}"
        );
    }
    for path in ["/", &format!("/chat/{slug}/"), "/chat/lobby/"] {
        let page = ada.get(path).await.expect(200, path).text();
        assert!(
            !page.contains("<img src=x") && !page.contains("</script><img"),
            "{path}"
        );
        assert!(
            !page.contains(" 49<") && !page.contains(">49"),
            "{path}: text is no template"
        );
    }
    let page = ada.get("/chat/%3Cimg%20src=x%20onerror=alert(1)%3E/").await;
    assert!(
        !page.text().contains("<img src=x"),
        "an address is text as well"
    );
    let page = site
        .browser()
        .get("/login?next=%22%3E%3Cimg%20src=x%3E")
        .await
        .text();
    assert!(!page.contains("<img src=x"), "and so is a query");
}

async fn files_outside_of_static_are_out_of_reach(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for path in [
        "/static/../Cargo.toml",
        "/static/x/../../Cargo.toml",
        "/static/%2e%2e/Cargo.toml",
        "/static/x/%2e%2e%2f%2e%2e%2fCargo.toml",
        "/static/x/..%5c..%5cCargo.toml",
        "/static//etc/passwd",
        "/static/x//etc/passwd",
        "/static/x/%2fetc/passwd",
        "/static/x/%00",
        "/static/x/css/../../../src/main.rs",
        "/static/x/%252e%252e/%252e%252e/Cargo.toml",
        "/static/",
    ] {
        let answer = ada.get(path).await;
        assert!(
            matches!(answer.status, 308 | 400 | 404),
            "{path}: {}",
            answer.status
        );
        assert!(
            !answer.text().contains("[package]") && !answer.text().contains("root:"),
            "{path}"
        );
    }
    let page = ada.get("/").await.text();
    let file = page
        .split('"')
        .find(|part| part.starts_with("/static/") && part.ends_with(".css"))
        .unwrap()
        .to_owned();
    for range in [
        "bytes=0-0",
        "bytes=-1",
        "bytes=5-2",
        "bytes=0-99999999999999",
        "lines=1-2",
        "bytes=0-1,2-3,4-5",
    ] {
        let answer = ada.get(&file).with("Range", range).await;
        assert!(
            matches!(answer.status, 200 | 206 | 416),
            "{range}: {}",
            answer.status
        );
    }
}

async fn forged_fields_change_nothing(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    let forged = json!({
        "message": "it was ada", "username": "ada", "name": "Ada", "seq": 900, "revision": 900, "kind": "notice",
        "sent_at": "2001-01-01T00:00:00.000Z", "html": "<img src=x>", "room": "elsewhere", "deleted": true, "client_id": "c-1",
    });
    let mut socket = ben.opens("lobby").await;
    socket.send(&forged).await;
    let seen = ada.sees("it was ada").await;
    assert_eq!(
        (&seen["username"], &seen["seq"], &seen["revision"]),
        (&json!("ben"), &json!(1), &json!(1))
    );
    assert!(
        seen.get("html").is_none() && seen.get("kind").is_none() && seen.get("deleted").is_none(),
        "{seen}"
    );
    assert!(!seen["sent_at"].as_str().unwrap().starts_with("2001"));
    ben.browser
        .json(
            "PUT",
            "/api/rooms/lobby/read",
            &json!({"seq": 1, "username": "ada"}),
        )
        .await
        .expect(200, "his own mark");
    assert_eq!(
        ada.reads("/api/rooms/lobby").await["read_seq"],
        ada.socket().welcome["room"]["read_seq"],
        "hers is where it was"
    );
}
