-- Documents: the codes printed on each, and the stored file. A row is written
-- before the first rendering, so that a retry prints the same codes, and filled
-- in once, in the transaction of the event that commits to the file.

CREATE TABLE document (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL CHECK (no >= 1),
  organ_id {blob} NOT NULL,
  kind TEXT NOT NULL,
  number TEXT,
  check_code TEXT NOT NULL,
  public_id TEXT NOT NULL,
  reserved_at {int} NOT NULL,
  version {int},
  sha256 {blob},
  sm3 {blob},
  pages {int} CHECK (pages >= 1),
  made_at {int},
  public_sha256 {blob},
  PRIMARY KEY (matter_id, no),
  CHECK ((version IS NULL) = (sha256 IS NULL) AND (sha256 IS NULL) = (sm3 IS NULL)
    AND (sm3 IS NULL) = (pages IS NULL) AND (pages IS NULL) = (made_at IS NULL))
){strict};
CREATE UNIQUE INDEX document_check_code ON document (check_code);
CREATE UNIQUE INDEX document_public_id ON document (public_id);
CREATE INDEX document_sha256 ON document (sha256);
