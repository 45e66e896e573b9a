-- How long the file of an archived case is kept: the archives ask which are over.

CREATE TABLE case_retention (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  kept_until TEXT NOT NULL
){strict};
CREATE INDEX case_retention_over ON case_retention (organ_id, kept_until, matter_id);
