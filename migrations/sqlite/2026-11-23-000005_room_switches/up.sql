-- What a room's owners may switch: whether only they write, how long everyone else waits between two messages, and whether
-- members may add others.
ALTER TABLE rooms ADD COLUMN read_only BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE rooms ADD COLUMN slow_mode BIGINT NOT NULL DEFAULT 0;
ALTER TABLE rooms ADD COLUMN members_add BOOLEAN NOT NULL DEFAULT TRUE;
-- Written only where the room is slow.
ALTER TABLE memberships ADD COLUMN posts_again_at TIMESTAMP;
