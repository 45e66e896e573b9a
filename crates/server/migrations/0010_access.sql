-- Who may come in: credentials, sessions, tokens, failures, drafts. Nothing here
-- is part of the record; nothing here is committed to the ledger.

CREATE TABLE credential (
  staff_id {blob} NOT NULL PRIMARY KEY REFERENCES matter (id) DEFERRABLE INITIALLY DEFERRED,
  login TEXT NOT NULL UNIQUE,
  phc TEXT NOT NULL,
  must_change {int} NOT NULL CHECK (must_change IN (0, 1)),
  changed_at {int} NOT NULL
){strict};

-- Keyed by the SHA-256 of the secret that the browser holds.
CREATE TABLE session (
  hash {blob} NOT NULL PRIMARY KEY,
  staff_id {blob} NOT NULL REFERENCES matter (id),
  created_at {int} NOT NULL,
  seen_at {int} NOT NULL
){strict};
CREATE INDEX session_staff ON session (staff_id);

CREATE TABLE api_token (
  hash {blob} NOT NULL PRIMARY KEY,
  id {blob} NOT NULL UNIQUE,
  staff_id {blob} NOT NULL REFERENCES matter (id),
  label TEXT NOT NULL,
  created_at {int} NOT NULL,
  expires_at {int} NOT NULL,
  revoked_at {int}
){strict};
CREATE INDEX api_token_staff ON api_token (staff_id);

-- Keyed by a digest of the account name or of the source address.
CREATE TABLE sign_in_failure (
  subject {blob} NOT NULL PRIMARY KEY,
  failures {int} NOT NULL CHECK (failures >= 0),
  last_at {int} NOT NULL,
  blocked_until {int} NOT NULL
){strict};

-- What a person typed and did not submit. Erasure of the matter removes it.
CREATE TABLE draft (
  owner {blob} NOT NULL,
  matter_id {blob} NOT NULL,
  form TEXT NOT NULL,
  body TEXT NOT NULL,
  saved_at {int} NOT NULL,
  PRIMARY KEY (owner, matter_id, form)
){clustered};
CREATE INDEX draft_matter ON draft (matter_id);
