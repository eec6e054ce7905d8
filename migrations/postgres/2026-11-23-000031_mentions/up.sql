-- Whom a message names: nobody, people, or everyone in its room at once.
ALTER TABLE messages ADD COLUMN calls TEXT CHECK (calls IN ('people', 'room', 'here'));
CREATE INDEX messages_to_everyone ON messages (room_id, seq) WHERE calls IN ('room', 'here');

CREATE TABLE mentions (
    user_id BIGINT NOT NULL REFERENCES users (id),
    room_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (user_id, room_id, seq),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq) ON DELETE CASCADE
);
CREATE INDEX mentions_by_message ON mentions (room_id, seq);
