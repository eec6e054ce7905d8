//! Taking back what the room's owner said.

use super::Line;

pub(super) const TAKING_BACK: [Line; 3] = [
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
