//! Paths answer the methods they know, and name them to whoever uses another.

use crate::site::{Database, Site};

whatever_the_database!(
    a_wrong_method_is_told_the_right_ones,
    what_answers_get_answers_head,
);

async fn a_wrong_method_is_told_the_right_ones(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for (method, path, allowed) in [
        ("DELETE", "/login", "GET, HEAD, POST"),
        ("GET", "/logout", "POST"),
        ("GET", "/join", "POST"),
        ("DELETE", "/invitations", "GET, HEAD, POST"),
        ("GET", "/invitations/1", "POST"),
        ("POST", "/", "GET, HEAD"),
        ("PUT", "/chat/lobby/", "GET, HEAD, POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("OPTIONS", "/rooms", "GET, HEAD, POST"),
        ("DELETE", "/api/rooms", "GET, HEAD, POST"),
        ("GET", "/api/rooms/lobby/read", "PUT"),
        ("POST", "/api/rooms/lobby/moment", "GET, HEAD"),
        ("GET", "/api/people/ada/mute", "PUT, DELETE"),
        ("POST", "/api/rooms/lobby/notifications", "GET, HEAD, PUT"),
        ("DELETE", "/api/me/notifications", "GET, HEAD, PATCH"),
        ("GET", "/settings/notifications", "POST"),
        ("POST", "/api/me/avatar", "PUT, DELETE"),
        ("GET", "/settings/avatar", "POST"),
        ("PATCH", "/api/rooms/lobby/messages", "GET, HEAD, POST"),
        ("GET", "/api/rooms/lobby/messages/1", "PATCH, DELETE"),
        (
            "PUT",
            "/api/rooms/lobby/messages/1/versions",
            "GET, HEAD, DELETE",
        ),
        ("PUT", "/chat/lobby/edit", "GET, HEAD, POST"),
        ("PUT", "/chat/lobby/versions", "GET, HEAD, POST"),
        (
            "DELETE",
            "/api/rooms/lobby/messages/1/reactions",
            "GET, HEAD, PUT",
        ),
        ("GET", "/api/rooms/lobby/messages/1/pin", "PUT"),
        ("POST", "/api/rooms/lobby/pins", "GET, HEAD"),
        ("PUT", "/chat/lobby/pins", "GET, HEAD, POST"),
        ("PUT", "/chat/lobby/reactions", "GET, HEAD, POST"),
        ("GET", "/api/rooms/lobby/uploads", "POST"),
        (
            "POST",
            "/api/rooms/lobby/uploads/parts/a",
            "GET, HEAD, PATCH, DELETE",
        ),
        ("POST", "/files/a/b", "GET, HEAD"),
        ("POST", "/ws/", "GET"),
        ("HEAD", "/ws/chat/lobby/", "GET"),
    ] {
        let what = format!("{method} {path}");
        let answer = ada.browser.ask(method, path).await.expect(405, &what);
        assert_eq!(answer.header("allow"), Some(allowed), "{what}");
        assert!(answer.header("content-security-policy").is_some(), "{what}");
        if method == "HEAD" {
            continue;
        }
        if path.starts_with("/api") || path.starts_with("/ws") {
            assert_eq!(answer.code(), "method_not_allowed", "{what}");
        } else {
            assert!(answer.text().contains("<h1"), "{what}: {}", answer.text());
        }
    }
    for path in ["/nothing", "/api/nothing", "/ws/nothing/"] {
        ada.browser
            .ask("DELETE", path)
            .await
            .expect(404, "what is not there has no methods");
    }
}

async fn what_answers_get_answers_head(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for path in [
        "/",
        "/chat/lobby/",
        "/chat/nowhere/",
        "/chat/lobby",
        "/healthz",
        "/api/me",
        "/api/users",
        "/api/me/muted",
        "/api/rooms",
        "/api/rooms/lobby",
        "/api/rooms/nowhere",
        "/api/rooms/lobby/messages",
        "/api/rooms/lobby/changes?since=0",
        "/api/rooms/lobby/moment?time=2026-11-22T18:42:07Z",
    ] {
        let (get, head) = (ada.get(path).await, ada.browser.ask("HEAD", path).await);
        assert_eq!(get.status, head.status, "{path}");
        assert_eq!(
            get.header("content-type"),
            head.header("content-type"),
            "{path}"
        );
        assert!(head.body.is_empty(), "{path}: {}", head.text());
    }
}
