DROP TABLE mentions;
DROP INDEX messages_to_everyone;
ALTER TABLE messages DROP COLUMN calls;
