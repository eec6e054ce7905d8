//! Answering what the room's owner said, and pinning it.

use super::Line;

pub(super) const ANSWERING: [Line; 8] = [
    (
        "PUT",
        "/api/rooms/{room}/messages/1/reactions",
        r#"{"text":"🎉","on":true}"#,
        [
            "401 401 403 403 404 404 200 200 200 403",
            "401 401 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "PUT",
        "/api/rooms/{room}/messages/1/reactions",
        r#"{"text":"🎉","on":false,"all":true}"#,
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "GET",
        "/api/rooms/{room}/messages/1/reactions",
        "",
        [
            "401 401 200 200 404 404 200 200 200 200",
            "401 401 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "GET",
        "/chat/{room}/reactions?seq=1",
        "",
        [
            "303 303 200 200 404 404 200 200 200 200",
            "303 303 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/reactions?seq=1&on=true",
        "text=well",
        [
            "303 303 403 403 404 404 303 303 303 403",
            "303 303 404 404 404 404 303 303 303 404",
        ],
    ),
    (
        "PUT",
        "/api/rooms/{room}/messages/1/pin",
        r#"{"on":true}"#,
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "GET",
        "/chat/{room}/pins",
        "",
        [
            "303 303 200 200 404 404 200 200 200 200",
            "303 303 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/pins",
        "unpin=1",
        [
            "303 303 403 403 404 404 403 403 303 303",
            "303 303 404 404 404 404 403 403 303 404",
        ],
    ),
];
