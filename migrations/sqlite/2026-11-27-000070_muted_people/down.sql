DROP TABLE muted_people;
