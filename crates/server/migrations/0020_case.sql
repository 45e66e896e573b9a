-- Projections of cases: lists, desks, search terms, and what must be unique.

CREATE TABLE case_row (
  matter_id {blob} NOT NULL PRIMARY KEY,
  organ_id {blob} NOT NULL,
  number TEXT,
  title TEXT NOT NULL,
  parties TEXT NOT NULL,
  category TEXT NOT NULL,
  source TEXT NOT NULL,
  stage TEXT NOT NULL,
  review TEXT NOT NULL,
  registered_on TEXT NOT NULL,
  filed_on TEXT,
  decided_on TEXT,
  fine_fen {int} NOT NULL
){strict};
CREATE INDEX case_row_organ ON case_row (organ_id, matter_id);
CREATE INDEX case_row_stage ON case_row (organ_id, stage, matter_id);
CREATE INDEX case_row_category ON case_row (organ_id, category, matter_id);

-- Who handles which case, now.
CREATE TABLE case_officer (
  matter_id {blob} NOT NULL,
  staff_id {blob} NOT NULL,
  organ_id {blob} NOT NULL,
  stage TEXT NOT NULL,
  PRIMARY KEY (matter_id, staff_id)
){clustered};
CREATE INDEX case_officer_staff ON case_officer (staff_id, stage, matter_id);

-- What waits for whom: a role of the organ, or a person.
CREATE TABLE case_task (
  matter_id {blob} NOT NULL,
  task TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  role TEXT NOT NULL,
  staff_id {blob},
  title TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (matter_id, task)
){clustered};
CREATE INDEX case_task_role ON case_task (organ_id, role, since, matter_id);
CREATE INDEX case_task_staff ON case_task (staff_id, since, matter_id);

-- Single characters and two-character terms of number, title, cause and parties.
CREATE TABLE case_term (
  matter_id {blob} NOT NULL,
  term TEXT NOT NULL,
  organ_id {blob} NOT NULL,
  PRIMARY KEY (matter_id, term)
){clustered};
CREATE INDEX case_term_find ON case_term (organ_id, term, matter_id);

-- A receipt is matched once in an installation.
CREATE TABLE case_receipt (
  matter_id {blob} NOT NULL,
  receipt TEXT NOT NULL,
  PRIMARY KEY (matter_id, receipt)
){clustered};
CREATE UNIQUE INDEX case_receipt_once ON case_receipt (receipt);

-- A document number is used once in an organ.
CREATE TABLE case_document (
  matter_id {blob} NOT NULL,
  no {int} NOT NULL,
  organ_id {blob} NOT NULL,
  kind TEXT NOT NULL,
  number TEXT,
  issued_on TEXT NOT NULL,
  PRIMARY KEY (matter_id, no)
){clustered};
CREATE UNIQUE INDEX case_document_number ON case_document (organ_id, number);
