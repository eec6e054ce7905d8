-- When somebody deleted their account: their row keeps their username from being taken by somebody else, and nothing of them.
ALTER TABLE users ADD COLUMN erased_at TIMESTAMP;
