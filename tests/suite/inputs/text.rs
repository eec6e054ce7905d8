//! Text that is meant to be more than text.

use std::time::{Duration, Instant};

use serde_json::json;

use super::Before;
use crate::people::texts;
use crate::site::{Database, PASSWORD, Site};

on_both_databases!(
    texts_of_every_trick_are_kept_as_typed_and_shown_as_text,
    what_stands_in_any_field_is_text_on_every_page,
);

whatever_the_database!(
    names_that_deceive_are_refused,
    names_that_look_alike_are_taken
);

/// None of it may take longer to draw, whatever it is made of; a debug build has to draw it.
const DRAWN_WITHIN: Duration = Duration::from_secs(3);

async fn texts_of_every_trick_are_kept_as_typed_and_shown_as_text(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let before = Before::of(&site).await;
    let many = |piece: &str| piece.repeat(16_000 / piece.chars().count());
    let tricks = [
        many("*"),
        many("**a"),
        many("> "),
        many("["),
        many("[a]("),
        many("![]("),
        many("`"),
        many("```\n"),
        many("<b>"),
        many("- "),
        many("|a"),
        many("http://"),
        many("https://a.b/("),
        many("@ada "),
        many("a@b.c "),
        many("www."),
        many("\n"),
        format!("x{}", "\u{301}".repeat(1_000)),
        format!("x{}", "\u{489}".repeat(15_999)),
        many("\u{202e}abc"),
        many("\u{2066}\u{202a}x"),
        many("x\u{200b}\u{200d}\u{feff}"),
        many("👩‍👩‍👧‍👦"),
        many("﷽"),
        many("{{ 7 * 7 }}{% raw %}"),
        many("</script><!--"),
        "</script><script>alert(1)</script>".to_owned(),
        "<!-- {{ }} --> ]]> <![CDATA[ &lt;&#60;&#x3c;".to_owned(),
        "\u{2028}\u{2029}\u{85}x".to_owned(),
        "[x](javascript:alert(1)) [x](JAVASCRIPT&colon;alert(1)) <javascript:alert(1)>".to_owned(),
        "java\nscript:alert(1) data:text/html;base64,PHNjcmlwdD4= vbscript:x".to_owned(),
        "https://x.test/\u{202e}gpj.exe https://x.test/\"><img src=x>".to_owned(),
        "=cmd|' /C calc'!A0 ${jndi:ldap://x} %s%n $(id) `id` '; DROP TABLE users; --".to_owned(),
    ];
    let tricks: Vec<String> = tricks
        .into_iter()
        .map(|trick| {
            if trick.trim().is_empty() {
                format!("{}x", &trick[1..])
            } else {
                trick
            }
        })
        .collect();
    for trick in &tricks {
        let began = Instant::now();
        ada.says(trick).await;
        let seen = ben.sees(trick).await;
        assert!(
            began.elapsed() < DRAWN_WITHIN,
            "{trick:.20} took {:?}",
            began.elapsed()
        );
        let html = seen["html"].as_str().unwrap_or_default().to_lowercase();
        for wrong in [
            "<script",
            "<img",
            "<b>",
            "href=\"javascript",
            "href=\"data",
            "href=\"vbscript",
        ] {
            assert!(!html.contains(wrong), "{trick:.40}: {wrong} in {html:.200}");
        }
    }
    assert_eq!(texts(&ada.history("lobby").await), tricks);
    let page = ada
        .get("/chat/lobby/")
        .await
        .expect(200, "the page of all that")
        .text();
    for wrong in [
        "<script>alert",
        "</script><!--",
        "<img src=x",
        "href=\"javascript",
    ] {
        assert!(!page.contains(wrong), "{wrong}");
    }
    before.is_as_after(&site, 64 * 1024).await;
}

async fn what_stands_in_any_field_is_text_on_every_page(database: Database) {
    const MARKUP: &str = "</script><img src=x>{{7*7}}";
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let room = json!({"name": "hall", "topic": MARKUP});
    ada.posts("/api/rooms", &room).await.expect(201, "a room");
    let renamed = json!({"name": MARKUP});
    ada.browser
        .json("PATCH", "/api/rooms/hall", &renamed)
        .await
        .expect(200, "another name");
    let status = json!({"emoji": "☕", "text": MARKUP, "until": null});
    let profile = json!({"name": MARKUP, "about": MARKUP, "status": status});
    ada.browser
        .json("PATCH", "/api/me", &profile)
        .await
        .expect(200, "a profile");
    let looks = [
        ("do", "looks"),
        ("name", MARKUP),
        ("accent", "indigo"),
        ("house_rules", MARKUP),
        ("contact", MARKUP),
    ];
    ada.browser
        .form("/admin/site", &looks)
        .await
        .expect(303, "how the site looks");
    let message = json!({"message": MARKUP});
    ada.posts("/api/rooms/hall/messages", &message)
        .await
        .expect(201, "a message");
    let written = "&lt;/script&gt;&lt;img src=x&gt;{{7*7}}";
    for path in [
        "/",
        "/rooms",
        "/chat/hall/",
        "/chat/hall/details",
        "/chat/nowhere/",
        "/people/ada/",
        "/settings",
        "/admin/people",
        "/admin/rooms",
        "/admin/site",
        "/admin/log",
    ] {
        let page = ada.get(path).await.text().replace("&#x2F;", "/");
        assert!(page.contains(written), "{path}: {page}");
        for wrong in ["<img src=x", "</script><img", ">49<"] {
            assert!(!page.contains(wrong), "{path}: {wrong}");
        }
    }
}

const INVISIBLE: [&str; 4] = [
    "\u{200b}\u{200d}",
    "\u{3164}",
    "\u{2800}",
    "\u{115f}\u{1160}",
];

/// What turns the direction of what stands around it, or breaks its line.
const DECEIVING: [&str; 10] = [
    "ada\u{202e}nimda",
    "\u{202d}ada",
    "\u{2066}ada",
    "ada\u{2069}",
    "a\nb",
    "a\r\nb",
    "a\u{85}b",
    "a\u{2028}b",
    "a\u{2029}b",
    "a\u{1b}[2Jb",
];

async fn names_that_deceive_are_refused(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    for name in DECEIVING.into_iter().chain(INVISIBLE) {
        let fields = [("username", "zoe"), ("password", PASSWORD), ("name", name)];
        let answer = site.browser().form("/signup", &fields).await;
        assert_eq!(answer.status, 422, "{name:?}");
        let answer = ada.posts("/api/rooms", &json!({"name": name})).await;
        assert_eq!(answer.status, 400, "{name:?}: {}", answer.text());
        let answer = ada.browser.form("/rooms", &[("name", name)]).await;
        assert!(
            (400..500).contains(&answer.status),
            "{name:?}: {}",
            answer.status
        );
    }
    for topic in DECEIVING {
        let room = json!({"name": "hall", "topic": topic});
        let answer = ada.posts("/api/rooms", &room).await;
        assert_eq!(answer.status, 400, "{topic:?}: {}", answer.text());
    }
    let marks = format!("a{}", "\u{301}".repeat(1_000));
    let fields = [
        ("username", "zoe"),
        ("password", PASSWORD),
        ("name", &marks),
    ];
    site.browser()
        .form("/signup", &fields)
        .await
        .expect(422, "a thousand marks");
    let long = json!({"name": "hall", "topic": "x".repeat(257)});
    ada.posts("/api/rooms", &long)
        .await
        .expect(422, "a long topic");
    super::unharmed(&site);
}

async fn names_that_look_alike_are_taken(database: Database) {
    let site = Site::unlimited(database);
    site.person("scope.paypal").await;
    for twin in [
        "SCOPE.PAYPAL",
        "sсоре.раураl",
        "ｓｃｏｐｅ.paypal",
        "ѕcope.paypal",
        "scope.paypa1",
    ] {
        let fields = [("username", twin), ("password", PASSWORD)];
        let answer = site.browser().form("/signup", &fields).await;
        assert_eq!(answer.status, 422, "{twin}");
    }
}
