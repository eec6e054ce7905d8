-- What a room keeps at hand: its messages that somebody pinned.
CREATE TABLE pins (
    room_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (room_id, seq),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX pins_by_user ON pins (user_id);
-- So that whoever reads a message that is not pinned asks for nothing.
ALTER TABLE messages ADD COLUMN pinned BOOLEAN NOT NULL DEFAULT FALSE;
