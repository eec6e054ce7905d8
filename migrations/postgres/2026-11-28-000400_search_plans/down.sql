ALTER INDEX search_messages_by_words RESET (fastupdate);
ALTER TABLE search_messages ALTER COLUMN room_id SET STATISTICS -1;
