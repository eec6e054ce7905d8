-- What administrators choose for the whole site: one row, and a number that rises with each change, by which other nodes notice.
CREATE TABLE site_settings (
    id BIGINT PRIMARY KEY NOT NULL CHECK (id = 1),
    revision BIGINT NOT NULL DEFAULT 0,
    -- Empty: adda's own.
    name TEXT NOT NULL DEFAULT '',
    accent TEXT NOT NULL DEFAULT 'indigo',
    contact TEXT NOT NULL DEFAULT '',
    house_rules TEXT NOT NULL DEFAULT '',
    -- invite, open, closed; where ADDA_SIGNUP is set, that counts.
    signup TEXT NOT NULL DEFAULT 'invite',
    -- Whether whoever makes an account themself waits until somebody lets them in.
    approves BOOLEAN NOT NULL DEFAULT FALSE,
    -- members, administrators, nobody.
    makes_rooms TEXT NOT NULL DEFAULT 'members',
    starts_directs TEXT NOT NULL DEFAULT 'members'
);
INSERT INTO site_settings (id) VALUES (1);
-- Whoever gets an account becomes a member of these.
ALTER TABLE rooms ADD COLUMN joined_by_newcomers BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE rooms SET joined_by_newcomers = TRUE WHERE slug = 'lobby' AND kind = 'open';
