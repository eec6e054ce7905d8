ALTER TABLE users DROP COLUMN status_until;
ALTER TABLE users DROP COLUMN status_text;
ALTER TABLE users DROP COLUMN status_emoji;
ALTER TABLE users DROP COLUMN hides_reading;
ALTER TABLE users DROP COLUMN hides_last_seen;
ALTER TABLE users DROP COLUMN invisible;
ALTER TABLE users DROP COLUMN about;
