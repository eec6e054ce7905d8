-- Files that people sent: those that arrive, those that wait for their message, and those that belong to one. Their bytes lie
-- beside the database, under the same id.
CREATE TABLE uploads (
    id TEXT PRIMARY KEY NOT NULL,
    uploader_id BIGINT NOT NULL REFERENCES users (id),
    -- No reference: the room may be deleted before its files are.
    room_id BIGINT NOT NULL,
    -- The message that it belongs to, and its place there.
    seq BIGINT,
    position INTEGER NOT NULL DEFAULT 0,
    covered BOOLEAN NOT NULL DEFAULT FALSE,
    -- `gone`: nobody finds it any more, and its bytes are still to be deleted.
    state TEXT NOT NULL CHECK (state IN ('arriving', 'whole', 'gone')),
    name TEXT NOT NULL,
    -- By its content, once that is there.
    content_type TEXT NOT NULL DEFAULT '',
    size BIGINT NOT NULL,
    sha256 BLOB,
    -- In pixels, as it is shown.
    width INTEGER,
    height INTEGER,
    duration_ms BIGINT,
    -- How loud somebody's voice is along the way, in 64 steps; only where it is a voice message.
    peaks BLOB,
    animated BOOLEAN NOT NULL DEFAULT FALSE,
    -- Of what type its small picture is, where it has one.
    thumbnail TEXT,
    created_at TIMESTAMP NOT NULL
) WITHOUT ROWID;
CREATE INDEX uploads_by_message ON uploads (room_id, seq) WHERE seq IS NOT NULL;
CREATE INDEX uploads_by_uploader ON uploads (uploader_id, created_at);
CREATE INDEX uploads_unsent ON uploads (created_at) WHERE seq IS NULL;
-- How many files a message has, and how many of them are pictures: so that nobody looks for those of a message without any.
ALTER TABLE messages ADD COLUMN attachments INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN images INTEGER NOT NULL DEFAULT 0;
