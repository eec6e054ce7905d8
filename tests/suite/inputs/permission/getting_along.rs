//! Muting, blocking and reporting.

use super::Body::{Form, Json, Nothing};
use super::Route;

pub(super) const GETTING_ALONG: [Route; 11] = [
    ("GET", "/api/me/muted", Nothing, [401, 200, 200]),
    ("GET", "/api/me/reports", Nothing, [401, 200, 200]),
    ("GET", "/admin/reports", Nothing, [303, 403, 200]),
    (
        "POST",
        "/admin/reports/1",
        Form(&[("do", "dismiss")]),
        [303, 403, 404],
    ),
    ("POST", "/settings/reports", Form(&[]), [303, 303, 303]),
    (
        "POST",
        "/api/rooms/lobby/messages/999/reports",
        Json("{\"reason\":\"spam\"}"),
        [401, 404, 404],
    ),
    (
        "PUT",
        "/api/people/nobody/mute",
        Json("{}"),
        [401, 404, 404],
    ),
    (
        "DELETE",
        "/api/people/nobody/mute",
        Json("{}"),
        [401, 200, 200],
    ),
    (
        "PUT",
        "/api/people/nobody/block",
        Json("{}"),
        [401, 404, 404],
    ),
    (
        "DELETE",
        "/api/people/nobody/block",
        Json("{}"),
        [401, 200, 200],
    ),
    (
        "POST",
        "/people/nobody/",
        Form(&[("do", "mute")]),
        [303, 404, 404],
    ),
];
