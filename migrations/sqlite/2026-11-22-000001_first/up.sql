-- One row: who this site is, and the secrets that its nodes share.
CREATE TABLE site (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    site_id TEXT NOT NULL,
    epoch TEXT NOT NULL,
    secret_key BLOB NOT NULL,
    setup_token TEXT,
    invite_token TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE users (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    username TEXT NOT NULL UNIQUE,
    skeleton TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('administrator', 'member', 'guest', 'bot')),
    password_hash TEXT,
    locale TEXT,
    access_revision BIGINT NOT NULL DEFAULT 0,
    created_at TIMESTAMP NOT NULL,
    last_seen_at TIMESTAMP,
    deactivated_at TIMESTAMP
);

-- A browser that is signed in. The cookie's token is not here, only its SHA-256.
CREATE TABLE sign_ins (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    token_hash BLOB NOT NULL UNIQUE,
    user_id BIGINT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    extended_at TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX sign_ins_by_user ON sign_ins (user_id);
CREATE INDEX sign_ins_by_expiry ON sign_ins (expires_at);

CREATE TABLE password_resets (
    token_hash BLOB PRIMARY KEY NOT NULL,
    user_id BIGINT NOT NULL REFERENCES users (id),
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX password_resets_by_user ON password_resets (user_id);

CREATE TABLE rooms (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('open', 'closed', 'direct')),
    topic TEXT NOT NULL DEFAULT '',
    first_seq BIGINT NOT NULL DEFAULT 1,
    people_key TEXT UNIQUE,
    created_by BIGINT NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    archived_at TIMESTAMP
);

-- Apart from rooms and narrow, so that taking a number touches little and many heads can be compared cheaply.
CREATE TABLE room_counters (
    room_id BIGINT PRIMARY KEY NOT NULL REFERENCES rooms (id),
    last_seq BIGINT NOT NULL DEFAULT 0,
    revision BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE memberships (
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    user_id BIGINT NOT NULL REFERENCES users (id),
    state TEXT NOT NULL CHECK (state IN ('joined', 'left', 'removed')),
    role TEXT NOT NULL CHECK (role IN ('owner', 'member')),
    level TEXT NOT NULL DEFAULT 'all' CHECK (level IN ('all', 'mentions', 'nothing')),
    joined_seq BIGINT NOT NULL,
    left_seq BIGINT,
    history_from_seq BIGINT NOT NULL DEFAULT 1,
    read_seq BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (room_id, user_id)
) WITHOUT ROWID;
CREATE INDEX memberships_by_user ON memberships (user_id);

-- What was said and what happened, each row in its newest state.
CREATE TABLE messages (
    room_id BIGINT NOT NULL REFERENCES rooms (id),
    seq BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    kind TEXT CHECK (kind IN ('notice')),
    event TEXT,
    author_id BIGINT NOT NULL REFERENCES users (id),
    author_name TEXT NOT NULL,
    client_id TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    text TEXT NOT NULL,
    html TEXT,
    markup_version INTEGER NOT NULL,
    reply_to BIGINT,
    thread_root BIGINT,
    sent_at TIMESTAMP NOT NULL,
    edited_at TIMESTAMP,
    deleted_at TIMESTAMP,
    PRIMARY KEY (room_id, seq)
) WITHOUT ROWID;
CREATE UNIQUE INDEX messages_by_revision ON messages (room_id, revision);
-- Known for ever: a retry, however late, finds the first one.
CREATE UNIQUE INDEX messages_by_client_id ON messages (room_id, author_id, client_id);
