ALTER TABLE memberships DROP COLUMN list_position;
ALTER TABLE memberships DROP COLUMN hidden_at_seq;
ALTER TABLE memberships DROP COLUMN starred;
