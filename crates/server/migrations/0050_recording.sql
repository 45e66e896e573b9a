-- Recordings: where each stands on its way into the store, whom and what it concerns,
-- what is not in order with it, what holds it.

CREATE TABLE recording_row (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  number TEXT,
  subject TEXT NOT NULL CHECK (subject IN ('act', 'patrol')),
  link TEXT NOT NULL,
  unit TEXT NOT NULL,
  place TEXT NOT NULL,
  party TEXT NOT NULL,
  cause TEXT NOT NULL,
  class TEXT NOT NULL,
  registered_on TEXT NOT NULL,
  made_on TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('registered', 'captured', 'sealed', 'uploaded', 'mismatch', 'accepted', 'destroyed')),
  segments {int} NOT NULL CHECK (segments >= 0),
  findings {int} NOT NULL CHECK (findings >= 0),
  -- From when the term of the upload runs, while a piece is missing and no lawful ground is stated.
  pending_since {int},
  uploaded_at {int},
  late {int} NOT NULL CHECK (late IN (0, 1)),
  held {int} NOT NULL CHECK (held >= 0),
  accepted_on TEXT,
  centralised_on TEXT,
  destroyed_on TEXT,
  CHECK ((destroyed_on IS NULL) = (state <> 'destroyed'))
){strict};
CREATE UNIQUE INDEX recording_row_number ON recording_row (organ_id, number) WHERE number IS NOT NULL;
CREATE INDEX recording_row_organ ON recording_row (organ_id, matter_id);
CREATE INDEX recording_row_state ON recording_row (organ_id, state, matter_id);
CREATE INDEX recording_row_pending ON recording_row (organ_id, pending_since, matter_id) WHERE pending_since IS NOT NULL;
CREATE INDEX recording_row_late ON recording_row (organ_id, matter_id) WHERE late = 1;
CREATE INDEX recording_row_held ON recording_row (organ_id, matter_id) WHERE held > 0;
CREATE INDEX recording_row_store ON recording_row (organ_id, accepted_on, matter_id) WHERE centralised_on IS NULL AND accepted_on IS NOT NULL;

CREATE TABLE recording_segment (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  device_id {blob},
  -- Identifier that the device gave it.
  piece_id {blob},
  kind TEXT NOT NULL,
  phase TEXT NOT NULL,
  started_at {int} NOT NULL,
  ended_at {int} NOT NULL,
  bytes {int},
  sha256_root TEXT,
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE INDEX recording_segment_device ON recording_segment (device_id, matter_id) WHERE device_id IS NOT NULL;
CREATE UNIQUE INDEX recording_segment_piece ON recording_segment (matter_id, piece_id) WHERE piece_id IS NOT NULL;
CREATE INDEX recording_segment_root ON recording_segment (sha256_root, matter_id) WHERE sha256_root IS NOT NULL;

CREATE TABLE recording_case (
  matter_id {blob} NOT NULL,
  case_id {blob} NOT NULL,
  organ_id {blob} NOT NULL,
  PRIMARY KEY (matter_id, case_id)
){clustered};
CREATE INDEX recording_case_case ON recording_case (case_id, matter_id);

-- Who recorded; what is not uploaded yet is asked for by person.
CREATE TABLE recording_collector (
  matter_id {blob} NOT NULL,
  staff_id {blob} NOT NULL,
  organ_id {blob} NOT NULL,
  pending_since {int},
  PRIMARY KEY (matter_id, staff_id)
){clustered};
CREATE INDEX recording_collector_staff ON recording_collector (staff_id, matter_id);
CREATE INDEX recording_collector_pending ON recording_collector (staff_id, pending_since, matter_id) WHERE pending_since IS NOT NULL;

-- Pairs of neighbouring characters of number, party, cause and place.
CREATE TABLE recording_term (
  matter_id {blob} NOT NULL,
  term TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  PRIMARY KEY (matter_id, term)
){clustered};
CREATE INDEX recording_term_term ON recording_term (term, organ_id, matter_id);

CREATE TABLE recording_mark (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  segment {int} NOT NULL,
  offset_ms {int} NOT NULL,
  kind TEXT NOT NULL,
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE INDEX recording_mark_kind ON recording_mark (organ_id, kind, matter_id);

CREATE TABLE recording_finding (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  segment {int},
  finding TEXT NOT NULL,
  found_on TEXT NOT NULL,
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE INDEX recording_finding_organ ON recording_finding (organ_id, finding, found_on, matter_id);

CREATE TABLE recording_hold (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  cause TEXT NOT NULL,
  placed_on TEXT NOT NULL,
  until_on TEXT,
  released_on TEXT,
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE INDEX recording_hold_standing ON recording_hold (organ_id, placed_on, matter_id) WHERE released_on IS NULL;
