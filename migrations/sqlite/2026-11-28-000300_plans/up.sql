-- All that is asked of it is in the index: else SQLite looks through the whole room instead.
DROP INDEX messages_to_everyone;
CREATE INDEX messages_to_everyone ON messages (room_id, seq, author_id, deleted_at, calls) WHERE calls IN ('room', 'here');
