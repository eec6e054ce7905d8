-- PostgreSQL keeps what messages are found by in tables. On SQLite it is a file of its own, search.db, and nothing changes here.
SELECT 1;
