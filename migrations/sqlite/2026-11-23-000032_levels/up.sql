-- What somebody wants to be told of in a room, where they said so; else it is what the room's kind suggests.
ALTER TABLE memberships DROP COLUMN level;
ALTER TABLE memberships ADD COLUMN told_of TEXT CHECK (told_of IN ('all', 'mentions', 'nothing'));
ALTER TABLE memberships ADD COLUMN muted_until TIMESTAMP;
