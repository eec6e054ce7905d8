-- What somebody says of themself, and what they keep to themself: whether they are there, when they were last, and up to where
-- they have read.
ALTER TABLE users ADD COLUMN about TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN invisible BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN hides_last_seen BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN hides_reading BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE users ADD COLUMN status_emoji TEXT;
ALTER TABLE users ADD COLUMN status_text TEXT;
ALTER TABLE users ADD COLUMN status_until TIMESTAMP;
