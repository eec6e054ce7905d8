-- The first page shows the first of them by name, and says how many there are.
CREATE INDEX users_by_name ON users (name, id) WHERE deactivated_at IS NULL;
