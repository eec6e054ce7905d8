DROP TABLE logos;
ALTER TABLE site_settings DROP COLUMN logo;
