-- Which picture the site shows at its door: a word that is another one for another picture, and the picture itself, apart from what
-- is read every few seconds.
ALTER TABLE site_settings ADD COLUMN logo TEXT;
CREATE TABLE logos (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    content_type TEXT NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png')),
    bytes BLOB NOT NULL
);
