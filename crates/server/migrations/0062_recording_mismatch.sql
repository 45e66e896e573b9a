-- What came and was not what the device sealed: it is kept, and stays while its recording does.
CREATE TABLE recording_mismatch (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  sha256_root TEXT NOT NULL,
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE INDEX recording_mismatch_root ON recording_mismatch (sha256_root, matter_id);
