//! What is read, and what somebody wants to be told of, as everyone who may stand to a room.

use super::Line;

const MEMBERS_SET: [&str; 2] = [
    "401 401 403 403 404 404 200 200 200 403",
    "401 401 404 404 404 404 200 200 200 404",
];
const READERS: [&str; 2] = [
    "401 401 200 200 404 404 200 200 200 200",
    "401 401 404 404 404 404 200 200 200 404",
];

pub const READING: [Line; 8] = [
    ("GET", "/api/rooms/{room}/reads", "", READERS),
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
];
