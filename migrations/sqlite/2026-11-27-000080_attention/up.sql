-- What gets somebody's attention in every room, and when nothing does. Who has no row has set none of it.
CREATE TABLE attention (
    user_id BIGINT PRIMARY KEY NOT NULL REFERENCES users (id),
    -- Words, one a line, as they were written.
    keywords TEXT NOT NULL DEFAULT '',
    -- Nothing disturbs from then until then; it stays when it is over, for whoever wonders later.
    undisturbed_since TIMESTAMP,
    undisturbed_until TIMESTAMP,
    -- Every day nothing disturbs between these minutes after midnight; both or neither.
    quiet_from INTEGER,
    quiet_to INTEGER,
    -- The time zone that both are meant in, by its name in the IANA's database.
    time_zone TEXT
);
