DROP TABLE messages;
DROP TABLE memberships;
DROP TABLE room_counters;
DROP TABLE rooms;
DROP TABLE password_resets;
DROP TABLE sign_ins;
DROP TABLE users;
DROP TABLE site;
