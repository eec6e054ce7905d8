-- What messages are found by: derived from them, and made anew where it is of another version or history. SQLite has it in a file
-- of its own.
CREATE TABLE search_messages (
    -- When it was said, and then its number: newest first is this order.
    id BIGINT PRIMARY KEY NOT NULL,
    room_id BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    line TEXT NOT NULL,
    words TSVECTOR NOT NULL,
    UNIQUE (room_id, seq)
);
-- What waits to be sorted in is looked through by every search: little of it.
CREATE INDEX search_messages_by_words ON search_messages USING GIN (words) WITH (gin_pending_list_limit = 256);

-- How far the index is with each room. Rooms that are gone are found here, so they are not referred to.
CREATE TABLE search_rooms (
    room_id BIGINT PRIMARY KEY NOT NULL,
    revision BIGINT NOT NULL,
    first_seq BIGINT NOT NULL,
    is_open BOOLEAN NOT NULL
);

-- One row: what the index was made with, and whether it has caught up since.
CREATE TABLE search_state (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    version BIGINT NOT NULL,
    epoch TEXT NOT NULL,
    complete BOOLEAN NOT NULL
);
