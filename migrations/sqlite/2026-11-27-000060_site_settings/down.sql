ALTER TABLE rooms DROP COLUMN joined_by_newcomers;
DROP TABLE site_settings;
