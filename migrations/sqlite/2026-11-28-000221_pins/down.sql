ALTER TABLE messages DROP COLUMN pinned;
DROP TABLE pins;
