//! What is read, what somebody wants to be told of, and what they report, as everyone who may stand to a room.

use super::Line;

const MEMBERS_SET: [&str; 2] = [
    "401 401 403 403 404 404 200 200 200 403",
    "401 401 404 404 404 404 200 200 200 404",
];
const READERS: [&str; 2] = [
    "401 401 200 200 404 404 200 200 200 200",
    "401 401 404 404 404 404 200 200 200 404",
];

pub const READING: [Line; 14] = [
    (
        "GET",
        "/search?q=hi&room={room}",
        "",
        [
            "303 303 200 200 404 404 200 200 200 200",
            "303 303 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "GET",
        "/api/search?q=hi&room={room}",
        "",
        [
            "401 401 200 200 404 404 200 200 200 200",
            "401 401 404 404 404 404 200 200 200 404",
        ],
    ),
    ("GET", "/api/rooms/{room}/reads", "", READERS),
    (
        "GET",
        "/api/rooms/{room}/moment?time=2026-11-22T18:42:07Z",
        "",
        READERS,
    ),
    ("PUT", "/api/rooms/{room}/unread", r#"{"seq":1}"#, READERS),
    ("GET", "/api/rooms/{room}/notifications", "", READERS),
    (
        "PUT",
        "/api/rooms/{room}/notifications",
        r#"{"level":"all"}"#,
        MEMBERS_SET,
    ),
    ("GET", "/api/rooms/{room}/messages/1/told", "", READERS),
    (
        "GET",
        "/chat/{room}/notifications?seq=1",
        "",
        [
            "303 303 200 200 404 404 200 200 200 200",
            "303 303 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/notifications",
        "level=all",
        [
            "303 303 403 403 404 404 303 303 303 403",
            "303 303 404 404 404 404 303 303 303 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/unread",
        "seq=1",
        [
            "303 303 303 303 404 404 303 303 303 303",
            "303 303 404 404 404 404 303 303 303 404",
        ],
    ),
    (
        "GET",
        "/chat/{room}/report?seq=1",
        "",
        [
            "303 303 200 200 404 404 200 200 200 200",
            "303 303 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/report",
        "seq=1&reason=spam",
        [
            "303 303 303 303 404 404 303 303 422 303",
            "303 303 404 404 404 404 303 303 422 404",
        ],
    ),
    (
        "POST",
        "/api/rooms/{room}/messages/1/reports",
        r#"{"reason":"spam"}"#,
        [
            "401 401 200 200 404 404 200 200 400 200",
            "401 401 404 404 404 404 200 200 400 404",
        ],
    ),
];
