ALTER TABLE users DROP COLUMN words_go;
