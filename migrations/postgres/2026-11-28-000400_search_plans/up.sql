-- Of a room that began to talk lately PostgreSQL had counted nothing, and read all of it to find one message. Naming the type drops
-- what was counted so far.
ALTER TABLE search_messages ALTER COLUMN room_id SET STATISTICS 0;
ALTER TABLE search_messages ALTER COLUMN room_id TYPE BIGINT;
-- Messages come in a few hundred at a time: they are sorted in at once, and no search looks through what waits to be.
ALTER INDEX search_messages_by_words SET (fastupdate = off);
SELECT gin_clean_pending_list('search_messages_by_words');
