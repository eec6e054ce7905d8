-- Whom somebody does not want to hear, and whether they do not want to be written to by them either.
CREATE TABLE muted_people (
    user_id BIGINT NOT NULL REFERENCES users (id),
    muted_id BIGINT NOT NULL REFERENCES users (id),
    blocked BOOLEAN NOT NULL DEFAULT FALSE,
    since TIMESTAMP NOT NULL,
    PRIMARY KEY (user_id, muted_id)
);
