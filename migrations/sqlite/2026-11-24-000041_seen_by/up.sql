-- Up to where others see that somebody has read: unlike their own mark it never falls. Shown in direct rooms, and in others where
-- their owners want it.
ALTER TABLE memberships ADD COLUMN seen_seq BIGINT NOT NULL DEFAULT 0;
UPDATE memberships SET seen_seq = read_seq;
ALTER TABLE rooms ADD COLUMN shows_reading BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE rooms SET shows_reading = TRUE WHERE kind = 'direct';
