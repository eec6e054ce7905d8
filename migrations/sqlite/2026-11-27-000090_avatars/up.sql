-- Which picture somebody has: a word that is another one for another picture. Beside the name, since both are read together.
ALTER TABLE users ADD COLUMN avatar TEXT;

-- The pictures themselves, apart from what is read of everybody.
CREATE TABLE avatars (
    user_id BIGINT PRIMARY KEY NOT NULL REFERENCES users (id),
    content_type TEXT NOT NULL CHECK (content_type IN ('image/jpeg', 'image/png')),
    bytes BLOB NOT NULL
);
