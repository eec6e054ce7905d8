-- What messages said before their authors edited them, for whoever may read that: by the revision under which they said it.
CREATE TABLE versions (
    room_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    text TEXT NOT NULL,
    replaced_at TIMESTAMP NOT NULL,
    PRIMARY KEY (room_id, seq, revision),
    FOREIGN KEY (room_id, seq) REFERENCES messages (room_id, seq) ON DELETE CASCADE
);
-- The revision under which a message came to say what it says; NULL where that is what was first said. What else happens to it
-- raises its revision too, and makes nobody's edit stale.
ALTER TABLE messages ADD COLUMN worded_revision BIGINT;
-- Whether members read earlier versions too, and not only their author and whoever looks after the room.
ALTER TABLE site_settings ADD COLUMN members_see_versions BOOLEAN NOT NULL DEFAULT FALSE;
