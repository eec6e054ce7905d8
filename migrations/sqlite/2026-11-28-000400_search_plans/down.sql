-- Nothing: there the index is in a file of its own.
SELECT 1;
