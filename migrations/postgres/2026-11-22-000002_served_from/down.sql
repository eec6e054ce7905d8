ALTER TABLE site DROP COLUMN served_from;
