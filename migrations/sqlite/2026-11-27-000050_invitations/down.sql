ALTER TABLE site DROP COLUMN members_invite;
ALTER TABLE site ADD COLUMN invite_token TEXT NOT NULL DEFAULT '';
UPDATE site SET invite_token = COALESCE((SELECT MAX(token) FROM invitations WHERE made_by IS NULL), '');
DROP TABLE invitations;
