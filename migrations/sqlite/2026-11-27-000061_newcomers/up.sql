-- Those who made their account themself, where everyone may: until when they do less than others, and since when they wait to be
-- let in. An account that waits is out of use as well, so that whatever asks for accounts in use passes it by.
ALTER TABLE users ADD COLUMN new_until TIMESTAMP;
ALTER TABLE users ADD COLUMN waiting_since TIMESTAMP;
CREATE INDEX users_waiting ON users (waiting_since) WHERE waiting_since IS NOT NULL;
