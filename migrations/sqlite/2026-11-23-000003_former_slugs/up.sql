-- What a room was called in URLs before it was closed: its members are led on, and the name is free for others.
CREATE TABLE former_slugs (
    slug TEXT NOT NULL,
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    PRIMARY KEY (slug, room_id)
) WITHOUT ROWID;
