-- Which file this database was last served from, where it is one: another means that a copy was put in its place.
ALTER TABLE site ADD COLUMN served_from TEXT;
