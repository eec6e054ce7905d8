ALTER TABLE memberships DROP COLUMN posts_again_at;
ALTER TABLE rooms DROP COLUMN members_add;
ALTER TABLE rooms DROP COLUMN slow_mode;
ALTER TABLE rooms DROP COLUMN read_only;
