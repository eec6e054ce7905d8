-- What administrators did, for whoever asks later: rows are only added.
CREATE TABLE audit (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at TIMESTAMP NOT NULL,
    actor_id BIGINT NOT NULL REFERENCES users (id),
    action TEXT NOT NULL,
    -- What it was done to, by the name it had then.
    subject TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT ''
);
