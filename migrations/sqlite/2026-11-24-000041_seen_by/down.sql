ALTER TABLE rooms DROP COLUMN shows_reading;
ALTER TABLE memberships DROP COLUMN seen_seq;
