-- Messages that somebody reported, each with a copy of it and of what was said around it. A row goes after thirty days.
CREATE TABLE reports (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    -- No reference: the room may be deleted before its reports go.
    room_id BIGINT NOT NULL,
    room_name TEXT NOT NULL,
    room_kind TEXT NOT NULL,
    seq BIGINT NOT NULL,
    author_id BIGINT NOT NULL REFERENCES users (id),
    reporter_id BIGINT NOT NULL REFERENCES users (id),
    reason TEXT NOT NULL CHECK (reason IN ('spam', 'harassment', 'hate', 'private', 'illegal', 'other')),
    words TEXT NOT NULL,
    -- The messages as the reporter saw them, in JSON.
    copy TEXT NOT NULL,
    reported_at TIMESTAMP NOT NULL,
    closed_at TIMESTAMP,
    -- What was done, in words with spaces between.
    outcome TEXT NOT NULL DEFAULT '',
    -- What the reporter is told of it.
    note TEXT NOT NULL DEFAULT '',
    -- Whether the reporter has seen what came of it.
    seen BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (reporter_id, room_id, seq)
);
CREATE INDEX reports_by_message ON reports (room_id, seq);
CREATE INDEX reports_open ON reports (id) WHERE closed_at IS NULL;
CREATE INDEX reports_by_age ON reports (reported_at);
