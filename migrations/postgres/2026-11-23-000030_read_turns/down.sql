ALTER TABLE memberships DROP COLUMN read_turn;
