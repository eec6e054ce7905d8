ALTER TABLE messages DROP COLUMN images;
ALTER TABLE messages DROP COLUMN attachments;
DROP TABLE uploads;
