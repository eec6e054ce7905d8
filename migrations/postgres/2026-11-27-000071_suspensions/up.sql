-- Until then somebody may not sign in; it ends by itself.
ALTER TABLE users ADD COLUMN suspended_until TIMESTAMP;
