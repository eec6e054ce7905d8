-- Whoever deleted their account and wanted what they said to go with it; until all of it is gone.
ALTER TABLE users ADD COLUMN words_go BOOLEAN NOT NULL DEFAULT FALSE;
