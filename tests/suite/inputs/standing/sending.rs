//! Sending files, as everyone who may stand to a room.

use super::Line;

/// A file that nobody sends.
const NOWHERE: [&str; 2] = [
    "401 401 404 404 404 404 404 404 404 404",
    "401 401 404 404 404 404 404 404 404 404",
];

pub(super) const SENDING: [Line; 5] = [
    (
        "POST",
        "/api/rooms/{room}/uploads",
        "{}",
        [
            "401 401 415 415 404 404 415 415 415 415",
            "401 401 404 404 404 404 415 415 415 404",
        ],
    ),
    (
        "POST",
        "/api/rooms/{room}/uploads/parts",
        r#"{"name":"tea","size":3}"#,
        [
            "401 401 201 201 404 404 201 201 201 201",
            "401 401 404 404 404 404 201 201 201 404",
        ],
    ),
    (
        "GET",
        "/api/rooms/{room}/uploads/parts/aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "",
        NOWHERE,
    ),
    (
        "PATCH",
        "/api/rooms/{room}/uploads/parts/aaaaaaaaaaaaaaaaaaaaaaaaaa?offset=0",
        "{}",
        NOWHERE,
    ),
    (
        "DELETE",
        "/api/rooms/{room}/uploads/parts/aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "{}",
        NOWHERE,
    ),
];
