ALTER TABLE site_settings DROP COLUMN members_see_versions;
ALTER TABLE messages DROP COLUMN worded_revision;
DROP TABLE versions;
