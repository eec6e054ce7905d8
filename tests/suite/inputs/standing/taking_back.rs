//! Taking back what the room's owner said, and saying it in other words; and commands, which do what somebody may do otherwise.

use super::Line;

pub(super) const TAKING_BACK: [Line; 12] = [
    (
        "POST",
        "/api/rooms/{room}/commands",
        r#"{"message":"/topic Tea"}"#,
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/",
        "message=/topic Tea",
        [
            "401 401 403 403 404 404 403 403 303 303",
            "401 401 404 404 404 404 403 403 303 404",
        ],
    ),
    (
        "GET",
        "/chat/{room}/edit?seq=1",
        "",
        [
            "303 303 403 403 404 404 403 403 200 403",
            "303 303 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/edit",
        "seq=1&message=other words",
        [
            "303 303 403 403 404 404 403 403 303 403",
            "303 303 404 404 404 404 403 403 303 404",
        ],
    ),
    (
        "PATCH",
        "/api/rooms/{room}/messages/1",
        r#"{"message":"other words"}"#,
        [
            "401 401 403 403 404 404 403 403 200 403",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "GET",
        "/chat/{room}/versions?seq=1",
        "",
        [
            "303 303 403 403 404 404 403 403 200 200",
            "303 303 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/versions",
        "seq=1",
        [
            "303 303 403 403 404 404 403 403 303 403",
            "303 303 404 404 404 404 403 403 303 404",
        ],
    ),
    (
        "GET",
        "/api/rooms/{room}/messages/1/versions",
        "",
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "DELETE",
        "/api/rooms/{room}/messages/1/versions",
        "{}",
        [
            "401 401 403 403 404 404 403 403 200 403",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "GET",
        "/chat/{room}/delete?seq=1",
        "",
        [
            "303 303 403 403 404 404 403 403 200 200",
            "303 303 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/delete",
        "seq=1",
        [
            "303 303 403 403 404 404 403 403 303 303",
            "303 303 404 404 404 404 403 403 303 404",
        ],
    ),
    (
        "DELETE",
        "/api/rooms/{room}/messages/1",
        "{}",
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
];
