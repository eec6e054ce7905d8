-- How somebody keeps their own list of rooms: starred ones first, the others in an order of their own, some not in it. A direct
-- room comes back with the first message after the one at which it was hidden.
ALTER TABLE memberships ADD COLUMN starred BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE memberships ADD COLUMN hidden_at_seq BIGINT;
ALTER TABLE memberships ADD COLUMN list_position BIGINT;
