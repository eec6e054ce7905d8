-- What is done once in a while, by one node for all: when it was last done.
CREATE TABLE chores (
    name TEXT PRIMARY KEY NOT NULL,
    done_at TIMESTAMP NOT NULL
);
