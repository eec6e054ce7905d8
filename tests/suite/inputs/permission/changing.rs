//! Saying what was said in other words, and reading what it said before.

use super::Body::{Form, Json, Nothing};
use super::Route;

pub(super) const CHANGING: [Route; 9] = [
    ("GET", "/writing", Nothing, [303, 200, 200]),
    (
        "POST",
        "/api/rooms/lobby/commands",
        Json("{\"message\":\"/me waves\"}"),
        [401, 200, 200],
    ),
    ("GET", "/chat/lobby/edit?seq=999", Nothing, [303, 404, 404]),
    (
        "POST",
        "/chat/lobby/edit",
        Form(&[("seq", "999"), ("message", "x")]),
        [303, 404, 404],
    ),
    (
        "PATCH",
        "/api/rooms/lobby/messages/999",
        Json("{\"message\":\"x\"}"),
        [401, 404, 404],
    ),
    (
        "GET",
        "/chat/lobby/versions?seq=999",
        Nothing,
        [303, 403, 404],
    ),
    (
        "POST",
        "/chat/lobby/versions",
        Form(&[("seq", "999")]),
        [303, 403, 403],
    ),
    (
        "GET",
        "/api/rooms/lobby/messages/999/versions",
        Nothing,
        [401, 403, 404],
    ),
    (
        "DELETE",
        "/api/rooms/lobby/messages/999/versions",
        Json("{}"),
        [401, 403, 403],
    ),
];
