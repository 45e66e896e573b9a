-- Work to be done after a commit: claimed with a lease, finished in the
-- transaction of its effect.

CREATE TABLE job (
  id {serial},
  kind TEXT NOT NULL,
  dedupe TEXT NOT NULL,
  matter_id {blob},
  payload TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('ready', 'dead')),
  attempts {int} NOT NULL CHECK (attempts >= 0),
  run_at {int} NOT NULL,
  lease_until {int} NOT NULL,
  lease_token {blob},
  last_error TEXT,
  created_at {int} NOT NULL,
  UNIQUE (kind, dedupe)
){strict};
CREATE INDEX job_due ON job (state, run_at, id);
CREATE INDEX job_matter ON job (matter_id);
