-- All that is asked of it is in the index: else SQLite looks through the whole room instead.
DROP INDEX messages_to_everyone;
CREATE INDEX messages_to_everyone ON messages (room_id, seq, author_id, deleted_at, calls) WHERE calls IN ('room', 'here');
-- How many messages a room has changes by the second, and what was counted of it misleads: of a room that was nearly empty then,
-- PostgreSQL would read every message for each that is posted. Without a count it takes each room for a small part of them all. The
-- type stays what it is: naming it drops what was counted so far.
ALTER TABLE messages ALTER COLUMN room_id SET STATISTICS 0;
ALTER TABLE messages ALTER COLUMN room_id TYPE BIGINT;
