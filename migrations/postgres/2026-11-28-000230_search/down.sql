DROP TABLE search_state;
DROP TABLE search_rooms;
DROP TABLE search_messages;
