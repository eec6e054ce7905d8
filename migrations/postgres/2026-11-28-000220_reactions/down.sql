ALTER TABLE site_settings DROP COLUMN emoji_only;
ALTER TABLE messages DROP COLUMN reactions;
DROP TABLE reactions;
