-- What people answer a message with in a sign or a few words. A kind is one with and without the selectors of an emoji's looks;
-- its text and its place among the others are those it came with first.
CREATE TABLE reactions (
    room_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    kind TEXT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    text TEXT NOT NULL,
    place BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (room_id, seq, kind, user_id),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX reactions_by_user ON reactions (user_id, room_id, seq);
-- How many there are, so that whoever reads a message without any asks for none.
ALTER TABLE messages ADD COLUMN reactions BIGINT NOT NULL DEFAULT 0;
-- Whether nothing else than an emoji may be one.
ALTER TABLE site_settings ADD COLUMN emoji_only BOOLEAN NOT NULL DEFAULT FALSE;
