ALTER TABLE sign_ins DROP COLUMN agent;
ALTER TABLE sign_ins DROP COLUMN address;
