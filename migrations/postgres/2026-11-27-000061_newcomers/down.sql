DROP INDEX users_waiting;
ALTER TABLE users DROP COLUMN waiting_since;
ALTER TABLE users DROP COLUMN new_until;
