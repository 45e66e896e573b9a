-- Publications: what waits in the office, what the public may read, and nothing
-- of it after a withdrawal.

CREATE TABLE publication_row (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  case_id {blob} NOT NULL,
  party_no {int} NOT NULL,
  state TEXT NOT NULL,
  phase TEXT,
  number TEXT NOT NULL,
  organ TEXT NOT NULL,
  party TEXT,
  party_kind TEXT,
  category TEXT,
  conclusion TEXT,
  grade TEXT,
  decided_on TEXT NOT NULL,
  published_on TEXT,
  due_on TEXT,
  on_time {int},
  timing TEXT,
  public_id TEXT,
  -- The day by which the public list is ordered: of publication, or of withdrawal.
  listed_on TEXT,
  ended_on TEXT,
  ground TEXT,
  end_on_time {int},
  end_timing TEXT,
  version {int} NOT NULL,
  live_version {int},
  CHECK ((listed_on IS NULL) OR (public_id IS NOT NULL)),
  CHECK (state <> 'withdrawn' OR (party IS NULL AND category IS NULL AND conclusion IS NULL)),
  CHECK (state <> 'expired' OR (party IS NULL AND category IS NULL AND conclusion IS NULL AND listed_on IS NULL))
){strict};
CREATE UNIQUE INDEX publication_row_decision ON publication_row (case_id, party_no);
CREATE UNIQUE INDEX publication_row_public ON publication_row (public_id) WHERE public_id IS NOT NULL;
CREATE INDEX publication_row_listed ON publication_row (listed_on, public_id) WHERE listed_on IS NOT NULL;
CREATE INDEX publication_row_organ_listed ON publication_row (organ_id, listed_on, public_id) WHERE listed_on IS NOT NULL;
CREATE INDEX publication_row_category ON publication_row (category, listed_on, public_id) WHERE listed_on IS NOT NULL;
CREATE INDEX publication_row_timing ON publication_row (on_time, listed_on, public_id) WHERE listed_on IS NOT NULL;
CREATE INDEX publication_row_queue ON publication_row (organ_id, state, matter_id);
CREATE INDEX publication_row_number ON publication_row (number);

-- Pairs of neighbouring characters of what the public reads.
CREATE TABLE publication_term (
  matter_id {blob} NOT NULL,
  term TEXT NOT NULL,
  listed_on TEXT NOT NULL,
  public_id TEXT NOT NULL,
  PRIMARY KEY (matter_id, term)
){clustered};
CREATE INDEX publication_term_listed ON publication_term (term, listed_on, public_id);

-- What waits for a role of the organ.
CREATE TABLE publication_task (
  matter_id {blob} NOT NULL,
  task TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  role TEXT NOT NULL,
  title TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (matter_id, task)
){clustered};
CREATE INDEX publication_task_role ON publication_task (organ_id, role, since, matter_id);

-- Decisions of cases, party by party: what is to be published, what is to come down.
CREATE TABLE publication_source (
  matter_id {blob} NOT NULL,
  party_no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  number TEXT NOT NULL,
  title TEXT NOT NULL,
  decided_on TEXT NOT NULL,
  served_on TEXT,
  minor {int} NOT NULL,
  ended TEXT,
  ended_on TEXT,
  PRIMARY KEY (matter_id, party_no)
){clustered};
CREATE INDEX publication_source_due ON publication_source (organ_id, decided_on, matter_id);
CREATE INDEX publication_source_ended ON publication_source (organ_id, ended_on, matter_id) WHERE ended IS NOT NULL;

-- Figures of a month, kept up in the transaction of each act.
CREATE TABLE publication_month (
  month TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  published {int} NOT NULL,
  on_time {int} NOT NULL,
  withdrawn {int} NOT NULL,
  withdrawn_on_time {int} NOT NULL,
  PRIMARY KEY (month, organ_id)
){clustered};

-- Public pages as made when their checkpoint was signed. A page counts only while
-- its version is the publication's own.
CREATE TABLE publication_page (
  matter_id {blob} NOT NULL PRIMARY KEY,
  version {int} NOT NULL,
  shell TEXT NOT NULL,
  tag TEXT NOT NULL,
  body {blob} NOT NULL,
  proof {blob} NOT NULL,
  original {blob},
  made_at {int} NOT NULL
){strict};
