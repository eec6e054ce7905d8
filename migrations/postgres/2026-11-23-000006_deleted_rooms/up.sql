-- When an administrator deleted a room. From then on nobody finds it; its messages go piece by piece, and it goes with the last.
ALTER TABLE rooms ADD COLUMN deleted_at TIMESTAMP;
