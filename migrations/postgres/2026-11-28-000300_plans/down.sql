DROP INDEX messages_to_everyone;
CREATE INDEX messages_to_everyone ON messages (room_id, seq) WHERE calls IN ('room', 'here');
ALTER TABLE messages ALTER COLUMN room_id SET STATISTICS -1;
