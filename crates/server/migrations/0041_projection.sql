-- Version of the program's rows that the projections were made by; no row in a
-- database from before there was one.
CREATE TABLE projection_version (
  id {int} NOT NULL PRIMARY KEY CHECK (id = 1),
  version {int} NOT NULL
){strict};
