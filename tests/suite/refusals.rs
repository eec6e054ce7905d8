//! What is malformed gets a clear refusal and harms nobody: JSON on the socket, bytes on the connection, bodies of any size.

use serde_json::{Value, json};

use crate::people::texts;
use crate::raw::status_of;
use crate::site::{Database, Site};
use crate::socket::Upgrade;

on_both_databases!(
    a_malformed_frame_is_refused_and_the_talk_goes_on,
    text_out_of_bounds_is_refused_alike_on_socket_api_and_form,
);

whatever_the_database!(
    malformed_upgrades_are_refused,
    absurd_places_to_resume_from_do_no_harm,
    malformed_requests_are_refused,
    bodies_over_the_limit_are_refused,
    log_lines_stay_one_line,
    log_lines_stay_short,
);

async fn a_malformed_frame_is_refused_and_the_talk_goes_on(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let deep = format!(
        "{{\"message\":{}1{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    for text in [
        "",
        " ",
        "hello",
        "null",
        "5",
        "\"hello\"",
        "[]",
        "[{\"message\":\"x\"}]",
        "{",
        "{\"message\":\"x\"",
        "{\"message\":\"x\"}}",
        "{\"message\":5}",
        "{\"message\":[\"x\"]}",
        "{\"message\":{}}",
        "{\"message\":true}",
        "{\"message\":\"\\ud800\"}",
        "{\"message\":\"a\\u0000b\"}",
        "{\"type\":5}",
        "{\"type\":\"dance\"}",
        "{\"type\":[]}",
        "{\"type\":\"Message\",\"message\":\"x\"}",
        "{\"message\":\"x\",\"client_id\":5}",
        "{\"message\":\"x\",\"client_id\":\"\"}",
        "{\"message\":\"x\",\"client_id\":\"a b\"}",
        "{\"message\":\"x\",\"client_id\":\"é\"}",
        "{\"message\":\"x\",\"reply_to\":\"1\"}",
        "{\"message\":\"x\",\"reply_to\":1.5}",
        "{\"message\":\"x\",\"reply_to\":-1}",
        "{\"message\":\"x\",\"reply_to\":99999999999999999999}",
        "{\"type\":\"read\"}",
        "{\"type\":\"read\",\"seq\":\"1\"}",
        "{\"type\":\"read\",\"seq\":-1}",
        "{\"type\":\"read\",\"seq\":1e400}",
        &deep,
    ] {
        ada.socket().send_text(text).await;
        let refusal = ada.socket().expect_type("error").await;
        assert_eq!(refusal["code"], "bad_request", "{text:.60}: {refusal}");
        assert_eq!(refusal["retry"], false, "{text:.60}");
        assert!(
            !refusal["message"].as_str().unwrap_or_default().is_empty(),
            "a sentence: {refusal}"
        );
    }
    let id = "x".repeat(65);
    ada.socket()
        .send(&json!({"message": "x", "client_id": id}))
        .await;
    assert_eq!(
        ada.socket().expect_type("error").await["code"],
        "bad_request"
    );
    ada.says("still here").await;
    assert_eq!(texts(&ada.history("lobby").await), ["still here"]);
}

async fn text_out_of_bounds_is_refused_alike_on_socket_api_and_form(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let (long, longer) = ("x".repeat(16_001), "😀".repeat(16_001));
    for (text, code, status) in [
        ("", "empty", 422),
        ("   \t\n ", "empty", 422),
        ("\u{200B}\u{200D}\u{FEFF}", "empty", 422),
        (&long, "too_long", 422),
        (&longer, "too_long", 422),
        ("a\0b", "bad_request", 400),
    ] {
        ada.sends(text, "c-1").await;
        let refusal = ada.socket().expect_type("error").await;
        assert_eq!(
            (refusal["code"].as_str(), refusal["client_id"].as_str()),
            (Some(code), Some("c-1")),
            "{text:.20?}"
        );
        let answer = ada
            .posts("/api/rooms/lobby/messages", &json!({"message": text}))
            .await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code),
            "{text:.20?}"
        );
        let form = ada
            .browser
            .form("/chat/lobby/", &[("message", text), ("client_id", "c-2")])
            .await;
        assert!(
            matches!(form.status, 400 | 422),
            "{text:.20?}: {}",
            form.status
        );
    }
    ada.says(&"😀".repeat(16_000)).await;
    assert_eq!(ada.history("lobby").await.len(), 1);
}

async fn malformed_upgrades_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for (name, value, status) in [
        ("sec-websocket-version", "8", 426),
        ("sec-websocket-version", "12", 426),
        ("sec-websocket-key", "short", 400),
        ("sec-websocket-key", "!!!!!!!!!!!!!!!!!!!!!!==", 400),
        ("upgrade", "h2c", 400),
    ] {
        let request = upgrade_bytes(&ada.browser, name, Some(value));
        let found = status_of(&ada.browser, &request).await;
        assert!(
            found == Some(status) || found == Some(400),
            "{name}: {value}: {found:?}"
        );
    }
    for missing in ["sec-websocket-key", "sec-websocket-version", "upgrade"] {
        let found = status_of(&ada.browser, &upgrade_bytes(&ada.browser, missing, None)).await;
        assert!(
            found.is_some_and(|status| (400..500).contains(&status)),
            "without {missing}: {found:?}"
        );
    }
    ada.opens("lobby").await;
}

fn upgrade_bytes(browser: &crate::site::http::Browser, changed: &str, to: Option<&str>) -> Vec<u8> {
    let host = browser.host();
    let origin = format!("http://{host}");
    let cookies = browser.cookie_header().unwrap_or_default();
    let mut request = "GET /ws/chat/lobby/ HTTP/1.1\r\n".to_owned();
    for (name, value) in [
        ("host", host.as_str()),
        ("origin", &origin),
        ("cookie", &cookies),
        ("connection", "Upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ] {
        let value = if name == changed { to } else { Some(value) };
        if let Some(value) = value {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
    }
    (request + "\r\n").into_bytes()
}

async fn absurd_places_to_resume_from_do_no_harm(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let epoch = ada.socket().epoch.clone();
    for since in [
        "-1",
        "x",
        "1.5",
        "99999999999999999999999",
        "1e3",
        "%00",
        "NaN",
        "' OR 1=1 --",
    ] {
        let path = format!(
            "/ws/chat/lobby/?since={}&epoch={epoch}",
            crate::site::http::encoded(since)
        );
        assert_eq!(
            Upgrade::new(&ada.browser, &path).refusal().await,
            400,
            "{since}"
        );
    }
    let long = Upgrade::new(
        &ada.browser,
        &format!("/ws/chat/lobby/?since=0&epoch={}", "x".repeat(4_000)),
    )
    .open()
    .await;
    assert_eq!(long.welcome["resumed"], false);
}

async fn malformed_requests_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let long = "x".repeat(200_000);
    for request in [
        "NONSENSE\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        format!("GET /{long} HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\nCookie: adda={long}\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-Filler: x\r\n".repeat(500)),
        "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n".to_owned(),
        "POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
        "POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_owned(),
        "GET /chat/%ff%fe/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(),
        "GET /api/rooms/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".to_owned(),
    ] {
        let status = status_of(&ada.browser, request.as_bytes()).await;
        assert!(status.is_none_or(|status| (300..500).contains(&status)), "{request:.60?}: {status:?}");
    }
    ada.get("/api/me").await.expect(200, "it goes on");
    assert!(!site.log().contains("panicked"), "{}", site.log());
}

async fn bodies_over_the_limit_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let big = "x".repeat(2 * 1024 * 1024);
    let json = ada
        .posts("/api/rooms/lobby/messages", &json!({"message": big}))
        .await
        .expect(413, "2 MiB of JSON");
    assert_eq!(json.code(), "too_large");
    for path in ["/login", "/chat/lobby/", "/rooms"] {
        ada.browser
            .form(path, &[("message", &big), ("name", "x"), ("username", "x")])
            .await
            .expect(413, path);
    }
    let host = ada.browser.host();
    let announced = format!(
        "POST /login HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1099511627776\r\n\r\n"
    );
    assert_eq!(
        status_of(&ada.browser, announced.as_bytes()).await,
        Some(413)
    );
    let many: Vec<(String, String)> = (0..5_000)
        .map(|number| (format!("field{number}"), "x".to_owned()))
        .collect();
    let fields: Vec<(&str, &str)> = many
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = site.browser().form("/login", &fields).await;
    assert!(
        (400..500).contains(&answer.status),
        "5,000 fields: {}",
        answer.status
    );
}

async fn log_lines_stay_one_line(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let name = "eve\r\n[FORGED] all is well\u{1b}[2J";
    ada.browser
        .another()
        .form(
            "/login",
            &[("username", name), ("password", "wrong password")],
        )
        .await
        .expect(401, "eve");
    let odd = ada.get("/chat/x%0d%0a%5bFORGED%5d%1b/").await;
    assert!((300..500).contains(&odd.status));
    let origin: Value = json!({"name": "x"});
    ada.browser
        .json("POST", "/api/rooms", &origin)
        .without("Sec-Fetch-Site")
        .with("Origin", "http://evil\u{1b}[2J")
        .await;
    let log = site.log();
    assert!(
        !log.lines().any(|line| line.starts_with("[FORGED]")),
        "{log}"
    );
    assert!(
        !log.contains("\u{1b}[2J"),
        "no escape codes of other people's making"
    );
}

async fn log_lines_stay_short(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let path = format!("/{}", "p".repeat(8_000));
    let host = ada.browser.host();
    for (name, value) in [
        ("Origin", format!("http://{}", "o".repeat(8_000))),
        ("Sec-Fetch-Site", "s".repeat(8_000)),
    ] {
        ada.browser
            .ask("POST", &path)
            .with(name, &value)
            .await
            .expect(403, name);
    }
    for nonsense in ["NONSENSE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"] {
        status_of(&ada.browser, nonsense.as_bytes()).await;
    }
    ada.get("/api/me").await.expect(200, &host);
    let log = site.log();
    assert!(
        log.contains("ppp") && log.contains("ooo") && log.contains("sss"),
        "{log}"
    );
    assert!(log.lines().all(|line| line.len() < 800), "{log}");
    assert!(!log.contains("dispatcher"), "{log}");
}
