-- How often somebody marked messages unread: what was read before that, and is stored late, does not raise the mark again.
ALTER TABLE memberships ADD COLUMN read_turn BIGINT NOT NULL DEFAULT 0;
