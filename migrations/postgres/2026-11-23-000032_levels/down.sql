ALTER TABLE memberships DROP COLUMN muted_until;
ALTER TABLE memberships DROP COLUMN told_of;
ALTER TABLE memberships ADD COLUMN level TEXT NOT NULL DEFAULT 'all' CHECK (level IN ('all', 'mentions', 'nothing'));
