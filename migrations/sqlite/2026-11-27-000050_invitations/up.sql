-- Links that let others in. The token is kept as it is, so that whoever made a link can show it again: unlike a sign-in's it is
-- meant to be passed on.
CREATE TABLE invitations (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    -- Nobody's: the site's own, which everyone who may invite passes on.
    made_by BIGINT REFERENCES users (id),
    made_at TIMESTAMP NOT NULL,
    -- Where it leads to, beside the rooms that everybody joins.
    room_id BIGINT REFERENCES rooms (id),
    -- What whoever makes an account by it becomes.
    role TEXT NOT NULL CHECK (role IN ('member', 'guest')),
    expires_at TIMESTAMP,
    uses BIGINT NOT NULL DEFAULT 0,
    uses_max BIGINT,
    CHECK (made_by IS NOT NULL OR room_id IS NULL),
    CHECK (room_id IS NOT NULL OR role = 'member')
);
CREATE INDEX invitations_by_maker ON invitations (made_by);
CREATE INDEX invitations_by_room ON invitations (room_id);
INSERT INTO invitations (token, made_at, role) SELECT invite_token, created_at, 'member' FROM site;
ALTER TABLE site DROP COLUMN invite_token;
-- Whether members make invitations too, or only administrators.
ALTER TABLE site ADD COLUMN members_invite BOOLEAN NOT NULL DEFAULT TRUE;
